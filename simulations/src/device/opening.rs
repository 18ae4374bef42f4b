//! Starting a machine's program on what its disk holds, in the order in which
//! `till-host` does.

use super::{Device, Off, Running};
use std::sync::Arc;
use till_log::{Head, VerifyError, verify_frame};
use till_node::{Config, Node};
use till_schema::rows::{Rows, Table, collect_rows, get_row};
use till_schema::{EntryHash, LogId, Seq, ShopId};
use till_store::{BOOKS_FILE, Books, BooksError, Disk, LogStore, OpenError};

/// Bytes of frames folded between two commits of the books while opening.
const REPLAY_BYTES: usize = 512 * 1024;
/// Rows taken out at once before everything is folded again.
const CLEARED_AT_ONCE: usize = 10_000;

/// What a start found.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Opened {
    /// Bytes of unfinished writes that were cut off.
    pub cut_off_bytes: u64,
    /// Logs of other devices that were damaged and are fetched again.
    pub damaged_logs: u32,
    /// The books could not be used or were ahead of the logs.
    pub books_rebuilt: bool,
    /// A fence raised an alarm.
    pub alarm: bool,
}

/// Why a machine's program could not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The disk stopped again while it was opened.
    #[error("the machine stopped while it was starting")]
    Crashed,
    /// Something a person has to see to.
    #[error("{0}")]
    Broken(String),
    /// The disk refused something; it may not the next time.
    #[error("{0}")]
    Refused(String),
}

impl Device {
    /// Starts the program.
    ///
    /// # Errors
    /// When it cannot start; the machine is then off.
    pub fn start(&mut self, entropy: [u8; 32]) -> Result<Opened, StartError> {
        self.starts += 1;
        self.waiting.clear();
        self.wake_at = None;
        match self.open(entropy) {
            Ok((running, opened)) => {
                self.running = Ok(Box::new(running));
                Ok(opened)
            }
            Err(_) if self.disk.crashed() => {
                self.running = Err(Off::Waiting);
                Err(StartError::Crashed)
            }
            Err(error) if disk_refused(&error) => {
                self.running = Err(Off::Waiting);
                Err(StartError::Refused(error.to_string()))
            }
            Err(error) => {
                self.running = Err(Off::Broken(error.to_string()));
                Err(StartError::Broken(error.to_string()))
            }
        }
    }

    fn open(&mut self, entropy: [u8; 32]) -> anyhow::Result<(Running, Opened)> {
        let mut opened = Opened::default();
        let disk: Arc<dyn Disk> = Arc::new(self.disk.clone());
        let (logs, found) = LogStore::open_with(disk.clone(), self.log, self.options)?;
        opened.cut_off_bytes = found.logs.values().map(|report| report.cut_off_bytes).sum();
        opened.damaged_logs = found.logs.values().filter(|r| r.damaged.is_some()).count() as u32;
        let judged = self.fences.judge(self.log, self.shop, &logs);
        #[cfg(feature = "mutants")]
        let judged =
            judged.or_else(|alarm| if crate::mutants::is_unfenced() { Ok(()) } else { Err(alarm) });
        if let Err(alarm) = judged {
            opened.alarm = true;
            self.quarantine.get_or_insert_with(|| till_node::stopped(&alarm.to_string()));
        }
        let (mut books, report) = Books::open(&disk)?;
        opened.books_rebuilt = report.rebuilt;
        if books_are_ahead(&books, &logs) {
            books = empty_books(books, &disk)?;
            opened.books_rebuilt = true;
        }
        let mut node = match Node::open(self.config(entropy, &logs), &books) {
            Ok(node) => node,
            Err(_) => {
                opened.books_rebuilt = true;
                books = empty_books(books, &disk)?;
                Node::open(self.config(entropy, &logs), &books)?
            }
        };
        replay(&mut node, &logs, &mut books, self.shop)?;
        Ok((Running { node, logs, books }, opened))
    }

    fn config(&self, entropy: [u8; 32], logs: &LogStore) -> Config {
        let head = |head: &till_store::Head| Head { seq: head.seq, hash: head.hash };
        Config {
            key: self.key.clone(),
            shop: self.shop,
            founder: self.founder,
            entropy,
            heads: logs.heads().iter().map(|(log, found)| (*log, head(found))).collect(),
            relay: self.relay,
            invites: self.invites.clone(),
            utc_offset_min: -300,
            name: self.name.clone(),
            sponsor: self.sponsor,
            network: self.network,
            quarantine: self.quarantine.clone(),
        }
    }
}

/// Whether the disk answered with an error, rather than with damaged contents.
fn disk_refused(error: &anyhow::Error) -> bool {
    let of_logs = error.downcast_ref::<OpenError>();
    of_logs.is_some_and(|error| matches!(error, OpenError::Io(_)))
        || error.downcast_ref::<BooksError>().is_some()
}

/// Whether the books have applied entries that no log holds.
fn books_are_ahead(books: &Books, logs: &LogStore) -> bool {
    let applied = collect_rows::<(Seq, EntryHash)>(books, Table::Applied, &[]);
    applied.into_iter().any(|(key, (seq, _))| {
        let log = <[u8; 32]>::try_from(key.as_slice()).map(LogId);
        log.is_ok_and(|log| logs.heads().get(&log).is_none_or(|head| head.seq < seq))
    })
}

fn empty_books(books: Books, disk: &Arc<dyn Disk>) -> Result<Books, BooksError> {
    books.close()?;
    disk.remove(BOOKS_FILE).map_err(BooksError::from)?;
    Ok(Books::open(disk)?.0)
}

/// Takes out every row, in parts.
pub(super) fn clear(books: &mut Books) -> Result<(), BooksError> {
    for table in Table::ALL {
        loop {
            let mut keys = Vec::new();
            books.scan(table, &[], &mut |key, _| {
                keys.push(key.to_vec());
                keys.len() < CLEARED_AT_ONCE
            });
            if keys.is_empty() {
                break;
            }
            for key in keys {
                books.delete(table, &key);
            }
            books.commit()?;
        }
    }
    Ok(())
}

/// A stored frame that does not verify.
#[derive(Debug, thiserror::Error)]
#[error("log {} does not verify at entry {at}: {source}", log.short())]
struct BadFrame {
    log: LogId,
    at: Seq,
    source: VerifyError,
}

/// Folds what the logs hold beyond the books, log by log in turns.
pub(super) fn replay(
    node: &mut Node,
    logs: &LogStore,
    books: &mut Books,
    shop: ShopId,
) -> anyhow::Result<()> {
    let mut cursors: Vec<(LogId, Head)> = logs
        .heads()
        .keys()
        .map(|log| {
            let applied = get_row::<(Seq, EntryHash)>(books, Table::Applied, &log.0);
            let head = applied.map_or_else(Head::default, |(seq, hash)| Head { seq, hash });
            (*log, head)
        })
        .collect();
    let mut progress = true;
    while progress {
        progress = false;
        for (log, at) in &mut cursors {
            if logs.heads().get(log).is_none_or(|head| head.seq <= at.seq) {
                continue;
            }
            let records = logs.read(*log, at.seq.next(), REPLAY_BYTES)?;
            let mut frames = Vec::with_capacity(records.len());
            for record in records {
                let frame = verify_frame(shop, *log, *at, &record.bytes)
                    .map_err(|source| BadFrame { log: *log, at: record.first, source })?;
                *at = frame.head();
                frames.push(frame);
            }
            progress |= !frames.is_empty();
            node.replay(books, frames);
            books.commit()?;
        }
    }
    Ok(())
}
