//! ApiVersionsResponse: API key 18, versions 0-5.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytestring::ByteString;

use crate::ApiKey;
use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, Response, UnknownTags};

/// ApiVersionsResponse: API key 18, versions 0-5, flexible 3+.
#[derive(Debug, Clone, PartialEq)]
pub struct ApiVersionsResponse {
    /// `int16`.
    pub error_code: i16,
    /// `[]ApiVersion`.
    pub api_keys: Vec<ApiVersion>,
    /// `int32`, versions 1+; dropped elsewhere.
    pub throttle_time_ms: i32,
    /// `[]SupportedFeatureKey`, tag 0, versions 3+; dropped elsewhere.
    pub supported_features: Vec<SupportedFeatureKey>,
    /// `int64`, tag 1, versions 3+, default -1; dropped elsewhere.
    pub finalized_features_epoch: i64,
    /// `[]FinalizedFeatureKey`, tag 2, versions 3+; dropped elsewhere.
    pub finalized_features: Vec<FinalizedFeatureKey>,
    /// `bool`, tag 3, versions 3+; dropped elsewhere.
    pub zk_migration_ready: bool,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for ApiVersionsResponse {
    fn default() -> Self {
        Self {
            error_code: 0,
            api_keys: Vec::new(),
            throttle_time_ms: 0,
            supported_features: Vec::new(),
            finalized_features_epoch: -1,
            finalized_features: Vec::new(),
            zk_migration_ready: false,
            unknown_tagged_fields: UnknownTags::new(),
        }
    }
}

impl Message for ApiVersionsResponse {
    const NAME: &'static str = "ApiVersionsResponse";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 5;
    const FLEXIBLE_VERSION: i16 = 3;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let flexible = version >= 3;
        let mut value = Self {
            error_code: d.i16()?,
            api_keys: d.array(flexible, ApiVersion::min_size(version), |d| ApiVersion::decode(d, version))?,
            throttle_time_ms: if version >= 1 { d.i32()? } else { 0 },
            supported_features: Vec::new(),
            finalized_features_epoch: -1,
            finalized_features: Vec::new(),
            zk_migration_ready: false,
            unknown_tagged_fields: UnknownTags::new(),
        };
        if flexible {
            for _ in 0..d.tag_count()? {
                let (tag, outer) = d.begin_tag()?;
                match tag {
                    0 if version >= 3 => {
                        value.supported_features =
                            d.array(true, SupportedFeatureKey::min_size(version), |d| {
                                SupportedFeatureKey::decode(d, version)
                            })?
                    }
                    1 if version >= 3 => value.finalized_features_epoch = d.i64()?,
                    2 if version >= 3 => {
                        value.finalized_features =
                            d.array(true, FinalizedFeatureKey::min_size(version), |d| {
                                FinalizedFeatureKey::decode(d, version)
                            })?
                    }
                    3 if version >= 3 => value.zk_migration_ready = d.bool()?,
                    _ => d.unknown_tag(tag, &mut value.unknown_tagged_fields)?,
                }
                d.end_tag(tag, outer)?;
            }
        }
        Ok(value)
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        let flexible = version >= 3;
        e.i16(self.error_code);
        e.array_length(Some(self.api_keys.len()), flexible)?;
        for item in &self.api_keys {
            item.encode(e, version)?;
        }
        if version >= 1 {
            e.i32(self.throttle_time_ms);
        }
        if flexible {
            let has_supported_features = version >= 3 && !self.supported_features.is_empty();
            let has_finalized_features_epoch = version >= 3 && self.finalized_features_epoch != -1;
            let has_finalized_features = version >= 3 && !self.finalized_features.is_empty();
            let has_zk_migration_ready = version >= 3 && self.zk_migration_ready;
            let mut unknown = self.unknown_tagged_fields.as_slice();
            e.unsigned_varint(
                (usize::from(has_supported_features)
                    + usize::from(has_finalized_features_epoch)
                    + usize::from(has_finalized_features)
                    + usize::from(has_zk_migration_ready)
                    + unknown.len()) as u32,
            );
            if has_supported_features {
                unknown = e.unknown_tags_before(unknown, 0)?;
                let mark = e.begin_tag(0);
                e.array_length(Some(self.supported_features.len()), true)?;
                for item in &self.supported_features {
                    item.encode(e, version)?;
                }
                e.end_tag(mark)?;
            }
            if has_finalized_features_epoch {
                unknown = e.unknown_tags_before(unknown, 1)?;
                let mark = e.begin_tag(1);
                e.i64(self.finalized_features_epoch);
                e.end_tag(mark)?;
            }
            if has_finalized_features {
                unknown = e.unknown_tags_before(unknown, 2)?;
                let mark = e.begin_tag(2);
                e.array_length(Some(self.finalized_features.len()), true)?;
                for item in &self.finalized_features {
                    item.encode(e, version)?;
                }
                e.end_tag(mark)?;
            }
            if has_zk_migration_ready {
                unknown = e.unknown_tags_before(unknown, 3)?;
                let mark = e.begin_tag(3);
                e.bool(self.zk_migration_ready);
                e.end_tag(mark)?;
            }
            e.unknown_tags(unknown)?;
        } else {
            e.only_unknown_tags(&self.unknown_tagged_fields, false)?;
        }
        Ok(())
    }
}

impl Response for ApiVersionsResponse {
    const API_KEY: ApiKey = ApiKey::ApiVersions;

    fn each_error_code(&self, _version: i16, see: &mut dyn FnMut(i16)) {
        see(self.error_code);
    }
}

/// `ApiVersion` in [`ApiVersionsResponse`], versions 0-5.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ApiVersion {
    /// `int16`.
    pub api_key: i16,
    /// `int16`.
    pub min_version: i16,
    /// `int16`.
    pub max_version: i16,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl ApiVersion {
    /// The least number of bytes it takes.
    const fn min_size(version: i16) -> usize {
        match version {
            ..3 => 6,
            _ => 7,
        }
    }

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        let flexible = version >= 3;
        Ok(Self {
            api_key: d.i16()?,
            min_version: d.i16()?,
            max_version: d.i16()?,
            unknown_tagged_fields: d.unknown_tags(flexible)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        let flexible = version >= 3;
        e.i16(self.api_key);
        e.i16(self.min_version);
        e.i16(self.max_version);
        e.only_unknown_tags(&self.unknown_tagged_fields, flexible)?;
        Ok(())
    }
}

/// `SupportedFeatureKey` in [`ApiVersionsResponse`], versions 3-5.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SupportedFeatureKey {
    /// `string`.
    pub name: ByteString,
    /// `int16`.
    pub min_version: i16,
    /// `int16`.
    pub max_version: i16,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl SupportedFeatureKey {
    /// The least number of bytes it takes.
    const fn min_size(_version: i16) -> usize {
        6
    }

    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            name: d.string(true)?,
            min_version: d.i16()?,
            max_version: d.i16()?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.string(&self.name, true)?;
        e.i16(self.min_version);
        e.i16(self.max_version);
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}

/// `FinalizedFeatureKey` in [`ApiVersionsResponse`], versions 3-5.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FinalizedFeatureKey {
    /// `string`.
    pub name: ByteString,
    /// `int16`.
    pub max_version_level: i16,
    /// `int16`.
    pub min_version_level: i16,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl FinalizedFeatureKey {
    /// The least number of bytes it takes.
    const fn min_size(_version: i16) -> usize {
        6
    }

    fn decode(d: &mut Decoder, _version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            name: d.string(true)?,
            max_version_level: d.i16()?,
            min_version_level: d.i16()?,
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, _version: i16) -> Result<(), EncodeError> {
        e.string(&self.name, true)?;
        e.i16(self.max_version_level);
        e.i16(self.min_version_level);
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}
