//! Floating point numbers as Java writes them.

/// Java's `Double.toString`: at least one digit after the point, an exponent below 10^-3 and from 10^7 on.
/// `shortest` is the shortest text that reads back as the number (Rust's `Display`).
pub(crate) fn java_double(number: f64, shortest: &str) -> String {
    if number.is_nan() {
        return "NaN".to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 { "Infinity".to_owned() } else { "-Infinity".to_owned() };
    }
    let magnitude = number.abs();
    if number == 0.0 || (1e-3..1e7).contains(&magnitude) {
        return if shortest.contains('.') { shortest.to_owned() } else { format!("{shortest}.0") };
    }
    let (sign, digits) = shortest.strip_prefix('-').map_or(("", shortest), |rest| ("-", rest));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all: String = [whole, fraction].concat();
    let leading = all.len() - all.trim_start_matches('0').len();
    let exponent = whole.len() as i32 - 1 - leading as i32;
    let significant = all[leading..].trim_end_matches('0');
    if let [_] = significant.as_bytes() {
        // Java always writes two digits and then takes the closest two: 4.9E-324, not 5.0E-324.
        return format!("{sign}{}", format!("{magnitude:.1e}").replace('e', "E"));
    }
    let (first, rest) = significant.split_at(1);
    format!("{sign}{first}.{rest}E{exponent}")
}

#[cfg(test)]
mod tests {
    use super::java_double;

    #[test]
    fn writes_as_java_does() {
        for (number, text) in [
            (1.0, "1.0"),
            (0.0, "0.0"),
            (-0.0, "-0.0"),
            (1e10, "1.0E10"),
            (1e23, "1.0E23"),
            (-9e-4, "-9.0E-4"),
            (5e-324, "4.9E-324"),
            (1.25e-5, "1.25E-5"),
            (9_999_999.0, "9999999.0"),
            (1e7, "1.0E7"),
            (0.001, "0.001"),
            (-123456789.5, "-1.234567895E8"),
            (f64::NAN, "NaN"),
        ] {
            assert_eq!(java_double(number, &number.to_string()), text);
        }
    }
}
