//! What happened in the shop, as sums: orders, payments, stock and the state
//! of fiscal documents.
//!
//! Pure folds over rows, and [`pricing`], the one engine that turns a cart
//! into amounts for screen, ticket and document alike.

mod accounts;
mod carts;
mod find;
mod fiscal;
mod orders;
mod payments;
pub mod pricing;
mod returns;
mod shifts;
mod stock;
pub mod sums;

pub use accounts::{balance, is_paid};
pub use carts::{held_cart, held_carts};
pub use find::{Wanted, copies, find, orders};
pub use fiscal::{Unsettled, counts, unsettled};
pub use orders::{COMMITTED_TWICE, order, totals};
pub use returns::{double_refund_evidence, return_row, returned_quantities, returns_of};
pub use shifts::{last_numbers, open_shift, shifts};
pub use stock::{oversold_evidence, places, stock, stock_by_device};

use till_schema::UserId;
use till_schema::body::Body;
use till_schema::order::Order;
use till_schema::rows::{EntryRef, Rows, ShopRow, Table, get_row};

/// Applies an entry, and who did it. Entries about other things are passed over.
///
/// Every row written is the same whatever the order in which entries of
/// different logs are applied. Fiscal numbers are folded before: a provisional
/// sale takes the number that their rows say counts.
pub fn apply(rows: &mut dyn Rows, entry: &EntryRef, user: Option<UserId>, body: &Body) {
    apply_with(rows, entry, user, body, stock::sold, true);
}

/// Applies an entry of a log with two histories, from the position on at which
/// they part. The rows are the same whichever history comes first.
pub fn apply_branch(rows: &mut dyn Rows, entry: &EntryRef, user: Option<UserId>, body: &Body) {
    apply_with(rows, entry, user, body, stock::sold_in_branch, false);
}

fn apply_with(
    rows: &mut dyn Rows,
    entry: &EntryRef,
    user: Option<UserId>,
    body: &Body,
    take_from_stock: fn(&mut dyn Rows, &EntryRef, &Order),
    in_chain: bool,
) {
    let sold = |rows: &mut dyn Rows, order: &Order| {
        take_from_stock(rows, entry, order);
        if in_chain {
            shifts::sold(rows, entry.log, order);
        }
    };
    match body {
        Body::SaleCommitted(sale) => {
            match sale.fiscalises {
                Some(provisional) => orders::fiscalised(rows, entry, sale, provisional),
                None => {
                    orders::sold(rows, entry, user, sale);
                    sold(rows, &sale.order);
                }
            }
            fiscal::issued(rows, entry, &sale.into());
        }
        Body::SaleProvisional(sale) => {
            orders::sold_provisionally(rows, entry, user, sale);
            sold(rows, &sale.order);
        }
        Body::CreditNoteCommitted(note) => {
            returns::committed(rows, entry, user, note);
            if in_chain {
                returns::in_chain(rows, entry, note);
            }
        }
        Body::CartHeld(held) => carts::held(rows, entry, held),
        Body::CartDropped(dropped) => {
            carts::dropped(rows, entry, dropped);
            if in_chain {
                shifts::dropped(rows, entry.log, dropped);
            }
        }
        Body::Reprinted(printed) => {
            find::copied(rows, entry.log, printed.order);
            if in_chain {
                shifts::copied(rows, entry.log);
            }
        }
        Body::AccountPaid(paid) => {
            let shop: Option<ShopRow> = get_row(rows, Table::Shop, &[]);
            let currency = shop.map_or(till_schema::Currency::Cop, |shop| shop.currency);
            accounts::paid(rows, entry, currency, paid, in_chain);
        }
        Body::ShiftOpened(opened) if in_chain => shifts::opened(rows, entry, user, opened),
        Body::DrawerOpened(drawer) if in_chain => shifts::drawer_opened(rows, entry.log, drawer),
        Body::ShiftHandedOver(over) if in_chain => shifts::handed_over(rows, entry, over),
        Body::ShiftClosed(report) if in_chain => shifts::closed(rows, entry, user, report),
        Body::StockMoved(moved) => stock::moved(rows, entry, moved),
        Body::FiscalReceipt(receipt) => fiscal::settled(rows, entry, receipt),
        // About devices, numbers, documents, people and decisions.
        _ => {}
    }
}

#[cfg(test)]
mod tests;
