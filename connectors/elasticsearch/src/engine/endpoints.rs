//! Which of several nodes gets the next request: in turn, those that failed a moment ago last. Pure.

use std::time::{Duration, Instant};

/// How long a node that gave no answer is avoided while others answer.
const AVOID_FOR: Duration = Duration::from_secs(10);

/// The nodes' states.
#[derive(Debug)]
pub(crate) struct Endpoints {
    avoided_until: Vec<Option<Instant>>,
    next: usize,
}

impl Endpoints {
    /// `count` nodes, at least one.
    pub(crate) fn new(count: usize) -> Self {
        Self { avoided_until: vec![None; count.max(1)], next: 0 }
    }

    /// The node for the next request.
    pub(crate) fn choose(&mut self, now: Instant) -> usize {
        let count = self.avoided_until.len();
        let start = self.next % count;
        let in_turn = (0..count).map(|step| (start + step) % count);
        // With all of them avoided, the one that failed longest ago.
        let chosen = in_turn
            .min_by_key(|node| self.avoided_until[*node].filter(|until| *until > now))
            .unwrap_or(start);
        self.next = chosen + 1;
        chosen
    }

    /// A node gave no answer.
    pub(crate) fn failed(&mut self, node: usize, now: Instant) {
        self.avoided_until[node] = Some(now + AVOID_FOR);
    }

    /// A node answered.
    pub(crate) fn answered(&mut self, node: usize) {
        self.avoided_until[node] = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_take_turns_and_a_dead_one_is_left_out_for_a_while() {
        let mut nodes = Endpoints::new(3);
        let now = Instant::now();
        assert_eq!(
            [nodes.choose(now), nodes.choose(now), nodes.choose(now), nodes.choose(now)],
            [0, 1, 2, 0]
        );
        nodes.failed(1, now);
        assert_eq!([nodes.choose(now), nodes.choose(now), nodes.choose(now)], [2, 0, 2]);
        let later = now + AVOID_FOR;
        assert_eq!([nodes.choose(later), nodes.choose(later)], [0, 1]);
    }

    #[test]
    fn with_all_dead_the_one_that_failed_first_is_tried() {
        let mut nodes = Endpoints::new(2);
        let now = Instant::now();
        nodes.failed(1, now);
        nodes.failed(0, now + Duration::from_secs(1));
        assert_eq!(nodes.choose(now + Duration::from_secs(2)), 1);
    }
}
