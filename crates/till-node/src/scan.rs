//! From what was scanned or typed to a product.
//!
//! A code as it stands goes first; then the other forms of a GTIN, the labels of
//! the shop's scales, and GS1 element strings. So nothing that was found before a
//! rule existed is found differently after.

use crate::Node;
use crate::command::CommandError;
use crate::sell::{Occasion, wrong};
use till_catalog::plu_code;
use till_codes::gs1::{self, Gs1};
use till_codes::gtin;
use till_codes::scale::{self, Measured};
use till_schema::Quantity;
use till_schema::money::div_half_even;
use till_schema::rows::{ProductRow, Rows, Table, get_row};

/// Milliseconds of a mean Gregorian year, for the year that two digits stand for.
const YEAR_MS: i64 = 31_556_952_000;

/// A product as a label names it.
pub(crate) struct Scanned {
    pub(crate) product: ProductRow,
    /// Weighed by a scale.
    pub(crate) quantity: Option<Quantity>,
    /// Printed by a scale.
    pub(crate) unit_price: Option<i64>,
}

impl Node {
    /// The product that was scanned or typed, and what its label says.
    pub(crate) fn scanned(
        &self,
        rows: &dyn Rows,
        code: &str,
        occasion: &Occasion<'_>,
    ) -> Result<Scanned, CommandError> {
        if let Ok(product) = self.product(rows, code) {
            return Ok(Scanned { product, quantity: None, unit_price: None });
        }
        if let Some(label) = self.weighed(rows, code, occasion)? {
            return Ok(label);
        }
        if gs1::is_element_string(code) {
            return self.element_string(rows, code, occasion);
        }
        Err(unknown(code))
    }

    /// The label of a scale.
    fn weighed(
        &self,
        rows: &dyn Rows,
        code: &str,
        occasion: &Occasion<'_>,
    ) -> Result<Option<Scanned>, CommandError> {
        let rules = match occasion.settings.text("scale.rules") {
            "" => scale::default_rules(),
            text => scale::parse_rules(text).map_err(|error| wrong(error.to_string()))?,
        };
        let Some(label) = scale::read(&rules, code) else { return Ok(None) };
        let keys = plu_code(&label.plu).into_iter().chain(label.keys());
        let Some(product) = keys.into_iter().find_map(|key| self.by_code(rows, &key)) else {
            return Err(CommandError::NotFound(format!(
                "the label of the scale names the article {}, which no product has; give a \
                 product this PLU",
                label.plu
            )));
        };
        Ok(Some(match label.what {
            Measured::Weight(quantity) => {
                Scanned { product, quantity: Some(quantity), unit_price: None }
            }
            Measured::Price(amount) => priced(product, amount),
        }))
    }

    fn element_string(
        &self,
        rows: &dyn Rows,
        code: &str,
        occasion: &Occasion<'_>,
    ) -> Result<Scanned, CommandError> {
        let year = 1970 + occasion.at_ms.div_euclid(YEAR_MS);
        let read = Gs1::parse(code, u16::try_from(year).unwrap_or(u16::MAX))
            .map_err(|error| wrong(error.to_string()))?;
        let gtin = read.gtin.or(read.content).ok_or_else(|| {
            wrong("the label names no article (no application identifier 01 or 02)")
        })?;
        let product = self.by_code(rows, &gtin).ok_or_else(|| unknown(&gtin))?;
        let count = read.count.or(read.contained).and_then(|count| i64::try_from(count).ok());
        let amount = read.price.and_then(|price| price.minor(occasion.currency.decimals()));
        Ok(match (read.weight, amount, count) {
            (Some(quantity), _, _) => {
                Scanned { product, quantity: Some(quantity), unit_price: None }
            }
            (None, Some(amount), _) => priced(product, amount),
            (None, None, Some(count)) => {
                Scanned { product, quantity: Some(Quantity::units(count)), unit_price: None }
            }
            (None, None, None) => Scanned { product, quantity: None, unit_price: None },
        })
    }

    /// The product a code names. Of several, the first that is not put away.
    pub(crate) fn product(&self, rows: &dyn Rows, code: &str) -> Result<ProductRow, CommandError> {
        let as_typed = self.by_code(rows, code);
        let other_forms = || gtin::keys(code).iter().find_map(|key| self.by_code(rows, key));
        as_typed.or_else(other_forms).ok_or_else(|| unknown(code))
    }

    fn by_code(&self, rows: &dyn Rows, code: &str) -> Option<ProductRow> {
        let found = self.search.exact(code).into_iter();
        found
            .filter_map(|id| get_row::<ProductRow>(rows, Table::Products, &id.0))
            .min_by_key(|row| (row.archived, row.id))
    }
}

/// A label with a price: as much of the product as costs that, or one piece for
/// that price where no quantity gives it to the last minor unit.
fn priced(product: ProductRow, amount: i64) -> Scanned {
    let exact = i128::from(amount) * 1000;
    if product.price > 0 {
        let quantity = Quantity(div_half_even(exact, i128::from(product.price)) as i64);
        let gross = till_books::pricing::line_gross(product.price, quantity, &product.name);
        if gross == Ok(amount) && quantity.0 > 0 {
            return Scanned { product, quantity: Some(quantity), unit_price: None };
        }
    }
    Scanned { product, quantity: Some(Quantity::ONE), unit_price: Some(amount) }
}

fn unknown(code: &str) -> CommandError {
    CommandError::NotFound(format!(
        "no product has the code “{code}”; check it, or import the product first"
    ))
}
