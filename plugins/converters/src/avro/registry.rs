//! The registry as the converter asks it: an id for a schema, a schema for an id.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use aqueduct_plugin_api::{ConnectError, ErrorClass};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::{Method, StatusCode};
use serde_json::{Value as Json, json};

use super::config::AvroConfig;

/// How long one request may take.
const TIMEOUT: Duration = Duration::from_secs(20);
/// The longest answer that is read.
const MAX_ANSWER_BYTES: usize = 16 << 20;
const CONTENT_TYPE: &str = "application/vnd.schemaregistry.v1+json";

/// A client of one registry with one or several addresses; the one that answered last is asked first.
#[derive(Debug)]
pub(super) struct RegistryClient {
    http: reqwest::Client,
    urls: Vec<String>,
    good: AtomicUsize,
    user_info: Option<(String, String)>,
    auto_register: bool,
    use_latest: bool,
}

impl RegistryClient {
    pub(super) fn new(config: &AvroConfig) -> Result<Self, ConnectError> {
        let http =
            reqwest::Client::builder().timeout(TIMEOUT).connect_timeout(Duration::from_secs(5)).build();
        Ok(Self {
            http: http
                .map_err(|error| ConnectError::config("no HTTP client for the registry").caused_by(&error))?,
            urls: config.urls.clone(),
            good: AtomicUsize::new(0),
            user_info: config.user_info.clone(),
            auto_register: config.auto_register,
            use_latest: config.use_latest,
        })
    }

    /// The id of a schema under a subject: registered, looked up, or that of the latest version, as configured.
    pub(super) async fn id(&self, subject: &str, schema: &str) -> Result<u32, ConnectError> {
        let path = format!("/subjects/{}", path_segment(subject));
        let body = json!({ "schema": schema });
        let answer = if self.auto_register {
            self.ask(Method::POST, &format!("{path}/versions"), Some(&body)).await?
        } else if self.use_latest {
            self.ask(Method::GET, &format!("{path}/versions/latest"), None).await?
        } else {
            self.ask(Method::POST, &path, Some(&body)).await?
        };
        let id = answer.get("id").and_then(Json::as_u64).and_then(|id| u32::try_from(id).ok());
        id.ok_or_else(|| ConnectError::retriable("the schema registry answered without an id"))
    }

    /// The text of the schema with an id.
    pub(super) async fn schema(&self, id: u32) -> Result<String, ConnectError> {
        let answer = self.ask(Method::GET, &format!("/schemas/ids/{id}"), None).await?;
        if let Some(other) = answer.get("schemaType").and_then(Json::as_str).filter(|kind| *kind != "AVRO") {
            return Err(ConnectError::data(format!("schema {id} is of type {other}, not AVRO")));
        }
        let text = answer.get("schema").and_then(Json::as_str).map(str::to_owned);
        text.ok_or_else(|| ConnectError::retriable("the schema registry answered without a schema"))
    }

    /// Asks each address once, beginning with the one that answered last.
    async fn ask(&self, method: Method, path: &str, body: Option<&Json>) -> Result<Json, ConnectError> {
        let first = self.good.load(Ordering::Relaxed);
        let mut unreachable = ConnectError::retriable("no schema registry is configured");
        for attempt in 0..self.urls.len() {
            let index = (first + attempt) % self.urls.len();
            match self.ask_one(&self.urls[index], method.clone(), path, body).await {
                Err(error) if error.class == ErrorClass::Retriable => unreachable = error,
                decided => {
                    self.good.store(index, Ordering::Relaxed);
                    return decided;
                }
            }
        }
        Err(unreachable)
    }

    async fn ask_one(
        &self,
        url: &str,
        method: Method,
        path: &str,
        body: Option<&Json>,
    ) -> Result<Json, ConnectError> {
        let failed = |error: reqwest::Error| {
            // The address may hold credentials.
            let error = error.without_url();
            ConnectError::retriable("the schema registry does not answer").caused_by(&error)
        };
        let mut request = self.http.request(method, format!("{url}{path}")).header("Accept", CONTENT_TYPE);
        if let Some((user, password)) = &self.user_info {
            request = request.basic_auth(user, Some(password));
        }
        if let Some(body) = body {
            request = request.header("Content-Type", CONTENT_TYPE).body(body.to_string());
        }
        let mut answer = request.send().await.map_err(failed)?;
        let status = answer.status();
        let mut bytes = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(failed)? {
            if bytes.len() + chunk.len() > MAX_ANSWER_BYTES {
                return Err(ConnectError::retriable("the schema registry's answer is too long"));
            }
            bytes.extend_from_slice(&chunk);
        }
        let json: Json = serde_json::from_slice(&bytes).unwrap_or(Json::Null);
        if status.is_success() { Ok(json) } else { Err(refusal(status, &json)) }
    }
}

/// What a refusal means for the task.
fn refusal(status: StatusCode, body: &Json) -> ConnectError {
    let message = body.get("message").and_then(Json::as_str).unwrap_or("no message");
    let code = body.get("error_code").and_then(Json::as_u64).unwrap_or(u64::from(status.as_u16()));
    let text = format!("the schema registry refused: {message}; error code: {code}");
    match status {
        // A right that is given back, or a password that is changed back, mends it: not a fault of the configuration
        // alone.
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => ConnectError::fatal(text),
        StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT => ConnectError::retriable(text),
        status if status.is_server_error() => ConnectError::retriable(text),
        _ => ConnectError::data(text),
    }
}

/// A subject as one segment of a path.
fn path_segment(subject: &str) -> String {
    const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
    utf8_percent_encode(subject, ENCODED).to_string()
}
