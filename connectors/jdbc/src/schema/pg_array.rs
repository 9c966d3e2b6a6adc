//! PostgreSQL's text form of arrays: `{1,NULL,"a,b"}`, `{{1,2},{3,4}}`, `[0:1]={1,2}`.

use aqueduct_plugin_api::Value;

use super::cell::{Cell, Misfit};

/// Reads an array of one dimension; `item` turns each element into a value. More dimensions than the schema has are a
/// misfit: an array column's dimensions are not part of its type in PostgreSQL.
pub(crate) fn parse(
    text: &str,
    item: &mut dyn FnMut(Cell<'_>) -> Result<Value, Misfit>,
) -> Result<Value, Misfit> {
    let invalid = || Misfit::Invalid(text.chars().take(64).collect());
    let body = text.split_once("={").map_or(text, |(_, rest)| &text[text.len() - rest.len() - 1..]);
    let body = body.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).ok_or_else(invalid)?;
    let mut values = Vec::new();
    let mut rest = body;
    while !rest.is_empty() {
        let (element, quoted, after) = next_element(rest).ok_or_else(invalid)?;
        values.push(match element.as_str() {
            "NULL" if !quoted => Value::Null,
            element => item(Cell::Text(element))?,
        });
        rest = after;
    }
    Ok(Value::Array(values))
}

/// The first element without its quotes and backslashes, whether it was quoted, and what follows its comma.
fn next_element(text: &str) -> Option<(String, bool, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let (element, after) = text.split_once(',').unwrap_or((text, ""));
        return (!element.contains(['{', '}', '"'])).then(|| (element.to_owned(), false, after));
    };
    let mut element = String::new();
    let mut chars = quoted.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => element.push(chars.next()?.1),
            '"' => {
                let after = &quoted[at + 1..];
                let after = if after.is_empty() { after } else { after.strip_prefix(',')? };
                return Some((element, true, after));
            }
            c => element.push(c),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Result<Value, Misfit> {
        parse(text, &mut |cell| match cell {
            Cell::Text(text) => Ok(Value::string(text)),
            _ => Ok(Value::Null),
        })
    }

    #[test]
    fn elements_are_read_with_their_quotes_and_nulls() {
        let list = |items: &[&str]| Ok(Value::Array(items.iter().map(|item| Value::string(*item)).collect()));
        assert_eq!(texts("{}"), list(&[]));
        assert_eq!(texts("{1,2}"), list(&["1", "2"]));
        assert_eq!(texts(r#"{"a,b","c\"d","NULL"}"#), list(&["a,b", "c\"d", "NULL"]));
        assert_eq!(texts("{NULL}"), Ok(Value::Array(vec![Value::Null])));
        assert_eq!(texts("[0:1]={1,2}"), list(&["1", "2"]));
        assert!(texts("{{1},{2}}").is_err());
        assert!(texts("{\"a").is_err());
    }
}
