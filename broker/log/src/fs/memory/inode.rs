//! A file's bytes: as they are read, as they are durable, and the changes between the two.

use super::random::Random;

const SECTOR: usize = 512;

/// A file, whatever its names.
#[derive(Default)]
pub(super) struct Inode {
    /// What readers see.
    bytes: Vec<u8>,
    /// What a crash leaves for certain.
    durable: Vec<u8>,
    /// What was changed since the last sync, in order.
    unsynced: Vec<Op>,
}

#[derive(Clone, Debug)]
enum Op {
    Write(usize, Vec<u8>),
    SetLen(usize),
}

impl Inode {
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Bytes.
    pub(super) fn len(&self) -> u64 {
        self.bytes.len() as u64
    }

    /// Writes at a position, which may lie beyond the end. Without bytes it changes nothing.
    pub(super) fn write(&mut self, position: usize, data: Vec<u8>) {
        if data.is_empty() {
            return;
        }
        let end = position + data.len();
        if self.bytes.len() < end {
            self.bytes.resize(end, 0);
        }
        self.bytes[position..end].copy_from_slice(&data);
        self.unsynced.push(Op::Write(position, data));
    }

    /// Cuts the file, or fills it up with zeros.
    pub(super) fn set_len(&mut self, len: u64) {
        self.bytes.resize(len as usize, 0);
        self.unsynced.push(Op::SetLen(len as usize));
    }

    /// Makes everything durable.
    pub(super) fn sync(&mut self) {
        for op in std::mem::take(&mut self.unsynced) {
            op.apply_to(&mut self.durable, |_| true);
        }
    }

    /// A sync that failed: the pages count as clean from now on, and no later sync writes them.
    pub(super) fn fail_sync(&mut self) {
        self.unsynced.clear();
    }

    /// Clean pages leave the cache, those that are still to be written stay.
    pub(super) fn forget_cached(&mut self) {
        self.bytes = self.durable.clone();
        for op in self.unsynced.clone() {
            op.apply_to(&mut self.bytes, |_| true);
        }
    }

    /// Changes the bytes behind everyone's back, durably.
    pub(super) fn corrupt(&mut self, change: impl FnOnce(&mut Vec<u8>)) {
        change(&mut self.bytes);
        self.durable = self.bytes.clone();
        self.unsynced.clear();
    }

    /// What a crash leaves.
    pub(super) fn forget_unsynced(&mut self, random: &mut Random) {
        let mut ops = std::mem::take(&mut self.unsynced);
        // Half of the crashes keep a clean prefix, half any subset in any order.
        if random.below(2) == 0 {
            ops.truncate(random.below(ops.len() + 1));
        } else {
            ops.retain(|_| random.below(2) == 0);
            for i in (1..ops.len()).rev() {
                ops.swap(i, random.below(i + 1));
            }
        }
        let mut bytes = std::mem::take(&mut self.durable);
        for op in ops {
            let tear = random.below(3) == 0;
            op.apply_to(&mut bytes, |_| !tear || random.below(2) == 0);
        }
        self.durable = bytes.clone();
        self.bytes = bytes;
    }
}

impl Op {
    /// Carries the change out, sector by sector, as far as `keeps` lets it.
    fn apply_to(self, bytes: &mut Vec<u8>, mut keeps: impl FnMut(usize) -> bool) {
        match self {
            Op::SetLen(len) => bytes.resize(len, 0),
            Op::Write(position, data) => {
                let end = position + data.len();
                if bytes.len() < end {
                    bytes.resize(end, 0);
                }
                let mut at = position;
                while at < end {
                    let next = ((at / SECTOR + 1) * SECTOR).min(end);
                    if keeps(at / SECTOR) {
                        bytes[at..next].copy_from_slice(&data[at - position..next - position]);
                    }
                    at = next;
                }
            }
        }
    }
}
