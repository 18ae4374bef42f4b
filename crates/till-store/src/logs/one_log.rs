//! One log while it is open: appending to it, and going on after a failure.

use super::cursor::{Cursor, SparseIndex, Step};
use super::error::AppendError;
use super::format::{self, Header, Mark, RECORD_OVERHEAD_BYTES, RECORDS_AT, Slot};
use super::place::Place;
use super::recover::Recovered;
use super::{APPEND_BYTES_MAX, FrameRecord, Head, StoreOptions};
use crate::disk::DiskFile;
use std::collections::VecDeque;
use std::io;
use std::sync::OnceLock;
use till_schema::{EntryHash, Seq};

/// A reserved segment that nothing was written to.
pub(crate) struct Spare {
    pub(crate) number: u64,
    pub(crate) capacity: u64,
    pub(crate) file: Box<dyn DiskFile>,
}

/// A segment that another follows.
pub(crate) struct Finished {
    pub(crate) number: u64,
    /// Before its first record.
    pub(crate) start: Mark,
    /// After the last record that belongs to the log.
    pub(crate) last: Mark,
    /// Made when the segment is first read.
    pub(crate) index: OnceLock<SparseIndex>,
}

/// The segment appended to.
pub(crate) struct Active {
    pub(crate) header: Header,
    pub(crate) file: Box<dyn DiskFile>,
    pub(crate) capacity: u64,
    /// Generation of the newest slot.
    pub(crate) generation: u64,
    /// The newest slot says that the tip is durable.
    pub(crate) settled: bool,
    /// After the last acknowledged record.
    pub(crate) tip: Mark,
    pub(crate) index: SparseIndex,
    /// The header goes with the first append.
    pub(crate) fresh: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Condition {
    Good,
    Latched,
    ReadOnly,
}

/// One log.
pub(crate) struct OneLog {
    pub(crate) place: Place,
    own: bool,
    options: StoreOptions,
    pub(crate) finished: Vec<Finished>,
    pub(crate) active: Option<Active>,
    spares: VecDeque<Spare>,
    condition: Condition,
    /// An append has failed in this run.
    failed: bool,
}

/// What one sync takes.
#[derive(Default)]
struct Chunk {
    /// Goes into a new segment.
    rolls: bool,
    bytes: Vec<u8>,
    /// The ends of the records, counted from the start of the chunk.
    marks: Vec<Mark>,
}

/// The frames as chunks, and what they leave.
struct Plan {
    chunks: Vec<Chunk>,
    rolls: usize,
    /// Room in the segment after the last chunk.
    room_left: u64,
}

impl OneLog {
    pub(crate) fn new(
        place: Place,
        own: bool,
        options: StoreOptions,
        recovered: Recovered,
    ) -> Self {
        let Recovered { finished, active, spares, .. } = recovered;
        let condition = Condition::Good;
        Self { place, own, options, finished, active, spares, condition, failed: false }
    }

    fn tip(&self) -> Mark {
        let finished = || self.finished.last().map(|segment| segment.last);
        let active = self.active.as_ref().map(|active| active.tip);
        active.or_else(finished).unwrap_or(Mark {
            seq: Seq(0),
            hash: EntryHash::ZERO,
            end: RECORDS_AT,
        })
    }

    pub(crate) fn head(&self) -> Option<Head> {
        let Mark { seq, hash, .. } = self.tip();
        (seq.0 > 0).then_some(Head { seq, hash })
    }

    fn room(&self) -> u64 {
        self.active.as_ref().map_or(0, |active| active.capacity - active.tip.end)
    }

    fn frame_bytes_max(&self) -> usize {
        let made = self.options.segment_bytes.min(self.options.first_foreign_segment_bytes);
        // Those made under other options count as well.
        let segment = self.spares.iter().fold(made, |least, spare| least.min(spare.capacity));
        let record = APPEND_BYTES_MAX.min(segment.saturating_sub(RECORDS_AT)) as usize;
        record.saturating_sub(RECORD_OVERHEAD_BYTES)
    }

    pub(crate) fn append(
        &mut self,
        frames: &[FrameRecord],
        reserved: bool,
    ) -> Result<(), AppendError> {
        match self.condition {
            Condition::Good => {}
            Condition::Latched => return Err(AppendError::Latched),
            Condition::ReadOnly => return Err(AppendError::ReadOnly),
        }
        self.check(frames)?;
        let plan = self.plan(frames);
        self.reserve(plan.rolls)?;
        let leaves_room =
            self.spares.len() > plan.rolls || plan.room_left >= self.options.reserve_bytes;
        if self.own && !reserved && !leaves_room {
            self.reserve(plan.rolls + 1)?;
        }
        for chunk in plan.chunks {
            if let Err(source) = self.write(chunk) {
                self.condition = if self.failed { Condition::ReadOnly } else { Condition::Latched };
                self.failed = true;
                return Err(AppendError::OutcomeUnknown { source });
            }
        }
        Ok(())
    }

    fn check(&self, frames: &[FrameRecord]) -> Result<(), AppendError> {
        let max = self.frame_bytes_max();
        let mut expected = self.tip().seq.next();
        for frame in frames {
            #[cfg(feature = "mutants")]
            if crate::mutants::is(crate::mutants::Mutant::TakesGaps) {
                expected = frame.first;
            }
            if frame.log != self.place.log || frame.last < frame.first {
                return Err(AppendError::BadFrames);
            }
            if frame.first != expected {
                let (log, found) = (frame.log, frame.first);
                return Err(AppendError::NotContiguous { log, expected, found });
            }
            if frame.bytes.len() > max {
                return Err(AppendError::TooLarge { bytes: frame.bytes.len(), max });
            }
            expected = frame.last.next();
        }
        Ok(())
    }

    /// Shares the frames out over syncs and segments.
    fn plan(&self, frames: &[FrameRecord]) -> Plan {
        let mut plan = Plan { chunks: Vec::new(), rolls: 0, room_left: self.room() };
        let mut chunk = Chunk::default();
        for frame in frames {
            let size = format::record_bytes(frame.bytes.len());
            let rolls = size > plan.room_left;
            if rolls || chunk.bytes.len() as u64 + size > APPEND_BYTES_MAX {
                let full = std::mem::replace(&mut chunk, Chunk { rolls, ..Chunk::default() });
                if !full.marks.is_empty() {
                    plan.chunks.push(full);
                }
            }
            if rolls {
                plan.room_left = self.capacity_of_spare(plan.rolls) - RECORDS_AT;
                plan.rolls += 1;
            }
            plan.room_left -= size;
            format::encode_record(&mut chunk.bytes, frame);
            let end = chunk.bytes.len() as u64;
            chunk.marks.push(Mark { seq: frame.last, hash: frame.last_hash, end });
        }
        plan.chunks.push(chunk);
        plan
    }

    fn next_number(&self) -> u64 {
        let finished = self.finished.last().map_or(0, |segment| segment.number);
        let active = self.active.as_ref().map_or(finished, |active| active.header.number);
        self.spares.back().map_or(active, |spare| spare.number) + 1
    }

    fn new_capacity(&self, number: u64) -> u64 {
        if !self.own && number == 1 {
            self.options.first_foreign_segment_bytes
        } else {
            self.options.segment_bytes
        }
    }

    /// Size of the `index`th segment from now, whether it exists yet or not.
    fn capacity_of_spare(&self, index: usize) -> u64 {
        self.spares.get(index).map_or_else(
            || self.new_capacity(self.next_number() + (index - self.spares.len()) as u64),
            |spare| spare.capacity,
        )
    }

    /// Sees to it that there are so many spare segments.
    fn reserve(&mut self, count: usize) -> Result<(), AppendError> {
        while self.spares.len() < count {
            let number = self.next_number();
            let capacity = self.new_capacity(number);
            let file = self.place.reserve(number, capacity).map_err(unwritten)?;
            self.spares.push_back(Spare { number, capacity, file });
        }
        Ok(())
    }

    pub(crate) fn prepare(&mut self) -> Result<bool, AppendError> {
        let due = self.spares.is_empty();
        self.reserve(1)?;
        Ok(due)
    }

    pub(crate) fn has_room(&self, frame_bytes: usize) -> bool {
        let record = format::record_bytes(frame_bytes);
        let fits = record <= self.room();
        let leaves = |room: u64| room >= record + self.options.reserve_bytes;
        match (self.spares.len(), self.spares.front()) {
            _ if self.condition != Condition::Good => false,
            (0, _) | (_, None) => leaves(self.room()),
            (1, Some(spare)) => fits || leaves(spare.capacity - RECORDS_AT),
            (_, Some(_)) => true,
        }
    }

    /// Goes on in the next spare segment.
    fn roll(&mut self) -> io::Result<()> {
        let Mark { seq, hash, .. } = self.tip();
        let spare = self.spares.pop_front().ok_or_else(|| io::Error::other("no segment left"))?;
        let header =
            Header { log: self.place.log, number: spare.number, first: seq.next(), before: hash };
        let next = Active {
            header,
            file: spare.file,
            capacity: spare.capacity,
            generation: 0,
            settled: false,
            tip: header.start(),
            index: SparseIndex::default(),
            fresh: true,
        };
        if let Some(full) = self.active.replace(next) {
            self.finished.push(full.finish());
        }
        Ok(())
    }

    /// Writes one chunk and makes it durable: the record, the slot that names
    /// it, and with a segment's first chunk the header, under one sync.
    fn write(&mut self, chunk: Chunk) -> io::Result<()> {
        if chunk.rolls {
            self.roll()?;
        }
        let place = &self.place;
        let active =
            self.active.as_mut().ok_or_else(|| io::Error::other("no segment to write to"))?;
        let before = active.tip;
        let last = chunk.marks.last().copied();
        let tip = last.map_or(before, |mark| Mark { end: before.end + mark.end, ..mark });
        if active.fresh {
            place.write_header(&*active.file, &active.header)?;
        }
        if !chunk.bytes.is_empty() {
            active.file.write_at(before.end, &chunk.bytes)?;
        }
        let generation = active.generation + 1;
        let slot = Slot { generation, settled: before, tip };
        place.write_slot(&*active.file, active.header.number, &slot)?;
        #[cfg(feature = "mutants")]
        let is_flushed = !crate::mutants::is(crate::mutants::Mutant::NoFlush);
        #[cfg(not(feature = "mutants"))]
        let is_flushed = true;
        if is_flushed {
            active.file.sync_data()?;
        }
        active.fresh = false;
        active.generation = generation;
        active.settled = before == tip;
        active.tip = tip;
        for mark in chunk.marks {
            active.index.note(Mark { end: before.end + mark.end, ..mark });
        }
        Ok(())
    }

    /// Notes that the tip is durable, if no slot says so yet.
    pub(crate) fn settle(&mut self) -> io::Result<()> {
        if self.condition != Condition::Good {
            return Ok(());
        }
        match &self.active {
            Some(active) if !active.settled => self.write(Chunk::default()),
            _ => Ok(()),
        }
    }

    /// Goes on after a failed append; returns how many of its entries are kept.
    pub(crate) fn reopen(&mut self) -> Result<u64, AppendError> {
        match self.condition {
            Condition::Good => return Ok(0),
            Condition::ReadOnly => return Err(AppendError::ReadOnly),
            Condition::Latched => {}
        }
        let doubtful = match self.read_back() {
            Ok(Some(doubtful)) => doubtful,
            Ok(None) | Err(_) => {
                self.condition = Condition::ReadOnly;
                return Err(AppendError::ReadOnly);
            }
        };
        self.replace_active(&doubtful)?;
        let before = self.tip().seq;
        let chunk = Chunk { rolls: true, marks: doubtful.marks, bytes: doubtful.bytes };
        if self.write(chunk).is_err() {
            self.condition = Condition::ReadOnly;
            return Err(AppendError::ReadOnly);
        }
        self.condition = Condition::Good;
        Ok(self.tip().seq.0 - before.0)
    }

    /// Reads the failed segment through: none when an acknowledged record is
    /// not whole, else the records of the failed append that are.
    fn read_back(&self) -> io::Result<Option<Chunk>> {
        let mut doubtful = Chunk::default();
        let Some(active) = &self.active else {
            return Ok(Some(doubtful));
        };
        let limit = active.capacity.min(active.tip.end + APPEND_BYTES_MAX);
        let file = self.place.open(active.header.number)?;
        let mut cursor = Cursor::new(&*file, self.place.log, active.header.start(), limit);
        while cursor.good().end < active.tip.end {
            if !matches!(cursor.step()?, Step::Record(_)) {
                return Ok(None);
            }
        }
        if cursor.good() != active.tip {
            return Ok(None);
        }
        while let Step::Record(frame) = cursor.step()? {
            format::encode_record(&mut doubtful.bytes, &frame);
            let end = doubtful.bytes.len() as u64;
            doubtful.marks.push(Mark { seq: frame.last, hash: frame.last_hash, end });
        }
        Ok(Some(doubtful))
    }

    /// Puts a segment that has never failed next in line. The failed one stays
    /// as it is, unless nothing in it was ever acknowledged: then the new one
    /// takes its name, since its header may not be durable.
    fn replace_active(&mut self, doubtful: &Chunk) -> Result<(), AppendError> {
        let needed = RECORDS_AT + doubtful.bytes.len() as u64;
        match self.active.take() {
            Some(failed) if failed.fresh => {
                let number = failed.header.number;
                let capacity = failed.capacity.max(needed);
                match self.place.reserve(number, capacity) {
                    Ok(file) => self.spares.push_front(Spare { number, capacity, file }),
                    Err(error) => {
                        self.active = Some(failed);
                        return Err(unwritten(error));
                    }
                }
            }
            failed => {
                self.active = failed;
                self.reserve(1)?;
                if self.spares.front().is_some_and(|spare| spare.capacity < needed) {
                    self.condition = Condition::ReadOnly;
                    return Err(AppendError::ReadOnly);
                }
            }
        }
        Ok(())
    }
}

impl Active {
    fn finish(self) -> Finished {
        Finished {
            number: self.header.number,
            start: self.header.start(),
            last: self.tip,
            index: OnceLock::from(self.index),
        }
    }
}

fn unwritten(source: io::Error) -> AppendError {
    if source.kind() == io::ErrorKind::StorageFull {
        AppendError::DiskFull
    } else {
        AppendError::Unwritten { source }
    }
}
