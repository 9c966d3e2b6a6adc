//! Exact decimal numbers: an integer of any size and a scale.

use std::fmt;
use std::str::FromStr;

use num_bigint::{BigInt, Sign};

/// `unscaled × 10^-scale`. Equality is exact: 1.0 and 1.00 differ, as in Java's `BigDecimal`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Decimal {
    /// All digits as an integer.
    pub unscaled: BigInt,
    /// How many of them stand after the point; negative for trailing zeros that are not written.
    pub scale: i32,
}

/// A text that is no decimal number, or one whose exponent is out of bounds.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a decimal number: {0:?}")]
pub struct NotADecimal(pub String);

impl Decimal {
    /// A decimal of these digits and scale.
    pub fn new(unscaled: impl Into<BigInt>, scale: i32) -> Self {
        Self { unscaled: unscaled.into(), scale }
    }

    /// The digits as two's-complement big-endian bytes, as Connect and Avro write them.
    pub fn unscaled_bytes(&self) -> Vec<u8> {
        self.unscaled.to_signed_bytes_be()
    }

    /// Reads digits from two's-complement big-endian bytes; no bytes are zero.
    pub fn from_unscaled_bytes(bytes: &[u8], scale: i32) -> Self {
        Self { unscaled: BigInt::from_signed_bytes_be(bytes), scale }
    }

    /// The same number with another scale, `None` if digits other than zero would be lost or the scale would grow by
    /// more than 1,000 digits.
    pub fn with_scale(&self, scale: i32) -> Option<Self> {
        let shift = i64::from(scale) - i64::from(self.scale);
        if shift.abs() > 1_000 {
            return None;
        }
        let power = BigInt::from(10u8).pow(shift.unsigned_abs() as u32);
        if shift >= 0 {
            return Some(Self { unscaled: &self.unscaled * power, scale });
        }
        let quotient = &self.unscaled / &power;
        (&quotient * &power == self.unscaled).then_some(Self { unscaled: quotient, scale })
    }
}

/// The most zeros that are written in place of an exponent.
const MOST_ZEROS: u32 = 10_000;

impl fmt::Display for Decimal {
    /// Plain digits without an exponent (Java's `toPlainString`), as long as that takes at most [`MOST_ZEROS`] zeros;
    /// else digits with an exponent, because a scale is a number that anybody may write into a schema.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.unscaled.magnitude().to_string();
        if self.scale.unsigned_abs() > MOST_ZEROS {
            let sign = if self.unscaled.sign() == Sign::Minus { "-" } else { "" };
            return write!(f, "{sign}{digits}E{:+}", -i64::from(self.scale));
        }
        if self.unscaled.sign() == Sign::Minus {
            f.write_str("-")?;
        }
        if self.scale <= 0 {
            f.write_str(&digits)?;
            let zeros = if digits == "0" { 0 } else { self.scale.unsigned_abs() as usize };
            return write!(f, "{:0<zeros$}", "");
        }
        let scale = self.scale as usize;
        if digits.len() > scale {
            let (whole, fraction) = digits.split_at(digits.len() - scale);
            write!(f, "{whole}.{fraction}")
        } else {
            write!(f, "0.{digits:0>scale$}")
        }
    }
}

impl FromStr for Decimal {
    type Err = NotADecimal;

    /// Reads `-12.30`, `1e3`, `.5`; the scale is what the text shows (`1e3` has scale −3). Exponents beyond ±100,000
    /// are refused.
    fn from_str(text: &str) -> Result<Self, NotADecimal> {
        let refuse = || NotADecimal(text.chars().take(64).collect());
        let (number, exponent) = match text.split_once(['e', 'E']) {
            Some((number, exponent)) => (number, exponent.parse::<i32>().map_err(|_| refuse())?),
            None => (text, 0),
        };
        let (sign, unsigned) = match number.strip_prefix('-') {
            Some(rest) => ("-", rest),
            None => ("", number.strip_prefix('+').unwrap_or(number)),
        };
        let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
        let digits = whole.len() + fraction.len();
        let plain = whole.bytes().chain(fraction.bytes()).all(|b| b.is_ascii_digit());
        if digits == 0 || digits > 100_000 || !plain || exponent.abs() > 100_000 {
            return Err(refuse());
        }
        let unscaled = BigInt::from_str(&format!("{sign}{whole}{fraction}")).map_err(|_| refuse())?;
        Ok(Self { unscaled, scale: fraction.len() as i32 - exponent })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_number_agree() {
        for (text, shown, scale) in [
            ("12.30", "12.30", 2),
            ("-0.05", "-0.05", 2),
            ("1e3", "1000", -3),
            (".5", "0.5", 1),
            ("0", "0", 0),
        ] {
            let decimal: Decimal = text.parse().unwrap();
            assert_eq!((decimal.to_string().as_str(), decimal.scale), (shown, scale));
            assert_eq!(Decimal::from_unscaled_bytes(&decimal.unscaled_bytes(), scale), decimal);
        }
        assert!("1.2.3".parse::<Decimal>().is_err());
        assert!("".parse::<Decimal>().is_err());
        assert!("1e999999".parse::<Decimal>().is_err());
    }

    #[test]
    fn a_scale_that_nobody_would_write_out_is_an_exponent() {
        let huge = |scale| Decimal::new(-7, scale).to_string();
        assert_eq!(huge(i32::MAX), "-7E-2147483647");
        assert_eq!(huge(i32::MIN), "-7E+2147483648");
        assert_eq!(huge(-70_000), "-7E+70000");
        assert_eq!(huge(10_000).len(), "-0.".len() + 10_000);
    }

    #[test]
    fn rescaling_never_loses_digits() {
        let d: Decimal = "1.50".parse().unwrap();
        assert_eq!(d.with_scale(1).unwrap().to_string(), "1.5");
        assert_eq!(d.with_scale(4).unwrap().to_string(), "1.5000");
        assert_eq!(d.with_scale(0), None);
    }
}
