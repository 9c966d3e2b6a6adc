//! Which keys of a table have arrived: a set of whole numbers kept as ranges, because auto-increment keys are mostly
//! one run.

use std::collections::BTreeMap;

/// Keys, as ranges that do not touch: first key to last key.
#[derive(Debug, Default)]
pub(crate) struct ArrivedKeys(BTreeMap<i64, i64>);

impl ArrivedKeys {
    /// Adds a key; one that is there already changes nothing.
    pub(crate) fn insert(&mut self, key: i64) {
        let before = self.0.range(..=key).next_back().map(|(first, last)| (*first, *last));
        if before.is_some_and(|(_, last)| last >= key) {
            return;
        }
        let first = match before {
            Some((first, last)) if last.checked_add(1) == Some(key) => first,
            _ => key,
        };
        let after = key.checked_add(1).and_then(|next| self.0.remove(&next));
        self.0.insert(first, after.unwrap_or(key));
    }

    /// How many there are up to a key.
    pub(crate) fn count_up_to(&self, highest: i64) -> u64 {
        self.0.range(..=highest).map(|(first, last)| last.min(&highest).abs_diff(*first) + 1).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_count_once_in_any_order() {
        let mut keys = ArrivedKeys::default();
        for key in [5, 1, 2, 3, 9, 4, 4, 8, -7, i64::MAX, i64::MIN] {
            keys.insert(key);
        }
        assert_eq!(keys.0.len(), 5, "{keys:?}");
        assert_eq!((keys.count_up_to(4), keys.count_up_to(8)), (6, 8));
        assert_eq!(keys.count_up_to(i64::MAX), 10);
    }
}
