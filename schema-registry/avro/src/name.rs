//! Names of records, enums and fixeds: simple name, namespace, full name, and how strictly they are judged.

use std::fmt;

/// The names of the primitive types.
const PRIMITIVE_NAMES: [&str; 8] = ["null", "boolean", "int", "long", "float", "double", "bytes", "string"];

/// The names of the other kinds of type.
const COMPLEX_NAMES: [&str; 6] = ["record", "enum", "array", "map", "union", "fixed"];

/// A full name: a simple name in a namespace, or in none.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Name {
    simple: String,
    namespace: Option<String>,
}

/// Why a name is not accepted; the texts are Avro's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// The name, or a part of it, is empty.
    #[error("Empty name")]
    Empty,
    /// The first character is no letter and no underscore.
    #[error("Illegal initial character: {0}")]
    InitialCharacter(String),
    /// A later character is no letter, digit or underscore of ASCII.
    #[error("Illegal character in: {0}")]
    Character(String),
    /// A part of the namespace is bad.
    #[error("Namespace part \"{part}\" is invalid: {reason}")]
    NamespacePart {
        /// The part between two dots.
        part: String,
        /// What is wrong with it.
        reason: Box<NameError>,
    },
    /// `int`, `string` and so on, outside any namespace.
    #[error("Schemas may not be named after primitives: {0}")]
    Primitive(String),
}

impl Name {
    /// Builds a name from a `name` attribute, which may hold dots, and the namespace that holds where it stands.
    /// An empty namespace is none. Nothing is judged.
    pub fn new(name: &str, namespace: Option<&str>) -> Name {
        let (space, simple) = match name.rsplit_once('.') {
            Some((space, simple)) => (Some(space), simple),
            None => (namespace, name),
        };
        Name {
            simple: simple.to_owned(),
            namespace: space.filter(|space| !space.is_empty()).map(str::to_owned),
        }
    }

    /// The part after the last dot.
    pub fn simple(&self) -> &str {
        &self.simple
    }

    /// The namespace, if there is one; never empty.
    pub fn namespace(&self) -> Option<&str> {
        self.namespace.as_deref()
    }

    /// `namespace.simple`, or the simple name alone.
    pub fn full(&self) -> String {
        match &self.namespace {
            Some(namespace) => format!("{namespace}.{}", self.simple),
            None => self.simple.clone(),
        }
    }

    /// How the name is written where `namespace` holds: simple if it is of that namespace or of none, else in full;
    /// in full too if the simple name would be taken for a kind of type.
    pub fn relative_to(&self, namespace: Option<&str>) -> String {
        let simple = self.simple.as_str();
        let elsewhere = self.namespace.is_some() && self.namespace() != namespace;
        let ambiguous = PRIMITIVE_NAMES.contains(&simple) || COMPLEX_NAMES.contains(&simple);
        if elsewhere || ambiguous { self.full() } else { self.simple.clone() }
    }

    /// Judges the simple name and each part of the namespace by Avro's rule.
    ///
    /// # Errors
    /// The first part that is not a letter or underscore followed by letters, digits and underscores.
    pub fn validate(&self) -> Result<(), NameError> {
        validate_part(&self.simple)?;
        for part in self.namespace.iter().flat_map(|namespace| namespace.split('.')) {
            if let Err(reason) = validate_part(part) {
                return Err(NameError::NamespacePart { part: part.to_owned(), reason: Box::new(reason) });
            }
        }
        Ok(())
    }

    /// Refuses the names of primitives outside any namespace, which no reference could reach.
    pub(crate) fn refuse_primitive(&self) -> Result<(), NameError> {
        if self.namespace.is_none() && PRIMITIVE_NAMES.contains(&self.simple.as_str()) {
            return Err(NameError::Primitive(self.simple.clone()));
        }
        Ok(())
    }
}

impl fmt::Display for Name {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.full())
    }
}

/// Judges a simple name: of a type, a field, an enum symbol, or one part of a namespace.
pub(crate) fn validate_part(name: &str) -> Result<(), NameError> {
    let mut characters = name.chars();
    let Some(first) = characters.next() else { return Err(NameError::Empty) };
    if !(first.is_ascii_alphabetic() || first == '_') {
        return Err(NameError::InitialCharacter(name.to_owned()));
    }
    if !characters.all(|character| character.is_ascii_alphanumeric() || character == '_') {
        return Err(NameError::Character(name.to_owned()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dotted_name_overrides_the_namespace() {
        assert_eq!(Name::new("a.b.C", Some("x")).full(), "a.b.C");
        assert_eq!(Name::new("C", Some("x")).full(), "x.C");
        assert_eq!(Name::new("C", Some("")).namespace(), None);
        assert_eq!(Name::new(".C", Some("x")).full(), "C");
    }

    #[test]
    fn names_are_written_relative_to_where_they_stand() {
        assert_eq!(Name::new("a.C", None).relative_to(Some("a")), "C");
        assert_eq!(Name::new("a.C", None).relative_to(Some("b")), "a.C");
        assert_eq!(Name::new("C", None).relative_to(Some("b")), "C");
        assert_eq!(Name::new("a.int", None).relative_to(Some("a")), "a.int");
    }

    #[test]
    fn bad_names_are_told_with_avros_texts() {
        let table = [
            ("C-D", "Illegal character in: C-D"),
            ("1C", "Illegal initial character: 1C"),
            ("Ré", "Illegal character in: Ré"),
            ("", "Empty name"),
            ("a..R", "Namespace part \"\" is invalid: Empty name"),
            ("a-b.c", "Namespace part \"a-b\" is invalid: Illegal character in: a-b"),
        ];
        for (name, text) in table {
            assert_eq!(Name::new(name, None).validate().unwrap_err().to_string(), text);
        }
    }
}
