//! A small HTTP server that answers as a test tells it, request by request.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// A request as the server saw it.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) line: String,
    pub(crate) headers: Vec<String>,
    pub(crate) body: Vec<u8>,
}

/// What to answer.
pub(crate) enum Reply {
    /// A status and a body.
    Status(u16, String),
    /// The connection is closed without a word.
    HangUp,
}

type Script = dyn Fn(&Seen, usize) -> Reply + Send + Sync;

/// The server. Ends with the test's runtime.
pub(crate) struct Scripted {
    pub(crate) url: String,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Scripted {
    /// Answers bulk requests by `script`, which gets the number of bulk requests before; everything else as an engine
    /// does that has the index already.
    pub(crate) async fn start(script: impl Fn(&Seen, usize) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (script, kept): (Arc<Script>, _) = (Arc::new(script), seen.clone());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, script.clone(), kept.clone()));
            }
        });
        Self { url, seen }
    }

    /// The bulk requests so far.
    pub(crate) fn bulks(&self) -> Vec<Seen> {
        let seen = self.seen.lock().unwrap();
        seen.iter().filter(|request| request.line.contains("/_bulk")).cloned().collect()
    }
}

async fn serve(stream: TcpStream, script: Arc<Script>, seen: Arc<Mutex<Vec<Seen>>>) {
    let mut stream = BufReader::new(stream);
    while let Some(request) = read(&mut stream).await {
        let before = {
            let mut seen = seen.lock().unwrap();
            let before = seen.iter().filter(|request| request.line.contains("/_bulk")).count();
            seen.push(request.clone());
            before
        };
        let reply = if request.line.contains("/_bulk") {
            script(&request, before)
        } else if request.line.starts_with("GET / ") {
            Reply::Status(200, r#"{"version":{"number":"8.19.0"}}"#.to_owned())
        } else {
            Reply::Status(200, r#"{"i":{"mappings":{}}}"#.to_owned())
        };
        let Reply::Status(status, body) = reply else { return };
        let head = format!(
            "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        if stream.write_all(head.as_bytes()).await.is_err()
            || stream.write_all(body.as_bytes()).await.is_err()
        {
            return;
        }
    }
}

async fn read(stream: &mut BufReader<TcpStream>) -> Option<Seen> {
    let mut head = Vec::new();
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        let line = line.trim_end().to_owned();
        if line.is_empty() {
            break;
        }
        head.push(line);
    }
    let length =
        head.iter().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    stream.read_exact(&mut body).await.ok()?;
    Some(Seen { line: head.first()?.clone(), headers: head.split_off(1), body })
}

/// The ids of a bulk request's operations, in order.
pub(crate) fn ids(request: &Seen) -> Vec<String> {
    let text = String::from_utf8(request.body.clone()).unwrap();
    let actions = text.lines().filter_map(|line| {
        let json: serde_json::Value = serde_json::from_str(line).ok()?;
        let body = json.get("index").or(json.get("delete")).or(json.get("update"))?;
        body.get("_id")?.as_str().map(str::to_owned)
    });
    actions.collect()
}

/// An answer that gives each operation the status `status` tells for its id.
pub(crate) fn answer(request: &Seen, status: impl Fn(&str) -> u16) -> Reply {
    let items: Vec<String> = ids(request)
        .iter()
        .map(|id| {
            let status = status(id);
            let error = if status < 300 { "" } else { r#","error":{"type":"x","reason":"told to"}"# };
            format!(r#"{{"index":{{"_id":"{id}","status":{status}{error}}}}}"#)
        })
        .collect();
    Reply::Status(200, format!(r#"{{"items":[{}]}}"#, items.join(",")))
}
