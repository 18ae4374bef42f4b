//! Numbers as people and spreadsheets write them, read only when there is one
//! way to read them.

use super::{PRICE_MAX, TAX_RATE_BP_MAX};
use till_schema::money::AmountError;
use till_schema::{Currency, Quantity};

/// Why a text is not the number asked for.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub(super) enum NumberError {
    #[error("“{0}” is not a number; write it like 12.50")]
    NotANumber(String),
    #[error(
        "“{text}” can be read as {whole} or as {decimal}; \
         write it without thousands marks and with two decimals or none"
    )]
    Ambiguous { text: String, whole: String, decimal: String },
    #[error("“{0}” is negative; a price is zero or more")]
    Negative(String),
    #[error("“{text}” has too many decimals; at most {decimals} are kept")]
    TooPrecise { text: String, decimals: u32 },
    #[error("“{0}” is too large")]
    TooLarge(String),
    #[error("“{text}” is in {found}, but the shop keeps its books in {expected}")]
    OtherCurrency { text: String, found: &'static str, expected: &'static str },
    #[error("“{0}” is not a percentage from 0 to 100; write 19 for 19 %")]
    NotAPercentage(String),
}

/// Signs an amount may carry, with the currency each one says; `$` is every
/// currency's. Longer ones come first.
const SIGNS: [(&str, Option<Currency>); 7] = [
    ("COL$", Some(Currency::Cop)),
    ("US$", Some(Currency::Usd)),
    ("B/.", Some(Currency::Pab)),
    ("COP", Some(Currency::Cop)),
    ("USD", Some(Currency::Usd)),
    ("PAB", Some(Currency::Pab)),
    ("$", None),
];

/// A price in minor units.
///
/// Marks between thousands are taken when nothing else can be meant: `1.234,50`,
/// `1,234.50`, `1.234.567`. One mark before three digits (`1.500`) can be
/// either, so it is refused, unless a currency sign stands beside it and the
/// mark is the one the currency's country puts between thousands: `$ 1.500` in
/// pesos, `$1,500` in dollars.
pub(super) fn price(text: &str, currency: Currency) -> Result<i64, NumberError> {
    let (bare, signed) = without_sign(text, currency)?;
    if bare.starts_with(['-', '−']) {
        return Err(NumberError::Negative(text.to_owned()));
    }
    let group = signed.then_some(match currency {
        Currency::Cop => '.',
        Currency::Usd | Currency::Pab => ',',
    });
    let plain = plain_decimal(text, bare, group)?;
    let price = currency.parse(&plain).map_err(|error| restated(text, &error))?;
    if price > PRICE_MAX {
        return Err(NumberError::TooLarge(text.to_owned()));
    }
    Ok(price)
}

/// A quantity; may be negative, as stock sold before it was counted is.
pub(super) fn quantity(text: &str) -> Result<Quantity, NumberError> {
    let trimmed = text.trim();
    let (sign, bare) = match trimmed.strip_prefix(['-', '−']) {
        Some(rest) => ("-", rest),
        None => ("", trimmed),
    };
    let plain = plain_decimal(text, bare, None)?;
    Quantity::parse(&format!("{sign}{plain}")).map_err(|error| restated(text, &error))
}

/// A percentage such as `19`, `19 %` or `5,5`, in basis points. A rate below
/// one percent is refused: it is a fraction (`0.19`) far more often.
pub(super) fn percent(text: &str) -> Result<u32, NumberError> {
    let not_a_percentage = || NumberError::NotAPercentage(text.to_owned());
    let bare = text.trim().trim_end_matches('%').trim_end();
    let thousandths = quantity(bare).map_err(|_| not_a_percentage())?.0;
    if thousandths % 10 != 0 || (1..1000).contains(&thousandths) {
        return Err(not_a_percentage());
    }
    let rate = u32::try_from(thousandths / 10).map_err(|_| not_a_percentage())?;
    if rate > TAX_RATE_BP_MAX { Err(not_a_percentage()) } else { Ok(rate) }
}

/// The amount without currency signs before and after it, and whether it had one.
fn without_sign(text: &str, currency: Currency) -> Result<(&str, bool), NumberError> {
    let mut bare = text.trim();
    let mut signed = false;
    // One sign on each side at most, and a `$` beside a code.
    for _ in 0..3 {
        let Some((rest, says)) = SIGNS.iter().find_map(|(sign, says)| {
            let start = bare.get(..sign.len()).filter(|start| start.eq_ignore_ascii_case(sign));
            let cut = bare.len().saturating_sub(sign.len());
            let end = bare.get(cut..).filter(|end| end.eq_ignore_ascii_case(sign));
            match (start, end) {
                (Some(_), _) => Some((&bare[sign.len()..], *says)),
                (None, Some(_)) => Some((&bare[..cut], *says)),
                (None, None) => None,
            }
        }) else {
            break;
        };
        if let Some(found) = says.filter(|found| *found != currency) {
            let (found, expected) = (found.code(), currency.code());
            return Err(NumberError::OtherCurrency { text: text.to_owned(), found, expected });
        }
        (bare, signed) = (rest.trim(), true);
    }
    Ok((bare, signed))
}

/// `bare` as digits with at most one point; `text` is the cell, for messages.
fn plain_decimal(text: &str, bare: &str, group: Option<char>) -> Result<String, NumberError> {
    let not_a_number = || NumberError::NotANumber(text.to_owned());
    let bare: String =
        bare.chars().map(|letter| if letter.is_whitespace() { ' ' } else { letter }).collect();
    let marks: Vec<char> = bare.chars().filter(|letter| !letter.is_ascii_digit()).collect();
    if marks.iter().any(|mark| !matches!(mark, '.' | ',' | ' ')) {
        return Err(not_a_number());
    }
    let (first, last) = match (marks.first(), marks.last()) {
        (Some(first), Some(last)) => (*first, *last),
        _ if bare.is_empty() => return Err(not_a_number()),
        _ => return Ok(bare),
    };
    if first == last {
        if marks.len() > 1 || first == ' ' {
            return ungrouped(&bare, first).ok_or_else(not_a_number);
        }
        let (whole, fraction) = bare.split_once(first).ok_or_else(not_a_number)?;
        let decimal = format!("{whole}.{fraction}");
        let grouped = fraction.len() == 3 && (1..=3).contains(&whole.len());
        if !grouped || whole.starts_with('0') {
            return Ok(decimal);
        }
        let whole = format!("{whole}{fraction}");
        if group == Some(first) {
            return Ok(whole);
        }
        let text = text.to_owned();
        let decimal = decimal.trim_end_matches('0').trim_end_matches('.').to_owned();
        return Err(NumberError::Ambiguous { text, whole, decimal });
    }
    // Two kinds of marks: the last one is the decimal mark.
    let (whole, fraction) = bare.rsplit_once(last).ok_or_else(not_a_number)?;
    if last == ' ' || fraction.is_empty() {
        return Err(not_a_number());
    }
    let whole = ungrouped(whole, first).ok_or_else(not_a_number)?;
    Ok(format!("{whole}.{fraction}"))
}

/// The digits of groups of three; `None` when the groups are of other sizes.
fn ungrouped(text: &str, mark: char) -> Option<String> {
    let groups: Vec<&str> = text.split(mark).collect();
    let (head, tail) = groups.split_first()?;
    let digits = |group: &&str| group.bytes().all(|byte| byte.is_ascii_digit());
    let well_formed = (1..=3).contains(&head.len())
        && tail.iter().all(|group| group.len() == 3)
        && groups.iter().all(digits);
    well_formed.then(|| groups.concat())
}

/// The schema's error with the cell's own text in it.
fn restated(text: &str, error: &AmountError) -> NumberError {
    let text = text.to_owned();
    match error {
        AmountError::TooPrecise(_, decimals) => {
            NumberError::TooPrecise { text, decimals: *decimals }
        }
        AmountError::TooLarge(_) => NumberError::TooLarge(text),
        AmountError::NotANumber(_) | AmountError::UnknownCurrency(_) => {
            NumberError::NotANumber(text)
        }
    }
}
