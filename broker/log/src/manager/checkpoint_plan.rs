//! Which partitions get their recovery point brought forward. Pure.

/// A partition with records beyond its recovery point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Behind {
    /// Bytes that would be read after a crash.
    pub(crate) bytes: u64,
    /// How long ago the oldest of them was appended, in ms.
    pub(crate) age_ms: i64,
}

/// Chooses (by index) those that are `max_age_ms` behind, and of the others the largest until what is left is no more
/// than `max_bytes`.
pub(crate) fn choose(behind: &[Behind], max_age_ms: i64, max_bytes: u64) -> Vec<usize> {
    let (mut chosen, mut young): (Vec<usize>, Vec<usize>) =
        (0..behind.len()).partition(|i| behind[*i].age_ms >= max_age_ms);
    young.sort_by_key(|i| std::cmp::Reverse(behind[*i].bytes));
    let mut left: u64 = young.iter().map(|i| behind[*i].bytes).sum();
    for i in young {
        if left <= max_bytes {
            break;
        }
        left -= behind[i].bytes;
        chosen.push(i);
    }
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_ones_first_then_the_largest_until_few_bytes_are_left() {
        let behind =
            [(10, 0), (500, 0), (1, 70), (300, 0), (40, 0)].map(|(bytes, age_ms)| Behind { bytes, age_ms });
        assert_eq!(choose(&behind, 60, 1000), [2]);
        assert_eq!(choose(&behind, 60, 400), [2, 1]);
        assert_eq!(choose(&behind, 60, 49), [2, 1, 3, 4]);
        assert_eq!(choose(&behind, 60, 0), [2, 1, 3, 4, 0]);
        assert_eq!(choose(&[], 60, 0), [0; 0]);
    }
}
