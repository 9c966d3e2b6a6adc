//! What keeps a sink from writing, as its status tells it: a trouble that lasts is told, and taken back when records
//! are written again. Pure: time is passed in.

use std::time::Duration;

use aqueduct_plugin_api::ConnectError;
use tokio::time::Instant;

/// A batch that is under way for less is not worth a word. For one that takes longer the task is asked, so often.
const PATIENCE: Duration = Duration::from_secs(3);
/// How often a lasting trouble is logged, and a new text of it told.
const REMIND_EVERY: Duration = Duration::from_secs(10);

/// The trouble of one sink task, if it has any.
#[derive(Debug, Default)]
pub(crate) struct Trouble {
    asked: Option<Instant>,
    logged: Option<Instant>,
    /// What the status says, and since when.
    told: Option<(Instant, String)>,
    news: bool,
}

impl Trouble {
    /// When to ask the task how it does, with a batch under way that was read at `oldest`.
    pub(crate) fn ask_at(&self, oldest: Instant) -> Instant {
        self.asked.map_or(oldest, |asked| asked.max(oldest)) + PATIENCE
    }

    /// The task was asked how it does.
    pub(crate) fn asked(&mut self, now: Instant) {
        self.asked = Some(now);
    }

    /// A batch that was read at `since` cannot be written at the moment. Gives whether to log it.
    pub(crate) fn on_refused(&mut self, error: &ConnectError, since: Instant, now: Instant) -> bool {
        let due = |at: Instant| now.duration_since(at) >= REMIND_EVERY;
        let text =
            format!("{}Its records wait and are tried again and again; nothing is lost.\n", error.trace());
        let worth_telling = match &self.told {
            None => now.duration_since(since) >= PATIENCE,
            Some((at, told)) => due(*at) && *told != text,
        };
        if worth_telling {
            self.told = Some((now, text));
            self.news = true;
        }
        let log = self.logged.is_none_or(due);
        if log {
            self.logged = Some(now);
        }
        log
    }

    /// Everything is written, or on its way without a complaint.
    pub(crate) fn is_over(&mut self) {
        self.logged = None;
        self.news |= self.told.take().is_some();
    }

    /// Whether the status should say something else than it does.
    pub(crate) fn has_news(&self) -> bool {
        self.news
    }

    /// What the status should say; `None` if all is well.
    pub(crate) fn tell(&mut self) -> Option<String> {
        self.news = false;
        self.told.as_ref().map(|(_, text)| text.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn away() -> ConnectError {
        ConnectError::retriable("no answer")
    }

    #[test]
    fn a_trouble_that_lasts_is_told_once_and_taken_back() {
        let (mut trouble, start) = (Trouble::default(), Instant::now());
        assert!(trouble.on_refused(&away(), start, start), "logged at once");
        assert!(!trouble.has_news());
        assert!(!trouble.on_refused(&away(), start, start + PATIENCE), "logged already");
        assert!(trouble.has_news());
        assert!(trouble.tell().unwrap().contains("no answer"));
        trouble.on_refused(&away(), start, start + 2 * REMIND_EVERY);
        assert!(!trouble.has_news(), "the same text is not news");
        trouble.is_over();
        assert!(trouble.has_news());
        assert_eq!(trouble.tell(), None);
        trouble.is_over();
        assert!(!trouble.has_news());
    }

    #[test]
    fn another_reason_is_told_but_not_too_often() {
        let (mut trouble, start) = (Trouble::default(), Instant::now());
        trouble.on_refused(&away(), start, start + PATIENCE);
        trouble.tell();
        let blocked = ConnectError::retriable("read-only");
        trouble.on_refused(&blocked, start, start + 2 * PATIENCE);
        assert!(!trouble.has_news());
        trouble.on_refused(&blocked, start, start + PATIENCE + REMIND_EVERY);
        assert!(trouble.tell().unwrap().contains("read-only"));
    }

    #[test]
    fn a_task_is_asked_when_a_batch_takes_long_and_then_now_and_then() {
        let (mut trouble, start) = (Trouble::default(), Instant::now());
        assert_eq!(trouble.ask_at(start), start + PATIENCE);
        trouble.asked(start + PATIENCE);
        assert_eq!(trouble.ask_at(start), start + 2 * PATIENCE);
        let later = start + 3 * PATIENCE;
        assert_eq!(trouble.ask_at(later), later + PATIENCE);
    }
}
