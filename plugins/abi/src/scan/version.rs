//! Which of two versions is newer.

use std::cmp::Ordering;

/// Compares version texts part by part: numbers as numbers, others as texts; `1.2` < `1.2.1`, and a version with a
/// suffix after `-` comes before the same version without one.
pub(super) fn compare(a: &str, b: &str) -> Ordering {
    let (a_main, a_suffix) = split(a);
    let (b_main, b_suffix) = split(b);
    compare_parts(a_main, b_main).then_with(|| match (a_suffix, b_suffix) {
        (None, None) => Ordering::Equal,
        (None, Some(_)) => Ordering::Greater,
        (Some(_), None) => Ordering::Less,
        (Some(a), Some(b)) => compare_parts(a, b),
    })
}

fn split(version: &str) -> (&str, Option<&str>) {
    // What follows a plus sign says how it was built, not how new it is.
    let version = version.split('+').next().unwrap_or(version);
    version.split_once('-').map_or((version, None), |(main, suffix)| (main, Some(suffix)))
}

fn compare_parts(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a.split('.'), b.split('.'));
    loop {
        let order = match (a.next(), b.next()) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => Ordering::Less,
            (Some(_), None) => Ordering::Greater,
            (Some(a), Some(b)) => match (a.parse::<u64>(), b.parse::<u64>()) {
                (Ok(a), Ok(b)) => a.cmp(&b),
                _ => a.cmp(b),
            },
        };
        if order != Ordering::Equal {
            return order;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_ordered_as_people_read_them() {
        let ordered = ["0.9", "0.10", "1.0.0-alpha.2", "1.0.0-alpha.10", "1.0.0", "1.0.1", "2"];
        for pair in ordered.windows(2) {
            assert_eq!(compare(pair[0], pair[1]), Ordering::Less, "{pair:?}");
        }
        assert_eq!(compare("1.0+build1", "1.0+build2"), Ordering::Equal);
    }
}
