//! Fences: outside the data folder, how far this device's own log got.
//!
//! A data folder that is set back, from a backup or by a synced folder, looks from
//! inside as it honestly did once. What was written elsewhere tells the difference.
//! Two fences in two places, so that one that was set back together with the data
//! does not hide what the other knows. A fence that lags behind the log is normal:
//! it is written after each entry, and made durable now and then.

mod judge;
mod places;

pub use judge::{Alarm, judge};
pub use places::{UNKNOWN_MACHINE, fence_paths, machine_fingerprint};

use crate::replace::{aside, create, sync_folder_of, with_ending};
use serde::{Deserialize, Serialize};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use till_schema::{EntryHash, LogId, Seq};

/// Largest fence that is read, in bytes.
const FENCE_BYTES_MAX: u64 = 4096;
/// Ending of the copy that is known to be durable.
const KEPT: &str = ".kept";

/// How far the own log got, and where that was noted.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Mark {
    /// The own log.
    pub log: LogId,
    /// The run that wrote it, as in its greeting to peers. For people who look into
    /// the matter; it is not judged, because a crash may lie between the two.
    pub run_nonce: u64,
    /// The last durable entry.
    pub seq: Seq,
    /// Its hash.
    pub hash: EntryHash,
    /// [`machine_fingerprint`] of the machine.
    pub machine: String,
}

/// Why a fence was not read or written.
#[derive(Debug, thiserror::Error)]
pub enum FenceError {
    /// What is there is not a fence.
    #[error(
        "the fence {} is damaged; it is left out and written anew with the next entry",
        path.display()
    )]
    Damaged {
        /// The file.
        path: PathBuf,
    },
    /// The disk refused.
    #[error(
        "cannot use the fence {}: {source}; check that its folder may be written, or name another with TILLMESH_FENCES",
        path.display()
    )]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// One fence. Beside the file lies a copy that is durable: a power cut may leave
/// the file itself empty, and that must not stop an honest till.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fence {
    /// The file.
    pub path: PathBuf,
}

impl Fence {
    /// The mark that got farthest of what is whole; none when there is no file.
    ///
    /// # Errors
    /// [`FenceError::Damaged`] when there is a file and no whole mark, or
    /// [`FenceError::Io`]. For [`judge`] both count as missing.
    pub fn read(&self) -> Result<Option<Mark>, FenceError> {
        match (self.read_one(&self.path), self.read_one(&self.kept())) {
            (Ok(Some(written)), Ok(Some(kept))) => {
                let is_ahead = kept.log == written.log && kept.seq > written.seq;
                Ok(Some(if is_ahead { kept } else { written }))
            }
            (Ok(Some(mark)), _) | (_, Ok(Some(mark))) => Ok(Some(mark)),
            (Err(error), _) | (_, Err(error)) => Err(error),
            (Ok(None), Ok(None)) => Ok(None),
        }
    }

    /// Notes a mark, making the folder when it is missing. Cheap: it may be lost in
    /// a power cut until [`Fence::sync`], and then the one before it counts.
    ///
    /// # Errors
    /// [`FenceError::Io`]; the former mark then still stands.
    pub fn write(&self, mark: &Mark) -> Result<(), FenceError> {
        self.write_to(&self.path, mark, false).map_err(|source| self.failed(source))
    }

    /// Makes the mark written last durable. Nothing to do before the first one.
    ///
    /// # Errors
    /// [`FenceError::Io`], or [`FenceError::Damaged`] when somebody else wrote there.
    pub fn sync(&self) -> Result<(), FenceError> {
        let Some(mark) = self.read_one(&self.path)? else {
            return Ok(());
        };
        let sync = || {
            // Writing access, which syncing takes on some systems.
            OpenOptions::new().write(true).open(&self.path)?.sync_all()?;
            self.write_to(&self.kept(), &mark, true)?;
            sync_folder_of(&self.path)
        };
        sync().map_err(|source| self.failed(source))
    }

    fn kept(&self) -> PathBuf {
        with_ending(&self.path, KEPT)
    }

    fn write_to(&self, path: &Path, mark: &Mark, sync: bool) -> io::Result<()> {
        if let Some(folder) = path.parent() {
            let mut builder = fs::DirBuilder::new();
            builder.recursive(true);
            #[cfg(unix)]
            std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
            builder.create(folder)?;
        }
        let fresh = aside(path);
        let mut file = create(&fresh)?;
        let text = serde_json::to_vec(mark).expect("a mark has text keys and whole numbers only");
        file.write_all(&text)?;
        if sync {
            file.sync_all()?;
        }
        drop(file);
        fs::rename(&fresh, path)
    }

    fn read_one(&self, path: &Path) -> Result<Option<Mark>, FenceError> {
        let mut text = Vec::new();
        let read =
            File::open(path).and_then(|file| file.take(FENCE_BYTES_MAX + 1).read_to_end(&mut text));
        match read {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(self.failed(source)),
            Ok(_) => {}
        }
        let mark = (text.len() as u64 <= FENCE_BYTES_MAX)
            .then(|| serde_json::from_slice(&text).ok())
            .flatten();
        mark.map(Some).ok_or_else(|| FenceError::Damaged { path: path.to_path_buf() })
    }

    fn failed(&self, source: io::Error) -> FenceError {
        FenceError::Io { path: self.path.clone(), source }
    }
}

/// Reads several fences for [`judge`]: a mark or none for each, and a note for each
/// that could not be read.
pub fn read_fences(fences: &[Fence]) -> (Vec<Option<Mark>>, Vec<FenceError>) {
    let mut notes = Vec::new();
    let marks = fences
        .iter()
        .map(|fence| {
            fence.read().unwrap_or_else(|error| {
                notes.push(error);
                None
            })
        })
        .collect();
    (marks, notes)
}
