//! One HTTP/1.1 request over a socket of its own, byte for byte as the script has it: no library tidies the path, adds
//! headers or refuses a method.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use super::script::Request;

/// An answer as it came.
#[derive(Debug, Clone, Default)]
pub(super) struct Answer {
    /// HTTP status.
    pub(super) status: u16,
    /// Headers, names in lower case.
    pub(super) headers: Vec<(String, String)>,
    /// The body, chunks joined.
    pub(super) body: String,
}

impl Answer {
    /// A header's value.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// Sends a request to `host:port` and reads the answer to its end.
pub(super) fn send(address: &str, request: &Request) -> std::io::Result<Answer> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(120)))?;
    let mut head = format!("{} {} HTTP/1.1\r\n", request.method, request.path);
    for (name, value) in headers(address, request) {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("\r\n");
    stream.write_all(head.as_bytes())?;
    stream.write_all(request.body.as_deref().unwrap_or_default().as_bytes())?;
    read(BufReader::new(stream), request.method == "HEAD")
}

/// The usual headers, with those of the request in their place.
fn headers(address: &str, request: &Request) -> Vec<(String, String)> {
    let mut all = vec![
        ("Host".to_owned(), address.to_owned()),
        ("Accept".to_owned(), "*/*".to_owned()),
        ("Connection".to_owned(), "close".to_owned()),
    ];
    if let Some(body) = &request.body {
        all.push(("Content-Type".to_owned(), "application/json".to_owned()));
        all.push(("Content-Length".to_owned(), body.len().to_string()));
    }
    for (name, value) in &request.headers {
        all.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        all.extend(value.clone().map(|value| (name.clone(), value)));
    }
    if request.body.is_none() && ["POST", "PUT", "PATCH"].contains(&request.method.as_str()) {
        all.push(("Content-Length".to_owned(), "0".to_owned()));
    }
    all
}

fn read(mut from: impl BufRead, head_only: bool) -> std::io::Result<Answer> {
    let mut line = String::new();
    from.read_line(&mut line)?;
    let status = line.split(' ').nth(1).and_then(|code| code.parse().ok());
    let status = status.ok_or_else(|| std::io::Error::other(format!("not a status line: {line:?}")))?;
    let mut answer = Answer { status, ..Answer::default() };
    loop {
        let mut line = String::new();
        from.read_line(&mut line)?;
        match line.trim_end().split_once(':') {
            Some((name, value)) => {
                answer.headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
            }
            None => break,
        }
    }
    if head_only {
        return Ok(answer);
    }
    let mut body = Vec::new();
    if answer.header("transfer-encoding") == Some("chunked") {
        read_chunks(&mut from, &mut body)?;
    } else {
        let length = answer.header("content-length").and_then(|length| length.parse().ok());
        from.take(length.unwrap_or(u64::MAX)).read_to_end(&mut body)?;
    }
    answer.body = String::from_utf8_lossy(&body).into_owned();
    Ok(answer)
}

fn read_chunks(from: &mut impl BufRead, body: &mut Vec<u8>) -> std::io::Result<()> {
    loop {
        let mut line = String::new();
        from.read_line(&mut line)?;
        let size = u64::from_str_radix(line.trim(), 16).map_err(std::io::Error::other)?;
        from.take(size).read_to_end(body)?;
        from.read_line(&mut line)?;
        if size == 0 {
            return Ok(());
        }
    }
}
