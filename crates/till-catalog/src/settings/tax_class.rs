//! Taxes of a class as text.

use super::{SettingError, wrong};
use till_schema::order::{LineTax, TaxTreatment};

/// Reads the taxes of a class: parts between semicolons, each `NAME WHAT`, where
/// WHAT is `19%` (of the net price), `38/u` (minor units for each unit sold),
/// `exempt` or `excluded`; `added` after it says that it comes on top of the
/// price instead of being in it.
///
/// # Errors
/// What is wrong, and what to write.
pub fn parse_tax_class(text: &str) -> Result<Vec<LineTax>, SettingError> {
    let parts = text.split(';').map(str::trim).filter(|part| !part.is_empty());
    let taxes = parts.map(one).collect::<Result<Vec<_>, _>>()?;
    if taxes.is_empty() {
        return wrong("a tax class needs at least one tax, such as `IVA 19%`");
    }
    Ok(taxes)
}

fn one(part: &str) -> Result<LineTax, SettingError> {
    let mut words = part.split_whitespace();
    let (Some(tax), Some(what)) = (words.next(), words.next()) else {
        return wrong(format!("“{part}” is not a tax; write it like `IVA 19%` or `IBUA 38/u`"));
    };
    let included = match words.next() {
        None => true,
        Some("added") => false,
        Some(other) => return wrong(format!("“{other}” is not known here; only `added` is")),
    };
    let mut line = LineTax {
        tax: tax.to_owned(),
        rate_bp: 0,
        per_unit: None,
        treatment: TaxTreatment::Taxed,
        included,
        base: 0,
        amount: 0,
    };
    if what == "exempt" {
        line.treatment = TaxTreatment::Exempt;
    } else if what == "excluded" {
        line.treatment = TaxTreatment::Excluded;
    } else if let Some(rate) = what.strip_suffix('%') {
        line.rate_bp = rate_bp(rate)?;
    } else if let Some(amount) = what.strip_suffix("/u") {
        match amount.parse::<i64>() {
            Ok(amount) if amount >= 0 => line.per_unit = Some(amount),
            _ => return wrong(format!("“{amount}” is not an amount in minor units")),
        }
    } else {
        return wrong(format!(
            "“{what}” is neither a rate (19%), an amount (38/u), exempt nor excluded"
        ));
    }
    Ok(line)
}

/// A rate in per cent with at most two decimals, as basis points.
fn rate_bp(text: &str) -> Result<u32, SettingError> {
    let (whole, fraction) = text.split_once(['.', ',']).unwrap_or((text, ""));
    let bad = || SettingError(format!("“{text}” is not a rate; write it like 19 or 7.5"));
    if fraction.len() > 2 || whole.is_empty() {
        return Err(bad());
    }
    let rate: u32 = format!("{whole}{fraction:0<2}").parse().map_err(|_| bad())?;
    if rate > 100_000 { Err(bad()) } else { Ok(rate) }
}
