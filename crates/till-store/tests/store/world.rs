//! Frames to write and what must be found again.

use std::sync::Arc;
use till_schema::{EntryHash, LogId, Seq};
use till_store::fault::FaultDisk;
use till_store::{Disk, FrameRecord, LogStore, OpenError, OpenReport, StoreOptions};

/// The log under test.
pub(crate) const OWN: LogId = LogId([0xA1; 32]);
/// Another device's log.
pub(crate) const OTHER: LogId = LogId([0xB2; 32]);

/// Segments so small that a handful of frames fills one.
pub(crate) const SMALL: StoreOptions = StoreOptions {
    segment_bytes: 16 * 1024,
    first_foreign_segment_bytes: 16 * 1024,
    reserve_bytes: 1024,
};

/// Hash of an entry, made up but fixed.
pub(crate) fn hash(log: LogId, seq: u64) -> EntryHash {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&log.0);
    hasher.update(&seq.to_le_bytes());
    EntryHash(*hasher.finalize().as_bytes())
}

/// A frame of the entries `first..=last` with so many bytes.
pub(crate) fn frame(log: LogId, first: u64, last: u64, len: usize) -> FrameRecord {
    let mut bytes = vec![0; len];
    let mut hasher = blake3::Hasher::new();
    hasher.update(&log.0).update(&first.to_le_bytes()).finalize_xof().fill(&mut bytes);
    FrameRecord { log, first: Seq(first), last: Seq(last), last_hash: hash(log, last), bytes }
}

/// The `index`th frame of a log (from 0): two entries each, sizes that vary.
pub(crate) fn nth(log: LogId, index: u64) -> FrameRecord {
    let len = 200 + (index as usize * 397) % 900;
    frame(log, 2 * index + 1, 2 * index + 2, len)
}

/// The same place as [`nth`] and the same size, but another content.
pub(crate) fn rival(log: LogId, index: u64) -> FrameRecord {
    let mut frame = nth(log, index);
    frame.bytes.iter_mut().for_each(|byte| *byte ^= 0x55);
    frame.last_hash.0[0] ^= 0x55;
    frame
}

/// Opens the small store.
pub(crate) fn open(disk: &FaultDisk) -> Result<(LogStore, OpenReport), OpenError> {
    let disk: Arc<dyn Disk> = Arc::new(disk.clone());
    LogStore::open_with(disk, OWN, SMALL)
}

/// Everything of a log, in pieces, as a peer would ask for it.
pub(crate) fn read_all(store: &LogStore, log: LogId) -> Vec<FrameRecord> {
    let mut frames: Vec<FrameRecord> = Vec::new();
    loop {
        let from = frames.last().map_or(Seq(1), |frame| frame.last.next());
        let more = store.read(log, from, 1500).unwrap();
        if more.is_empty() {
            return frames;
        }
        frames.extend(more);
    }
}

/// The log holds exactly the first frames, how many is returned; heads and a
/// full check agree.
pub(crate) fn frames_held(store: &LogStore, log: LogId) -> u64 {
    let frames = read_all(store, log);
    for (index, found) in frames.iter().enumerate() {
        assert_eq!(*found, nth(log, index as u64), "frame {index}");
    }
    let head = store.heads().get(&log).map(|head| (head.seq, head.hash));
    assert_eq!(head, frames.last().map(|frame| (frame.last, frame.last_hash)));
    let mut checked = 0;
    store
        .verify_all(&mut |frame| {
            checked += u64::from(frame.log == log);
            Ok(())
        })
        .unwrap();
    assert_eq!(checked, frames.len() as u64);
    frames.len() as u64
}
