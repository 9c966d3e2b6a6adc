//! The bound that memory is held to.

use crate::allocation::peak_of;

/// What small inputs of any shape may take.
const ALLOWANCE: usize = 1 << 20;

/// Does `work` and asserts that the heap held at once stays within 8 times the input plus 1 MiB.
pub(crate) fn within_input<T>(input: usize, work: impl FnOnce() -> T) -> T {
    within(8, input, work)
}

/// As [`within_input`], with another factor: where the input describes values that are larger than their bytes.
pub(crate) fn within<T>(factor: usize, input: usize, work: impl FnOnce() -> T) -> T {
    let (peak, result) = peak_of(work);
    let most = factor * input + ALLOWANCE;
    assert!(peak <= most, "{peak} bytes held at once for an input of {input}: the most is {most}");
    result
}
