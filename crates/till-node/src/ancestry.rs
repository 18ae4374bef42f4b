//! Whether a change of a document is built only upon changes that its author
//! said it had seen.
//!
//! Without this rule a change upon something undeclared would be let in by
//! devices that happen to have that something and kept out by all others.

use std::sync::LazyLock;
use till_catalog::{ChangeHash, Documents};
use till_log::VerifiedFrame;
use till_schema::body::DocumentChange;
use till_schema::catalogue::DocumentId;
use till_schema::rows::{EntryRef, Rows, Table, get_row, key, put_row};
use till_schema::{LogId, Vector};

/// Reason of a change built upon what its author did not declare.
pub(crate) const UNDECLARED: &str = "unknown-dep";

/// What every document begins with, without any entry.
static GENESIS: LazyLock<[Vec<ChangeHash>; 3]> = LazyLock::new(|| {
    let documents = Documents::genesis();
    DocumentId::ALL.map(|document| documents.heads(document))
});

/// All that the applied entries of a log said they had seen.
pub(crate) fn said(rows: &dyn Rows, log: LogId) -> Vector {
    get_row(rows, Table::Snapshots, &said_key(log)).unwrap_or_default()
}

/// Adds what a frame says it has seen.
pub(crate) fn remember_said(rows: &mut dyn Rows, frame: &VerifiedFrame) {
    let mut seen = frame.entries().iter().flat_map(|entry| &entry.header.seen).peekable();
    if seen.peek().is_none() {
        return;
    }
    let mut all = said(rows, frame.log());
    for (log, seq) in seen {
        let said = all.entry(*log).or_default();
        *said = (*said).max(*seq);
    }
    put_row(rows, Table::Snapshots, &said_key(frame.log()), &all);
}

/// A local row beside the snapshots, whose keys are one byte.
fn said_key(log: LogId) -> Vec<u8> {
    key(&[b"said", &log.0])
}

/// Whether everything a change depends on was brought by entries of its own
/// log, or by entries that its log said it had seen. What cannot be read is
/// left to the gate of the documents.
pub(crate) fn is_declared(rows: &dyn Rows, entry: &EntryRef, change: &DocumentChange) -> bool {
    let Some(dependencies) = dependencies(&change.change) else { return true };
    let said = said(rows, entry.log);
    let genesis = &GENESIS[change.document as usize];
    dependencies.iter().all(|dependency| {
        let brought: Option<EntryRef> = get_row(rows, Table::Changes, dependency);
        genesis.contains(dependency)
            || brought.is_some_and(|brought| {
                brought.log == entry.log
                    || said.get(&brought.log).is_some_and(|seq| *seq >= brought.seq)
            })
    })
}

/// Hashes of the changes that a plain change chunk names first of all: after
/// magic (4 bytes), checksum (4), kind (1) and the chunk's length.
fn dependencies(raw: &[u8]) -> Option<Vec<ChangeHash>> {
    const PLAIN_CHANGE: u8 = 1;
    let (kind, mut rest) = raw.get(8..)?.split_first()?;
    if *kind != PLAIN_CHANGE {
        return None;
    }
    let _length = unsigned(&mut rest)?;
    let count = usize::try_from(unsigned(&mut rest)?).ok()?;
    let hashes = rest.get(..count.checked_mul(size_of::<ChangeHash>())?)?;
    hashes.chunks_exact(size_of::<ChangeHash>()).map(|hash| hash.try_into().ok()).collect()
}

/// LEB128, at most 64 bits.
fn unsigned(input: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..u64::BITS).step_by(7) {
        let (byte, rest) = input.split_first()?;
        *input = rest;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}
