//! DescribeClusterRequest: API key 60, versions 0-2.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use crate::ApiKey;
use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, Request, UnknownTags};

/// DescribeClusterRequest: API key 60, versions 0-2, flexible 0+.
#[derive(Debug, Clone, PartialEq)]
pub struct DescribeClusterRequest {
    /// `bool`.
    pub include_cluster_authorized_operations: bool,
    /// `int8`, versions 1+, default 1.
    pub endpoint_type: i8,
    /// `bool`, versions 2+.
    pub include_fenced_brokers: bool,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for DescribeClusterRequest {
    fn default() -> Self {
        Self {
            include_cluster_authorized_operations: false,
            endpoint_type: 1,
            include_fenced_brokers: false,
            unknown_tagged_fields: UnknownTags::new(),
        }
    }
}

impl Message for DescribeClusterRequest {
    const NAME: &'static str = "DescribeClusterRequest";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 2;
    const FLEXIBLE_VERSION: i16 = 0;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        Ok(Self {
            include_cluster_authorized_operations: d.bool()?,
            endpoint_type: if version >= 1 { d.i8()? } else { 1 },
            include_fenced_brokers: if version == 2 { d.bool()? } else { false },
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        e.bool(self.include_cluster_authorized_operations);
        if version >= 1 {
            e.i8(self.endpoint_type);
        } else if self.endpoint_type != 1 {
            return Err(EncodeError::FieldNotInVersion {
                field: "DescribeClusterRequest.EndpointType",
                version,
            });
        }
        if version == 2 {
            e.bool(self.include_fenced_brokers);
        } else if self.include_fenced_brokers {
            return Err(EncodeError::FieldNotInVersion {
                field: "DescribeClusterRequest.IncludeFencedBrokers",
                version,
            });
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}

impl Request for DescribeClusterRequest {
    type Response = super::DescribeClusterResponse;
    const API_KEY: ApiKey = ApiKey::DescribeCluster;
}
