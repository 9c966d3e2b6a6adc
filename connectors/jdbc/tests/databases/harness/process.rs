//! Server processes that end with the tests, however those end.

use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Sender, channel};
use std::sync::{LazyLock, Mutex};
use std::thread;

type Order = (Command, Sender<std::io::Result<Child>>);

/// A thread that lives as long as the process: a child asks to be killed when the thread that made it ends.
static KEEPER: LazyLock<Mutex<Sender<Order>>> = LazyLock::new(|| {
    let (orders, queue) = channel::<Order>();
    thread::spawn(move || {
        for (mut command, answer) in queue {
            let _ = answer.send(command.spawn());
        }
    });
    Mutex::new(orders)
});

/// Starts a program that is killed with us. `user` is whom to become if we are root.
pub(crate) fn start(program: &str, arguments: &[String], user: Option<&str>, log: &std::path::Path) -> Child {
    let mut command = Command::new("setpriv");
    if let Some(user) = user.filter(|_| is_root()) {
        command.args(["--reuid", user, "--regid", user, "--clear-groups"]);
    }
    let file = std::fs::File::options().create(true).append(true).open(log).unwrap();
    command
        .args(["--pdeathsig", "KILL", program])
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(file.try_clone().unwrap())
        .stderr(file);
    let (answer, answered) = channel();
    KEEPER.lock().unwrap().send((command, answer)).unwrap();
    answered.recv().unwrap().expect("setpriv (util-linux) starts the server")
}

/// Runs a program to its end and fails the test if it fails.
pub(crate) fn run(program: &str, arguments: &[String], user: Option<&str>) {
    let mut command = match user.filter(|_| is_root()) {
        Some(user) => {
            let mut command = Command::new("setpriv");
            command.args(["--reuid", user, "--regid", user, "--clear-groups", program]);
            command
        }
        None => Command::new(program),
    };
    let output = command.args(arguments).output().unwrap_or_else(|error| panic!("{program}: {error}"));
    assert!(output.status.success(), "{program} failed: {}", String::from_utf8_lossy(&output.stderr));
}

pub(crate) fn is_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|data| std::os::unix::fs::MetadataExt::uid(&data) == 0)
}

/// A port nobody listens on.
pub(crate) fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}
