//! Whether a change of a document is built only upon changes that its author
//! said it had seen.
//!
//! Without this rule a change upon something undeclared would be let in by
//! devices that happen to have that something and kept out by all others.

use crate::limits::OWN_RUNS_MAX;
use std::sync::LazyLock;
use till_catalog::{ChangeHash, Documents};
use till_log::VerifiedFrame;
use till_schema::body::DocumentChange;
use till_schema::catalogue::DocumentId;
use till_schema::rows::{EntryRef, Rows, Table, WithheldRow, collect_rows, get_row, key, put_row};
use till_schema::{EntryHash, LogId, Vector};

/// Reason of a change built upon what its author did not declare.
pub(crate) const UNDECLARED: &str = "unknown-dep";

/// Key of a local row: the own log's last wall time.
const WALL: &[u8] = b"wall";
/// Key of a local row: nonces of this device's runs, the last ones.
const RUNS: &[u8] = b"runs";
/// Key of local rows: what is known of where histories of a log part.
const LOWER: &[u8] = b"lower";

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

/// The wall time of the own log's last entry, Unix ms.
pub(crate) fn last_wall_ms(rows: &dyn Rows) -> i64 {
    get_row(rows, Table::Snapshots, WALL).unwrap_or(i64::MIN)
}

/// Remembers the highest wall time of own entries.
pub(crate) fn remember_wall(rows: &mut dyn Rows, frame: &VerifiedFrame) {
    let last = frame.entries().iter().map(|entry| entry.header.wall_ms).max();
    if let Some(last) = last.filter(|last| *last > last_wall_ms(rows)) {
        put_row(rows, Table::Snapshots, WALL, &last);
    }
}

/// Runs of this device that it remembers.
pub(crate) fn own_runs(rows: &dyn Rows) -> Vec<u64> {
    get_row(rows, Table::Snapshots, RUNS).unwrap_or_default()
}

/// Remembers a run. When the rows are lost the runs before are forgotten: a
/// device of the shop that lies could then show one of them as a twin.
pub(crate) fn remember_run(rows: &mut dyn Rows, nonce: u64) {
    let mut runs = own_runs(rows);
    if runs.last() != Some(&nonce) {
        let surplus = (runs.len() + 1).saturating_sub(OWN_RUNS_MAX);
        runs.drain(..surplus);
        runs.push(nonce);
        put_row(rows, Table::Snapshots, RUNS, &runs);
    }
}

/// Of a log with two histories: the lower of the hashes at which they part.
pub(crate) fn lower_hash(rows: &dyn Rows, log: LogId) -> EntryHash {
    get_row(rows, Table::Snapshots, &key(&[LOWER, &log.0])).unwrap_or(EntryHash::ZERO)
}

pub(crate) fn remember_lower_hash(rows: &mut dyn Rows, log: LogId, hash: EntryHash) {
    put_row(rows, Table::Snapshots, &key(&[LOWER, &log.0]), &hash);
}

/// Local rows that are no fold of what comes after, to be taken along into a fold
/// from the beginning.
pub(crate) fn kept_rows(rows: &dyn Rows) -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut kept = Vec::new();
    for prefix in [RUNS, LOWER] {
        rows.scan(Table::Snapshots, prefix, &mut |at, row| {
            kept.push((at.to_vec(), row.to_vec()));
            true
        });
    }
    kept
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
    let is_declared = |brought: &EntryRef| {
        brought.log == entry.log || said.get(&brought.log).is_some_and(|seq| *seq >= brought.seq)
    };
    dependencies.iter().all(|dependency| {
        let applied: Option<EntryRef> = get_row(rows, Table::Changes, dependency);
        let withheld = collect_rows::<WithheldRow>(rows, Table::Withheld, &dependency[..4]);
        genesis.contains(dependency)
            || applied.as_ref().is_some_and(is_declared)
            || withheld.iter().any(|(_, row)| is_declared(&row.entry))
    })
}

/// First bytes of a change's hash, as its chunk carries them.
pub(crate) fn checksum(raw: &[u8]) -> Option<[u8; 4]> {
    raw.get(4..8)?.try_into().ok()
}

/// Hashes of the changes that a plain change chunk names first of all: after
/// magic (4 bytes), checksum (4), kind (1) and the chunk's length.
pub(crate) fn dependencies(raw: &[u8]) -> Option<Vec<ChangeHash>> {
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
