//! Failures to come: which write or sync, and how.

/// A failure to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The next write after `skip` others writes only `keep` bytes and fails.
    Write {
        /// Writes that still succeed.
        skip: usize,
        /// Bytes written before the failure.
        keep: usize,
    },
    /// The next file sync after `skip` others fails (for want of space if the disk is full), and what it should have
    /// made durable is lost at a crash, even if a later sync succeeds.
    Sync {
        /// Syncs that still succeed.
        skip: usize,
    },
}

/// The failures that have not come yet.
#[derive(Default)]
pub(super) struct Faults(Vec<Fault>);

impl Faults {
    pub(super) fn add(&mut self, fault: Fault) {
        self.0.push(fault);
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// How many bytes of the write that is made now are written before it fails, if it is to; counts it for the
    /// others.
    pub(super) fn at_write(&mut self) -> Option<usize> {
        let mut hit = None;
        self.0.retain_mut(|fault| match fault {
            Fault::Write { skip: 0, keep } if hit.is_none() => {
                hit = Some(*keep);
                false
            }
            Fault::Write { skip, .. } => {
                *skip = skip.saturating_sub(1);
                true
            }
            Fault::Sync { .. } => true,
        });
        hit
    }

    /// Whether the sync that is made now is to fail; counts it for the others.
    pub(super) fn at_sync(&mut self) -> bool {
        let mut hit = false;
        self.0.retain_mut(|fault| match fault {
            Fault::Sync { skip: 0 } if !hit => {
                hit = true;
                false
            }
            Fault::Sync { skip } => {
                *skip = skip.saturating_sub(1);
                true
            }
            Fault::Write { .. } => true,
        });
        hit
    }
}
