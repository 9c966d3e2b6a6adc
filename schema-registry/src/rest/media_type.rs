//! Which media type is read and which is answered.

use super::answer::DEFAULT_MEDIA_TYPE;
use http::HeaderValue;

/// What is answered, in the order of the server's preference.
const PRODUCED: [&str; 3] = [DEFAULT_MEDIA_TYPE, "application/vnd.schemaregistry+json", "application/json"];

/// The media type to answer with, for the values of the `Accept` headers; `None` if the client takes none of ours.
pub(super) fn negotiate<'h>(accept: impl Iterator<Item = &'h HeaderValue>) -> Option<&'static str> {
    let ranges: Vec<(String, f32)> =
        accept.filter_map(|value| value.to_str().ok()).flat_map(ranges_of).collect();
    if ranges.is_empty() {
        return Some(DEFAULT_MEDIA_TYPE);
    }
    let quality = |media_type: &str| {
        let wanted = ranges.iter().filter(|(range, _)| covers(range, media_type));
        wanted.max_by_key(|(range, _)| specificity(range)).map_or(0.0, |(_, quality)| *quality)
    };
    let mut best: Option<(&'static str, f32)> = None;
    for media_type in PRODUCED {
        let quality = quality(media_type);
        if quality > 0.0 && best.is_none_or(|(_, highest)| quality > highest) {
            best = Some((media_type, quality));
        }
    }
    best.map(|(media_type, _)| media_type)
}

/// Whether a body of this media type is read. A body without one is.
pub(super) fn is_read(content_type: Option<&HeaderValue>) -> bool {
    let Some(value) = content_type else { return true };
    let Ok(text) = value.to_str() else { return false };
    let media_type = text.split(';').next().unwrap_or("").trim().to_ascii_lowercase();
    PRODUCED.contains(&media_type.as_str()) || media_type == "application/octet-stream"
}

/// The media ranges of a header value with their quality.
fn ranges_of(text: &str) -> Vec<(String, f32)> {
    let range = |part: &str| {
        let mut pieces = part.split(';').map(str::trim);
        let range = pieces.next().unwrap_or("").to_ascii_lowercase();
        let quality = pieces.find_map(|piece| piece.strip_prefix("q=")?.parse().ok()).unwrap_or(1.0);
        (range, quality)
    };
    text.split(',').map(range).filter(|(range, _)| !range.is_empty()).collect()
}

fn covers(range: &str, media_type: &str) -> bool {
    range == media_type || range == "*/*" || range == "*" || range == "application/*"
}

fn specificity(range: &str) -> u8 {
    match range {
        "*/*" | "*" => 0,
        "application/*" => 1,
        _ => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_type_that_the_client_takes_is_answered() {
        let table = [
            ("*/*", Some(DEFAULT_MEDIA_TYPE)),
            ("application/json", Some("application/json")),
            (
                "application/json; q=0.5, application/vnd.schemaregistry+json",
                Some("application/vnd.schemaregistry+json"),
            ),
            (
                "application/vnd.schemaregistry.v1+json, application/vnd.schemaregistry+json, application/json",
                Some(DEFAULT_MEDIA_TYPE),
            ),
            ("text/html, */*;q=0.1", Some(DEFAULT_MEDIA_TYPE)),
            ("application/json;q=0, text/plain", None),
            ("text/plain", None),
        ];
        for (accept, expected) in table {
            let value = HeaderValue::from_static(accept);
            assert_eq!(negotiate([&value].into_iter()), expected, "{accept}");
        }
        assert_eq!(negotiate(std::iter::empty()), Some(DEFAULT_MEDIA_TYPE));
    }

    #[test]
    fn bodies_of_other_types_are_not_read() {
        assert!(is_read(None));
        assert!(is_read(Some(&HeaderValue::from_static("Application/JSON; charset=utf-8"))));
        assert!(is_read(Some(&HeaderValue::from_static("application/octet-stream"))));
        assert!(!is_read(Some(&HeaderValue::from_static("text/plain"))));
        assert!(!is_read(Some(&HeaderValue::from_static("application/x-www-form-urlencoded"))));
    }
}
