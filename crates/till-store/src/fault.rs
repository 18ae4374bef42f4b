//! A disk in memory that fails as real ones do, for tests and simulations.
//!
//! It keeps apart what was written and what is durable. Every operation that
//! changes something is numbered from 1, so a test can count a scenario's
//! operations once and then make the machine stop at each of them in turn.
//! All chance comes from seeds.
//!
//! The model: a write is made of 512-byte sectors, each of which reaches the
//! platter whole or not at all, in any order, until a sync returns. After a
//! failed sync nothing that was waiting is ever written again, though it can
//! still be read. Changes of names stay in order and are lost from the end,
//! except those whose folder was synced.

mod state;

use crate::disk::{Disk, DiskFile};
use state::State;
use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard};

pub use state::SECTOR_BYTES;

/// A disk with faults. Clones are handles on the same disk.
#[derive(Clone)]
pub struct FaultDisk {
    state: Arc<Mutex<State>>,
    /// Which start of the machine this handle belongs to; see [`FaultDisk::handle`].
    boot: u64,
}

impl fmt::Debug for FaultDisk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FaultDisk({} operations)", self.ops())
    }
}

impl FaultDisk {
    /// An empty disk; the seed decides what part of a failing write or sync
    /// still happens.
    pub fn new(seed: u64) -> Self {
        Self { state: Arc::new(Mutex::new(State::new(seed))), boot: 0 }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A test that panicked elsewhere leaves a state that is still whole.
        self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// An independent disk with the same contents, plans and counters. Open
    /// files stay with the original.
    pub fn fork(&self) -> Self {
        Self { state: Arc::new(Mutex::new(self.state().clone())), boot: self.boot }
    }

    /// A handle for the machine as started last. Handles and files from before
    /// a [`FaultDisk::power_cut`] or [`FaultDisk::kill`] answer with errors.
    pub fn handle(&self) -> Self {
        Self { state: self.state.clone(), boot: self.state().boot }
    }

    /// Operations so far: creating, writing, setting a length, syncing,
    /// renaming and removing. The next one has the number `ops() + 1`.
    pub fn ops(&self) -> u64 {
        self.state().ops
    }

    /// Successful syncs so far, of files and of folders.
    pub fn syncs(&self) -> u64 {
        self.state().syncs
    }

    /// The machine stops at operation `op`: a write or a change of names may
    /// have begun, a sync did nothing, and everything after answers with errors.
    pub fn crash_at(&self, op: u64) {
        self.state().crash_at = Some(op);
    }

    /// Whether the planned crash has happened.
    pub fn crashed(&self) -> bool {
        self.state().down
    }

    /// The first sync of a file that is operation `op` or later fails, once.
    pub fn fail_sync_at(&self, op: u64) {
        self.state().fail_sync_at = Some(op);
    }

    /// The first write that is operation `op` or later fails half done, once.
    pub fn fail_write_at(&self, op: u64) {
        self.state().fail_write_at = Some(op);
    }

    /// The disk is full from operation `op` on: nothing grows, nothing is
    /// created; writes inside a file go on.
    pub fn fill_at(&self, op: u64) {
        self.state().full_at = Some(op);
    }

    /// There is space again.
    pub fn free(&self) {
        self.state().full_at = None;
    }

    /// Flips one bit (0 to 7) of a file, as if the platter had done it.
    ///
    /// # Panics
    /// When there is no such byte.
    pub fn flip_bit(&self, path: &str, offset: u64, bit: u8) {
        self.state().flip_bit(path, offset, bit);
    }

    /// The bytes of a file as a reader sees them, or none without the file.
    pub fn contents(&self, path: &str) -> Option<Vec<u8>> {
        self.state().contents(path)
    }

    /// All files, sorted.
    pub fn files(&self) -> Vec<String> {
        self.state().live.files.keys().cloned().collect()
    }

    /// Power is cut and comes back: of what was not durable, the part that the
    /// seed chooses survives. Plans end. Returns a handle for the new start.
    pub fn power_cut(&self, seed: u64) -> Self {
        self.state().power_cut(seed);
        self.handle()
    }

    /// The program is killed and started again: everything written can be
    /// read, nothing more is durable. Plans end. Returns a handle for the new start.
    pub fn kill(&self) -> Self {
        self.state().restart();
        self.handle()
    }
}

impl Disk for FaultDisk {
    fn create_dir_all(&self, dir: &str) -> io::Result<()> {
        self.state().create_dir_all(self.boot, dir)
    }

    fn list(&self, dir: &str) -> io::Result<Vec<String>> {
        self.state().list(self.boot, dir)
    }

    fn exists(&self, path: &str) -> io::Result<bool> {
        self.state().exists(self.boot, path)
    }

    fn open(&self, path: &str, create: bool) -> io::Result<Box<dyn DiskFile>> {
        let id = self.state().open(self.boot, path, create)?;
        Ok(Box::new(FaultFile { disk: self.clone(), id }))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.state().rename(self.boot, from, to)
    }

    fn remove(&self, path: &str) -> io::Result<()> {
        self.state().remove(self.boot, path)
    }

    fn sync_dir(&self, dir: &str) -> io::Result<()> {
        self.state().sync_dir(self.boot, dir)
    }

    /// Zero while the disk is full, else unknown.
    fn free_bytes(&self) -> Option<u64> {
        self.state().full().then_some(0)
    }

    /// None: the files are in memory.
    fn host_path(&self, _path: &str) -> Option<PathBuf> {
        None
    }
}

struct FaultFile {
    disk: FaultDisk,
    id: u64,
}

impl DiskFile for FaultFile {
    fn len(&self) -> io::Result<u64> {
        self.disk.state().len(self.disk.boot, self.id)
    }

    fn read_at(&self, offset: u64, bytes: &mut [u8]) -> io::Result<()> {
        self.disk.state().read(self.disk.boot, self.id, offset, bytes)
    }

    fn write_at(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.disk.state().write(self.disk.boot, self.id, offset, bytes)
    }

    fn preallocate(&self, len: u64) -> io::Result<()> {
        crate::disk::preallocate_with_zeros(self, len)
    }

    fn sync_data(&self) -> io::Result<()> {
        self.disk.state().sync(self.disk.boot, self.id)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.disk.state().set_len(self.disk.boot, self.id, len)
    }
}
