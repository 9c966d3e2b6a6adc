//! Which partition of `__consumer_offsets` keeps a group.

/// The partition of a group: Java's `String.hashCode` of its id without the sign, modulo the number of partitions.
pub(super) fn partition_for(group_id: &str, partitions: i32) -> i32 {
    let hash =
        group_id.encode_utf16().fold(0i32, |hash, unit| hash.wrapping_mul(31).wrapping_add(unit.into()));
    (hash & i32::MAX) % partitions.max(1)
}

#[cfg(test)]
mod tests {
    use super::partition_for;

    #[test]
    fn agrees_with_java() {
        // "console-consumer-1".hashCode() and "g".hashCode() as a JVM gives them.
        assert_eq!(partition_for("g", 50), 103 % 50);
        assert_eq!(partition_for("ab", 50), (97 * 31 + 98) % 50);
        assert_eq!(partition_for("", 50), 0);
    }
}
