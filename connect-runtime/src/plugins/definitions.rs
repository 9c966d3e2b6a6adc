//! Rows of key tables as REST shows them.

use std::collections::BTreeMap;

use aqueduct_config::{ConfigDef, Importance, KeyDef, KeyReport, Width};

use crate::config::connector_keys::order_in_group;
use crate::herder::infos::{ConfigInfo, KeyInfo, ValueInfo};

/// How the rows of a table are numbered within their groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Numbering {
    /// The common settings: by Apache's numbers.
    Common,
    /// A connector's or plug-in's own: by their place in the group, from this number.
    From(i32),
}

/// The rows of a table.
pub(crate) fn definitions(table: &ConfigDef, numbering: Numbering) -> Vec<KeyInfo> {
    let mut next: BTreeMap<String, i32> = BTreeMap::new();
    table
        .keys()
        .map(|key| {
            let order = match (&key.group, numbering) {
                (None, _) => -1,
                (Some(_), Numbering::Common) => order_in_group(&key.name).unwrap_or(-1),
                (Some(group), Numbering::From(first)) => {
                    let place = next.entry(group.clone()).or_insert(first);
                    *place += 1;
                    *place - 1
                }
            };
            definition(key, order)
        })
        .collect()
}

fn definition(key: &KeyDef, order: i32) -> KeyInfo {
    KeyInfo {
        name: key.name.clone(),
        kind: key.kind.name(),
        required: key.required,
        default_value: key.default.clone(),
        importance: match key.importance {
            Importance::High => "HIGH",
            Importance::Medium => "MEDIUM",
            Importance::Low => "LOW",
        },
        documentation: key.doc.clone(),
        group: key.group.clone(),
        order_in_group: order,
        width: match key.width {
            Width::None => "NONE",
            Width::Short => "SHORT",
            Width::Medium => "MEDIUM",
            Width::Long => "LONG",
        },
        display_name: key.display_name.clone().unwrap_or_else(|| key.name.clone()),
        dependents: key.dependents.clone(),
    }
}

/// A table with what it says of the settings given.
pub(crate) fn judged(table: &ConfigDef, numbering: Numbering, reports: Vec<KeyReport>) -> Vec<ConfigInfo> {
    definitions(table, numbering)
        .into_iter()
        .zip(reports)
        .map(|(key, report)| info(Some(key), report))
        .collect()
}

/// A setting and what is said of it.
pub(crate) fn info(definition: Option<KeyInfo>, report: KeyReport) -> ConfigInfo {
    ConfigInfo {
        definition,
        value: ValueInfo {
            name: report.name,
            value: report.value,
            recommended_values: report.recommended,
            errors: report.errors,
            visible: true,
        },
    }
}

/// Puts a prefix before every name of a section, and gives it a group if it has none.
pub(crate) fn prefixed(section: &mut [ConfigInfo], prefix: &str, group: Option<(&str, i32)>) {
    for (index, info) in section.iter_mut().enumerate() {
        let bare = info.value.name.clone();
        info.value.name = format!("{prefix}{bare}");
        let quoted = (format!("configuration \"{bare}\""), format!("configuration \"{prefix}{bare}\""));
        for error in &mut info.value.errors {
            *error = error.replace(&quoted.0, &quoted.1);
        }
        if let Some(definition) = &mut info.definition {
            definition.name = format!("{prefix}{bare}");
            if let Some((group, first)) = group {
                definition.group = Some(group.to_owned());
                definition.order_in_group = first + index as i32;
            }
        }
    }
}
