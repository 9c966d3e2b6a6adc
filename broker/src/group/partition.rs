//! Which partition of `__consumer_offsets` keeps a group.

/// The partition of a group: the magnitude of Java's `String.hashCode` of its id, modulo the number of partitions. The
/// one number without a positive counterpart, -2147483648, counts as 0.
pub(super) fn partition_for(group_id: &str, partitions: i32) -> i32 {
    let hash =
        group_id.encode_utf16().fold(0i32, |hash, unit| hash.wrapping_mul(31).wrapping_add(unit.into()));
    hash.checked_abs().unwrap_or(0) % partitions.max(1)
}

#[cfg(test)]
mod tests {
    use super::partition_for;

    #[test]
    fn agrees_with_java() {
        assert_eq!(partition_for("g", 50), 103 % 50);
        assert_eq!(partition_for("ab", 50), (97 * 31 + 98) % 50);
        assert_eq!(partition_for("", 50), 0);
        // A JVM gives -1774468083 for the first and -2147483648 for the second.
        assert_eq!(partition_for("tools-group", 50), 33);
        assert_eq!(partition_for("polygenelubricants", 50), 0);
    }
}
