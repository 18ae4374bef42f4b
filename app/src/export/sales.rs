//! Orders, newest first: as wholes, by line, by payment, by fiscal document.

use super::out::{Out, maybe, moment, money, text};
use super::pages;
use super::returns;
use crate::failure::Failure;
use crate::target::Target;
use serde_json::Value;
use till_node::command::{OrderView, PageOf};
use till_schema::Currency;
use till_schema::body::Outcome;
use till_schema::order::Tender;

pub(super) async fn orders(
    target: &mut Target,
    currency: Currency,
    out: &mut Out,
) -> Result<(), Failure> {
    let money = |amount: i64| money(amount, currency);
    out.header(&[
        "order",
        "number",
        "sold_at",
        "register",
        "customer",
        "document_kind",
        "document_number",
        "lines",
        "gross",
        "discount",
        "tax",
        "total",
        "tip",
        "rounding",
        "change",
        "note",
        "code",
    ])?;
    pages::orders(target, |view| {
        let order = &view.row.order;
        let buyer = order.customer.as_ref();
        let taxes = order.totals.taxes.iter().map(|tax| tax.amount).sum();
        out.row(vec![
            text(order.id),
            text(&view.label),
            moment(order.sold_at_ms, order.utc_offset_min),
            text(&view.register),
            maybe(buyer.map(|buyer| &buyer.name)),
            maybe(buyer.map(|buyer| &buyer.tax_id_kind)),
            maybe(buyer.map(|buyer| &buyer.tax_id)),
            Value::from(order.lines.len()),
            money(order.totals.gross),
            money(order.totals.discount),
            money(taxes),
            money(order.totals.total),
            money(order.tip),
            money(order.rounding),
            money(order.change),
            text(&order.note),
            text(&view.row.code),
        ])
    })
    .await
}

pub(super) async fn lines(
    target: &mut Target,
    currency: Currency,
    out: &mut Out,
) -> Result<(), Failure> {
    let money = |amount: i64| money(amount, currency);
    out.header(&[
        "order",
        "number",
        "sold_at",
        "register",
        "line",
        "sku",
        "name",
        "category",
        "quantity",
        "unit",
        "unit_price",
        "discount",
        "total",
        "tax_class",
        "tax_rate",
        "tax",
        "unit_cost",
        "price_list",
        "note",
    ])?;
    pages::orders(target, |view| {
        let order = &view.row.order;
        order.lines.iter().enumerate().try_for_each(|(place, line)| {
            let tax = line.taxes.iter().map(|tax| tax.amount).sum();
            out.row(vec![
                text(order.id),
                text(&view.label),
                moment(order.sold_at_ms, order.utc_offset_min),
                text(&view.register),
                Value::from(place + 1),
                text(&line.sku),
                text(&line.name),
                text(&line.category),
                text(line.quantity),
                text(&line.unit),
                money(line.unit_price),
                money(line.discount),
                money(line.total),
                text(&line.tax),
                text(super::products::percent(line.tax_rate_bp)),
                money(tax),
                line.unit_cost.map_or(Value::Null, money),
                text(&line.price_list),
                text(&line.note),
            ])
        })
    })
    .await
}

/// What was handed over. Change is a row of its own, below zero, so that the
/// column sums to what is in the drawers; so is what returns paid back.
pub(super) async fn payments(
    target: &mut Target,
    currency: Currency,
    out: &mut Out,
) -> Result<(), Failure> {
    out.header(&[
        "of",
        "id",
        "number",
        "at",
        "register",
        "customer",
        "means",
        "amount",
        "reference",
    ])?;
    pages::orders(target, |view| {
        let order = &view.row.order;
        let buyer = maybe(order.customer.as_ref().map(|buyer| &buyer.name));
        let at = moment(order.sold_at_ms, order.utc_offset_min);
        let head =
            [text("sale"), text(order.id), text(&view.label), at, text(&view.register), buyer];
        tenders(out, &head, &order.tenders, 1, currency)?;
        change(out, &head, order.change, currency)
    })
    .await?;
    pages::pages(target, PageOf::Returns, |page| {
        page.returns.iter().try_for_each(|view| {
            let note = &view.row.note;
            let at = moment(note.at_ms, note.utc_offset_min);
            let head = [
                text("return"),
                text(note.id),
                text(&view.label),
                at,
                text(&view.register),
                Value::Null,
            ];
            tenders(out, &head, &note.tenders, -1, currency)
        })
    })
    .await?;
    pages::pages(target, PageOf::AccountPayments, |page| {
        page.payments.iter().try_for_each(|paid| {
            let none = || Value::Null;
            let head = [text("debt"), text(paid.id), none(), none(), none(), text(&paid.customer)];
            tenders(out, &head, &paid.tenders, 1, currency)?;
            change(out, &head, paid.change, currency)
        })
    })
    .await
}

fn tenders(
    out: &mut Out,
    head: &[Value],
    tenders: &[Tender],
    sign: i64,
    currency: Currency,
) -> Result<(), Failure> {
    tenders.iter().try_for_each(|tender| {
        let amount = money(tender.amount.saturating_mul(sign), currency);
        let tail = [text(tender.kind.name()), amount, text(&tender.reference)];
        out.row(head.iter().cloned().chain(tail).collect())
    })
}

fn change(out: &mut Out, head: &[Value], change: i64, currency: Currency) -> Result<(), Failure> {
    if change == 0 {
        return Ok(());
    }
    let tail = [text("cash"), money(change.saturating_neg(), currency), text("change")];
    out.row(head.iter().cloned().chain(tail).collect())
}

/// Documents of sales and returns, each with the entry that proves it.
pub(super) async fn documents(
    target: &mut Target,
    currency: Currency,
    out: &mut Out,
) -> Result<(), Failure> {
    out.header(&[
        "kind",
        "number",
        "order",
        "issued_at",
        "register",
        "total",
        "state",
        "code",
        "log",
        "position",
        "entry_hash",
    ])?;
    pages::orders(target, |view: OrderView| {
        let (order, entry) = (&view.row.order, &view.row.entry);
        let provisional = view.row.ticket.is_some() && view.row.number == 0;
        out.row(vec![
            text("sale"),
            text(&view.label),
            text(order.id),
            moment(order.sold_at_ms, order.utc_offset_min),
            text(&view.register),
            money(order.totals.total, currency),
            text(if provisional { "provisional" } else { state(view.outcome) }),
            text(&view.row.code),
            text(entry.log),
            Value::from(entry.seq.0),
            text(entry.hash),
        ])
    })
    .await?;
    pages::pages(target, PageOf::Returns, |page| {
        page.returns.iter().try_for_each(|view| out.row(returns::document(view, currency)))
    })
    .await
}

/// The authority's answer in a word.
pub(super) fn state(outcome: Option<Outcome>) -> &'static str {
    match outcome {
        Some(Outcome::Accepted) => "accepted",
        Some(Outcome::Rejected) => "rejected",
        None => "pending",
    }
}
