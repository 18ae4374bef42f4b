//! The entries of a bundle, one after the other, for programs that want to read
//! everything that happened.

use crate::backup::BackupError;
use serde::Serialize;
use std::path::Path;
use till_log::{VerifiedEntry, read_frame};
use till_schema::body::Body;
use till_schema::{EntryHash, LogId, Seq, UserId};
use till_store::bundle::BundleReader;

/// An entry, as its author wrote it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct ListedEntry {
    /// Whose log.
    pub log: LogId,
    /// The position in it.
    pub seq: Seq,
    /// Its hash, which the next entry of the log names.
    pub hash: EntryHash,
    /// The author's wall clock, Unix ms.
    pub wall_ms: i64,
    /// The person who did it.
    pub user: Option<UserId>,
    /// The person who allowed it.
    pub approver: Option<UserId>,
    /// The number of its kind.
    pub kind: u16,
    /// The kind's name; none when this version does not know the kind.
    pub name: Option<&'static str>,
    /// What it says.
    pub body: Option<Body>,
}

impl From<VerifiedEntry> for ListedEntry {
    fn from(entry: VerifiedEntry) -> Self {
        let header = entry.header;
        Self {
            log: header.log,
            seq: header.seq,
            hash: entry.hash,
            wall_ms: header.wall_ms,
            user: header.user,
            approver: header.approver,
            kind: header.kind.0,
            name: entry.body.as_ref().map(Body::name),
            body: entry.body,
        }
    }
}

/// Hands each entry of a bundle to `take`, log by log, in the order of each log.
/// One frame is in memory at a time, and each has been checked against its
/// author's key.
///
/// # Errors
/// When the file or a frame of it is damaged, or `take` fails.
pub fn list_entries<E: From<BackupError>>(
    bundle: &Path,
    mut take: impl FnMut(ListedEntry) -> Result<(), E>,
) -> Result<(), E> {
    let bundle = BundleReader::open(bundle).map_err(BackupError::from)?;
    let shop = bundle.header().shop;
    for frame in bundle {
        let frame = frame.map_err(BackupError::from)?;
        let read = read_frame(shop, &frame.bytes).map_err(|why| BackupError::Verify {
            log: frame.log,
            at: frame.first,
            why: why.to_string(),
        })?;
        read.entries().iter().cloned().try_for_each(|entry| take(entry.into()))?;
    }
    Ok(())
}
