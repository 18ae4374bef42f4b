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
use till_schema::rows::{EntryRef, Rows};

/// Applies an entry. Entries about other things are passed over.
///
/// Every row written is the same whatever the order in which entries of
/// different logs are applied.
pub fn apply(rows: &mut dyn Rows, entry: &EntryRef, body: &Body) {
    match body {
        Body::SaleCommitted(sale) => {
            orders::sold(rows, entry, sale);
            stock::sold(rows, entry, &sale.order);
            fiscal::issued(rows, entry, sale);
        }
        Body::StockMoved(moved) => stock::moved(rows, entry, moved),
        Body::FiscalReceipt(receipt) => fiscal::settled(rows, entry, receipt),
        Body::ShopFounded(_)
        | Body::Start(_)
        | Body::DeviceAdd(_)
        | Body::SpaceOpen(_)
        | Body::DocumentChange(_)
        | Body::ResolutionImport(_)
        | Body::Cede(_)
        | Body::Accept(_)
        | Body::Void(_)
        | Body::Resolution(_) => {}
    }
}

#[cfg(test)]
mod tests;
