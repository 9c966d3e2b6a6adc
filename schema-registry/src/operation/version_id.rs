//! A version in a path: a number from 1, or `latest`, which is also -1.

use crate::error::RegistryError;
use std::str::FromStr;

/// Which version of a subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VersionId {
    /// The latest that is not deleted.
    Latest,
    /// That one.
    Number(u32),
}

impl VersionId {
    /// The number in messages: -1 for the latest.
    pub fn in_messages(self) -> i64 {
        match self {
            VersionId::Latest => -1,
            VersionId::Number(version) => i64::from(version),
        }
    }
}

impl FromStr for VersionId {
    type Err = RegistryError;

    fn from_str(text: &str) -> Result<Self, RegistryError> {
        if text.eq_ignore_ascii_case("latest") {
            return Ok(VersionId::Latest);
        }
        match text.parse::<i32>() {
            Ok(-1) => Ok(VersionId::Latest),
            Ok(version @ 1..) => Ok(VersionId::Number(version as u32)),
            _ => Err(RegistryError::InvalidVersion(text.to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_numbers_or_latest() {
        assert_eq!("latest".parse(), Ok(VersionId::Latest));
        assert_eq!("LATEST".parse(), Ok(VersionId::Latest));
        assert_eq!("-1".parse(), Ok(VersionId::Latest));
        assert_eq!("2147483647".parse(), Ok(VersionId::Number(i32::MAX as u32)));
        for bad in ["0", "-2", "2147483648", "one", "", "1.0"] {
            assert_eq!(bad.parse::<VersionId>(), Err(RegistryError::InvalidVersion(bad.into())));
        }
    }
}
