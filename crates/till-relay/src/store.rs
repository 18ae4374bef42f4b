//! What both database files share: opening, durable transactions, rows.

use std::{
    fs, io,
    path::Path,
    time::{SystemTime, UNIX_EPOCH},
};

use redb::{Database, DatabaseError, Durability, WriteTransaction};
use serde::{Serialize, de::DeserializeOwned};

use crate::serve::ServeError;

/// Opens or makes the database file `name` in `dir`. Its content is checked first: what
/// it holds was promised to somebody, and redb verifies nothing on ordinary reads.
pub(crate) fn open(dir: &Path, name: &str) -> Result<Database, ServeError> {
    let path = dir.join(name);
    let database =
        Database::builder().set_check_integrity_on_open(true).create(&path).map_err(|error| {
            match error {
                DatabaseError::DatabaseAlreadyOpen => ServeError::DataInUse(dir.to_owned()),
                error => ServeError::Database { path, cause: Box::new(error.into()) },
            }
        })?;
    sync_dir(dir).map_err(|cause| ServeError::Data { dir: dir.to_owned(), cause })?;
    Ok(database)
}

/// Begins a transaction that is on the disk when its commit returns. Two-phase, because
/// only then a damaged newest commit is refused instead of silently left out.
pub(crate) fn begin(database: &Database) -> Result<WriteTransaction, redb::Error> {
    let mut transaction = database.begin_write()?;
    transaction.set_durability(Durability::Immediate)?;
    transaction.set_two_phase_commit(true);
    Ok(transaction)
}

/// Makes the names in a folder durable.
pub(crate) fn sync_dir(dir: &Path) -> io::Result<()> {
    if cfg!(unix) {
        fs::File::open(dir)?.sync_all()?;
    }
    Ok(())
}

/// A row as it is stored.
pub(crate) fn encode<T: Serialize>(row: &T) -> Vec<u8> {
    serde_json::to_vec(row).expect("rows have text keys and finite numbers only")
}

/// A stored row.
pub(crate) fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, redb::Error> {
    serde_json::from_slice(bytes)
        .map_err(|error| redb::Error::Corrupted(format!("unreadable row: {error}")))
}

/// Milliseconds since 1970.
pub(crate) fn now_ms() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as u64)
}
