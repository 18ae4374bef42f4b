//! Folding logs into rows.

use crate::Driver;
use crate::open::OpenError;
use till_log::{Head, VerifiedFrame, verify_frame};
use till_node::{Config, Node, Output};
use till_schema::rows::{MemoryRows, Rows, Table, get_row};
use till_schema::{EntryHash, LogId, Seq, ShopId};
use till_store::{Books, BooksError, LogStore};

/// Bytes of frames folded between two commits of the books.
const PART_BYTES: usize = 512 * 1024;
/// Rows taken out at once before everything is folded again.
const CLEARED_AT_ONCE: usize = 10_000;
/// Folds from the first entry before it counts as never ending. Each one ends
/// with more known about who may do what than the one before.
const FOLDS_MAX: u32 = 64;

impl Driver {
    /// Folds everything again from the first entry.
    pub(crate) fn refold(&mut self) -> Result<(), OpenError> {
        let kept = Node::kept_rows(&self.books);
        clear(&mut self.books)?;
        self.node.refold(&mut self.books, kept);
        fold_into_books(&mut self.node, &self.logs, &mut self.books, self.shop)
    }
}

/// Takes out every row, in parts.
fn clear(books: &mut Books) -> Result<(), BooksError> {
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

/// Folds what the logs hold beyond the books.
pub(crate) fn fold_into_books(
    node: &mut Node,
    logs: &LogStore,
    books: &mut Books,
    shop: ShopId,
) -> Result<(), OpenError> {
    let cursors = logs
        .heads()
        .keys()
        .map(|log| {
            let applied = get_row::<(Seq, EntryHash)>(books, Table::Applied, &log.0);
            let head = applied.map_or_else(Head::default, |(seq, hash)| Head { seq, hash });
            (*log, head)
        })
        .collect();
    in_parts(logs, shop, cursors, |frames| {
        node.replay(books, frames);
        Ok(books.commit()?)
    })
}

/// Reads logs from where the cursors stand to their ends, in turns so that the
/// causal gate holds little.
fn in_parts(
    logs: &LogStore,
    shop: ShopId,
    mut cursors: Vec<(LogId, Head)>,
    mut take: impl FnMut(Vec<VerifiedFrame>) -> Result<(), OpenError>,
) -> Result<(), OpenError> {
    let mut progress = true;
    while progress {
        progress = false;
        for (log, at) in &mut cursors {
            if logs.heads().get(log).is_none_or(|head| head.seq <= at.seq) {
                continue;
            }
            let records = logs.read(*log, at.seq.next(), PART_BYTES)?;
            let mut frames = Vec::with_capacity(records.len());
            for record in records {
                let frame = verify_frame(shop, *log, *at, &record.bytes)
                    .map_err(|source| OpenError::Verify { log: *log, at: record.first, source })?;
                *at = frame.head();
                frames.push(frame);
            }
            progress |= !frames.is_empty();
            take(frames)?;
        }
    }
    Ok(())
}

/// What all logs come to, folded from the first entry in memory: what the books
/// must say. The node made for it is thrown away.
///
/// # Errors
/// When a log does not read or verify, or folding never ends.
pub fn fold_all(config: Config, logs: &LogStore) -> Result<MemoryRows, OpenError> {
    let shop = config.shop;
    let config = Config { heads: logs.heads().clone(), ..config };
    let mut rows = MemoryRows::default();
    let mut node = Node::open(config, &rows).map_err(|error| OpenError::Rows(error.to_string()))?;
    for _ in 0..FOLDS_MAX {
        let cursors = logs.heads().keys().map(|log| (*log, Head::default())).collect();
        in_parts(logs, shop, cursors, |frames| {
            node.replay(&mut rows, frames);
            Ok(())
        })?;
        let mut again = false;
        while let Some(output) = node.poll() {
            again |= matches!(output, Output::Refold);
        }
        if !again {
            return Ok(rows);
        }
        let kept = Node::kept_rows(&rows);
        rows = MemoryRows::default();
        node.refold(&mut rows, kept);
    }
    Err(OpenError::Rows(format!("they are folded again more than {FOLDS_MAX} times")))
}
