//! By which names users reach a class, by Apache's rule (KIP-146): in full, by its simple name, and by that without the
//! name of its kind. Pure.

use std::collections::{BTreeMap, BTreeSet};

/// The kind of connectors, as it stands in their names.
pub const CONNECTOR: &str = "Connector";

/// Names of classes, each class told by a number of its owner's.
#[derive(Debug, Default)]
pub struct ClassNames {
    full: BTreeMap<String, usize>,
    short: BTreeMap<String, Meant>,
}

/// What a short name may mean.
#[derive(Debug, Default)]
struct Meant {
    classes: BTreeSet<usize>,
    /// By other names of theirs: counts only where no class has it from its own name.
    by_alias: BTreeSet<usize>,
}

impl ClassNames {
    /// Adds a class of a kind, such as [`CONNECTOR`].
    pub fn add_class(&mut self, class: &str, kind: &str, number: usize) {
        self.add(class, kind, number, |meant| &mut meant.classes);
    }

    /// Adds another full name of a class.
    pub fn add_alias(&mut self, alias: &str, kind: &str, number: usize) {
        self.add(alias, kind, number, |meant| &mut meant.by_alias);
    }

    fn add(&mut self, name: &str, kind: &str, number: usize, of: fn(&mut Meant) -> &mut BTreeSet<usize>) {
        self.full.entry(name.to_owned()).or_insert(number);
        let simple = simple_name(name);
        for short in [simple, pruned_name(simple, kind)] {
            of(self.short.entry(short.to_owned()).or_default()).insert(number);
        }
    }

    /// The class of a name. A short name that may mean several means none.
    pub fn find(&self, name: &str) -> Option<usize> {
        let mut meant = self.meant(name);
        meant.next().filter(|_| meant.next().is_none())
    }

    /// All classes that a name may mean.
    pub fn meant(&self, name: &str) -> impl Iterator<Item = usize> {
        let full = self.full.get(name).copied();
        let short = self
            .short
            .get(name)
            .filter(|_| full.is_none())
            .map(|meant| if meant.classes.is_empty() { &meant.by_alias } else { &meant.classes });
        full.into_iter().chain(short.into_iter().flatten().copied())
    }
}

/// A class's name without its package and the class it is part of.
fn simple_name(class: &str) -> &str {
    class.rsplit(['.', '$']).next().unwrap_or(class)
}

/// A simple name up to where it names its kind for the last time.
fn pruned_name<'a>(simple: &'a str, kind: &str) -> &'a str {
    simple.rfind(kind).filter(|at| *at > 0).map_or(simple, |at| &simple[..at])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_names_lead_to_one_class_or_to_none() {
        let mut names = ClassNames::default();
        names.add_class("org.apache.kafka.connect.file.FileStreamSourceConnector", CONNECTOR, 0);
        names.add_alias("io.aqueduct.FileSource", CONNECTOR, 0);
        names.add_class("a.JdbcSinkConnector", CONNECTOR, 1);
        names.add_class("b.JdbcSinkConnector", CONNECTOR, 2);
        names.add_class("c.MirrorConnectorV2", CONNECTOR, 3);
        names.add_class("c.Connector", CONNECTOR, 4);
        names.add_class("c.Outer$Inner", CONNECTOR, 5);
        for (name, class) in [
            ("org.apache.kafka.connect.file.FileStreamSourceConnector", 0),
            ("FileStreamSource", 0),
            ("FileStreamSourceConnector", 0),
            ("io.aqueduct.FileSource", 0),
            ("FileSource", 0),
            ("b.JdbcSinkConnector", 2),
            ("Mirror", 3),
            ("MirrorConnectorV2", 3),
            ("Connector", 4),
            ("Inner", 5),
        ] {
            assert_eq!(names.find(name), Some(class), "{name}");
        }
        for none in ["JdbcSink", "JdbcSinkConnector", "Nope", "", "Outer$Inner"] {
            assert_eq!(names.find(none), None, "{none}");
        }
        assert_eq!(names.meant("JdbcSink").collect::<Vec<_>>(), [1, 2]);
    }

    #[test]
    fn a_class_goes_before_what_is_only_another_name_of_one() {
        let mut names = ClassNames::default();
        names.add_class("aiven.OpensearchSinkConnector", CONNECTOR, 0);
        names.add_alias("aiven.ElasticsearchSinkConnector", CONNECTOR, 0);
        names.add_class("confluent.ElasticsearchSinkConnector", CONNECTOR, 1);
        assert_eq!(names.find("ElasticsearchSink"), Some(1));
        assert_eq!(names.find("aiven.ElasticsearchSinkConnector"), Some(0));
    }
}
