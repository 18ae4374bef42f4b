//! Writing a bundle.

use super::format::{END, MAGIC, RECORD, encode_header, encode_record_head, is_frame};
use super::{BundleError, BundleHeader, BundleSummary};
use crate::logs::FrameRecord;
use crate::replace::{aside, create, sync_folder_of};
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// A bundle being written. The file has its name, and what had it before is
/// replaced, only when it is whole and durable; dropped before that, nothing is left.
#[derive(Debug)]
pub struct BundleWriter {
    path: PathBuf,
    /// None once finished or failed.
    file: Option<BufWriter<File>>,
    /// Of everything written.
    hasher: blake3::Hasher,
    summary: BundleSummary,
}

impl BundleWriter {
    /// Begins a bundle beside the path.
    ///
    /// # Errors
    /// [`BundleError::Io`] when the disk refuses.
    pub fn create(path: &Path, header: &BundleHeader) -> Result<Self, BundleError> {
        let path = path.to_path_buf();
        let file = create(&aside(&path))
            .map_err(|source| BundleError::Io { path: path.clone(), source })?;
        let mut writer = Self {
            path,
            file: Some(BufWriter::new(file)),
            hasher: blake3::Hasher::new(),
            summary: BundleSummary::default(),
        };
        writer.part(&[MAGIC, &encode_header(header)])?;
        Ok(writer)
    }

    /// Adds a frame.
    ///
    /// # Errors
    /// [`BundleError::BadFrame`], after which others may follow, or
    /// [`BundleError::Io`], after which none may.
    pub fn push(&mut self, frame: &FrameRecord) -> Result<(), BundleError> {
        if !is_frame(frame.first, frame.last, frame.bytes.len()) {
            return Err(BundleError::BadFrame { bytes: frame.bytes.len() });
        }
        self.part(&[&[RECORD], &encode_record_head(frame), &frame.bytes])?;
        self.summary.frames += 1;
        Ok(())
    }

    /// Ends the bundle, makes it durable and gives it its name.
    ///
    /// # Errors
    /// [`BundleError::Io`]; what had the name then still has it.
    pub fn finish(mut self) -> Result<BundleSummary, BundleError> {
        let frames = self.summary.frames;
        let end = [&[END][..], &frames.to_le_bytes()].concat();
        self.hasher.update(&end);
        let whole = *self.hasher.finalize().as_bytes();
        self.put(&[&end, &whole])?;
        let named = self.name();
        named.map_err(|source| BundleError::Io { path: self.path.clone(), source })?;
        Ok(self.summary)
    }

    /// Makes the file durable and gives it its name. It is closed in between: some
    /// systems rename no open file.
    fn name(&mut self) -> io::Result<()> {
        let file = self.file.take().ok_or_else(failed_before)?;
        let file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
        let synced = file.sync_all();
        drop(file);
        synced?;
        fs::rename(aside(&self.path), &self.path)?;
        sync_folder_of(&self.path)
    }

    /// Writes a part and the check of its bytes.
    fn part(&mut self, pieces: &[&[u8]]) -> Result<(), BundleError> {
        let mut check = blake3::Hasher::new();
        for piece in pieces {
            check.update(piece);
            self.hasher.update(piece);
        }
        let check = *check.finalize().as_bytes();
        self.hasher.update(&check);
        self.put(pieces)?;
        self.put(&[&check])
    }

    fn put(&mut self, pieces: &[&[u8]]) -> Result<(), BundleError> {
        let written = self.file.as_mut().ok_or_else(failed_before).and_then(|file| {
            pieces.iter().try_for_each(|piece| {
                self.summary.bytes += piece.len() as u64;
                file.write_all(piece)
            })
        });
        written.map_err(|source| {
            // A part may be half written, so nothing can follow it.
            self.file = None;
            BundleError::Io { path: self.path.clone(), source }
        })
    }
}

impl Drop for BundleWriter {
    fn drop(&mut self) {
        self.file = None;
        // Finished: it is not there. Not finished: it is of no use.
        let _ = fs::remove_file(aside(&self.path));
    }
}

fn failed_before() -> io::Error {
    io::Error::other("an earlier write failed")
}
