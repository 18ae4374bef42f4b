//! What came back, line by line.

use super::out::{Out, moment, money, text};
use super::pages;
use crate::failure::Failure;
use crate::target::Target;
use serde_json::Value;
use till_node::command::{PageOf, ReturnView};
use till_schema::Currency;

pub(super) async fn write(
    target: &mut Target,
    currency: Currency,
    out: &mut Out,
) -> Result<(), Failure> {
    let money = |amount: i64| money(amount, currency);
    out.header(&[
        "return",
        "number",
        "at",
        "register",
        "order",
        "order_number",
        "void",
        "reason",
        "line",
        "sku",
        "name",
        "quantity",
        "unit_price",
        "discount",
        "total",
        "restocked",
        "code",
    ])?;
    pages::pages(target, PageOf::Returns, |page| {
        page.returns.iter().try_for_each(|view| {
            let note = &view.row.note;
            note.lines.iter().try_for_each(|line| {
                out.row(vec![
                    text(note.id),
                    text(&view.label),
                    moment(note.at_ms, note.utc_offset_min),
                    text(&view.register),
                    text(note.of),
                    text(&note.of_label),
                    Value::Bool(note.void),
                    text(&note.reason),
                    Value::from(line.line + 1),
                    text(&line.part.sku),
                    text(&line.part.name),
                    text(line.part.quantity),
                    money(line.part.unit_price),
                    money(line.part.discount),
                    money(line.part.total),
                    Value::Bool(line.restock),
                    text(&view.row.code),
                ])
            })
        })
    })
    .await
}

/// A return's row among the fiscal documents.
pub(super) fn document(view: &ReturnView, currency: Currency) -> Vec<Value> {
    let (note, entry) = (&view.row.note, &view.row.entry);
    vec![
        text("return"),
        text(&view.label),
        text(note.of),
        moment(note.at_ms, note.utc_offset_min),
        text(&view.register),
        money(note.totals.total, currency),
        text(super::sales::state(view.outcome)),
        text(&view.row.code),
        text(entry.log),
        Value::from(entry.seq.0),
        text(entry.hash),
    ]
}
