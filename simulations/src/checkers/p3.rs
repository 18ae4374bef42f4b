//! P3: any device edits the catalogue; what a person was told is set is in the
//! history of every device.

use crate::ghost::PriceEdit;
use crate::violation::Promise;
use crate::world::World;
use std::collections::{BTreeMap, BTreeSet};
use till_schema::LogId;
use till_schema::catalogue::{DocumentId, FieldValue};
use till_schema::rows::{
    ForkRow, HistoryRow, MalformedRow, ProductRow, Rows, Table, collect_rows, decode_row, key,
};

/// Every price that somebody was told is set can be found.
pub fn at_rest(world: &mut World) {
    if world.ghost.prices.is_empty() {
        return;
    }
    for index in world.participants() {
        let Some(books) = world.books(index) else { continue };
        let mut set: BTreeMap<String, BTreeSet<(i64, LogId)>> = BTreeMap::new();
        for (_, product) in collect_rows::<ProductRow>(books, Table::Products, &[]) {
            let prefix = key(&[&[DocumentId::Catalogue as u8], &product.id.0, b"price"]);
            let steps = set.entry(product.sku.clone()).or_default();
            books.scan(Table::History, &prefix, &mut |_, value| {
                let row: HistoryRow = decode_row(Table::History, value);
                if let FieldValue::Int(price) = row.value {
                    steps.insert((price, row.set_by.log));
                }
                true
            });
        }
        let cut = &world.ghost.cut_logs;
        let lost = world.ghost.prices.iter().find(|edit| {
            let counts = !edit.excused
                && !cut.contains(&edit.log)
                && !world.is_beyond_fork(index, edit.log, edit.seq)
                && !built_on_a_copy(books, edit);
            let known = |steps: &BTreeSet<_>| steps.iter().any(|(price, _)| *price == edit.price);
            counts && !set.get(&edit.sku).is_some_and(known)
        });
        if let Some(edit) = lost {
            let what = format!("{} set to {} by {}", edit.sku, edit.price, edit.log.short());
            world.violate(Promise::P3, "edits-arrive", Some(index), what);
        }
    }
}

/// A known limit (`seeds/swarm-19.toml`): what an honest device built on a change
/// that a copied one made after the fork cannot be applied without it. It is
/// listed as such on every device.
fn built_on_a_copy(books: &dyn Rows, edit: &PriceEdit) -> bool {
    let forked = !collect_rows::<ForkRow>(books, Table::Forks, &[]).is_empty();
    let listed = collect_rows::<MalformedRow>(books, Table::Malformed, &[]);
    forked && listed.iter().any(|(_, row)| row.entry.log == edit.log && row.entry.seq <= edit.seq)
}
