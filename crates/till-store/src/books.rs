//! The books: projection rows in a database that may be lost at any time.
//!
//! Rows change in memory until [`Books::commit`], which is visible at once but
//! not durable; every [`CHECKPOINT_COMMITS`] commits one is made durable. After
//! a crash the rows are those of some commit at or after the last checkpoint,
//! whole, and the entries since then are folded again. So no sale waits for
//! this file, and a file that is damaged is simply set aside.

mod backend;
mod error;
mod held;
mod overlay;
mod sealed;
mod snapshot;

pub use error::BooksError;
pub use snapshot::BooksSnapshot;

use crate::disk::Disk;
use error::{Failure, Refusal, guarded};
use held::Held;
use overlay::Overlay;
use redb::{Database, Durability, ReadableDatabase, TableDefinition, TableHandle};
use std::cell::RefCell;
use std::io;
use std::sync::Arc;
use till_schema::rows::{Rows, Table};

/// Name of the database file.
pub const BOOKS_FILE: &str = "books.redb";
/// Where a file that could not be used is kept; the next one replaces it.
const SET_ASIDE_FILE: &str = "books.redb.damaged";
/// Says, by being there, that the database file is to be set aside.
const CONDEMNED_FILE: &str = "books.redb.condemned";
/// After so many commits one is durable.
pub const CHECKPOINT_COMMITS: u32 = 256;
/// Most memory the database keeps pages in, in bytes.
pub const BOOKS_CACHE_BYTES: usize = 32 * 1024 * 1024;
/// Version of the file as a whole. Tables carry versions of their own.
const FORMAT: u64 = 2;

const ABOUT: TableDefinition<'_, &str, u64> = TableDefinition::new("about");
const FORMAT_KEY: &str = "format";

type Definition = TableDefinition<'static, &'static [u8], &'static [u8]>;

fn definition(table: Table) -> Definition {
    TableDefinition::new(table.name())
}

/// What opening the books found.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct BooksReport {
    /// The file could not be used: it was set aside (ending in `.damaged`) and
    /// the books are empty. Fold the logs again from their beginning.
    pub rebuilt: bool,
    /// Why, in words.
    pub reason: Option<String>,
}

/// The books, with one writer.
///
/// A failing database answers as if empty and refuses the next commit; then
/// the books are to be opened again. Whoever decides something by what was read
/// asks [`Books::sound`] before it acts.
pub struct Books {
    disk: Arc<dyn Disk>,
    database: Held,
    snapshot: RefCell<Option<BooksSnapshot>>,
    overlay: Overlay,
    commits: u32,
    /// Where [`Books::scrub`] goes on: a table's place, and the row after a key.
    scrubbed: (usize, Option<Vec<u8>>),
    failed: Option<Failure>,
}

impl std::fmt::Debug for Books {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Books").field("commits", &self.commits).finish_non_exhaustive()
    }
}

impl Books {
    /// Opens the books of a data folder, making the file when it is missing.
    ///
    /// # Errors
    /// [`BooksError::InUse`] while another program has the file open, or when
    /// the disk refuses. A damaged file is no error but a new, empty one.
    pub fn open(disk: &Arc<dyn Disk>) -> Result<(Self, BooksReport), BooksError> {
        disk.create_dir_all("")?;
        let mut report = BooksReport::default();
        if disk.exists(CONDEMNED_FILE)? {
            report = BooksReport { rebuilt: true, reason: Some("rows were damaged".to_owned()) };
            if disk.exists(BOOKS_FILE)? {
                disk.rename(BOOKS_FILE, SET_ASIDE_FILE)?;
            }
            // Only once the file is sure to be away.
            disk.sync_dir("")?;
            disk.remove(CONDEMNED_FILE)?;
        }
        let database = match open_database(disk) {
            Ok(database) => database,
            Err(Refusal::Error(error)) => return Err(error),
            Err(Refusal::Unusable(reason)) => {
                disk.rename(BOOKS_FILE, SET_ASIDE_FILE)?;
                disk.sync_dir("")?;
                report = BooksReport { rebuilt: true, reason: Some(reason) };
                open_database(disk).map_err(Refusal::into_error)?
            }
        };
        disk.sync_dir("")?;
        let books = Self {
            disk: disk.clone(),
            database: Held::new(database),
            snapshot: RefCell::new(None),
            overlay: Overlay::default(),
            commits: 0,
            scrubbed: (0, None),
            failed: None,
        };
        Ok((books, report))
    }

    /// Makes the changes since the last commit one step, visible to readers.
    /// Durable at the next checkpoint, which this call is now and then.
    ///
    /// # Errors
    /// When the database failed since the last commit, here or in a read: the
    /// changes are lost and so may be those since the last checkpoint.
    pub fn commit(&mut self) -> Result<(), BooksError> {
        if self.overlay.is_empty() {
            return self.refuse_if_failed();
        }
        let due = self.commits + 1 >= CHECKPOINT_COMMITS;
        self.write(if due { Durability::Immediate } else { Durability::None })
    }

    /// Commits and makes all commits so far durable.
    ///
    /// # Errors
    /// As [`Books::commit`].
    pub fn checkpoint(&mut self) -> Result<(), BooksError> {
        if self.overlay.is_empty() && self.commits == 0 {
            return self.refuse_if_failed();
        }
        self.write(Durability::Immediate)
    }

    /// Forgets the changes since the last commit.
    pub fn discard(&mut self) {
        self.overlay.clear();
    }

    /// Reads everything and checks it; false when the file is damaged and must
    /// be removed. Takes time with the size of the file: for quiet hours. Call
    /// it between commits and while no [`BooksReader`] is left.
    ///
    /// # Errors
    /// When the disk refuses or readers are left.
    pub fn check(&mut self) -> Result<bool, BooksError> {
        self.checkpoint()?;
        self.snapshot.replace(None);
        let database = self.database.get_mut().ok_or(BooksError::ReadersLeft)?;
        match guarded(|| Ok(database.check_integrity()?)) {
            Ok(whole) => Ok(whole),
            Err(Refusal::Unusable(reason)) => {
                self.fail(Refusal::Unusable(reason).into());
                Ok(false)
            }
            Err(Refusal::Error(error)) => Err(error),
        }
    }

    /// Reads on through the rows, at most so many, and begins again after the
    /// last: damage is found before somebody needs the row. For idle moments,
    /// between commits. Whether it came to the end.
    ///
    /// # Errors
    /// [`BooksError::Damaged`], or when the database failed before.
    pub fn scrub(&mut self, rows_max: usize) -> Result<bool, BooksError> {
        let (mut place, mut after) = std::mem::take(&mut self.scrubbed);
        let mut left = rows_max;
        while left > 0 && place < Table::ALL.len() {
            let from = after.take();
            let mut last = None;
            self.committed(|rows| {
                let from = from.as_deref().unwrap_or_default();
                rows.scan_from(Table::ALL[place], &[], from, &mut |key, _| {
                    left -= 1;
                    if left == 0 {
                        last = Some(key.to_vec());
                    }
                    left > 0
                });
            });
            after = last;
            if after.is_none() {
                place += 1;
            }
        }
        let done = place == Table::ALL.len();
        self.scrubbed = if done { (0, None) } else { (place, after) };
        self.refuse_if_failed().map(|()| done)
    }

    /// A checkpoint and an orderly end.
    ///
    /// # Errors
    /// When the database failed; the next opening folds what is missing.
    pub fn close(mut self) -> Result<(), BooksError> {
        self.checkpoint()?;
        self.snapshot.replace(None);
        match self.database.take() {
            Some(database) => guarded(|| Ok(database.close()?)).map_err(Refusal::into_error),
            // A reader keeps it open and closes it when dropped.
            None => Ok(()),
        }
    }

    /// A door for other threads.
    pub fn reader(&self) -> BooksReader {
        BooksReader { database: self.database.clone() }
    }

    /// Whether what was read since the last commit was there to be read.
    ///
    /// # Errors
    /// When the database failed: what was read was taken for missing.
    pub fn sound(&mut self) -> Result<(), BooksError> {
        self.refuse_if_failed()
    }

    fn refuse_if_failed(&mut self) -> Result<(), BooksError> {
        let snapshot = self.snapshot.borrow();
        let read = snapshot.as_ref().and_then(BooksSnapshot::latched_failure).cloned();
        drop(snapshot);
        if let (None, Some(read)) = (&self.failed, read) {
            self.fail(read);
        }
        self.failed.as_ref().map_or(Ok(()), |failure| Err(failure.into()))
    }

    fn fail(&mut self, failure: Failure) {
        if failure.damaged {
            // If this fails too, the damage is met again after the next start.
            let _ = self
                .disk
                .open(CONDEMNED_FILE, true)
                .and_then(|file| file.sync_data())
                .and_then(|()| self.disk.sync_dir(""));
        }
        self.failed = Some(failure);
    }

    fn write(&mut self, durability: Durability) -> Result<(), BooksError> {
        self.refuse_if_failed()?;
        let durable = matches!(durability, Durability::Immediate);
        // Its pages may be freed now; the next read takes a new one.
        self.snapshot.replace(None);
        let (database, overlay) = (&self.database, &self.overlay);
        let done = guarded(|| {
            let mut transaction = database.begin_write()?;
            transaction.set_durability(durability)?;
            // Implies two phases; opening then needs no walk over the file.
            transaction.set_two_phase_commit(durable);
            transaction.set_quick_repair(durable);
            for (table, rows) in overlay.tables() {
                let mut open = transaction.open_table(definition(table))?;
                for (key, value) in rows {
                    match value {
                        Some(value) => {
                            let stored = sealed::sealed(table, key, value);
                            drop(open.insert(key.as_slice(), stored.as_slice())?);
                        }
                        None => drop(open.remove(key.as_slice())?),
                    }
                }
            }
            transaction.commit()?;
            Ok(())
        });
        if let Err(refusal) = done {
            self.fail(refusal.into());
            return self.refuse_if_failed();
        }
        self.overlay.clear();
        self.commits = if durable { 0 } else { self.commits + 1 };
        Ok(())
    }

    /// Reads the committed rows.
    fn committed<T>(&self, read: impl FnOnce(&BooksSnapshot) -> T) -> T {
        let mut held = self.snapshot.borrow_mut();
        let snapshot = held.get_or_insert_with(|| BooksSnapshot::take(&self.database)).clone();
        // Released before reading, since a visitor may read again.
        drop(held);
        read(&snapshot)
    }
}

impl Rows for Books {
    fn get(&self, table: Table, key: &[u8]) -> Option<Vec<u8>> {
        match self.overlay.get(table, key) {
            Some(changed) => changed.clone(),
            None => self.committed(|rows| rows.get(table, key)),
        }
    }

    fn put(&mut self, table: Table, key: &[u8], value: &[u8]) {
        self.overlay.set(table, key, Some(value));
    }

    fn delete(&mut self, table: Table, key: &[u8]) {
        self.overlay.set(table, key, None);
    }

    fn scan_from(
        &self,
        table: Table,
        prefix: &[u8],
        from: &[u8],
        visit: &mut dyn FnMut(&[u8], &[u8]) -> bool,
    ) {
        let changes = self.overlay.range(table, prefix, from);
        self.committed(|rows| overlay::merge_rising(rows, changes, table, prefix, from, visit));
    }

    fn scan_back(&self, table: Table, prefix: &[u8], visit: &mut dyn FnMut(&[u8], &[u8]) -> bool) {
        let changes = self.overlay.range(table, prefix, prefix).rev();
        self.committed(|rows| overlay::merge_falling(rows, changes, table, prefix, visit));
    }
}

/// Gives other threads the books as they were at some commit.
#[derive(Clone)]
pub struct BooksReader {
    database: Held,
}

impl std::fmt::Debug for BooksReader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("BooksReader")
    }
}

impl BooksReader {
    /// The rows as of the last commit. Drop it soon: while it lives, the pages
    /// it may read are not used again.
    ///
    /// # Errors
    /// When the database has failed.
    pub fn snapshot(&self) -> Result<BooksSnapshot, BooksError> {
        let snapshot = BooksSnapshot::take(&self.database);
        match snapshot.failure() {
            Some(failure) => Err(failure),
            None => Ok(snapshot),
        }
    }
}

/// Opens the file and sees that it is one of ours.
fn open_database(disk: &Arc<dyn Disk>) -> Result<Database, Refusal> {
    // Made by the disk, so that its permissions are those of the other files.
    let file = disk.open(BOOKS_FILE, true).map_err(BooksError::from)?;
    let mut builder = Database::builder();
    builder.set_cache_size(BOOKS_CACHE_BYTES);
    guarded(|| {
        let database = match disk.host_path(BOOKS_FILE) {
            Some(path) => builder.create(path)?,
            None => builder.create_with_backend(backend::OnDisk::new(file))?,
        };
        let format = {
            let reading = database.begin_read()?;
            let known: Vec<String> =
                reading.list_tables()?.map(|table| table.name().to_owned()).collect();
            if known.is_empty() {
                None
            } else if known.iter().any(|name| name == ABOUT.name()) {
                let found = reading.open_table(ABOUT)?.get(FORMAT_KEY)?;
                Some(found.map_or(0, |format| format.value()))
            } else {
                Some(0)
            }
        };
        match format {
            Some(FORMAT) => {}
            Some(other) => {
                return Err(Refusal::Unusable(format!(
                    "it has format {other}, this program keeps format {FORMAT}"
                )));
            }
            None => {
                let mut transaction = database.begin_write()?;
                transaction.set_two_phase_commit(true);
                transaction.set_quick_repair(true);
                transaction.open_table(ABOUT)?.insert(FORMAT_KEY, FORMAT)?;
                transaction.commit()?;
            }
        }
        Ok(database)
    })
}

impl From<io::Error> for Refusal {
    fn from(error: io::Error) -> Self {
        Self::Error(error.into())
    }
}
