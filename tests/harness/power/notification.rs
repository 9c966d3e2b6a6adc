//! A system call that waits for the supervisor: what it asks, the caller's memory, and the answer.

use std::ffi::OsString;
use std::io;
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};

/// `struct seccomp_notif`.
#[repr(C)]
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Notification {
    id: u64,
    /// The thread that called.
    pub(crate) thread: u32,
    flags: u32,
    /// Its number.
    pub(crate) call: i32,
    arch: u32,
    instruction: u64,
    /// Its arguments.
    pub(crate) arguments: [u64; 6],
}

/// `struct seccomp_notif_resp`.
#[repr(C)]
struct Response {
    id: u64,
    value: i64,
    error: i32,
    flags: u32,
}

/// What becomes of the call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answer {
    /// The kernel does it.
    Go,
    /// It was done here, with this result.
    Done(i64),
    /// It fails with this `errno`.
    Fail(i32),
}

const RECEIVE: libc::c_ulong = 0xc050_2100;
const SEND: libc::c_ulong = 0xc018_2101;
const CONTINUE: u32 = 1;
const PAGE: u64 = 4096;

/// The next call, after [`OwnedFd`] was readable; `None` if its thread is gone already.
pub(crate) fn receive(listener: &OwnedFd) -> Option<Notification> {
    let mut notification = Notification::default();
    // SAFETY: the kernel fills a structure of this size, which must be zeroed.
    let done = unsafe { libc::ioctl(listener.as_raw_fd(), RECEIVE as _, &raw mut notification) };
    (done == 0).then_some(notification)
}

impl Notification {
    /// Answers. A caller that is gone needs none.
    pub(crate) fn answer(&self, listener: &OwnedFd, answer: Answer) {
        let mut response = Response { id: self.id, value: 0, error: 0, flags: 0 };
        match answer {
            Answer::Go => response.flags = CONTINUE,
            Answer::Done(value) => response.value = value,
            Answer::Fail(errno) => response.error = -errno,
        }
        // SAFETY: the kernel reads a structure of this size.
        unsafe { libc::ioctl(listener.as_raw_fd(), SEND as _, &raw mut response) };
    }

    /// Bytes of the caller's memory.
    pub(crate) fn read(&self, address: u64, length: usize) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0_u8; length];
        let local = libc::iovec { iov_base: bytes.as_mut_ptr().cast(), iov_len: length };
        let remote = libc::iovec { iov_base: address as *mut libc::c_void, iov_len: length };
        // SAFETY: writes at most `length` bytes into `bytes`; the other address is checked by the kernel.
        let read = unsafe { libc::process_vm_readv(self.thread as i32, &local, 1, &remote, 1, 0) };
        if read == length as isize { Ok(bytes) } else { Err(io::Error::last_os_error()) }
    }

    /// The bytes of an array of `iovec`.
    pub(crate) fn read_slices(&self, address: u64, count: u64) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        for slice in self.read(address, count as usize * 16)?.chunks(16) {
            let word = |at: usize| u64::from_ne_bytes(slice[at..at + 8].try_into().expect("eight bytes"));
            bytes.extend(self.read(word(0), word(8) as usize)?);
        }
        Ok(bytes)
    }

    /// A path argument, absolute. `folder` is the number of the descriptor that a relative one starts from.
    pub(crate) fn path(&self, address: u64, folder: Option<u64>) -> io::Result<PathBuf> {
        let mut text = Vec::new();
        loop {
            let from = address + text.len() as u64;
            let piece = self.read(from, (PAGE - from % PAGE) as usize)?;
            if let Some(end) = piece.iter().position(|byte| *byte == 0) {
                text.extend(&piece[..end]);
                break;
            }
            text.extend(piece);
        }
        let path = PathBuf::from(OsString::from_vec(text));
        if path.is_absolute() {
            return Ok(path);
        }
        let base = match folder.map(|fd| fd as i32) {
            None | Some(libc::AT_FDCWD) => format!("/proc/{}/cwd", self.thread),
            Some(fd) => format!("/proc/{}/fd/{fd}", self.thread),
        };
        Ok(std::fs::read_link(base)?.join(path))
    }

    /// The file behind a descriptor, by a path that leads to it whatever its name is now.
    pub(crate) fn descriptor(&self, fd: u64) -> PathBuf {
        Path::new("/proc").join(self.thread.to_string()).join("fd").join((fd as i32).to_string())
    }

    /// The same file, opened for writing.
    pub(crate) fn open(&self, fd: u64) -> io::Result<std::fs::File> {
        std::fs::OpenOptions::new().write(true).open(self.descriptor(fd))
    }

    /// Where a plain `write` to a descriptor goes.
    pub(crate) fn position(&self, fd: u64) -> io::Result<u64> {
        let info = std::fs::read_to_string(format!("/proc/{}/fdinfo/{}", self.thread, fd as i32))?;
        let field = |name: &str| info.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
        let flags = field("flags:").and_then(|text| i32::from_str_radix(text, 8).ok()).unwrap_or(0);
        if flags & libc::O_APPEND != 0 {
            return Ok(std::fs::metadata(self.descriptor(fd))?.len());
        }
        field("pos:").and_then(|text| text.parse().ok()).ok_or_else(|| io::Error::other("no position"))
    }
}
