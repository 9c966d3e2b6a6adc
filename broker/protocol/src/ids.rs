//! Newtypes for the numbers that must not be mixed up: offsets, epochs, producer ids, sequences.

use std::fmt;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident($inner:ty)) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(transparent)]
        pub struct $name(pub $inner);

        impl $name {
            /// The plain number, as on the wire.
            pub const fn get(self) -> $inner {
                self.0
            }
        }

        impl From<$inner> for $name {
            fn from(value: $inner) -> $name {
                $name(value)
            }
        }

        impl From<$name> for $inner {
            fn from(value: $name) -> $inner {
                value.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

id!(
    /// The position of a record in its partition, from 0.
    Offset(i64)
);
id!(
    /// The term of a partition's leader; −1 when unknown.
    LeaderEpoch(i32)
);
id!(
    /// An idempotent producer's id; −1 for none.
    ProducerId(i64)
);
id!(
    /// The epoch of a producer id; −1 for none.
    ProducerEpoch(i16)
);
id!(
    /// The number of a producer's record within a partition; −1 for none.
    Sequence(i32)
);

impl Offset {
    /// The offset `count` records further on, saturating at the ends.
    pub const fn plus(self, count: i64) -> Offset {
        Offset(self.0.saturating_add(count))
    }
}

impl LeaderEpoch {
    /// No epoch is known.
    pub const NONE: LeaderEpoch = LeaderEpoch(-1);
}

impl ProducerId {
    /// No producer id: the batch is not idempotent.
    pub const NONE: ProducerId = ProducerId(-1);

    /// Whether this names a producer.
    pub const fn is_some(self) -> bool {
        self.0 >= 0
    }
}

impl ProducerEpoch {
    /// No epoch.
    pub const NONE: ProducerEpoch = ProducerEpoch(-1);
}

impl Sequence {
    /// No sequence.
    pub const NONE: Sequence = Sequence(-1);

    /// The sequence `count` (≥ 0) records further on; after `i32::MAX` comes 0 again.
    pub const fn plus(self, count: i32) -> Sequence {
        if self.0 > i32::MAX - count {
            Sequence(count - (i32::MAX - self.0) - 1)
        } else {
            Sequence(self.0 + count)
        }
    }

    /// The sequence `count` (≥ 0) records before; before 0 comes `i32::MAX`.
    pub const fn minus(self, count: i32) -> Sequence {
        if self.0 < count { Sequence(i32::MAX - (count - self.0) + 1) } else { Sequence(self.0 - count) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sequences_wrap_to_zero() {
        assert_eq!(Sequence(i32::MAX).plus(1), Sequence(0));
        assert_eq!(Sequence(i32::MAX - 1).plus(3), Sequence(1));
        assert_eq!(Sequence(0).minus(1), Sequence(i32::MAX));
        assert_eq!(Sequence(1).minus(3), Sequence(i32::MAX - 1));
        assert_eq!(Sequence(5).plus(4).minus(4), Sequence(5));
    }
}
