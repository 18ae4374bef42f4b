//! Taxes that programs name together with their rate.

use super::super::number;
use super::{Column, Defaults, Fault, Header, Row};

/// The name and rate in a text such as `IVA (19%)`, `"IVA" (19 %)` or `IVA 19%`.
pub(super) fn named_rate(text: &str) -> Option<(String, u32)> {
    let before = text[..text.find('%')?].trim_end();
    let digit = |letter: char| letter.is_ascii_digit() || matches!(letter, '.' | ',');
    let number = before.trim_end_matches(digit);
    let rate = number::percent(&before[number.len()..]).ok()?;
    let name = number.trim_end().trim_end_matches('(').trim().trim_matches('"').trim();
    Some((name.to_owned(), rate))
}

/// One column a tax, `Tax - IVA (19%)`, with yes or no in each row.
pub(super) struct TaxColumns(Vec<(Column, String, u32)>);

impl TaxColumns {
    pub(super) fn find(header: &Header) -> Self {
        let columns = header.columns_where(|name| name.to_lowercase().starts_with("tax - "));
        let named = |column: Column| {
            let (name, rate) = named_rate(column.name().get("tax - ".len()..)?)?;
            Some((column, name, rate))
        };
        Self(columns.into_iter().filter_map(named).collect())
    }

    /// Class and rate of a row. Of several taxes the rates are added: a product
    /// has one rate here. A file with such columns and no yes says “untaxed”.
    pub(super) fn of(&self, row: &Row, defaults: &Defaults) -> Result<(String, u32), Fault> {
        if self.0.is_empty() {
            return Ok((defaults.tax.clone(), defaults.tax_rate_bp));
        }
        let borne: Vec<_> =
            self.0.iter().filter(|(column, ..)| row.cell(column).is_yes()).collect();
        let rate = borne.iter().map(|(_, _, rate)| rate).sum();
        let names: Vec<&str> = borne.iter().map(|(_, name, _)| name.as_str()).collect();
        if let [(column, ..), _, ..] = borne.as_slice() {
            row.cell(column).warn(format_args!(
                "the taxes {} were added up to one rate; look at the product's tax",
                names.join(" and ")
            ));
        }
        match names.is_empty() {
            true => Ok((defaults.tax.clone(), 0)),
            false => Ok((super::or_default(names.join(" + "), &defaults.tax), rate)),
        }
    }
}
