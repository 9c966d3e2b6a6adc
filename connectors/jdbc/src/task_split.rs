//! Which task reads which tables: Connect's `ConnectorUtils.groupPartitions`.

/// Cuts `items` into `groups` runs of neighbours whose lengths differ by one at most, longer ones first.
pub(crate) fn group_partitions<T: Clone>(items: &[T], groups: usize) -> Vec<Vec<T>> {
    let mut rest = items;
    (0..groups)
        .map(|group| {
            let size = rest.len().div_ceil(groups - group);
            let (now, later) = rest.split_at(size);
            rest = later;
            now.to_vec()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_grouped_as_connect_groups_them() {
        assert_eq!(group_partitions(&[1, 2, 3, 4, 5], 3), [vec![1, 2], vec![3, 4], vec![5]]);
        assert_eq!(group_partitions(&[1, 2], 2), [vec![1], vec![2]]);
        assert_eq!(group_partitions::<u8>(&[], 1), [Vec::<u8>::new()]);
    }
}
