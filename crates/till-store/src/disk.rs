//! The door to the disk: just what the log files and the books need of one.

mod real;

pub use real::RealDisk;

use std::io;
use std::path::PathBuf;

/// A folder of files.
///
/// Paths are relative to the folder and use `/`; the empty path is the folder
/// itself. A change of names (creating, renaming, removing) survives a power
/// cut once [`Disk::sync_dir`] of the folder it happened in has returned.
pub trait Disk: Send + Sync {
    /// Creates a folder and those above it, if they are missing.
    ///
    /// # Errors
    /// When the disk refuses.
    fn create_dir_all(&self, dir: &str) -> io::Result<()>;

    /// The names in a folder, sorted. Empty when there is no such folder.
    ///
    /// # Errors
    /// When the disk refuses.
    fn list(&self, dir: &str) -> io::Result<Vec<String>>;

    /// Whether there is a file or folder of that name.
    ///
    /// # Errors
    /// When the disk refuses.
    fn exists(&self, path: &str) -> io::Result<bool>;

    /// Opens a file for reading and writing; `create` makes an empty one when
    /// it is missing.
    ///
    /// # Errors
    /// `NotFound` without `create`, or when the disk refuses.
    fn open(&self, path: &str, create: bool) -> io::Result<Box<dyn DiskFile>>;

    /// Gives a file another name, replacing what had that name.
    ///
    /// # Errors
    /// When the disk refuses.
    fn rename(&self, from: &str, to: &str) -> io::Result<()>;

    /// Removes a file.
    ///
    /// # Errors
    /// When the disk refuses.
    fn remove(&self, path: &str) -> io::Result<()>;

    /// Makes the names in a folder durable.
    ///
    /// # Errors
    /// When the disk refuses; the names may then be lost in a power cut.
    fn sync_dir(&self, dir: &str) -> io::Result<()>;

    /// Free space in bytes, where the platform tells.
    fn free_bytes(&self) -> Option<u64>;

    /// The path a file has for other programs and libraries, when it has one.
    fn host_path(&self, path: &str) -> Option<PathBuf>;
}

/// An open file. Reads and writes name their place; there is no position.
pub trait DiskFile: Send + Sync {
    /// The length in bytes.
    ///
    /// # Errors
    /// When the disk refuses.
    fn len(&self) -> io::Result<u64>;

    /// Whether the file has no bytes.
    ///
    /// # Errors
    /// When the disk refuses.
    fn is_empty(&self) -> io::Result<bool> {
        Ok(self.len()? == 0)
    }

    /// Fills the buffer from the place.
    ///
    /// # Errors
    /// `UnexpectedEof` past the end, or when the disk refuses.
    fn read_at(&self, offset: u64, bytes: &mut [u8]) -> io::Result<()>;

    /// Writes all bytes at the place, growing the file when they reach past
    /// its end. Not durable before [`DiskFile::sync_data`].
    ///
    /// # Errors
    /// When the disk refuses; any part may then have been written.
    fn write_at(&self, offset: u64, bytes: &[u8]) -> io::Result<()>;

    /// Grows the file to the length with zeros that occupy real space, so that
    /// later writes inside it do not run out of it. Durable on return.
    ///
    /// # Errors
    /// When the disk refuses, `StorageFull` above all.
    fn preallocate(&self, len: u64) -> io::Result<()>;

    /// Makes everything written durable.
    ///
    /// # Errors
    /// When the disk refuses. What was written since the last good call may
    /// then be durable or not, and a later good call does not mean that it is.
    fn sync_data(&self) -> io::Result<()>;

    /// Cuts the file off or grows it with zeros.
    ///
    /// # Errors
    /// When the disk refuses.
    fn set_len(&self, len: u64) -> io::Result<()>;
}

/// Zeros are written in pieces of this size when space is reserved.
const PREALLOCATE_CHUNK_BYTES: usize = 1024 * 1024;

/// [`DiskFile::preallocate`] for the disks of this crate: writes zeros after
/// the end, piece by piece, and syncs.
pub(crate) fn preallocate_with_zeros(file: &dyn DiskFile, len: u64) -> io::Result<()> {
    let mut at = file.len()?;
    if at >= len {
        return Ok(());
    }
    let piece = (len - at).min(PREALLOCATE_CHUNK_BYTES as u64);
    let zeros = vec![0; piece as usize];
    while at < len {
        let count = (len - at).min(piece);
        file.write_at(at, &zeros[..count as usize])?;
        at += count;
    }
    file.sync_data()
}
