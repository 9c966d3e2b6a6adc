//! What Apache Kafka answered, kept in files, and compared with what we answer.
//!
//! A transcript is text, one fact a line, the same on every run. With `AQUEDUCT_RECORD=1` the other side is Apache
//! Kafka (`AQUEDUCT_KAFKA_HOME`) and the files are written anew; without, it is ours and must say the same.

use std::path::{Path, PathBuf};

use crate::aqueduct::Server;
use crate::kafka::KafkaServer;

/// Runs a program of a client against a broker and compares what it saw with `clients/recorded/<name>.txt`.
///
/// Lines that stand in `clients/recorded/<name>.differs` (Apache's line, then ours behind `=> `, or `=>` alone if there
/// is none) differ on purpose.
pub fn compare(name: &str, run: impl FnOnce(&str) -> String) {
    let file = folder().join(format!("{name}.txt"));
    if std::env::var_os("AQUEDUCT_RECORD").is_some() {
        let home = std::env::var_os("AQUEDUCT_KAFKA_HOME").expect("recording needs AQUEDUCT_KAFKA_HOME");
        let peer = KafkaServer::start(Path::new(&home), &format!("record-{name}"));
        let said = normal(&run(&peer.bootstrap));
        std::fs::write(&file, said).expect("the record is written");
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let server = broker(folder.path(), "");
    let ours = normal(&run(&server.address("broker")));
    let recorded = std::fs::read_to_string(&file).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
    let expected =
        on_purpose(&recorded, &std::fs::read_to_string(file.with_extension("differs")).unwrap_or_default());
    if let Some(difference) = difference(&expected, &ours) {
        panic!("{name}: ours differs from Apache Kafka ({})\n{difference}", file.display());
    }
}

/// A broker of ours alone, on a port chosen by the system, with more settings.
pub fn broker(folder: &Path, more: &str) -> Server {
    let file = folder.join("server.properties");
    let text = format!(
        "listeners=PLAINTEXT://127.0.0.1:0\nadmin.listener=\nlog.dirs={}\ngroup.initial.rebalance.delay.ms=0\n{more}",
        folder.join("broker").display()
    );
    std::fs::write(&file, text).expect("settings are written");
    Server::start("broker", folder, &["broker", &file.display().to_string()])
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("clients/recorded")
}

/// The record with the lines replaced that differ on purpose. Each of them must still be there.
fn on_purpose(recorded: &str, differs: &str) -> String {
    let mut text = format!("\n{recorded}");
    let lines: Vec<&str> =
        differs.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
    for pair in lines.chunks(2) {
        let [theirs, ours] = pair else { panic!("a line without its pair: {pair:?}") };
        let ours = ours.strip_prefix("=>").unwrap_or_else(|| panic!("no `=>` before {ours:?}"));
        let line = format!("\n{theirs}\n");
        assert!(text.contains(&line), "Apache's record has no line {theirs:?}");
        let ours = ours.strip_prefix(' ').map(|ours| format!("{ours}\n")).unwrap_or_default();
        text = text.replace(&line, &format!("\n{ours}"));
    }
    text.split_off(1)
}

/// The lines of two texts that differ, each with its number; nothing if they are the same.
fn difference(theirs: &str, ours: &str) -> Option<String> {
    let (theirs, ours): (Vec<&str>, Vec<&str>) = (theirs.lines().collect(), ours.lines().collect());
    let mut found = String::new();
    for at in 0..theirs.len().max(ours.len()) {
        let (their, our) = (theirs.get(at).unwrap_or(&"(end)"), ours.get(at).unwrap_or(&"(end)"));
        if their != our {
            found.push_str(&format!("{}\n  theirs: {their}\n  ours:   {our}\n", at + 1));
        }
    }
    (!found.is_empty()).then_some(found)
}

/// The text without what differs between any two runs: random ids become `<uuid>`.
fn normal(text: &str) -> String {
    let mut normal = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(is_hex) {
        let (before, from) = rest.split_at(at);
        normal.push_str(before);
        let length = if is_uuid(from) { 36 } else { from.find(|c| !is_hex(c)).unwrap_or(from.len()) };
        normal.push_str(if length == 36 && is_uuid(from) { "<uuid>" } else { &from[..length] });
        rest = &from[length..];
    }
    normal + rest
}

fn is_hex(c: char) -> bool {
    c.is_ascii_hexdigit()
}

fn is_uuid(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() >= 36
        && bytes[..36].iter().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn random_ids_are_taken_out_and_differences_found() {
        assert_eq!(normal("member franz-c326cc5e-b88f-4a86-983e-252aad2d10ac, 7"), "member franz-<uuid>, 7");
        assert_eq!(difference("a\nb\n", "a\nb\n"), None);
        assert!(difference("a\nb\n", "a\nc\n").is_some_and(|d| d.contains("theirs: b")));
        assert_eq!(on_purpose("a\nb\n", "# why\nb\n=> c\n"), "a\nc\n");
        assert_eq!(on_purpose("a\nb\n", "# why\na\n=>\n"), "b\n");
    }
}
