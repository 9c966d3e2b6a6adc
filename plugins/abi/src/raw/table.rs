//! Size-prefixed tables: how two sides that know different lengths of the same table read each other's.

use super::{
    AqBatch, AqConnectorTable, AqContext, AqContextTable, AqError, AqHost, AqLogRecord, AqPlugin, AqResult,
    AqSinkTaskTable, AqSourceTaskTable,
};

/// A struct that says its own size, and only ever grows at its end. All its fields may be zero.
///
/// # Safety
/// The type is `#[repr(C)]`, every bit pattern of zeros is valid for it, and its `size` field is the number of bytes
/// that its maker filled in.
pub unsafe trait Table: Copy {
    /// Where the `size` field stands.
    const SIZE_AT: usize;
}

macro_rules! tables {
    ($($name:ident),*) => {
        $(
            // SAFETY: integers, raw pointers and `Option<extern "C" fn>` only, each of which may be zero.
            unsafe impl Table for $name {
                const SIZE_AT: usize = std::mem::offset_of!($name, size);
            }
        )*
    };
}

tables!(
    AqHost,
    AqPlugin,
    AqError,
    AqResult,
    AqBatch,
    AqContext,
    AqContextTable,
    AqConnectorTable,
    AqSourceTaskTable,
    AqSinkTaskTable,
    AqLogRecord
);

/// A copy of a table that another side made: what it does not have is zero, what we do not know is left out.
/// `None` for a null pointer or a size that does not even hold the `size` field.
///
/// # Safety
/// A pointer that is not null points to a table of the size it says.
pub unsafe fn adopt<T: Table>(theirs: *const T) -> Option<T> {
    if theirs.is_null() {
        return None;
    }
    // SAFETY: `size` stands at a fixed place in every version of the table.
    let size = unsafe { theirs.cast::<u8>().add(T::SIZE_AT).cast::<usize>().read_unaligned() };
    if size < T::SIZE_AT + size_of::<usize>() {
        return None;
    }
    // SAFETY: zeros are valid for a table.
    let mut ours: T = unsafe { std::mem::zeroed() };
    // SAFETY: both sides have at least this many bytes.
    unsafe {
        std::ptr::copy_nonoverlapping(
            theirs.cast::<u8>(),
            (&raw mut ours).cast::<u8>(),
            size.min(size_of::<T>()),
        );
    }
    Some(ours)
}

/// Fills in a table that the other side has room for: not more than it has, and says how much of it.
///
/// # Safety
/// `theirs` points to memory of the size that its `size` field says.
pub unsafe fn publish<T: Table>(ours: &T, theirs: *mut T) {
    // SAFETY: as in `adopt`.
    unsafe {
        let size_field = theirs.cast::<u8>().add(T::SIZE_AT).cast::<usize>();
        let size = size_field.read_unaligned().min(size_of::<T>());
        std::ptr::copy_nonoverlapping((ours as *const T).cast::<u8>(), theirs.cast::<u8>(), size);
        size_field.write_unaligned(size);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shorter_table_reads_as_zero_beyond_its_end() {
        // SAFETY: zeros are valid for a table.
        let mut theirs: AqContext = unsafe { std::mem::zeroed() };
        theirs.task = 7;
        theirs.connector.len = 3;
        theirs.size = std::mem::offset_of!(AqContext, connector);
        // SAFETY: the table is longer than it says.
        let ours = unsafe { adopt(&raw const theirs) }.unwrap();
        assert_eq!((ours.task, ours.connector.len), (7, 0));
        theirs.size = 1;
        // SAFETY: as above.
        assert!(unsafe { adopt(&raw const theirs) }.is_none());
    }
}
