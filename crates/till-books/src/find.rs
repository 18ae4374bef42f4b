//! Finding a ticket among a million: by time, amount, customer or product.

use till_schema::order::Order;
use till_schema::rows::{OrderRow, Rows, Table, get_row, key};
use till_schema::{CustomerId, OrderId, ProductId};

/// Rising with the number: the sign bit is flipped so that byte order is number
/// order.
fn sortable(number: i64) -> [u8; 8] {
    (number.cast_unsigned() ^ (1 << 63)).to_be_bytes()
}

fn keys(order: &Order) -> Vec<(Table, Vec<u8>)> {
    let (time, id) = (sortable(order.sold_at_ms), &order.id.0);
    let mut keys = vec![
        (Table::OrdersByTime, key(&[&time, id])),
        (Table::OrdersByAmount, key(&[&sortable(order.totals.total), &time, id])),
    ];
    if let Some(buyer) = &order.customer {
        keys.push((Table::OrdersByCustomer, key(&[&buyer.id.0, &time, id])));
    }
    for line in &order.lines {
        keys.push((Table::OrdersByProduct, key(&[&line.product.0, &time, id])));
    }
    keys
}

pub(crate) fn remember(rows: &mut dyn Rows, order: &Order) {
    for (table, at) in keys(order) {
        rows.put(table, &at, &[]);
    }
}

pub(crate) fn forget(rows: &mut dyn Rows, order: &Order) {
    for (table, at) in keys(order) {
        rows.delete(table, &at);
    }
}

/// What to look for. What is given must all hold.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Wanted {
    /// Sold at or after, Unix ms.
    pub from_ms: Option<i64>,
    /// Sold before, Unix ms.
    pub before_ms: Option<i64>,
    /// With this total, minor units.
    pub total: Option<i64>,
    /// To this customer.
    pub customer: Option<CustomerId>,
    /// With this product.
    pub product: Option<ProductId>,
}

/// The newest orders that are wanted, newest first, at most `limit`. Reads the
/// narrowest index, and of each order found there looks at the rest.
pub fn find(rows: &dyn Rows, wanted: &Wanted, limit: usize) -> Vec<OrderRow> {
    let (table, prefix) = match *wanted {
        Wanted { customer: Some(customer), .. } => (Table::OrdersByCustomer, customer.0.to_vec()),
        Wanted { total: Some(total), .. } => (Table::OrdersByAmount, sortable(total).to_vec()),
        Wanted { product: Some(product), .. } => (Table::OrdersByProduct, product.0.to_vec()),
        _ => (Table::OrdersByTime, Vec::new()),
    };
    let mut found: Vec<OrderRow> = Vec::new();
    if limit == 0 {
        return found;
    }
    let mut look = |at: &[u8]| {
        let (head, id) = at.split_at(at.len() - 16);
        let time: [u8; 8] = head[head.len() - 8..].try_into().expect("a time");
        let time = (u64::from_be_bytes(time) ^ (1 << 63)).cast_signed();
        if wanted.from_ms.is_some_and(|from| time < from) {
            return false; // Older ones follow.
        }
        if wanted.before_ms.is_some_and(|before| time >= before) {
            return true;
        }
        let id = OrderId(id.try_into().expect("a key ends in the order's id"));
        // A product may be on several lines.
        let is_new = found.last().is_none_or(|last| last.order.id != id);
        found.extend(crate::order(rows, id).filter(|row| is_new && fits(wanted, row)));
        found.len() < limit
    };
    match (table, wanted.before_ms) {
        // By time alone: begin at the end of what is wanted.
        (Table::OrdersByTime, Some(before)) => {
            let end = sortable(before);
            let mut keys = Vec::new();
            let from = sortable(wanted.from_ms.unwrap_or(i64::MIN));
            // Rising, and the newest of them kept: a span that people ask for.
            rows.scan_from(table, &[], &from, &mut |at, _| {
                let before = at[..8] < end[..];
                if before {
                    keys.push(at.to_vec());
                }
                before
            });
            keys.iter().rev().all(|at| look(at));
        }
        _ => rows.scan_back(table, &prefix, &mut |at, _| look(at)),
    }
    found
}

fn fits(wanted: &Wanted, row: &OrderRow) -> bool {
    let order = &row.order;
    wanted.total.is_none_or(|total| order.totals.total == total)
        && wanted.customer.is_none_or(|id| order.customer.as_ref().is_some_and(|b| b.id == id))
        && wanted.product.is_none_or(|id| order.lines.iter().any(|line| line.product == id))
}

/// The newest orders, newest first, at most `limit`.
pub fn orders(rows: &dyn Rows, limit: usize) -> Vec<OrderRow> {
    find(rows, &Wanted::default(), limit)
}

/// Times a ticket was printed again, as far as is known here.
pub fn copies(rows: &dyn Rows, order: OrderId) -> u64 {
    let all = till_schema::rows::collect_rows::<u64>(rows, Table::Copies, &order.0);
    all.into_iter().map(|(_, times)| times).sum()
}

pub(crate) fn copied(rows: &mut dyn Rows, log: till_schema::LogId, order: OrderId) {
    let at = key(&[&order.0, &log.0]);
    let times: u64 = get_row(rows, Table::Copies, &at).unwrap_or_default();
    till_schema::rows::put_row(rows, Table::Copies, &at, &(times + 1));
}
