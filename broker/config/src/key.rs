//! One setting: its name, type, default, check and documentation.

use serde::{Deserialize, Serialize};

use crate::check::Check;

/// The type of a setting, with Kafka's names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum KeyType {
    /// `true` or `false`, in any case.
    Boolean,
    /// A text, trimmed.
    String,
    /// A 32-bit integer.
    Int,
    /// A 16-bit integer.
    Short,
    /// A 64-bit integer.
    Long,
    /// A floating point number.
    Double,
    /// A comma-separated list; blanks around the items are dropped, an empty text is the empty list.
    List,
    /// The name of a plug-in class.
    Class,
    /// A text that is never shown.
    Password,
}

impl KeyType {
    /// Kafka's name of the type, as in error texts and in REST answers.
    pub fn name(self) -> &'static str {
        match self {
            Self::Boolean => "BOOLEAN",
            Self::String => "STRING",
            Self::Int => "INT",
            Self::Short => "SHORT",
            Self::Long => "LONG",
            Self::Double => "DOUBLE",
            Self::List => "LIST",
            Self::Class => "CLASS",
            Self::Password => "PASSWORD",
        }
    }
}

/// How much a setting matters to most users.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Importance {
    /// Most users set it.
    High,
    /// Some users set it.
    Medium,
    /// Few users set it.
    Low,
}

/// How wide an input field for the setting should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Width {
    /// No hint.
    None,
    /// A few characters.
    Short,
    /// A word or two.
    Medium,
    /// A sentence.
    Long,
}

/// One row of a key table. Build it with [`KeyDef::required`], [`KeyDef::optional`] or [`KeyDef::with_default`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KeyDef {
    /// The key as users write it.
    pub name: String,
    /// Its type.
    pub kind: KeyType,
    /// Without a default and not given, a required setting is an error and another one is null.
    pub required: bool,
    /// The default in the form a user would write, `None` for null.
    pub default: Option<String>,
    /// What values are allowed besides the type.
    #[serde(default)]
    pub check: Check,
    /// How much it matters.
    pub importance: Importance,
    /// What it does, its unit and bounds.
    pub doc: String,
    /// The heading it stands under, if any.
    #[serde(default)]
    pub group: Option<String>,
    /// Width of an input field.
    pub width: Width,
    /// A short title; the name when not set.
    #[serde(default)]
    pub display_name: Option<String>,
    /// Keys whose meaning depends on this one.
    #[serde(default)]
    pub dependents: Vec<String>,
    /// Values to offer to a user.
    #[serde(default)]
    pub recommended: Vec<String>,
}

impl KeyDef {
    fn new(name: &str, kind: KeyType, required: bool, default: Option<String>, doc: &str) -> Self {
        Self {
            name: name.to_owned(),
            kind,
            required,
            default,
            check: Check::Any,
            importance: Importance::Medium,
            doc: doc.to_owned(),
            group: None,
            width: Width::None,
            display_name: None,
            dependents: Vec::new(),
            recommended: Vec::new(),
        }
    }

    /// A setting that must be given.
    pub fn required(name: &str, kind: KeyType, doc: &str) -> Self {
        Self::new(name, kind, true, None, doc).importance(Importance::High)
    }

    /// A setting that is null when it is not given.
    pub fn optional(name: &str, kind: KeyType, doc: &str) -> Self {
        Self::new(name, kind, false, None, doc)
    }

    /// A setting with a default, written as a user would write it.
    pub fn with_default(name: &str, kind: KeyType, default: impl ToString, doc: &str) -> Self {
        Self::new(name, kind, false, Some(default.to_string()), doc)
    }

    /// Sets what values are allowed.
    pub fn check(mut self, check: Check) -> Self {
        self.check = check;
        self
    }

    /// Sets how much it matters.
    pub fn importance(mut self, importance: Importance) -> Self {
        self.importance = importance;
        self
    }

    /// Sets heading, width and title.
    pub fn shown(mut self, group: &str, width: Width, display_name: &str) -> Self {
        self.group = Some(group.to_owned());
        self.width = width;
        self.display_name = Some(display_name.to_owned());
        self
    }

    /// Sets the keys that depend on this one.
    pub fn dependents(mut self, names: &[&str]) -> Self {
        self.dependents = names.iter().map(|n| (*n).to_owned()).collect();
        self
    }

    /// Sets the values to offer.
    pub fn recommended(mut self, values: &[&str]) -> Self {
        self.recommended = values.iter().map(|v| (*v).to_owned()).collect();
        self
    }
}
