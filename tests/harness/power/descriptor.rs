//! Passing an open file from one process to another over a socket.

use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};
use std::os::unix::net::UnixDatagram;

/// Sends a descriptor and one byte. Async-signal-safe.
pub(super) fn send_descriptor(socket: RawFd, descriptor: RawFd) -> io::Result<()> {
    with_message(|message| {
        // SAFETY: the buffer has room for one descriptor, which is a plain number.
        unsafe {
            let header = libc::CMSG_FIRSTHDR(message);
            (*header).cmsg_level = libc::SOL_SOCKET;
            (*header).cmsg_type = libc::SCM_RIGHTS;
            (*header).cmsg_len = libc::CMSG_LEN(size_of::<RawFd>() as u32) as usize;
            libc::CMSG_DATA(header).cast::<RawFd>().write_unaligned(descriptor);
            libc::sendmsg(socket, message, 0)
        }
    })
    .map(drop)
}

/// Takes the descriptor that was sent.
pub(super) fn receive_descriptor(socket: &UnixDatagram) -> io::Result<OwnedFd> {
    let mut found = -1;
    with_message(|message| {
        // SAFETY: the kernel fills the buffer; a descriptor that arrives is ours.
        unsafe {
            let received = libc::recvmsg(socket.as_raw_fd(), message, libc::MSG_CMSG_CLOEXEC);
            let header = libc::CMSG_FIRSTHDR(message);
            if received >= 0 && !header.is_null() {
                found = libc::CMSG_DATA(header).cast::<RawFd>().read_unaligned();
            }
            received
        }
    })?;
    if found < 0 {
        return Err(io::Error::other("no descriptor came"));
    }
    // SAFETY: just received, and nobody else has it.
    Ok(unsafe { OwnedFd::from_raw_fd(found) })
}

/// A message of one byte with room for one descriptor.
fn with_message(action: impl FnOnce(*mut libc::msghdr) -> isize) -> io::Result<isize> {
    let (mut byte, mut control) = ([0_u8; 1], [0_u64; 4]);
    let mut slice = libc::iovec { iov_base: byte.as_mut_ptr().cast(), iov_len: 1 };
    // SAFETY: all zeros is a valid msghdr.
    let mut message: libc::msghdr = unsafe { std::mem::zeroed() };
    message.msg_iov = &raw mut slice;
    message.msg_iovlen = 1;
    message.msg_control = control.as_mut_ptr().cast();
    // SAFETY: arithmetic only.
    message.msg_controllen = unsafe { libc::CMSG_SPACE(size_of::<RawFd>() as u32) } as usize;
    match action(&raw mut message) {
        done if done < 0 => Err(io::Error::last_os_error()),
        done => Ok(done),
    }
}
