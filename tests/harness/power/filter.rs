//! The seccomp filter: which system calls of the process come to the supervisor.

use std::io;
use std::os::fd::RawFd;

/// `SECCOMP_RET_USER_NOTIF`.
const NOTIFY: u32 = 0x7fc0_0000;
const ALLOW: u32 = 0x7fff_0000;
const ERRNO: u32 = 0x0005_0000;
/// Offsets in `struct seccomp_data`; the low half of an argument comes first on a little-endian machine.
const NUMBER: u32 = 0;
const fn argument(n: u32) -> u32 {
    16 + 8 * n
}

/// Calls that change files or their names, or make changes durable.
const WATCHED: &[i64] = &[
    libc::SYS_write,
    libc::SYS_pwrite64,
    libc::SYS_writev,
    libc::SYS_pwritev,
    libc::SYS_pwritev2,
    libc::SYS_ftruncate,
    libc::SYS_truncate,
    libc::SYS_fallocate,
    libc::SYS_fsync,
    libc::SYS_fdatasync,
    libc::SYS_creat,
    libc::SYS_rename,
    libc::SYS_renameat,
    libc::SYS_renameat2,
    libc::SYS_unlink,
    libc::SYS_unlinkat,
    libc::SYS_rmdir,
    libc::SYS_mkdir,
    libc::SYS_mkdirat,
    libc::SYS_link,
    libc::SYS_linkat,
    libc::SYS_symlink,
    libc::SYS_symlinkat,
    libc::SYS_sendfile,
    libc::SYS_splice,
];

/// Calls that do not exist for the process: each has another way that is watched.
const ABSENT: &[i64] = &[libc::SYS_openat2, libc::SYS_copy_file_range, libc::SYS_io_uring_setup];

/// The filter's program. With `reads`, `pread64` is watched too.
pub(crate) fn program(reads: bool) -> Vec<libc::sock_filter> {
    let mut program = vec![load(NUMBER)];
    for call in WATCHED.iter().copied().chain(reads.then_some(libc::SYS_pread64)) {
        program.extend([equals(call as u32, 0, 1), give(NOTIFY)]);
    }
    for call in ABSENT {
        program.extend([equals(*call as u32, 0, 1), give(ERRNO | libc::ENOSYS as u32)]);
    }
    let changes = (libc::O_CREAT | libc::O_TRUNC) as u32;
    for (call, flags) in [(libc::SYS_open, 1), (libc::SYS_openat, 2)] {
        program.extend([equals(call as u32, 0, 4), load(argument(flags)), any_of(changes, 0, 1)]);
        program.extend([give(NOTIFY), give(ALLOW)]);
    }
    // A mapping that writes to a file.
    program.extend([equals(libc::SYS_mmap as u32, 0, 7), load(argument(2))]);
    program.extend([any_of(libc::PROT_WRITE as u32, 0, 4), load(argument(3))]);
    program.extend([any_of(libc::MAP_ANONYMOUS as u32, 2, 0), any_of(libc::MAP_SHARED as u32, 0, 1)]);
    program.extend([give(NOTIFY), give(ALLOW), give(ALLOW)]);
    program
}

/// Puts the calling thread, and all that come from it, under the filter. The descriptor at which the calls arrive.
/// Async-signal-safe, for use between fork and exec.
pub(crate) fn install(program: &[libc::sock_filter]) -> io::Result<RawFd> {
    const SET_MODE_FILTER: libc::c_ulong = 1;
    const NEW_LISTENER: libc::c_ulong = 1 << 3;
    let filter = libc::sock_fprog { len: program.len() as u16, filter: program.as_ptr().cast_mut() };
    // SAFETY: both calls read their arguments only; `filter` points to a program that outlives them.
    let listener = unsafe {
        if libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 {
            return Err(io::Error::last_os_error());
        }
        libc::syscall(libc::SYS_seccomp, SET_MODE_FILTER, NEW_LISTENER, &raw const filter)
    };
    if listener < 0 { Err(io::Error::last_os_error()) } else { Ok(listener as RawFd) }
}

fn load(offset: u32) -> libc::sock_filter {
    instruction(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, 0, 0, offset)
}

fn equals(value: u32, then: u8, otherwise: u8) -> libc::sock_filter {
    instruction(libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K, then, otherwise, value)
}

fn any_of(bits: u32, then: u8, otherwise: u8) -> libc::sock_filter {
    instruction(libc::BPF_JMP | libc::BPF_JSET | libc::BPF_K, then, otherwise, bits)
}

fn give(action: u32) -> libc::sock_filter {
    instruction(libc::BPF_RET | libc::BPF_K, 0, 0, action)
}

fn instruction(code: u32, jt: u8, jf: u8, k: u32) -> libc::sock_filter {
    libc::sock_filter { code: code as u16, jt, jf, k }
}
