//! Measures and amounts whose AI says where the decimal point is.

use serde::{Deserialize, Serialize};
use till_schema::Quantity;
use till_schema::money::div_half_even;

/// What is measured (AIs 310n–316n and 320n).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Dimension {
    /// 310n: net weight in kilograms.
    NetKilograms,
    /// 311n: length in metres.
    Metres,
    /// 312n: width or diameter in metres.
    WidthMetres,
    /// 313n: depth, thickness or height in metres.
    DepthMetres,
    /// 314n: area in square metres.
    SquareMetres,
    /// 315n: net volume in litres.
    Litres,
    /// 316n: net volume in cubic metres.
    CubicMetres,
    /// 320n: net weight in pounds.
    NetPounds,
}

/// A measure as printed: `digits` × 10^−`decimals`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Measure {
    /// What is measured, and its unit.
    pub dimension: Dimension,
    /// The digits as a whole number.
    pub digits: i64,
    /// How many of them stand behind the decimal point.
    pub decimals: u32,
}

impl Measure {
    /// The digits were looked at before: six at most.
    pub(super) fn parse(dimension: Dimension, ai: &str, digits: &str) -> Self {
        Self { dimension, digits: digits.parse().unwrap_or(0), decimals: decimals_of(ai) }
    }

    /// As a quantity, to the nearest thousandth, ties to the even one.
    pub fn thousandths(&self) -> Quantity {
        Quantity(scaled(self.digits, self.decimals, 3).0)
    }
}

/// An amount as printed: `digits` × 10^−`decimals`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Amount {
    /// The digits as a whole number.
    pub digits: i64,
    /// How many of them stand behind the decimal point.
    pub decimals: u32,
    /// ISO 4217, three digits, such as 170 (COP) or 840 (USD); only in AI 393n.
    pub currency: Option<String>,
}

impl Amount {
    /// The digits were looked at before: fifteen at most.
    pub(super) fn parse(ai: &str, digits: &str, currency: Option<&str>) -> Self {
        Self {
            digits: digits.parse().unwrap_or(0),
            decimals: decimals_of(ai),
            currency: currency.map(str::to_owned),
        }
    }

    /// In minor units of a currency with this many decimals (all currencies of
    /// the books have two). `None` when it would have to be rounded or is too
    /// large: an amount is never rounded in silence.
    pub fn minor(&self, decimals: u32) -> Option<i64> {
        if decimals > 9 {
            return None;
        }
        let (minor, exact) = scaled(self.digits, self.decimals, decimals);
        (exact && minor <= till_schema::money::AMOUNT_MAX).then_some(minor)
    }
}

/// The last digit of an AI of four.
fn decimals_of(ai: &str) -> u32 {
    ai.chars().next_back().and_then(|digit| digit.to_digit(10)).unwrap_or(0)
}

/// From one number of decimals to another, and whether nothing was lost.
fn scaled(digits: i64, from: u32, to: u32) -> (i64, bool) {
    let wide = i128::from(digits) * 10_i128.pow(to);
    let divisor = 10_i128.pow(from);
    let result = i64::try_from(div_half_even(wide, divisor));
    (result.unwrap_or(i64::MAX), result.is_ok() && wide % divisor == 0)
}
