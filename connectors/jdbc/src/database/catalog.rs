//! What a database's catalog says about a table.

use crate::schema::{Column, SqlType};
use crate::table_id::TableId;

/// A column of a table.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct TableColumn {
    pub(crate) column: Column,
    pub(crate) auto_increment: bool,
    /// Rows can be continued after a value of this column: literals of it compare as ORDER BY sorts.
    pub(crate) can_be_key: bool,
}

/// A table, as far as reading it goes.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct TableMeta {
    pub(crate) id: TableId,
    pub(crate) columns: Vec<TableColumn>,
    pub(crate) primary_key: Vec<String>,
    /// Every set of columns that no two rows share, the primary key first.
    pub(crate) unique: Vec<Vec<String>>,
    /// SQLite: the name of the hidden row number, if the table has one.
    pub(crate) row_number: Option<&'static str>,
    /// What to select: `*`, unless a column needs help.
    pub(crate) select: String,
}

impl TableMeta {
    /// A column by its name, exactly or else in any case.
    pub(crate) fn column(&self, name: &str) -> Option<&TableColumn> {
        let exact = self.columns.iter().find(|c| c.column.name == name);
        exact.or_else(|| self.columns.iter().find(|c| c.column.name.eq_ignore_ascii_case(name)))
    }

    /// The position of a column by its exact name.
    pub(crate) fn position(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|c| c.column.name == name)
    }

    /// The auto-increment column.
    pub(crate) fn auto_increment(&self) -> Option<&TableColumn> {
        self.columns.iter().find(|c| c.auto_increment)
    }

    /// Whether no two rows share a value of this column.
    pub(crate) fn is_unique(&self, column: &str) -> bool {
        self.unique.iter().any(|columns| columns.len() == 1 && columns[0] == column)
    }

    /// The columns that put rows in a total order and can be continued after; the primary key if it can.
    pub(crate) fn total_order(&self) -> Option<Vec<String>> {
        let usable = |name: &String| self.column(name).is_some_and(|c| c.can_be_key && !c.column.nullable);
        self.unique.iter().find(|columns| !columns.is_empty() && columns.iter().all(usable)).cloned()
    }

    /// The type of a column.
    pub(crate) fn sql_type(&self, name: &str) -> Option<&SqlType> {
        self.column(name).map(|c| &c.column.sql_type)
    }
}

/// Rows of a catalog query: every value as the server's text.
pub(crate) type TextRow = Vec<Option<String>>;

/// The text of a cell, empty for null.
pub(crate) fn text(row: &TextRow, index: usize) -> &str {
    row.get(index).and_then(|value| value.as_deref()).unwrap_or_default()
}

/// The number in a cell.
pub(crate) fn number<T: std::str::FromStr>(row: &TextRow, index: usize) -> Option<T> {
    row.get(index)?.as_deref()?.trim().parse().ok()
}

/// Groups rows `(index name, column)` in order into the columns of each index; the index `first` leads.
pub(crate) fn indexes(rows: &[TextRow], first: &str) -> Vec<Vec<String>> {
    let mut names: Vec<&str> = Vec::new();
    let mut found: Vec<Vec<String>> = Vec::new();
    for row in rows {
        let (name, column) = (text(row, 0), text(row, 1).to_owned());
        match names.iter().position(|known| *known == name) {
            Some(at) => found[at].push(column),
            None => {
                names.push(name);
                found.push(vec![column]);
            }
        }
    }
    if let Some(at) = names.iter().position(|name| *name == first) {
        found[..=at].rotate_right(1);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_primary_key_leads_the_indexes() {
        let row = |index: &str, column: &str| vec![Some(index.to_owned()), Some(column.to_owned())];
        let rows = [row("a", "x"), row("PRIMARY", "id"), row("PRIMARY", "part"), row("z", "y")];
        assert_eq!(
            indexes(&rows, "PRIMARY"),
            [vec!["id".to_owned(), "part".into()], vec!["x".into()], vec!["y".into()]]
        );
    }
}
