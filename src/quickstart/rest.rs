//! Connect's REST API, as `curl` would use it.

use std::time::Duration;

use anyhow::{Context, bail};
use serde_json::{Map, Value as Json};

use super::connectors::{SINK, SOURCE};
use crate::screen::say;

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

    /// Removes a connector.
    pub(crate) async fn delete_connector(&self, name: &str) -> anyhow::Result<()> {
        let url = format!("{}/connectors/{name}", self.url);
        let answer = self.http.delete(&url).send().await.with_context(|| url.clone())?;
        let status = answer.status();
        if !status.is_success() {
            bail!("connector {name} was not removed: {status} {}", message(&answer.text().await?));
        }
        Ok(())
    }

    /// Prints why a connector or task has failed, if one has; Connect tries it again by itself.
    pub(crate) async fn report_failures(&self) -> anyhow::Result<()> {
        for name in [SOURCE, SINK] {
            if let Some(reason) = self.failure(name).await? {
                say(&format!("{name} has failed and is tried again: {reason}"));
            }
        }
        Ok(())
    }

    /// Why a connector or one of its tasks has failed, if it has.
    pub(crate) async fn failure(&self, name: &str) -> anyhow::Result<Option<String>> {
        let url = format!("{}/connectors/{name}/status", self.url);
        let answer = self.http.get(&url).send().await.with_context(|| url.clone())?;
        let status: Json = serde_json::from_str(&answer.text().await?).unwrap_or(Json::Null);
        let tasks = status["tasks"].as_array().cloned().unwrap_or_default();
        let mut parts = std::iter::once(&status["connector"]).chain(&tasks);
        let failed = parts.find(|part| part["state"] == "FAILED");
        Ok(failed.map(|part| {
            let trace = part["trace"].as_str().unwrap_or("no reason given");
            trace.lines().next().unwrap_or_default().to_owned()
        }))
    }
}

/// The message of an error answer, or the whole answer.
fn message(text: &str) -> String {
    let json: Option<Json> = serde_json::from_str(text).ok();
    json.and_then(|json| json["message"].as_str().map(str::to_owned)).unwrap_or_else(|| text.to_owned())
}
