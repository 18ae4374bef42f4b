//! What a cashier types into the one field: a code, or how many of it.
//!
//! `3*CODE`, `3×CODE`, `3xCODE` and `0,5*CODE` are a quantity and a code. A
//! capital `X` only counts before a digit or a blank, because article numbers
//! such as `3XL-SHIRT` are written in capitals; before looking up the parts,
//! callers look for an article whose code is the whole text, [`Entry::typed`].

use serde::{Deserialize, Serialize};
use till_schema::Quantity;
use till_schema::money::AmountError;

/// Largest quantity that is typed before a code. Above it the two were most
/// likely typed the wrong way round.
pub const QUANTITY_MAX: Quantity = Quantity::units(99_999);

/// What was typed, taken apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The quantity before the code; `None` for a plain code.
    pub quantity: Option<Quantity>,
    /// The code, without blanks around it.
    pub code: String,
    /// The whole text, without blanks around it.
    pub typed: String,
}

/// Why a text is neither a code nor a quantity and a code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EntryError {
    /// Nothing typed.
    #[error("nothing is typed; scan a code or type one, for several 3*code")]
    Empty,
    /// A quantity and no code.
    #[error("“{0}” has no code behind the quantity; scan or type the code after it")]
    NoCode(String),
    /// A multiplication sign and nothing before it.
    #[error("“{0}” has no quantity before the sign; write it like 3*code")]
    NoQuantity(String),
    /// The part before the sign is not a quantity.
    #[error("the quantity cannot be used: {0}")]
    Quantity(#[from] AmountError),
    /// Zero or less.
    #[error("the quantity “{0}” is not above zero; to take something off, remove its line")]
    NotPositive(String),
    /// Above [`QUANTITY_MAX`].
    #[error("the quantity “{0}” is too large; write the quantity first and then the code: 3*code")]
    TooLarge(String),
}

impl Entry {
    /// Takes a typed or scanned text apart. Element strings of GS1 (with
    /// brackets or separators) stay whole: they are codes.
    ///
    /// # Errors
    /// When nothing is typed, or what looks like a quantity before a code is
    /// not one.
    pub fn parse(text: &str) -> Result<Self, EntryError> {
        let typed = text.trim();
        if typed.is_empty() {
            return Err(EntryError::Empty);
        }
        let plain = || Self { quantity: None, code: typed.to_owned(), typed: typed.to_owned() };
        let Some((before, code)) = split(typed) else {
            return Ok(plain());
        };
        if before.is_empty() {
            // Code 39 prints its start and stop as asterisks: `*ABC*`.
            let inner = code.strip_suffix('*').unwrap_or_default();
            return if inner.is_empty() {
                Err(EntryError::NoQuantity(typed.to_owned()))
            } else {
                Ok(Self { quantity: None, code: inner.to_owned(), typed: typed.to_owned() })
            };
        }
        if code.is_empty() {
            return Err(EntryError::NoCode(typed.to_owned()));
        }
        let with_zero = match before.strip_prefix(['.', ',']) {
            Some(fraction) => format!("0.{fraction}"),
            None => before.to_owned(),
        };
        let quantity = match Quantity::parse(&with_zero) {
            Ok(quantity) => quantity,
            Err(AmountError::TooLarge(_)) => return Err(EntryError::TooLarge(before.to_owned())),
            Err(error) => return Err(error.into()),
        };
        if quantity <= Quantity(0) {
            return Err(EntryError::NotPositive(before.to_owned()));
        }
        if quantity > QUANTITY_MAX {
            return Err(EntryError::TooLarge(before.to_owned()));
        }
        Ok(Self { quantity: Some(quantity), code: code.to_owned(), typed: typed.to_owned() })
    }
}

/// The parts before and behind the first multiplication sign, when what is
/// before it could only be meant as a number.
fn split(typed: &str) -> Option<(&str, &str)> {
    let numeric = |letter: char| letter.is_ascii_digit() || matches!(letter, '.' | ',' | '-' | '+');
    let at = typed.find(|letter: char| !numeric(letter) && letter != ' ')?;
    let before = typed[..at].trim_end();
    let mut behind = typed[at..].chars();
    let sign = behind.next()?;
    let code = behind.as_str();
    let counts = match sign {
        '*' | '×' => true,
        'x' => !before.is_empty(),
        'X' => {
            !before.is_empty()
                && code.starts_with(|next: char| next == ' ' || next.is_ascii_digit())
        }
        _ => false,
    };
    // `770-12*3` is a code with an asterisk: a sign inside is no number.
    let is_number =
        !before.contains(' ') && !before.get(1..).is_some_and(|rest| rest.contains(['-', '+']));
    (counts && is_number).then(|| (before, code.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parts(text: &str) -> (Option<i64>, String) {
        let entry = Entry::parse(text).unwrap();
        (entry.quantity.map(|quantity| quantity.0), entry.code)
    }

    #[test]
    fn a_quantity_may_stand_before_the_code() {
        for (text, thousandths, code) in [
            ("3*7702004003508", 3000, "7702004003508"),
            ("3x7702004003508", 3000, "7702004003508"),
            ("3X7702004003508", 3000, "7702004003508"),
            ("3×7702004003508", 3000, "7702004003508"),
            ("0.5*QUESO", 500, "QUESO"),
            ("0,5*QUESO", 500, "QUESO"),
            (",25*QUESO", 250, "QUESO"),
            ("3xQUESO", 3000, "QUESO"),
            (" 12 * pan de bono \n", 12_000, "pan de bono"),
            ("2 x 4011", 2000, "4011"),
            ("2*A*B", 2000, "A*B"),
            ("2*(01)09506000134352(10)A*1", 2000, "(01)09506000134352(10)A*1"),
        ] {
            assert_eq!(parts(text), (Some(thousandths), code.to_owned()), "{text}");
        }
    }

    #[test]
    fn plain_codes_stay_whole() {
        for code in [
            "7702004003508",
            "3XL-SHIRT",
            "2 XL",
            "x",
            "xerox",
            "A*B",
            "arroz 500",
            "770-12*3",
            "(01)09506000134352(10)A*1",
            "]C10109506000134352",
            "12.5",
            "3 4*5",
        ] {
            assert_eq!(parts(code), (None, code.to_owned()), "{code}");
        }
        assert_eq!(parts("*ABC*"), (None, "ABC".to_owned()));
    }

    #[test]
    fn errors_say_what_to_do() {
        for (text, words) in [
            ("", "nothing is typed"),
            ("  \n", "nothing is typed"),
            ("3*", "no code behind"),
            ("3x ", "no code behind"),
            ("*5", "like 3*code"),
            ("*", "like 3*code"),
            ("0*PAN", "not above zero"),
            ("-1*PAN", "not above zero"),
            ("1.2.3*PAN", "is not a number"),
            ("0.1234*PAN", "too many decimals"),
            ("7702004003508*3", "quantity first"),
            ("77020040035080000000000*3", "quantity first"),
        ] {
            let error = Entry::parse(text).unwrap_err().to_string();
            assert!(error.contains(words), "{text}: {error}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(thousandths in 1i64..=QUANTITY_MAX.0, code in "[A-Z0-9][A-Z0-9*.-]{0,12}") {
            let entry = Entry::parse(&format!("{}*{code}", Quantity(thousandths))).unwrap();
            prop_assert_eq!((entry.quantity, entry.code), (Some(Quantity(thousandths)), code));
        }

        #[test]
        fn nothing_panics_and_no_quantity_is_odd(text in "[0-9.,xX*× +-]{0,8}\\PC{0,8}") {
            if let Ok(entry) = Entry::parse(&text) {
                prop_assert!(!entry.code.is_empty());
                prop_assert!(entry.quantity.is_none_or(|q| q > Quantity(0) && q <= QUANTITY_MAX));
            }
        }
    }
}
