//! Connect's REST API, as `curl` would use it.

use std::time::Duration;

use anyhow::{Context, bail};
use serde_json::{Map, Value as Json};

use super::connectors::{SINK, SOURCE};

/// How long Connect may take to become ready for a write.
const READY: Duration = Duration::from_secs(30);

/// A worker's REST API.
#[derive(Debug)]
pub(crate) struct Rest {
    http: reqwest::Client,
    url: String,
}

impl Rest {
    /// The API at this address.
    pub(crate) fn new(url: String) -> anyhow::Result<Self> {
        Ok(Self { http: reqwest::Client::builder().timeout(Duration::from_secs(30)).build()?, url })
    }

    /// Creates a connector, or gives it this configuration.
    pub(crate) async fn put_connector(&self, name: &str, config: &Map<String, Json>) -> anyhow::Result<()> {
        let url = format!("{}/connectors/{name}/config", self.url);
        let deadline = tokio::time::Instant::now() + READY;
        loop {
            let answer = self.http.put(&url).json(config).send().await.with_context(|| url.clone())?;
            let status = answer.status();
            if status.is_success() {
                return Ok(());
            }
            let text = answer.text().await.unwrap_or_default();
            // 409 and 503: the worker is still finding its place in the cluster.
            let starting = matches!(status.as_u16(), 409 | 503);
            if !starting || tokio::time::Instant::now() >= deadline {
                bail!("connector {name} was refused: {status} {}", message(&text));
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    /// Prints why a connector or task has failed, if one has; Connect tries it again by itself.
    pub(crate) async fn report_failures(&self) -> anyhow::Result<()> {
        for name in [SOURCE, SINK] {
            let url = format!("{}/connectors/{name}/status", self.url);
            let answer = self.http.get(&url).send().await.with_context(|| url.clone())?;
            let status: Json = serde_json::from_str(&answer.text().await?).unwrap_or(Json::Null);
            let tasks = status["tasks"].as_array().cloned().unwrap_or_default();
            for part in
                std::iter::once(&status["connector"]).chain(&tasks).filter(|part| part["state"] == "FAILED")
            {
                let trace = part["trace"].as_str().unwrap_or("no reason given");
                println!(
                    "{name} has failed and is tried again: {}",
                    trace.lines().next().unwrap_or_default()
                );
            }
        }
        Ok(())
    }
}

/// The message of an error answer, or the whole answer.
fn message(text: &str) -> String {
    let json: Option<Json> = serde_json::from_str(text).ok();
    json.and_then(|json| json["message"].as_str().map(str::to_owned)).unwrap_or_else(|| text.to_owned())
}
