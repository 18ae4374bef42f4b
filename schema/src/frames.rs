//! Where a log ends and where a frame of it stands: what log, store and node
//! say to each other about frames.

use crate::{EntryHash, LogId, Seq};

/// The last entry of a log: what the next frame must follow.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Head {
    /// Its position; zero before the first entry.
    pub seq: Seq,
    /// Its hash; zero before the first entry.
    pub hash: EntryHash,
}

impl Default for Head {
    /// Before the first entry.
    fn default() -> Self {
        Self { seq: Seq(0), hash: EntryHash::ZERO }
    }
}

/// A frame as it was signed or received, and where it stands in its log.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FrameRecord {
    /// The log it belongs to.
    pub log: LogId,
    /// Its first entry.
    pub first: Seq,
    /// Its last entry, not before `first`.
    pub last: Seq,
    /// Hash of the last entry.
    pub last_hash: EntryHash,
    /// The frame.
    pub bytes: Vec<u8>,
}
