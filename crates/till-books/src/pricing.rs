//! From a cart to amounts: integers, half-even, taxes included in the price.

use std::collections::BTreeMap;
use till_schema::Quantity;
use till_schema::limits::{ORDER_LINES_MAX, ORDER_TENDERS_MAX};
use till_schema::money::{AMOUNT_MAX, div_half_even};
use till_schema::order::{OrderLine, TaxTotal, Tender, TenderKind, Totals};

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
    /// An amount beyond what the books hold.
    #[error("the amount of {0} is too large")]
    TooLarge(String),
    /// More tenders than an order may have.
    #[error("{0} tenders; an order takes at most {ORDER_TENDERS_MAX}")]
    TooManyTenders(usize),
    /// A tender of nothing, or less.
    #[error("each payment must be more than zero")]
    Tender,
    /// Not enough.
    #[error("the payment is {short} (minor units) below the total; add another tender")]
    Short {
        /// What is missing, minor units.
        short: i64,
    },
    /// Change can only be given for cash.
    #[error(
        "card and transfer payments are {over} (minor units) above the total; only cash gives change"
    )]
    NoChange {
        /// How much too much, minor units.
        over: i64,
    },
}

/// `unit_price × quantity`, rounded half-even once.
///
/// # Errors
/// When the amount is beyond the books' bound.
pub fn line_gross(unit_price: i64, quantity: Quantity, name: &str) -> Result<i64, PricingError> {
    let gross = div_half_even(i128::from(unit_price) * i128::from(quantity.0), 1000);
    i64::try_from(gross)
        .ok()
        .filter(|gross| gross.abs() <= AMOUNT_MAX)
        .ok_or_else(|| PricingError::TooLarge(name.to_owned()))
}

/// Checks a line and fills in its total.
///
/// # Errors
/// When quantity, price or discount make no sale.
pub fn price_line(mut line: OrderLine) -> Result<OrderLine, PricingError> {
    if line.quantity.0 <= 0 {
        return Err(PricingError::Quantity(line.name));
    }
    if line.unit_price < 0 {
        return Err(PricingError::Price(line.name));
    }
    let gross = line_gross(line.unit_price, line.quantity, &line.name)?;
    if line.discount < 0 || line.discount > gross {
        return Err(PricingError::Discount(line.name));
    }
    line.total = gross - line.discount;
    Ok(line)
}

/// Sums priced lines. Taxes are taken out of the total of each class and rate
/// once, so the tax table adds up to the total exactly.
///
/// # Errors
/// When there are no lines, or too many.
pub fn totals(lines: &[OrderLine]) -> Result<Totals, PricingError> {
    if lines.is_empty() {
        return Err(PricingError::Empty);
    }
    if lines.len() > ORDER_LINES_MAX {
        return Err(PricingError::TooManyLines(lines.len()));
    }
    let mut sums = Totals::default();
    let mut by_rate: BTreeMap<(&str, u32), i64> = BTreeMap::new();
    for line in lines {
        sums.total += line.total;
        sums.discount += line.discount;
        *by_rate.entry((&line.tax, line.tax_rate_bp)).or_default() += line.total;
    }
    if sums.total > AMOUNT_MAX {
        return Err(PricingError::TooLarge("the order".to_owned()));
    }
    sums.gross = sums.total + sums.discount;
    sums.taxes = by_rate
        .into_iter()
        .map(|((tax, rate_bp), paid)| {
            let amount = included_tax(paid, rate_bp);
            TaxTotal { tax: tax.to_owned(), rate_bp, base: paid - amount, amount }
        })
        .collect();
    Ok(sums)
}

/// The tax contained in an amount: `paid × rate ÷ (1 + rate)`, half-even.
pub fn included_tax(paid: i64, rate_bp: u32) -> i64 {
    let tax = div_half_even(i128::from(paid) * i128::from(rate_bp), 10_000 + i128::from(rate_bp));
    i64::try_from(tax).expect("a part of an i64 is one")
}

/// The change for a total paid with these tenders.
///
/// # Errors
/// When they do not reach the total, or exceed it by other than cash.
pub fn change(total: i64, tenders: &[Tender]) -> Result<i64, PricingError> {
    if tenders.len() > ORDER_TENDERS_MAX {
        return Err(PricingError::TooManyTenders(tenders.len()));
    }
    if tenders.iter().any(|tender| tender.amount <= 0 || tender.amount > AMOUNT_MAX) {
        return Err(PricingError::Tender);
    }
    let cash: i64 = tenders
        .iter()
        .filter(|tender| tender.kind == TenderKind::Cash)
        .map(|tender| tender.amount)
        .sum();
    let paid: i64 = tenders.iter().map(|tender| tender.amount).sum();
    if paid < total {
        return Err(PricingError::Short { short: total - paid });
    }
    let change = paid - total;
    if change > cash {
        return Err(PricingError::NoChange { over: change - cash });
    }
    Ok(change)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use till_schema::ProductId;

    fn line(unit_price: i64, quantity: i64, discount: i64, rate: u32) -> OrderLine {
        OrderLine {
            product: ProductId([0; 16]),
            sku: "1".into(),
            name: "Café".into(),
            quantity: Quantity(quantity),
            unit_price,
            discount,
            total: 0,
            tax: format!("IVA{rate}"),
            tax_rate_bp: rate,
            stock_before: 0,
        }
    }

    fn pay(kind: TenderKind, amount: i64) -> Tender {
        Tender { kind, amount, reference: String::new() }
    }

    proptest! {
        #[test]
        fn lines_totals_and_tax_table_agree(
            cart in proptest::collection::vec(
                (0i64..10_000_000, 1i64..100_000, 0u8..=100, prop::sample::select(vec![0u32, 500, 700, 1900])),
                1..40,
            )
        ) {
            let lines: Vec<OrderLine> = cart.iter().map(|(price, quantity, percent, rate)| {
                let gross = line_gross(*price, Quantity(*quantity), "x").unwrap();
                price_line(line(*price, *quantity, gross * i64::from(*percent) / 100, *rate)).unwrap()
            }).collect();
            let totals = totals(&lines).unwrap();
            prop_assert_eq!(totals.total, lines.iter().map(|line| line.total).sum::<i64>());
            prop_assert_eq!(totals.total, totals.taxes.iter().map(|tax| tax.base + tax.amount).sum::<i64>());
            prop_assert_eq!(totals.gross - totals.discount, totals.total);
            prop_assert!(totals.taxes.iter().all(|tax| tax.amount >= 0 && tax.base >= 0));
            prop_assert!(totals.taxes.windows(2).all(|pair| pair[0] < pair[1]));
        }
    }

    #[test]
    fn tax_is_taken_out_of_the_price() {
        assert_eq!(included_tax(11_900, 1900), 1_900);
        assert_eq!(included_tax(100, 0), 0);
        assert_eq!(included_tax(1, 1900), 0);
    }

    #[test]
    fn weighed_goods_round_once() {
        assert_eq!(line_gross(333, Quantity(250), "x"), Ok(83), "83.25");
        assert_eq!(line_gross(250, Quantity(50), "x"), Ok(12), "12.5 goes to the even neighbour");
    }

    #[test]
    fn only_cash_gives_change() {
        assert_eq!(change(900, &[pay(TenderKind::Cash, 1000)]), Ok(100));
        let split = [pay(TenderKind::Card, 500), pay(TenderKind::Cash, 500)];
        assert_eq!(change(900, &split), Ok(100));
        let card = [pay(TenderKind::Card, 1000)];
        assert_eq!(change(900, &card), Err(PricingError::NoChange { over: 100 }));
        let short = [pay(TenderKind::Cash, 100)];
        assert_eq!(change(900, &short), Err(PricingError::Short { short: 800 }));
        assert_eq!(change(0, &[]), Ok(0), "a fully discounted cart needs no tender");
        assert_eq!(change(0, &[pay(TenderKind::Cash, -5)]), Err(PricingError::Tender));
        let many = vec![pay(TenderKind::Cash, 1); ORDER_TENDERS_MAX + 1];
        assert!(matches!(change(1, &many), Err(PricingError::TooManyTenders(_))));
    }

    #[test]
    fn impossible_lines_are_refused() {
        assert!(matches!(price_line(line(100, -1000, 0, 0)), Err(PricingError::Quantity(_))));
        assert!(matches!(price_line(line(100, 0, 0, 0)), Err(PricingError::Quantity(_))));
        assert!(matches!(price_line(line(-1, 1000, 0, 0)), Err(PricingError::Price(_))));
        assert!(matches!(price_line(line(100, 1000, 101, 0)), Err(PricingError::Discount(_))));
        assert!(matches!(price_line(line(i64::MAX, 9000, 0, 0)), Err(PricingError::TooLarge(_))));
        assert_eq!(totals(&[]), Err(PricingError::Empty));
        let many = vec![line(1, 1000, 0, 0); ORDER_LINES_MAX + 1];
        assert!(matches!(totals(&many), Err(PricingError::TooManyLines(_))));
    }
}
