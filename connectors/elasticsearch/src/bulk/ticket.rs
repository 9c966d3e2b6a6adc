//! The obligation to tell what became of each record of a batch: one ticket a record, one completion a batch.

use std::sync::Arc;

use aqueduct_plugin_api::{ConnectError, PutCompletion, PutOutcome, RecordOutcome};
use parking_lot::Mutex;

/// A batch as the worker put it.
#[derive(Debug)]
pub(crate) struct Batch {
    records: usize,
    open: Mutex<Open>,
}

#[derive(Debug)]
struct Open {
    remaining: usize,
    failures: Vec<(usize, ConnectError)>,
    completion: Option<PutCompletion>,
}

/// The obligation for one record. Dropping it tells that the record was not written as far as is known, and may be put
/// again.
#[derive(Debug)]
pub(crate) struct Ticket {
    batch: Arc<Batch>,
    position: usize,
    settled: bool,
}

impl Batch {
    /// Tickets for `records` records, in order. The completion is told when the last of them is settled; without
    /// records at once.
    pub(crate) fn open(records: usize, completion: PutCompletion) -> Vec<Ticket> {
        if records == 0 {
            completion.complete(PutOutcome::AllDone);
            return Vec::new();
        }
        let open = Open { remaining: records, failures: Vec::new(), completion: Some(completion) };
        let batch = Arc::new(Self { records, open: Mutex::new(open) });
        (0..records).map(|position| Ticket { batch: batch.clone(), position, settled: false }).collect()
    }

    fn settle(&self, position: usize, failure: Option<ConnectError>) {
        let finished = {
            let mut open = self.open.lock();
            open.failures.extend(failure.map(|error| (position, error)));
            open.remaining -= 1;
            if open.remaining > 0 {
                return;
            }
            open.completion.take().map(|completion| (completion, std::mem::take(&mut open.failures)))
        };
        if let Some((completion, failures)) = finished {
            completion.complete(outcome(self.records, failures));
        }
    }
}

fn outcome(records: usize, failures: Vec<(usize, ConnectError)>) -> PutOutcome {
    if failures.is_empty() {
        return PutOutcome::AllDone;
    }
    let mut outcomes = vec![RecordOutcome::Done; records];
    for (position, error) in failures {
        outcomes[position] = RecordOutcome::Failed(error);
    }
    PutOutcome::PerRecord(outcomes)
}

impl Ticket {
    /// The record is durable, or nothing had to be written for it.
    pub(crate) fn done(mut self) {
        self.settled = true;
        self.batch.settle(self.position, None);
    }

    /// The record is not written.
    pub(crate) fn failed(mut self, error: ConnectError) {
        self.settled = true;
        self.batch.settle(self.position, Some(error));
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        if !self.settled {
            let error = ConnectError::retriable("the task ended before the engine acknowledged the record");
            self.batch.settle(self.position, Some(error));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    fn open(records: usize) -> (Vec<Ticket>, mpsc::Receiver<PutOutcome>) {
        let (tell, told) = mpsc::channel();
        let completion = PutCompletion::new(move |outcome| tell.send(outcome).unwrap());
        (Batch::open(records, completion), told)
    }

    #[test]
    fn the_last_ticket_completes_the_batch() {
        let (tickets, told) = open(2);
        for ticket in tickets {
            assert!(told.try_recv().is_err());
            ticket.done();
        }
        assert_eq!(told.try_recv().unwrap(), PutOutcome::AllDone);
        let (_, told) = open(0);
        assert_eq!(told.try_recv().unwrap(), PutOutcome::AllDone);
    }

    #[test]
    fn failures_keep_their_positions_and_dropped_tickets_are_retriable() {
        let (mut tickets, told) = open(3);
        tickets.remove(1).failed(ConnectError::data("bad"));
        tickets.remove(0).done();
        drop(tickets);
        let PutOutcome::PerRecord(outcomes) = told.try_recv().unwrap() else { panic!() };
        assert_eq!(outcomes[0], RecordOutcome::Done);
        assert_eq!(outcomes[1], RecordOutcome::Failed(ConnectError::data("bad")));
        let RecordOutcome::Failed(error) = &outcomes[2] else { panic!() };
        assert_eq!(error.class, aqueduct_plugin_api::ErrorClass::Retriable);
    }
}
