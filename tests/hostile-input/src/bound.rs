//! The bound that memory is held to.

use crate::allocation::peak_of;

/// What small inputs of any shape may take.
const ALLOWANCE: usize = 1 << 20;

/// Does `work` and asserts that the heap held at once stays within 8 times the input plus 1 MiB.
pub(crate) fn within_input<T>(input: usize, work: impl FnOnce() -> T) -> T {
    within(8, input, 0, work)
}

/// As [`within_input`], with `more` bytes: for what has a bound of its own, whatever the input.
pub(crate) fn within_input_and<T>(input: usize, more: usize, work: impl FnOnce() -> T) -> T {
    within(8, input, more, work)
}

/// As [`within_input_and`], with another factor: where the input describes values that are larger than their bytes.
pub(crate) fn within<T>(factor: usize, input: usize, more: usize, work: impl FnOnce() -> T) -> T {
    let (peak, result) = peak_of(work);
    let most = factor * input + ALLOWANCE + more;
    if std::env::var_os("AQUEDUCT_PEAKS").is_some() && peak > ALLOWANCE {
        let times = (peak - ALLOWANCE) as f64 / input.max(1) as f64;
        eprintln!("  {peak} bytes held at once, {times:.1} times the {input} of the input beyond 1 MiB");
    }
    assert!(peak <= most, "{peak} bytes held at once for an input of {input}: the most is {most}");
    result
}
