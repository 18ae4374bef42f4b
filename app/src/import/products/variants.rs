//! What tells the variants of a product apart.

use super::super::sheet::fold;
use super::{Cell, Column, Fault, Row};
use till_schema::limits::TEXT_BYTES_MAX;

/// The value Shopify writes where a product has no options.
const NO_OPTION: &str = "Default Title";

/// The options of a row, without those that say nothing.
pub(super) fn options(row: &Row, columns: &[Column]) -> Result<Vec<String>, Fault> {
    let mut options = Vec::new();
    for column in columns {
        let value = row.cell(column).text()?;
        if !value.is_empty() && value != NO_OPTION {
            options.push(value);
        }
    }
    Ok(options)
}

/// The options as people read them: `M / red`.
pub(super) fn text(options: &[String]) -> String {
    options.join(" / ")
}

/// A code for a variant without one, always the same for the same options, so
/// that another import of the file finds the product again, wherever its row
/// stands: `shirt-m-red`.
pub(super) fn sku(cell: Cell<'_>, handle: &str, options: &[String]) -> Result<String, Fault> {
    let word = |option: &String| match fold(option) {
        folded if folded.is_empty() => option.clone(),
        folded => folded.replace(' ', "-"),
    };
    let parts: Vec<String> =
        std::iter::once(handle.to_owned()).chain(options.iter().map(word)).collect();
    let sku = parts.join("-");
    if sku.len() > TEXT_BYTES_MAX {
        return Err(
            cell.fault("is empty, and handle and options are too long for a code; give one")
        );
    }
    Ok(sku)
}

/// A handle made of a name.
pub(super) fn handle(name: &str) -> String {
    fold(name).replace(' ', "-")
}
