//! A custom `query`: what it is, and how criteria are put around it.

/// A word of a statement at its top level: outside of brackets, quotes and comments, in lower case.
fn top_level_words(sql: &str) -> Result<Vec<String>, &'static str> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut depth = 0usize;
    let bytes = sql.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let here = bytes[at];
        let next = bytes.get(at + 1).copied();
        let skipped = match (here, next) {
            (b'\'' | b'"' | b'`', _) => skip_quoted(bytes, at)?,
            (b'-', Some(b'-')) | (b'#', _) => skip_to(bytes, at, b"\n"),
            (b'/', Some(b'*')) => skip_to(bytes, at + 2, b"*/"),
            _ => at,
        };
        if skipped > at || !(here.is_ascii_alphanumeric() || here == b'_') {
            if depth == 0 && !word.is_empty() {
                words.push(std::mem::take(&mut word));
            }
            word.clear();
        }
        if skipped > at {
            at = skipped;
            continue;
        }
        match here {
            b'(' => depth += 1,
            b')' => depth = depth.checked_sub(1).ok_or("it closes a bracket that it does not open")?,
            b';' if depth == 0 && !sql[at + 1..].trim().is_empty() => {
                return Err("it holds more than one statement");
            }
            _ if here.is_ascii_alphanumeric() || here == b'_' => word.push(here.to_ascii_lowercase().into()),
            _ => {}
        }
        at += 1;
    }
    if depth > 0 {
        return Err("it opens a bracket that it does not close");
    }
    if !word.is_empty() {
        words.push(word);
    }
    Ok(words)
}

/// The position after a quoted text; a doubled quote or a backslash before it does not end it.
fn skip_quoted(bytes: &[u8], start: usize) -> Result<usize, &'static str> {
    let quote = bytes[start];
    let mut at = start + 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' if quote == b'\'' => at += 2,
            b if *b == quote && bytes.get(at + 1) == Some(&quote) => at += 2,
            b if *b == quote => return Ok(at + 1),
            _ => at += 1,
        }
    }
    Err("it opens a quote that it does not close")
}

fn skip_to(bytes: &[u8], from: usize, end: &[u8]) -> usize {
    let rest = &bytes[from.min(bytes.len())..];
    let found = rest.windows(end.len()).position(|window| window == end);
    found.map_or(bytes.len(), |at| from + at + end.len())
}

/// Whether a text can be a custom query: one statement that reads.
pub(crate) fn check(sql: &str) -> Result<(), &'static str> {
    let words = top_level_words(sql)?;
    match words.first().map(String::as_str) {
        Some("select" | "with" | "table" | "values") => Ok(()),
        // A query in brackets as a whole.
        None if sql.trim_start().starts_with('(') => Ok(()),
        _ => Err("it must be one SELECT statement"),
    }
}

/// The query as something criteria can follow: as it is, if it ends where WHERE may stand, else as a derived table.
/// Confluent's connector appends criteria blindly, so that a query with a WHERE of its own fails at every poll.
pub(crate) fn with_room_for_criteria(sql: &str) -> String {
    let sql = sql.trim().trim_end_matches(';').trim_end();
    let words = top_level_words(sql).unwrap_or_default();
    let closed = [
        "where",
        "group",
        "having",
        "order",
        "limit",
        "union",
        "intersect",
        "except",
        "window",
        "fetch",
        "offset",
        "for",
    ];
    let open = words.first().is_some_and(|word| word == "select")
        && !words.iter().any(|word| closed.contains(&word.as_str()));
    if open { sql.to_owned() } else { format!("SELECT * FROM (\n{sql}\n) aqueduct_query") }
}

/// Whether a join may put nulls into columns that have none in their table.
pub(crate) fn has_outer_join(sql: &str) -> bool {
    let words: Vec<String> =
        sql.split(|c: char| !c.is_ascii_alphanumeric()).map(str::to_ascii_lowercase).collect();
    words.iter().any(|word| word == "join")
        && words.iter().any(|word| matches!(word.as_str(), "left" | "right" | "full" | "outer"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_with_their_own_clauses_become_derived_tables() {
        assert_eq!(with_room_for_criteria("SELECT a FROM t;"), "SELECT a FROM t");
        let inner = "SELECT a FROM (SELECT 1 AS a WHERE 1=1) x JOIN y ON 'where' <> \"group\" -- order\n";
        assert_eq!(with_room_for_criteria(inner), inner.trim());
        assert!(with_room_for_criteria("select a from t where a > 1").starts_with("SELECT * FROM ("));
        assert!(
            with_room_for_criteria("WITH x AS (SELECT 1) SELECT * FROM x").starts_with("SELECT * FROM (")
        );
    }

    #[test]
    fn what_is_no_single_query_is_refused() {
        for bad in ["", "DELETE FROM t", "SELECT 1; DROP TABLE t", "SELECT (1", "SELECT 'x", "SELECT 1)"] {
            assert!(check(bad).is_err(), "{bad}");
        }
        for good in [
            "SELECT 1",
            " select a from b where c = ';' ; ",
            "(SELECT 1)",
            "WITH a AS (SELECT 1) SELECT * FROM a",
        ] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
    }
}
