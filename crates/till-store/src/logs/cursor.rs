//! Walking the records of a segment, and looking at its empty space.

use super::FrameRecord;
use super::format::{Mark, RECORD_HEAD_BYTES, SECTOR_BYTES, decode_record, record_length};
use crate::disk::DiskFile;
use std::io;
use till_schema::{LogId, Seq};

/// Bytes read at once.
const READ_BYTES: u64 = 64 * 1024;
/// A sparse index has a point about every so many bytes.
const INDEX_STRIDE_BYTES: u64 = 32 * 1024;

/// What the cursor stands before.
pub(crate) enum Step {
    /// A whole record that continues the log.
    Record(FrameRecord),
    /// The limit, or zeros.
    End,
    /// Something that is no whole record, or does not continue the log.
    Broken,
}

/// Reads records one after the other, checking each.
pub(crate) struct Cursor<'a> {
    file: &'a dyn DiskFile,
    log: LogId,
    /// After the last good record.
    good: Mark,
    limit: u64,
    window: Vec<u8>,
    window_at: u64,
}

impl<'a> Cursor<'a> {
    /// A cursor at `start` that reads no byte from `limit` on.
    pub(crate) fn new(file: &'a dyn DiskFile, log: LogId, start: Mark, limit: u64) -> Self {
        Self { file, log, good: start, limit, window: Vec::new(), window_at: start.end }
    }

    /// After the last good record.
    pub(crate) fn good(&self) -> Mark {
        self.good
    }

    /// Moves over one record, if there is a whole one.
    pub(crate) fn step(&mut self) -> io::Result<Step> {
        let at = self.good.end;
        if at + RECORD_HEAD_BYTES as u64 > self.limit {
            return Ok(Step::End);
        }
        let head = self.bytes(at, RECORD_HEAD_BYTES as u64)?;
        if head.iter().all(|byte| *byte == 0) {
            return Ok(Step::End);
        }
        let Some(length) = record_length(head) else {
            return Ok(Step::Broken);
        };
        if length > self.limit - at {
            return Ok(Step::Broken);
        }
        let (log, after) = (self.log, self.good.seq);
        let record = decode_record(log, self.bytes(at, length)?)
            .filter(|record| record.first == after.next() && record.last >= record.first);
        let Some(record) = record else {
            return Ok(Step::Broken);
        };
        self.good = Mark { seq: record.last, hash: record.last_hash, end: at + length };
        Ok(Step::Record(record))
    }

    fn bytes(&mut self, at: u64, len: u64) -> io::Result<&[u8]> {
        let inside = at >= self.window_at && at + len <= self.window_at + self.window.len() as u64;
        if !inside {
            let count = len.max(READ_BYTES).min(self.limit - at);
            self.window.resize(count as usize, 0);
            self.window_at = at;
            self.file.read_at(at, &mut self.window)?;
        }
        let from = (at - self.window_at) as usize;
        Ok(&self.window[from..from + len as usize])
    }
}

/// Some records of a segment and where they lie, so that reading need not walk
/// from the start.
#[derive(Debug, Default, Clone)]
pub(crate) struct SparseIndex {
    points: Vec<Mark>,
}

impl SparseIndex {
    /// Notes the place after a record, unless the last point is near.
    pub(crate) fn note(&mut self, mark: Mark) {
        let due = self.points.last().is_none_or(|last| mark.end >= last.end + INDEX_STRIDE_BYTES);
        if due {
            self.points.push(mark);
        }
    }

    /// The nearest known place at or before the record that holds `seq`.
    pub(crate) fn before(&self, seq: Seq, start: Mark) -> Mark {
        let after = self.points.partition_point(|point| point.seq < seq);
        after.checked_sub(1).map_or(start, |index| self.points[index])
    }
}

/// Reads a part of a file.
pub(crate) fn read_part(file: &dyn DiskFile, from: u64, to: u64) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; to.saturating_sub(from) as usize];
    file.read_at(from, &mut bytes)?;
    Ok(bytes)
}

/// Whether some sector is zero as far as it lies between the two places: only
/// then can what should be there have been torn by a power cut.
pub(crate) fn has_zero_sector(file: &dyn DiskFile, from: u64, to: u64) -> io::Result<bool> {
    let bytes = read_part(file, from, to)?;
    let mut at = from;
    while at < to {
        let end = (at - at % SECTOR_BYTES + SECTOR_BYTES).min(to);
        let sector = &bytes[(at - from) as usize..(end - from) as usize];
        if sector.iter().all(|byte| *byte == 0) {
            return Ok(true);
        }
        at = end;
    }
    Ok(false)
}

/// Bytes from `from` to the last byte before `to` that is not zero.
pub(crate) fn used_bytes(file: &dyn DiskFile, from: u64, to: u64) -> io::Result<u64> {
    let bytes = read_part(file, from, to)?;
    Ok(bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last as u64 + 1))
}
