//! A bundle: one file that carries frames of logs, as a backup or on a stick.
//!
//! It holds what devices signed and nothing else, never a key: restoring one means
//! enrolling a new device and reading the logs of the others. All numbers are
//! little-endian.
//!
//! ```text
//! magic   "TILLMESH BUNDLE 1\n" 18
//! header  shop 32, founder's log 32, created 8 (Unix ms), writer's log 32,
//!         blake3 of magic and header 32
//! record  "R" 1, frame length 4, log 32, first seq 8, last seq 8, last hash 32, frame,
//!         blake3 of the record so far 32
//! end     "E" 1, number of records 8, blake3 of the whole file so far 32
//! ```

mod format;
mod reader;
mod writer;

pub use reader::BundleReader;
pub use writer::BundleWriter;

use std::io;
use std::path::PathBuf;
use till_schema::limits::FRAME_BYTES_MAX;
use till_schema::{LogId, ShopId};

/// Where a bundle comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BundleHeader {
    /// The shop.
    pub shop: ShopId,
    /// The log of the device that founded it: the root of trust.
    pub founder: LogId,
    /// When it was begun, by the writer's clock, Unix ms.
    pub created_ms: i64,
    /// The log of the device that wrote it.
    pub writer: LogId,
}

/// What a bundle holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct BundleSummary {
    /// Frames.
    pub frames: u64,
    /// Size of the file.
    pub bytes: u64,
}

/// Why a bundle was not written or read.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    /// The disk refused.
    #[error("cannot use {}: {source}; check the disk or stick and its free space", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// It is something else.
    #[error("{} is not a bundle of tillmesh; choose another file", path.display())]
    NotABundle {
        /// The file.
        path: PathBuf,
    },
    /// A later version of the program wrote it.
    #[error("{} was written by a newer tillmesh; update tillmesh on this device", path.display())]
    Newer {
        /// The file.
        path: PathBuf,
    },
    /// It is cut off, or its bytes are not the ones written.
    #[error(
        "{} is damaged at byte {offset}: {what}. Copy it again from where it comes from, or make a new one",
        path.display()
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Where the part begins that is not whole.
        offset: u64,
        /// What was found.
        what: &'static str,
    },
    /// A frame that cannot be one.
    #[error(
        "a frame of a bundle has 1 to {FRAME_BYTES_MAX} bytes and ends after it begins; this one has {bytes}"
    )]
    BadFrame {
        /// Its size.
        bytes: usize,
    },
}
