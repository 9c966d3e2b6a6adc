//! JSON over HTTP, as `curl` would do it.

use std::time::Duration;

use serde_json::Value;

/// An answer: status and JSON body (null if empty or not JSON).
#[derive(Debug, Clone)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// The body.
    pub body: Value,
}

/// Sends a request; `Err` if there is no answer.
pub fn send(method: &str, url: &str, body: Option<&Value>) -> Result<Answer, String> {
    let client = reqwest::blocking::Client::builder()
        .timeout(Duration::from_secs(60))
        .build()
        .map_err(|error| error.to_string())?;
    let method = method.parse().map_err(|_| format!("no such method: {method}"))?;
    let mut request = client.request(method, url);
    if let Some(body) = body {
        request = request.header("content-type", "application/json").body(body.to_string());
    }
    let answer = request.send().map_err(|error| error.to_string())?;
    let status = answer.status().as_u16();
    let text = answer.text().map_err(|error| error.to_string())?;
    Ok(Answer { status, body: serde_json::from_str(&text).unwrap_or(Value::Null) })
}

/// GET.
pub fn get(url: &str) -> Result<Answer, String> {
    send("GET", url, None)
}

/// A request that must succeed.
pub fn must(method: &str, url: &str, body: Option<&Value>) -> Value {
    let answer = send(method, url, body).unwrap_or_else(|error| panic!("{method} {url}: {error}"));
    assert!((200..300).contains(&answer.status), "{method} {url}: {} {}", answer.status, answer.body);
    answer.body
}
