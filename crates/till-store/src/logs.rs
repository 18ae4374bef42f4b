//! The log files: each log's frames in order, in append-only segments.
//!
//! An append writes the records and a head slot, then syncs once; when it
//! returns, all of it is durable. Opening tells four things apart: what was
//! acknowledged and is whole; what was never acknowledged and is whole (kept);
//! what was never acknowledged and is not (cut off and reported); and damage to
//! what was acknowledged (reported, never cut off in silence). See `format` for
//! how one sync is enough to tell the last two apart. One case no single sync
//! can tell: a drive that drops whole sectors of the very last append although
//! it acknowledged the sync. That is reported as cut off, and only what a
//! device keeps of its head elsewhere shows that it had been acknowledged.

mod cursor;
mod error;
mod format;
mod one_log;
mod place;
mod reading;
mod recover;

pub use error::{AppendError, Damage, OpenError, ReadError, VerifyError};
pub use format::RECORD_OVERHEAD_BYTES;

use crate::disk::Disk;
use one_log::OneLog;
use place::{LOGS_DIR, Place};
use recover::{Recovered, Trouble};
use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
pub use till_schema::{FrameRecord, Head};
use till_schema::{LogId, Seq};

/// Most bytes, records and their frames, written under one sync. A larger batch
/// takes several; a frame with its record must fit into one.
pub const APPEND_BYTES_MAX: u64 = 512 * 1024;

/// Sizes of the files. All in bytes, each at least 16 KiB but the reserve.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct StoreOptions {
    /// Size of a segment, reserved on the disk when it is made.
    pub segment_bytes: u64,
    /// Size of the first segment of another device's log: there may be fifty
    /// of them, most of them short.
    pub first_foreign_segment_bytes: u64,
    /// Room in the own log that ordinary appends leave to
    /// [`LogStore::append_reserved`] when no further segment can be made.
    pub reserve_bytes: u64,
}

impl Default for StoreOptions {
    fn default() -> Self {
        Self {
            segment_bytes: 4 * 1024 * 1024,
            first_foreign_segment_bytes: 512 * 1024,
            reserve_bytes: 256 * 1024,
        }
    }
}

/// What opening found in one log.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct LogReport {
    /// The end of the log, or none when it has no entry.
    pub head: Option<Head>,
    /// Bytes of a write that was never acknowledged and is not whole; cut off.
    pub cut_off_bytes: u64,
    /// A damaged header or slot that nothing depended on was written anew.
    pub repaired: bool,
    /// Damage found, only in other devices' logs: the log now ends before it
    /// and the rest is to be fetched again. The damaged segments are kept
    /// beside it, their names ending in `.damaged`.
    pub damaged: Option<Damage>,
}

/// What opening found.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct OpenReport {
    /// Each log there is a folder of.
    pub logs: BTreeMap<LogId, LogReport>,
    /// No segment could be reserved for the own log: the disk is full.
    pub disk_full: bool,
}

/// What became of the append whose outcome was unknown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Reopened {
    /// The end of the log as it now is, durable.
    pub head: Option<Head>,
    /// How many entries of the failed append are in the log after all.
    pub kept: u64,
}

/// What a full check went through.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct VerifySummary {
    /// Logs with at least one entry.
    pub logs: u64,
    /// Frames.
    pub frames: u64,
    /// Bytes of all frames, without their records.
    pub bytes: u64,
}

/// All logs of a data folder. One writer; reading needs only a shared reference.
pub struct LogStore {
    disk: Arc<dyn Disk>,
    own: LogId,
    options: StoreOptions,
    logs: BTreeMap<LogId, OneLog>,
    heads: BTreeMap<LogId, Head>,
}

impl std::fmt::Debug for LogStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LogStore").field("own", &self.own).field("heads", &self.heads).finish()
    }
}

impl LogStore {
    /// Opens all logs, with the usual sizes. `own` is the log this device
    /// signs. Reads no more than the last segment of each log.
    ///
    /// # Errors
    /// [`OpenError::OwnLogDamaged`] when acknowledged entries of the own log
    /// are missing or damaged; nothing has then been changed. To go on, the
    /// device takes a new key: under it the old log is another device's.
    pub fn open(disk: Arc<dyn Disk>, own: LogId) -> Result<(Self, OpenReport), OpenError> {
        Self::open_with(disk, own, StoreOptions::default())
    }

    /// [`LogStore::open`] with other sizes.
    ///
    /// # Errors
    /// As [`LogStore::open`].
    pub fn open_with(
        disk: Arc<dyn Disk>,
        own: LogId,
        options: StoreOptions,
    ) -> Result<(Self, OpenReport), OpenError> {
        let mut report = OpenReport::default();
        match disk.create_dir_all(&Place::new(disk.clone(), own).dir) {
            Err(error) if error.kind() == io::ErrorKind::StorageFull => report.disk_full = true,
            done => done?,
        }
        // Names made just before a crash may be seen and not yet be durable.
        if disk.exists(LOGS_DIR)? {
            disk.sync_dir(LOGS_DIR)?;
            disk.sync_dir("")?;
        }
        let mut store = Self {
            disk: disk.clone(),
            own,
            options,
            logs: BTreeMap::new(),
            heads: BTreeMap::new(),
        };
        for name in disk.list(LOGS_DIR)? {
            let Ok(log) = name.parse::<LogId>() else {
                continue;
            };
            let found = store.open_log(Place::new(disk.clone(), log))?;
            report.logs.insert(log, found);
        }
        match store.prepare() {
            Err(AppendError::DiskFull) => report.disk_full = true,
            Err(AppendError::Unwritten { source, .. }) => return Err(source.into()),
            _ => {}
        }
        Ok((store, report))
    }

    fn open_log(&mut self, place: Place) -> Result<LogReport, OpenError> {
        let log = place.log;
        let own = log == self.own;
        place.disk.sync_dir(&place.dir)?;
        let mut damaged = None;
        // Each round ends the log at least one segment or one record earlier;
        // a disk that changes under us must not keep us here.
        let mut rounds_left = place.numbers()?.len() + 2;
        let recovered = loop {
            match recover::recover(&place) {
                Ok(recovered) => break recovered,
                Err(Trouble::Io(source)) => return Err(source.into()),
                Err(Trouble::Version { segment, version }) => {
                    return Err(OpenError::NewerFormat { segment, version });
                }
                Err(Trouble::Damage(found)) if own => {
                    let Damage { what, segment, offset } = found.describe(&place);
                    return Err(OpenError::OwnLogDamaged { what, segment, offset });
                }
                Err(Trouble::Damage(found)) => {
                    if rounds_left == 0 {
                        return Err(io::Error::other("a damaged log cannot be cut back").into());
                    }
                    rounds_left -= 1;
                    recover::cut_back(&place, &found)?;
                    damaged.get_or_insert_with(|| found.describe(&place));
                }
            }
        };
        let Recovered { cut_off_bytes, repaired, .. } = recovered;
        let one = OneLog::new(place, own, self.options, recovered);
        let head = one.head();
        self.logs.insert(log, one);
        self.note_head(log, head);
        Ok(LogReport { head, cut_off_bytes, repaired, damaged })
    }

    fn note_head(&mut self, log: LogId, head: Option<Head>) {
        match head {
            Some(head) => self.heads.insert(log, head),
            None => self.heads.remove(&log),
        };
    }

    /// The end of each log that has an entry: durable, all of it.
    pub fn heads(&self) -> &BTreeMap<LogId, Head> {
        &self.heads
    }

    /// The log this device signs.
    pub fn own(&self) -> LogId {
        self.own
    }

    /// Appends frames of one log that follow its head, and returns when they
    /// are durable: one sync for all that fits into [`APPEND_BYTES_MAX`] and
    /// the segment. In the own log it leaves the reserve free.
    ///
    /// # Errors
    /// Nothing was written by this call unless the error is
    /// [`AppendError::OutcomeUnknown`]. After that one, [`LogStore::heads`]
    /// holds what is sure, and the log takes no append before
    /// [`LogStore::reopen`].
    pub fn append(&mut self, frames: &[FrameRecord]) -> Result<(), AppendError> {
        self.append_any(frames, false)
    }

    /// [`LogStore::append`] that may use the reserve: for what must still be
    /// written on a full disk, such as closing a shift.
    ///
    /// # Errors
    /// As [`LogStore::append`].
    pub fn append_reserved(&mut self, frames: &[FrameRecord]) -> Result<(), AppendError> {
        self.append_any(frames, true)
    }

    fn append_any(&mut self, frames: &[FrameRecord], reserved: bool) -> Result<(), AppendError> {
        let Some(FrameRecord { log, .. }) = frames.first() else {
            return Ok(());
        };
        let log = *log;
        let one = self.log_or_new(log);
        let done = one.append(frames, reserved);
        let head = one.head();
        self.note_head(log, head);
        done
    }

    fn log_or_new(&mut self, log: LogId) -> &mut OneLog {
        let (disk, own, options) = (&self.disk, self.own, self.options);
        self.logs.entry(log).or_insert_with(|| {
            OneLog::new(Place::new(disk.clone(), log), log == own, options, Recovered::default())
        })
    }

    /// Finds out what became of a failed append: reads the log's last segment
    /// back, carries what is whole of the append over to a new segment, and
    /// takes appends again. Without a failed append it only tells the head.
    ///
    /// # Errors
    /// [`AppendError::ReadOnly`] when the segment does not read back or this
    /// fails too; [`AppendError::DiskFull`] when there is no space for the new
    /// segment, after which it may be tried again.
    pub fn reopen(&mut self, log: LogId) -> Result<Reopened, AppendError> {
        let Some(one) = self.logs.get_mut(&log) else {
            return Ok(Reopened { head: None, kept: 0 });
        };
        let done = one.reopen();
        let head = one.head();
        self.note_head(log, head);
        Ok(Reopened { head, kept: done? })
    }

    /// Reserves the own log's next segment, so that no sale waits for it. For
    /// idle moments; returns whether there was something to do.
    ///
    /// # Errors
    /// [`AppendError::DiskFull`], or [`AppendError::Unwritten`] when the disk
    /// refuses; the log is as before.
    pub fn prepare(&mut self) -> Result<bool, AppendError> {
        let own = self.own;
        self.log_or_new(own).prepare()
    }

    /// Whether an ordinary append of one frame of so many bytes fits into the
    /// space the own log has reserved. Ask before a cart is opened.
    pub fn has_room(&self, frame_bytes: usize) -> bool {
        self.logs.get(&self.own).is_some_and(|one| one.has_room(frame_bytes))
    }

    /// Notes in each log that its last append was acknowledged, so that the
    /// next opening has nothing to write. For an orderly end.
    ///
    /// # Errors
    /// When the disk refuses; nothing is lost by that.
    pub fn settle(&mut self) -> io::Result<()> {
        self.logs.values_mut().try_for_each(OneLog::settle)
    }

    /// Whole frames in order, starting with the one that holds `from`: as many
    /// as fit into `max_bytes`, and at least one if there is any. Each is
    /// checked against its checksum.
    ///
    /// # Errors
    /// When the first frame cannot be read; for another device's log,
    /// [`LogStore::recheck`] then cuts it back.
    pub fn read(
        &self,
        log: LogId,
        from: Seq,
        max_bytes: usize,
    ) -> Result<Vec<FrameRecord>, ReadError> {
        match self.logs.get(&log) {
            Some(one) => one.read(from, max_bytes),
            None => Ok(Vec::new()),
        }
    }

    /// Reads every frame of every log, checks it, and shows it to `visit`.
    ///
    /// # Errors
    /// The first damage, or the first frame that `visit` refuses.
    pub fn verify_all(
        &self,
        visit: &mut dyn FnMut(&FrameRecord) -> Result<(), String>,
    ) -> Result<VerifySummary, VerifyError> {
        let mut summary = VerifySummary::default();
        for one in self.logs.values() {
            one.verify(visit, &mut summary)?;
        }
        Ok(summary)
    }

    /// Reads one log through. Another device's log is cut back to what is whole
    /// before the first damage, and the damage returned: fetch the rest again.
    ///
    /// # Errors
    /// [`OpenError::OwnLogDamaged`] for the own log, which stays as it is.
    pub fn recheck(&mut self, log: LogId) -> Result<Option<Damage>, OpenError> {
        let Some(one) = self.logs.get(&log) else {
            return Ok(None);
        };
        let Some(found) = one.first_damage()? else {
            return Ok(None);
        };
        let place = Place::new(self.disk.clone(), log);
        let damage = found.describe(&place);
        if log == self.own {
            let Damage { what, segment, offset } = damage;
            return Err(OpenError::OwnLogDamaged { what, segment, offset });
        }
        self.logs.remove(&log);
        self.heads.remove(&log);
        recover::cut_back(&place, &found)?;
        self.open_log(place)?;
        Ok(Some(damage))
    }
}
