//! The table of application identifiers (GS1 General Specifications 3.2): how
//! long each is, how long its value is, and what it means here.

use super::measure::Dimension;

/// Letters of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Length {
    /// Of predefined length: no separator is needed behind it (7.8.5).
    Fixed(usize),
    /// Up to the separator.
    Between(usize, usize),
}

/// What a part is to a till.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    Sscc,
    Gtin,
    Content,
    Batch,
    Produced,
    Packed,
    BestBefore,
    SellBy,
    Expiry,
    Serial,
    Count,
    Contained,
    Measured(Dimension),
    Price,
    PriceWithCurrency,
    Other,
}

/// A row of the table.
#[derive(Debug, Clone, Copy)]
pub(super) struct Identifier {
    pub(super) length: Length,
    pub(super) numeric: bool,
    pub(super) meaning: Meaning,
}

/// Longest value of an AI that is only kept (GS1 General Specifications 3.2:
/// 90 letters for the longest).
const KEPT_MAX: usize = 90;

/// Digits of the AI that begins with these two; `None` where GS1 has none.
pub(super) fn digits_of(first_two: &str) -> Option<usize> {
    match first_two.parse::<u8>().ok()? {
        0..=4 | 10..=22 | 30 | 37 | 90..=99 => Some(2),
        23..=25 | 40..=42 | 71 => Some(3),
        31..=36 | 39 | 43 | 70 | 72 | 80..=82 => Some(4),
        _ => None,
    }
}

/// The row of an AI whose digits are complete.
pub(super) fn of(ai: &str) -> Identifier {
    let row = |length, numeric, meaning| Identifier { length, numeric, meaning };
    let fixed = |digits, meaning| row(Length::Fixed(digits), true, meaning);
    let text = |most, meaning| row(Length::Between(1, most), false, meaning);
    let number = |most, meaning| row(Length::Between(1, most), true, meaning);
    match ai {
        "00" => fixed(18, Meaning::Sscc),
        "01" => fixed(14, Meaning::Gtin),
        "02" => fixed(14, Meaning::Content),
        "10" => text(20, Meaning::Batch),
        "11" => fixed(6, Meaning::Produced),
        "13" => fixed(6, Meaning::Packed),
        "15" => fixed(6, Meaning::BestBefore),
        "16" => fixed(6, Meaning::SellBy),
        "17" => fixed(6, Meaning::Expiry),
        "21" => text(20, Meaning::Serial),
        "30" => number(8, Meaning::Count),
        "37" => number(8, Meaning::Contained),
        _ => match (ai.get(..2).unwrap_or_default(), ai.get(..3).unwrap_or_default()) {
            (_, "310") => fixed(6, Meaning::Measured(Dimension::NetKilograms)),
            (_, "311") => fixed(6, Meaning::Measured(Dimension::Metres)),
            (_, "312") => fixed(6, Meaning::Measured(Dimension::WidthMetres)),
            (_, "313") => fixed(6, Meaning::Measured(Dimension::DepthMetres)),
            (_, "314") => fixed(6, Meaning::Measured(Dimension::SquareMetres)),
            (_, "315") => fixed(6, Meaning::Measured(Dimension::Litres)),
            (_, "316") => fixed(6, Meaning::Measured(Dimension::CubicMetres)),
            (_, "320") => fixed(6, Meaning::Measured(Dimension::NetPounds)),
            (_, "392") => number(15, Meaning::Price),
            // Three digits of the currency (ISO 4217) before the amount.
            (_, "393") => row(Length::Between(4, 18), true, Meaning::PriceWithCurrency),
            ("03", _) => fixed(14, Meaning::Other),
            ("04", _) => fixed(16, Meaning::Other),
            ("12" | "14" | "18" | "19", _) => fixed(6, Meaning::Other),
            ("20", _) => fixed(2, Meaning::Other),
            ("31" | "32" | "33" | "34" | "35" | "36", _) => fixed(6, Meaning::Other),
            ("41", _) => fixed(13, Meaning::Other),
            _ => text(KEPT_MAX, Meaning::Other),
        },
    }
}
