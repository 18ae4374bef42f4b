//! Frames without some of their bodies. A header names its body by hash, so the
//! chain and the signature are checked all the same.

use crate::Head;
use crate::verify::{VerifyError, check_body, check_frame, decode, place};
use till_schema::entry::{EntryBytes, Frame, Header};
use till_schema::rows::EntryRef;
use till_schema::{EntryHash, LogId, Seq, ShopId};

/// A frame that its log's key signed, by itself: what came before it, and what
/// its bodies say, has not been looked at.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DetachedFrame {
    entries: Vec<DetachedEntry>,
}

/// An entry of such a frame.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DetachedEntry {
    /// The decoded header.
    pub header: Header,
    /// Hash of the header's bytes.
    pub hash: EntryHash,
    /// The body's bytes, when they came along; they are those the header names.
    pub body: Option<Vec<u8>>,
}

impl DetachedEntry {
    /// Where the entry stands.
    pub fn reference(&self) -> EntryRef {
        EntryRef {
            log: self.header.log,
            seq: self.header.seq,
            hash: self.hash,
            wall_ms: self.header.wall_ms,
        }
    }
}

impl DetachedFrame {
    /// Its entries, in order; at least one.
    pub fn entries(&self) -> &[DetachedEntry] {
        &self.entries
    }

    /// The author's log.
    pub fn log(&self) -> LogId {
        self.entries[0].header.log
    }

    /// Position of the first entry.
    pub fn first(&self) -> Seq {
        self.entries[0].header.seq
    }

    /// Hash of the entry that the first one follows.
    pub fn prev(&self) -> EntryHash {
        self.entries[0].header.prev
    }

    /// The chain's head after this frame.
    pub fn head(&self) -> Head {
        let last = &self.entries[self.entries.len() - 1];
        Head { seq: last.header.seq, hash: last.hash }
    }
}

/// Reads a frame by itself, whether or not its bodies came along. The verdict is
/// that of every version of this program: no body is decoded.
///
/// # Errors
/// As [`crate::verify_frame`].
pub fn read_detached(shop: ShopId, bytes: &[u8]) -> Result<DetachedFrame, VerifyError> {
    read(shop, &decode(bytes)?)
}

pub(crate) fn read(shop: ShopId, frame: &Frame) -> Result<DetachedFrame, VerifyError> {
    let (log, head) = place(frame)?;
    let checked = check_frame(shop, log, head, frame, |header, raw| {
        if raw.is_empty() && header.body_len > 0 {
            return Ok(None);
        }
        check_body(header, raw)?;
        Ok(Some(raw.to_vec()))
    })?;
    let entries = checked
        .into_iter()
        .map(|(header, hash, body)| DetachedEntry { header, hash, body })
        .collect();
    Ok(DetachedFrame { entries })
}

/// An entry without its body.
pub(crate) fn bare(entry: &EntryBytes) -> EntryBytes {
    EntryBytes { header: entry.header.clone(), body: Vec::new() }
}
