//! P2: every number is definitive when printed, and never on two sales; where
//! nothing could prevent that, it is proven and shown.

use crate::violation::Promise;
use crate::world::{World, kind_name, short};
use std::collections::{BTreeMap, BTreeSet};
use till_schema::OrderId;
use till_schema::body::ConflictKind;
use till_schema::rows::{OrderRow, ReturnRow, Table, collect_rows};

/// A number was printed for a second order.
pub fn twice(world: &mut World, index: usize, order: OrderId, other: OrderId) {
    let log = |order: &OrderId| world.ghost.sold.get(order).map(|sale| sale.log);
    let logs: BTreeSet<_> = [order, other].iter().filter_map(log).collect();
    if logs.iter().any(|log| world.ghost.unsure_logs.contains(log)) {
        world.sometimes.reach("mark:printed-twice");
        return;
    }
    let label = world.ghost.sold.get(&order).map(|sale| sale.label.clone()).unwrap_or_default();
    let what = format!("{label} is on {} and on {}", short(other), short(order));
    world.violate(Promise::P2, "number-once", Some(index), what);
}

/// The audit balances, and says what people were told.
pub fn at_rest(world: &mut World) {
    let unsure = !world.ghost.unsure_logs.is_empty();
    for index in world.participants() {
        let mut broken: Vec<(&'static str, String)> = Vec::new();
        let Ok(running) = &world.devices[index].running else { continue };
        let books = &running.books;
        let orders = till_books::orders(books, usize::MAX);
        let numbered: Vec<&OrderRow> = orders.iter().filter(|row| !row.code.is_empty()).collect();
        let returns: Vec<ReturnRow> = collect_rows(books, Table::Returns, &[])
            .into_iter()
            .map(|(_, row): (_, ReturnRow)| row)
            .collect();
        let mut moved = false;
        for (space, row) in till_numbers::spaces(books) {
            let audit = till_numbers::audit(books, space);
            let totals = audit.totals();
            let duplicates = audit.duplicates.count();
            moved |= audit.held.len() > 1 || audit.issued.len() > 1;
            if !unsure && (!totals.balances() || duplicates > 0) {
                broken.push(("audit-balances", format!("{}: {totals:?}", row.space.prefix)));
            }
            let sold = numbered.iter().filter(|row| row.space == space);
            let returned = returns.iter().filter(|row| row.space == space);
            let sold: BTreeSet<u64> =
                sold.map(|row| row.number).chain(returned.map(|row| row.number)).collect();
            if !unsure && sold.len() as u64 != totals.issued {
                let what = format!("{} orders have numbers, {totals:?}", sold.len());
                broken.push(("issued-is-sold", what));
            }
        }
        let labels: BTreeMap<OrderId, String> = running
            .node
            .orders(books, usize::MAX)
            .into_iter()
            .map(|view| (view.row.order.id, view.label))
            .collect();
        for (order, sale) in &world.ghost.sold {
            let Some(label) = labels.get(order) else { continue };
            if !sale.provisional && *label != sale.label {
                let what = format!("{} was printed {} and is {label}", short(*order), sale.label);
                broken.push(("as-printed", what));
            }
        }
        let conflicts = world.conflicts(index);
        let shown = |kind| conflicts.iter().filter(|view| view.key.kind == kind).count();
        let whole = |orders: &Vec<OrderId>| {
            orders.iter().all(|o| world.ghost.sold.get(o).is_some_and(|sale| !sale.excused))
        };
        let expected = world.ghost.duplicates.values().filter(|orders| whole(orders)).count();
        let duplicates = shown(ConflictKind::NumberDuplicate);
        if duplicates < expected {
            let what = format!("{expected} numbers were printed twice, {duplicates} are shown");
            broken.push(("duplicates-are-shown", what));
        }
        if expected > 0 && shown(ConflictKind::Fork) == 0 {
            let what = format!("no {} is shown", kind_name(ConflictKind::Fork));
            broken.push(("duplicates-are-proven", what));
        }
        if !unsure && duplicates > 0 {
            broken.push(("number-once", format!("{duplicates} numbers are on two sales")));
        }
        world.sometimes.add("mark:numbers-moved", u64::from(moved));
        for (invariant, what) in broken {
            world.violate(Promise::P2, invariant, Some(index), what);
        }
    }
}
