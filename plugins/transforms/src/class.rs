//! The catalogue of transforms and predicates: name, settings, and how to make one.

use aqueduct_plugin_api::{ConfigDef, ConfigMap, ConnectError};

use crate::extract_field::ExtractField;
use crate::filter::Filter;
use crate::insert_field::InsertField;
use crate::predicates::{HasHeaderKey, RecordIsTombstone, TopicNameMatches};
use crate::record::{Half, Predicate, Transformation};
use crate::regex_router::RegexRouter;
use crate::replace_field::ReplaceField;
use crate::value_to_key::ValueToKey;

/// How to make an instance.
#[derive(Clone, Copy)]
pub enum ClassKind {
    /// A transformation.
    Transformation(fn(&ConfigMap) -> Result<Box<dyn Transformation>, ConnectError>),
    /// A predicate.
    Predicate(fn(&ConfigMap) -> Result<Box<dyn Predicate>, ConnectError>),
}

/// A class of the catalogue.
#[derive(Clone, Copy)]
pub struct Class {
    /// The Java name.
    pub name: &'static str,
    /// Its settings, without the prefix `transforms.<alias>.`.
    pub config: fn() -> ConfigDef,
    /// How to make one from those settings.
    pub kind: ClassKind,
}

const fn transformation(
    name: &'static str,
    config: fn() -> ConfigDef,
    make: fn(&ConfigMap) -> Result<Box<dyn Transformation>, ConnectError>,
) -> Class {
    Class { name, config, kind: ClassKind::Transformation(make) }
}

const fn predicate(
    name: &'static str,
    config: fn() -> ConfigDef,
    make: fn(&ConfigMap) -> Result<Box<dyn Predicate>, ConnectError>,
) -> Class {
    Class { name, config, kind: ClassKind::Predicate(make) }
}

const CLASSES: &[Class] = &[
    transformation(
        "org.apache.kafka.connect.transforms.ExtractField$Key",
        ExtractField::config_def,
        |config| Ok(Box::new(ExtractField::configured(Half::Key, config)?)),
    ),
    transformation(
        "org.apache.kafka.connect.transforms.ExtractField$Value",
        ExtractField::config_def,
        |config| Ok(Box::new(ExtractField::configured(Half::Value, config)?)),
    ),
    transformation("org.apache.kafka.connect.transforms.Filter", ConfigDef::default, |_| {
        Ok(Box::new(Filter))
    }),
    transformation(
        "org.apache.kafka.connect.transforms.InsertField$Key",
        InsertField::config_def,
        |config| Ok(Box::new(InsertField::configured(Half::Key, config)?)),
    ),
    transformation(
        "org.apache.kafka.connect.transforms.InsertField$Value",
        InsertField::config_def,
        |config| Ok(Box::new(InsertField::configured(Half::Value, config)?)),
    ),
    transformation("org.apache.kafka.connect.transforms.RegexRouter", RegexRouter::config_def, |config| {
        Ok(Box::new(RegexRouter::configured(config)?))
    }),
    transformation(
        "org.apache.kafka.connect.transforms.ReplaceField$Key",
        ReplaceField::config_def,
        |config| Ok(Box::new(ReplaceField::configured(Half::Key, config)?)),
    ),
    transformation(
        "org.apache.kafka.connect.transforms.ReplaceField$Value",
        ReplaceField::config_def,
        |config| Ok(Box::new(ReplaceField::configured(Half::Value, config)?)),
    ),
    transformation("org.apache.kafka.connect.transforms.ValueToKey", ValueToKey::config_def, |config| {
        Ok(Box::new(ValueToKey::configured(config)?))
    }),
    predicate(
        "org.apache.kafka.connect.transforms.predicates.HasHeaderKey",
        HasHeaderKey::config_def,
        |config| Ok(Box::new(HasHeaderKey::configured(config)?)),
    ),
    predicate("org.apache.kafka.connect.transforms.predicates.RecordIsTombstone", ConfigDef::default, |_| {
        Ok(Box::new(RecordIsTombstone))
    }),
    predicate(
        "org.apache.kafka.connect.transforms.predicates.TopicNameMatches",
        TopicNameMatches::config_def,
        |config| Ok(Box::new(TopicNameMatches::configured(config)?)),
    ),
];

/// Every transform and predicate, in order of their names.
pub fn classes() -> &'static [Class] {
    CLASSES
}

/// A class by its Java name or by the last part of it (`RegexRouter`, `InsertField$Value`).
pub fn find(name: &str) -> Option<&'static Class> {
    CLASSES.iter().find(|class| class.name == name || class.name.rsplit('.').next() == Some(name))
}

impl std::fmt::Debug for Class {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}
