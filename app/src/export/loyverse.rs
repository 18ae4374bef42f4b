//! Products as Loyverse imports them: rows of one handle are variants.

use super::out::{Out, maybe, money, text};
use super::shopify;
use crate::failure::Failure;
use crate::target::Target;
use serde_json::Value;
use till_node::command::ProductView;
use till_schema::Currency;

/// The one store of the table.
const HEADER: [&str; 16] = [
    "Handle",
    "SKU",
    "Name",
    "Category",
    "Description",
    "Sold by weight",
    "Option 1 name",
    "Option 1 value",
    "Cost",
    "Barcode",
    "SKU of included item",
    "Quantity of included item",
    "Track stock",
    "Available for sale [tillmesh]",
    "Price [tillmesh]",
    "In stock [tillmesh]",
];

pub(super) async fn write(
    target: &mut Target,
    currency: Currency,
    out: &mut Out,
) -> Result<(), Failure> {
    table(&shopify::all(target).await?, currency, out)
}

pub(super) fn table(
    views: &[ProductView],
    currency: Currency,
    out: &mut Out,
) -> Result<(), Failure> {
    out.header(&HEADER)?;
    shopify::by_handle(views).into_iter().try_for_each(|view| out.row(row(view, currency)))
}

fn row(view: &ProductView, currency: Currency) -> Vec<Value> {
    let product = &view.product;
    let has_variant = !product.variant.is_empty();
    let yes_no = |yes| text(if yes { "Y" } else { "N" });
    vec![
        text(shopify::handle(view)),
        text(&product.sku),
        text(&product.name),
        text(&product.category),
        Value::Null,
        yes_no(["kg", "g", "lb"].contains(&product.unit.as_str())),
        if has_variant { text("Variant") } else { Value::Null },
        text(&product.variant),
        product.cost.map_or(Value::Null, |cost| money(cost, currency)),
        maybe(product.barcodes.first()),
        Value::Null,
        Value::Null,
        yes_no(true),
        yes_no(true),
        money(product.price, currency),
        text(view.stock),
    ]
}
