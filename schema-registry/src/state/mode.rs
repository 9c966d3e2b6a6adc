//! What may be written.

/// A mode of a subject, a context, or all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    /// Everything but explicit ids.
    #[default]
    ReadWrite,
    /// Nothing.
    ReadOnly,
    /// Nothing; the older way to say so for all.
    ReadOnlyOverride,
    /// Schemas with ids that are given.
    Import,
}

impl Mode {
    /// The mode of that name, in upper case.
    pub fn from_name(name: &str) -> Option<Mode> {
        Some(match name {
            "READWRITE" => Mode::ReadWrite,
            "READONLY" => Mode::ReadOnly,
            "READONLY_OVERRIDE" => Mode::ReadOnlyOverride,
            "IMPORT" => Mode::Import,
            _ => return None,
        })
    }

    /// The name in requests, answers and records.
    pub fn name(self) -> &'static str {
        match self {
            Mode::ReadWrite => "READWRITE",
            Mode::ReadOnly => "READONLY",
            Mode::ReadOnlyOverride => "READONLY_OVERRIDE",
            Mode::Import => "IMPORT",
        }
    }

    /// Whether nothing may be written.
    pub fn is_read_only(self) -> bool {
        matches!(self, Mode::ReadOnly | Mode::ReadOnlyOverride)
    }
}
