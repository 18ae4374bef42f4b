//! Backups: all logs in one file, without the key. What is restored is another
//! device, which the shop lets in or which the recovery words make its owner; a
//! device "as it was" would use its numbers twice.

use crate::device::Device;
use crate::fences;
use crate::folder::{DeviceFile, Folder, FolderError, log_of};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use till_log::{Head, verify_frame};
use till_schema::{LogId, Seq};
use till_store::bundle::{BundleError, BundleHeader, BundleReader, BundleSummary, BundleWriter};
use till_store::{Disk, FrameRecord, LogStore, RealDisk};

/// Bytes of frames read or written at a time.
const PART_BYTES: usize = 512 * 1024;

/// Why a backup was not written or restored.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The file.
    #[error(transparent)]
    Bundle(#[from] BundleError),
    /// The data folder.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// The own logs.
    #[error(transparent)]
    Read(#[from] till_store::ReadError),
    /// The logs of the new folder.
    #[error(transparent)]
    Open(#[from] till_store::OpenError),
    /// The disk.
    #[error(transparent)]
    Append(#[from] till_store::AppendError),
    /// A frame that its author did not sign, or that does not follow the one before.
    #[error("log {} does not verify at entry {at}: {why}; take another backup", log.short())]
    Verify {
        /// The log.
        log: LogId,
        /// The position.
        at: Seq,
        /// What is wrong.
        why: String,
    },
}

impl Device {
    /// Writes all logs to a file. The key is not among them.
    ///
    /// # Errors
    /// When a log can't be read or the file can't be written; nothing is left
    /// behind then.
    pub fn backup(&mut self, file: &Path) -> Result<BundleSummary, BackupError> {
        let device = self.folder().device()?;
        let header = BundleHeader {
            shop: device.shop,
            founder: device.founder,
            created_ms: self.wall_ms(),
            writer: self.me(),
        };
        let mut bundle = BundleWriter::create(file, &header)?;
        let (logs, _) = self.parts();
        for (log, head) in logs.heads() {
            let mut from = Seq(1);
            while from <= head.seq {
                let part = logs.read(*log, from, PART_BYTES)?;
                let Some(last) = part.last() else { break };
                from = last.last.next();
                part.iter().try_for_each(|frame| bundle.push(frame))?;
            }
        }
        Ok(bundle.finish()?)
    }
}

impl Folder {
    /// Takes the logs of a backup into this folder, each frame checked. The
    /// device that results has a key of its own and is not in the shop yet.
    ///
    /// # Errors
    /// When there is a shop in the folder, or the backup is damaged.
    pub fn restore(&self, file: &Path, device_name: &str) -> Result<DeviceFile, BackupError> {
        if Self::has_shop(self.root()) {
            return Err(FolderError::Taken(self.root().to_path_buf()).into());
        }
        // Whole before anything is written.
        BundleReader::check(file)?;
        let mut bundle = BundleReader::open(file)?;
        let header = *bundle.header();
        let me = log_of(&self.joining_key(false)?);
        let disk: Arc<dyn Disk> = Arc::new(RealDisk::new(self.root().to_path_buf()));
        let (mut logs, _) = LogStore::open(disk, me)?;
        let mut heads: BTreeMap<LogId, Head> = BTreeMap::new();
        let mut part: Vec<FrameRecord> = Vec::new();
        for frame in &mut bundle {
            let frame = frame?;
            let head = heads.entry(frame.log).or_default();
            // From a restore that was cut short.
            let held = logs.heads().get(&frame.log).is_some_and(|held| held.seq >= frame.last);
            let read =
                verify_frame(header.shop, frame.log, *head, &frame.bytes).map_err(|why| {
                    BackupError::Verify { log: frame.log, at: frame.first, why: why.to_string() }
                })?;
            *head = read.head();
            if held {
                continue;
            }
            let other = part.first().is_some_and(|first| first.log != frame.log);
            let full = part.iter().map(|frame| frame.bytes.len()).sum::<usize>() >= PART_BYTES;
            if other || full {
                logs.append(&part)?;
                part.clear();
            }
            part.push(frame);
        }
        if !part.is_empty() {
            logs.append(&part)?;
        }
        fences::begin(me).map_err(FolderError::from)?;
        let mut device = DeviceFile::new(device_name, header.shop, header.founder);
        device.enrolled = false;
        self.write_device(&device)?;
        Ok(device)
    }
}
