//! Ranges of message versions.

use std::fmt;

/// An inclusive range of versions; empty if `low > high`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Versions {
    /// The first.
    pub low: i16,
    /// The last; `i16::MAX` if there is no last.
    pub high: i16,
}

impl Versions {
    pub(crate) const ALL: Self = Self { low: 0, high: i16::MAX };
    pub(crate) const NONE: Self = Self { low: 1, high: 0 };

    /// Reads `none`, `3`, `3+` or `3-5`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        if text == "none" {
            return Some(Self::NONE);
        }
        if let Some(low) = text.strip_suffix('+') {
            return Some(Self { low: low.parse().ok()?, high: i16::MAX });
        }
        let (low, high) = text.split_once('-').unwrap_or((text, text));
        Some(Self { low: low.parse().ok()?, high: high.parse().ok()? })
    }

    /// Whether there is no version in it.
    pub fn is_empty(self) -> bool {
        self.low > self.high
    }

    /// The versions in both.
    pub fn intersect(self, other: Self) -> Self {
        Self { low: self.low.max(other.low), high: self.high.min(other.high) }
    }

    /// Whether `version` is in it.
    pub fn contains(self, version: i16) -> bool {
        self.low <= version && version <= self.high
    }

    /// The Rust condition that `version`, known to be within `known`, is in this range.
    pub(crate) fn condition(self, known: Self) -> Condition {
        let range = self.intersect(known);
        if range.is_empty() {
            Condition::Never
        } else if range == known {
            Condition::Always
        } else if range.low == range.high {
            Condition::When(format!("version == {}", range.low))
        } else if range.low == known.low {
            Condition::When(format!("version <= {}", range.high))
        } else if range.high == known.high {
            Condition::When(format!("version >= {}", range.low))
        } else {
            Condition::When(format!("({}..={}).contains(&version)", range.low, range.high))
        }
    }
}

/// See [`Versions::condition`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Condition {
    Never,
    Always,
    When(String),
}

/// The opposite of a condition made by [`Versions::condition`].
pub(crate) fn negated(condition: &str) -> String {
    for (sign, opposite) in [("<=", ">"), (">=", "<"), ("==", "!=")] {
        if let Some(bound) = condition.strip_prefix(&format!("version {sign} ")) {
            return format!("version {opposite} {bound}");
        }
    }
    format!("!{condition}")
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Never => "false",
            Self::Always => "true",
            Self::When(text) => text,
        })
    }
}

impl fmt::Display for Versions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            range if range.is_empty() => f.write_str("none"),
            Self { low, high: i16::MAX } => write!(f, "{low}+"),
            Self { low, high } if low == high => write!(f, "{low}"),
            Self { low, high } => write!(f, "{low}-{high}"),
        }
    }
}
