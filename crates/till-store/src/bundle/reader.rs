//! Reading a bundle.

use super::format::{
    CHECK_BYTES, END, END_BYTES, FAMILY, HEADER_BYTES, MAGIC, RECORD, RECORD_HEAD_BYTES,
    decode_header, decode_record_head, is_frame,
};
use super::{BundleError, BundleHeader, BundleSummary};
use crate::logs::FrameRecord;
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

/// A bundle being read, frame by frame; it never holds more than one.
///
/// Each frame is whole when it is given. Only the end, which is `None`, says that
/// none is missing; to know before anything is used, go through with
/// [`BundleReader::check`] first. Who signed the frames is for the caller to see.
#[derive(Debug)]
pub struct BundleReader {
    header: BundleHeader,
    parts: Parts,
    frames: u64,
    is_over: bool,
}

impl BundleReader {
    /// Opens a bundle and reads its header.
    ///
    /// # Errors
    /// Any [`BundleError`] but [`BundleError::BadFrame`].
    pub fn open(path: &Path) -> Result<Self, BundleError> {
        let file = File::open(path)
            .map_err(|source| BundleError::Io { path: path.to_path_buf(), source })?;
        let mut parts = Parts {
            path: path.to_path_buf(),
            file: BufReader::new(file),
            at: 0,
            part_at: 0,
            check: blake3::Hasher::new(),
            whole: blake3::Hasher::new(),
        };
        let mut magic = [0; MAGIC.len()];
        let found = parts.read_up_to(&mut magic)?;
        if found < magic.len() && !found_is_a_beginning(&magic[..found]) {
            return Err(BundleError::NotABundle { path: parts.path });
        }
        if found < magic.len() {
            return Err(parts.damaged("it is cut off"));
        }
        if magic != *MAGIC {
            let path = parts.path;
            return Err(match magic.starts_with(FAMILY) {
                true => BundleError::Newer { path },
                false => BundleError::NotABundle { path },
            });
        }
        let mut header = [0; HEADER_BYTES];
        parts.fill(&mut header)?;
        parts.check_part("the header does not match its checksum")?;
        Ok(Self { header: decode_header(&header), parts, frames: 0, is_over: false })
    }

    /// Where it comes from.
    pub fn header(&self) -> &BundleHeader {
        &self.header
    }

    /// Reads a whole bundle and keeps nothing of it.
    ///
    /// # Errors
    /// The first thing that is wrong with it.
    pub fn check(path: &Path) -> Result<(BundleHeader, BundleSummary), BundleError> {
        let mut reader = Self::open(path)?;
        for frame in reader.by_ref() {
            frame?;
        }
        let summary = BundleSummary { frames: reader.frames, bytes: reader.parts.at };
        Ok((reader.header, summary))
    }

    /// The next frame, or none at the end of a whole bundle.
    fn step(&mut self) -> Result<Option<FrameRecord>, BundleError> {
        let mut kind = [0];
        self.parts.fill(&mut kind)?;
        match kind[0] {
            RECORD => self.record().map(Some),
            END => self.end().map(|()| None),
            _ => Err(self.parts.damaged("neither a record nor the end begins here")),
        }
    }

    fn record(&mut self) -> Result<FrameRecord, BundleError> {
        let mut head = [0; RECORD_HEAD_BYTES];
        self.parts.fill(&mut head)?;
        let (mut record, bytes) = decode_record_head(&head);
        // Before anything is allocated for it.
        if !is_frame(record.first, record.last, bytes) {
            return Err(self.parts.damaged("a record that cannot be"));
        }
        record.bytes = vec![0; bytes];
        self.parts.fill(&mut record.bytes)?;
        self.parts.check_part("a record does not match its checksum")?;
        self.frames += 1;
        Ok(record)
    }

    fn end(&mut self) -> Result<(), BundleError> {
        let mut count = [0; END_BYTES];
        self.parts.fill(&mut count)?;
        let whole = *self.parts.whole.finalize().as_bytes();
        let mut check = [0; CHECK_BYTES];
        self.parts.fill(&mut check)?;
        if check != whole || u64::from_le_bytes(count) != self.frames {
            return Err(self.parts.damaged("the whole does not match its checksum"));
        }
        let mut more = [0];
        if self.parts.read_up_to(&mut more)? > 0 {
            return Err(self.parts.damaged("something follows its end"));
        }
        Ok(())
    }
}

impl Iterator for BundleReader {
    type Item = Result<FrameRecord, BundleError>;

    /// After an error there is nothing more.
    fn next(&mut self) -> Option<Self::Item> {
        if self.is_over {
            return None;
        }
        let step = self.step();
        self.is_over = !matches!(step, Ok(Some(_)));
        step.transpose()
    }
}

/// A cut-off bundle says so even when little is left of it; an empty file is none.
fn found_is_a_beginning(bytes: &[u8]) -> bool {
    !bytes.is_empty() && MAGIC.starts_with(bytes)
}

/// The file as parts, each with a checksum at its end.
#[derive(Debug)]
struct Parts {
    path: PathBuf,
    file: BufReader<File>,
    at: u64,
    /// Where the part began that is being read.
    part_at: u64,
    /// Of the part so far.
    check: blake3::Hasher,
    /// Of everything so far.
    whole: blake3::Hasher,
}

impl Parts {
    fn fill(&mut self, buffer: &mut [u8]) -> Result<(), BundleError> {
        if self.read_up_to(buffer)? < buffer.len() {
            return Err(self.damaged("it is cut off"));
        }
        Ok(())
    }

    /// Fills the buffer as far as the file goes.
    fn read_up_to(&mut self, buffer: &mut [u8]) -> Result<usize, BundleError> {
        let mut filled = 0;
        while filled < buffer.len() {
            match self.file.read(&mut buffer[filled..]) {
                Ok(0) => break,
                Ok(bytes) => filled += bytes,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(source) => return Err(BundleError::Io { path: self.path.clone(), source }),
            }
        }
        self.at += filled as u64;
        self.check.update(&buffer[..filled]);
        self.whole.update(&buffer[..filled]);
        Ok(filled)
    }

    /// Reads the checksum of the part and begins the next.
    fn check_part(&mut self, what: &'static str) -> Result<(), BundleError> {
        let expected = *self.check.finalize().as_bytes();
        let mut check = [0; CHECK_BYTES];
        self.fill(&mut check)?;
        if check != expected {
            return Err(self.damaged(what));
        }
        self.check = blake3::Hasher::new();
        self.part_at = self.at;
        Ok(())
    }

    fn damaged(&self, what: &'static str) -> BundleError {
        BundleError::Damaged { path: self.path.clone(), offset: self.part_at, what }
    }
}
