//! Gets indices ready before records are written to them: off the worker's calls, which wait for it a moment only.

use std::sync::Arc;
use std::time::Duration;

use aqueduct_plugin_api::{ConnectError, SchemaRef};
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout_at};

use crate::engine::{IndexCatalog, IndexError, WantedIndex};

/// When the worker is to put a batch again whose indices are not ready.
const RETRY: Duration = Duration::from_millis(500);

/// The indices of a task.
#[derive(Debug)]
pub(crate) struct Preparation {
    catalog: Arc<IndexCatalog>,
    /// What is being made ready; at most one batch's.
    running: JoinSet<Result<(), IndexError>>,
    /// Why the last attempt failed.
    last: Option<String>,
}

impl Preparation {
    pub(crate) fn new(catalog: IndexCatalog) -> Self {
        Self { catalog: Arc::new(catalog), running: JoinSet::new(), last: None }
    }

    /// Whether an index is ready for records of a schema.
    pub(crate) fn is_ready(&self, index: &Arc<str>, schema: Option<&SchemaRef>) -> bool {
        self.catalog.is_ready(index, schema)
    }

    /// Gets indices ready, or says that it takes longer: then the batch is to be put again.
    pub(crate) async fn make_ready(
        &mut self,
        wanted: Vec<WantedIndex>,
        until: Instant,
    ) -> Result<(), ConnectError> {
        if self.running.is_empty() {
            let catalog = self.catalog.clone();
            self.running.spawn(async move {
                for index in &wanted {
                    catalog.make_ready(index).await?;
                }
                Ok(())
            });
        }
        match timeout_at(until, self.running.join_next()).await {
            Err(_) => Err(self.not_ready_yet()),
            Ok(None | Some(Ok(Ok(())))) => {
                self.last = None;
                Ok(())
            }
            Ok(Some(Ok(Err(error)))) => Err(self.failed(&error)),
            Ok(Some(Err(lost))) => {
                Err(ConnectError::fatal("making an index ready ended in a fault of the connector")
                    .caused_by(&lost))
            }
        }
    }

    /// Why indices could not be made ready.
    pub(crate) fn trouble(&self) -> Option<&str> {
        self.last.as_deref()
    }

    fn not_ready_yet(&self) -> ConnectError {
        let text =
            self.last.as_deref().unwrap_or("the engine has not answered yet about the index of the records");
        ConnectError::retriable(text).retry_after(RETRY)
    }

    fn failed(&mut self, error: &IndexError) -> ConnectError {
        let text = error.to_string();
        if !error.is_retriable() {
            return ConnectError::fatal(text);
        }
        self.last = Some(text.clone());
        ConnectError::retriable(text).retry_after(RETRY)
    }
}

#[cfg(test)]
mod tests {
    use aqueduct_plugin_api::ConfigMap;

    use super::*;
    use crate::engine::Client;
    use crate::settings::{Dialect, SinkSettings};

    #[tokio::test(start_paused = true)]
    async fn all_rounds_of_a_batch_share_one_time() {
        // Takes connections and answers nothing.
        let engine = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", engine.local_addr().unwrap());
        let config: ConfigMap = [("connection.url", url.as_str()), ("topics", "t")]
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .into();
        let settings = SinkSettings::parse(Dialect::Confluent, &config).unwrap();
        let client = Arc::new(Client::new(&settings.connection).unwrap());
        let mut preparation = Preparation::new(IndexCatalog::new(client, settings.document.json()));
        let wanted = vec![WantedIndex { index: "t".into(), schema: None, external: false }];
        let begun = Instant::now();
        let until = begun + Duration::from_millis(700);
        for _ in 0..2 {
            let error = preparation.make_ready(wanted.clone(), until).await.unwrap_err();
            assert_eq!(error.class, aqueduct_plugin_api::ErrorClass::Retriable);
        }
        assert!(begun.elapsed() < Duration::from_millis(750), "{:?}", begun.elapsed());
    }
}
