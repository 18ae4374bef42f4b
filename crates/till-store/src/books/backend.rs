//! The database on a [`DiskFile`] that has no path of its own.

use crate::disk::DiskFile;
use std::fmt;
use std::io;

pub(crate) struct OnDisk {
    file: Box<dyn DiskFile>,
}

impl OnDisk {
    pub(crate) fn new(file: Box<dyn DiskFile>) -> Self {
        Self { file }
    }
}

impl fmt::Debug for OnDisk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OnDisk")
    }
}

impl redb::StorageBackend for OnDisk {
    fn len(&self) -> io::Result<u64> {
        self.file.len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.file.read_at(offset, out)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.file.set_len(len)
    }

    fn sync_data(&self) -> io::Result<()> {
        self.file.sync_data()
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.file.write_at(offset, data)
    }
}
