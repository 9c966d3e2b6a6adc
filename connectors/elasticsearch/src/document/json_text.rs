//! JSON texts and numbers, written straight into a buffer.

use serde::Serialize;

/// Bytes that stand for themselves inside a JSON text: all but quotes, backslash and controls.
const PLAIN: [bool; 256] = {
    let mut table = [true; 256];
    let mut byte = 0;
    while byte < 0x20 {
        table[byte] = false;
        byte += 1;
    }
    table[b'"' as usize] = false;
    table[b'\\' as usize] = false;
    // DEL needs no escape, but a log of a request is easier to read with it.
    table[0x7f] = false;
    table
};

/// Writes a text with its quotes. Whatever the text holds, the output is one JSON string on one line.
pub(crate) fn write_string(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    let bytes = text.as_bytes();
    let mut from = 0;
    for (at, byte) in bytes.iter().enumerate() {
        if PLAIN[*byte as usize] {
            continue;
        }
        out.extend_from_slice(&bytes[from..at]);
        write_escape(out, *byte);
        from = at + 1;
    }
    out.extend_from_slice(&bytes[from..]);
    out.push(b'"');
}

fn write_escape(out: &mut Vec<u8>, byte: u8) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    match byte {
        b'"' => out.extend_from_slice(b"\\\""),
        b'\\' => out.extend_from_slice(b"\\\\"),
        b'\n' => out.extend_from_slice(b"\\n"),
        b'\r' => out.extend_from_slice(b"\\r"),
        b'\t' => out.extend_from_slice(b"\\t"),
        _ => {
            out.extend_from_slice(b"\\u00");
            out.push(HEX[usize::from(byte >> 4)]);
            out.push(HEX[usize::from(byte & 15)]);
        }
    }
}

/// Writes an integer or a finite floating point number.
pub(crate) fn write_number(out: &mut Vec<u8>, number: impl Serialize) {
    serde_json::to_writer(out, &number).expect("a number is JSON and a Vec takes every write");
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]
        #[test]
        fn any_text_is_one_line_and_reads_back(text in "\\PC{0,40}|[\\x00-\\x7f]{0,40}") {
            let mut out = Vec::new();
            write_string(&mut out, &text);
            prop_assert!(!out.contains(&b'\n'));
            let back: String = serde_json::from_slice(&out).unwrap();
            prop_assert_eq!(back, text);
        }
    }
}
