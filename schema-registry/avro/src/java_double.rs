//! Doubles in Java's text form (`Double.toString`): the shortest digits that read back the same.

/// Appends `value` as `Double.toString` writes it: plain between 10^-3 and 10^7, else with an exponent, and always
/// with a digit after the point.
pub(crate) fn write_double(value: f64, out: &mut String) {
    if !value.is_finite() {
        out.push_str(if value.is_nan() {
            "NaN"
        } else if value > 0.0 {
            "Infinity"
        } else {
            "-Infinity"
        });
        return;
    }
    if value == 0.0 {
        out.push_str(if value.is_sign_negative() { "-0.0" } else { "0.0" });
        return;
    }
    if value < 0.0 {
        out.push('-');
    }
    let mut scientific = format!("{:e}", value.abs());
    if !scientific.contains('.') {
        // Java always writes two digits and then takes the closest two: 4.9E-324, not 5.0E-324.
        scientific = format!("{:.1e}", value.abs());
    }
    let (mantissa, exponent) = scientific.split_once('e').expect("the e format has an exponent");
    let exponent: i32 = exponent.parse().expect("the exponent of a double is a small integer");
    let digits: String = mantissa.chars().filter(|character| *character != '.').collect();
    if (-3..7).contains(&exponent) {
        write_plain(&digits, exponent, out);
    } else {
        out.push_str(&digits[..1]);
        out.push('.');
        out.push_str(&digits[1..]);
        out.push('E');
        out.push_str(&exponent.to_string());
    }
}

/// Writes `d.ddd × 10^exponent` without an exponent.
fn write_plain(digits: &str, exponent: i32, out: &mut String) {
    let digits = digits.strip_suffix('0').unwrap_or(digits);
    if exponent < 0 {
        out.push_str("0.");
        for _ in 1..-exponent {
            out.push('0');
        }
        out.push_str(digits);
        return;
    }
    let whole = exponent as usize + 1;
    if digits.len() <= whole {
        out.push_str(digits);
        for _ in digits.len()..whole {
            out.push('0');
        }
        out.push_str(".0");
    } else {
        out.push_str(&digits[..whole]);
        out.push('.');
        out.push_str(&digits[whole..]);
    }
}

/// Reads a text as Java's `Double.valueOf` does: decimal forms with an optional `d` or `f` behind, `NaN`, `Infinity`.
/// Hexadecimal forms are not read.
pub(crate) fn parse_double(text: &str) -> Option<f64> {
    let text = text.trim_matches(|character: char| character <= ' ');
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let sign = if text.starts_with('-') { -1.0 } else { 1.0 };
    match unsigned {
        "NaN" => return Some(f64::NAN),
        "Infinity" => return Some(sign * f64::INFINITY),
        _ => {}
    }
    let digits = unsigned.strip_suffix(['d', 'D', 'f', 'F']).unwrap_or(unsigned);
    if !digits.starts_with(|character: char| character.is_ascii_digit() || character == '.') {
        return None;
    }
    digits.parse::<f64>().ok().map(|value| sign * value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_are_written_as_java_does() {
        let table = [
            (1000.0, "1000.0"),
            (0.1, "0.1"),
            (1e-7, "1.0E-7"),
            (123456789.0, "1.23456789E8"),
            (0.001, "0.001"),
            (0.0009, "9.0E-4"),
            (9999999.5, "9999999.5"),
            (1e7, "1.0E7"),
            (1.5e300, "1.5E300"),
            (-12.25, "-12.25"),
            (0.05, "0.05"),
            (5e-324, "4.9E-324"),
            (1e23, "1.0E23"),
            (20.0, "20.0"),
            (f64::MIN_POSITIVE, "2.2250738585072014E-308"),
        ];
        for (value, expected) in table {
            let mut out = String::new();
            write_double(value, &mut out);
            assert_eq!(out, expected);
        }
    }

    #[test]
    fn texts_are_read_as_double_value_of_does() {
        assert_eq!(parse_double("1.5d"), Some(1.5));
        assert_eq!(parse_double(" -2e3 "), Some(-2000.0));
        assert_eq!(parse_double("-Infinity"), Some(f64::NEG_INFINITY));
        assert!(parse_double("NaN").is_some_and(f64::is_nan));
        for bad in ["", "xx", "inf", "nan", "infinity", "d", "--1"] {
            assert_eq!(parse_double(bad), None, "{bad}");
        }
    }
}
