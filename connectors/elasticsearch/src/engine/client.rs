//! One HTTP client for all nodes of a cluster: credentials, compression, failover, bounded answers.

use std::io::Write;
use std::time::Instant;

use aqueduct_config::Secret;
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use bytes::{Bytes, BytesMut};
use parking_lot::Mutex;
use reqwest::header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderValue};
use reqwest::{Certificate, Method};

use super::endpoints::Endpoints;
use super::failure::{ClientError, NoAnswer};
use crate::settings::ConnectionSettings;

/// An answer of 20,000 refused documents with long reasons is about 20 MB.
const MAX_ANSWER_BYTES: usize = 128 * 1024 * 1024;
/// Smaller bodies are not worth compressing.
const MIN_COMPRESSED_BYTES: usize = 1024;

/// A status and a whole body.
#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) body: Bytes,
    /// The node that answered.
    pub(crate) url: String,
}

/// A request's body.
#[derive(Debug, Clone)]
pub(crate) enum Body {
    None,
    Json(Bytes),
    /// Lines of JSON, as the bulk API takes them. Every engine takes this type; versioned types are refused by some.
    Lines(Bytes),
}

/// The client. Cheap to share behind an `Arc`.
#[derive(Debug)]
pub(crate) struct Client {
    http: reqwest::Client,
    urls: Vec<String>,
    endpoints: Mutex<Endpoints>,
    compression: bool,
}

impl Client {
    /// A client; connects when it is first used.
    pub(crate) fn new(settings: &ConnectionSettings) -> Result<Self, ClientError> {
        let mut builder = reqwest::Client::builder()
            .user_agent(concat!("aqueduct-elasticsearch/", env!("CARGO_PKG_VERSION")))
            .default_headers(credentials(settings)?)
            .connect_timeout(settings.connect_timeout)
            .read_timeout(settings.read_timeout)
            .pool_idle_timeout(settings.idle_timeout)
            .redirect(reqwest::redirect::Policy::none())
            .tcp_nodelay(true)
            .gzip(settings.compression)
            .no_proxy();
        if let Some(proxy) = &settings.proxy {
            let mut made = reqwest::Proxy::all(format!("http://{}:{}", proxy.host, proxy.port))
                .map_err(ClientError::BadProxy)?;
            if let Some((name, password)) = &proxy.credentials {
                made = made.basic_auth(name, password.reveal());
            }
            builder = builder.proxy(made);
        }
        let authorities = authorities(settings)?;
        if !authorities.is_empty() {
            builder = builder.tls_built_in_root_certs(false);
            for authority in authorities {
                builder = builder.add_root_certificate(authority);
            }
        }
        if !settings.check_host_name {
            builder = builder.danger_accept_invalid_hostnames(true);
        }
        Ok(Self {
            http: builder.build().map_err(ClientError::Build)?,
            urls: settings.urls.clone(),
            endpoints: Mutex::new(Endpoints::new(settings.urls.len())),
            compression: settings.compression,
        })
    }

    /// GET.
    pub(crate) async fn get(&self, path: &str) -> Result<Response, NoAnswer> {
        self.send(Method::GET, path, Body::None).await
    }

    /// PUT of JSON.
    pub(crate) async fn put_json(&self, path: &str, json: &serde_json::Value) -> Result<Response, NoAnswer> {
        self.send(Method::PUT, path, Body::Json(json.to_string().into())).await
    }

    /// POST of lines.
    pub(crate) async fn post_lines(&self, path: &str, lines: Bytes) -> Result<Response, NoAnswer> {
        self.send(Method::POST, path, Body::Lines(lines)).await
    }

    /// Sends a request to one node. Without an answer the node is avoided for a while: sending the request again is
    /// the caller's decision, and goes to another node if there is one.
    pub(crate) async fn send(&self, method: Method, path: &str, body: Body) -> Result<Response, NoAnswer> {
        let node = self.endpoints.lock().choose(Instant::now());
        let answer = self.send_to(&self.urls[node], method, path, body).await;
        let mut endpoints = self.endpoints.lock();
        match &answer {
            Ok(response) if !matches!(response.status, 502..=504) => endpoints.answered(node),
            _ => endpoints.failed(node, Instant::now()),
        }
        answer
    }

    /// How many nodes there are.
    pub(crate) fn nodes(&self) -> usize {
        self.urls.len()
    }

    async fn send_to(&self, url: &str, method: Method, path: &str, body: Body) -> Result<Response, NoAnswer> {
        let mut request = self.http.request(method, format!("{url}{path}"));
        let (content_type, content) = match body {
            Body::None => (None, Bytes::new()),
            Body::Json(json) => (Some("application/json"), json),
            Body::Lines(lines) => (Some("application/x-ndjson"), lines),
        };
        if let Some(content_type) = content_type {
            request = request.header(CONTENT_TYPE, HeaderValue::from_static(content_type));
            request = if self.compression && content.len() >= MIN_COMPRESSED_BYTES {
                request.header(CONTENT_ENCODING, HeaderValue::from_static("gzip")).body(gzip(content).await)
            } else {
                request.body(content)
            };
        }
        let response = request.send().await.map_err(|error| NoAnswer::transport(url, error))?;
        let status = response.status().as_u16();
        let body = read_bounded(url, response).await?;
        Ok(Response { status, body, url: url.to_owned() })
    }
}

async fn read_bounded(url: &str, mut response: reqwest::Response) -> Result<Bytes, NoAnswer> {
    let mut whole = BytesMut::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| NoAnswer::transport(url, error))? {
        if whole.len() + chunk.len() > MAX_ANSWER_BYTES {
            return Err(NoAnswer::TooLong { url: url.to_owned(), limit: MAX_ANSWER_BYTES });
        }
        whole.extend_from_slice(&chunk);
    }
    Ok(whole.freeze())
}

/// Compressing megabytes takes tens of milliseconds: not on the threads that serve connections.
async fn gzip(content: Bytes) -> Bytes {
    let plain = content.clone();
    let compressed = tokio::task::spawn_blocking(move || {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(&plain).and_then(|()| encoder.finish())
    });
    match compressed.await {
        Ok(Ok(compressed)) => compressed.into(),
        // Only at shutdown: the request is given up then.
        Ok(Err(_)) | Err(_) => content,
    }
}

fn credentials(settings: &ConnectionSettings) -> Result<HeaderMap, ClientError> {
    let (text, subject) = match (&settings.api_key, &settings.basic) {
        (Some(key), _) => (format!("ApiKey {}", encoded_api_key(key)), "connection.api.key"),
        (None, Some((name, password))) => {
            let pair = BASE64.encode(format!("{name}:{}", password.reveal()));
            (format!("Basic {pair}"), "connection.password")
        }
        (None, None) => return Ok(HeaderMap::new()),
    };
    let mut value = HeaderValue::try_from(text).map_err(|_| ClientError::BadCredentials(subject))?;
    value.set_sensitive(true);
    Ok(HeaderMap::from_iter([(AUTHORIZATION, value)]))
}

/// Engines give out keys as base64 of `id:key`, and as the two parts.
fn encoded_api_key(key: &Secret) -> String {
    let text = key.reveal().trim();
    if text.contains(':') { BASE64.encode(text) } else { text.to_owned() }
}

fn authorities(settings: &ConnectionSettings) -> Result<Vec<Certificate>, ClientError> {
    let from_file = match &settings.authorities_file {
        Some(path) => std::fs::read(path)
            .map_err(|source| ClientError::ReadAuthorities { path: path.clone(), source })?,
        None => Vec::new(),
    };
    let from_text = settings.authorities_text.as_ref().map(|text| text.reveal().as_bytes().to_vec());
    let mut all = Vec::new();
    for pem in [Some(from_file), from_text].into_iter().flatten().filter(|pem| !pem.is_empty()) {
        all.extend(Certificate::from_pem_bundle(&pem).map_err(ClientError::BadAuthorities)?);
    }
    Ok(all)
}
