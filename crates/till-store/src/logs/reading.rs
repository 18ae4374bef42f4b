//! Reading frames back, each checked.

use super::cursor::{Cursor, SparseIndex, Step};
use super::error::{Damage, ReadError, VerifyError};
use super::format::Mark;
use super::one_log::{Finished, OneLog};
use super::recover::DamageAt;
use super::{FrameRecord, VerifySummary};
use crate::disk::DiskFile;
use std::io;
use till_schema::Seq;

/// A segment as a reader sees it.
struct Part<'a> {
    number: u64,
    start: Mark,
    last: Mark,
    finished: Option<&'a Finished>,
}

/// The records of a part do not reach its end.
struct Broken {
    good: Mark,
}

impl OneLog {
    fn parts(&self) -> impl Iterator<Item = Part<'_>> {
        let finished = self.finished.iter().map(|segment| Part {
            number: segment.number,
            start: segment.start,
            last: segment.last,
            finished: Some(segment),
        });
        let active = self.active.iter().map(|active| Part {
            number: active.header.number,
            start: active.header.start(),
            last: active.tip,
            finished: None,
        });
        finished.chain(active)
    }

    fn damage(&self, number: u64, good: Mark) -> Damage {
        Damage {
            what: "a record is missing or does not match its checksum".into(),
            segment: self.place.path(number),
            offset: good.end,
        }
    }

    /// Walks a part from a place to its end, while `visit` wants more.
    fn walk<E: From<io::Error>>(
        &self,
        file: &dyn DiskFile,
        part: &Part<'_>,
        from: Mark,
        visit: &mut dyn FnMut(FrameRecord, Mark) -> Result<bool, E>,
    ) -> Result<Result<(), Broken>, E> {
        let mut cursor = Cursor::new(file, self.place.log, from, part.last.end);
        while cursor.good() != part.last {
            match cursor.step()? {
                Step::Record(frame) => {
                    if !visit(frame, cursor.good())? {
                        return Ok(Ok(()));
                    }
                }
                Step::End | Step::Broken => {
                    return Ok(Err(Broken { good: cursor.good() }));
                }
            }
        }
        Ok(Ok(()))
    }

    /// Where to begin reading for `seq`.
    fn place_before(&self, file: &dyn DiskFile, part: &Part<'_>, seq: Seq) -> io::Result<Mark> {
        let Some(finished) = part.finished else {
            let index = self.active.as_ref().map(|active| &active.index);
            return Ok(index.map_or(part.start, |index| index.before(seq, part.start)));
        };
        if finished.index.get().is_none() {
            let mut index = SparseIndex::default();
            let done = self.walk(file, part, part.start, &mut |_, mark| {
                index.note(mark);
                Ok::<_, io::Error>(true)
            })?;
            if done.is_err() {
                // Damage: what is whole before it can still be read in turn.
                return Ok(index.before(seq, part.start));
            }
            // Another reader may have been faster with the same index.
            let _ = finished.index.set(index);
        }
        Ok(finished.index.get().map_or(part.start, |index| index.before(seq, part.start)))
    }

    pub(crate) fn read(&self, from: Seq, max_bytes: usize) -> Result<Vec<FrameRecord>, ReadError> {
        let from = from.max(Seq(1));
        let mut frames: Vec<FrameRecord> = Vec::new();
        let mut bytes = 0;
        let mut full = false;
        for part in self.parts().skip_while(|part| part.last.seq < from) {
            if full || part.last.seq == part.start.seq {
                continue;
            }
            let file = self.place.open(part.number)?;
            let place = self.place_before(&*file, &part, from)?;
            let done = self.walk(&*file, &part, place, &mut |frame, _| {
                if frame.last < from {
                    return Ok::<_, ReadError>(true);
                }
                full = !frames.is_empty() && bytes + frame.bytes.len() > max_bytes;
                if !full {
                    bytes += frame.bytes.len();
                    frames.push(frame);
                }
                Ok(!full)
            })?;
            if let Err(Broken { good }) = done {
                if frames.is_empty() {
                    return Err(ReadError::Damaged(self.damage(part.number, good)));
                }
                // The next call, which begins there, tells.
                break;
            }
        }
        Ok(frames)
    }

    pub(crate) fn verify(
        &self,
        visit: &mut dyn FnMut(&FrameRecord) -> Result<(), String>,
        summary: &mut VerifySummary,
    ) -> Result<(), VerifyError> {
        summary.logs += u64::from(self.head().is_some());
        for part in self.parts() {
            let file = self.place.open(part.number).map_err(ReadError::from)?;
            let done = self.walk(&*file, &part, part.start, &mut |frame, _| {
                summary.frames += 1;
                summary.bytes += frame.bytes.len() as u64;
                visit(&frame).map(|()| true).map_err(|reason| VerifyError::Refused {
                    log: frame.log,
                    first: frame.first,
                    reason,
                })
            })?;
            if let Err(Broken { good }) = done {
                return Err(ReadError::Damaged(self.damage(part.number, good)).into());
            }
        }
        Ok(())
    }

    /// The first damage of the log and what is whole before it.
    pub(crate) fn first_damage(&self) -> io::Result<Option<DamageAt>> {
        for part in self.parts() {
            let file = self.place.open(part.number)?;
            let done =
                self.walk(&*file, &part, part.start, &mut |_, _| Ok::<_, io::Error>(true))?;
            if let Err(Broken { good }) = done {
                return Ok(Some(DamageAt {
                    number: part.number,
                    offset: good.end,
                    what: "a record is missing or does not match its checksum",
                    keep: Some(good),
                }));
            }
        }
        Ok(None)
    }
}

impl From<io::Error> for VerifyError {
    fn from(error: io::Error) -> Self {
        Self::Read(ReadError::Io(error))
    }
}
