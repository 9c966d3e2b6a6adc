//! One reason why a reader cannot read what a writer wrote, with the texts of Confluent's registry.

/// A reason with its place and detail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incompatibility {
    /// Which rule is broken.
    pub kind: IncompatibilityKind,
    /// JSON pointer into the reader's schema: `/fields/1/type`; `/` is the schema itself.
    pub location: String,
    /// The detail: `reader type: INT not compatible with writer type: LONG`, a field's name, ….
    pub detail: String,
}

/// The rules that can be broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum IncompatibilityKind {
    /// Named types have other names, and no alias helps.
    NameMismatch,
    /// Fixeds of other sizes.
    FixedSizeMismatch,
    /// The reader's enum lacks symbols and has no default.
    MissingEnumSymbols,
    /// A field of the reader is not written and has no default.
    ReaderFieldMissingDefaultValue,
    /// Types that cannot be promoted to each other.
    TypeMismatch,
    /// No branch of the reader's union takes the writer's type.
    MissingUnionBranch,
}

impl IncompatibilityKind {
    /// The `errorType`.
    pub fn name(self) -> &'static str {
        match self {
            IncompatibilityKind::NameMismatch => "NAME_MISMATCH",
            IncompatibilityKind::FixedSizeMismatch => "FIXED_SIZE_MISMATCH",
            IncompatibilityKind::MissingEnumSymbols => "MISSING_ENUM_SYMBOLS",
            IncompatibilityKind::ReaderFieldMissingDefaultValue => "READER_FIELD_MISSING_DEFAULT_VALUE",
            IncompatibilityKind::TypeMismatch => "TYPE_MISMATCH",
            IncompatibilityKind::MissingUnionBranch => "MISSING_UNION_BRANCH",
        }
    }
}

impl Incompatibility {
    /// The whole message. `reader` and `writer` are `new` and `old`, or the other way round for a forward check.
    pub fn message(&self, reader: &str, writer: &str) -> String {
        format!(
            "{{errorType:'{}', description:'{}', additionalInfo:'{}'}}",
            self.kind.name(),
            self.description(reader, writer),
            self.detail
        )
    }

    fn description(&self, reader: &str, writer: &str) -> String {
        let (path, detail) = (&self.location, &self.detail);
        match self.kind {
            IncompatibilityKind::NameMismatch => {
                format!("The name of the schema has changed (path '{path}')")
            }
            IncompatibilityKind::FixedSizeMismatch => format!(
                "The size of FIXED type field at path '{path}' in the {reader} schema does not match with the {writer} schema"
            ),
            IncompatibilityKind::MissingEnumSymbols => format!(
                "The {reader} schema is missing enum symbols '{detail}' at path '{path}' in the {writer} schema"
            ),
            IncompatibilityKind::ReaderFieldMissingDefaultValue => format!(
                "The field '{detail}' at path '{path}' in the {reader} schema has no default value and is missing in the {writer} schema"
            ),
            IncompatibilityKind::TypeMismatch => format!(
                "The type (path '{path}') of a field in the {reader} schema does not match with the {writer} schema"
            ),
            IncompatibilityKind::MissingUnionBranch => format!(
                "The {reader} schema is missing a type inside a union field at path '{path}' in the {writer} schema"
            ),
        }
    }
}
