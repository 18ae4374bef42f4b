//! The sale: a cart becomes one frame, or an error and nothing.

use crate::Node;
use crate::catalogue;
use crate::command::{Cart, CartLine, CommandError, Discount, Quote, Reply, Sold};
use crate::io::Now;
use crate::job::{Caller, InFlight};
use crate::scan::Scanned;
use till_books::pricing::{self, PricingError};
use till_catalog::settings::{PriceList, Settings};
use till_schema::order::{Buyer, Order, OrderLine, Tender, TenderKind, Totals};
use till_schema::rows::{
    CustomerRow, HeldCartRow, OrderRow, ProductRow, Rows, SpaceRow, Table, get_row,
};
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
        let settings = self.settings(rows);
        if settings.flag("shift.required", false) {
            self.needs_shift(rows)?;
        }
        let held = cart.resumes.and_then(|held| till_books::held_cart(rows, held));
        if cart.resumes.is_some() && !held.as_ref().is_some_and(HeldCartRow::waits) {
            return Err(wrong("this cart waits no more: it was sold or given up"));
        }
        let (cart_lines, named) = as_held(rows, cart.lines, cart.customer, held.as_ref());
        let customer = match named.as_deref() {
            Some(reference) => Some(self.known_customer(rows, reference)?),
            None => None,
        };
        let at_ms = cart.sold_at_ms.unwrap_or(now.wall_ms);
        let occasion = Occasion::new(&settings, self, at_ms, customer.as_ref(), shop.currency);
        let (lines, totals) = self.price_cart(rows, &cart_lines, cart.discount, &occasion)?;
        let tenders = self.check_tenders(rows, &settings, cart.tenders, customer.as_ref())?;
        let settled = pricing::settle(totals.total, cart.tip, &tenders, settings.coin())
            .map_err(|error| explain(&error, shop.currency))?;
        let change = settled.change;
        let order = Order {
            id: cart.order,
            sold_at_ms: at_ms,
            utc_offset_min: self.utc_offset_min,
            currency: shop.currency,
            lines,
            customer: customer.map(buyer),
            tenders,
            change,
            totals,
            note: cart.note,
            resumes: cart.resumes,
            tip: cart.tip,
            rounding: settled.rounding,
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

    fn needs_shift(&self, rows: &dyn Rows) -> Done {
        match till_books::open_shift(rows, self.me) {
            Some(_) => Ok(()),
            None => Err(wrong("this shop sells in shifts; open one (`tillmesh shift open`)")),
        }
    }

    /// What a cart costs.
    pub(crate) fn quote(
        &self,
        now: Now,
        rows: &dyn Rows,
        quote: &Quote,
    ) -> Result<Totals, CommandError> {
        let shop = self.shop(rows).ok_or_else(not_synced)?;
        let held = quote.resumes.and_then(|held| till_books::held_cart(rows, held));
        let (lines, named) =
            as_held(rows, quote.lines.clone(), quote.customer.clone(), held.as_ref());
        let customer = match named.as_deref() {
            Some(reference) => Some(self.known_customer(rows, reference)?),
            None => None,
        };
        let settings = self.settings(rows);
        let occasion =
            Occasion::new(&settings, self, now.wall_ms, customer.as_ref(), shop.currency);
        Ok(self.price_cart(rows, &lines, quote.discount, &occasion)?.1)
    }

    fn price_cart(
        &self,
        rows: &dyn Rows,
        cart: &[CartLine],
        discount: Discount,
        occasion: &Occasion<'_>,
    ) -> Result<(Vec<OrderLine>, Totals), CommandError> {
        let lines = cart
            .iter()
            .map(|line| self.priced(rows, line, occasion))
            .collect::<Result<Vec<_>, _>>()?;
        let mut left: i64 = 0;
        for line in &lines {
            let gross = pricing::line_gross(line.unit_price, line.quantity, &line.name)
                .map_err(|error| explain(&error, occasion.currency))?;
            left = left.saturating_add(gross.saturating_sub(line.discount));
        }
        pricing::price_cart(lines, discount.of(left))
            .map_err(|error| explain(&error, occasion.currency))
    }

    /// A line with its price and rules, before anything is computed of it.
    fn priced(
        &self,
        rows: &dyn Rows,
        line: &CartLine,
        occasion: &Occasion<'_>,
    ) -> Result<OrderLine, CommandError> {
        let Scanned { product: row, quantity, unit_price } =
            self.scanned(rows, &line.code, occasion)?;
        let list = occasion.list_for(&row);
        let listed = list.map_or(row.price, |(_, price)| price);
        let unit_price = line.unit_price.or(unit_price).unwrap_or(listed);
        let quantity = quantity.unwrap_or(line.quantity);
        let discount = Discount { amount: line.discount, bp: line.discount_bp };
        let gross = pricing::line_gross(unit_price, quantity, &row.name)
            .map_err(|error| explain(&error, occasion.currency))?;
        let taxes = occasion.settings.taxes(&row.tax).unwrap_or_default();
        Ok(OrderLine {
            product: row.id,
            quantity,
            unit_price,
            discount: discount.of(gross),
            total: 0,
            tax: row.tax,
            tax_rate_bp: row.tax_rate_bp,
            stock_before: till_books::stock(rows, row.id).0,
            sku: row.sku,
            name: match row.variant.is_empty() {
                true => row.name,
                false => format!("{} ({})", row.name, row.variant),
            },
            taxes,
            order_discount: 0,
            unit: row.unit,
            note: line.note.clone(),
            price_list: list.map(|(list, _)| list.to_owned()).unwrap_or_default(),
            list_price: (unit_price != listed).then_some(listed),
            unit_cost: row.cost,
            category: row.category,
        })
    }

    /// Tenders as they are taken: means that the shop takes, foreign cash for what
    /// it is worth here, and no more on account than the customer may owe.
    fn check_tenders(
        &self,
        rows: &dyn Rows,
        settings: &Settings,
        mut tenders: Vec<Tender>,
        customer: Option<&CustomerRow>,
    ) -> Result<Vec<Tender>, CommandError> {
        for tender in &mut tenders {
            if !settings.takes(tender.kind) {
                return Err(wrong(format!("this shop does not take {}", tender.kind.name())));
            }
            if let Some(foreign) = &mut tender.foreign {
                let code = foreign.currency.code();
                if tender.kind != TenderKind::Cash || foreign.amount <= 0 {
                    return Err(wrong("foreign money is taken in cash, and more than nothing"));
                }
                foreign.rate_micro = settings.rate_micro(foreign.currency).ok_or_else(|| {
                    let name = code.to_lowercase();
                    wrong(format!("{code} has no rate here; set it: currency.{name}=RATE"))
                })?;
                tender.amount = pricing::foreign_value(foreign.amount, foreign.rate_micro)
                    .map_err(|error| wrong(error.to_string()))?;
            }
        }
        let account: i64 = tenders
            .iter()
            .filter(|tender| tender.kind == TenderKind::Account)
            .fold(0, |sum, tender| sum.saturating_add(tender.amount));
        if account > 0 {
            let row = customer.ok_or_else(|| wrong("name the customer who pays later"))?;
            let limit = row.credit_limit.unwrap_or_default();
            let owed = till_books::balance(rows, row.id);
            if owed.saturating_add(account) > limit {
                let shop = self.shop(rows).ok_or_else(not_synced)?;
                return Err(wrong(format!(
                    "“{}” owes {} and may owe {}; take another payment or raise the limit",
                    row.name,
                    shop.currency.format(owed),
                    shop.currency.format(limit)
                )));
            }
        }
        Ok(tenders)
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

/// When and for whom something is priced.
pub(crate) struct Occasion<'a> {
    pub(crate) settings: &'a Settings,
    /// Price lists that hold, the one that counts first.
    lists: Vec<PriceList>,
    pub(crate) currency: Currency,
    /// Unix ms.
    pub(crate) at_ms: i64,
}

impl<'a> Occasion<'a> {
    fn new(
        settings: &'a Settings,
        node: &Node,
        at_ms: i64,
        customer: Option<&CustomerRow>,
        currency: Currency,
    ) -> Self {
        let at = at_ms.div_euclid(60_000) + i64::from(node.utc_offset_min);
        let group = customer.map_or("", |row| row.group.as_str());
        let mut lists = settings.price_lists();
        lists.retain(|list| list.holds(at, group));
        lists.sort_by(|a, b| (b.priority, &a.name).cmp(&(a.priority, &b.name)));
        Self { settings, lists, currency, at_ms }
    }

    /// Without a customer.
    pub(crate) fn of_nobody(
        settings: &'a Settings,
        node: &Node,
        now: Now,
        currency: Currency,
    ) -> Self {
        Self::new(settings, node, now.wall_ms, None, currency)
    }

    fn list_for(&self, product: &ProductRow) -> Option<(&str, i64)> {
        self.lists.iter().find_map(|list| Some((list.name.as_str(), list.price(product)?)))
    }
}

/// Lines and customer of a cart: those of the held one where none are given.
fn as_held(
    rows: &dyn Rows,
    lines: Vec<CartLine>,
    customer: Option<String>,
    held: Option<&HeldCartRow>,
) -> (Vec<CartLine>, Option<String>) {
    let Some(held) = held else { return (lines, customer) };
    let lines = if lines.is_empty() { crate::day::cart_lines(rows, &held.lines) } else { lines };
    (lines, customer.or_else(|| held.customer.clone()))
}

fn buyer(row: CustomerRow) -> Buyer {
    Buyer { id: row.id, name: row.name, tax_id_kind: row.tax_id_kind, tax_id: row.tax_id }
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
pub(crate) fn explain(error: &PricingError, currency: Currency) -> CommandError {
    wrong(match error {
        PricingError::Short { short } => format!(
            "the payment is {} below the total; add another tender",
            currency.format(*short)
        ),
        PricingError::NoChange { over } => format!(
            "payments other than cash are {} above the total; only cash gives change",
            currency.format(*over)
        ),
        PricingError::Refund { due, paid } => {
            format!("{} is to be paid back, not {}", currency.format(*due), currency.format(*paid))
        }
        other => other.to_string(),
    })
}
