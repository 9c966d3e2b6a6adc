//! The connector: checks settings, watches the tables, and splits them into tasks.

use std::collections::BTreeMap;
use std::sync::Arc;

use aqueduct_plugin_api::{ConfigMap, ConnectError, Connector, ConnectorContext, KeyReport, OffsetMap};
use async_trait::async_trait;

use crate::live_check::{self, Reach};
use crate::offset::{SourceOffset, partition_complaint};
use crate::settings::{SourceSettings, TASK_TABLES, TASK_TABLES_FETCHED, key_errors, refused_keys, warnings};
use crate::table_id::{Quoting, TableId};
use crate::table_monitor::TableMonitor;
use crate::task_split::group_partitions;

/// A configured JDBC source.
#[derive(Default)]
pub(crate) struct JdbcSourceConnector {
    running: Option<Running>,
}

struct Running {
    config: ConfigMap,
    settings: Arc<SourceSettings>,
    /// None for a query.
    monitor: Option<TableMonitor>,
}

#[async_trait]
impl Connector for JdbcSourceConnector {
    async fn validate(&self, config: &ConfigMap) -> Result<Vec<KeyReport>, ConnectError> {
        let mut reports = key_errors(config);
        let mut wrong = refused_keys(config);
        wrong.extend(reports.iter().map(|report| report.name.clone()));
        let probe = probe(config, &wrong);
        if let Ok(settings) = SourceSettings::parse(&probe.config) {
            let live = live_check::check(&settings, config, probe.reach).await;
            // A key that is wrong in itself needs no second complaint about what the database makes of it.
            reports.extend(live.into_iter().filter(|report| !wrong.contains(&report.name)));
        }
        Ok(reports)
    }

    async fn start(&mut self, context: ConnectorContext, config: &ConfigMap) -> Result<(), ConnectError> {
        let settings = Arc::new(SourceSettings::parse(config)?);
        for warning in warnings(&settings, config) {
            tracing::warn!("{warning}");
        }
        let monitor = settings.query.is_none().then(|| {
            let host = context.host.clone();
            TableMonitor::spawn(settings.clone(), move || host.request_task_reconfiguration())
        });
        self.running = Some(Running { config: config.clone(), settings, monitor });
        Ok(())
    }

    async fn task_configs(&mut self, max_tasks: usize) -> Result<Vec<ConfigMap>, ConnectError> {
        let Some(running) = &mut self.running else {
            return Err(ConnectError::fatal("the JDBC source connector is not started"));
        };
        let Some(monitor) = &mut running.monitor else {
            return Ok(vec![task_config(&running.config, "", true)]);
        };
        let limit = running.settings.table_startup_limit;
        let listed = tokio::time::timeout(limit, monitor.tables.wait_for(Option::is_some)).await;
        let tables = match listed {
            Ok(Ok(tables)) => tables.clone().unwrap_or_default(),
            // The list comes later and then asks for new task configurations.
            _ => return Ok(vec![task_config(&running.config, "", false)]),
        };
        refuse_shared_topics(&tables)?;
        Ok(split(&running.config, &tables, max_tasks, running.settings.url.dialect.quote()))
    }

    async fn alter_offsets(
        &mut self,
        _config: &ConfigMap,
        offsets: &[(OffsetMap, Option<OffsetMap>)],
    ) -> Result<bool, ConnectError> {
        for (partition, offset) in offsets {
            let complaint =
                partition_complaint(partition).or_else(|| offset.as_ref().and_then(SourceOffset::complaint));
            if let Some(complaint) = complaint {
                return Err(ConnectError::config(complaint));
            }
        }
        Ok(true)
    }

    async fn stop(&mut self) {
        self.running = None;
    }
}

/// What the database is asked of a configuration.
struct Probe {
    config: ConfigMap,
    reach: Reach,
}

/// What can be tried although these keys are wrong: everything, if they have nothing to do with what is read; else
/// the connection.
fn probe(config: &ConfigMap, wrong: &[String]) -> Probe {
    const WHAT_IS_READ: [&str; 9] = [
        "mode",
        "query",
        "table.",
        "catalog.",
        "schema.",
        "incrementing.",
        "timestamp.",
        "key.columns",
        "quote.",
    ];
    let mut config = config.clone();
    config.retain(|name, _| !wrong.contains(name));
    if !wrong.iter().any(|name| WHAT_IS_READ.iter().any(|what| name.starts_with(what))) {
        return Probe { config, reach: Reach::Tables };
    }
    config.retain(|name, _| name.starts_with("connection."));
    config.insert("mode".to_owned(), "bulk".to_owned());
    Probe { config, reach: Reach::Connection }
}

fn task_config(config: &ConfigMap, tables: &str, fetched: bool) -> ConfigMap {
    let mut task = config.clone();
    task.insert(TASK_TABLES.to_owned(), tables.to_owned());
    task.insert(TASK_TABLES_FETCHED.to_owned(), fetched.to_string());
    task
}

fn split(config: &ConfigMap, tables: &[TableId], max_tasks: usize, quote: char) -> Vec<ConfigMap> {
    let quoting = Quoting { quote, always: true };
    // Without tables one task waits for some to appear.
    let groups = tables.len().min(max_tasks).max(1);
    let join = |group: Vec<TableId>| group.iter().map(|id| id.quoted(quoting)).collect::<Vec<_>>().join(",");
    group_partitions(tables, groups)
        .into_iter()
        .map(|group| task_config(config, &join(group), true))
        .collect()
}

/// Tables of the same name in several databases or schemas would share a topic, where nobody could tell them apart.
fn refuse_shared_topics(tables: &[TableId]) -> Result<(), ConnectError> {
    let mut by_name: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for table in tables {
        by_name.entry(&table.name).or_default().push(table.qualified());
    }
    let shared: Vec<String> =
        by_name.into_values().filter(|ids| ids.len() > 1).map(|ids| ids.join(" and ")).collect();
    if shared.is_empty() {
        return Ok(());
    }
    Err(ConnectError::config(format!(
        "The connector uses the unqualified table name as the topic name and has found tables of the same name: {}. \
         Choose one of them with table.whitelist, catalog.pattern or schema.pattern, and read the others with connectors of their own.",
        shared.join("; ")
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(catalog: &str, name: &str) -> TableId {
        TableId { catalog: Some(catalog.into()), schema: None, name: name.into() }
    }

    #[test]
    fn tables_are_split_into_neighbouring_groups() {
        let tables = [table("d", "a"), table("d", "b"), table("d", "c")];
        let tasks = split(&ConfigMap::new(), &tables, 2, '`');
        let lists: Vec<&str> = tasks.iter().map(|task| task[TASK_TABLES].as_str()).collect();
        assert_eq!(lists, ["`d`.`a`,`d`.`b`", "`d`.`c`"]);
        assert_eq!(split(&ConfigMap::new(), &[], 3, '`').len(), 1);
    }

    #[test]
    fn tables_that_would_share_a_topic_are_refused() {
        assert!(refuse_shared_topics(&[table("a", "x"), table("b", "y")]).is_ok());
        let error = refuse_shared_topics(&[table("a", "x"), table("b", "x")]).unwrap_err();
        assert!(error.message.contains("a.x and b.x"), "{}", error.message);
    }
}
