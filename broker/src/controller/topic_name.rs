//! Which names a topic may have, in Kafka's words.

use crate::metadata::image::MetadataImage;

const MAX_LENGTH: usize = 249;

/// Checks a name. The error is Kafka's text.
///
/// # Errors
/// Empty, `.` or `..`, over 249 characters, or characters other than `[a-zA-Z0-9._-]`.
pub fn validate(name: &str) -> Result<(), String> {
    let legal = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-');
    if name.is_empty() {
        return Err("Topic name is invalid: the empty string is not allowed".to_owned());
    }
    if name == "." || name == ".." {
        return Err(format!("Topic name is invalid: '{name}' is not allowed"));
    }
    if name.len() > MAX_LENGTH {
        return Err(format!(
            "Topic name is invalid: the length of '{name}' is longer than the max allowed length {MAX_LENGTH}"
        ));
    }
    if !name.bytes().all(legal) {
        return Err(format!(
            "Topic name is invalid: '{name}' contains one or more characters other than ASCII alphanumerics, '.', \
             '_' and '-'"
        ));
    }
    Ok(())
}

/// The existing topic that `name` cannot be told apart from in metric names, where `.` becomes `_`.
#[must_use]
pub fn collision(name: &str, image: &MetadataImage) -> Option<String> {
    if !name.contains(['.', '_']) {
        return None;
    }
    let same = |a: u8, b: u8| a == b || (matches!(a, b'.' | b'_') && matches!(b, b'.' | b'_'));
    let collides = |other: &str| {
        other.len() == name.len() && other != name && other.bytes().zip(name.bytes()).all(|(a, b)| same(a, b))
    };
    image.topics().find(|topic| collides(&topic.name)).map(|topic| topic.name.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_kafkas_rules() {
        for good in ["a", "a.b_c-D9", "...", &"x".repeat(249)] {
            assert_eq!(validate(good), Ok(()), "{good}");
        }
        for bad in ["", ".", "..", "a b", "ä", "a/b", &"x".repeat(250)] {
            assert!(validate(bad).is_err(), "{bad}");
        }
        assert_eq!(validate(".."), Err("Topic name is invalid: '..' is not allowed".to_owned()));
    }
}
