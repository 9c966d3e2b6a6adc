//! Between a connector's records and the log's: transformations and converters.

use std::sync::Arc;
use std::time::Instant;

use aqueduct_client::{ConsumerRecord, ProducerRecord};
use aqueduct_converters::{ConvertError, Converter, Missing, SchemaAndValue};
use aqueduct_plugin_api::{
    ConfigMap, ConnectError, Header, SchemaRef, SinkRecord, SourceRecord, TimestampType, Value,
};
use aqueduct_transforms::{Chain, Verdict};
use bytes::{Bytes, BytesMut};
use bytestring::ByteString;

use super::task_metrics::ErrorMetrics;
use crate::config::worker_config::{WorkerConfig, below};
use crate::errors::policy::ErrorPolicy;
use crate::errors::report::{RecordFault, Stage};
use crate::plugins::converters::{self, ConverterType};

/// The converters and transformations of a task.
pub(crate) struct Conversion {
    chain: Chain,
    key: NamedConverter,
    value: NamedConverter,
    header: NamedConverter,
    /// Where converted keys and values are written; cut off record by record.
    buffer: BytesMut,
}

struct NamedConverter {
    class: &'static str,
    stage: Stage,
    converter: Arc<dyn Converter>,
}

/// Why a record was not converted.
pub(crate) enum NotConverted {
    /// Something must be fetched first.
    Missing(Stage, Missing),
    /// It cannot be converted.
    Fault(RecordFault),
}

/// Room for converted bytes that is asked for at once.
const BUFFER: usize = 64 << 10;

impl Conversion {
    /// From a connector's configuration (secrets resolved) and the worker's converters.
    pub(crate) fn new(worker: &WorkerConfig, connector: &ConfigMap) -> Result<Self, ConnectError> {
        Ok(Self {
            chain: Chain::configured(connector)?,
            key: NamedConverter::new(ConverterType::Key, Stage::KeyConverter, worker, connector)?,
            value: NamedConverter::new(ConverterType::Value, Stage::ValueConverter, worker, connector)?,
            header: NamedConverter::new(ConverterType::Header, Stage::HeaderConverter, worker, connector)?,
            buffer: BytesMut::new(),
        })
    }

    /// Sends a source's record through the transformations; `false` if it is left out.
    pub(crate) fn transform_source(&self, record: &mut SourceRecord) -> Result<bool, RecordFault> {
        self.transformed(|chain| chain.apply(record))
    }

    fn transformed(
        &self,
        apply: impl FnOnce(&Chain) -> Result<Verdict, aqueduct_transforms::ChainError>,
    ) -> Result<bool, RecordFault> {
        if self.chain.is_empty() {
            return Ok(true);
        }
        match apply(&self.chain) {
            Ok(verdict) => Ok(verdict == Verdict::Keep),
            Err(failed) => Err(RecordFault {
                stage: Stage::Transformation,
                class: failed.class.to_owned(),
                error: failed.error,
            }),
        }
    }

    /// A transformed record as it is produced.
    pub(crate) fn produced(&mut self, record: &SourceRecord) -> Result<ProducerRecord, NotConverted> {
        let topic = &record.topic;
        if self.buffer.capacity() < BUFFER / 4 {
            self.buffer = BytesMut::with_capacity(BUFFER);
        }
        let mut headers = Vec::with_capacity(record.headers.len());
        for header in &record.headers {
            let value = self.header.write(topic, header.schema.as_ref(), &header.value, &mut self.buffer)?;
            headers.push((header.key.clone(), value));
        }
        Ok(ProducerRecord {
            topic: topic.clone(),
            partition: record.partition,
            key: self.key.write(topic, record.key_schema.as_ref(), &record.key, &mut self.buffer)?,
            value: self.value.write(topic, record.value_schema.as_ref(), &record.value, &mut self.buffer)?,
            headers,
            timestamp: record.timestamp,
        })
    }

    /// A consumed record as a sink gets it; `None` if a transformation leaves it out.
    pub(crate) fn consumed(&self, record: &ConsumerRecord) -> Result<Option<SinkRecord>, NotConverted> {
        let topic = &record.topic;
        let key = self.key.read(topic, record.key.as_ref())?;
        let value = self.value.read(topic, record.value.as_ref())?;
        let mut headers = Vec::with_capacity(record.headers.len());
        for (name, bytes) in &record.headers {
            let SchemaAndValue { schema, value } = self.header.read(topic, bytes.as_ref())?;
            headers.push(Header { key: name.clone(), schema, value });
        }
        let mut record = SinkRecord {
            topic: topic.clone(),
            partition: record.partition,
            offset: record.offset,
            timestamp: (record.timestamp >= 0).then_some(record.timestamp),
            timestamp_type: timestamp_type(record),
            key_schema: key.schema,
            key: key.value,
            value_schema: value.schema,
            value: value.value,
            headers,
            original_topic: topic.clone(),
        };
        let kept = self.transformed(|chain| chain.apply(&mut record)).map_err(NotConverted::Fault)?;
        Ok(kept.then_some(record))
    }

    /// Converts, fetches what that asks for, and tries again for as long as the connector's settings say.
    pub(crate) async fn retried<T>(
        &mut self,
        policy: &ErrorPolicy,
        errors: &ErrorMetrics,
        mut convert: impl FnMut(&mut Self) -> Result<T, NotConverted> + Send,
    ) -> Result<T, RecordFault> {
        let mut tries = 0;
        let mut began: Option<Instant> = None;
        loop {
            let fault = match convert(self) {
                Ok(converted) => return Ok(converted),
                Err(NotConverted::Fault(fault)) => fault,
                Err(NotConverted::Missing(stage, missing)) => match self.fetch(stage, missing).await {
                    Ok(()) => continue,
                    Err(fault) => fault,
                },
            };
            errors.on_failed_try();
            tries += 1;
            let elapsed = began.get_or_insert_with(Instant::now).elapsed();
            let wait = policy.retry_after(&fault.error, tries, elapsed, rand::random());
            let Some(wait) = wait else { return Err(fault) };
            errors.retries.increment(1);
            tokio::time::sleep(wait).await;
        }
    }

    /// Fetches what a conversion asked for.
    async fn fetch(&self, stage: Stage, missing: Missing) -> Result<(), RecordFault> {
        let converter = match stage {
            Stage::KeyConverter => &self.key,
            Stage::HeaderConverter => &self.header,
            _ => &self.value,
        };
        let fetched = converter.converter.fetch(missing).await;
        fetched.map_err(|error| RecordFault {
            stage,
            class: converter.class.to_owned(),
            error: Box::new(error),
        })
    }
}

impl NamedConverter {
    /// The connector's converter, else the worker's.
    fn new(
        purpose: ConverterType,
        stage: Stage,
        worker: &WorkerConfig,
        connector: &ConfigMap,
    ) -> Result<Self, ConnectError> {
        let key = purpose.key();
        let prefix = format!("{key}.");
        let default = "org.apache.kafka.connect.storage.SimpleHeaderConverter";
        let (name, settings) = match (connector.get(key), worker.given(key)) {
            (Some(name), _) => (name.as_str(), below(connector, &prefix)),
            (None, Some(name)) => (name, worker.below(&prefix)),
            (None, None) => (default, ConfigMap::new()),
        };
        let class = converters::find(name).filter(|class| class.is_for(purpose)).ok_or_else(|| {
            ConnectError::config(format!(
                "Invalid value {name} for configuration {key}: Class {name} could not be found."
            ))
        })?;
        Ok(Self { class: class.name, stage, converter: class.make(&settings, purpose)? })
    }

    fn write(
        &self,
        topic: &ByteString,
        schema: Option<&SchemaRef>,
        value: &Value,
        buffer: &mut BytesMut,
    ) -> Result<Option<Bytes>, NotConverted> {
        match self.converter.from_connect(topic, schema, value, buffer) {
            Ok(true) => Ok(Some(buffer.split().freeze())),
            Ok(false) => Ok(None),
            Err(error) => {
                buffer.clear();
                Err(self.failed(error))
            }
        }
    }

    fn read(&self, topic: &ByteString, bytes: Option<&Bytes>) -> Result<SchemaAndValue, NotConverted> {
        self.converter.to_connect(topic, bytes).map_err(|error| self.failed(error))
    }

    fn failed(&self, error: ConvertError) -> NotConverted {
        match error {
            ConvertError::Missing(missing) => NotConverted::Missing(self.stage, missing),
            ConvertError::Failed(error) => NotConverted::Fault(RecordFault {
                stage: self.stage,
                class: self.class.to_owned(),
                error: Box::new(error),
            }),
        }
    }
}

fn timestamp_type(record: &ConsumerRecord) -> TimestampType {
    if record.timestamp < 0 {
        return TimestampType::None;
    }
    match record.timestamp_type {
        aqueduct_client::consumer::TimestampType::LogAppendTime => TimestampType::LogAppendTime,
        _ => TimestampType::CreateTime,
    }
}
