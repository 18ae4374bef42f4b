//! From a text to its parts.

use super::identifier::{self, Length};
use super::{Gs1Error, LENGTH_MAX, SEPARATOR};
use crate::all_digits;
use serde::{Deserialize, Serialize};

/// One part: an application identifier and its value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Element {
    /// Two to four digits.
    pub ai: String,
    /// As in the code.
    pub value: String,
}

/// Symbology identifiers of symbols that hold element strings: GS1-128,
/// DataBar, GS1 DataMatrix, GS1 QR (GS1 General Specifications 5.1.2).
const SYMBOLOGIES: [&str; 4] = ["]C1", "]e0", "]d2", "]Q3"];

pub(super) fn without_symbology(code: &str) -> &str {
    SYMBOLOGIES.iter().find_map(|prefix| code.strip_prefix(prefix)).unwrap_or(code)
}

pub(super) fn opens_with_brackets(code: &str) -> bool {
    bracketed(code).is_some()
}

/// Takes a text apart and holds each part against its row of the table.
pub(super) fn elements(code: &str) -> Result<Vec<Element>, Gs1Error> {
    let code = without_symbology(code.trim());
    if code.trim_matches(SEPARATOR).is_empty() {
        return Err(Gs1Error::Empty);
    }
    if code.len() > LENGTH_MAX {
        return Err(Gs1Error::TooLong);
    }
    if code.starts_with('(') { of_brackets(code) } else { of_separators(code) }
}

fn of_separators(code: &str) -> Result<Vec<Element>, Gs1Error> {
    let mut elements = Vec::new();
    // A separator behind a value of predefined length, at the start or at the
    // end is not needed and does no harm.
    let mut rest = code.trim_start_matches(SEPARATOR);
    while !rest.is_empty() {
        let unknown = || Gs1Error::Unknown(excerpt(rest));
        let digits = rest.get(..2).and_then(identifier::digits_of).ok_or_else(unknown)?;
        let ai = rest.get(..digits).filter(|ai| all_digits(ai)).ok_or_else(unknown)?;
        let behind = &rest[digits..];
        let until_separator = behind.find(SEPARATOR).unwrap_or(behind.len());
        let end = match identifier::of(ai).length {
            // Too short a value is refused by its length below.
            Length::Fixed(length) => (0..=length.min(until_separator))
                .rev()
                .find(|end| behind.is_char_boundary(*end))
                .unwrap_or(0),
            Length::Between(..) => until_separator,
        };
        let (value, after) = behind.split_at(end);
        elements.push(checked(ai, value)?);
        rest = after.trim_start_matches(SEPARATOR);
    }
    Ok(elements)
}

fn of_brackets(code: &str) -> Result<Vec<Element>, Gs1Error> {
    let mut elements = Vec::new();
    let mut rest = code;
    while !rest.is_empty() {
        let (ai, behind) = bracketed(rest).ok_or_else(|| Gs1Error::Brackets(excerpt(rest)))?;
        // Brackets may also stand in a value: only an AI in them ends it.
        let end = behind
            .match_indices('(')
            .map(|(at, _)| at)
            .find(|at| bracketed(&behind[*at..]).is_some())
            .unwrap_or(behind.len());
        let (value, after) = behind.split_at(end);
        elements.push(checked(ai, value.trim_matches([' ', SEPARATOR]))?);
        rest = after;
    }
    Ok(elements)
}

/// The AI in brackets that a text begins with, and what is behind it.
fn bracketed(text: &str) -> Option<(&str, &str)> {
    let (ai, behind) = text.strip_prefix('(')?.split_once(')')?;
    let digits = ai.get(..2).and_then(identifier::digits_of)?;
    (ai.len() == digits && all_digits(ai)).then_some((ai, behind))
}

fn checked(ai: &str, value: &str) -> Result<Element, Gs1Error> {
    let row = identifier::of(ai);
    let wrong_length =
        |rule: String| Gs1Error::Length { ai: ai.to_owned(), found: excerpt(value), rule };
    match row.length {
        Length::Fixed(length) if value.len() != length => {
            return Err(wrong_length(format!("exactly {length} digits")));
        }
        Length::Between(least, most) if !(least..=most).contains(&value.len()) => {
            return Err(wrong_length(format!("{least} to {most} letters or digits")));
        }
        Length::Fixed(_) | Length::Between(..) => {}
    }
    let fits = if row.numeric { all_digits(value) } else { value.bytes().all(is_gs1_letter) };
    if !fits {
        return Err(Gs1Error::Letters { ai: ai.to_owned(), found: excerpt(value) });
    }
    Ok(Element { ai: ai.to_owned(), value: value.to_owned() })
}

/// GS1's set of 82 letters (GS1 General Specifications 7.11), and the few more
/// of set 39 and of addresses, which AIs that are only kept may have.
fn is_gs1_letter(byte: u8) -> bool {
    byte.is_ascii_graphic() || byte == b' '
}

/// Enough of a text to recognise it in a sentence, without what cannot be seen.
fn excerpt(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_control()).take(24).collect()
}
