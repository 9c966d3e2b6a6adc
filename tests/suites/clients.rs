//! An unmodified client does its usual work on the broker: kcat (librdkafka). For the others see `client_answers`.

use std::io::Write;
use std::process::{Command, Stdio};

pub(crate) use aqueduct_tests::recorded::broker;
use aqueduct_tests::skip;

pub(crate) fn has(program: &str) -> bool {
    Command::new("sh")
        .args(["-c", &format!("command -v {program}")])
        .output()
        .is_ok_and(|o| o.status.success())
}

fn kcat(arguments: &[&str], input: &str) -> String {
    let mut child = Command::new("kcat")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("kcat starts");
    child.stdin.take().expect("piped").write_all(input.as_bytes()).expect("kcat reads");
    let output = child.wait_with_output().expect("kcat ends");
    assert!(output.status.success(), "kcat {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn kcat_produces_consumes_in_a_group_and_resumes() {
    if !has("kcat") {
        return skip::note("kcat_produces_consumes_in_a_group_and_resumes", "no kcat");
    }
    let folder = tempfile::tempdir().expect("a folder");
    let server = broker(folder.path(), "");
    let b = &server.address("broker");
    for codec in ["none", "gzip", "snappy", "lz4", "zstd"] {
        let lines: String = (0..500).map(|n| format!("{codec}-{n}\n")).collect();
        kcat(&["-b", b, "-P", "-t", "lines", "-z", codec], &lines);
    }
    let all = kcat(&["-b", b, "-C", "-t", "lines", "-e", "-q"], "");
    assert_eq!(all.lines().count(), 2_500);
    assert!(all.lines().any(|line| line == "zstd-499"));
    let grouped = kcat(&["-b", b, "-G", "readers", "-e", "-q", "-o", "beginning", "lines"], "");
    assert_eq!(grouped.lines().count(), 2_500);
    kcat(&["-b", b, "-P", "-t", "lines"], "one more\n");
    let rest = kcat(&["-b", b, "-G", "readers", "-e", "-q", "lines"], "");
    assert_eq!(rest, "one more\n", "the group goes on where it committed");
}
