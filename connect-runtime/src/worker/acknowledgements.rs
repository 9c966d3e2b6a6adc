//! Which batches of a source are durable: in order, as a prefix, so that offsets never run ahead of records. Pure.

use std::collections::VecDeque;
use std::sync::Arc;

use aqueduct_plugin_api::OffsetMap;

/// What became of something that was sent.
pub(crate) trait Fate {
    /// Why it was not delivered.
    type Error;
    /// `None` while it is open.
    fn fate(&self) -> Option<Result<(), Self::Error>>;
}

/// A batch of a source on its way to the log.
pub(crate) struct Sent<T> {
    /// The task's number of it.
    pub(crate) id: u64,
    /// How many records the task gave.
    pub(crate) records: usize,
    /// What was sent: one ticket for each batch of the producer.
    pub(crate) tickets: VecDeque<T>,
    /// The last offset of each source partition in it.
    pub(crate) offsets: Vec<(Arc<OffsetMap>, OffsetMap)>,
}

/// A batch that is durable.
pub(crate) struct Durable {
    /// The task's number of it.
    pub(crate) id: u64,
    /// How many records it had.
    pub(crate) records: usize,
    /// The offsets that may be committed.
    pub(crate) offsets: Vec<(Arc<OffsetMap>, OffsetMap)>,
}

/// The batches on their way, oldest first.
pub(crate) struct Acknowledgements<T> {
    sent: VecDeque<Sent<T>>,
    records: usize,
    settled: u64,
}

impl<T: Fate> Acknowledgements<T> {
    /// None on their way.
    pub(crate) fn new() -> Self {
        Self { sent: VecDeque::new(), records: 0, settled: 0 }
    }

    /// A batch was sent.
    pub(crate) fn push(&mut self, sent: Sent<T>) {
        self.records += sent.records;
        self.sent.push_back(sent);
    }

    /// Records on their way.
    pub(crate) fn records(&self) -> usize {
        self.records
    }

    /// How many tickets were settled so far: grows while there is progress.
    pub(crate) fn settled(&self) -> u64 {
        self.settled
    }

    /// The batches that have become durable since the last call, and the failure that the next one met. `tolerated`
    /// judges a ticket that failed.
    pub(crate) fn settle(
        &mut self,
        mut tolerated: impl FnMut(T::Error) -> Result<(), T::Error>,
    ) -> (Vec<Durable>, Option<T::Error>) {
        let mut durable = Vec::new();
        while let Some(oldest) = self.sent.front_mut() {
            while let Some(fate) = oldest.tickets.front().map(Fate::fate) {
                match fate {
                    None => return (durable, None),
                    Some(Ok(())) => {}
                    Some(Err(error)) => {
                        if let Err(error) = tolerated(error) {
                            return (durable, Some(error));
                        }
                    }
                }
                oldest.tickets.pop_front();
                self.settled += 1;
            }
            if let Some(Sent { id, records, offsets, .. }) = self.sent.pop_front() {
                self.records -= records;
                durable.push(Durable { id, records, offsets });
            }
        }
        (durable, None)
    }

    /// The ticket that the oldest batch waits for.
    pub(crate) fn oldest_ticket(&mut self) -> Option<&mut T> {
        self.sent.front_mut().and_then(|sent| sent.tickets.front_mut())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;
    use std::rc::Rc;

    type Outcome = Option<Result<(), &'static str>>;

    #[derive(Clone, Default)]
    struct Ticket(Rc<Cell<Outcome>>);

    impl Fate for Ticket {
        type Error = &'static str;
        fn fate(&self) -> Outcome {
            self.0.get()
        }
    }

    fn sent(id: u64, tickets: &[&Ticket]) -> Sent<Ticket> {
        let offset = (Arc::new(OffsetMap::new()), OffsetMap::new().with("o", id as i64));
        Sent {
            id,
            records: 10,
            tickets: tickets.iter().map(|t| (*t).clone()).collect(),
            offsets: vec![offset],
        }
    }

    #[test]
    fn a_later_batch_waits_for_an_earlier_one() {
        let (a, b, c) = (Ticket::default(), Ticket::default(), Ticket::default());
        let mut acks = Acknowledgements::new();
        acks.push(sent(1, &[&a, &b]));
        acks.push(sent(2, &[&c]));
        c.0.set(Some(Ok(())));
        a.0.set(Some(Ok(())));
        assert!(acks.settle(Err).0.is_empty());
        assert_eq!(acks.records(), 20);
        b.0.set(Some(Ok(())));
        let durable: Vec<u64> = acks.settle(Err).0.iter().map(|d| d.id).collect();
        assert_eq!(durable, [1, 2]);
        assert!(acks.sent.is_empty() && acks.records() == 0);
    }

    #[test]
    fn a_failure_stops_the_prefix_unless_it_is_tolerated() {
        let bad = Ticket::default();
        bad.0.set(Some(Err("no")));
        let mut acks = Acknowledgements::new();
        acks.push(sent(1, &[&bad]));
        assert_eq!(acks.settle(Err).1, Some("no"));
        assert_eq!(acks.settle(|_| Ok(())).0.len(), 1);
    }

    #[test]
    fn a_batch_of_which_nothing_was_sent_is_durable_in_its_turn() {
        let open = Ticket::default();
        let mut acks = Acknowledgements::new();
        acks.push(sent(1, &[&open]));
        acks.push(sent(2, &[]));
        assert!(acks.settle(Err).0.is_empty());
        open.0.set(Some(Ok(())));
        assert_eq!(acks.settle(Err).0.len(), 2);
    }
}
