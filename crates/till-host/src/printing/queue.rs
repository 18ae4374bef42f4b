//! Jobs that wait, as files in a folder of the data folder.
//!
//! A job is whole or not there: written beside, synced, renamed. It is removed
//! after its printer took all its bytes, so a power cut between the two prints it
//! twice rather than never. Jobs of one printer are sent in the order in which
//! they were put in; a printer that is away holds up its own jobs only.
//!
//! At most [`JOBS_MAX`] wait. Then the oldest copy, test or drawer makes room, and
//! when there is none the oldest job: whoever is at the counter has the newest,
//! and any ticket can be printed from the books.

#[cfg(test)]
mod tests;

use super::job::{Job, Kind};
use super::target::Printer;
use super::trouble::{Trouble, Troubles};
use crate::folder::{Folder, FolderError};
use serde::Serialize;
use std::collections::{BTreeSet, VecDeque};
use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

/// Jobs that wait at most.
pub const JOBS_MAX: usize = 200;

/// The folder in the data folder.
const FOLDER: &str = "print";
/// Ends the name of a job.
const JOB: &str = ".bin";
/// Ends the name of a file that is being written.
const UNFINISHED: &str = ".new";
/// Printers that are away.
const TROUBLES: &str = "printers.json";
/// Held for moments by whoever changes the folder.
const CHANGE_LOCK: &str = "change.lock";
/// Held by whoever sends, so that two processes never send the same job.
const SEND_LOCK: &str = "send.lock";

/// Why the queue can't be used.
#[derive(Debug, thiserror::Error)]
pub enum QueueError {
    /// The disk refuses.
    #[error("cannot use {path}: {source}; check the disk and the folder's permissions")]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A job could not be kept.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// It is not there, or not any more.
    #[error("no job {0} waits; see `tillmesh print queue`")]
    NoJob(u64),
}

/// A job that was put in.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Put {
    /// Its number in the queue.
    pub number: u64,
    /// What had to make room: labels.
    pub dropped: Vec<String>,
}

/// A job that waits.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Waiting {
    /// Its number in the queue.
    pub number: u64,
    /// What people call it.
    pub label: String,
    /// What it is; none when the file is damaged, which is never sent.
    pub kind: Option<Kind>,
    /// Where it goes.
    pub printer: Option<Printer>,
    /// When it was made, Unix ms.
    pub at_ms: i64,
    /// How large it is.
    pub bytes: usize,
    /// What is wrong with its printer.
    pub trouble: Option<Trouble>,
}

/// Which jobs are worked on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Which<'a> {
    /// Those whose printer is not left alone for now.
    Due,
    /// All of them.
    All,
    /// Those of one printer.
    Of(&'a Printer),
}

/// What came of it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Worked {
    /// Numbers of jobs that are done.
    pub done: Vec<u64>,
    /// Printers that are away, and why.
    pub away: Vec<(Printer, String)>,
    /// Somebody else is at it; nothing was done.
    pub busy: bool,
}

/// The queue of a data folder.
#[derive(Clone, Debug)]
pub struct Queue {
    root: PathBuf,
}

impl Queue {
    /// The queue of a data folder; made when it is missing.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn open(data: &Path) -> Result<Self, QueueError> {
        let queue = Self { root: data.join(FOLDER) };
        fs::create_dir_all(&queue.root).map_err(|source| queue.io("", source))?;
        let _changing = queue.lock(CHANGE_LOCK)?;
        queue.clean_up()?;
        Ok(queue)
    }

    /// Puts a job in. When this comes back the job survives a power cut.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn put(&self, job: &Job) -> Result<Put, QueueError> {
        let _changing = self.lock(CHANGE_LOCK)?;
        self.clean_up()?;
        let mut names = self.names()?;
        let number = names.last().map_or(0, |name| name.number) + 1;
        let mut dropped = Vec::new();
        while names.len() >= JOBS_MAX {
            let name = names.remove(self.least(&names)?);
            self.remove(&name)?;
            dropped.push(name.label);
        }
        let name = Name { number, label: job.file_label() };
        Folder::write_beside(&self.root, &name.file(), &job.to_file())?;
        Ok(Put { number, dropped })
    }

    /// What waits, oldest first.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn list(&self) -> Result<Vec<Waiting>, QueueError> {
        let troubles = self.troubles();
        let mut all = Vec::new();
        for name in self.names()? {
            let Some(read) = self.read(&name)? else { continue };
            let job = Job::from_file(&name.label, &read);
            all.push(Waiting {
                number: name.number,
                kind: job.as_ref().map(|job| job.kind),
                at_ms: job.as_ref().map_or(0, |job| job.at_ms),
                bytes: job.as_ref().map_or(0, |job| job.bytes.len()),
                trouble: job.as_ref().and_then(|job| troubles.of(&job.printer)).cloned(),
                printer: job.map(|job| job.printer),
                label: name.label,
            });
        }
        Ok(all)
    }

    /// Sends what waits, each printer's jobs oldest first, until it is away. The
    /// moment is asked for again before each job: a job may take its time.
    ///
    /// # Errors
    /// When the disk refuses; a printer that is away is no error.
    pub fn work(&self, which: Which<'_>, now_ms: &dyn Fn() -> i64) -> Result<Worked, QueueError> {
        let names = self.names()?;
        let mut worked = Worked::default();
        if names.is_empty() {
            return Ok(worked);
        }
        let Some(_sending) = self.try_lock(SEND_LOCK)? else {
            worked.busy = true;
            return Ok(worked);
        };
        let mut troubles = self.troubles();
        let mut away = BTreeSet::new();
        let mut names: VecDeque<Name> = names.into();
        while let Some(name) = names.pop_front() {
            if names.is_empty() {
                // Who put one in meanwhile found this one busy and went on.
                names.extend(self.names()?.into_iter().filter(|other| other.number > name.number));
            }
            // Somebody may have dropped it meanwhile.
            let Some(file) = self.read(&name)? else { continue };
            let Some(job) = Job::from_file(&name.label, &file) else { continue };
            let printer = &job.printer;
            let is_meant = match which {
                Which::Due => !troubles.rests(printer, now_ms()),
                Which::All => true,
                Which::Of(one) => one == printer,
            };
            if !is_meant || away.contains(printer) {
                continue;
            }
            let bytes = job.sent_at(now_ms());
            let sent = if bytes.is_empty() { Ok(()) } else { printer.send(&bytes) };
            match sent {
                Ok(()) => {
                    self.remove(&name)?;
                    if troubles.of(printer).is_some() {
                        troubles = self.change_troubles(|all| all.is_back(printer))?;
                    }
                    worked.done.push(name.number);
                }
                Err(error) => {
                    let why = error.to_string();
                    let failed = |all: &mut Troubles| all.failed(printer, why.clone(), now_ms());
                    troubles = self.change_troubles(failed)?;
                    away.insert(printer.clone());
                    worked.away.push((printer.clone(), why.clone()));
                }
            }
        }
        Ok(worked)
    }

    /// Has every printer tried again at once.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn retry(&self) -> Result<(), QueueError> {
        self.change_troubles(|all| all.keep(|_| false)).map(|_| ())
    }

    /// Sends a job, or all of them, to another printer: one has a new address.
    ///
    /// # Errors
    /// When the job does not wait, or the disk refuses.
    pub fn redirect(&self, number: Option<u64>, printer: &Printer) -> Result<(), QueueError> {
        // Whoever sends would remove the job, and this put it back.
        let _sending = self.lock(SEND_LOCK)?;
        let _changing = self.lock(CHANGE_LOCK)?;
        let mut found = number.is_none();
        for name in self.names()? {
            if number.is_some_and(|number| number != name.number) {
                continue;
            }
            let job = self.read(&name)?.and_then(|file| Job::from_file(&name.label, &file));
            if let Some(job) = job {
                found = true;
                let job = Job { printer: printer.clone(), ..job };
                Folder::write_beside(&self.root, &name.file(), &job.to_file())?;
            }
        }
        match (found, number) {
            (false, Some(number)) => Err(QueueError::NoJob(number)),
            _ => Ok(()),
        }
    }

    /// Takes a job out, unprinted; its label.
    ///
    /// # Errors
    /// When the job does not wait, or the disk refuses.
    pub fn drop_job(&self, number: u64) -> Result<String, QueueError> {
        let _changing = self.lock(CHANGE_LOCK)?;
        let mut names = self.names()?.into_iter();
        let name = names.find(|name| name.number == number).ok_or(QueueError::NoJob(number))?;
        self.remove(&name)?;
        Ok(name.label)
    }

    /// The place of the job that is missed least.
    fn least(&self, names: &[Name]) -> Result<usize, QueueError> {
        for (place, name) in names.iter().enumerate() {
            let job = self.read(name)?.and_then(|file| Job::from_file(&name.label, &file));
            if job.is_none_or(|job| job.kind.is_spare()) {
                return Ok(place);
            }
        }
        Ok(0)
    }

    /// Names of all jobs, oldest first.
    fn names(&self) -> Result<Vec<Name>, QueueError> {
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.root).map_err(|source| self.io("", source))? {
            let entry = entry.map_err(|source| self.io("", source))?;
            names.extend(entry.file_name().to_str().and_then(Name::parse));
        }
        names.sort();
        Ok(names)
    }

    /// Takes away what a power cut left half-written. Only under the lock: else
    /// somebody may be writing it.
    fn clean_up(&self) -> Result<(), QueueError> {
        for entry in fs::read_dir(&self.root).map_err(|source| self.io("", source))? {
            let name = entry.map_err(|source| self.io("", source))?.file_name();
            if let Some(name) = name.to_str().filter(|name| name.ends_with(UNFINISHED)) {
                self.remove_file(name)?;
            }
        }
        Ok(())
    }

    /// None when it is gone.
    fn read(&self, name: &Name) -> Result<Option<Vec<u8>>, QueueError> {
        match fs::read(self.root.join(name.file())) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(source) => Err(self.io(&name.file(), source)),
        }
    }

    fn remove(&self, name: &Name) -> Result<(), QueueError> {
        self.remove_file(&name.file())
    }

    fn remove_file(&self, name: &str) -> Result<(), QueueError> {
        match fs::remove_file(self.root.join(name)) {
            Err(source) if source.kind() != ErrorKind::NotFound => Err(self.io(name, source)),
            Ok(()) | Err(_) => {
                #[cfg(unix)]
                File::open(&self.root)
                    .and_then(|folder| folder.sync_all())
                    .map_err(|source| self.io("", source))?;
                Ok(())
            }
        }
    }

    fn troubles(&self) -> Troubles {
        Troubles::read(&self.root.join(TROUBLES))
    }

    fn change_troubles(&self, change: impl FnOnce(&mut Troubles)) -> Result<Troubles, QueueError> {
        let _changing = self.lock(CHANGE_LOCK)?;
        let mut all = self.troubles();
        change(&mut all);
        Folder::write_beside(&self.root, TROUBLES, &all.to_bytes())?;
        Ok(all)
    }

    fn lock(&self, name: &str) -> Result<File, QueueError> {
        let file = self.lock_file(name)?;
        file.lock().map_err(|source| self.io(name, source))?;
        Ok(file)
    }

    fn try_lock(&self, name: &str) -> Result<Option<File>, QueueError> {
        let file = self.lock_file(name)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(file)),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(source)) => Err(self.io(name, source)),
        }
    }

    fn lock_file(&self, name: &str) -> Result<File, QueueError> {
        let mut options = File::options();
        options.write(true).create(true).truncate(false);
        options.open(self.root.join(name)).map_err(|source| self.io(name, source))
    }

    fn io(&self, name: &str, source: io::Error) -> QueueError {
        QueueError::Io { path: self.root.join(name), source }
    }
}

/// The name of a job's file: `0001-T1-17.bin`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Name {
    number: u64,
    label: String,
}

impl Name {
    fn parse(file: &str) -> Option<Self> {
        let (number, label) = file.strip_suffix(JOB)?.split_once('-')?;
        Some(Self { number: number.parse().ok()?, label: label.to_owned() })
    }

    fn file(&self) -> String {
        format!("{:04}-{}{JOB}", self.number, self.label)
    }
}
