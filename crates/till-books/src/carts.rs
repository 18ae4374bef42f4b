//! Carts that wait. Lines are a set that registers add to apart from each other;
//! a line that one of them took out stays out.

use till_schema::OrderId;
use till_schema::body::{CartDropped, CartHeld};
use till_schema::rows::{
    EntryRef, HeldCartRow, HeldLineRow, Rows, Table, collect_rows, get_row, put_row,
};

/// A cart that waits, or waited.
pub fn held_cart(rows: &dyn Rows, cart: OrderId) -> Option<HeldCartRow> {
    get_row(rows, Table::HeldCarts, &cart.0)
}

/// The carts that wait, by id.
pub fn held_carts(rows: &dyn Rows) -> Vec<(OrderId, HeldCartRow)> {
    collect_rows::<()>(rows, Table::OpenCarts, &[])
        .into_iter()
        .filter_map(|(at, ())| {
            let cart = OrderId(at.try_into().ok()?);
            Some((cart, held_cart(rows, cart)?))
        })
        .collect()
}

fn change(rows: &mut dyn Rows, cart: OrderId, change: impl FnOnce(&mut HeldCartRow)) {
    let mut row = held_cart(rows, cart).unwrap_or_default();
    change(&mut row);
    put_row(rows, Table::HeldCarts, &cart.0, &row);
    // One that nobody put lines into was never held.
    if row.waits() && row.last.is_some() {
        put_row(rows, Table::OpenCarts, &cart.0, &());
    } else {
        rows.delete(Table::OpenCarts, &cart.0);
    }
}

pub(crate) fn held(rows: &mut dyn Rows, entry: &EntryRef, held: &CartHeld) {
    change(rows, held.cart, |row| {
        let when = |entry: &EntryRef| (entry.wall_ms, entry.hash);
        if row.last.is_none_or(|last| when(&last) < when(entry)) {
            row.last = Some(*entry);
            if !held.label.is_empty() {
                row.label = held.label.clone();
            }
            if held.customer.is_some() {
                row.customer = held.customer.clone();
            }
        }
        for id in &held.taken {
            if let Err(at) = row.taken.binary_search(id) {
                row.taken.insert(at, *id);
            }
        }
        for line in &held.put {
            // Ids are drawn; of two lines under one, the lower entry's counts.
            match row.lines.binary_search_by_key(&line.id, |held| held.line.id) {
                Ok(at) if row.lines[at].added_by.hash <= entry.hash => {}
                Ok(at) => row.lines[at] = HeldLineRow { line: line.clone(), added_by: *entry },
                Err(at) => {
                    row.lines.insert(at, HeldLineRow { line: line.clone(), added_by: *entry });
                }
            }
        }
        let taken = std::mem::take(&mut row.taken);
        row.lines.retain(|held| taken.binary_search(&held.line.id).is_err());
        row.taken = taken;
    });
}

pub(crate) fn dropped(rows: &mut dyn Rows, entry: &EntryRef, dropped: &CartDropped) {
    change(rows, dropped.cart, |row| {
        if let Err(at) = row.dropped.binary_search_by_key(&entry.hash, |known| known.hash) {
            row.dropped.insert(at, *entry);
        }
    });
}

pub(crate) fn resumed(rows: &mut dyn Rows, cart: OrderId, order: OrderId) {
    change(rows, cart, |row| {
        if let Err(at) = row.sold.binary_search(&order) {
            row.sold.insert(at, order);
        }
    });
}
