//! The bytes of a file on their way to the CSV reader. Only what the record
//! under way needs is kept, so a file of any length is read in little memory.

use super::{FILE_BYTES_MAX, ImportError};
use std::io::{self, Read};

/// Longest part of a character that may be missing at the end of a read.
const CHARACTER_REST_MAX: usize = 3;

/// A reader that refuses what is no UTF-8 and what is too long, and keeps the
/// bytes it handed out until they are let go.
pub(super) struct Tap<'r> {
    source: Box<dyn Read + 'r>,
    kept: Vec<u8>,
    read: usize,
    /// How many of the last bytes begin a character that is not complete.
    rest: usize,
    lines: Lines,
    fault: Option<ImportError>,
}

/// Counts line ends: LF, CR LF, or CR alone, in whatever parts they come.
#[derive(Clone, Copy, Default)]
struct Lines {
    ends: u64,
    after_cr: bool,
}

impl Lines {
    fn count(&mut self, bytes: &[u8]) {
        for byte in bytes {
            match byte {
                b'\n' if self.after_cr => self.after_cr = false,
                b'\n' => self.ends += 1,
                b'\r' => (self.ends, self.after_cr) = (self.ends + 1, true),
                _ => self.after_cr = false,
            }
        }
    }
}

impl<'r> Tap<'r> {
    pub(super) fn new(source: Box<dyn Read + 'r>) -> Self {
        let lines = Lines::default();
        Self { source, kept: Vec::new(), read: 0, rest: 0, lines, fault: None }
    }

    /// Why reading failed, when it was not the disk.
    pub(super) fn fault(&mut self) -> Option<ImportError> {
        self.fault.take()
    }

    /// Lets the next `length` bytes go, which are one record. Gives the line it
    /// begins on, and whether a quotation mark in it seems never to be closed.
    pub(super) fn release(&mut self, length: usize) -> (u64, bool) {
        let (record, _) = self.kept.split_at(length.min(self.kept.len()));
        let is_end = |byte: &&u8| matches!(byte, b'\r' | b'\n');
        let ends = record.iter().take_while(is_end).count();
        let (before, raw) = record.split_at(ends);
        self.lines.count(before);
        let line = self.lines.ends + 1;
        self.lines.count(raw);
        let text = raw.trim_ascii_end();
        let quotes = text.iter().filter(|byte| **byte == b'"').count();
        let open = quotes % 2 == 1 && text.contains(&b'\n');
        self.kept.drain(..length.min(self.kept.len()));
        (line, open)
    }

    /// Refuses what is not UTF-8, once a character is complete.
    fn check(&mut self, at_end: bool, from: usize) -> io::Result<()> {
        let from = from.saturating_sub(self.rest);
        let Err(error) = std::str::from_utf8(&self.kept[from..]) else {
            self.rest = 0;
            return Ok(());
        };
        let valid = from + error.valid_up_to();
        self.rest = self.kept.len() - valid;
        if error.error_len().is_none() && !at_end && self.rest <= CHARACTER_REST_MAX {
            return Ok(());
        }
        let mut lines = self.lines;
        lines.count(&self.kept[..valid]);
        self.refuse(ImportError::NotUtf8 { line: lines.ends + 1 })
    }

    fn refuse(&mut self, fault: ImportError) -> io::Result<()> {
        self.fault = Some(fault);
        Err(io::Error::from(io::ErrorKind::InvalidData))
    }
}

impl Read for Tap<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.source.read(buffer)?;
        self.read += length;
        if self.read > FILE_BYTES_MAX {
            self.refuse(ImportError::TooLarge { max: FILE_BYTES_MAX })?;
        }
        let from = self.kept.len();
        self.kept.extend_from_slice(&buffer[..length]);
        self.check(length == 0, from)?;
        Ok(length)
    }
}
