//! What can go wrong with the log files, in words a shop can act on.

use std::io;
use till_schema::{LogId, Seq};

/// Where and how a log is damaged.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{segment} is damaged at byte {offset}: {what}")]
pub struct Damage {
    /// What was found.
    pub what: String,
    /// The segment's path in the data folder.
    pub segment: String,
    /// Where in it, in bytes.
    pub offset: u64,
}

/// Why the logs could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Entries this device had acknowledged are missing or damaged.
    #[error(
        "the log of this device is damaged ({segment}, byte {offset}: {what}). Sales that were \
         acknowledged may be missing from it, so it must not be continued. Keep this folder as it \
         is and enrol the device again: it gets a new key and new numbers, and the entries it had \
         sent come back from the other devices"
    )]
    OwnLogDamaged {
        /// What was found.
        what: String,
        /// The segment's path in the data folder.
        segment: String,
        /// Where in it, in bytes.
        offset: u64,
    },
    /// A later version of the program wrote the log.
    #[error(
        "{segment} was written by a newer tillmesh (format {version}); update tillmesh on this device"
    )]
    NewerFormat {
        /// The segment's path in the data folder.
        segment: String,
        /// The version of its format.
        version: u16,
    },
    /// The disk refused.
    #[error("cannot read or write the log files: {0}; check the disk and the folder's permissions")]
    Io(#[from] io::Error),
}

/// Why frames were not appended.
#[derive(Debug, thiserror::Error)]
pub enum AppendError {
    /// A frame does not follow the one before it.
    #[error("log {} continues at {expected}, not at {found}", log.short())]
    NotContiguous {
        /// The log.
        log: LogId,
        /// Where it continues.
        expected: Seq,
        /// Where the frame begins.
        found: Seq,
    },
    /// The frames are of several logs, or one ends before it begins.
    #[error("the frames of one append must be of one log and each must end after it begins")]
    BadFrames,
    /// A frame is too large.
    #[error("a frame of {bytes} bytes does not fit; the most is {max}")]
    TooLarge {
        /// Its size.
        bytes: usize,
        /// The largest size.
        max: usize,
    },
    /// There is no space. Nothing was written.
    #[error(
        "the disk is full: nothing was saved. Free some space; closing a shift is still possible"
    )]
    DiskFull,
    /// The disk refused while space was being reserved. Nothing was written.
    #[error("nothing was saved, the disk refused: {source}; try again or check the disk")]
    Unwritten {
        /// What the disk said.
        source: io::Error,
    },
    /// The disk refused while the frames were being written: they may be in
    /// the log or not.
    #[error(
        "the disk refused while saving ({source}); whether it was saved is not known before the log is reopened"
    )]
    OutcomeUnknown {
        /// What the disk said.
        source: io::Error,
    },
    /// An append failed and the log has not been reopened.
    #[error("an earlier save failed; the log must be reopened before anything is saved")]
    Latched,
    /// Saving failed twice in this run, or the log could not be read back.
    #[error(
        "this device can no longer save: its disk failed repeatedly. It can still be read. Sell on \
         another device and have this one serviced"
    )]
    ReadOnly,
}

/// Why frames could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// What was acknowledged is damaged.
    #[error("{0}")]
    Damaged(Damage),
    /// The disk refused.
    #[error("cannot read the log files: {0}")]
    Io(#[from] io::Error),
}

/// Why a full check stopped.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// A frame cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The visitor refused a frame.
    #[error("log {} from entry {first}: {reason}", log.short())]
    Refused {
        /// The log.
        log: LogId,
        /// The frame's first entry.
        first: Seq,
        /// What the visitor said.
        reason: String,
    },
}
