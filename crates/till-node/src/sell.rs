//! The sale: a cart becomes one frame, or an error and nothing.

use crate::Node;
use crate::catalogue;
use crate::command::{Cart, CartLine, CommandError, Reply, Sold};
use crate::io::Now;
use crate::job::{Caller, InFlight};
use till_books::pricing::{self, PricingError};
use till_schema::order::{Buyer, Order, OrderLine, Totals};
use till_schema::rows::{CustomerRow, OrderRow, ProductRow, Rows, SpaceRow, Table, get_row};
use till_schema::{Currency, CustomerId, SpaceId};
use till_shop::Need;

pub(crate) type Done = Result<(), CommandError>;

pub(crate) fn wrong(text: impl Into<String>) -> CommandError {
    CommandError::Wrong(text.into())
}

impl Node {
    /// The sale and its number are one entry; nothing is shown before it is
    /// durable; the same order id twice is one sale.
    pub(crate) fn sell(
        &mut self,
        now: Now,
        rows: &mut dyn Rows,
        caller: Caller,
        cart: Cart,
    ) -> Done {
        if let Some(row) = till_books::order(rows, cart.order) {
            self.reply(caller.ticket, Ok(Reply::Sold(self.sold(rows, &row, true))));
            return Ok(());
        }
        self.entitled(Need::Sell)?;
        self.check_clock(now)?;
        let shop = self.shop(rows).ok_or_else(not_synced)?;
        let (lines, totals) = self.price_cart(rows, &cart.lines, shop.currency)?;
        let change = pricing::change(totals.total, &cart.tenders)
            .map_err(|error| explain(&error, shop.currency))?;
        let customer = match cart.customer.as_deref() {
            Some(reference) => Some(self.buyer(rows, reference)?),
            None => None,
        };
        let order = Order {
            id: cart.order,
            sold_at_ms: cart.sold_at_ms.unwrap_or(now.wall_ms),
            utc_offset_min: self.utc_offset_min,
            currency: shop.currency,
            lines,
            customer,
            tenders: cart.tenders,
            change,
            totals,
        };
        let choice = match self.choose(now, rows) {
            Ok(choice) => choice,
            Err(_) if cart.provisional => {
                let (space, _) = self.first_space(rows)?;
                return self.sell_provisionally(now, rows, caller, order, space);
            }
            Err(shortage) => return Err(self.shortage(rows, &shortage)),
        };
        let sale = self.committed(rows, choice.space, choice.number, order)?;
        let sold = Sold {
            order: sale.order.id,
            label: self.label(rows, sale.space, sale.number),
            total: sale.order.totals.total,
            change,
            code: sale.code.clone(),
            repeated: false,
            provisional: false,
        };
        let then = InFlight {
            reply: Some((caller.ticket, Reply::Sold(sold))),
            who: caller.who,
            ..InFlight::default()
        };
        self.write(now, rows, vec![sale.into()], then)
    }

    fn sold(&self, rows: &dyn Rows, row: &OrderRow, repeated: bool) -> Sold {
        Sold {
            order: row.order.id,
            label: self.order_label(rows, row),
            total: row.order.totals.total,
            change: row.order.change,
            code: row.code.clone(),
            repeated,
            provisional: row.number == 0,
        }
    }

    /// What the paper of an order says: its number, or the count of a
    /// provisional sale while it has none.
    pub(crate) fn order_label(&self, rows: &dyn Rows, row: &OrderRow) -> String {
        match row.ticket {
            Some(ticket) if row.number == 0 => self.provisional_label(row.entry.log, ticket),
            Some(_) | None => self.label(rows, row.space, row.number),
        }
    }

    /// A number as printed.
    pub(crate) fn label(&self, rows: &dyn Rows, space: SpaceId, number: u64) -> String {
        get_row::<SpaceRow>(rows, Table::Spaces, &space.0)
            .map_or_else(|| number.to_string(), |row| row.space.label(number))
    }

    /// What a cart's lines cost.
    pub(crate) fn quote(
        &self,
        rows: &dyn Rows,
        lines: &[CartLine],
    ) -> Result<Totals, CommandError> {
        let shop = self.shop(rows).ok_or_else(not_synced)?;
        Ok(self.price_cart(rows, lines, shop.currency)?.1)
    }

    fn price_cart(
        &self,
        rows: &dyn Rows,
        cart: &[CartLine],
        currency: Currency,
    ) -> Result<(Vec<OrderLine>, Totals), CommandError> {
        let lines = cart
            .iter()
            .map(|line| self.price(rows, line, currency))
            .collect::<Result<Vec<_>, _>>()?;
        let totals = pricing::totals(&lines).map_err(|error| explain(&error, currency))?;
        Ok((lines, totals))
    }

    fn price(
        &self,
        rows: &dyn Rows,
        line: &CartLine,
        currency: Currency,
    ) -> Result<OrderLine, CommandError> {
        let row = self.product(rows, &line.code)?;
        let line = OrderLine {
            product: row.id,
            quantity: line.quantity,
            unit_price: line.unit_price.unwrap_or(row.price),
            discount: line.discount,
            total: 0,
            tax: row.tax,
            tax_rate_bp: row.tax_rate_bp,
            stock_before: till_books::stock(rows, row.id).0,
            sku: row.sku,
            name: row.name,
        };
        pricing::price_line(line).map_err(|error| explain(&error, currency))
    }

    /// The product a code names. Of several, the first that is not put away.
    pub(crate) fn product(&self, rows: &dyn Rows, code: &str) -> Result<ProductRow, CommandError> {
        let mut found: Vec<ProductRow> = self
            .search
            .exact(code)
            .into_iter()
            .filter_map(|id| get_row(rows, Table::Products, &id.0))
            .collect();
        found.sort_by_key(|row: &ProductRow| (row.archived, row.id));
        found.into_iter().next().ok_or_else(|| {
            CommandError::NotFound(format!(
                "no product has the code “{code}”; check it, or import the product first"
            ))
        })
    }

    fn buyer(&self, rows: &dyn Rows, reference: &str) -> Result<Buyer, CommandError> {
        let row = self.customer(rows, reference).ok_or_else(|| {
            CommandError::NotFound(format!(
                "no customer is known as “{reference}”; create the customer or leave it out"
            ))
        })?;
        Ok(Buyer { id: row.id, name: row.name, tax_id_kind: row.tax_id_kind, tax_id: row.tax_id })
    }

    /// A customer by id, `KIND:NUMBER`, or the number of any kind in use here.
    pub(crate) fn customer(&self, rows: &dyn Rows, reference: &str) -> Option<CustomerRow> {
        if let Ok(id) = reference.parse::<CustomerId>() {
            return get_row(rows, Table::Customers, &id.0);
        }
        let as_is = std::iter::once(reference.to_owned());
        let of_kind = KINDS.iter().map(|kind| catalogue::identity(kind, reference));
        as_is
            .chain(of_kind)
            .flat_map(|identity| catalogue::collect_ids(rows, Table::CustomerTaxIds, &identity))
            .find_map(|id| get_row(rows, Table::Customers, &id))
    }

    fn first_space(&self, rows: &dyn Rows) -> Result<(SpaceId, SpaceRow), CommandError> {
        till_numbers::spaces(rows).into_iter().next().ok_or_else(not_synced)
    }

    pub(crate) fn space(
        &self,
        rows: &dyn Rows,
        wanted: Option<SpaceId>,
    ) -> Result<(SpaceId, SpaceRow), CommandError> {
        match wanted {
            None => self.first_space(rows),
            Some(id) => get_row(rows, Table::Spaces, &id.0)
                .map(|row| (id, row))
                .ok_or_else(|| CommandError::NotFound("there is no such number space".to_owned())),
        }
    }
}

/// Kinds of identity a bare number is tried under; `REF` is a source's own id.
const KINDS: [&str; 6] = ["NIT", "CC", "RUC", "CE", "PA", REFERENCE];
/// Kind of a customer known by another program's id only.
pub(crate) const REFERENCE: &str = "REF";

pub(crate) fn not_synced() -> CommandError {
    CommandError::NotFound(
        "this device has not received the shop's data yet; connect it to another device".to_owned(),
    )
}

/// Says amounts as people read them.
fn explain(error: &PricingError, currency: Currency) -> CommandError {
    wrong(match error {
        PricingError::Short { short } => format!(
            "the payment is {} below the total; add another tender",
            currency.format(*short)
        ),
        PricingError::NoChange { over } => format!(
            "card and transfer payments are {} above the total; only cash gives change",
            currency.format(*over)
        ),
        other => other.to_string(),
    })
}
