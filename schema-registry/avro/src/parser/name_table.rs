//! The named types seen so far, including those that are referred to before they are defined.

use crate::name::Name;
use crate::parse_error::ParseError;
use crate::schema::{Type, TypeId};
use std::collections::HashMap;
use std::sync::Arc;

/// Types under construction and the names by which they are found.
#[derive(Default)]
pub(super) struct NameTable {
    slots: Vec<Option<Type>>,
    names: HashMap<Arc<str>, (TypeId, State)>,
    /// Named types in the order in which they were first mentioned.
    mentioned: Vec<(TypeId, Arc<str>)>,
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    /// Referred to, not defined yet.
    Awaited,
    /// Its definition is being read.
    Open,
    Defined,
}

/// What a definition of a name leads to.
pub(super) enum Definition {
    /// The type is new: fill this slot.
    New(TypeId),
    /// The name is defined already: the new definition must be alike.
    Repeated(TypeId),
}

impl NameTable {
    /// Adds an unnamed type.
    pub(super) fn add(&mut self, added: Type) -> TypeId {
        self.slots.push(Some(added));
        TypeId((self.slots.len() - 1) as u32)
    }

    /// Finds a type by the name in a reference: in the namespace where it stands, then, among the types whose
    /// definitions have ended, as it is written; else awaits it in the namespace. As in Avro, a type without namespace
    /// is therefore not found from inside its own definition where another namespace holds.
    pub(super) fn find(&mut self, name: &str, namespace: Option<&str>) -> TypeId {
        let full = Name::new(name, namespace).full();
        match self.names.get(&*full) {
            Some((id, State::Open | State::Defined)) => return *id,
            known => {
                if let Some((id, State::Defined)) = self.names.get(name) {
                    return *id;
                }
                if let Some((id, _)) = known {
                    return *id;
                }
            }
        }
        self.reserve(full, State::Awaited)
    }

    /// Starts a definition.
    pub(super) fn open(&mut self, name: &Name) -> Result<Definition, ParseError> {
        let full = name.full();
        match self.names.get_mut(&*full) {
            Some((_, State::Open)) => Err(ParseError::Redefined { name: full }),
            Some((id, State::Defined)) => Ok(Definition::Repeated(*id)),
            Some((id, state @ State::Awaited)) => {
                *state = State::Open;
                Ok(Definition::New(*id))
            }
            None => Ok(Definition::New(self.reserve(full, State::Open))),
        }
    }

    /// Ends a definition. One that repeats a name must equal the first.
    pub(super) fn close(&mut self, definition: Definition, defined: Type) -> Result<TypeId, ParseError> {
        let full = defined.name().expect("only named types are opened").full();
        match definition {
            Definition::New(id) => {
                self.slots[id.index()] = Some(defined);
                self.names.insert(full.into(), (id, State::Defined));
                Ok(id)
            }
            Definition::Repeated(id) => {
                let first = self.slots[id.index()].as_ref();
                if first.is_some_and(|first| self.alike(first, &defined)) {
                    return Ok(id);
                }
                Err(ParseError::Redefined { name: full })
            }
        }
    }

    /// The name under which a union counts a branch: the full name, or the kind in lower case.
    pub(super) fn branch_name(&self, id: TypeId) -> String {
        match &self.slots[id.index()] {
            Some(known) => match known.name() {
                Some(name) => name.full(),
                None => known.kind_name().to_ascii_lowercase(),
            },
            None => self.mentioned_name(id),
        }
    }

    /// The kind of a type as messages have it; of one that is still to come, as Java has it, a record.
    pub(super) fn kind_name(&self, id: TypeId) -> &'static str {
        self.slots[id.index()].as_ref().map_or("RECORD", Type::kind_name)
    }

    /// Whether the type is known to be a union.
    pub(super) fn is_union(&self, id: TypeId) -> bool {
        matches!(self.slots[id.index()], Some(Type::Union(_)))
    }

    /// Whether the type is known to be `float` or `double`.
    pub(super) fn is_floating(&self, id: TypeId) -> bool {
        use crate::schema::Primitive;
        matches!(
            self.slots[id.index()],
            Some(Type::Primitive { kind: Primitive::Float | Primitive::Double, .. })
        )
    }

    /// Every named type so far.
    pub(super) fn named(&self) -> Vec<TypeId> {
        self.mentioned.iter().map(|(id, _)| *id).collect()
    }

    /// All types, once every name that was referred to is defined.
    pub(super) fn finish(self) -> Result<Vec<Type>, ParseError> {
        for (id, name) in &self.mentioned {
            if self.slots[id.index()].is_none() {
                return Err(ParseError::Undefined { name: name.to_string() });
            }
        }
        Ok(self.slots.into_iter().map(|slot| slot.expect("only mentioned names have empty slots")).collect())
    }

    fn reserve(&mut self, full: String, state: State) -> TypeId {
        let (id, full) = (TypeId(self.slots.len() as u32), Arc::<str>::from(full));
        self.slots.push(None);
        self.mentioned.push((id, full.clone()));
        self.names.insert(full, (id, state));
        id
    }

    fn mentioned_name(&self, id: TypeId) -> String {
        let found = self.mentioned.iter().find(|(mentioned, _)| *mentioned == id);
        found.map(|(_, name)| name.to_string()).expect("every empty slot is mentioned")
    }

    /// Whether two types are equal in what Avro compares: not doc and aliases.
    fn alike(&self, left: &Type, right: &Type) -> bool {
        match (left, right) {
            (Type::Primitive { kind: a, props: p }, Type::Primitive { kind: b, props: q }) => {
                a == b && p == q
            }
            (Type::Record(a), Type::Record(b)) => {
                a.name == b.name
                    && a.is_error == b.is_error
                    && a.props == b.props
                    && a.fields.len() == b.fields.len()
                    && a.fields.iter().zip(&b.fields).all(|(x, y)| {
                        x.name == y.name
                            && x.default == y.default
                            && x.order == y.order
                            && x.props == y.props
                            && self.same(x.schema, y.schema)
                    })
            }
            (Type::Enum(a), Type::Enum(b)) => {
                a.name == b.name && a.symbols == b.symbols && a.props == b.props
            }
            (Type::Fixed(a), Type::Fixed(b)) => a.name == b.name && a.size == b.size && a.props == b.props,
            (Type::Array(a), Type::Array(b)) => a.props == b.props && self.same(a.items, b.items),
            (Type::Map(a), Type::Map(b)) => a.props == b.props && self.same(a.values, b.values),
            (Type::Union(a), Type::Union(b)) => {
                a.branches.len() == b.branches.len()
                    && a.branches.iter().zip(&b.branches).all(|(x, y)| self.same(*x, *y))
            }
            _ => false,
        }
    }

    /// Named types are the same only by id, so the descent ends at names and is as deep as the text is nested.
    fn same(&self, left: TypeId, right: TypeId) -> bool {
        if left == right {
            return true;
        }
        match (&self.slots[left.index()], &self.slots[right.index()]) {
            (Some(a), Some(b)) if a.name().is_none() && b.name().is_none() => self.alike(a, b),
            _ => false,
        }
    }
}
