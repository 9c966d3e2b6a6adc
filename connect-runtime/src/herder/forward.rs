//! Requests passed on to the worker that can answer them.

use std::time::Duration;

use super::error::HerderError;
use super::signing;
use crate::storage::config_records::SessionKey;

/// Sends requests to other workers. Only the `Authorization` header goes with them.
#[derive(Clone)]
pub(crate) struct Forwarder {
    http: reqwest::Client,
    own_url: String,
}

/// Another worker's answer.
pub(crate) struct Answer {
    /// HTTP status.
    pub(crate) status: u16,
    /// The `Location` header.
    pub(crate) location: Option<String>,
    /// The body.
    pub(crate) body: bytes::Bytes,
}

/// Longest wait for another worker's answer.
const TIMEOUT: Duration = Duration::from_secs(90);
/// The largest answer that is passed on.
const MAX_ANSWER: usize = 16 << 20;

impl Forwarder {
    /// A forwarder of the worker at an address that ends in `/`.
    pub(crate) fn new(own_url: &str) -> Result<Self, HerderError> {
        let http = reqwest::Client::builder()
            .user_agent("kafka-connect")
            .timeout(TIMEOUT)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .map_err(|error| HerderError::Internal(format!("HTTP client: {error}")))?;
        Ok(Self { http, own_url: own_url.to_owned() })
    }

    /// This worker's address, ending in `/`.
    pub(crate) fn own_url(&self) -> &str {
        &self.own_url
    }

    /// Sends a request on. `path` begins with `/` and holds the query.
    pub(crate) async fn forward(
        &self,
        url: &str,
        method: http::Method,
        path: &str,
        authorization: Option<&str>,
        body: bytes::Bytes,
    ) -> Result<Answer, HerderError> {
        let address = format!("{}{path}", url.trim_end_matches('/'));
        let mut request = self.http.request(method, &address).body(body);
        request = request.header(http::header::CONTENT_TYPE, "application/json");
        if let Some(authorization) = authorization {
            request = request.header(http::header::AUTHORIZATION, authorization);
        }
        self.send(request).await
    }

    /// Sends a signed internal request.
    pub(crate) async fn post_signed(
        &self,
        url: &str,
        path: &str,
        key: Option<&SessionKey>,
        body: bytes::Bytes,
    ) -> Result<(), HerderError> {
        let mut request = self.http.post(format!("{}{path}", url.trim_end_matches('/')));
        request = request.header(http::header::CONTENT_TYPE, "application/json");
        if let Some(key) = key {
            request = request
                .header(signing::SIGNATURE_HEADER, signing::sign(key, &body))
                .header(signing::ALGORITHM_HEADER, signing::ALGORITHM);
        }
        let answer = self.send(request.body(body)).await?;
        if answer.status < 300 {
            return Ok(());
        }
        let json: Option<serde_json::Value> = serde_json::from_slice(&answer.body).ok();
        let message = json.as_ref().and_then(|json| json.get("message")?.as_str()).unwrap_or("no message");
        Err(HerderError::Remote { status: answer.status, message: message.to_owned() })
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> Result<Answer, HerderError> {
        let failed = |error: reqwest::Error| {
            HerderError::Internal(format!("IO Error trying to forward REST request: {}", error.without_url()))
        };
        let mut response = request.send().await.map_err(failed)?;
        let status = response.status().as_u16();
        let header = response.headers().get(http::header::LOCATION);
        let location = header.and_then(|value| value.to_str().ok()).map(str::to_owned);
        let mut body = bytes::BytesMut::new();
        while let Some(chunk) = response.chunk().await.map_err(failed)? {
            if body.len() + chunk.len() > MAX_ANSWER {
                return Err(HerderError::Internal("the other worker's answer is too large".to_owned()));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Answer { status, location, body: body.freeze() })
    }
}
