//! The converters a worker has, by name.

use std::sync::{Arc, LazyLock};

use aqueduct_converters::{
    AvroConverter, ByteArrayConverter, Converter, JsonConverter, SimpleHeaderConverter, StringConverter,
};
use aqueduct_plugin_api::class_names::ClassNames;
use aqueduct_plugin_api::{Check, ConfigDef, ConfigMap, ConnectError, Importance, KeyDef, KeyType, Width};

/// The setting that says what a converter is used for.
pub(crate) const CONVERTER_TYPE: &str = "converter.type";

/// A converter class.
pub(crate) struct ConverterClass {
    /// Its Java name.
    pub(crate) name: &'static str,
    /// Its settings, without prefix.
    pub(crate) config: fn() -> ConfigDef,
    /// Whether it converts keys and values.
    pub(crate) of_data: bool,
    /// Whether it converts headers.
    pub(crate) of_headers: bool,
    make: Make,
}

/// Makes a converter with these settings, for this use.
type Make = fn(&ConfigMap, ConverterType) -> Result<Arc<dyn Converter>, ConnectError>;

/// What a converter is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ConverterType {
    /// Record keys.
    Key,
    /// Record values.
    Value,
    /// Header values.
    Header,
}

impl ConverterType {
    /// The setting that names the converter.
    pub(crate) fn key(self) -> &'static str {
        match self {
            Self::Key => "key.converter",
            Self::Value => "value.converter",
            Self::Header => "header.converter",
        }
    }

    /// The value of [`CONVERTER_TYPE`].
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Key => "key",
            Self::Value => "value",
            Self::Header => "header",
        }
    }

    /// Apache's interface of it.
    pub(crate) fn interface(self) -> &'static str {
        match self {
            Self::Key | Self::Value => "Converter",
            Self::Header => "HeaderConverter",
        }
    }
}

static CLASSES: LazyLock<Vec<ConverterClass>> = LazyLock::new(|| {
    vec![
        ConverterClass {
            name: "io.confluent.connect.avro.AvroConverter",
            config: AvroConverter::config_def,
            of_data: true,
            of_headers: false,
            make: |settings, purpose| {
                Ok(Arc::new(AvroConverter::configured(settings, purpose == ConverterType::Key)?))
            },
        },
        ConverterClass {
            name: "org.apache.kafka.connect.converters.ByteArrayConverter",
            config: || typed(ConfigDef::default()),
            of_data: true,
            of_headers: true,
            make: |_, _| Ok(Arc::new(ByteArrayConverter::default())),
        },
        ConverterClass {
            name: "org.apache.kafka.connect.json.JsonConverter",
            config: || typed(JsonConverter::config_def()),
            of_data: true,
            of_headers: true,
            make: |settings, _| Ok(Arc::new(JsonConverter::configured(settings)?)),
        },
        ConverterClass {
            name: "org.apache.kafka.connect.storage.SimpleHeaderConverter",
            config: ConfigDef::default,
            of_data: false,
            of_headers: true,
            make: |_, _| Ok(Arc::new(SimpleHeaderConverter)),
        },
        ConverterClass {
            name: "org.apache.kafka.connect.storage.StringConverter",
            config: || typed(string_keys()),
            of_data: true,
            of_headers: true,
            make: |_, _| Ok(Arc::new(StringConverter::default())),
        },
    ]
});

static NAMES: LazyLock<ClassNames> = LazyLock::new(|| {
    let mut names = ClassNames::default();
    for (number, class) in CLASSES.iter().enumerate() {
        let uses =
            [ConverterType::Value, ConverterType::Header].into_iter().filter(|used| class.is_for(*used));
        uses.for_each(|used| names.add_class(class.name, used.interface(), number));
    }
    names
});

/// The settings of Apache's own converters begin with what they are used for, which the worker knows and sets.
fn typed(own: ConfigDef) -> ConfigDef {
    let mut table = ConfigDef::new([KeyDef::required(
        CONVERTER_TYPE,
        KeyType::String,
        "What the converter is used for: key, value or header.",
    )
    .check(Check::one_of(&["key", "value", "header"]))
    .importance(Importance::Low)]);
    for key in own.keys() {
        table.define(key.clone());
    }
    table
}

fn string_keys() -> ConfigDef {
    let doc = "The encoding; UTF-8 only.";
    let mut encoding = KeyDef::with_default("converter.encoding", KeyType::String, "UTF-8", doc)
        .importance(Importance::High)
        .check(Check::one_of_ignore_case(&["UTF-8", "UTF8"]));
    encoding.width = Width::Medium;
    encoding.display_name = Some("Encoding".to_owned());
    ConfigDef::new([encoding])
}

/// All converters in the order of their names.
pub(crate) fn classes() -> &'static [ConverterClass] {
    &CLASSES
}

/// A converter by any of its names.
pub(crate) fn find(name: &str) -> Option<&'static ConverterClass> {
    NAMES.find(name.trim()).map(|number| &CLASSES[number])
}

impl ConverterClass {
    /// Whether it can be used so.
    pub(crate) fn is_for(&self, purpose: ConverterType) -> bool {
        match purpose {
            ConverterType::Key | ConverterType::Value => self.of_data,
            ConverterType::Header => self.of_headers,
        }
    }

    /// An instance with these settings (without prefix).
    pub(crate) fn make(
        &self,
        settings: &ConfigMap,
        purpose: ConverterType,
    ) -> Result<Arc<dyn Converter>, ConnectError> {
        (self.make)(settings, purpose)
    }
}
