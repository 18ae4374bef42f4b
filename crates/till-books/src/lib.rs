//! What happened in the shop, as sums: orders, payments, stock and the state
//! of fiscal documents.
//!
//! Pure folds over rows, and [`pricing`], the one engine that turns a cart
//! into amounts for screen, ticket and document alike.

mod fiscal;
mod orders;
pub mod pricing;
mod stock;

pub use fiscal::{Unsettled, unsettled};
pub use orders::{COMMITTED_TWICE, order, orders, totals};
pub use stock::{oversold_evidence, stock};

use till_schema::body::Body;
use till_schema::order::Order;
use till_schema::rows::{EntryRef, Rows};

/// Applies an entry. Entries about other things are passed over.
///
/// Every row written is the same whatever the order in which entries of
/// different logs are applied. Fiscal numbers are folded before: a provisional
/// sale takes the number that their rows say counts.
pub fn apply(rows: &mut dyn Rows, entry: &EntryRef, body: &Body) {
    apply_with(rows, entry, body, stock::sold);
}

/// Applies an entry of a log with two histories, from the position on at which
/// they part. The rows are the same whichever history comes first.
pub fn apply_branch(rows: &mut dyn Rows, entry: &EntryRef, body: &Body) {
    apply_with(rows, entry, body, stock::sold_in_branch);
}

fn apply_with(
    rows: &mut dyn Rows,
    entry: &EntryRef,
    body: &Body,
    take_from_stock: fn(&mut dyn Rows, &EntryRef, &Order),
) {
    match body {
        Body::SaleCommitted(sale) => {
            match sale.fiscalises {
                Some(provisional) => orders::fiscalised(rows, entry, sale, provisional),
                None => {
                    orders::sold(rows, entry, sale);
                    take_from_stock(rows, entry, &sale.order);
                }
            }
            fiscal::issued(rows, entry, sale);
        }
        Body::SaleProvisional(sale) => {
            orders::sold_provisionally(rows, entry, sale);
            take_from_stock(rows, entry, &sale.order);
        }
        Body::StockMoved(moved) => stock::moved(rows, entry, moved),
        Body::FiscalReceipt(receipt) => fiscal::settled(rows, entry, receipt),
        // About devices, numbers, documents, people and decisions.
        _ => {}
    }
}

#[cfg(test)]
mod tests;
