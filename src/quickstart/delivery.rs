//! What has come out at the other end: lines of a file, or documents of an index.

use std::collections::HashMap;
use std::io::{Read, Seek, SeekFrom};
use std::path::PathBuf;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::Context;
use aqueduct_service::Shutdown;
use serde_json::{Value as Json, json};

use super::QuickstartOptions;
use super::arrived_keys::ArrivedKeys;
use super::connectors::{Pipeline, TOPIC_FIELD};
use super::survey::{Held, Table};

/// How often the target is looked at.
const LOOK: Duration = Duration::from_millis(50);
/// Documents asked for at a time.
const PAGE: usize = 1_000;

/// Follows the target.
#[derive(Debug)]
pub(crate) struct Delivery {
    target: Target,
    prefix: &'static str,
    /// The latest version seen of each of the shop's orders.
    versions: HashMap<i64, i64>,
    /// The key column of each topic of a database, and the keys that arrived.
    tables: HashMap<String, (String, ArrivedKeys)>,
    /// Ages of the rows that arrived since the last line, in milliseconds.
    lags: Vec<i64>,
}

#[derive(Debug)]
enum Target {
    File { path: PathBuf, position: u64, rest: Vec<u8> },
    Index { http: reqwest::Client, url: String, newest: i64 },
}

impl Delivery {
    /// Follows what the pipeline delivers: of the shop if there are no tables.
    pub(crate) fn new(
        options: &QuickstartOptions,
        pipeline: &Pipeline,
        tables: &[Table],
    ) -> anyhow::Result<Self> {
        let target = match &options.elasticsearch {
            Some(url) => Target::Index {
                http: reqwest::Client::builder().timeout(Duration::from_secs(10)).build()?,
                url: url.trim_end_matches('/').to_owned(),
                newest: now_ms(),
            },
            None => {
                let path = options.servers.data_dir.join("delivered.jsonl");
                Target::File { path, position: 0, rest: Vec::new() }
            }
        };
        let prefix = pipeline.topic_prefix;
        let of_table =
            |table: &Table| (format!("{prefix}{}", table.name), (table.key.clone(), ArrivedKeys::default()));
        let tables = tables.iter().map(of_table).collect();
        Ok(Self { target, prefix, versions: HashMap::new(), tables, lags: Vec::new() })
    }

    /// Looks at the target again and again for this long.
    pub(crate) async fn follow(&mut self, time: Duration, shutdown: &Shutdown) {
        let end = tokio::time::Instant::now() + time;
        while tokio::time::Instant::now() < end && shutdown.sleep(LOOK).await {
            self.look().await;
        }
    }

    async fn look(&mut self) {
        match &mut self.target {
            Target::File { path, position, rest } => {
                let first_look = *position == 0;
                let now = now_ms();
                for line in new_lines(path, position, rest) {
                    let Ok(row) = serde_json::from_slice::<Json>(&line) else { continue };
                    let topic = row[TOPIC_FIELD].as_str().unwrap_or_default();
                    if let Some((key, arrived)) = self.tables.get_mut(topic) {
                        row[key.as_str()].as_i64().into_iter().for_each(|key| arrived.insert(key));
                    } else if let (Some(id), Some(version)) = (row["id"].as_i64(), row["version"].as_i64()) {
                        let known = self.versions.entry(id).or_default();
                        *known = version.max(*known);
                    }
                    // What was there before this start says nothing about lag.
                    if let Some(at) = millis(&row["updated_at"]).filter(|_| !first_look) {
                        self.lags.push(now - at);
                    }
                }
            }
            Target::Index { http, url, newest } => {
                let query =
                    json!({ "size": 1, "sort": [{ "updated_at": "desc" }], "_source": ["updated_at"] });
                let indices = format!("{url}/{}*", self.prefix);
                let Ok(found) = search(http, &indices, &query).await else { return };
                let at = found["hits"]["hits"][0]["sort"][0].as_i64();
                if let Some(at) = at.filter(|at| at > newest) {
                    *newest = at;
                    self.lags.push(now_ms() - at);
                }
            }
        }
    }

    /// The median age at arrival of the rows since the last call, in milliseconds.
    pub(crate) fn take_lag(&mut self) -> Option<i64> {
        let mut lags = std::mem::take(&mut self.lags);
        lags.sort_unstable();
        lags.get(lags.len() / 2).copied()
    }

    /// How many rows of these tables have not arrived. A row counts once, however often it was delivered.
    pub(crate) async fn missing_rows(&self, tables: &[Held]) -> anyhow::Result<u64> {
        let mut missing = 0;
        for held in tables.iter().filter(|held| held.rows > 0) {
            let topic = format!("{}{}", self.prefix, held.table.name);
            let arrived = match &self.target {
                Target::File { .. } => {
                    self.tables.get(&topic).map_or(0, |(_, keys)| keys.count_up_to(held.highest))
                }
                Target::Index { http, url, .. } => {
                    // The sink makes index names of topics in this way.
                    documents_up_to(http, &format!("{url}/{}", topic.to_lowercase()), held).await?
                }
            };
            missing += held.rows.saturating_sub(arrived);
        }
        Ok(missing)
    }

    /// How many of these orders have not arrived in this version or a later one.
    pub(crate) async fn missing(&mut self, rows: &HashMap<i64, i64>) -> anyhow::Result<usize> {
        if let Target::Index { http, url, .. } = &self.target {
            self.versions = indexed_versions(http, &format!("{url}/{}*", self.prefix)).await?;
        }
        let arrived =
            |(id, version): &(&i64, &i64)| self.versions.get(id).is_some_and(|seen| seen >= version);
        Ok(rows.iter().filter(|row| !arrived(row)).count())
    }
}

/// The whole lines that were added to a file since the last look.
fn new_lines(path: &PathBuf, position: &mut u64, rest: &mut Vec<u8>) -> Vec<Vec<u8>> {
    let Ok(mut file) = std::fs::File::open(path) else { return Vec::new() };
    let start = rest.len();
    let read = file.seek(SeekFrom::Start(*position)).and_then(|_| file.read_to_end(rest));
    if read.is_err() {
        rest.truncate(start);
        return Vec::new();
    }
    *position += (rest.len() - start) as u64;
    let Some(end) = rest.iter().rposition(|byte| *byte == b'\n') else { return Vec::new() };
    let tail = rest.split_off(end + 1);
    let whole = std::mem::replace(rest, tail);
    whole.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).map(<[u8]>::to_vec).collect()
}

/// How many documents an index has of the rows up to the highest key; each row is one document.
async fn documents_up_to(http: &reqwest::Client, index: &str, held: &Held) -> anyhow::Result<u64> {
    http.post(format!("{index}/_refresh")).send().await.context("the search engine does not answer")?;
    let mut range = serde_json::Map::new();
    range.insert(held.table.key.clone(), json!({ "lte": held.highest }));
    let request = http.post(format!("{index}/_count")).header("Content-Type", "application/json");
    let answer = request.body(json!({ "query": { "range": range } }).to_string()).send().await;
    let text = answer.context("the search engine does not answer")?.text().await?;
    let found: Json = serde_json::from_str(&text).unwrap_or(Json::Null);
    Ok(found["count"].as_u64().unwrap_or(0))
}

/// The version of every document, page by page.
async fn indexed_versions(http: &reqwest::Client, url: &str) -> anyhow::Result<HashMap<i64, i64>> {
    let refresh = http.post(format!("{url}/_refresh")).send().await;
    refresh.context("the search engine does not answer")?;
    let mut versions = HashMap::new();
    let mut after = Json::Null;
    loop {
        let mut query = json!({ "size": PAGE, "sort": [{ "id": "asc" }], "_source": ["id", "version"] });
        if !after.is_null() {
            query["search_after"] = after;
        }
        let found = search(http, url, &query).await?;
        let hits = found["hits"]["hits"].as_array().cloned().unwrap_or_default();
        for hit in &hits {
            let source = &hit["_source"];
            if let (Some(id), Some(version)) = (source["id"].as_i64(), source["version"].as_i64()) {
                versions.insert(id, version);
            }
        }
        match hits.last() {
            Some(last) if hits.len() == PAGE => after = last["sort"].clone(),
            _ => return Ok(versions),
        }
    }
}

async fn search(http: &reqwest::Client, url: &str, query: &Json) -> anyhow::Result<Json> {
    let request = http.post(format!("{url}/_search")).header("Content-Type", "application/json");
    let answer = request.body(query.to_string()).send().await.context("the search engine does not answer")?;
    Ok(serde_json::from_str(&answer.text().await?).unwrap_or(Json::Null))
}

/// A timestamp as the file sink writes it: ISO 8601 text.
fn millis(json: &Json) -> Option<i64> {
    chrono::DateTime::parse_from_rfc3339(json.as_str()?).ok().map(|at| at.timestamp_millis())
}

fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
