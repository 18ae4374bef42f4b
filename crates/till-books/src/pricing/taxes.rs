//! The taxes of one line.

use super::{PricingError, bounded};
use till_schema::money::div_half_even;
use till_schema::order::{LineTax, OrderLine, TaxTreatment};

/// Parts of a whole, in basis points.
const WHOLE_BP: i128 = 10_000;

/// The tax contained in an amount: `paid × rate ÷ (1 + rate)`, half-even.
pub fn included_tax(paid: i64, rate_bp: u32) -> i64 {
    contained(paid, rate_bp, i128::from(rate_bp))
}

/// The part of an amount that is one of several taxes contained in it.
fn contained(paid: i64, rate_bp: u32, all_bp: i128) -> i64 {
    let tax = div_half_even(i128::from(paid) * i128::from(rate_bp), WHOLE_BP + all_bp);
    i64::try_from(tax).expect("a part of an i64 is one")
}

/// The one tax that a line without rules has: its class, contained in the price.
pub(super) fn of_class(line: &OrderLine) -> LineTax {
    LineTax {
        tax: line.tax.clone(),
        rate_bp: line.tax_rate_bp,
        per_unit: None,
        treatment: TaxTreatment::Taxed,
        included: true,
        base: 0,
        amount: 0,
    }
}

/// Fills in taxes and total of a line of which `paid` is left after discounts.
///
/// Included taxes per unit come off first, then those by rate, all on one net
/// amount; taxes on top are on that net amount too. What is contained never
/// exceeds what is paid: the last taxes give way.
pub(super) fn fill(line: &mut OrderLine, paid: i64) -> Result<(), PricingError> {
    if line.taxes.is_empty() {
        line.taxes.push(of_class(line));
    }
    let quantity = i128::from(line.quantity.0);
    let taxed = |tax: &LineTax| tax.treatment == TaxTreatment::Taxed;
    let mut left = paid;
    for tax in line.taxes.iter_mut().filter(|tax| tax.included && taxed(tax)) {
        let Some(per_unit) = tax.per_unit else { continue };
        let amount = bounded(div_half_even(i128::from(per_unit) * quantity, 1000), &line.name)?;
        tax.amount = amount.clamp(0, left);
        left -= tax.amount;
    }
    let is_by_rate = |tax: &LineTax| tax.included && tax.per_unit.is_none();
    let all_bp: i128 = line
        .taxes
        .iter()
        .filter(|tax| is_by_rate(tax) && taxed(tax))
        .map(|tax| i128::from(tax.rate_bp))
        .sum();
    let mut net = left;
    for tax in line.taxes.iter_mut().filter(|tax| is_by_rate(tax) && taxed(tax)) {
        tax.amount = contained(left, tax.rate_bp, all_bp).min(net);
        net -= tax.amount;
    }
    let mut total = i128::from(paid);
    for tax in &mut line.taxes {
        if tax.per_unit.is_none() {
            tax.base = net;
        }
        if !taxed(tax) {
            (tax.rate_bp, tax.amount) = (0, 0);
        } else if !tax.included {
            let exact = match tax.per_unit {
                Some(per_unit) => div_half_even(i128::from(per_unit) * quantity, 1000),
                None => div_half_even(i128::from(net) * i128::from(tax.rate_bp), WHOLE_BP),
            };
            tax.amount = bounded(exact, &line.name)?;
            total += exact;
        }
    }
    line.total = bounded(total, &line.name)?;
    forget_plain(line);
    Ok(())
}

/// The one included tax of the line's class need not be written: it follows from
/// the total. Nearly every line has just that one, and an order with its document
/// must fit into one entry.
fn forget_plain(line: &mut OrderLine) {
    let by_rate = line.taxes.iter().find(|tax| tax.per_unit.is_none());
    line.tax_rate_bp = by_rate.map_or(0, |tax| tax.rate_bp);
    let [only] = line.taxes.as_slice() else { return };
    let plain = LineTax { base: only.base, amount: only.amount, ..of_class(line) };
    if *only == plain {
        line.taxes.clear();
    }
}
