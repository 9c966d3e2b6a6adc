//! By which names a class is found: in full, by its simple name, and by that without its usual ending. Pure.

use std::collections::BTreeMap;

/// The endings that may be left off.
const ENDINGS: [&str; 5] = ["HeaderConverter", "Connector", "Converter", "Transformation", "Predicate"];

/// Names of classes, each leading to the index of its class. Short names that would lead to two are left out.
#[derive(Debug, Default)]
pub(crate) struct Names {
    full: BTreeMap<String, usize>,
    short: BTreeMap<String, Option<usize>>,
}

impl Names {
    /// Adds a full name of a class.
    pub(crate) fn add(&mut self, full: &str, class: usize) {
        self.full.entry(full.to_owned()).or_insert(class);
        let simple = full.rsplit('.').next().unwrap_or(full);
        self.add_short(simple, class);
        let pruned =
            ENDINGS.iter().find_map(|ending| simple.strip_suffix(ending).filter(|rest| !rest.is_empty()));
        if let Some(pruned) = pruned {
            self.add_short(pruned, class);
        }
    }

    fn add_short(&mut self, name: &str, class: usize) {
        let known = self.short.entry(name.to_owned()).or_insert(Some(class));
        if *known != Some(class) {
            *known = None;
        }
    }

    /// The class of a name.
    pub(crate) fn find(&self, name: &str) -> Option<usize> {
        self.full.get(name).copied().or_else(|| self.short.get(name).copied().flatten())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_names_lead_to_one_class_or_to_none() {
        let mut names = Names::default();
        names.add("org.apache.kafka.connect.file.FileStreamSourceConnector", 0);
        names.add("io.aqueduct.FileSource", 0);
        names.add("a.JdbcSinkConnector", 1);
        names.add("b.JdbcSinkConnector", 2);
        for name in [
            "org.apache.kafka.connect.file.FileStreamSourceConnector",
            "FileStreamSource",
            "FileSource",
            "FileStreamSourceConnector",
        ] {
            assert_eq!(names.find(name), Some(0), "{name}");
        }
        assert_eq!(names.find("JdbcSink"), None);
        assert_eq!(names.find("b.JdbcSinkConnector"), Some(2));
        assert_eq!(names.find("Nope"), None);
    }
}
