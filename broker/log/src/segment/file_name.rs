//! The names of a partition's files: twenty digits of base offset and a suffix.

/// What a file of a partition's folder is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum FileKind {
    /// Record batches.
    Log,
    /// Offset index.
    Index,
    /// Time index.
    TimeIndex,
    /// Index of aborted transactions.
    TxnIndex,
    /// Producer state.
    Snapshot,
}

impl FileKind {
    pub(crate) const ALL: [FileKind; 5] =
        [FileKind::Log, FileKind::Index, FileKind::TimeIndex, FileKind::TxnIndex, FileKind::Snapshot];

    pub(crate) fn suffix(self) -> &'static str {
        match self {
            FileKind::Log => ".log",
            FileKind::Index => ".index",
            FileKind::TimeIndex => ".timeindex",
            FileKind::TxnIndex => ".txnindex",
            FileKind::Snapshot => ".snapshot",
        }
    }
}

/// The name of a file that begins (or, for a snapshot, ends) at `offset`.
pub(crate) fn file_name(offset: i64, kind: FileKind) -> String {
    format!("{offset:020}{}", kind.suffix())
}

/// What a file is by its name; `None` for any other.
pub(crate) fn parse_file_name(name: &str) -> Option<(i64, FileKind)> {
    let (digits, suffix) = name.split_at_checked(20)?;
    let kind = FileKind::ALL.into_iter().find(|kind| kind.suffix() == suffix)?;
    if !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    Some((digits.parse().ok()?, kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_kafkas() {
        assert_eq!(file_name(42, FileKind::TimeIndex), "00000000000000000042.timeindex");
        for kind in FileKind::ALL {
            assert_eq!(parse_file_name(&file_name(i64::MAX, kind)), Some((i64::MAX, kind)));
        }
        for name in [
            "42.log",
            "00000000000000000042.log.deleted",
            "99999999999999999999.log",
            "+0000000000000000042.log",
        ] {
            assert_eq!(parse_file_name(name), None, "{name}");
        }
    }
}
