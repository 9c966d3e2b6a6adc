//! Which of a server's tables a connector reads.

use aqueduct_config::Parsed;
use regex::Regex;

use crate::settings::{DatabaseUrl, TableTypes};
use crate::table_id::{Quoting, TableId};

/// The choice of tables by kind, catalog, schema and name.
#[derive(Debug, Clone)]
pub(crate) struct TableFilter {
    pub(crate) types: TableTypes,
    choice: Choice,
    catalog_pattern: Option<Regex>,
    schema_pattern: Option<Regex>,
    /// MySQL: the URL's database, where unqualified names are looked for.
    home: Option<String>,
    quoting: Quoting,
}

#[derive(Debug, Clone)]
enum Choice {
    All,
    Only(Vec<String>),
    AllBut(Vec<String>),
    Matching { include: Vec<Regex>, exclude: Vec<Regex> },
}

/// A table as the server lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ListedTable {
    pub(crate) id: TableId,
    /// JDBC's name of its kind: `TABLE`, `VIEW`, …
    pub(crate) kind: &'static str,
    /// A partition of another table: read only if it is named.
    pub(crate) is_partition: bool,
}

impl TableFilter {
    pub(crate) fn of(url: &DatabaseUrl, parsed: &Parsed) -> Self {
        let names = |key: &str| parsed.list(key).to_vec();
        let patterns = |key: &str| {
            parsed
                .list(key)
                .iter()
                .filter_map(|pattern| Regex::new(&format!("^(?:{pattern})$")).ok())
                .collect()
        };
        let choice = if !parsed.list("table.whitelist").is_empty() {
            Choice::Only(names("table.whitelist"))
        } else if !parsed.list("table.blacklist").is_empty() {
            Choice::AllBut(names("table.blacklist"))
        } else if !parsed.list("table.include.list").is_empty() {
            Choice::Matching {
                include: patterns("table.include.list"),
                exclude: patterns("table.exclude.list"),
            }
        } else {
            Choice::All
        };
        Self {
            types: parsed.list("table.types").iter().map(|kind| kind.to_uppercase()).collect(),
            choice,
            catalog_pattern: parsed.opt_str("catalog.pattern").and_then(like_pattern),
            schema_pattern: parsed.opt_str("schema.pattern").and_then(like_pattern),
            home: url.database.clone().filter(|_| url.dialect.is_mysql()),
            quoting: Quoting { quote: url.dialect.quote(), always: true },
        }
    }

    /// Whether a table is to be read.
    pub(crate) fn takes(&self, table: &ListedTable) -> bool {
        self.is_of_a_kind(table) && self.is_in_reach(&table.id) && self.is_chosen(table)
    }

    /// The names of the white list that no table answers to.
    pub(crate) fn missing<'a>(&'a self, tables: &[ListedTable]) -> Vec<&'a str> {
        let Choice::Only(names) = &self.choice else { return Vec::new() };
        let found =
            |name: &&String| tables.iter().any(|table| self.takes(table) && self.is_called(&table.id, name));
        names.iter().filter(|name| !found(name)).map(String::as_str).collect()
    }

    fn is_of_a_kind(&self, table: &ListedTable) -> bool {
        let wanted = |kind: &str| self.types.iter().any(|t| t == kind);
        wanted(table.kind) || (table.kind == "PARTITIONED TABLE" && wanted("TABLE"))
    }

    fn is_in_reach(&self, id: &TableId) -> bool {
        let like = |pattern: &Option<Regex>, name: &Option<String>| match (pattern, name) {
            (Some(pattern), Some(name)) => pattern.is_match(name),
            _ => true,
        };
        like(&self.catalog_pattern, &id.catalog) && like(&self.schema_pattern, &id.schema)
    }

    fn is_chosen(&self, table: &ListedTable) -> bool {
        let id = &table.id;
        match &self.choice {
            Choice::All => self.is_at_home(id) && !table.is_partition,
            Choice::Only(names) => names.iter().any(|name| self.is_called(id, name)),
            Choice::AllBut(names) => {
                self.is_at_home(id)
                    && !table.is_partition
                    && !names.iter().any(|name| self.is_called(id, name))
            }
            Choice::Matching { include, exclude } => {
                let name = id.qualified();
                include.iter().any(|regex| regex.is_match(&name))
                    && !exclude.iter().any(|regex| regex.is_match(&name))
            }
        }
    }

    fn is_at_home(&self, id: &TableId) -> bool {
        self.catalog_pattern.is_some() || self.home.is_none() || id.catalog == self.home
    }

    fn is_called(&self, id: &TableId, name: &str) -> bool {
        (id.name == name && self.is_at_home(id)) || id.qualified() == name || id.quoted(self.quoting) == name
    }
}

/// SQL's LIKE pattern as a regular expression.
fn like_pattern(pattern: &str) -> Option<Regex> {
    if pattern.is_empty() {
        return None;
    }
    let body: String = pattern
        .chars()
        .map(|c| match c {
            '%' => ".*".to_owned(),
            '_' => ".".to_owned(),
            c => regex::escape(&c.to_string()),
        })
        .collect();
    Regex::new(&format!("(?s)^{body}$")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::config_def;

    fn filter(url: &str, pairs: &[(&str, &str)]) -> TableFilter {
        let map = pairs.iter().map(|(k, v)| (k.to_string(), v.to_string())).collect();
        TableFilter::of(&DatabaseUrl::parse(url).unwrap(), &config_def().parse_map(&map).unwrap())
    }

    fn table(catalog: &str, name: &str) -> ListedTable {
        let id = TableId { catalog: Some(catalog.into()), schema: None, name: name.into() };
        ListedTable { id, kind: "TABLE", is_partition: false }
    }

    #[test]
    fn names_without_a_database_mean_the_urls() {
        let tables = [table("shop", "orders"), table("other", "orders"), table("other", "x")];
        let chosen = |pairs| {
            let filter = filter("mysql://h/shop", pairs);
            tables.iter().map(|t| filter.takes(t)).collect::<Vec<_>>()
        };
        assert_eq!(chosen(&[]), [true, false, false]);
        assert_eq!(chosen(&[("table.whitelist", "orders,other.x")]), [true, false, true]);
        assert_eq!(chosen(&[("table.whitelist", "`other`.`orders`")]), [false, true, false]);
        assert_eq!(chosen(&[("catalog.pattern", "o%"), ("table.blacklist", "x")]), [false, true, false]);
        assert_eq!(
            chosen(&[("table.include.list", "(shop|other)\\..*"), ("table.exclude.list", ".*\\.orders")]),
            [false, false, true]
        );
        assert_eq!(chosen(&[("table.types", "VIEW")]), [false, false, false]);
    }

    #[test]
    fn names_that_no_table_has_are_missing() {
        let filter = filter("mysql://h/shop", &[("table.whitelist", "orders,nothing")]);
        assert_eq!(filter.missing(&[table("shop", "orders")]), ["nothing"]);
    }
}
