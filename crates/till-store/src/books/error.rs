//! Telling a damaged database from a failing disk.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Why the books cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum BooksError {
    /// Another program has the file open.
    #[error("another tillmesh has these books open; close it, or choose another data folder")]
    InUse,
    /// The disk refused.
    #[error("cannot read or write the books: {0}; check the disk and the folder's permissions")]
    Io(#[from] io::Error),
    /// The database failed; nothing of it is to be used until it is opened again.
    #[error("the books failed ({0}); they must be opened again")]
    Failed(String),
    /// The file or a row of it is damaged. The next opening sets it aside.
    #[error("the books are damaged ({0}); the next start makes them again from the logs")]
    Damaged(String),
    /// The books are still being read elsewhere.
    #[error("the books are still being read; try again when no report is open")]
    ReadersLeft,
}

/// A failure that is told to everyone who asks.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    /// Whether the file is damaged, rather than the disk refusing.
    pub(crate) damaged: bool,
    reason: String,
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Unusable(reason) | Refusal::Error(BooksError::Damaged(reason)) => {
                Self { damaged: true, reason }
            }
            Refusal::Error(BooksError::Failed(reason)) => Self { damaged: false, reason },
            Refusal::Error(error) => Self { damaged: false, reason: error.to_string() },
        }
    }
}

impl From<&Failure> for BooksError {
    fn from(failure: &Failure) -> Self {
        let reason = failure.reason.clone();
        if failure.damaged { Self::Damaged(reason) } else { Self::Failed(reason) }
    }
}

/// Why the database refused.
pub(crate) enum Refusal {
    /// The file is damaged or not ours: a new one can take its place.
    Unusable(String),
    /// A new file would fare no better.
    Error(BooksError),
}

impl Refusal {
    pub(crate) fn into_error(self) -> BooksError {
        match self {
            Self::Unusable(reason) => BooksError::Damaged(reason),
            Self::Error(error) => error,
        }
    }
}

impl From<BooksError> for Refusal {
    fn from(error: BooksError) -> Self {
        Self::Error(error)
    }
}

impl From<redb::Error> for Refusal {
    fn from(error: redb::Error) -> Self {
        match error {
            redb::Error::DatabaseAlreadyOpen => Self::Error(BooksError::InUse),
            // What is read past the end or makes no sense is damage; the rest
            // of what the system reports is about the disk.
            redb::Error::Io(error)
                if !matches!(
                    error.kind(),
                    io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof
                ) =>
            {
                Self::Error(BooksError::Io(error))
            }
            redb::Error::PreviousIo => Self::Error(BooksError::Failed(error.to_string())),
            other => Self::Unusable(other.to_string()),
        }
    }
}

macro_rules! refusal_from {
    ($($error:ty),*) => {$(
        impl From<$error> for Refusal {
            fn from(error: $error) -> Self {
                redb::Error::from(error).into()
            }
        }
    )*};
}

refusal_from!(
    redb::CommitError,
    redb::DatabaseError,
    redb::SetDurabilityError,
    redb::StorageError,
    redb::TableError,
    redb::TransactionError
);

/// Runs a piece of database work. The database may panic on a damaged file
/// that it opened without reading it through; that is damage like any other,
/// and must not make the program stop at every start.
pub(crate) fn guarded<T>(work: impl FnOnce() -> Result<T, Refusal>) -> Result<T, Refusal> {
    catch_unwind(AssertUnwindSafe(work))
        .unwrap_or_else(|_| Err(Refusal::Unusable("the file is damaged".into())))
}
