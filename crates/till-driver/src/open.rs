//! Opening what a disk holds.

use crate::Driver;
use crate::fold::fold_into_books;
use std::collections::VecDeque;
use std::sync::Arc;
use till_log::VerifyError;
use till_node::{Config, Node};
use till_schema::rows::{Table, collect_rows};
use till_schema::{EntryHash, LogId, Seq};
use till_store::{BOOKS_FILE, Books, BooksError, Disk, LogStore, ReadError};

/// Something odd that opening found and mended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Note {
    /// The books did not read.
    BooksRebuilt(String),
    /// A log was cut back or taken away below what the books hold.
    BooksAhead,
}

impl std::fmt::Display for Note {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::BooksRebuilt(why) => write!(f, "the books were rebuilt from the logs: {why}"),
            Self::BooksAhead => write!(f, "the books were ahead of the logs and were rebuilt"),
        }
    }
}

/// Why a device cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Its books.
    #[error(transparent)]
    Books(#[from] BooksError),
    /// A stored frame that does not read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// A stored frame that does not verify.
    #[error("log {} does not verify at entry {at}: {source}; run `tillmesh verify`", log.short())]
    Verify {
        /// The log.
        log: LogId,
        /// The position.
        at: Seq,
        /// What is wrong.
        source: VerifyError,
    },
    /// Rows folded from sound logs do not make a node.
    #[error("the books cannot be made from the logs: {0}")]
    Rows(String),
}

impl Driver {
    /// Opens the books on the disk beside the opened logs, and folds what they
    /// lack. Of the configuration the heads are filled in.
    ///
    /// # Errors
    /// When logs or books are damaged beyond what can be derived again, or the
    /// disk refuses.
    pub fn open(
        disk: &Arc<dyn Disk>,
        logs: LogStore,
        config: Config,
    ) -> Result<(Self, Vec<Note>), OpenError> {
        let mut notes = Vec::new();
        let (mut books, report) = Books::open(disk)?;
        if let Some(reason) = report.reason {
            notes.push(Note::BooksRebuilt(reason));
        }
        if are_ahead(&books, &logs) {
            books = emptied(books, disk)?;
            notes.push(Note::BooksAhead);
        }
        let shop = config.shop;
        let config = Config { heads: logs.heads().clone(), ..config };
        let mut node = match Node::open(config.clone(), &books) {
            Ok(node) => node,
            Err(error) => {
                notes.push(Note::BooksRebuilt(error.to_string()));
                books = emptied(books, disk)?;
                Node::open(config, &books).map_err(|error| OpenError::Rows(error.to_string()))?
            }
        };
        fold_into_books(&mut node, &logs, &mut books, shop)?;
        Ok((Self { node, logs, books, shop, waiting: VecDeque::new() }, notes))
    }
}

/// Whether the books have applied entries that no log holds.
fn are_ahead(books: &Books, logs: &LogStore) -> bool {
    let applied = collect_rows::<(Seq, EntryHash)>(books, Table::Applied, &[]);
    applied.into_iter().any(|(key, (seq, _))| {
        let log = LogId(key.as_slice().try_into().expect("the key is a log"));
        logs.heads().get(&log).is_none_or(|head| head.seq < seq)
    })
}

fn emptied(books: Books, disk: &Arc<dyn Disk>) -> Result<Books, OpenError> {
    books.close()?;
    disk.remove(BOOKS_FILE).map_err(BooksError::from)?;
    Ok(Books::open(disk)?.0)
}
