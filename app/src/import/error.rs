//! Why a file, or one row of it, was not taken.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Why a whole file was refused. Nothing of it was taken.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ImportError {
    /// The file could not be read or unpacked.
    #[error("the file could not be read: {0}")]
    Read(#[from] std::io::Error),
    /// No header.
    #[error("the file is empty; its first line must name the columns")]
    Empty,
    /// Larger than [`super::FILE_BYTES_MAX`].
    #[error("the file is larger than {max} bytes; split it into several")]
    TooLarge {
        /// Most bytes read.
        max: usize,
    },
    /// Not UTF-8.
    #[error(
        "line {line} is not UTF-8 text; save the file again as “CSV UTF-8” \
         (or choose the encoding UTF-8 when exporting it)"
    )]
    NotUtf8 {
        /// First line that is not.
        line: u64,
    },
    /// A column no import can do without.
    #[error(
        "this looks like a {kind}, but lacks {}; its columns are {}",
        listed(missing),
        listed(found)
    )]
    MissingColumns {
        /// What the file was taken for.
        kind: String,
        /// Columns needed and not found, each with the names accepted.
        missing: Vec<String>,
        /// Columns found.
        found: Vec<String>,
    },
    /// Two columns of one name, so that neither can be trusted.
    #[error("the column “{0}” appears more than once; keep one of them")]
    RepeatedColumn(String),
    /// More rows than allowed.
    #[error("the file has more than {max} rows; split it into several")]
    TooManyRows {
        /// Most rows taken.
        max: usize,
    },
    /// A row is wrong in a file that is only of use as a whole.
    #[error("{0}")]
    Row(RowError),
}

fn listed(names: &[String]) -> String {
    names.iter().map(|name| format!("“{name}”")).collect::<Vec<_>>().join(", ")
}

/// Why a row became no draft.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct RowError {
    /// Line of the file where the row begins; the header is line 1.
    pub line: u64,
    /// The column at fault, as the file writes it; `None` when it is the row as a whole.
    pub column: Option<String>,
    /// What is wrong and what to do about it.
    pub reason: String,
}

impl fmt::Display for RowError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.column {
            Some(column) => write!(f, "line {}, column {column}: {}", self.line, self.reason),
            None => write!(f, "line {}: {}", self.line, self.reason),
        }
    }
}

/// A [`RowError`] before the line is known.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Fault {
    column: Option<String>,
    reason: String,
}

impl Fault {
    /// A fault of one cell.
    pub(crate) fn cell(column: &str, reason: impl fmt::Display) -> Self {
        Self { column: Some(column.to_owned()), reason: reason.to_string() }
    }

    /// A fault of the row as a whole.
    pub(crate) fn row(reason: impl fmt::Display) -> Self {
        Self { column: None, reason: reason.to_string() }
    }

    /// The error of the row beginning at `line`.
    pub(crate) fn at(self, line: u64) -> RowError {
        RowError { line, column: self.column, reason: self.reason }
    }
}
