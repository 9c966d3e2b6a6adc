//! What can go wrong between this client and a cluster.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use aqueduct_protocol::ErrorCode;
use aqueduct_protocol::codec::{DecodeError, EncodeError};
use bytestring::ByteString;

/// What a caller can do about an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorClass {
    /// The same call may succeed later.
    Retriable,
    /// What was sent is refused and will be again.
    Data,
    /// The settings or the rights are wrong.
    Config,
    /// Nothing can be done with this client, producer or member any more.
    Fatal,
}

/// A request that could not be answered as asked. Cheap to clone: one failure may concern many waiting calls.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ClientError {
    /// A broker answered with an error.
    #[error("{what}: {}", message.as_deref().unwrap_or(code.message()))]
    Broker {
        /// The call and its subject, such as `CreateTopics orders`.
        what: String,
        /// Kafka's code.
        code: ErrorCode,
        /// The broker's own words, if it gave any.
        message: Option<ByteString>,
    },
    /// No answer in time.
    #[error("{what} timed out after {} ms", after.as_millis())]
    Timeout {
        /// The call and its subject.
        what: String,
        /// How long was waited.
        after: Duration,
    },
    /// The connection could not be made or broke.
    #[error("connection to {address}: {source}")]
    Disconnected {
        /// `host:port`.
        address: String,
        /// The cause.
        #[source]
        source: Arc<io::Error>,
    },
    /// Not one of the bootstrap addresses leads to a broker.
    #[error("no broker of {addresses} can be reached: {last}")]
    NoBroker {
        /// `bootstrap.servers`.
        addresses: String,
        /// The last failure.
        last: String,
    },
    /// The metadata do not have the node, or not yet.
    #[error("broker {node} is not known")]
    UnknownNode {
        /// The broker's id; −1 for the controller or a leader that is not elected.
        node: i32,
    },
    /// The broker and this client have no common version of an API.
    #[error("the broker at {address} supports no version of {api} that this client speaks")]
    UnsupportedApi {
        /// Kafka's name of the API.
        api: &'static str,
        /// `host:port`.
        address: String,
    },
    /// A response does not follow the protocol; the connection is closed.
    #[error("malformed {api} response from {address}: {source}")]
    Malformed {
        /// Kafka's name of the API.
        api: &'static str,
        /// `host:port`.
        address: String,
        /// What is wrong.
        #[source]
        source: DecodeError,
    },
    /// A request that the negotiated version cannot express.
    #[error("{api} request cannot be encoded: {source}")]
    Encode {
        /// Kafka's name of the API.
        api: &'static str,
        /// Why.
        #[source]
        source: EncodeError,
    },
    /// A setting or an argument that makes no sense.
    #[error("{0}")]
    Invalid(String),
    /// The client was closed.
    #[error("the client is closed")]
    Closed,
}

impl ClientError {
    /// A broker's answer as an error; `Ok` for [`ErrorCode::None`].
    pub fn check(
        code: i16,
        message: Option<&ByteString>,
        what: impl FnOnce() -> String,
    ) -> Result<(), ClientError> {
        match ErrorCode::from_code(code) {
            ErrorCode::None => Ok(()),
            code => Err(ClientError::Broker { what: what(), code, message: message.cloned() }),
        }
    }

    /// Kafka's code, if a broker answered.
    pub fn code(&self) -> Option<ErrorCode> {
        match self {
            ClientError::Broker { code, .. } => Some(*code),
            _ => None,
        }
    }

    /// What a caller can do.
    pub fn class(&self) -> ErrorClass {
        match self {
            ClientError::Timeout { .. }
            | ClientError::Disconnected { .. }
            | ClientError::NoBroker { .. }
            | ClientError::UnknownNode { .. } => ErrorClass::Retriable,
            ClientError::Broker { code, .. } => class_of(*code),
            ClientError::Malformed { .. } | ClientError::Encode { .. } => ErrorClass::Data,
            ClientError::UnsupportedApi { .. } | ClientError::Invalid(_) => ErrorClass::Config,
            ClientError::Closed => ErrorClass::Fatal,
        }
    }

    /// Whether the same call may succeed later.
    pub fn is_retriable(&self) -> bool {
        self.class() == ErrorClass::Retriable
    }
}

/// The class of a broker's error.
pub fn class_of(code: ErrorCode) -> ErrorClass {
    match code {
        code if code.is_retriable() => ErrorClass::Retriable,
        ErrorCode::RebalanceInProgress | ErrorCode::BrokerNotAvailable => ErrorClass::Retriable,
        ErrorCode::TopicAuthorizationFailed
        | ErrorCode::GroupAuthorizationFailed
        | ErrorCode::ClusterAuthorizationFailed
        | ErrorCode::TransactionalIdAuthorizationFailed
        | ErrorCode::SaslAuthenticationFailed
        | ErrorCode::UnsupportedSaslMechanism
        | ErrorCode::UnsupportedVersion
        | ErrorCode::InvalidConfig
        | ErrorCode::InvalidReplicationFactor
        | ErrorCode::InvalidPartitions
        | ErrorCode::InvalidSessionTimeout
        | ErrorCode::PolicyViolation => ErrorClass::Config,
        ErrorCode::ProducerFenced | ErrorCode::FencedInstanceId | ErrorCode::InvalidProducerEpoch => {
            ErrorClass::Fatal
        }
        _ => ErrorClass::Data,
    }
}
