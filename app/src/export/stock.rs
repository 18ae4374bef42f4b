//! Stock as this device knows it, by product and place.

use super::out::{Out, maybe, text};
use super::pages;
use crate::failure::Failure;
use crate::target::Target;
use till_node::command::{PageOf, PageView};

/// What the shelf is called: the place goods are sold from.
const SHELF: &str = "shelf";

pub(super) async fn write(target: &mut Target, out: &mut Out) -> Result<(), Failure> {
    out.header(&["sku", "name", "place", "quantity", "unit", "low_stock"])?;
    pages::pages(target, PageOf::Products, |page| write_page(&page, out)).await
}

fn write_page(page: &PageView, out: &mut Out) -> Result<(), Failure> {
    // Products and places are in the same order, so one walk joins them.
    let mut places = page.places.iter().peekable();
    for view in &page.products {
        let product = &view.product;
        let mut row = |place: &str, quantity| {
            out.row(vec![
                text(&product.sku),
                text(&product.name),
                text(place),
                text(quantity),
                text(&product.unit),
                maybe(product.low_stock),
            ])
        };
        row(SHELF, view.stock)?;
        while let Some((_, place, quantity)) = places.next_if(|(id, ..)| *id == product.id) {
            row(place, *quantity)?;
        }
    }
    Ok(())
}
