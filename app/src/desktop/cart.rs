//! The cart on the screen, counted by the same rules as the node counts it.

use super::search::{CodeHit, ProductIndex};
use std::collections::BTreeMap;
use till_node::command::{Cart, CartLine, ProductView};
use till_schema::limits::ORDER_LINES_MAX;
use till_schema::money::{AMOUNT_MAX, div_half_even};
use till_schema::order::Tender;
use till_schema::{OrderId, Quantity};

/// Largest quantity of one line: a wrong key, not a sale.
pub(crate) use till_codes::entry::QUANTITY_MAX;

/// One line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Line {
    /// The product's SKU.
    pub(crate) code: String,
    /// Its name.
    pub(crate) name: String,
    /// Its price in the catalogue, minor units.
    pub(crate) list_price: i64,
    /// The price the cashier set instead, minor units.
    pub(crate) own_price: Option<i64>,
    /// How much.
    pub(crate) quantity: Quantity,
    /// Off the line, minor units.
    pub(crate) discount: i64,
    /// Tax rate, basis points.
    pub(crate) tax_rate_bp: u32,
    /// Tax class.
    pub(crate) tax: String,
}

impl Line {
    /// Price of one unit.
    pub(crate) fn unit_price(&self) -> i64 {
        self.own_price.unwrap_or(self.list_price)
    }

    /// Before the discount: price × quantity, rounded half-even once.
    pub(crate) fn gross(&self) -> i64 {
        let gross =
            div_half_even(i128::from(self.unit_price()) * i128::from(self.quantity.0), 1000);
        // Beyond this the node refuses; the screen need only not overflow.
        i64::try_from(gross).unwrap_or(AMOUNT_MAX).min(AMOUNT_MAX)
    }

    /// To pay for the line.
    pub(crate) fn total(&self) -> i64 {
        self.gross() - self.discount
    }
}

/// The buyer, when named.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Buyer {
    /// Reference for the node.
    pub(crate) reference: String,
    /// Name.
    pub(crate) name: String,
    /// Identity document, for people.
    pub(crate) tax_id: String,
}

/// Sums of a cart, minor units.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Sums {
    /// To pay, taxes included.
    pub(crate) total: i64,
    /// Taxes in it.
    pub(crate) tax: i64,
}

/// What is being sold.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Basket {
    /// Drawn when the cart was opened: sending it twice is one sale.
    pub(crate) order: OrderId,
    /// The lines, in the order they came.
    pub(crate) lines: Vec<Line>,
    /// The line that keys act on.
    pub(crate) selected: usize,
    /// The buyer.
    pub(crate) customer: Option<Buyer>,
}

impl Basket {
    /// An empty cart.
    pub(crate) fn new(order: OrderId) -> Self {
        Self { order, lines: Vec::new(), selected: 0, customer: None }
    }

    /// Adds a product, on its line when it has one; `false` when the order is full.
    pub(crate) fn add(&mut self, view: &ProductView, quantity: Quantity) -> bool {
        let product = &view.product;
        if let Some(place) = self.lines.iter().position(|line| line.code == product.sku) {
            let line = &mut self.lines[place];
            line.quantity = Quantity((line.quantity.0 + quantity.0).min(QUANTITY_MAX.0));
            self.selected = place;
            return true;
        }
        if self.lines.len() >= ORDER_LINES_MAX {
            return false;
        }
        self.lines.push(Line {
            code: product.sku.clone(),
            name: product.name.clone(),
            list_price: product.price,
            own_price: None,
            quantity,
            discount: 0,
            tax_rate_bp: product.tax_rate_bp,
            tax: product.tax.clone(),
        });
        self.selected = self.lines.len() - 1;
        true
    }

    /// The selected line.
    pub(crate) fn line_mut(&mut self) -> Option<&mut Line> {
        self.lines.get_mut(self.selected)
    }

    /// Changes the selected quantity by whole units; it stays at one unit or above.
    pub(crate) fn step(&mut self, units: i64) {
        if let Some(line) = self.line_mut() {
            let wanted = line.quantity.0 + Quantity::units(units).0;
            if wanted > 0 {
                line.quantity = Quantity(wanted.min(QUANTITY_MAX.0));
            }
            line.discount = line.discount.min(line.gross());
        }
    }

    /// Takes the selected line out.
    pub(crate) fn remove(&mut self) {
        if self.selected < self.lines.len() {
            self.lines.remove(self.selected);
            self.selected = self.selected.min(self.lines.len().saturating_sub(1));
        }
    }

    /// Takes names, prices and taxes from a changed catalogue: the node will
    /// count with those.
    pub(crate) fn refresh(&mut self, index: &ProductIndex) {
        for line in &mut self.lines {
            let Some(CodeHit::One(place)) = index.code(&line.code) else {
                continue;
            };
            let Some(view) = index.product(place) else {
                continue;
            };
            line.name.clone_from(&view.product.name);
            line.list_price = view.product.price;
            line.tax_rate_bp = view.product.tax_rate_bp;
            line.tax.clone_from(&view.product.tax);
            line.discount = line.discount.min(line.gross());
        }
    }

    /// The sums. Taxes are taken out of each class's and rate's total once.
    pub(crate) fn sums(&self) -> Sums {
        let mut by_rate: BTreeMap<(&str, u32), i64> = BTreeMap::new();
        for line in &self.lines {
            *by_rate.entry((&line.tax, line.tax_rate_bp)).or_default() += line.total();
        }
        let mut sums = Sums::default();
        for ((_, rate), paid) in by_rate {
            let rate = i128::from(rate);
            let tax = div_half_even(i128::from(paid) * rate, 10_000 + rate);
            sums.total += paid;
            sums.tax += i64::try_from(tax).expect("a part of an i64 is one");
        }
        sums
    }

    /// Pieces for the footer: whole quantities counted, others one a line.
    pub(crate) fn pieces(&self) -> i64 {
        let count = |line: &Line| {
            if line.quantity.0 % 1000 == 0 { line.quantity.0 / 1000 } else { 1 }
        };
        self.lines.iter().map(count).sum()
    }

    /// Quantity of a product in the cart.
    pub(crate) fn quantity_of(&self, code: &str) -> Option<Quantity> {
        self.lines.iter().find(|line| line.code == code).map(|line| line.quantity)
    }

    /// What the node is asked to sell; `provisional`: without a number.
    pub(crate) fn to_cart(&self, tenders: Vec<Tender>, provisional: bool) -> Cart {
        let lines = self
            .lines
            .iter()
            .map(|line| CartLine {
                code: line.code.clone(),
                quantity: line.quantity,
                unit_price: line.own_price,
                discount: line.discount,
                discount_bp: 0,
                note: String::new(),
            })
            .collect();
        let customer = self.customer.as_ref().map(|buyer| buyer.reference.clone());
        Cart {
            order: self.order,
            lines,
            customer,
            tenders,
            sold_at_ms: None,
            provisional,
            discount: till_node::command::Discount::default(),
            tip: 0,
            note: String::new(),
            resumes: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desktop::tests::data::product;
    use std::sync::Arc;

    fn basket() -> Basket {
        Basket::new(OrderId([1; 16]))
    }

    #[test]
    fn a_line_is_rounded_half_even_once() {
        let mut basket = basket();
        basket.add(&product("a", "A", 25, ""), Quantity(500));
        assert_eq!(basket.sums().total, 12, "12.5 goes to the even neighbour");
        basket.add(&product("a", "A", 25, ""), Quantity(1000));
        assert_eq!(basket.sums().total, 38, "37.5 goes to the even neighbour");
    }

    #[test]
    fn taxes_are_taken_out_of_each_rate_once() {
        let mut basket = basket();
        let mut taxed = product("a", "A", 119, "");
        taxed.product.tax_rate_bp = 1900;
        basket.add(&taxed, Quantity::units(3));
        basket.add(&product("b", "B", 1_000, ""), Quantity::ONE);
        assert_eq!(basket.sums(), Sums { total: 1_357, tax: 57 });
    }

    #[test]
    fn a_changed_price_reaches_the_cart_unless_the_cashier_set_one() {
        let mut basket = basket();
        basket.add(&product("a", "A", 100, ""), Quantity::ONE);
        basket.add(&product("b", "B", 100, ""), Quantity::ONE);
        basket.line_mut().expect("a line was added").own_price = Some(70);
        let mut index = ProductIndex::default();
        index.update(&Arc::new(vec![product("a", "A", 150, ""), product("b", "B", 150, "")]));
        basket.refresh(&index);
        assert_eq!(basket.sums().total, 220);
    }

    #[test]
    fn stepping_down_stops_at_what_is_left_to_sell() {
        let mut basket = basket();
        basket.add(&product("a", "A", 100, ""), Quantity::ONE);
        basket.step(-1);
        assert_eq!(basket.lines[0].quantity, Quantity::ONE);
        basket.step(2);
        basket.step(-1);
        assert_eq!(basket.lines[0].quantity, Quantity::units(2));
    }
}
