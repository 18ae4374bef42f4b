//! Amounts: integers in the currency's minor unit, quantities in thousandths.
//!
//! ```
//! use till_schema::money::{AmountError, Currency, Quantity};
//!
//! let price = Currency::Usd.parse("12.5")?;
//! assert_eq!(price, 1250);
//! assert_eq!(Currency::Usd.format(price), "US$\u{a0}12.50");
//! assert_eq!(Currency::Cop.format(12_840_000), "$\u{a0}128.400");
//!
//! // Nothing is rounded in silence.
//! assert_eq!(Currency::Usd.parse("0.125"), Err(AmountError::TooPrecise("0.125".into(), 2)));
//!
//! assert_eq!(Quantity::parse("0.250")?, Quantity(250));
//! assert_eq!(Quantity::units(3).to_string(), "3");
//! # Ok::<(), AmountError>(())
//! ```

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A currency the shop may keep its books in (ISO 4217).
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Encode, Decode, Serialize, Deserialize,
)]
#[cbor(index_only)]
#[serde(rename_all = "UPPERCASE")]
pub enum Currency {
    /// Colombian peso. Kept in centavos (documents carry two decimals), shown without them.
    #[n(0)]
    Cop,
    /// United States dollar, in cents.
    #[n(1)]
    Usd,
    /// Panamanian balboa, in centésimos.
    #[n(2)]
    Pab,
}

impl Currency {
    /// Digits of the minor unit.
    pub const fn decimals(self) -> u32 {
        2
    }

    /// The ISO 4217 code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Cop => "COP",
            Self::Usd => "USD",
            Self::Pab => "PAB",
        }
    }

    /// Parses a plain decimal such as `12`, `12.5` or `12,50` into minor units.
    ///
    /// # Errors
    /// When the text is not a decimal number or has more decimals than the
    /// currency: an amount is never rounded in silence.
    pub fn parse(self, text: &str) -> Result<i64, AmountError> {
        parse_decimal(text, self.decimals())
    }

    /// Writes minor units as people of the currency's country write them:
    /// `$ 128.400`, `US$ 12.35`, `B/. 12.35`. Pesos show centavos only when
    /// there are some.
    pub fn format(self, minor: i64) -> String {
        let (symbol, group, point) = match self {
            Self::Cop => ("$", '.', ','),
            Self::Usd => ("US$", ',', '.'),
            Self::Pab => ("B/.", ',', '.'),
        };
        let unsigned = minor.unsigned_abs();
        let (whole, cents) = (unsigned / 100, unsigned % 100);
        let digits = whole.to_string();
        let mut text = String::new();
        for (index, digit) in digits.chars().enumerate() {
            if index > 0 && (digits.len() - index).is_multiple_of(3) {
                text.push(group);
            }
            text.push(digit);
        }
        if self != Self::Cop || cents != 0 {
            text.push_str(&format!("{point}{cents:02}"));
        }
        format!("{}{symbol}\u{a0}{text}", if minor < 0 { "−" } else { "" })
    }
}

impl std::str::FromStr for Currency {
    type Err = AmountError;

    fn from_str(text: &str) -> Result<Self, AmountError> {
        match text.to_ascii_uppercase().as_str() {
            "COP" => Ok(Self::Cop),
            "USD" => Ok(Self::Usd),
            "PAB" => Ok(Self::Pab),
            _ => Err(AmountError::UnknownCurrency(text.to_owned())),
        }
    }
}

/// Why a text is not an amount.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AmountError {
    /// Not digits with at most one decimal mark.
    #[error("“{0}” is not a number; write it like 12.50")]
    NotANumber(String),
    /// More decimals than the unit has.
    #[error("“{0}” has too many decimals; at most {1} are kept")]
    TooPrecise(String, u32),
    /// Larger than the books can hold.
    #[error("“{0}” is too large")]
    TooLarge(String),
    /// A currency the shop cannot keep books in.
    #[error("currency “{0}” is not supported; use COP, USD or PAB")]
    UnknownCurrency(String),
}

fn parse_decimal(text: &str, decimals: u32) -> Result<i64, AmountError> {
    let trimmed = text.trim();
    let (negative, digits) = match trimmed.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, trimmed),
    };
    let (whole, fraction) = digits.split_once(['.', ',']).unwrap_or((digits, ""));
    let plain = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !plain(whole) || !plain(fraction) {
        return Err(AmountError::NotANumber(text.to_owned()));
    }
    let fraction = fraction.trim_end_matches('0');
    if fraction.len() > decimals as usize {
        return Err(AmountError::TooPrecise(text.to_owned(), decimals));
    }
    let too_large = || AmountError::TooLarge(text.to_owned());
    let scaled = format!("{whole}{fraction:0<width$}", width = decimals as usize);
    let value: i64 = scaled.parse().map_err(|_| too_large())?;
    if value > AMOUNT_MAX {
        return Err(too_large());
    }
    Ok(if negative { -value } else { value })
}

/// Largest amount or quantity accepted from outside: sums of many stay far from overflow.
pub const AMOUNT_MAX: i64 = 1_000_000_000_000_000;

/// A quantity in thousandths of the product's unit: 1 piece = 1000, 250 g = 250.
#[derive(
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Debug,
    Default,
    Hash,
    Encode,
    Decode,
    Serialize,
    Deserialize,
)]
#[cbor(transparent)]
#[serde(transparent)]
pub struct Quantity(#[n(0)] pub i64);

impl Quantity {
    /// One whole unit.
    pub const ONE: Self = Self(1000);

    /// A count of whole units.
    pub const fn units(count: i64) -> Self {
        Self(count * 1000)
    }

    /// Parses a decimal such as `3` or `0.250`.
    ///
    /// # Errors
    /// When the text is not a decimal with at most three decimals.
    pub fn parse(text: &str) -> Result<Self, AmountError> {
        parse_decimal(text, 3).map(Self)
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let value = self.0.unsigned_abs();
        let text = format!("{sign}{}.{:03}", value / 1000, value % 1000);
        f.write_str(text.trim_end_matches('0').trim_end_matches('.'))
    }
}

/// Divides and rounds to the nearest integer, ties to the even one (the rule
/// of DIAN annex 1.9 §1.2.3 and of ISO 80000-1, rule A).
///
/// # Panics
/// When `divisor` is not positive.
pub fn div_half_even(dividend: i128, divisor: i128) -> i128 {
    assert!(divisor > 0, "the divisor is a positive scale");
    let quotient = dividend.div_euclid(divisor);
    let twice = 2 * dividend.rem_euclid(divisor);
    match twice.cmp(&divisor) {
        std::cmp::Ordering::Less => quotient,
        std::cmp::Ordering::Greater => quotient + 1,
        std::cmp::Ordering::Equal => quotient + quotient.rem_euclid(2),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_parse_with_either_decimal_mark() {
        assert_eq!(Currency::Usd.parse("12.35"), Ok(1235));
        assert_eq!(Currency::Usd.parse("12,3"), Ok(1230));
        assert_eq!(Currency::Cop.parse("-4500"), Ok(-450_000));
        assert_eq!(Currency::Usd.parse("1.500"), Ok(150));
    }

    #[test]
    fn amounts_refuse_what_they_would_have_to_guess() {
        for text in ["", "-", "abc", "1.2.3", "1e3", "12.345", "99999999999999999999"] {
            assert!(Currency::Usd.parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn money_reads_as_in_its_country() {
        assert_eq!(Currency::Cop.format(12_840_000), "$\u{a0}128.400");
        assert_eq!(Currency::Usd.format(-123_456_789), "−US$\u{a0}1,234,567.89");
        assert_eq!(Currency::Pab.format(5), "B/.\u{a0}0.05");
    }

    #[test]
    fn quantities_show_no_needless_zeros() {
        assert_eq!(Quantity(250).to_string(), "0.25");
        assert_eq!(Quantity::units(3).to_string(), "3");
        assert_eq!(Quantity::parse("0.250"), Ok(Quantity(250)));
    }

    #[test]
    fn halves_go_to_the_even_neighbour() {
        let rounded: Vec<i128> =
            [5, 15, 25, -5, -15, 14, 16].map(|n| div_half_even(n, 10)).to_vec();
        assert_eq!(rounded, [0, 2, 2, 0, -2, 1, 2]);
    }
}
