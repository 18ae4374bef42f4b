//! What is told of a file before anything of it is written: counts, the first
//! rows, and the reasons. It has the same size for a file of any length.

use super::reading::{Reading, Skipped, Unique};
use super::{Format, ImportError, RowError};
use serde::Serialize;

/// Broken and odd rows that are listed; the others are only counted.
pub(crate) const LISTED_MAX: usize = 500;
/// Rows that are shown.
pub(crate) const SHOWN: usize = 10;

/// What a file holds, without holding it.
#[derive(Debug, Serialize)]
pub(crate) struct Report<D> {
    /// The format recognised.
    pub(crate) format: Format,
    /// Rows that can be imported.
    pub(crate) good: u64,
    /// Of them, those that the shop does not have yet, when that was looked up.
    pub(crate) new: Option<u64>,
    /// Rows that cannot.
    pub(crate) broken: u64,
    /// Oddities that do not keep a row out.
    pub(crate) odd: u64,
    /// Rows passed over because they hold nothing to import.
    pub(crate) skipped: Skipped,
    /// The first broken rows, with reasons.
    pub(crate) errors: Vec<RowError>,
    /// The first oddities.
    pub(crate) warnings: Vec<RowError>,
    /// The first good rows.
    pub(crate) first: Vec<D>,
}

impl<D: Unique> Report<D> {
    /// Reads to the end. Drafts are handed on to `take`, until it answers `false`.
    ///
    /// # Errors
    /// When the file as a whole is of no use.
    pub(crate) fn of(
        mut reading: Reading<'_, D>,
        mut take: impl FnMut(D) -> bool,
    ) -> Result<Self, ImportError>
    where
        D: Clone,
    {
        let mut report = Self {
            format: reading.format(),
            good: 0,
            new: None,
            broken: 0,
            odd: 0,
            skipped: Skipped::default(),
            errors: Vec::new(),
            warnings: Vec::new(),
            first: Vec::new(),
        };
        while let Some(step) = reading.step()? {
            report.odd += step.warnings.len() as u64;
            let room = LISTED_MAX.saturating_sub(report.warnings.len());
            report.warnings.extend(step.warnings.into_iter().take(room));
            match step.outcome {
                Some(Ok(draft)) => {
                    report.good += 1;
                    if report.first.len() < SHOWN {
                        report.first.push(draft.clone());
                    }
                    if !take(draft) {
                        break;
                    }
                }
                Some(Err(error)) => {
                    report.broken += 1;
                    if report.errors.len() < LISTED_MAX {
                        report.errors.push(error);
                    }
                }
                None => {}
            }
        }
        report.skipped = reading.skipped();
        Ok(report)
    }
}
