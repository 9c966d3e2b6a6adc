//! Bytes into lines. LF, CR and CR LF end a line; a line that has not ended yet is held back.

use bytes::Bytes;
use bytestring::ByteString;

/// Splits what has been read into lines. Each line is a slice of the buffer that was read.
#[derive(Debug, Default)]
pub(crate) struct Lines {
    /// What has been read and not given out.
    buffer: Bytes,
    /// How much of the buffer is known to hold no end of a line.
    searched: usize,
    /// Where the buffer begins in the file.
    position: u64,
}

/// A line and the position in the file after it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) text: ByteString,
    pub(crate) end: u64,
}

impl Lines {
    /// Begins at a position.
    pub(crate) fn at(position: u64) -> Self {
        Self { position, ..Self::default() }
    }

    /// Where to read on.
    pub(crate) fn read_position(&self) -> u64 {
        self.position + self.buffer.len() as u64
    }

    /// What has been read of a line that has not ended.
    pub(crate) fn unfinished(&self) -> &Bytes {
        &self.buffer
    }

    /// Takes in a buffer that begins with the [`unfinished`](Self::unfinished) bytes and goes on with what was read.
    pub(crate) fn replace(&mut self, buffer: Bytes) {
        debug_assert!(buffer.starts_with(&self.buffer));
        self.buffer = buffer;
    }

    /// The next line that has ended. A CR at the very end may be the first half of a CR LF: it is held back too.
    pub(crate) fn next(&mut self) -> Option<Line> {
        let is_end = |byte: &u8| *byte == b'\n' || *byte == b'\r';
        let Some(found) = self.buffer[self.searched..].iter().position(is_end) else {
            self.searched = self.buffer.len();
            return None;
        };
        let length = self.searched + found;
        let ending = match (self.buffer[length], self.buffer.get(length + 1)) {
            (b'\r', None) => {
                self.searched = length;
                return None;
            }
            (b'\r', Some(b'\n')) => 2,
            _ => 1,
        };
        let mut line = self.buffer.split_to(length + ending);
        line.truncate(length);
        self.searched = 0;
        self.position += (length + ending) as u64;
        Some(Line { text: to_text(line), end: self.position })
    }
}

/// As text; what is not UTF-8 becomes U+FFFD, as in Java.
fn to_text(line: Bytes) -> ByteString {
    match ByteString::try_from(line.clone()) {
        Ok(text) => text,
        Err(_) => String::from_utf8_lossy(&line).into_owned().into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The lines of a text that is read in pieces of this size.
    fn lines(text: &[u8], piece: usize) -> (Vec<(String, u64)>, String) {
        let mut lines = Lines::default();
        let mut found = Vec::new();
        for piece in text.chunks(piece) {
            lines.replace([lines.unfinished(), piece].concat().into());
            while let Some(line) = lines.next() {
                found.push((line.text.to_string(), line.end));
            }
        }
        assert_eq!(lines.read_position(), text.len() as u64);
        (found, String::from_utf8_lossy(lines.unfinished()).into_owned())
    }

    #[test]
    fn every_ending_ends_a_line_however_the_text_is_read() {
        let text = b"one\ntwo\r\n\rfour\n\nsix\r";
        for piece in 1..text.len() {
            let (found, rest) = lines(text, piece);
            let expected = [("one", 4), ("two", 9), ("", 10), ("four", 15), ("", 16)]
                .map(|(t, end)| (t.to_owned(), end));
            assert_eq!(found, expected, "in pieces of {piece}");
            assert_eq!(rest, "six\r");
        }
    }

    #[test]
    fn an_unfinished_line_is_held_back() {
        let (found, rest) = lines(b"whole\nhal", 3);
        assert_eq!(found, [("whole".to_owned(), 6)]);
        assert_eq!(rest, "hal");
    }

    #[test]
    fn bytes_that_are_no_text_are_replaced() {
        assert_eq!(lines(b"a\xffb\n", 4).0, [("a\u{fffd}b".to_owned(), 4)]);
    }
}
