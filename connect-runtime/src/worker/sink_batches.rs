//! What a sink's answer to a batch means for each of its records. Pure.

use aqueduct_plugin_api::{ConnectError, ErrorClass, PutOutcome, RecordOutcome};

/// The records of a batch by what is to become of them; numbers are places in the batch as it was put.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Verdicts {
    /// To be put again.
    pub(crate) again: Vec<usize>,
    /// The error of the first of them, which says when.
    pub(crate) again_because: Option<ConnectError>,
    /// Not to be written: for `errors.tolerance`.
    pub(crate) refused: Vec<(usize, ConnectError)>,
    /// The task cannot go on.
    pub(crate) fatal: Option<ConnectError>,
}

/// Sorts the records of a batch of `records`.
pub(crate) fn judge(outcome: PutOutcome, records: usize) -> Verdicts {
    let mut verdicts = Verdicts::default();
    match outcome {
        PutOutcome::AllDone => {}
        PutOutcome::AllFailed(error) => (0..records).for_each(|place| verdicts.add(place, error.clone())),
        PutOutcome::PerRecord(outcomes) if outcomes.len() != records => {
            verdicts.fatal = Some(ConnectError::fatal(format!(
                "the sink told the outcome of {} records for a batch of {records}",
                outcomes.len()
            )));
        }
        PutOutcome::PerRecord(outcomes) => {
            for (place, outcome) in outcomes.into_iter().enumerate() {
                if let RecordOutcome::Failed(error) = outcome {
                    verdicts.add(place, error);
                }
            }
        }
    }
    verdicts
}

impl Verdicts {
    fn add(&mut self, place: usize, error: ConnectError) {
        match error.class {
            ErrorClass::Retriable => {
                self.again.push(place);
                self.again_because.get_or_insert(error);
            }
            ErrorClass::Data => self.refused.push((place, error)),
            ErrorClass::Config | ErrorClass::Fatal => drop(self.fatal.get_or_insert(error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_record_has_its_own_fate() {
        let outcomes = vec![
            RecordOutcome::Done,
            RecordOutcome::Failed(ConnectError::retriable("busy")),
            RecordOutcome::Failed(ConnectError::data("bad")),
            RecordOutcome::Done,
        ];
        let verdicts = judge(PutOutcome::PerRecord(outcomes), 4);
        assert_eq!(verdicts.again, [1]);
        assert_eq!(verdicts.refused, [(2, ConnectError::data("bad"))]);
        assert_eq!(verdicts.fatal, None);
        assert_eq!(judge(PutOutcome::AllDone, 4), Verdicts::default());
        assert_eq!(judge(PutOutcome::AllFailed(ConnectError::retriable("down")), 3).again, [0, 1, 2]);
        assert!(judge(PutOutcome::PerRecord(Vec::new()), 1).fatal.is_some());
    }
}
