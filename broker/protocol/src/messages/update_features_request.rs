//! UpdateFeaturesRequest: API key 57, versions 0-2.

// Written by aqueduct-protocol-generator from a descriptor: change that.

use bytestring::ByteString;

use crate::ApiKey;
use crate::codec::{DecodeError, Decoder, EncodeError, Encoder, Message, Request, UnknownTags};

/// UpdateFeaturesRequest: API key 57, versions 0-2, flexible 0+.
#[derive(Debug, Clone, PartialEq)]
pub struct UpdateFeaturesRequest {
    /// `int32`, default 60000.
    pub timeout_ms: i32,
    /// `[]FeatureUpdateKey`.
    pub feature_updates: Vec<FeatureUpdateKey>,
    /// `bool`, versions 1+.
    pub validate_only: bool,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for UpdateFeaturesRequest {
    fn default() -> Self {
        Self {
            timeout_ms: 60000,
            feature_updates: Vec::new(),
            validate_only: false,
            unknown_tagged_fields: UnknownTags::new(),
        }
    }
}

impl Message for UpdateFeaturesRequest {
    const NAME: &'static str = "UpdateFeaturesRequest";
    const MIN_VERSION: i16 = 0;
    const MAX_VERSION: i16 = 2;
    const FLEXIBLE_VERSION: i16 = 0;

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        d.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        Ok(Self {
            timeout_ms: d.i32()?,
            feature_updates: d
                .array(true, FeatureUpdateKey::min_size(version), |d| FeatureUpdateKey::decode(d, version))?,
            validate_only: if version >= 1 { d.bool()? } else { false },
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.check_version(Self::NAME, version, Self::MIN_VERSION, Self::MAX_VERSION)?;
        e.i32(self.timeout_ms);
        e.array_length(Some(self.feature_updates.len()), true)?;
        for item in &self.feature_updates {
            item.encode(e, version)?;
        }
        if version >= 1 {
            e.bool(self.validate_only);
        } else if self.validate_only {
            return Err(EncodeError::FieldNotInVersion {
                field: "UpdateFeaturesRequest.ValidateOnly",
                version,
            });
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}

impl Request for UpdateFeaturesRequest {
    type Response = super::UpdateFeaturesResponse;
    const API_KEY: ApiKey = ApiKey::UpdateFeatures;
}

/// `FeatureUpdateKey` in [`UpdateFeaturesRequest`], versions 0-2.
#[derive(Debug, Clone, PartialEq)]
pub struct FeatureUpdateKey {
    /// `string`.
    pub feature: ByteString,
    /// `int16`.
    pub max_version_level: i16,
    /// `bool`, versions 0.
    pub allow_downgrade: bool,
    /// `int8`, versions 1+, default 1.
    pub upgrade_type: i8,
    /// Tagged fields that this code does not know.
    pub unknown_tagged_fields: UnknownTags,
}

impl Default for FeatureUpdateKey {
    fn default() -> Self {
        Self {
            feature: ByteString::new(),
            max_version_level: 0,
            allow_downgrade: false,
            upgrade_type: 1,
            unknown_tagged_fields: UnknownTags::new(),
        }
    }
}

impl FeatureUpdateKey {
    /// The least number of bytes it takes.
    const fn min_size(_version: i16) -> usize {
        5
    }

    fn decode(d: &mut Decoder, version: i16) -> Result<Self, DecodeError> {
        Ok(Self {
            feature: d.string(true)?,
            max_version_level: d.i16()?,
            allow_downgrade: if version == 0 { d.bool()? } else { false },
            upgrade_type: if version >= 1 { d.i8()? } else { 1 },
            unknown_tagged_fields: d.unknown_tags(true)?,
        })
    }

    fn encode(&self, e: &mut Encoder, version: i16) -> Result<(), EncodeError> {
        e.string(&self.feature, true)?;
        e.i16(self.max_version_level);
        if version == 0 {
            e.bool(self.allow_downgrade);
        } else if self.allow_downgrade {
            return Err(EncodeError::FieldNotInVersion { field: "FeatureUpdateKey.AllowDowngrade", version });
        }
        if version >= 1 {
            e.i8(self.upgrade_type);
        } else if self.upgrade_type != 1 {
            return Err(EncodeError::FieldNotInVersion { field: "FeatureUpdateKey.UpgradeType", version });
        }
        e.only_unknown_tags(&self.unknown_tagged_fields, true)?;
        Ok(())
    }
}
