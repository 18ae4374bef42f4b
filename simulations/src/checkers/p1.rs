//! P1: a sale that a person was told of is durable, exactly once, and survives
//! a crash at any byte written.

use crate::violation::Promise;
use crate::world::World;
use crate::world::short;
use std::sync::Arc;
use till_schema::OrderId;
use till_schema::rows::{ReturnRow, Table, collect_rows};
use till_store::{Disk, LogStore, StoreOptions};

/// One of so many sales is looked for on what a power cut would leave.
const LOOKED_FOR: u8 = 128;

/// A person was told of a sale: it is on the disk now, whatever happens next.
pub fn on_sale(world: &mut World, index: usize, order: OrderId) {
    if !order.0[0].is_multiple_of(LOOKED_FOR) {
        return;
    }
    let Some(sale) = world.ghost.sold.get(&order) else { return };
    let (log, seq) = (sale.log, sale.seq);
    let disk = world.devices[index].disk.fork();
    let disk: Arc<dyn Disk> = Arc::new(disk.power_cut(u64::from(order.0[1])));
    let options = StoreOptions {
        segment_bytes: world.scenario.shop.segment_kib * 1024,
        first_foreign_segment_bytes: world.scenario.shop.segment_kib * 1024,
        ..StoreOptions::default()
    };
    let head = LogStore::open_with(disk, log, options)
        .map(|(logs, _)| logs.heads().get(&log).map(|head| head.seq).unwrap_or_default());
    match head {
        Ok(head) if head >= seq => {}
        Ok(head) => {
            let what = format!("told of {}, a power cut leaves {head} of {seq}", short(order));
            world.violate(Promise::P1, "durable-when-told", Some(index), what);
        }
        Err(_) if world.ghost.cut_logs.contains(&log) => {}
        Err(error) => {
            let what = format!("told of {}, a power cut leaves {error}", short(order));
            world.violate(Promise::P1, "durable-when-told", Some(index), what);
        }
    }
}

/// A device started: its own log holds all that it told of.
pub fn after_start(world: &mut World, index: usize) {
    let log = world.devices[index].log;
    if world.ghost.unsure_logs.contains(&log) || world.ghost.cut_logs.contains(&log) {
        return;
    }
    let head = world.own_head(index);
    let lost = world.ghost.sold.iter().find(|(_, sale)| sale.log == log && sale.seq > head);
    if let Some((order, sale)) = lost {
        let what = format!(
            "sale {} ({}) was told of with the log at {}, which now ends at {head}",
            sale.label,
            short(*order),
            sale.seq
        );
        world.violate(Promise::P1, "survives-a-crash", Some(index), what);
    }
}

/// No sale that was told of is missing, none is extra, each as it was told.
pub fn at_rest(world: &mut World) {
    for index in world.participants() {
        let Some(books) = world.books(index) else { continue };
        let orders = till_books::orders(books, usize::MAX);
        let (count, totals, tenders) = till_books::totals(books);
        let mut broken: Vec<(&'static str, String)> = Vec::new();
        let listed: u64 = orders.len() as u64;
        let sum: i64 = orders.iter().map(|row| row.order.totals.total).sum();
        let paid: i64 = tenders.values().sum();
        let back: i64 = collect_rows::<ReturnRow>(books, Table::Returns, &[])
            .iter()
            .map(|(_, row)| row.note.totals.total + row.note.rounding)
            .sum();
        if (count, totals.total) != (listed, sum) || paid != sum - back {
            let what = format!(
                "{listed} orders of {sum} are listed and {back} came back, the books say {count} \
                 of {} and {paid} paid",
                totals.total
            );
            broken.push(("money-adds-up", what));
        }
        let by_id: std::collections::BTreeMap<OrderId, i64> =
            orders.iter().map(|row| (row.order.id, row.order.totals.total)).collect();
        if by_id.len() != orders.len() {
            broken.push(("exactly-once", "an order is listed twice".to_owned()));
        }
        for (order, sale) in &world.ghost.sold {
            match by_id.get(order) {
                None if sale.excused => {}
                None => {
                    let what = format!("{} ({}) was told of", sale.label, short(*order));
                    broken.push(("none-missing", what));
                }
                Some(total) if *total != sale.total => {
                    let what = format!("{} was {} and is {total}", sale.label, sale.total);
                    broken.push(("as-told", what));
                }
                Some(_) => {}
            }
        }
        for order in by_id.keys() {
            if !world.ghost.rung.contains_key(order) {
                let what = format!("{} was never rung up", short(*order));
                broken.push(("nothing-extra", what));
            }
        }
        for (invariant, what) in broken {
            world.violate(Promise::P1, invariant, Some(index), what);
        }
    }
}
