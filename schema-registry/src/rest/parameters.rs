//! Path and query parameters.

use crate::error::RegistryError;
use crate::subject::{context_of, normalized, validate, validate_for_settings};
use std::collections::HashMap;

/// Query parameters; of several with the same name the last counts.
pub(super) type Query = axum::extract::Query<HashMap<String, String>>;

/// A flag: true if it says `true` in any case.
pub(super) fn flag(query: &Query, name: &str) -> bool {
    query.get(name).is_some_and(|value| value.eq_ignore_ascii_case("true"))
}

/// A text; an empty one counts as missing.
pub(super) fn text<'q>(query: &'q Query, name: &str) -> Option<&'q str> {
    query.get(name).map(String::as_str).filter(|value| !value.is_empty())
}

/// Refuses `format`, of which only the default is implemented.
pub(super) fn refuse_format(query: &Query) -> Result<(), RegistryError> {
    match text(query, "format") {
        None | Some("default") => Ok(()),
        Some(format) => Err(RegistryError::NotImplemented(format!("format={format}"))),
    }
}

/// An id in a path. One that is no number is a path that does not exist.
pub(super) fn id(text: &str) -> Result<i32, RegistryError> {
    text.parse().map_err(|_| RegistryError::PathNotFound)
}

/// A subject in a path, as it is stored.
pub(super) fn subject(text: &str) -> Result<&str, RegistryError> {
    let name = normalized(text);
    validate(name)?;
    Ok(name)
}

/// A subject in a path of settings.
pub(super) fn subject_of_settings(text: &str) -> Result<&str, RegistryError> {
    let name = normalized(text);
    validate_for_settings(name)?;
    Ok(name)
}

/// The part of a list that `offset` and `limit` choose. A limit of 0 or less is none.
pub(super) fn page<T>(query: &Query, items: Vec<T>) -> Result<Vec<T>, RegistryError> {
    page_up_to(query, items, usize::MAX)
}

/// The same, with a limit that cannot be exceeded.
pub(super) fn page_up_to<T>(query: &Query, items: Vec<T>, most: usize) -> Result<Vec<T>, RegistryError> {
    let number = |name: &str| match text(query, name) {
        None => Ok(0),
        Some(value) => value.parse::<i32>().map_err(|_| RegistryError::PathNotFound),
    };
    let offset = usize::try_from(number("offset")?).unwrap_or(0);
    let limit = usize::try_from(number("limit")?).unwrap_or(0);
    let limit = if limit == 0 { most } else { limit.min(most) };
    Ok(items.into_iter().skip(offset).take(limit).collect())
}

/// Which subjects a `subjectPrefix` chooses: in all contexts after `:*:`, else in one.
pub(super) fn has_prefix(subject: &str, prefix: Option<&str>) -> bool {
    let prefix = prefix.unwrap_or(":*:");
    if let Some(rest) = prefix.strip_prefix(":*:") {
        return unqualified(subject).starts_with(rest);
    }
    context_of(subject) == context_of(prefix) && unqualified(subject).starts_with(unqualified(prefix))
}

fn unqualified(subject: &str) -> &str {
    match subject.strip_prefix(":.").and_then(|rest| rest.split_once(':')) {
        Some((_, name)) => name,
        None => subject,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::extract::Query as AxumQuery;

    fn query(pairs: &[(&str, &str)]) -> Query {
        AxumQuery(pairs.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect())
    }

    #[test]
    fn pages_are_cut_by_offset_and_limit() {
        let items = || vec![1, 2, 3, 4];
        assert_eq!(page(&query(&[("offset", "1"), ("limit", "2")]), items()), Ok(vec![2, 3]));
        assert_eq!(page(&query(&[("limit", "0")]), items()), Ok(items()));
        assert_eq!(page(&query(&[("limit", "-1"), ("offset", "-1")]), items()), Ok(items()));
        assert_eq!(page(&query(&[("offset", "9")]), items()), Ok(vec![]));
        assert_eq!(page_up_to(&query(&[("limit", "9")]), items(), 3), Ok(vec![1, 2, 3]));
        assert_eq!(page(&query(&[("offset", "x")]), items()), Err(RegistryError::PathNotFound));
    }

    #[test]
    fn prefixes_choose_contexts() {
        let table = [
            ("a", None, true),
            (":.c:a", None, true),
            (":.c:a", Some(":*:a"), true),
            (":.c:a", Some(""), false),
            (":.c:a", Some(":.c:"), true),
            ("ab", Some("a"), true),
            ("b", Some("a"), false),
        ];
        for (subject, prefix, expected) in table {
            assert_eq!(has_prefix(subject, prefix), expected, "{subject} {prefix:?}");
        }
    }

    #[test]
    fn ids_are_numbers() {
        assert_eq!(id("7"), Ok(7));
        assert_eq!(id("-7"), Ok(-7));
        assert_eq!(id("x"), Err(RegistryError::PathNotFound));
    }
}
