//! The data folder as a whole: one program at a time, and on a disk of its own.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

/// Name of the lock file in the data folder.
pub const LOCK_FILE: &str = "lock";

/// Why the data folder could not be locked.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Another program holds the lock.
    #[error(
        "another tillmesh is using this data folder ({}); close it, or choose another folder with --data",
        folder.display()
    )]
    InUse {
        /// The data folder.
        folder: PathBuf,
    },
    /// The lock file could not be made or locked.
    #[error(
        "cannot lock the data folder {}: {source}; check that it exists on a disk of this machine and may be written",
        folder.display()
    )]
    Io {
        /// The data folder.
        folder: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// The right to use a data folder; given back when dropped or when the program ends.
#[derive(Debug)]
pub struct DataLock {
    _file: File,
}

impl DataLock {
    /// Locks the folder, making it (for the owner only) when it is missing.
    ///
    /// # Errors
    /// [`LockError::InUse`] while another program, or this one, holds the lock.
    pub fn acquire(root: &Path) -> Result<Self, LockError> {
        let failed = |source| LockError::Io { folder: root.to_path_buf(), source };
        let mut folder = std::fs::DirBuilder::new();
        folder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut folder, 0o700);
        folder.create(root).map_err(failed)?;
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(root.join(LOCK_FILE))
            .map_err(failed)?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(LockError::InUse { folder: root.to_path_buf() }),
            Err(TryLockError::Error(source)) => Err(failed(source)),
        }
    }
}

/// The service that keeps a folder in step with other machines, judged by the
/// names along its path. Such a folder sets a till back or clones it, so it is
/// no place for a data folder.
pub fn synced_folder(path: &Path) -> Option<&'static str> {
    path.components().find_map(|part| {
        let name = part.as_os_str().to_str()?.to_lowercase();
        // "OneDrive - Shop Ltd", "Dropbox (Personal)", "GoogleDrive-me@example.org"
        let is = |word: &str| {
            name.strip_prefix(word)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '-', '(']))
        };
        if is("dropbox") || name == ".dropbox" {
            Some("Dropbox")
        } else if is("onedrive") || name == "skydrive" {
            Some("OneDrive")
        } else if is("google drive") || is("googledrive") || name == "drivefs" {
            Some("Google Drive")
        } else if is("icloud drive")
            || is("iclouddrive")
            || name == "mobile documents"
            || name == "com~apple~clouddocs"
        {
            Some("iCloud")
        } else {
            None
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn synced_folders_are_known_by_any_part_of_their_path() {
        for (path, service) in [
            ("/home/ana/Dropbox/till", Some("Dropbox")),
            ("/home/ana/Dropbox (Personal)/till", Some("Dropbox")),
            ("/home/ana/OneDrive - Shop Ltd/till", Some("OneDrive")),
            ("/mnt/Google Drive/till", Some("Google Drive")),
            ("/Users/ana/Library/CloudStorage/GoogleDrive-a@b.co/till", Some("Google Drive")),
            ("/Users/ana/Library/Mobile Documents/com~apple~CloudDocs/till", Some("iCloud")),
            ("/Users/ana/iCloud Drive/till", Some("iCloud")),
            ("/home/ana/dropboxes/till", None),
            ("/home/ana/.local/share/tillmesh", None),
        ] {
            assert_eq!(synced_folder(Path::new(path)), service, "{path}");
        }
    }
}
