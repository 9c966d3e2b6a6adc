//! What is known of each API: versions, header versions, listeners.

use std::ops::RangeInclusive;

use crate::ApiKey;

/// A row of the generated table behind [`ApiKey`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct ApiInfo {
    pub(crate) name: &'static str,
    pub(crate) min_version: i16,
    pub(crate) max_version: i16,
    pub(crate) flexible_version: i16,
    pub(crate) latest_unstable: bool,
    pub(crate) broker: bool,
    pub(crate) controller: bool,
}

impl ApiKey {
    /// Kafka's name, as in `DescribeTopicPartitions`.
    pub const fn name(self) -> &'static str {
        self.info().name
    }

    /// The versions that can be encoded and decoded.
    pub const fn versions(self) -> RangeInclusive<i16> {
        let info = self.info();
        info.min_version..=info.max_version
    }

    /// Whether the highest version is not final in Kafka and served only with
    /// `unstable.api.versions.enable`.
    pub const fn latest_version_unstable(self) -> bool {
        self.info().latest_unstable
    }

    /// Whether brokers listen for it.
    pub const fn on_broker_listener(self) -> bool {
        self.info().broker
    }

    /// Whether controllers listen for it.
    pub const fn on_controller_listener(self) -> bool {
        self.info().controller
    }

    /// Version of the request header: 2 from the API's first flexible version on (KIP-482).
    pub const fn request_header_version(self, version: i16) -> i16 {
        if version >= self.info().flexible_version { 2 } else { 1 }
    }

    /// Version of the response header: 1 from the API's first flexible version on. ApiVersions always has
    /// 0, because a client must be able to read the answer before it knows what the broker speaks (KIP-511).
    pub const fn response_header_version(self, version: i16) -> i16 {
        match self {
            Self::ApiVersions => 0,
            _ if version >= self.info().flexible_version => 1,
            _ => 0,
        }
    }
}

impl std::fmt::Display for ApiKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}
