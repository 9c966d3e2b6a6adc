//! The members of a JSON object.

use indexmap::IndexMap;

use super::value::Json;

/// The members of a JSON object in the order of their first appearance, each name once. Without members it holds no
/// memory: most types of a schema have no properties of their own.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Object(Box<[(Box<str>, Json)]>);

impl Object {
    /// The value of this name. Goes through all members: of attributes there are few.
    pub fn get(&self, name: &str) -> Option<&Json> {
        self.0.iter().find(|(known, _)| **known == *name).map(|(_, value)| value)
    }

    /// Whether there is a member of this name.
    pub fn contains_key(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// How many members there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The members in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Json)> {
        self.0.iter().map(|(name, value)| (&**name, value))
    }

    /// The values in order.
    pub fn values(&self) -> impl Iterator<Item = &Json> {
        self.0.iter().map(|(_, value)| value)
    }

    /// Puts the members in the order of their names.
    pub(crate) fn sort(&mut self) {
        self.0.sort_by(|(one, _), (other, _)| one.cmp(other));
    }
}

impl From<IndexMap<Box<str>, Json>> for Object {
    fn from(members: IndexMap<Box<str>, Json>) -> Object {
        Object(members.into_iter().collect())
    }
}

impl FromIterator<(Box<str>, Json)> for Object {
    /// Of members of one name the last counts.
    fn from_iter<T: IntoIterator<Item = (Box<str>, Json)>>(members: T) -> Object {
        Object::from(members.into_iter().collect::<IndexMap<_, _>>())
    }
}
