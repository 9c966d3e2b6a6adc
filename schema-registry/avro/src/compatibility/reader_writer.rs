//! The check of a reader's schema against a writer's, for all differences, without recursion.

use super::incompatibility::{Incompatibility, IncompatibilityKind};
use super::rules::{Place, Step, steps};
use crate::schema::{Schema, TypeId};
use std::collections::HashMap;
use std::rc::Rc;
use std::vec::IntoIter;

/// How many pairs of types one check looks at. Two unions of a thousand records each are a million pairs.
pub const MAX_PAIRS: usize = 1_000_000;
/// How many differences one check tells; the rest would tell nothing more.
const MAX_DIFFERENCES: usize = 200;
/// How many bytes of locations and details one check keeps; differences beyond are told without.
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
    let mut check = Check {
        reader,
        writer,
        known: HashMap::new(),
        locations: vec![(0, Place::Here)],
        pairs: 0,
        text_left: MAX_TEXT,
    };
    check.run()
}

type Pair = (TypeId, TypeId);
type Differences = Rc<[Rc<Incompatibility>]>;
/// An index into the tree of locations.
type Location = usize;

const ROOT: Location = 0;

struct Check<'a> {
    reader: &'a Schema,
    writer: &'a Schema,
    /// Pairs that are being looked at (`None`: taken as compatible until proven otherwise) or have been. As in Avro, a
    /// pair met again tells the differences with the places where it was met first.
    known: HashMap<Pair, Option<Differences>>,
    /// Each with its parent; the root is its own.
    locations: Vec<(Location, Place)>,
    pairs: usize,
    text_left: usize,
}

/// A pair being looked at.
struct Frame {
    pair: Pair,
    location: Location,
    steps: IntoIter<Step>,
    found: Vec<Rc<Incompatibility>>,
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
    fn run(&mut self) -> Result<Vec<Incompatibility>, CheckError> {
        let mut frames = vec![self.open((self.reader.root(), self.writer.root()), ROOT)?];
        let mut answer: Option<Differences> = None;
        while let Some(frame) = frames.last_mut() {
            if let Some(differences) = answer.take() {
                self.receive(frame, &differences);
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
        Ok(answer.iter().flat_map(|differences| differences.iter()).map(|found| (**found).clone()).collect())
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
                self.report_missing_branch(frame, frame.location, writer);
            }
            if frame.found.len() >= MAX_DIFFERENCES {
                return None;
            }
            match frame.steps.next()? {
                Step::Report { kind, place, detail } => {
                    let location = self.below(frame.location, place);
                    self.report(frame, kind, location, detail);
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

    /// Takes the differences of the pair the frame waited for.
    fn receive(&mut self, frame: &mut Frame, differences: &[Rc<Incompatibility>]) {
        match std::mem::replace(&mut frame.awaits, Awaits::Nothing) {
            Awaits::Nothing => {}
            Awaits::Merge => {
                let room = MAX_DIFFERENCES.saturating_sub(frame.found.len());
                frame.found.extend(differences.iter().take(room).cloned());
            }
            Awaits::Require { location, writer } => {
                if !differences.is_empty() {
                    self.report_missing_branch(frame, location, writer);
                }
            }
            Awaits::AnyOf { left, writer } => {
                if !differences.is_empty() {
                    frame.awaits = Awaits::AnyOf { left, writer };
                }
            }
        }
    }

    fn report_missing_branch(&mut self, frame: &mut Frame, location: Location, writer: TypeId) {
        let detail = format!("reader union lacking writer type: {}", self.writer[writer].kind_name());
        self.report(frame, IncompatibilityKind::MissingUnionBranch, location, detail);
    }

    fn report(&mut self, frame: &mut Frame, kind: IncompatibilityKind, location: Location, detail: String) {
        let (location, detail) = match self.text_left {
            0 => (String::from("/"), String::new()),
            _ => (self.pointer(location), detail),
        };
        self.text_left = self.text_left.saturating_sub(location.len() + detail.len());
        frame.found.push(Rc::new(Incompatibility { kind, location, detail }));
    }

    fn below(&mut self, location: Location, place: Place) -> Location {
        if matches!(place, Place::Here) {
            return location;
        }
        self.locations.push((location, place));
        self.locations.len() - 1
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
