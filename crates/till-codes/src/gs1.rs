//! GS1 element strings: what a GS1-128, a DataBar or a two-dimensional code
//! says about a piece: article, batch, expiry, net weight, price.
//!
//! Two ways of writing are read:
//! - as scanners send it: application identifiers (AIs) and values in a row,
//!   the separator FNC1 as ASCII 29 behind values of variable length, with or
//!   without the symbology identifier `]C1`, `]e0`, `]d2` or `]Q3`;
//! - as it is printed below the bars: `(01)09506000134352(3103)000750`.
//!
//! Rules: GS1 General Specifications 3 (AIs), 7.8 (lengths and separators),
//! 7.9 (check digits), 7.12 (century of dates).
//!
//! ```
//! use till_codes::gs1::Gs1;
//! use till_schema::Quantity;
//!
//! let read = Gs1::parse("(01)90012345678908(3103)001750", 2026)?;
//! assert_eq!(read.gtin.as_deref(), Some("90012345678908"));
//! assert_eq!(read.weight, Some(Quantity(1750)));
//! # Ok::<(), till_codes::gs1::Gs1Error>(())
//! ```

mod date;
mod identifier;
mod measure;
mod split;

pub use date::Date;
pub use measure::{Amount, Dimension, Measure};
pub use split::Element;

use crate::gtin;
use identifier::Meaning;
use serde::{Deserialize, Serialize};
use till_schema::Quantity;

/// The separator FNC1, as scanners send it.
pub const SEPARATOR: char = '\u{1d}';

/// Longest text that is looked at; the densest of these symbols hold less that
/// a till could use.
pub const LENGTH_MAX: usize = 1024;

/// What an element string says. Every part may be missing.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Gs1 {
    /// AI 00: the number of a logistic unit, 18 digits.
    pub sscc: Option<String>,
    /// AI 01: the article, in the form of [`gtin::canonical`].
    pub gtin: Option<String>,
    /// AI 02: the articles inside of a logistic unit, in the same form.
    pub content: Option<String>,
    /// AI 10.
    pub batch: Option<String>,
    /// AI 11.
    pub produced: Option<Date>,
    /// AI 13.
    pub packed: Option<Date>,
    /// AI 15.
    pub best_before: Option<Date>,
    /// AI 16.
    pub sell_by: Option<Date>,
    /// AI 17: not to be sold after this day.
    pub expiry: Option<Date>,
    /// AI 21.
    pub serial: Option<String>,
    /// AI 30: pieces in an article of variable count.
    pub count: Option<u64>,
    /// AI 37: articles inside of a logistic unit.
    pub contained: Option<u64>,
    /// Net weight in kilograms (AI 310n), to the nearest gram, ties to the even
    /// one. [`measures`](Self::measures) has it as printed.
    pub weight: Option<Quantity>,
    /// AIs 310n–316n and 320n, as printed.
    pub measures: Vec<Measure>,
    /// AI 392n or 393n: what is to be paid for this piece.
    pub price: Option<Amount>,
    /// Everything else, the company's own AIs 91–99 included, in the order of
    /// the code.
    pub other: Vec<Element>,
}

/// Why a text is not an element string.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Gs1Error {
    /// Nothing, or a symbology identifier and nothing behind it.
    #[error("the code is empty; scan it again")]
    Empty,
    /// Longer than [`LENGTH_MAX`].
    #[error("the code has more than {LENGTH_MAX} letters; scan the code of the article alone")]
    TooLong,
    /// A part begins with what no AI begins with.
    #[error(
        "“{0}” does not begin with a part that GS1 knows; scan it again or type the article's code"
    )]
    Unknown(String),
    /// Text outside of the brackets' parts.
    #[error("“{0}” is not written as (01)… (10)…; put each part's number in brackets")]
    Brackets(String),
    /// A value of the wrong length.
    #[error("part ({ai}) is “{found}”, but has {rule}; scan it again or type the article's code")]
    Length {
        /// The AI.
        ai: String,
        /// What was found.
        found: String,
        /// The length it has, in words.
        rule: String,
    },
    /// Letters where digits belong, or letters GS1 does not use.
    #[error("part ({ai}) is “{found}”, which has letters that do not belong there; scan it again")]
    Letters {
        /// The AI.
        ai: String,
        /// What was found.
        found: String,
    },
    /// A check digit that does not fit.
    #[error(
        "the check digit of part ({ai}), “{found}”, is wrong; scan it again or type the article's code"
    )]
    CheckDigit {
        /// The AI.
        ai: String,
        /// What was found.
        found: String,
    },
    /// A day that the calendar does not have.
    #[error("the date of part ({ai}), “{found}”, is not in the calendar; look at the label")]
    Date {
        /// The AI.
        ai: String,
        /// What was found.
        found: String,
    },
    /// One AI with two values (GS1 General Specifications 4.14).
    #[error("part ({0}) stands there twice with different values; scan one code at a time")]
    Twice(String),
}

/// Whether a text shows by itself that it is an element string: a symbology
/// identifier, a separator, or an AI in brackets. Others are codes like any.
pub fn is_element_string(code: &str) -> bool {
    let code = code.trim();
    split::without_symbology(code).len() < code.len()
        || code.contains(SEPARATOR)
        || split::opens_with_brackets(code)
}

impl Gs1 {
    /// Reads an element string. The year decides which century the two digits
    /// of dates are in.
    ///
    /// # Errors
    /// When the text is not one, or a part of it is not what its AI demands:
    /// a code that was read in part must not sell something else.
    pub fn parse(code: &str, this_year: u16) -> Result<Self, Gs1Error> {
        let mut read = Self::default();
        let mut seen: Vec<Element> = Vec::new();
        for element in split::elements(code)? {
            if let Some(before) = seen.iter().find(|before| before.ai == element.ai) {
                if before.value != element.value {
                    return Err(Gs1Error::Twice(element.ai));
                }
                continue;
            }
            seen.push(element.clone());
            read.take(element, this_year)?;
        }
        Ok(read)
    }

    fn take(&mut self, element: Element, this_year: u16) -> Result<(), Gs1Error> {
        let Element { ai, value } = &element;
        let date = || {
            let wrong = || Gs1Error::Date { ai: ai.clone(), found: value.clone() };
            Date::parse(value, this_year).ok_or_else(wrong)
        };
        let check = || match gtin::checks(value) {
            true => Ok(value.clone()),
            false => Err(Gs1Error::CheckDigit { ai: ai.clone(), found: value.clone() }),
        };
        // Lengths were looked at before: at most eight digits.
        let number = || value.parse::<u64>().ok();
        match identifier::of(ai).meaning {
            Meaning::Sscc => self.sscc = Some(check()?),
            Meaning::Gtin => self.gtin = Some(gtin::canonical(&check()?)),
            Meaning::Content => self.content = Some(gtin::canonical(&check()?)),
            Meaning::Batch => self.batch = Some(element.value),
            Meaning::Produced => self.produced = Some(date()?),
            Meaning::Packed => self.packed = Some(date()?),
            Meaning::BestBefore => self.best_before = Some(date()?),
            Meaning::SellBy => self.sell_by = Some(date()?),
            Meaning::Expiry => self.expiry = Some(date()?),
            Meaning::Serial => self.serial = Some(element.value),
            Meaning::Count => self.count = number(),
            Meaning::Contained => self.contained = number(),
            Meaning::Measured(dimension) => {
                let measure = Measure::parse(dimension, ai, value);
                if dimension == Dimension::NetKilograms {
                    self.weight = Some(measure.thousandths());
                }
                self.measures.push(measure);
            }
            Meaning::Price => self.price = Some(Amount::parse(ai, value, None)),
            Meaning::PriceWithCurrency => {
                let (currency, digits) = value.split_at(3);
                self.price = Some(Amount::parse(ai, digits, Some(currency)));
            }
            Meaning::Other => self.other.push(element),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
