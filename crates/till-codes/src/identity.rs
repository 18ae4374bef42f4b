//! Identity documents of customers: which letters each kind has, and its check
//! digit.
//!
//! | kind | document | rule |
//! | --- | --- | --- |
//! | `NIT` | Colombia, taxpayer | 3–15 digits; DV modulo 11, checked or computed |
//! | `CC` | cédula de ciudadanía | 3–11 digits |
//! | `CE` | cédula de extranjería | 3–12 letters and digits |
//! | `TI` | tarjeta de identidad | 10 or 11 digits |
//! | `RC` | registro civil | 6–12 letters and digits |
//! | `PA` | passport | 3–20 letters and digits (ICAO 9303 has up to 9) |
//! | `RUC` | Panama | with hyphens, see below |
//! | `RUC` | Peru | 11 digits beginning with 10, 15, 16, 17 or 20; modulo 11 |
//! | `RUC` | Ecuador | 13 digits ending in 001; persons: modulo 10 |
//! | `REF`, none, others | | kept as they are |
//!
//! Lengths are those the registries have issued over the years, with room: a
//! till without a network must not refuse a customer it cannot look up, only
//! what is surely mistyped.
//!
//! The hyphens of a Panamanian RUC separate its parts and stay; its DV may follow
//! as `DV 59` or behind one more hyphen. DVs of companies are checked and
//! computed, of persons where public sources agree on the rule; others are kept
//! as given. A RUC of digits alone that is none of Peru or Ecuador passes unchecked.

mod check;
mod panama;

pub use check::{ecuador_check_digit, nit_check_digit, peru_check_digit};

use crate::all_digits;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Longest number of any document that is kept.
pub const NUMBER_MAX: usize = 64;

/// A document, in the form it is stored and compared in.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Identity {
    /// In capitals: `CC`, `NIT`, `RUC`, …; empty when none was said.
    pub kind: String,
    /// Without separators (but for the hyphens of a RUC) and without the check
    /// digit of a NIT. Empty together with the kind: there is no document.
    pub number: String,
    /// The check digit of a NIT or the two of a Panamanian RUC, when they are
    /// known.
    pub dv: Option<String>,
}

/// Why a number is not one of its kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdentityError {
    /// A kind and no number.
    #[error("the number of the {0} is missing; write it, or choose no document")]
    Missing(String),
    /// Longer than [`NUMBER_MAX`].
    #[error("the number of the document has more than {NUMBER_MAX} letters; write only the number")]
    TooLong,
    /// A letter the kind does not have.
    #[error(
        "“{number}” has a “{letter}”; the number of a {kind} has {allowed}. Correct it, or choose another kind"
    )]
    Letter {
        /// The kind.
        kind: String,
        /// As typed.
        number: String,
        /// The first that does not belong.
        letter: char,
        /// What it has, in words.
        allowed: &'static str,
    },
    /// Too short or too long.
    #[error(
        "“{number}” has {found} letters or digits; a {kind} has {rule}. Look at the document again"
    )]
    Length {
        /// The kind.
        kind: String,
        /// As typed.
        number: String,
        /// Counted without separators.
        found: usize,
        /// What it has, in words.
        rule: String,
    },
    /// The check digit does not fit the number.
    #[error(
        "the check digit of “{number}” does not fit: a digit is wrong. Look at the document again; for this number it would be {expected}"
    )]
    CheckDigit {
        /// As typed.
        number: String,
        /// The one that fits.
        expected: String,
    },
    /// Not the form of a NIT.
    #[error(
        "“{0}” is not written like a NIT; write 900123456-8, with one digit behind the hyphen or without both"
    )]
    NitForm(String),
    /// Not the form of a RUC.
    #[error(
        "“{0}” is not written like a RUC; write all its parts with hyphens, like 155596713-2-2015, 8-442-445 or E-8-127702, and the check number as DV 59"
    )]
    RucForm(String),
}

impl Identity {
    /// Reads a document as typed.
    ///
    /// # Errors
    /// When the number cannot be one of its kind. Kinds that are not in the table
    /// of this module are never refused but for their length.
    pub fn parse(kind: &str, number: &str) -> Result<Self, IdentityError> {
        let kind = kind_of(kind);
        let typed = tidy(number);
        if typed.chars().count() > NUMBER_MAX {
            return Err(IdentityError::TooLong);
        }
        if typed.is_empty() {
            return match kind.as_str() {
                "" => Ok(Self { kind, number: typed, dv: None }),
                _ => Err(IdentityError::Missing(kind)),
            };
        }
        let plain = |number: String| Self { kind: kind.clone(), number, dv: None };
        match kind.as_str() {
            "NIT" => nit(&typed),
            "RUC" => ruc(&typed),
            "CC" => bare(&kind, &typed, Letters::Digits, 3, 11).map(plain),
            "TI" => bare(&kind, &typed, Letters::Digits, 10, 11).map(plain),
            "CE" => bare(&kind, &typed, Letters::Alphanumeric, 3, 12).map(plain),
            "RC" => bare(&kind, &typed, Letters::Alphanumeric, 6, 12).map(plain),
            "PA" => bare(&kind, &typed, Letters::Alphanumeric, 3, 20).map(plain),
            _ => Ok(plain(typed)),
        }
    }
}

/// Writes the number as people read it, with its check digit; what is written
/// is read back as the same document.
impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.number)?;
        match (&self.dv, self.kind.as_str()) {
            (Some(dv), "NIT") => write!(f, "-{dv}"),
            (Some(dv), _) => write!(f, " DV {dv}"),
            (None, _) => Ok(()),
        }
    }
}

/// The kind in capitals; known ones also with dots, as in `N.I.T.`.
fn kind_of(text: &str) -> String {
    let bare: String = text.chars().filter(char::is_ascii_alphanumeric).collect();
    let bare = bare.to_ascii_uppercase();
    match bare.as_str() {
        "CC" | "NIT" | "CE" | "TI" | "PA" | "RC" | "RUC" | "REF" => bare,
        _ => tidy(text).to_uppercase(),
    }
}

/// One blank where there were several, none around, no control characters, and
/// the hyphen of keyboards for all its look-alikes.
fn tidy(text: &str) -> String {
    let words: Vec<String> = text
        .split_whitespace()
        .map(|word| word.chars().filter(|letter| !letter.is_control()))
        .map(|word| word.map(|letter| if is_hyphen(letter) { '-' } else { letter }).collect())
        .filter(|word: &String| !word.is_empty())
        .collect();
    words.join(" ")
}

fn is_hyphen(letter: char) -> bool {
    matches!(letter, '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe63}' | '\u{ff0d}')
}

/// What only helps reading a number, and the apostrophe of spreadsheets.
fn is_separator(letter: char) -> bool {
    matches!(letter, '.' | ',' | '-' | ' ' | '\'' | '’')
}

#[derive(Clone, Copy)]
enum Letters {
    Digits,
    Alphanumeric,
}

/// The number without separators, when it has the letters and length of its kind.
fn bare(
    kind: &str,
    typed: &str,
    letters: Letters,
    least: usize,
    most: usize,
) -> Result<String, IdentityError> {
    let number: String = typed
        .chars()
        .filter(|letter| !is_separator(*letter))
        .map(|letter| letter.to_ascii_uppercase())
        .collect();
    let (allowed, fits): (_, fn(&char) -> bool) = match letters {
        Letters::Digits => ("digits only", char::is_ascii_digit),
        Letters::Alphanumeric => ("letters A to Z and digits", char::is_ascii_alphanumeric),
    };
    let strange = number.chars().find(|letter| !fits(letter));
    if let Some(letter) = strange {
        let (kind, number) = (kind.to_owned(), typed.to_owned());
        return Err(IdentityError::Letter { kind, number, letter, allowed });
    }
    if !(least..=most).contains(&number.len()) {
        return Err(IdentityError::Length {
            kind: kind.to_owned(),
            number: typed.to_owned(),
            found: number.len(),
            rule: format!("{least} to {most}"),
        });
    }
    Ok(number)
}

/// The number and the check digit that stands behind `DV`, if it does.
fn split_dv(typed: &str) -> (&str, Option<&str>) {
    let Some(at) = typed.find(['D', 'd']) else {
        return (typed, None);
    };
    let (number, behind) = typed.split_at(at);
    let dotted = ["DV", "D.V.", "D.V"].iter().find(|mark| {
        behind.get(..mark.len()).is_some_and(|found| found.eq_ignore_ascii_case(mark))
    });
    match dotted {
        Some(mark) => {
            let dv = behind[mark.len()..].trim_start_matches([' ', '.', ':', '-']);
            (number.trim_end_matches([' ', ',', '-']), Some(dv.trim_end()))
        }
        None => (typed, None),
    }
}

fn nit(typed: &str) -> Result<Identity, IdentityError> {
    let (number, mut written) = split_dv(typed);
    let mut number = number;
    if written.is_none()
        && let Some((before, behind)) = number.rsplit_once('-')
    {
        (number, written) = (before, Some(behind.trim()));
    }
    // More hyphens, or more than a digit behind the last, may be a NIT whose
    // writer grouped it by hyphens: what its last digit is cannot be known.
    let misplaced = written.is_some_and(|dv| dv.len() != 1 && all_digits(dv));
    if number.contains('-') || written == Some("") || misplaced {
        return Err(IdentityError::NitForm(typed.to_owned()));
    }
    let number = bare("NIT", number, Letters::Digits, 3, 15)?;
    let expected = nit_check_digit(&number).map(String::from);
    match (written, expected) {
        (Some(written), Some(expected)) if written != expected => {
            Err(IdentityError::CheckDigit { number: typed.to_owned(), expected })
        }
        (_, dv) => Ok(Identity { kind: "NIT".to_owned(), number, dv }),
    }
}

fn ruc(typed: &str) -> Result<Identity, IdentityError> {
    let (number, written) = split_dv(typed);
    let number: String = number
        .chars()
        .filter(|letter| *letter == '-' || !is_separator(*letter))
        .map(|letter| letter.to_ascii_uppercase())
        .collect();
    let identity = |number, dv| Identity { kind: "RUC".to_owned(), number, dv };
    let wrong = |expected| IdentityError::CheckDigit { number: typed.to_owned(), expected };
    let form = || IdentityError::RucForm(typed.to_owned());
    if all_digits(&number) {
        if let Some(expected) = foreign_fault(&number) {
            return Err(wrong(expected));
        }
        let dv = match written {
            Some(dv) if all_digits(dv) && dv.len() <= 2 => Some(format!("{dv:0>2}")),
            Some(_) => return Err(form()),
            None => None,
        };
        return match number.len() {
            5..=20 => Ok(identity(number, dv)),
            found => Err(IdentityError::Length {
                kind: "RUC".to_owned(),
                number: typed.to_owned(),
                found,
                rule: "5 to 20".to_owned(),
            }),
        };
    }
    let ruc = panama::parse(&number, written).ok_or_else(form)?;
    match (ruc.written, ruc.fitting.first()) {
        (Some(written), Some(first)) if !ruc.fitting.contains(&written) => {
            Err(wrong(first.clone()))
        }
        (Some(written), _) => Ok(identity(ruc.number, Some(written))),
        (None, first) => Ok(identity(ruc.number, first.cloned())),
    }
}

/// The last digits a RUC of Peru or Ecuador should have, when it has others.
fn foreign_fault(number: &str) -> Option<String> {
    let expected = match number.len() {
        11 if ["10", "15", "16", "17", "20"].iter().any(|kind| number.starts_with(kind)) => {
            peru_check_digit(&number[..10])?
        }
        // The third digit of persons is 0–5; companies' check digits are no
        // longer dependable since SRI ran out of those that fit.
        13 if number.ends_with("001")
            && matches!(number[..2].parse(), Ok(1..=24 | 30u8))
            && number.as_bytes()[2] < b'6' =>
        {
            ecuador_check_digit(&number[..9])?
        }
        _ => return None,
    };
    let at = if number.len() == 11 { 10 } else { 9 };
    (!number[at..].starts_with(expected)).then(|| expected.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(kind: &str, number: &str) -> (String, String, Option<String>) {
        let read =
            Identity::parse(kind, number).unwrap_or_else(|error| panic!("{number}: {error}"));
        (read.kind, read.number, read.dv)
    }

    fn fault(kind: &str, number: &str) -> String {
        Identity::parse(kind, number).unwrap_err().to_string()
    }

    #[test]
    fn a_nit_is_read_however_it_is_written() {
        for text in [
            "900123456-8",
            "900.123.456-8",
            "900123456",
            "900 123 456 - 8",
            "900,123,456–8",
            "'900123456-8",
            "900123456 DV 8",
            "900123456 D.V. 8",
            "900.123.456",
        ] {
            let expected = ("NIT".to_owned(), "900123456".to_owned(), Some("8".to_owned()));
            assert_eq!(read("NIT", text), expected, "{text}");
        }
        assert_eq!(read("n.i.t.", "800197268-4").2.as_deref(), Some("4"));
        // A person's NIT is the cédula: its last digit is no check digit.
        assert_eq!(
            read("NIT", "1020304501"),
            ("NIT".into(), "1020304501".into(), Some("8".into()))
        );
    }

    #[test]
    fn a_wrong_nit_says_what_is_wrong() {
        assert!(fault("NIT", "900123456-7").contains("it would be 8"));
        assert!(fault("NIT", "900123465-8").contains("does not fit"));
        assert!(fault("NIT", "900-123-456").contains("write 900123456-8"));
        assert!(fault("NIT", "900123456-").contains("write 900123456-8"));
        assert!(fault("NIT", "90012345A").contains("has a “A”"));
        assert!(fault("NIT", "900123456-x").contains("does not fit"));
        assert!(fault("NIT", "12").contains("3 to 15"));
        assert!(fault("NIT", "").contains("number of the NIT is missing"));
    }

    #[test]
    fn documents_of_persons_keep_their_letters() {
        assert_eq!(read("CC", "1.020.304.501").1, "1020304501");
        assert_eq!(read("cc", " 1020304501 ").0, "CC");
        assert_eq!(read("CE", "e-123456").1, "E123456");
        assert_eq!(read("PA", "ab 123456").1, "AB123456");
        assert_eq!(read("TI", "1.020.304.501").1, "1020304501");
        assert_eq!(read("RC", "1020304501").1, "1020304501");
        assert!(fault("CC", "PE-10-442").contains("digits only"));
        assert!(fault("CC", "12").contains("3 to 11"));
        assert!(fault("TI", "123").contains("10 to 11"));
        assert!(fault("PA", "ÑÑ123").contains("“Ñ”"));
        assert!(fault("PA", "AB#123").contains("“#”"));
    }

    #[test]
    fn a_ruc_of_panama_keeps_its_hyphens() {
        let read = |number: &str| {
            let (_, number, dv) = read("RUC", number);
            (number, dv.unwrap_or_default())
        };
        let expected = ("155596713-2-2015".to_owned(), "59".to_owned());
        for text in [
            "155596713-2-2015",
            "155596713-2-2015 DV 59",
            "155596713-2-2015 D.V. 59",
            "155596713-2-2015-59",
            "155596713 - 2 - 2015 dv59",
            "155596713–2–2015",
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
        assert_eq!(read("pe-10-442 dv 50"), ("PE-10-442".to_owned(), "50".to_owned()));
        assert_eq!(read("8-NT-1-13656 DV 43"), ("8-NT-1-13656".to_owned(), "43".to_owned()));
        // No rule is known: kept as given.
        assert_eq!(read("E-1234-12770 DV 11").1, "11");
        assert!(fault("RUC", "155596713-2-2015 DV 58").contains("it would be 59"));
        assert!(fault("RUC", "155596713-2").contains("all its parts"));
        assert!(fault("RUC", "X-1-2").contains("all its parts"));
        assert!(fault("RUC", "155596713-2-2015 DV").contains("all its parts"));
        // A number that may be a person's or a company's: both check digits do.
        let both = panama::parse("8-442-445", None).unwrap().fitting;
        for dv in &both {
            assert_eq!(read(&format!("8-442-445 DV {dv}")).1, *dv);
        }
        assert_eq!(read("8-442-445").1, "08");
    }

    #[test]
    fn a_ruc_of_the_neighbours_is_checked() {
        assert_eq!(read("RUC", "20131312955").1, "20131312955");
        assert!(fault("RUC", "20131312954").contains("it would be 5"));
        assert_eq!(read("RUC", "0105566046001").1, "0105566046001");
        assert!(fault("RUC", "0105566047001").contains("it would be 6"));
        // Companies of Ecuador, and Panamanian numbers without hyphens.
        assert_eq!(read("RUC", "0992256230001").1, "0992256230001");
        assert_eq!(read("RUC", "15559671322015").2, None);
        assert!(fault("RUC", "1234").contains("5 to 20"));
    }

    #[test]
    fn what_is_not_known_passes() {
        let none = Identity { kind: String::new(), number: String::new(), dv: None };
        assert_eq!(Identity::parse(" ", ""), Ok(none));
        assert_eq!(read("", " 12  34-A ").1, "12 34-A");
        assert_eq!(read("REF", "cliente/7").1, "cliente/7");
        assert_eq!(read("rut", "76.543.210-k"), ("RUT".into(), "76.543.210-k".into(), None));
        assert_eq!(read("Otro  tipo", "ñ").0, "OTRO TIPO");
        assert!(fault("REF", &"9".repeat(65)).contains("more than 64"));
        assert!(fault("REF", "").contains("is missing"));
    }

    fn documents() -> impl Strategy<Value = (&'static str, String)> {
        prop_oneof![
            "[0-9]{3,15}".prop_map(|number| ("NIT", number)),
            "[0-9]{3,11}".prop_map(|number| ("CC", number)),
            "[A-Z0-9]{6,12}".prop_map(|number| ("CE", number)),
            "[1-9][0-9]{0,8}-[0-9]{1,4}-[0-9]{1,6}".prop_map(|number| ("RUC", number)),
            "(E|N|PE|[1-9]AV|1[0-3]PI|8-NT)-[0-9]{1,4}-[0-9]{1,9}"
                .prop_map(|number| ("RUC", number)),
            "\\PC{1,20}".prop_map(|number| ("REF", number)),
        ]
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back((kind, number) in documents()) {
            if let Ok(read) = Identity::parse(kind, &number) {
                prop_assert_eq!(Identity::parse(kind, &read.to_string()), Ok(read.clone()));
                prop_assert_eq!(Identity::parse(&read.kind, &read.number), Ok(read));
            } else {
                prop_assert_eq!(tidy(&number), "", "{}", number);
            }
        }

        #[test]
        fn a_wrong_check_digit_is_refused(number in "[0-9]{9}", dv in 0u32..10) {
            let right = nit_check_digit(&number).unwrap().to_digit(10).unwrap();
            prop_assert_eq!(Identity::parse("NIT", &format!("{number}-{dv}")).is_ok(), dv == right);
        }

        #[test]
        fn nothing_panics(kind in "NIT|RUC|CC|PA|\\PC{0,5}", number in "[0-9EPNAVITD.ñ -]{0,30}|\\PC{0,80}") {
            let _ = Identity::parse(&kind, &number);
        }
    }
}
