//! The normalised form: schemas that differ only in the order of custom properties or aliases become one text.

use crate::name::Name;
use crate::schema::{Props, Schema, Type};

impl Schema {
    /// The schema as `normalize=true` registers it: custom properties in the order of their names, aliases sorted.
    /// Everything the parser drops or unifies anyway (white space, escapes, redundant namespaces) is gone already.
    pub fn normalized(&self) -> Schema {
        let mut normalized = self.clone();
        for described in &mut normalized.types {
            match described {
                Type::Primitive { props, .. } => sort(props),
                Type::Record(record) => {
                    sort(&mut record.props);
                    sort_aliases(&mut record.aliases);
                    for field in &mut record.fields {
                        sort(&mut field.props);
                        field.aliases.sort();
                    }
                }
                Type::Enum(symbols) => {
                    sort(&mut symbols.props);
                    sort_aliases(&mut symbols.aliases);
                }
                Type::Fixed(fixed) => {
                    sort(&mut fixed.props);
                    sort_aliases(&mut fixed.aliases);
                }
                Type::Array(array) => sort(&mut array.props),
                Type::Map(map) => sort(&mut map.props),
                Type::Union(_) => {}
            }
        }
        normalized
    }
}

fn sort(props: &mut Props) {
    props.sort();
}

fn sort_aliases(aliases: &mut [Name]) {
    aliases.sort_by_cached_key(Name::full);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_of_properties_and_aliases_does_not_matter_after_normalising() {
        let one = Schema::parse(r#"{"type":"record","name":"R","b":1,"a":{"y":1,"x":2},"aliases":["T","S"],"fields":[{"name":"f","type":{"type":"int","d":1,"c":2},"aliases":["h","g"]}]}"#).unwrap();
        assert_eq!(
            one.normalized().canonical_text(),
            r#"{"type":"record","name":"R","fields":[{"name":"f","type":{"type":"int","c":2,"d":1},"aliases":["g","h"]}],"a":{"y":1,"x":2},"b":1,"aliases":["S","T"]}"#
        );
    }
}
