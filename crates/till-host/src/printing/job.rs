//! A job and the file that holds it.
//!
//! The file is one line of JSON that tells what it is, and the bytes as the
//! printer gets them.

use super::target::Printer;
use serde::{Deserialize, Serialize};

/// Longest label in a file's name; what is more is left out.
const LABEL_MAX: usize = 32;

/// For so long the beginning of a job that is only for now is sent with it. A
/// drawer must not open by itself when the printer is back an hour later.
const NOW_IS_MS: i64 = 30_000;

/// What a job is, which decides what goes first when there are too many.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The first paper of a sale or a return.
    Ticket,
    /// Another paper of one.
    Copy,
    /// A report of a shift.
    Report,
    /// The printer is tried.
    Test,
    /// The drawer is opened and nothing printed.
    Drawer,
}

impl Kind {
    /// Whether nobody misses it.
    pub(super) const fn is_spare(self) -> bool {
        match self {
            Self::Copy | Self::Test | Self::Drawer => true,
            Self::Ticket | Self::Report => false,
        }
    }

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ticket => "ticket",
            Self::Copy => "copy",
            Self::Report => "report",
            Self::Test => "test",
            Self::Drawer => "drawer",
        }
    }
}

/// Something to print.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Job {
    /// What it is.
    pub kind: Kind,
    /// What people call it: a number as printed. Becomes part of a file's name.
    pub label: String,
    /// Where it goes.
    pub printer: Printer,
    /// When it was made, Unix ms.
    pub at_ms: i64,
    /// Sent before the rest while the job is new, and left out later: opens the
    /// drawer.
    pub now: Vec<u8>,
    /// The rest.
    pub bytes: Vec<u8>,
}

/// The first line of a file.
#[derive(Debug, Serialize, Deserialize)]
struct Head {
    kind: Kind,
    printer: Printer,
    at_ms: i64,
    /// How many of the bytes are only for now.
    now: usize,
}

impl Job {
    /// What the printer gets at this moment; nothing when that is over.
    pub(super) fn sent_at(&self, now_ms: i64) -> Vec<u8> {
        // A clock that was set back makes no old job new.
        let is_new = (0..=NOW_IS_MS).contains(&now_ms.saturating_sub(self.at_ms));
        let now: &[u8] = if is_new { &self.now } else { &[] };
        [now, self.bytes.as_slice()].concat()
    }

    /// The label as part of a file's name.
    pub(super) fn file_label(&self) -> String {
        let plain = |letter: char| match letter {
            'a'..='z' | 'A'..='Z' | '0'..='9' | '-' | '_' => letter,
            _ => '_',
        };
        self.label.chars().take(LABEL_MAX).map(plain).collect()
    }

    pub(super) fn to_file(&self) -> Vec<u8> {
        let head = Head {
            kind: self.kind,
            printer: self.printer.clone(),
            at_ms: self.at_ms,
            now: self.now.len(),
        };
        let mut file = serde_json::to_vec(&head).expect("plain data writes as JSON");
        file.push(b'\n');
        file.extend(&self.now);
        file.extend(&self.bytes);
        file
    }

    /// None when the file is no job.
    pub(super) fn from_file(label: &str, file: &[u8]) -> Option<Self> {
        let end = file.iter().position(|byte| *byte == b'\n')?;
        let head: Head = serde_json::from_slice(&file[..end]).ok()?;
        let (now, bytes) = file[end + 1..].split_at_checked(head.now)?;
        Some(Self {
            kind: head.kind,
            label: label.to_owned(),
            printer: head.printer,
            at_ms: head.at_ms,
            now: now.to_vec(),
            bytes: bytes.to_vec(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job() -> Job {
        Job {
            kind: Kind::Ticket,
            label: "T1-1/ñ".to_owned(),
            printer: "tcp:a".parse().expect("a printer"),
            at_ms: 1_000,
            now: b"kick\n".to_vec(),
            bytes: b"ticket\n\x1b@".to_vec(),
        }
    }

    #[test]
    fn a_file_gives_the_job_back() {
        let job = job();
        let file = job.to_file();
        assert_eq!(Job::from_file(&job.label, &file), Some(job));
        assert_eq!(Job::from_file("x", b"no job"), None);
        assert_eq!(Job::from_file("x", &file[..20]), None);
    }

    #[test]
    fn the_drawer_is_opened_at_once_or_not_at_all() {
        let job = job();
        assert_eq!(job.sent_at(1_000), b"kick\nticket\n\x1b@");
        assert_eq!(job.sent_at(31_000), b"kick\nticket\n\x1b@");
        for late in [31_001, 999, i64::MAX, i64::MIN] {
            assert_eq!(job.sent_at(late), b"ticket\n\x1b@", "at {late}");
        }
    }

    #[test]
    fn a_label_is_fit_for_a_file() {
        assert_eq!(job().file_label(), "T1-1__");
        let long = Job { label: "x".repeat(100), ..job() };
        assert_eq!(long.file_label().len(), LABEL_MAX);
    }
}
