//! The proxy of a connector.

use std::ffi::c_void;

use aqueduct_plugin_api::{ConfigMap, ConnectError, Connector, ConnectorContext, KeyReport, OffsetMap};
use async_trait::async_trait;

use super::context::Services;
use super::instance::Instance;
use crate::codec::encode_offset_map;
use crate::lend::{LentConfig, NO_STR, lend};
use crate::raw::{AqConnectorTable, AqDone, AqOffsetChange};

/// A connector in a library.
pub(super) struct ConnectorProxy {
    instance: Instance<AqConnectorTable>,
}

impl ConnectorProxy {
    pub(super) fn new(instance: Instance<AqConnectorTable>) -> Self {
        Self { instance }
    }
}

#[async_trait]
impl Connector for ConnectorProxy {
    async fn validate(&self, config: &ConfigMap) -> Result<Vec<KeyReport>, ConnectError> {
        let Some(validate) = self.instance.table.validate else { return Ok(Vec::new()) };
        let config = config.clone();
        // SAFETY: the settings live until the call returns.
        let submit = move |instance: *mut c_void, done: AqDone| unsafe {
            validate(instance, &LentConfig::new(&config).raw(), done)
        };
        Ok(self.instance.call(submit).await?.reports)
    }

    async fn start(&mut self, context: ConnectorContext, config: &ConfigMap) -> Result<(), ConnectError> {
        self.instance.start(self.instance.table.start, Services::of_connector(context), config).await
    }

    async fn task_configs(&mut self, max_tasks: usize) -> Result<Vec<ConfigMap>, ConnectError> {
        let task_configs =
            self.instance.table.task_configs.ok_or_else(|| self.instance.lacks("task_configs"))?;
        let max_tasks = u32::try_from(max_tasks).unwrap_or(u32::MAX);
        // SAFETY: the ABI's promise.
        let submit =
            move |instance: *mut c_void, done: AqDone| unsafe { task_configs(instance, max_tasks, done) };
        Ok(self.instance.call(submit).await?.configs)
    }

    async fn alter_offsets(
        &mut self,
        config: &ConfigMap,
        offsets: &[(OffsetMap, Option<OffsetMap>)],
    ) -> Result<bool, ConnectError> {
        let Some(alter) = self.instance.table.alter_offsets else { return Ok(true) };
        let config = config.clone();
        let changes = offsets.iter().map(encode_change).collect::<Result<Vec<_>, ConnectError>>()?;
        let submit = move |instance: *mut c_void, done: AqDone| {
            let lend_change = |(partition, offset): &(Vec<u8>, Option<Vec<u8>>)| AqOffsetChange {
                partition: lend(partition),
                offset: offset.as_ref().map_or(NO_STR, lend),
            };
            let lent: Vec<AqOffsetChange> = changes.iter().map(lend_change).collect();
            // SAFETY: settings and changes live until the call returns.
            unsafe { alter(instance, &LentConfig::new(&config).raw(), lent.as_ptr(), lent.len(), done) }
        };
        Ok(self.instance.call(submit).await?.flag)
    }

    async fn stop(&mut self) {
        let Some(stop) = self.instance.table.stop else { return };
        // SAFETY: the ABI's promise.
        let submit = move |instance: *mut c_void, done: AqDone| unsafe { stop(instance, done) };
        if let Err(error) = self.instance.call(submit).await {
            tracing::warn!(%error, "connector did not stop in order");
        }
    }
}

fn encode_change(
    (partition, offset): &(OffsetMap, Option<OffsetMap>),
) -> Result<(Vec<u8>, Option<Vec<u8>>), ConnectError> {
    let encode = |map: &OffsetMap| -> Result<Vec<u8>, ConnectError> {
        let mut bytes = Vec::new();
        encode_offset_map(&mut bytes, map)?;
        Ok(bytes)
    };
    Ok((encode(partition)?, offset.as_ref().map(encode).transpose()?))
}
