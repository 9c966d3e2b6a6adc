//! The check of a reader's schema against a writer's, for all differences, without recursion.

use super::incompatibility::{Incompatibility, IncompatibilityKind};
use super::rules::{Place, Step, detail, steps};
use crate::schema::{Schema, TypeId};
use std::collections::HashMap;
use std::rc::Rc;
use std::vec::IntoIter;

/// How many pairs of types one check looks at. Two unions of 500 records each are 250,000 pairs.
pub const MAX_PAIRS: usize = 250_000;
/// How many differences one check tells; the rest would tell nothing more.
const MAX_DIFFERENCES: usize = 200;
/// How many bytes of locations and details one check tells; differences beyond are left out.
const MAX_TEXT: usize = 1 << 20;

/// Why a pair of schemas cannot be judged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CheckError {
    /// A reader's field and its aliases name more than one field of the writer.
    #[error(
        "Reader record field {field} type:{kind} pos:{position} matches multiple fields in writer record schema {record}"
    )]
    AmbiguousField {
        /// The reader's field.
        field: String,
        /// The kind of its type.
        kind: &'static str,
        /// Its position.
        position: usize,
        /// Canonical text of the writer's record.
        record: String,
    },
    /// More pairs of types than [`MAX_PAIRS`].
    #[error("The schemas are too complex to be compared: more than {MAX_PAIRS} pairs of types")]
    TooComplex,
}

/// Everything that keeps `reader` from reading what `writer` wrote, in the order of the reader's schema; empty if it
/// can. These are the rules, places and texts of Avro's `SchemaCompatibility`; after 200 differences the check
/// ends early.
///
/// # Errors
/// The pair cannot be judged.
pub fn check_reader_writer(reader: &Schema, writer: &Schema) -> Result<Vec<Incompatibility>, CheckError> {
    let mut check =
        Check { reader, writer, known: HashMap::new(), locations: vec![(0, Place::Here)], pairs: 0 };
    let found = check.run()?;
    Ok(check.tell(&found))
}

type Pair = (TypeId, TypeId);
type Differences = Rc<[Difference]>;
/// An index into the tree of locations.
type Location = usize;

const ROOT: Location = 0;

/// A difference without its texts, which only those that are told need.
#[derive(Clone, Copy)]
struct Difference {
    kind: IncompatibilityKind,
    location: Location,
    pair: Pair,
}

struct Check<'a> {
    reader: &'a Schema,
    writer: &'a Schema,
    /// Pairs that are being looked at (`None`: taken as compatible until proven otherwise) or have been. As in Avro, a
    /// pair met again tells the differences with the places where it was met first.
    known: HashMap<Pair, Option<Differences>>,
    /// Each with its parent; the root is its own.
    locations: Vec<(Location, Place)>,
    pairs: usize,
}

/// A pair being looked at.
struct Frame {
    pair: Pair,
    location: Location,
    steps: IntoIter<Step>,
    found: Vec<Difference>,
    awaits: Awaits,
}

/// What the frame does with the differences of the pair it waits for.
enum Awaits {
    Nothing,
    Merge,
    Require { location: Location, writer: TypeId },
    AnyOf { left: IntoIter<TypeId>, writer: TypeId },
}

impl Check<'_> {
    fn run(&mut self) -> Result<Differences, CheckError> {
        let mut frames = vec![self.open((self.reader.root(), self.writer.root()), ROOT)?];
        let mut answer: Option<Differences> = None;
        while let Some(frame) = frames.last_mut() {
            if let Some(differences) = answer.take() {
                frame.receive(&differences);
            }
            let next = match self.advance(frame) {
                Some(next) => next,
                None => {
                    let done = frames.pop().expect("a frame was just looked at");
                    let differences: Differences = done.found.into();
                    self.known.insert(done.pair, Some(differences.clone()));
                    answer = Some(differences);
                    continue;
                }
            };
            match self.known.get(&next.0) {
                Some(Some(differences)) => answer = Some(differences.clone()),
                Some(None) => answer = Some(Rc::from([])),
                None => {
                    let frame = self.open(next.0, next.1)?;
                    frames.push(frame);
                }
            }
        }
        Ok(answer.expect("the last frame leaves its differences"))
    }

    fn open(&mut self, pair: Pair, location: Location) -> Result<Frame, CheckError> {
        self.pairs += 1;
        if self.pairs > MAX_PAIRS {
            return Err(CheckError::TooComplex);
        }
        self.known.insert(pair, None);
        let steps = steps(self.reader, pair.0, self.writer, pair.1)?.into_iter();
        Ok(Frame { pair, location, steps, found: Vec::new(), awaits: Awaits::Nothing })
    }

    /// Goes on until the frame needs another pair, which is returned with its location, or is done.
    fn advance(&mut self, frame: &mut Frame) -> Option<(Pair, Location)> {
        loop {
            if let Awaits::AnyOf { left, writer } = &mut frame.awaits {
                let writer = *writer;
                if let Some(reader) = left.next() {
                    return Some(((reader, writer), ROOT));
                }
                frame.awaits = Awaits::Nothing;
                let pair = (frame.pair.0, writer);
                frame.report(IncompatibilityKind::MissingUnionBranch, frame.location, pair);
            }
            if frame.found.len() >= MAX_DIFFERENCES {
                return None;
            }
            match frame.steps.next()? {
                Step::Report { kind, place } => {
                    let location = self.below(frame.location, place);
                    frame.report(kind, location, frame.pair);
                }
                Step::Merge { place, reader, writer } => {
                    frame.awaits = Awaits::Merge;
                    return Some(((reader, writer), self.below(frame.location, place)));
                }
                Step::Require { place, reader, writer } => {
                    let location = self.below(frame.location, place);
                    frame.awaits = Awaits::Require { location, writer };
                    return Some(((reader, writer), ROOT));
                }
                Step::AnyOf { readers, writer } => {
                    frame.awaits = Awaits::AnyOf { left: readers.into_iter(), writer };
                }
            }
        }
    }

    fn below(&mut self, location: Location, place: Place) -> Location {
        if matches!(place, Place::Here) {
            return location;
        }
        self.locations.push((location, place));
        self.locations.len() - 1
    }

    /// The differences with their texts.
    fn tell(&self, found: &[Difference]) -> Vec<Incompatibility> {
        let mut told = Vec::with_capacity(found.len());
        let mut text = 0;
        for difference in found {
            if text > MAX_TEXT {
                break;
            }
            let (reader, writer) = (&self.reader[difference.pair.0], &self.writer[difference.pair.1]);
            let place = self.locations[difference.location].1;
            let detail = detail(difference.kind, place, reader, writer);
            let location = self.pointer(difference.location);
            text += location.len() + detail.len();
            told.push(Incompatibility { kind: difference.kind, location, detail });
        }
        told
    }

    /// The location as a JSON pointer.
    fn pointer(&self, mut location: Location) -> String {
        let mut parts = Vec::new();
        while location != ROOT {
            let (parent, place) = self.locations[location];
            match place {
                Place::Here => {}
                Place::Attribute(name) => parts.push(name.to_owned()),
                Place::Branch(index) => parts.push(index.to_string()),
                Place::Field(position) => parts.push(format!("fields/{position}")),
                Place::FieldType(position) => parts.push(format!("fields/{position}/type")),
            }
            location = parent;
        }
        parts.reverse();
        format!("/{}", parts.join("/"))
    }
}

impl Frame {
    fn report(&mut self, kind: IncompatibilityKind, location: Location, pair: Pair) {
        self.found.push(Difference { kind, location, pair });
    }

    /// Takes the differences of the pair the frame waited for.
    fn receive(&mut self, differences: &[Difference]) {
        match std::mem::replace(&mut self.awaits, Awaits::Nothing) {
            Awaits::Nothing => {}
            Awaits::Merge => {
                let room = MAX_DIFFERENCES.saturating_sub(self.found.len());
                self.found.extend(differences.iter().take(room));
            }
            Awaits::Require { location, writer } => {
                if !differences.is_empty() {
                    self.report(IncompatibilityKind::MissingUnionBranch, location, (self.pair.0, writer));
                }
            }
            Awaits::AnyOf { left, writer } => {
                if !differences.is_empty() {
                    self.awaits = Awaits::AnyOf { left, writer };
                }
            }
        }
    }
}
