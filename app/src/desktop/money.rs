//! Amounts as cashiers type them, and the notes they are handed.

use till_schema::Currency;
use till_schema::money::AmountError;

/// Quick buttons offered besides the exact amount.
pub(crate) const QUICK_MAX: usize = 5;

/// Reads an amount with or without the currency's own thousands marks:
/// `128.400` is a hundred and twenty-eight thousand pesos, `12.35` is twelve
/// dollars and cents.
///
/// # Errors
/// When the text is no amount, is negative, or has too many decimals.
pub(crate) fn parse(currency: Currency, text: &str) -> Result<i64, AmountError> {
    let group = match currency {
        Currency::Cop => '.',
        Currency::Usd | Currency::Pab => ',',
    };
    let text = text.trim();
    let bare = ["US$", "$", "B/."].iter().find_map(|sign| text.strip_prefix(sign));
    let bare = bare.unwrap_or(text).trim();
    let (whole, fraction) = match bare.split_once(if group == '.' { ',' } else { '.' }) {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (bare, None),
    };
    let mut parts = whole.split(group);
    let head = parts.next().unwrap_or_default();
    let grouped =
        whole.contains(group) && (1..=3).contains(&head.len()) && parts.all(|part| part.len() == 3);
    let plain = if grouped { whole.replace(group, "") } else { whole.to_owned() };
    let amount = match fraction {
        Some(fraction) => currency.parse(&format!("{plain}.{fraction}"))?,
        None => currency.parse(&plain)?,
    };
    if amount < 0 { Err(AmountError::NotANumber(text.to_owned())) } else { Ok(amount) }
}

/// An amount as a plain decimal, which every parser of the program reads alike.
pub(crate) fn plain(minor: i64) -> String {
    match minor % 100 {
        0 => (minor / 100).to_string(),
        cents => format!("{}.{:02}", minor / 100, cents.abs()),
    }
}

/// Amounts a customer is likely to hand over for `total`, rising, all above
/// it: the total rounded up to each note, at least a twentieth from each other.
pub(crate) fn quick_cash(currency: Currency, total: i64) -> Vec<i64> {
    let notes: &[i64] = match currency {
        Currency::Cop => &[2_000, 5_000, 10_000, 20_000, 50_000, 100_000],
        Currency::Usd | Currency::Pab => &[1, 5, 10, 20, 50, 100],
    };
    let mut amounts: Vec<i64> = notes
        .iter()
        .map(|note| note * 100)
        .filter_map(|note| total.checked_add(note - 1).map(|sum| sum / note * note))
        .filter(|amount| *amount > total)
        .collect();
    amounts.sort_unstable();
    let mut last = 0;
    amounts.retain(|amount| {
        let apart = amount - last >= amount / 20;
        if apart {
            last = *amount;
        }
        apart
    });
    amounts.truncate(QUICK_MAX);
    amounts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pesos_read_with_their_thousands_marks() {
        for text in ["128400", "128.400", "$ 128.400", "128.400,00", "128400,0"] {
            assert_eq!(parse(Currency::Cop, text), Ok(12_840_000), "{text}");
        }
        assert_eq!(parse(Currency::Cop, "1.234.567,5"), Ok(123_456_750));
        assert_eq!(parse(Currency::Cop, "12.5"), Ok(1_250), "one digit is no group");
    }

    #[test]
    fn dollars_read_with_their_thousands_marks() {
        assert_eq!(parse(Currency::Usd, "US$ 1,234.50"), Ok(123_450));
        assert_eq!(parse(Currency::Usd, "12,50"), Ok(1_250), "two digits are cents");
        assert_eq!(parse(Currency::Pab, "B/. 12.35"), Ok(1_235));
    }

    #[test]
    fn what_is_no_amount_is_refused() {
        for text in ["", "abc", "-5", ".5", "1.2.3", "12.3456"] {
            assert!(parse(Currency::Usd, text).is_err(), "{text}");
        }
    }

    #[test]
    fn plain_decimals_read_back() {
        for minor in [0, 5, 1_250, 12_840_000] {
            assert_eq!(Currency::Cop.parse(&plain(minor)), Ok(minor));
        }
    }

    #[test]
    fn quick_amounts_are_notes_above_the_total() {
        let cop = quick_cash(Currency::Cop, 12_840_000);
        assert_eq!(cop, [13_000_000, 14_000_000, 15_000_000, 20_000_000]);
        assert_eq!(quick_cash(Currency::Usd, 1_890), [1_900, 2_000, 5_000, 10_000]);
        assert!(quick_cash(Currency::Usd, 10_000).is_empty(), "the exact amount is one note");
    }
}
