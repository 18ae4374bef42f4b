//! Real baskets to replay as sales, and the data that comes with the program.
//!
//! The baskets are one supermarket's year out of “The Complete Journey”; where
//! they come from, and under which licence, is told in `data/grocery/README.md`.
//!
//! What the columns of a basket file mean, as checked on the store's 3,552
//! baskets (40,399 lines):
//!
//! - `amount` is what the store received for the line, all units together,
//!   after `discount`: `amount + discount` is the shelf price times the
//!   quantity. It is not reduced by `coupon_disc`: a maker's coupon is money
//!   the store gets back, so it is a way to pay and no discount. That column
//!   is not read.
//! - The median of the unit prices is the product's price, so a line's
//!   `amount + discount` may be more or less than today's price times the
//!   quantity. The line's own money is what counts.
//! - 48 lines have an amount of 0: given away, the discount is the whole
//!   price. One basket has nothing else, its total is 0.
//! - Quantities are whole, from 1 to 54, five of them above 20; they are real
//!   purchases at 0.10 to 2.00 a piece and kept.
//! - No line has quantity 0. Elsewhere such lines exist: with amount 0 nothing
//!   was sold, and the line is left out; with an amount the line is kept as
//!   one unit, so that the money is.
//! - No basket has a product twice. Elsewhere both lines are kept, in order.
//! - Amounts have one or two decimals, none has a fraction of a cent.
//!   Elsewhere fractions are rounded to the minor unit, line by line, halves
//!   to the even neighbour.
//! - `sold_at` has no time zone and is taken as UTC. Rows are in its order.

use crate::import::{
    self, Column, CustomerDraft, Defaults, Fault, ImportError, Imported, ProductDraft, Row, Sheet,
};
use std::collections::HashMap;
use std::io::Read;
use till_schema::limits::ORDER_LINES_MAX;
use till_schema::money::{AMOUNT_MAX, div_half_even};
use till_schema::{Currency, Quantity};

/// Most lines a basket file may have.
pub(crate) const BASKET_ROWS_MAX: usize = 2_000_000;
/// Most decimals of an amount that are read before it is rounded.
const AMOUNT_DECIMALS_MAX: usize = 18;

/// The currency of the shipped supermarket.
pub(crate) const SHIPPED_CURRENCY: Currency = Currency::Usd;
/// The currency of the sample shop.
pub(crate) const SAMPLE_CURRENCY: Currency = Currency::Cop;

const SHIPPED_BASKETS: &[u8] = include_bytes!("../data/grocery/baskets.csv.gz");
const SHIPPED_PRODUCTS: &[u8] = include_bytes!("../data/grocery/products.csv.gz");
const SAMPLE_PRODUCTS: &[u8] = include_bytes!("../data/sample-shop/products.csv");
const SAMPLE_CUSTOMERS: &[u8] = include_bytes!("../data/sample-shop/customers.csv");

/// What one customer bought at once.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Basket {
    /// The source's id.
    pub id: String,
    /// When it was sold, in milliseconds since 1970, the file's time taken as UTC.
    pub sold_at_ms: i64,
    /// The customer's key in the source; `None` when it is not known.
    pub customer: Option<String>,
    /// What was bought, in the order of the file; at least one line.
    pub lines: Vec<BasketLine>,
}

impl Basket {
    /// What was paid for all of it, in minor units.
    pub(crate) fn total(&self) -> i64 {
        self.lines.iter().map(|line| line.amount).sum()
    }
}

/// One product of a basket.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct BasketLine {
    /// The product's code.
    pub sku: String,
    /// How much of it; more than zero.
    pub quantity: Quantity,
    /// What was paid for the line, all units together, after the discount; minor units.
    pub amount: i64,
    /// What was taken off the line's shelf price, minor units.
    pub discount: i64,
}

/// Reads a basket file, baskets in the order of their first line. The columns
/// `basket_id`, `sold_at`, `sku`, `quantity` and `amount` must be there;
/// `customer` and `discount` may be. What they mean stands at the top of this
/// module. A basket of more lines than an order may have goes on in further
/// ones, named `id/2`, `id/3`, ….
///
/// # Errors
/// When the file is no basket file, or any of its rows is wrong: half a basket
/// would change the totals in silence.
pub(crate) fn read_baskets(
    reader: impl Read,
    currency: Currency,
) -> Result<Vec<Basket>, ImportError> {
    let mut sheet = Sheet::read(reader)?;
    let header = sheet.header();
    let columns = Columns {
        basket: header.column(&["basket id"])?,
        sold_at: header.column(&["sold at"])?,
        customer: header.column(&["customer"])?,
        sku: header.column(&["sku"])?,
        quantity: header.column(&["quantity"])?,
        amount: header.column(&["amount"])?,
        discount: header.column(&["discount"])?,
    };
    let needed = [
        (&columns.basket, "basket_id"),
        (&columns.sold_at, "sold_at"),
        (&columns.sku, "sku"),
        (&columns.quantity, "quantity"),
        (&columns.amount, "amount"),
    ];
    header.require("basket file", &needed)?;
    let mut baskets: Vec<Basket> = Vec::new();
    let mut places: HashMap<String, Place> = HashMap::new();
    let visited = sheet.visit(BASKET_ROWS_MAX, |row| {
        let Some(line) = columns.line(row, currency)? else {
            return Ok(());
        };
        let mut head = columns.head(row)?;
        let new = Place { index: baskets.len(), part: 1 };
        let place = places.entry(head.id.clone()).or_insert(new);
        if let Some(basket) = baskets.get(place.index) {
            if (head.sold_at_ms, &head.customer) != (basket.sold_at_ms, &basket.customer) {
                return Err(Fault::row(format_args!(
                    "basket “{}” has another time or customer in an earlier row",
                    head.id
                )));
            }
            if basket.lines.len() == ORDER_LINES_MAX {
                *place = Place { index: baskets.len(), part: place.part + 1 };
                head.id = format!("{}/{}", head.id, place.part);
            }
        }
        if place.index == baskets.len() {
            baskets.push(head);
        }
        baskets[place.index].lines.push(line);
        Ok(())
    })?;
    match visited.errors.into_iter().next() {
        Some(error) => Err(ImportError::Row(error)),
        None => Ok(baskets),
    }
}

/// Where a basket's lines go.
struct Place {
    index: usize,
    /// Which part of the basket that is, from 1.
    part: u32,
}

struct Columns {
    basket: Column,
    sold_at: Column,
    customer: Column,
    sku: Column,
    quantity: Column,
    amount: Column,
    discount: Column,
}

impl Columns {
    /// The row's basket, without lines.
    fn head(&self, row: &Row) -> Result<Basket, Fault> {
        let sold_at = row.cell(&self.sold_at);
        let time = ["%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S"]
            .iter()
            .find_map(|format| chrono::NaiveDateTime::parse_from_str(sold_at.text, format).ok())
            .ok_or_else(|| {
                sold_at.fault(format_args!(
                    "“{}” is not a time; write it like 2017-01-31 18:24:46",
                    sold_at.text
                ))
            })?;
        let customer = row.cell(&self.customer).code()?;
        Ok(Basket {
            id: row.cell(&self.basket).required_code()?,
            sold_at_ms: time.and_utc().timestamp_millis(),
            customer: Some(customer).filter(|customer| !customer.is_empty()),
            lines: Vec::new(),
        })
    }

    /// The row's line; `None` when nothing was sold.
    fn line(&self, row: &Row, currency: Currency) -> Result<Option<BasketLine>, Fault> {
        let cell = row.cell(&self.quantity);
        let said = Quantity::parse(cell.text).map_err(|error| cell.fault(error))?;
        let amount = money(row, &self.amount, currency)?;
        let discount = match row.cell(&self.discount).is_empty() {
            true => 0,
            false => money(row, &self.discount, currency)?,
        };
        let quantity = match said.0 {
            ..0 => return Err(cell.fault("a basket cannot hold less than nothing")),
            0 if amount == 0 => return Ok(None),
            0 => Quantity::ONE,
            1.. => said,
        };
        let sku = row.cell(&self.sku).required_code()?;
        Ok(Some(BasketLine { sku, quantity, amount, discount }))
    }
}

/// An amount with a decimal point, exactly, then rounded to the minor unit.
fn money(row: &Row, column: &Column, currency: Currency) -> Result<i64, Fault> {
    let cell = row.cell(column);
    let not_money =
        || cell.fault(format_args!("“{}” is not an amount of zero or more, like 12.50", cell.text));
    let (whole, fraction) = cell.text.split_once('.').unwrap_or((cell.text, ""));
    let plain = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !plain(whole) || !plain(fraction) {
        return Err(not_money());
    }
    let decimals = fraction.len().max(currency.decimals() as usize);
    if decimals > AMOUNT_DECIMALS_MAX {
        return Err(not_money());
    }
    let digits = format!("{whole}{fraction:0<decimals$}");
    let exact: i128 = digits.parse().map_err(|_| not_money())?;
    let scale = 10_i128.pow(decimals as u32 - currency.decimals());
    let minor = div_half_even(exact, scale);
    i64::try_from(minor).ok().filter(|minor| *minor <= AMOUNT_MAX).ok_or_else(not_money)
}

/// The first 600 baskets of the shipped supermarket, in [`SHIPPED_CURRENCY`].
pub(crate) fn shipped_baskets() -> Vec<Basket> {
    let baskets = read_baskets(flate2::read::GzDecoder::new(SHIPPED_BASKETS), SHIPPED_CURRENCY);
    baskets.expect("the shipped baskets are part of the program")
}

/// Every product the shipped baskets use, and 300 more, in
/// [`SHIPPED_CURRENCY`]. Tax class, rate and unit are the `defaults`.
pub(crate) fn shipped_products(defaults: &Defaults) -> Vec<ProductDraft> {
    let reader = flate2::read::GzDecoder::new(SHIPPED_PRODUCTS);
    complete(import::products(reader, SHIPPED_CURRENCY, defaults))
}

/// The products of the sample shop, a neighbourhood shop in Colombia, in
/// [`SAMPLE_CURRENCY`].
pub(crate) fn sample_products() -> Vec<ProductDraft> {
    let defaults = Defaults { tax: "IVA".to_owned(), tax_rate_bp: 0, unit: "u".to_owned() };
    complete(import::products(SAMPLE_PRODUCTS, SAMPLE_CURRENCY, &defaults))
}

/// The customers of the sample shop.
pub(crate) fn sample_customers() -> Vec<CustomerDraft> {
    complete(import::customers(SAMPLE_CUSTOMERS, SAMPLE_CURRENCY))
}

/// The rows of a file that is part of the program.
fn complete<T>(imported: Result<Imported<T>, ImportError>) -> Vec<T> {
    let imported = imported.expect("the shipped files are part of the program");
    assert!(imported.errors.is_empty(), "a shipped file has a bad row: {}", imported.errors[0]);
    imported.rows
}

#[cfg(test)]
mod tests;
