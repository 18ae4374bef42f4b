//! The folder of one log and the names in it.

use super::format::{self, Header, Slot};
use crate::disk::{Disk, DiskFile};
use std::io;
use std::sync::Arc;
use till_schema::LogId;

/// The folder of all logs.
pub(crate) const LOGS_DIR: &str = "logs";

/// The folder of one log.
#[derive(Clone)]
pub(crate) struct Place {
    pub(crate) disk: Arc<dyn Disk>,
    pub(crate) log: LogId,
    pub(crate) dir: String,
}

impl Place {
    pub(crate) fn new(disk: Arc<dyn Disk>, log: LogId) -> Self {
        Self { disk, log, dir: format!("{LOGS_DIR}/{log}") }
    }

    /// The path of a segment.
    pub(crate) fn path(&self, number: u64) -> String {
        format!("{}/{number:08}.seg", self.dir)
    }

    /// The numbers of the segments there are, rising.
    pub(crate) fn numbers(&self) -> io::Result<Vec<u64>> {
        let names = self.disk.list(&self.dir)?;
        let mut numbers: Vec<u64> =
            names.iter().filter_map(|name| name.strip_suffix(".seg")?.parse().ok()).collect();
        numbers.sort_unstable();
        Ok(numbers)
    }

    pub(crate) fn open(&self, number: u64) -> io::Result<Box<dyn DiskFile>> {
        self.disk.open(&self.path(number), false)
    }

    /// Removes what a crash left of a reservation.
    pub(crate) fn clear_unfinished(&self) -> io::Result<()> {
        for name in self.disk.list(&self.dir)? {
            if name.ends_with(".seg.new") {
                self.disk.remove(&format!("{}/{name}", self.dir))?;
            }
        }
        Ok(())
    }

    /// Makes an empty segment whose space is reserved. It gets its name only
    /// when that is so: a file that has the name never runs out of space.
    pub(crate) fn reserve(&self, number: u64, bytes: u64) -> io::Result<Box<dyn DiskFile>> {
        if !self.disk.exists(&self.dir)? {
            self.disk.create_dir_all(&self.dir)?;
            self.disk.sync_dir(LOGS_DIR)?;
            self.disk.sync_dir("")?;
        }
        let path = self.path(number);
        let unfinished = format!("{path}.new");
        let file = self.disk.open(&unfinished, true)?;
        let done = file
            .set_len(0)
            .and_then(|()| file.preallocate(bytes))
            .and_then(|()| self.disk.rename(&unfinished, &path))
            .and_then(|()| self.disk.sync_dir(&self.dir));
        if let Err(error) = done {
            // Gives the space back; when even that fails, opening does it.
            let _ = self.disk.remove(&unfinished);
            return Err(error);
        }
        Ok(file)
    }

    /// Keeps a damaged segment under another name.
    pub(crate) fn set_aside(&self, number: u64) -> io::Result<()> {
        let path = self.path(number);
        self.disk.rename(&path, &format!("{path}.damaged"))
    }

    pub(crate) fn write_header(&self, file: &dyn DiskFile, header: &Header) -> io::Result<()> {
        file.write_at(0, &format::encode_header(header))
    }

    pub(crate) fn write_slot(
        &self,
        file: &dyn DiskFile,
        number: u64,
        slot: &Slot,
    ) -> io::Result<()> {
        let at = format::SLOT_AT[(slot.generation % 2) as usize];
        file.write_at(at, &format::encode_slot(&self.log, number, slot))
    }
}
