//! One cell, read as what its column holds.

use super::{BARCODE_BYTES_MAX, BARCODES_MAX, Fault, Row, number};
use till_codes::gtin;
use till_schema::limits::TEXT_BYTES_MAX;
use till_schema::{Currency, Quantity};

/// A cell without the blanks around it.
#[derive(Clone, Copy)]
pub(crate) struct Cell<'a> {
    /// The column's name as the file writes it; empty when the file lacks it.
    pub(crate) column: &'a str,
    /// What it says.
    pub(crate) text: &'a str,
    /// Where it stands.
    pub(crate) row: &'a Row,
}

impl Cell<'_> {
    /// Whether it says nothing.
    pub(crate) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// A fault of this cell.
    pub(crate) fn fault(&self, reason: impl std::fmt::Display) -> Fault {
        Fault::cell(self.column, reason)
    }

    /// Text for people, on one line. Never cut: what is too long is refused.
    pub(crate) fn text(&self) -> Result<String, Fault> {
        let line = self.text.split_whitespace().collect::<Vec<_>>().join(" ");
        self.checked(line)
    }

    /// Text for people that must be there.
    pub(crate) fn required_text(&self) -> Result<String, Fault> {
        self.must_be_there()?;
        self.text()
    }

    /// A code: kept letter by letter.
    pub(crate) fn code(&self) -> Result<String, Fault> {
        self.checked(self.text.to_owned())
    }

    /// A code that must be there.
    pub(crate) fn required_code(&self) -> Result<String, Fault> {
        self.must_be_there()?;
        self.code()
    }

    /// A price in minor units.
    pub(crate) fn price(&self, currency: Currency) -> Result<i64, Fault> {
        self.must_be_there()?;
        number::price(self.text, currency).map_err(|error| self.fault(error))
    }

    /// An amount in minor units; `None` when empty.
    pub(crate) fn amount(&self, currency: Currency) -> Result<Option<i64>, Fault> {
        self.optional(|text| number::price(text, currency))
    }

    /// A quantity as a program wrote it, always with a decimal point; `None`
    /// when empty.
    pub(crate) fn exact_quantity(&self) -> Result<Option<Quantity>, Fault> {
        self.optional(Quantity::parse)
    }

    /// Whether it says yes, in any of the ways programs write it.
    pub(crate) fn is_yes(&self) -> bool {
        ["y", "yes", "true", "1", "si", "sí"].iter().any(|yes| self.text.eq_ignore_ascii_case(yes))
    }

    /// Whether it says no; an empty cell does not.
    pub(crate) fn is_no(&self) -> bool {
        ["n", "no", "false", "0"].iter().any(|no| self.text.eq_ignore_ascii_case(no))
    }

    /// Notes what is odd about it, without refusing the row.
    pub(crate) fn warn(&self, reason: impl std::fmt::Display) {
        self.row.warn(self.fault(reason));
    }

    /// A percentage in basis points; `None` when empty.
    pub(crate) fn percent(&self) -> Result<Option<u32>, Fault> {
        self.optional(number::percent)
    }

    /// A quantity; `None` when empty.
    pub(crate) fn quantity(&self) -> Result<Option<Quantity>, Fault> {
        self.optional(number::quantity)
    }

    /// Barcodes, separated by `|`, `;` or `,`, each once, in the form they are
    /// compared in. A wrong check digit is a warning: shops print their own.
    pub(crate) fn barcodes(&self) -> Result<Vec<String>, Fault> {
        let mut barcodes: Vec<String> = Vec::new();
        for part in self.text.split(['|', ';', ',']) {
            // Shops' exports put an apostrophe before digits to keep
            // spreadsheets from taking them for a number.
            let barcode = part.trim().trim_start_matches('\'');
            if barcode.is_empty() {
                continue;
            }
            if barcode.len() > BARCODE_BYTES_MAX || barcode.chars().any(char::is_control) {
                return Err(self.fault(format_args!(
                    "“{}” is not a barcode; at most {BARCODE_BYTES_MAX} letters and digits are kept",
                    barcode.escape_debug()
                )));
            }
            let canonical = gtin::canonical(barcode);
            if looks_like_gtin(&canonical) && !gtin::is_valid(&canonical) {
                self.warn(format_args!(
                    "the last digit of “{barcode}” does not check, so a digit may be mistyped; \
                     it is kept as it is"
                ));
            }
            if !barcodes.contains(&canonical) {
                barcodes.push(canonical);
            }
        }
        if was_shortened(self.text) {
            return Err(self.fault(format_args!(
                "a spreadsheet shortened the barcode to “{}”; \
                 format the column as text and enter it again",
                self.text
            )));
        }
        if barcodes.len() > BARCODES_MAX {
            return Err(self.fault(format_args!("more than {BARCODES_MAX} barcodes")));
        }
        Ok(barcodes)
    }

    fn optional<T, E: std::fmt::Display>(
        &self,
        parse: impl Fn(&str) -> Result<T, E>,
    ) -> Result<Option<T>, Fault> {
        if self.is_empty() {
            return Ok(None);
        }
        parse(self.text).map(Some).map_err(|error| self.fault(error))
    }

    fn must_be_there(&self) -> Result<(), Fault> {
        if self.is_empty() { Err(self.fault("is empty; every row needs it")) } else { Ok(()) }
    }

    fn checked(&self, text: String) -> Result<String, Fault> {
        if text.len() > TEXT_BYTES_MAX {
            return Err(self.fault(format_args!(
                "the text has {} bytes, at most {TEXT_BYTES_MAX} are kept; shorten it \
                 (or close its quotation mark)",
                text.len()
            )));
        }
        if text.chars().any(char::is_control) {
            return Err(self.fault("the text holds a control character; type it again"));
        }
        Ok(text)
    }
}

/// Whether a code has the digits of a product number.
fn looks_like_gtin(code: &str) -> bool {
    matches!(code.len(), 8 | 12..=14) && code.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a long number was written as `7,70201E+12`: its digits are lost.
fn was_shortened(text: &str) -> bool {
    text.split_once(['E', 'e']).is_some_and(|(digits, power)| {
        power.starts_with('+')
            && digits.contains(|letter: char| letter.is_ascii_digit())
            && digits.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b','))
    })
}
