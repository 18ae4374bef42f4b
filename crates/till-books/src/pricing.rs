//! From a cart to amounts: the one engine for screen, ticket and document.
//!
//! Integers in minor units. Every product, quotient and share is rounded once,
//! half to even (DIAN annex 1.9 §1.2.3), where it is made; sums are exact. So a
//! line's total is its net amount and its taxes, the order's total is that of
//! its lines, and the tax table is the sum of the lines' taxes, for any cart.

mod money;
mod parts;
mod taxes;
#[cfg(test)]
mod tests;

pub use money::{Settled, foreign_value, settle, settle_refund, to_coins};
pub use parts::{net, part, taxes_of};
pub use taxes::included_tax;

use std::collections::BTreeMap;
use till_schema::Quantity;
use till_schema::limits::{ORDER_LINES_MAX, ORDER_TENDERS_MAX};
use till_schema::money::{AMOUNT_MAX, div_half_even};
use till_schema::order::{OrderLine, TaxTotal, TaxTreatment, Totals};

/// Why a cart cannot be sold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PricingError {
    /// Nothing to sell.
    #[error("the cart is empty; add a product")]
    Empty,
    /// More lines than an order may have.
    #[error("the cart has {0} lines; an order holds at most {ORDER_LINES_MAX}: split it")]
    TooManyLines(usize),
    /// A quantity of nothing, or less.
    #[error("the quantity of {0} must be more than zero; returns are made from the ticket")]
    Quantity(String),
    /// A price below zero.
    #[error("the price of {0} must not be negative")]
    Price(String),
    /// A discount below zero or above the line.
    #[error("the discount on {0} must be between zero and the line's amount")]
    Discount(String),
    /// A discount below zero or above the order.
    #[error("the discount on the order must be between zero and its amount")]
    OrderDiscount,
    /// An amount beyond what the books hold.
    #[error("the amount of {0} is too large")]
    TooLarge(String),
    /// More tenders than an order may have.
    #[error("{0} tenders; an order takes at most {ORDER_TENDERS_MAX}")]
    TooManyTenders(usize),
    /// A tender of nothing, or less.
    #[error("each payment must be more than zero")]
    Tender,
    /// A tip below zero.
    #[error("a tip must not be negative")]
    Tip,
    /// Not enough.
    #[error("the payment is {short} (minor units) below the total; add another tender")]
    Short {
        /// What is missing, minor units.
        short: i64,
    },
    /// Change can only be given for cash.
    #[error(
        "payments other than cash are {over} (minor units) above the total; only cash gives change"
    )]
    NoChange {
        /// How much too much, minor units.
        over: i64,
    },
    /// What is paid back must be just what came back.
    #[error("{paid} (minor units) paid back for goods of {due}; they must be the same")]
    Refund {
        /// To be paid back, minor units.
        due: i64,
        /// Said to be paid back.
        paid: i64,
    },
}

/// `unit_price × quantity`, rounded half-even once.
///
/// # Errors
/// When the amount is beyond the books' bound.
pub fn line_gross(unit_price: i64, quantity: Quantity, name: &str) -> Result<i64, PricingError> {
    bounded(div_half_even(i128::from(unit_price) * i128::from(quantity.0), 1000), name)
}

fn bounded(amount: i128, name: &str) -> Result<i64, PricingError> {
    i64::try_from(amount)
        .ok()
        .filter(|amount| amount.abs() <= AMOUNT_MAX)
        .ok_or_else(|| PricingError::TooLarge(name.to_owned()))
}

/// Prices a cart. Of each line are given: price, quantity, what is taken off it,
/// and its taxes as rules (base and amount are filled in; none means one included
/// tax of the line's class and rate). `order_discount` is taken off the whole
/// order and shared among the lines in proportion to what is left of them.
///
/// # Errors
/// When lines or discounts make no sale.
pub fn price_cart(
    mut lines: Vec<OrderLine>,
    order_discount: i64,
) -> Result<(Vec<OrderLine>, Totals), PricingError> {
    if lines.is_empty() {
        return Err(PricingError::Empty);
    }
    if lines.len() > ORDER_LINES_MAX {
        return Err(PricingError::TooManyLines(lines.len()));
    }
    let mut left = Vec::with_capacity(lines.len());
    for line in &lines {
        if line.quantity.0 <= 0 {
            return Err(PricingError::Quantity(line.name.clone()));
        }
        if line.unit_price < 0 {
            return Err(PricingError::Price(line.name.clone()));
        }
        let gross = line_gross(line.unit_price, line.quantity, &line.name)?;
        if line.discount < 0 || line.discount > gross {
            return Err(PricingError::Discount(line.name.clone()));
        }
        left.push(gross - line.discount);
    }
    let shares = shares(&left, order_discount)?;
    for ((line, left), share) in lines.iter_mut().zip(left).zip(shares) {
        line.order_discount = share;
        line.discount += share;
        taxes::fill(line, left - share)?;
    }
    let totals = totals(&lines)?;
    Ok((lines, totals))
}

/// Shares an amount in proportion to weights: the whole parts, and what is left
/// one by one to the largest fractions, the first of equal ones first.
fn shares(weights: &[i64], amount: i64) -> Result<Vec<i64>, PricingError> {
    let all: i128 = weights.iter().map(|weight| i128::from(*weight)).sum();
    if amount < 0 || i128::from(amount) > all {
        return Err(PricingError::OrderDiscount);
    }
    if amount == 0 {
        return Ok(vec![0; weights.len()]);
    }
    let exact = |weight: &i64| i128::from(*weight) * i128::from(amount);
    let mut shares: Vec<i64> = weights
        .iter()
        .map(|weight| i64::try_from(exact(weight) / all).expect("no more than the amount"))
        .collect();
    let mut rest = amount - shares.iter().sum::<i64>();
    let mut order: Vec<usize> = (0..weights.len()).collect();
    order.sort_by_key(|index| (std::cmp::Reverse(exact(&weights[*index]) % all), *index));
    for index in order {
        // A fraction is only there where the share is below the weight.
        if rest > 0 && shares[index] < weights[index] {
            shares[index] += 1;
            rest -= 1;
        }
    }
    Ok(shares)
}

/// What makes one row of the tax table: tax, rate, treatment, amount per unit.
type TaxKey = (String, u32, TaxTreatment, Option<i64>);

/// Sums priced lines; the tax table is the sum of their taxes.
///
/// # Errors
/// When the sum is beyond the books' bound.
pub fn totals(lines: &[OrderLine]) -> Result<Totals, PricingError> {
    let mut sums = Totals::default();
    let mut table: BTreeMap<TaxKey, (i64, i64)> = BTreeMap::new();
    let mut all: i128 = 0;
    for line in lines {
        all += i128::from(line.total);
        sums.discount = sums.discount.saturating_add(line.discount);
        for tax in taxes_of(line) {
            if !tax.included {
                sums.added = sums.added.saturating_add(tax.amount);
            }
            let row = table.entry((tax.tax, tax.rate_bp, tax.treatment, tax.per_unit)).or_default();
            row.0 = row.0.saturating_add(tax.base);
            row.1 = row.1.saturating_add(tax.amount);
        }
    }
    sums.total = bounded(all, "the order")?;
    sums.gross = sums.total + sums.discount - sums.added;
    sums.taxes = table
        .into_iter()
        .map(|((tax, rate_bp, treatment, per_unit), (base, amount))| TaxTotal {
            tax,
            rate_bp,
            base,
            amount,
            treatment,
            per_unit,
        })
        .collect();
    Ok(sums)
}
