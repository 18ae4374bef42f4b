//! Products as Shopify imports them: rows of one handle are variants, and what
//! they share stands in the first.

use super::out::{Out, maybe, money, text};
use super::pages;
use crate::failure::Failure;
use crate::target::Target;
use serde_json::Value;
use till_node::command::ProductView;
use till_schema::Currency;

const HEADER: [&str; 16] = [
    "Handle",
    "Title",
    "Type",
    "Published",
    "Option1 Name",
    "Option1 Value",
    "Variant SKU",
    "Variant Inventory Tracker",
    "Variant Inventory Qty",
    "Variant Inventory Policy",
    "Variant Price",
    "Variant Requires Shipping",
    "Variant Taxable",
    "Variant Barcode",
    "Cost per item",
    "Status",
];

pub(super) async fn write(
    target: &mut Target,
    currency: Currency,
    out: &mut Out,
) -> Result<(), Failure> {
    table(&all(target).await?, currency, out)
}

pub(super) fn table(
    views: &[ProductView],
    currency: Currency,
    out: &mut Out,
) -> Result<(), Failure> {
    out.header(&HEADER)?;
    let mut before = None;
    for view in by_handle(views) {
        out.row(row(view, before != Some(handle(view)), currency))?;
        before = Some(handle(view));
    }
    Ok(())
}

/// What variants share: their group, else the code.
pub(super) fn handle(view: &ProductView) -> &str {
    let product = &view.product;
    if product.group.is_empty() { &product.sku } else { &product.group }
}

/// All products. Both formats want the rows of a handle together, and the
/// device gives them by id, so these two exports hold all of them.
pub(super) async fn all(target: &mut Target) -> Result<Vec<ProductView>, Failure> {
    let mut products = Vec::new();
    pages::products(target, |view| {
        products.push(view.clone());
        Ok(())
    })
    .await?;
    Ok(products)
}

/// Those of a handle together, by their codes.
pub(super) fn by_handle(views: &[ProductView]) -> Vec<&ProductView> {
    let mut sorted: Vec<&ProductView> = views.iter().collect();
    sorted.sort_by_key(|view| (handle(view), &view.product.sku));
    sorted
}

fn row(view: &ProductView, first: bool, currency: Currency) -> Vec<Value> {
    let product = &view.product;
    let shared = |value: Value| if first { value } else { Value::Null };
    let has_variant = !product.variant.is_empty();
    vec![
        text(handle(view)),
        shared(text(&product.name)),
        shared(text(&product.category)),
        shared(text("TRUE")),
        shared(text(if has_variant { "Variant" } else { "Title" })),
        text(if has_variant { &product.variant } else { "Default Title" }),
        text(&product.sku),
        text("shopify"),
        text(view.stock),
        text("deny"),
        money(product.price, currency),
        text("TRUE"),
        text(if product.tax_rate_bp > 0 { "TRUE" } else { "FALSE" }),
        maybe(product.barcodes.first()),
        product.cost.map_or(Value::Null, |cost| money(cost, currency)),
        shared(text("active")),
    ]
}
