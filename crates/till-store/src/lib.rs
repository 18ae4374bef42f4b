//! What a device keeps on its disk: the log files, which are the truth, and
//! the books, which are derived from them and may be deleted at any time.
//!
//! Everything in the data folder goes through a [`Disk`], so the same code runs on a real folder
//! and on the simulator's disk that loses, tears and flips what a real one may
//! ([`fault`]). Frames are opaque here: this crate knows where a frame lies and
//! that its bytes are the ones written, never what they say or who signed them.
//!
//! Two things lie outside the data folder, and so use the machine's files directly:
//! what a device keeps elsewhere of how far its log got ([`fence`]), and files that
//! carry logs to another disk ([`bundle`]).
//!
//! Nothing in this crate starts a thread, reads a clock or draws at random.

mod books;
pub mod bundle;
mod disk;
pub mod fault;
pub mod fence;
mod folder;
mod logs;
#[cfg(feature = "mutants")]
pub mod mutants;
mod replace;

pub use books::{
    BOOKS_CACHE_BYTES, BOOKS_FILE, Books, BooksError, BooksReader, BooksReport, BooksSnapshot,
    CHECKPOINT_COMMITS,
};
pub use disk::{Disk, DiskFile, RealDisk};
pub use folder::{DataLock, LOCK_FILE, LockError, synced_folder};
pub use logs::{
    APPEND_BYTES_MAX, AppendError, Damage, FrameRecord, Head, LogReport, LogStore, OpenError,
    OpenReport, RECORD_OVERHEAD_BYTES, ReadError, Reopened, StoreOptions, VerifyError,
    VerifySummary,
};
