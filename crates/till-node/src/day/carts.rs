//! Carts that wait.

use crate::Node;
use crate::command::{CartLine, CommandError, HeldCartView, Look, Quote};
use crate::io::Now;
use crate::job::Caller;
use crate::sell::{Done, Occasion, not_synced, wrong};
use rand_core::RngCore;
use till_schema::OrderId;
use till_schema::body::{CartDropped, CartHeld, HeldLine, HeldLineId};
use till_schema::limits::ORDER_LINES_MAX;
use till_schema::rows::{HeldCartRow, HeldLineRow, ProductRow, Rows, Table, get_row};
use till_shop::Need;

impl Node {
    pub(super) fn hold_cart(
        &mut self,
        now: Now,
        rows: &mut dyn Rows,
        caller: Caller,
        (cart, label): (OrderId, String),
        (put, taken): (Vec<CartLine>, Vec<u64>),
        customer: Option<String>,
    ) -> Done {
        self.entitled(Need::Sell)?;
        let known = till_books::held_cart(rows, cart);
        if known.as_ref().is_some_and(|row| !row.waits()) {
            return Err(wrong("this cart waits no more: it was sold or given up"));
        }
        if known.is_none() && put.is_empty() {
            return Err(wrong("a cart without lines need not wait; add a product"));
        }
        if let Some(reference) = &customer {
            self.known_customer(rows, reference)?;
        }
        let held = known.map_or(0, |row| row.lines.len());
        if held + put.len() > ORDER_LINES_MAX {
            return Err(wrong(format!("a cart holds at most {ORDER_LINES_MAX} lines: split it")));
        }
        let mut lines = Vec::with_capacity(put.len());
        let settings = self.settings(rows);
        let currency = self.shop(rows).ok_or_else(not_synced)?.currency;
        for line in put {
            let occasion = Occasion::of_nobody(&settings, self, now, currency);
            let scanned = self.scanned(rows, &line.code, &occasion)?;
            let quantity = scanned.quantity.unwrap_or(line.quantity);
            if quantity.0 <= 0 {
                return Err(wrong(format!("the quantity of {} must be more than zero", line.code)));
            }
            let unit_price = line.unit_price.or(scanned.unit_price);
            let price = unit_price.unwrap_or(scanned.product.price);
            let gross = till_books::pricing::line_gross(price, quantity, &scanned.product.name)
                .map_err(|error| wrong(error.to_string()))?;
            let discount = crate::command::Discount { amount: line.discount, bp: line.discount_bp };
            lines.push(HeldLine {
                id: HeldLineId(self.rng.next_u64()),
                product: scanned.product.id,
                quantity,
                unit_price,
                discount: discount.of(gross),
                note: line.note,
            });
        }
        let taken = taken.into_iter().map(HeldLineId).collect();
        let body = CartHeld { cart, label, put: lines, taken, customer };
        self.write_then_look(now, rows, caller, body.into(), Look::HeldCart { cart })
    }

    pub(super) fn drop_cart(
        &mut self,
        now: Now,
        rows: &mut dyn Rows,
        caller: Caller,
        cart: OrderId,
        lines: &[CartLine],
        reason: String,
    ) -> Done {
        self.entitled(Need::Sell)?;
        let held = till_books::held_cart(rows, cart);
        if held.as_ref().is_some_and(|row| !row.waits()) {
            return Err(wrong("this cart waits no more: it was sold or given up"));
        }
        let held = held.map(|row| cart_lines(rows, &row.lines)).unwrap_or_default();
        let lines = if held.is_empty() { lines } else { &held };
        if lines.is_empty() {
            return Err(wrong("there is no such cart, and no line of it was given"));
        }
        let quote = Quote { lines: lines.to_vec(), ..Quote::default() };
        let total = self.quote(now, rows, &quote)?.total;
        let body = CartDropped { cart, total, lines: lines.len() as u32, reason };
        self.write_done(now, rows, caller, vec![body.into()])
    }

    pub(super) fn held_cart_views(&self, now: Now, rows: &dyn Rows) -> Vec<HeldCartView> {
        let mut views: Vec<HeldCartView> = till_books::held_carts(rows)
            .into_iter()
            .map(|(cart, row)| self.view(now, rows, cart, row))
            .collect();
        views.sort_by_key(|view| (view.row.last.map(|last| last.wall_ms), view.cart));
        views
    }

    pub(super) fn held_cart_view(
        &self,
        now: Now,
        rows: &dyn Rows,
        cart: OrderId,
    ) -> Result<HeldCartView, CommandError> {
        let row = till_books::held_cart(rows, cart)
            .ok_or_else(|| CommandError::NotFound("no cart waits under this id".to_owned()))?;
        Ok(self.view(now, rows, cart, row))
    }

    fn view(&self, now: Now, rows: &dyn Rows, cart: OrderId, row: HeldCartRow) -> HeldCartView {
        let lines = cart_lines(rows, &row.lines);
        let quote = Quote { lines, customer: row.customer.clone(), ..Quote::default() };
        HeldCartView {
            cart,
            register: row.last.map(|last| self.device_name(last.log)).unwrap_or_default(),
            total: self.quote(now, rows, &quote).ok().map(|totals| totals.total),
            row,
        }
    }
}

/// Held lines as a register sells them.
pub(crate) fn cart_lines(rows: &dyn Rows, held: &[HeldLineRow]) -> Vec<CartLine> {
    held.iter()
        .filter_map(|row| {
            let line = &row.line;
            let product: ProductRow = get_row(rows, Table::Products, &line.product.0)?;
            Some(CartLine {
                unit_price: line.unit_price,
                discount: line.discount,
                note: line.note.clone(),
                ..CartLine::new(product.sku, line.quantity)
            })
        })
        .collect()
}
