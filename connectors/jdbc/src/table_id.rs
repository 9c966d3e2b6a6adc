//! The name of a table: catalog (MySQL's database), schema (PostgreSQL's) and name.

use std::fmt;

/// How a dialect writes identifiers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Quoting {
    /// The quote character; doubled inside.
    pub(crate) quote: char,
    /// Whether identifiers are quoted at all (`quote.sql.identifiers`).
    pub(crate) always: bool,
}

impl Quoting {
    /// An identifier as it stands in a statement.
    pub(crate) fn identifier(self, name: &str) -> String {
        if self.always { self.quoted(name) } else { name.to_owned() }
    }

    fn quoted(self, name: &str) -> String {
        let doubled = format!("{0}{0}", self.quote);
        format!("{0}{1}{0}", self.quote, name.replace(self.quote, &doubled))
    }
}

/// A table's name within a server.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct TableId {
    /// MySQL's database.
    pub(crate) catalog: Option<String>,
    /// PostgreSQL's schema.
    pub(crate) schema: Option<String>,
    pub(crate) name: String,
}

impl TableId {
    fn parts(&self) -> impl Iterator<Item = &str> {
        [self.catalog.as_deref(), self.schema.as_deref(), Some(self.name.as_str())].into_iter().flatten()
    }

    /// `shop.orders`: what stands in source offsets.
    pub(crate) fn qualified(&self) -> String {
        self.parts().collect::<Vec<_>>().join(".")
    }

    /// `` `shop`.`orders` ``, quoted whatever the setting: what stands in a task's `tables`.
    pub(crate) fn quoted(&self, quoting: Quoting) -> String {
        self.parts().map(|part| quoting.quoted(part)).collect::<Vec<_>>().join(".")
    }

    /// The name as it stands in a statement.
    pub(crate) fn sql(&self, quoting: Quoting) -> String {
        self.parts().map(|part| quoting.identifier(part)).collect::<Vec<_>>().join(".")
    }

    /// Reads a comma-separated list of names, quoted or not. `has_catalogs` says whether the first of two parts is a
    /// catalog (MySQL) or a schema. `None` if a quote is not closed or a name is empty.
    pub(crate) fn parse_list(text: &str, quote: char, has_catalogs: bool) -> Option<Vec<Self>> {
        let mut tables = Vec::new();
        let mut chars = text.chars().peekable();
        while chars.peek().is_some() {
            let mut parts = Vec::new();
            loop {
                parts.push(parse_part(&mut chars, quote)?);
                match chars.next() {
                    Some('.') => {}
                    Some(',') | None => break,
                    Some(_) => return None,
                }
            }
            tables.push(Self::from_parts(parts, has_catalogs)?);
        }
        Some(tables)
    }

    fn from_parts(mut parts: Vec<String>, has_catalogs: bool) -> Option<Self> {
        let name = parts.pop()?;
        let (catalog, schema) = match (parts.pop(), parts.pop()) {
            (None, _) => (None, None),
            (Some(first), None) if has_catalogs => (Some(first), None),
            (Some(schema), catalog) => (catalog, Some(schema)),
        };
        parts.is_empty().then_some(Self { catalog, schema, name })
    }
}

fn parse_part(chars: &mut std::iter::Peekable<std::str::Chars<'_>>, quote: char) -> Option<String> {
    let mut part = String::new();
    if chars.next_if_eq(&quote).is_none() {
        while let Some(c) = chars.next_if(|c| !matches!(c, '.' | ',')) {
            part.push(c);
        }
        return (!part.is_empty()).then_some(part);
    }
    loop {
        match chars.next()? {
            c if c == quote && chars.next_if_eq(&quote).is_none() => {
                return (!part.is_empty()).then_some(part);
            }
            c => part.push(c),
        }
    }
}

impl fmt::Display for TableId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.qualified())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoted_names_survive_a_list() {
        let quoting = Quoting { quote: '`', always: true };
        let odd = TableId { catalog: Some("a.b".into()), schema: None, name: "x`,y".into() };
        let plain = TableId { catalog: Some("shop".into()), schema: None, name: "orders".into() };
        let list = format!("{},{}", odd.quoted(quoting), plain.quoted(quoting));
        assert_eq!(TableId::parse_list(&list, '`', true), Some(vec![odd, plain.clone()]));
        assert_eq!(TableId::parse_list("shop.orders", '`', true), Some(vec![plain.clone()]));
        assert_eq!(
            (plain.qualified(), plain.quoted(quoting)),
            ("shop.orders".into(), "`shop`.`orders`".into())
        );
        assert_eq!(TableId::parse_list("`open", '`', true), None);
        assert_eq!(TableId::parse_list("a..b", '`', true), None);
    }

    #[test]
    fn the_first_of_two_parts_is_a_schema_in_postgresql() {
        let list = TableId::parse_list("\"public\".\"orders\"", '"', false).unwrap();
        assert_eq!(list[0], TableId { catalog: None, schema: Some("public".into()), name: "orders".into() });
    }
}
