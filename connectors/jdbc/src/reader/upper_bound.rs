//! The upper bound of a reading, and waiting for those who were writing when it was taken.

use std::time::Duration;

use tokio::time::Instant;

use super::bounds::{Horizon, upper_instant};
use super::read_error::ReadError;
use super::reading::watched;
use super::scan::{Scan, ScanEnd};
use super::source::{Origin, Source};
use crate::database::{DriverError, Writers};
use crate::settings::Mode;

/// How soon to look again whether transactions have ended.
const HORIZON_RETRY: Duration = Duration::from_millis(100);
/// How long after a row got its number or time its transaction may take to show among the writers.
const WRITE_START_MARGIN: Duration = Duration::from_millis(20);

/// The upper bound as the statement takes it.
#[derive(Default)]
pub(super) struct Bound {
    pub(super) below: Option<String>,
    pub(super) at_most: Option<String>,
}

impl Scan<'_> {
    /// The upper bound, or why not to read now.
    pub(super) async fn bound(&mut self, source: &mut Source) -> Result<Result<Bound, ScanEnd>, ReadError> {
        if self.settings.mode == Mode::Bulk {
            return Ok(Ok(Bound::default()));
        }
        let holds_back = self.settings.wait_for_late_commits && self.connection.has_concurrent_writers();
        let mut horizon = match source.horizon.take() {
            Some(horizon) => horizon,
            None => match self
                .take_horizon(source, holds_back)
                .await
                .map_err(|error| self.failed(source, error))?
            {
                Some(horizon) => horizon,
                None => return Ok(Err(ScanEnd::Complete)),
            },
        };
        let table = self.lock_scope(source);
        let clear = watched(self.settings, horizon.is_clear(self.connection, table.as_deref()))
            .await
            .map_err(|error| self.failed(source, error))?;
        if !clear {
            if horizon.since.elapsed() < self.settings.late_commits_max_wait {
                source.horizon = Some(horizon);
                return Ok(Err(ScanEnd::Wait(HORIZON_RETRY)));
            }
            self.metrics.counter(
                "aqueduct_jdbc_late_commit_timeouts_total",
                &[("table", &source.label())],
                1,
            );
            tracing::warn!(
                table = source.label(),
                waited_ms = horizon.since.elapsed().as_millis() as u64,
                "transactions that were writing have not ended; rows they commit now may be missed"
            );
        }
        let bound = Some(horizon.bound).filter(|bound| !bound.is_empty());
        Ok(Ok(match self.settings.mode.has_timestamp() {
            true => Bound { below: bound, at_most: None },
            false => Bound { below: None, at_most: bound },
        }))
    }

    /// Takes an upper bound and notes who is writing. `None` if there is nothing new to read.
    async fn take_horizon(
        &mut self,
        source: &mut Source,
        holds_back: bool,
    ) -> Result<Option<Horizon>, DriverError> {
        let mut bound = String::new();
        if self.settings.mode.has_timestamp() {
            let types = source.layout.as_ref().map_or(&[][..], |layout| &layout.timestamp_types);
            let margin = if holds_back { WRITE_START_MARGIN.as_millis() as i64 } else { 0 };
            let now = watched(self.settings, self.connection.now()).await?;
            let upper = upper_instant(now, self.settings.timestamp_delay_ms + margin, types);
            bound = source.instant_form(self.settings).literal(upper);
        } else if holds_back {
            match self.largest_number(source).await? {
                Some(largest) => bound = largest,
                None => return Ok(None),
            }
            tokio::time::sleep(WRITE_START_MARGIN).await;
        }
        let writers = match holds_back {
            true => {
                let scope = self.lock_scope(source);
                watched(self.settings, self.connection.writers(scope.as_deref())).await?
            }
            false => Writers::Denied,
        };
        if holds_back && writers == Writers::Denied && !source.warned_of_writers {
            source.warned_of_writers = true;
            tracing::warn!(
                table = source.label(),
                server = self.server,
                "the user may not see other transactions (PROCESS privilege): rows that are committed late may be missed"
            );
        }
        Ok(Some(Horizon { bound, writers, since: Instant::now() }))
    }

    /// The largest number there is, `None` if it is not beyond the position.
    async fn largest_number(&mut self, source: &Source) -> Result<Option<String>, DriverError> {
        let Some(layout) = &source.layout else { return Ok(None) };
        let Some(column) = &layout.incrementing else { return Ok(None) };
        let position = source.position.as_ref().and_then(|position| position.first());
        let after = position.map_or(String::new(), |number| format!(" WHERE {column} > {number}"));
        let sql = match &source.origin {
            Origin::Table(id) => {
                format!("SELECT MAX({column}) FROM {}{after}", id.sql(self.settings.quoting))
            }
            Origin::Query(_) => format!("SELECT MAX({column}) FROM ({}) aqueduct_bound{after}", layout.base),
        };
        let rows = watched(self.settings, self.connection.text_rows(sql)).await?;
        Ok(rows.into_iter().next().and_then(|row| row.into_iter().next().flatten()))
    }

    /// The table whose writers matter, in the form the server looks it up by; `None` for all.
    fn lock_scope(&self, source: &Source) -> Option<String> {
        match &source.origin {
            Origin::Table(id) => Some(id.quoted(self.settings.quoting)),
            Origin::Query(_) => None,
        }
    }
}
