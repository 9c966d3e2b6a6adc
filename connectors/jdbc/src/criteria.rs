//! The statements that read: which rows, in which order, how many.

/// What to select from: a table, or a query with room for criteria.
#[derive(Debug, Clone)]
pub(crate) struct Statement<'a> {
    /// `SELECT … FROM …`, without criteria.
    pub(crate) base: &'a str,
    /// Expressions to order by; rows are read from the smallest.
    pub(crate) order: &'a [String],
    /// Literals for the first few of `order`: rows strictly after them.
    pub(crate) after: &'a [String],
    /// The first of `order` must be below this literal (timestamps) …
    pub(crate) below: Option<&'a str>,
    /// … or a given expression must be at most this one (incrementing).
    pub(crate) at_most: Option<(&'a str, &'a str)>,
    /// An expression that must not be null, where nothing else excludes nulls.
    pub(crate) not_null: Option<&'a str>,
    pub(crate) limit: Option<usize>,
    /// The user's text at the end.
    pub(crate) suffix: &'a str,
}

impl Statement<'_> {
    pub(crate) fn sql(&self) -> String {
        let mut sql = self.base.to_owned();
        let mut conditions = Vec::new();
        if let (Some(first), Some(below)) = (self.order.first(), self.below) {
            conditions.push(format!("{first} < {below}"));
        }
        if let Some((expression, most)) = self.at_most {
            conditions.push(format!("{expression} <= {most}"));
        }
        if !self.after.is_empty() {
            conditions.push(strictly_after(self.order, self.after));
        }
        if let (Some(expression), true) = (self.not_null, conditions.is_empty()) {
            conditions.push(format!("{expression} IS NOT NULL"));
        }
        if !conditions.is_empty() {
            sql.push_str(" WHERE ");
            sql.push_str(&conditions.join(" AND "));
        }
        if !self.order.is_empty() {
            let ascending: Vec<String> =
                self.order.iter().map(|expression| format!("{expression} ASC")).collect();
            sql.push_str(" ORDER BY ");
            sql.push_str(&ascending.join(", "));
        }
        if !self.suffix.is_empty() {
            sql.push(' ');
            sql.push_str(self.suffix);
        }
        if let Some(limit) = self.limit {
            sql.push_str(&format!(" LIMIT {limit}"));
        }
        sql
    }
}

/// `(a, b) > (x, y)` in the form that every optimizer turns into a range of an index on `a, b`.
fn strictly_after(order: &[String], after: &[String]) -> String {
    match (order, after) {
        ([first, rest @ ..], [bound, bounds @ ..]) if !bounds.is_empty() => {
            let later = strictly_after(rest, bounds);
            format!("{first} >= {bound} AND ({first} > {bound} OR ({first} = {bound} AND {later}))")
        }
        ([first, ..], [bound, ..]) => format!("{first} > {bound}"),
        _ => "1 = 1".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn statement<'a>(order: &'a [String], after: &'a [String]) -> Statement<'a> {
        Statement {
            base: "SELECT * FROM t",
            order,
            after,
            below: None,
            at_most: None,
            not_null: None,
            limit: None,
            suffix: "",
        }
    }

    fn names(text: &[&str]) -> Vec<String> {
        text.iter().map(|t| (*t).to_owned()).collect()
    }

    #[test]
    fn bulk_asks_for_everything() {
        assert_eq!(statement(&[], &[]).sql(), "SELECT * FROM t");
    }

    #[test]
    fn incrementing_continues_after_the_last() {
        let (order, after) = (names(&["id"]), names(&["7"]));
        let statement = Statement { at_most: Some(("id", "9")), limit: Some(5), ..statement(&order, &after) };
        assert_eq!(statement.sql(), "SELECT * FROM t WHERE id <= 9 AND id > 7 ORDER BY id ASC LIMIT 5");
    }

    #[test]
    fn the_first_reading_of_a_nullable_column_leaves_nulls_out() {
        let order = names(&["id"]);
        let statement = Statement { not_null: Some("id"), ..statement(&order, &[]) };
        assert_eq!(statement.sql(), "SELECT * FROM t WHERE id IS NOT NULL ORDER BY id ASC");
    }

    #[test]
    fn timestamp_and_number_continue_within_a_timestamp() {
        let (order, after) = (names(&["ts", "id"]), names(&["'a'", "7"]));
        let statement = Statement { below: Some("'z'"), suffix: "FOR SHARE", ..statement(&order, &after) };
        assert_eq!(
            statement.sql(),
            "SELECT * FROM t WHERE ts < 'z' AND ts >= 'a' AND (ts > 'a' OR (ts = 'a' AND id > 7)) ORDER BY ts ASC, id ASC FOR SHARE"
        );
    }

    #[test]
    fn a_stored_timestamp_continues_after_all_its_rows() {
        let (order, after) = (names(&["ts", "id"]), names(&["'a'"]));
        assert!(statement(&order, &after).sql().contains("WHERE ts > 'a' ORDER BY ts ASC, id ASC"));
    }
}
