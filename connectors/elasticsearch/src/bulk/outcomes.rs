//! Outcomes of operations: collected while the state is locked, told when it is not.

use aqueduct_plugin_api::{ConnectError, ErrorClass};

use super::operation::Operation;
use super::sender::State;
use super::ticket::Ticket;

/// Outcomes to tell once the state is no longer locked.
#[derive(Debug, Default)]
pub(crate) struct Outcomes {
    pub(super) done: Vec<Ticket>,
    pub(super) failed: Vec<(Ticket, ConnectError)>,
    pub(super) given_up: Vec<Operation>,
}

impl Outcomes {
    /// Tells them.
    pub(crate) fn tell(self) {
        self.done.into_iter().for_each(Ticket::done);
        self.failed.into_iter().for_each(|(ticket, error)| ticket.failed(error));
        drop(self.given_up);
    }

    /// Whether nothing was settled.
    pub(super) fn is_empty(&self) -> bool {
        self.done.is_empty() && self.failed.is_empty()
    }

    /// An operation is done.
    pub(super) fn done(&mut self, state: &mut State, operation: Operation) {
        finish(state, &operation);
        self.done.push(operation.ticket);
    }

    /// An operation failed. A fatal error is the task's.
    pub(super) fn fail(&mut self, state: &mut State, operation: Operation, error: ConnectError) {
        finish(state, &operation);
        if error.class == ErrorClass::Fatal {
            state.failed.get_or_insert_with(|| error.clone());
        }
        self.failed.push((operation.ticket, error));
    }

    /// Takes an operation whose partition is another task's now; gives it back if it is not.
    pub(super) fn give_up(&mut self, state: &mut State, operation: Operation) -> Option<Operation> {
        let given_up = !state.given_up.is_empty()
            && state.given_up.contains(&(operation.topic.to_string(), operation.partition));
        if !given_up {
            return Some(operation);
        }
        finish(state, &operation);
        self.given_up.push(operation);
        None
    }
}

fn finish(state: &mut State, operation: &Operation) {
    state.queue.finish(operation.document_key(), operation.lines.len());
}
