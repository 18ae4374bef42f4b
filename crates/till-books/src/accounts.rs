//! What customers owe: a sum of what each device sold on account and took in.

use crate::{payments, shifts};
use till_schema::body::AccountPaid;
use till_schema::order::{Order, Tender, TenderKind};
use till_schema::rows::{EntryRef, Rows, Table, collect_rows, get_row, key, put_row};
use till_schema::{Currency, CustomerId, LogId};

fn change(rows: &mut dyn Rows, log: LogId, customer: CustomerId, amount: i64) {
    let at = key(&[&customer.0, &log.0]);
    let owed: i64 = get_row(rows, Table::Balances, &at).unwrap_or_default();
    put_row(rows, Table::Balances, &at, &owed.wrapping_add(amount));
}

fn on_account(tenders: &[Tender]) -> i64 {
    let account = tenders.iter().filter(|tender| tender.kind == TenderKind::Account);
    account.fold(0, |sum, tender| sum.wrapping_add(tender.amount))
}

/// What a customer owes as far as is known here, minor units; negative when the
/// shop owes.
pub fn balance(rows: &dyn Rows, customer: CustomerId) -> i64 {
    let all = collect_rows::<i64>(rows, Table::Balances, &customer.0);
    all.into_iter().fold(0, |sum, (_, owed)| sum.wrapping_add(owed))
}

pub(crate) fn sold(rows: &mut dyn Rows, log: LogId, order: &Order) {
    let amount = on_account(&order.tenders);
    if let (Some(buyer), true) = (&order.customer, amount != 0) {
        change(rows, log, buyer.id, amount);
    }
}

pub(crate) fn paid_back(rows: &mut dyn Rows, log: LogId, customer: CustomerId, tenders: &[Tender]) {
    let amount = on_account(tenders);
    if amount != 0 {
        change(rows, log, customer, amount.wrapping_neg());
    }
}

/// Whether a payment is known already.
pub fn is_paid(rows: &dyn Rows, payment: till_schema::OrderId) -> bool {
    rows.get(Table::AccountPayments, &payment.0).is_some()
}

pub(crate) fn paid(
    rows: &mut dyn Rows,
    entry: &EntryRef,
    currency: Currency,
    paid: &AccountPaid,
    in_chain: bool,
) {
    let sum = paid.tenders.iter().fold(0_i64, |sum, tender| sum.wrapping_add(tender.amount));
    change(rows, entry.log, paid.customer, paid.change.wrapping_sub(sum));
    put_row(rows, Table::AccountPayments, &paid.id.0, paid);
    payments::taken(rows, entry.log, currency, &paid.tenders, paid.change);
    if in_chain {
        shifts::collected(rows, entry.log, paid);
    }
}
