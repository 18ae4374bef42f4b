//! Products in this program's own table, which an import reads back exactly.

use super::out::{Out, maybe, money, text};
use super::pages;
use crate::failure::Failure;
use crate::import::{LIST_COLUMN, PRODUCT_COLUMNS};
use crate::target::Target;
use serde_json::Value;
use std::collections::BTreeSet;
use till_node::command::ProductView;
use till_schema::Currency;

pub(super) async fn write(
    target: &mut Target,
    currency: Currency,
    out: &mut Out,
) -> Result<(), Failure> {
    // Price lists become columns, so all of them must be known for the header.
    let mut lists = BTreeSet::new();
    pages::products(target, |view| {
        lists.extend(view.product.lists.iter().map(|(list, _)| list.clone()));
        Ok(())
    })
    .await?;
    out.header(&header(&lists))?;
    pages::products(target, |view| out.row(row(view, &lists, currency))).await
}

pub(super) fn header(lists: &BTreeSet<String>) -> Vec<String> {
    let own = PRODUCT_COLUMNS.iter().map(|name| (*name).to_owned());
    own.chain(lists.iter().map(|list| format!("{LIST_COLUMN}{list}"))).collect()
}

pub(super) fn row(view: &ProductView, lists: &BTreeSet<String>, currency: Currency) -> Vec<Value> {
    let product = &view.product;
    let money = |amount: i64| money(amount, currency);
    let mut values = vec![
        text(&product.sku),
        text(&product.name),
        money(product.price),
        product.cost.map_or(Value::Null, money),
        text(product.barcodes.join("|")),
        text(&product.category),
        text(&product.unit),
        text(&product.tax),
        text(percent(product.tax_rate_bp)),
        text(view.stock),
        maybe(product.low_stock),
        text(&product.group),
        text(&product.variant),
        text(&product.plu),
    ];
    values.extend(lists.iter().map(|list| {
        let listed = product.lists.iter().find(|(named, _)| named == list);
        listed.map_or(Value::Null, |(_, price)| money(*price))
    }));
    values
}

/// Basis points as a percentage: `19`, `5.5`.
pub(super) fn percent(rate_bp: u32) -> String {
    let written = format!("{}.{:02}", rate_bp / 100, rate_bp % 100);
    written.trim_end_matches('0').trim_end_matches('.').to_owned()
}
