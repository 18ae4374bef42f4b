//! From a total to what changes hands.

use super::{PricingError, bounded};
use till_schema::limits::ORDER_TENDERS_MAX;
use till_schema::money::{AMOUNT_MAX, div_half_even};
use till_schema::order::{Tender, TenderKind};

/// What a payment came to, minor units.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Settled {
    /// What rounding the cash part to coins added; negative when it took off.
    pub rounding: i64,
    /// To give back in cash.
    pub change: i64,
}

/// What cash of another currency is worth: `amount × rate ÷ 10⁶`, half-even.
///
/// # Errors
/// When it is beyond the books' bound.
pub fn foreign_value(amount: i64, rate_micro: i64) -> Result<i64, PricingError> {
    let value = div_half_even(i128::from(amount) * i128::from(rate_micro), 1_000_000);
    bounded(value, "the foreign cash")
}

/// The nearest multiple of a coin; halfway the lower one, which is the buyer's.
pub fn to_coins(amount: i64, coin: i64) -> i64 {
    if coin <= 1 || amount <= 0 {
        return amount;
    }
    let rest = amount % coin;
    if 2 * rest > coin { amount - rest + coin } else { amount - rest }
}

fn check(tenders: &[Tender]) -> Result<(), PricingError> {
    if tenders.len() > ORDER_TENDERS_MAX {
        return Err(PricingError::TooManyTenders(tenders.len()));
    }
    if tenders.iter().any(|tender| tender.amount <= 0 || tender.amount > AMOUNT_MAX) {
        return Err(PricingError::Tender);
    }
    Ok(())
}

fn sums(tenders: &[Tender]) -> (i64, i64) {
    let cash = |tender: &&Tender| tender.kind == TenderKind::Cash;
    let all: i64 = tenders.iter().map(|tender| tender.amount).sum();
    let cash: i64 = tenders.iter().filter(cash).map(|tender| tender.amount).sum();
    (cash, all - cash)
}

/// Pays a total and a tip. What is left for cash is rounded to multiples of
/// `coin`, if cash is paid at all; 0 or 1 rounds nothing.
///
/// # Errors
/// When the tenders do not reach it, or exceed it by other than cash.
pub fn settle(
    total: i64,
    tip: i64,
    tenders: &[Tender],
    coin: i64,
) -> Result<Settled, PricingError> {
    check(tenders)?;
    if tip < 0 {
        return Err(PricingError::Tip);
    }
    let due = bounded(i128::from(total) + i128::from(tip), "the order")?;
    let (cash, other) = sums(tenders);
    let left = due - other;
    let rounded = if cash > 0 { to_coins(left, coin) } else { left };
    if rounded > cash {
        return Err(PricingError::Short { short: rounded - cash });
    }
    let change = cash - rounded;
    if change > cash {
        return Err(PricingError::NoChange { over: change - cash });
    }
    Ok(Settled { rounding: rounded - left, change })
}

/// Pays a total back: just as much, but for the rounding of the cash part.
///
/// # Errors
/// When it is more or less.
pub fn settle_refund(total: i64, tenders: &[Tender], coin: i64) -> Result<i64, PricingError> {
    check(tenders)?;
    let (cash, other) = sums(tenders);
    let left = total - other;
    if cash == left {
        return Ok(0);
    }
    if cash > 0 && cash == to_coins(left, coin) {
        return Ok(cash - left);
    }
    Err(PricingError::Refund { due: total, paid: cash + other })
}
