//! Walking through a file, draft by draft: whatever the format, rows are read,
//! made into drafts and compared with those before them in this one loop.

use super::{Defaults, Fault, Format, ImportError, ROWS_MAX, Row, RowError, Sheet};
use serde::{Deserialize, Serialize};
use std::io::Read;
use till_schema::Currency;

/// What a file is read by.
#[derive(Clone, Debug)]
pub(crate) struct Rules {
    /// Currency of the shop.
    pub(crate) currency: Currency,
    /// What a product gets when its file does not say.
    pub(crate) defaults: Defaults,
    /// The format, when a person says so; else it is told from the header.
    pub(crate) format: Option<Format>,
}

/// What a row became.
pub(super) enum Made<D> {
    /// A draft.
    Draft(Box<D>),
    /// Nothing.
    Skip(Skip),
}

/// Why a row holds nothing to import.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Skip {
    /// It only adds a picture.
    Image,
    /// Its product is archived, or not for sale.
    Archived,
    /// It belongs to another row: the head of variants, a part of a set.
    Other,
}

/// One format's way from a row to a draft. It may remember earlier rows.
pub(super) trait Maker<D> {
    fn make(&mut self, row: &Row) -> Result<Made<D>, Fault>;
}

/// What tells drafts apart.
pub(crate) trait Unique {
    /// What was met so far.
    type Met: Default;
    /// Refuses a draft that repeats an earlier one, or notes it.
    fn meet(&self, row: &Row, met: &mut Self::Met) -> Result<(), Fault>;
}

/// A file under way.
pub(crate) struct Reading<'r, D: Unique> {
    sheet: Sheet<'r>,
    format: Format,
    maker: Box<dyn Maker<D>>,
    met: D::Met,
    skipped: Skipped,
}

/// What one row gave.
pub(crate) struct Step<D> {
    /// The draft or why there is none; nothing for a row that was passed over.
    pub(crate) outcome: Option<Result<D, RowError>>,
    /// What is odd about the row.
    pub(crate) warnings: Vec<RowError>,
}

impl<'r, D: Unique> Reading<'r, D> {
    /// Begins to read; `open` tells the format and makes its reader.
    pub(super) fn begin(
        reader: impl Read + 'r,
        open: impl FnOnce(&Sheet<'_>) -> Result<(Format, Box<dyn Maker<D>>, D::Met), ImportError>,
    ) -> Result<Self, ImportError> {
        let sheet = Sheet::read(reader)?;
        let (format, maker, met) = open(&sheet)?;
        Ok(Self { sheet, format, maker, met, skipped: Skipped::default() })
    }

    /// The format recognised.
    pub(crate) fn format(&self) -> Format {
        self.format
    }

    /// Rows passed over so far.
    pub(crate) fn skipped(&self) -> Skipped {
        Skipped { blank: self.sheet.blank(), ..self.skipped }
    }

    /// What the next row gives; `None` at the end of the file.
    ///
    /// # Errors
    /// When the file as a whole is of no use.
    pub(crate) fn step(&mut self) -> Result<Option<Step<D>>, ImportError> {
        let Some(row) = self.sheet.next(ROWS_MAX)? else {
            return Ok(None);
        };
        let row = match row {
            Ok(row) => row,
            Err(error) => return Ok(Some(Step { outcome: Some(Err(error)), warnings: vec![] })),
        };
        let made = self.maker.make(&row);
        let outcome = match made {
            Ok(Made::Draft(draft)) => Some(draft.meet(&row, &mut self.met).map(|()| *draft)),
            Ok(Made::Skip(skip)) => {
                match skip {
                    Skip::Image => self.skipped.images += 1,
                    Skip::Archived => self.skipped.archived += 1,
                    Skip::Other => self.skipped.others += 1,
                }
                None
            }
            Err(fault) => Some(Err(fault)),
        };
        let outcome = outcome.map(|outcome| outcome.map_err(|fault| fault.at(row.line)));
        Ok(Some(Step { outcome, warnings: row.warnings() }))
    }

    /// All of a small file.
    ///
    /// # Errors
    /// When the file as a whole is of no use; single bad rows are in
    /// [`Imported::errors`].
    pub(crate) fn collect(mut self) -> Result<Imported<D>, ImportError> {
        let (mut rows, mut errors, mut warnings) = (Vec::new(), Vec::new(), Vec::new());
        while let Some(step) = self.step()? {
            warnings.extend(step.warnings);
            match step.outcome {
                Some(Ok(draft)) => rows.push(draft),
                Some(Err(error)) => errors.push(error),
                None => {}
            }
        }
        Ok(Imported { format: self.format, rows, errors, warnings, skipped: self.skipped() })
    }
}

/// What a file holds.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct Imported<T> {
    /// The format recognised.
    pub format: Format,
    /// The drafts, in the order of the file.
    pub rows: Vec<T>,
    /// Rows that became no draft, in the order of the file, one reason each.
    pub errors: Vec<RowError>,
    /// What is odd about rows, and no reason to leave them out.
    pub warnings: Vec<RowError>,
    /// Rows passed over because they hold nothing to import.
    pub skipped: Skipped,
}

/// Rows passed over because they hold nothing to import.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Skipped {
    /// Rows whose cells are all empty.
    pub blank: u64,
    /// Shopify rows that only add a picture to the product above.
    pub images: u64,
    /// Rows of products the source has archived or does not sell.
    pub archived: u64,
    /// Rows that belong to others: heads of variants, parts of sets.
    pub others: u64,
}

impl Skipped {
    /// All of them.
    pub(crate) const fn total(&self) -> u64 {
        self.blank + self.images + self.archived + self.others
    }
}
