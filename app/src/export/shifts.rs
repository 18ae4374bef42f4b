//! Shifts of the drawers, newest first.

use super::out::{Out, maybe, moment, money, text};
use super::pages;
use crate::failure::Failure;
use crate::target::Target;
use serde_json::Value;
use till_node::command::{DayReply, Look, ShiftView};
use till_schema::Currency;
use till_schema::order::TenderKind;

/// More than any device closes in its life: a hundred years of three a day.
const SHIFTS_MAX: usize = 110_000;

pub(super) async fn write(
    target: &mut Target,
    currency: Currency,
    out: &mut Out,
) -> Result<(), Failure> {
    out.header(&[
        "shift",
        "number",
        "register",
        "opened_at",
        "opened_by",
        "closed_at",
        "closed_by",
        "z",
        "float",
        "sales",
        "gross",
        "discount",
        "total",
        "tips",
        "returns",
        "returned",
        "pay_in",
        "pay_out",
        "expected_cash",
        "counted_cash",
        "note",
    ])?;
    let asked = Look::Shifts { device: None, limit: SHIFTS_MAX };
    let DayReply::Shifts(shifts) = pages::look(target, asked).await? else {
        return Err(Failure::Trouble("the device answered something else".to_owned()));
    };
    shifts.iter().try_for_each(|view| out.row(row(view, currency)))
}

fn row(view: &ShiftView, currency: Currency) -> Vec<Value> {
    let money = |amount: i64| money(amount, currency);
    let (row, sums) = (&view.row, &view.row.sums);
    let closed = row.closed.as_ref();
    let counted = closed.and_then(|closed| {
        let cash = closed.report.counted.iter().find(|counted| counted.kind == TenderKind::Cash);
        cash.and_then(|cash| cash.counted)
    });
    vec![
        text(row.shift),
        Value::from(row.number),
        text(&view.register),
        moment(row.opened.wall_ms, 0),
        text(&view.opened_by_name),
        closed.map_or(Value::Null, |closed| moment(closed.entry.wall_ms, 0)),
        text(&view.closed_by_name),
        closed.map_or(Value::Null, |closed| Value::from(closed.report.z)),
        money(row.float),
        Value::from(sums.sales),
        money(sums.gross),
        money(sums.discount),
        money(sums.total),
        money(sums.tips),
        Value::from(sums.returns),
        money(sums.returned),
        money(sums.pay_in),
        money(sums.pay_out),
        money(view.expected_cash),
        counted.map_or(Value::Null, money),
        maybe(closed.map(|closed| &closed.report.note)),
    ]
}
