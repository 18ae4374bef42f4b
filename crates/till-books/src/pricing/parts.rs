//! Parts of a sold line, for returns.

use super::taxes;
use till_schema::Quantity;
use till_schema::money::div_half_even;
use till_schema::order::{LineTax, OrderLine};

/// The taxes of a priced line. Lines of before there were several have one,
/// contained in their total.
pub fn taxes_of(line: &OrderLine) -> Vec<LineTax> {
    if !line.taxes.is_empty() {
        return line.taxes.clone();
    }
    let amount = taxes::included_tax(line.total, line.tax_rate_bp);
    vec![LineTax { base: line.total - amount, amount, ..taxes::of_class(line) }]
}

/// What a line costs without its taxes, minor units.
pub fn net(line: &OrderLine) -> i64 {
    let taxes = taxes_of(line);
    taxes.iter().fold(line.total, |net, tax| net.wrapping_sub(tax.amount))
}

/// So much of a line, after so much of it has come back before.
///
/// Each amount is what all of it that has come back is worth, less what came
/// back before was worth: however a line is taken apart, its parts add up to it.
/// Both quantities are thousandths, together no more than was sold.
pub fn part(line: &OrderLine, before: Quantity, quantity: Quantity) -> OrderLine {
    let sold = i128::from(line.quantity.0).max(1);
    let up_to = |amount: i64, quantity: i64| {
        let share = div_half_even(i128::from(amount) * i128::from(quantity), sold);
        i64::try_from(share).expect("a part of an i64 is one")
    };
    let share =
        |amount: i64| up_to(amount, before.0.saturating_add(quantity.0)) - up_to(amount, before.0);
    let taxes: Vec<LineTax> = taxes_of(line)
        .into_iter()
        .map(|tax| LineTax { base: share(tax.base), amount: share(tax.amount), ..tax })
        .collect();
    let total = share(net(line)) + taxes.iter().map(|tax| tax.amount).sum::<i64>();
    OrderLine {
        quantity,
        discount: share(line.discount),
        order_discount: share(line.order_discount),
        total,
        taxes,
        ..line.clone()
    }
}
