//! Where the sequence of a partition stands (idempotence, KIP-98), and when it starts anew (KIP-360). Decides and does
//! no I/O.

use aqueduct_protocol::ids::{ProducerEpoch, ProducerId, Sequence};
use aqueduct_protocol::record::ProducerState;

use super::batch::Batch;

/// Who produces: the same for all partitions of a producer, until an epoch ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Identity {
    pub(super) id: ProducerId,
    pub(super) epoch: ProducerEpoch,
}

/// The sequence of one partition.
#[derive(Debug, Default)]
pub(super) struct SequenceState {
    /// Under which identity it goes on, once something was sent.
    identity: Option<Identity>,
    /// The sequence of the next record.
    next: Sequence,
    course: Course,
}

/// Whether the sequence can go on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Course {
    #[default]
    Whole,
    /// A batch was given up that the broker may have. Those stamped after it, which it may have too, go on as they are;
    /// what is not stamped yet waits for the start anew.
    Doubtful,
    /// The broker does not take what follows: everything has to start anew.
    Broken,
}

/// Whether the next batch can be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Continuation {
    /// As the sequence stands.
    GoesOn,
    /// From sequence 0: what was stamped before and waits has to be stamped again.
    Anew,
    /// Not under this identity: another is on its way to this producer.
    NotYet,
}

impl SequenceState {
    /// Takes over the producer's identity where the sequence can start anew: not while something is on its way, and not
    /// while there is `unfinished` work of a sequence that can go on.
    pub(super) fn take(
        &mut self,
        identity: Option<Identity>,
        nothing_in_flight: bool,
        unfinished: impl Fn() -> bool,
    ) -> Continuation {
        let goes_on = match self.course {
            Course::Whole => Continuation::GoesOn,
            Course::Doubtful if unfinished() => Continuation::GoesOn,
            Course::Doubtful | Course::Broken => Continuation::NotYet,
        };
        let Some(identity) = identity else {
            return if self.identity.is_some() { goes_on } else { Continuation::NotYet };
        };
        if self.identity == Some(identity) {
            return goes_on;
        }
        let may_change = nothing_in_flight && (self.course == Course::Broken || !unfinished());
        if may_change || self.identity.is_none() {
            *self = SequenceState { identity: Some(identity), next: Sequence(0), course: Course::Whole };
            return Continuation::Anew;
        }
        goes_on
    }

    /// Gives a batch its sequence, if it has none.
    pub(super) fn stamp(&mut self, batch: &mut Batch) {
        if let (None, Some(Identity { id, epoch })) = (batch.producer, self.identity) {
            batch.stamp(ProducerState { id, epoch, base_sequence: self.next });
            self.next = self.next.plus(batch.records);
        }
    }

    /// A batch was given up, and nobody knows whether the broker has it.
    pub(super) fn doubt(&mut self) {
        if self.course == Course::Whole {
            self.course = Course::Doubtful;
        }
    }

    /// It can no longer be continued.
    pub(super) fn break_off(&mut self) {
        self.course = Course::Broken;
    }

    /// Whether it has to start anew, at once or after what is stamped.
    pub(super) fn has_to_start_anew(&self) -> bool {
        self.course != Course::Whole
    }
}
