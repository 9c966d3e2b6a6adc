//! A topic's index: Confluent's rules.

/// Engines refuse longer names.
const MAX_BYTES: usize = 255;

/// The topic in lower case, at most 255 bytes, without one `-` or `_` at its beginning. Topics that differ in case
/// only share an index.
pub(crate) fn index_name(topic: &str) -> String {
    let mut name = topic.to_lowercase();
    let mut end = name.len().min(MAX_BYTES);
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    name.truncate(end);
    if name.starts_with(['-', '_']) {
        name.remove(0);
    }
    match name.as_str() {
        "." => "dot".to_owned(),
        ".." => "dotdot".to_owned(),
        _ => name,
    }
}

/// Why a name cannot be that of one index. Engines refuse such names too, but some of them mean several indices, or
/// all, in the path of a request.
pub(crate) fn name_error(name: &str) -> Option<&'static str> {
    const FORBIDDEN: &[char] = &['\\', '/', '*', '?', '"', '<', '>', '|', ' ', ',', '#', ':'];
    if name.is_empty() || name == "." || name == ".." {
        Some("it is empty or made of dots")
    } else if name.len() > MAX_BYTES {
        Some("it is longer than 255 bytes")
    } else if name.starts_with(['-', '_', '+']) {
        Some("it begins with -, _ or +")
    } else if name.contains(FORBIDDEN) || name.contains(char::is_control) {
        Some("it holds one of \\ / * ? \" < > | , # : or a blank")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_means_several_indices_is_none() {
        for name in ["_all", "a,b", "logs-*", "<d-{now}>", "-x", "c:i", ""] {
            assert!(name_error(name).is_some(), "{name}");
        }
        assert_eq!(name_error("mysql.orders"), None);
    }

    #[test]
    fn names_follow_confluents_rules() {
        for (topic, index) in [
            ("MySQL.Orders", "mysql.orders"),
            ("_internal", "internal"),
            ("--x", "-x"),
            (".", "dot"),
            ("..", "dotdot"),
        ] {
            assert_eq!(index_name(topic), index);
        }
        assert_eq!(index_name(&"ä".repeat(200)).len(), 254);
    }
}
