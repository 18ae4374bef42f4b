//! The identity document of a row.

use super::super::sheet::fold;
use super::{Columns, Fault, Row, without_apostrophe};
use till_codes::identity::Identity;

/// Kinds whose rules are known.
const KNOWN: [&str; 8] = ["NIT", "RUC", "CC", "CE", "TI", "RC", "PA", "REF"];

/// Kind and number of the document; both empty when there is none.
pub(super) fn of(row: &Row, columns: &Columns) -> Result<(String, String), Fault> {
    let cell = row.cell(&columns.tax_id);
    if cell.is_empty() {
        return Ok((String::new(), String::new()));
    }
    let said = row.cell(&columns.tax_id_kind).text()?;
    // A column called NIT, RUC or cédula says the kind by its name.
    let kind = match kind_of(&said) {
        kind if !kind.is_empty() => kind,
        _ => match fold(columns.tax_id.name()).rsplit(' ').next() {
            Some(name @ ("nit" | "ruc" | "cedula")) => kind_of(name),
            _ => String::new(),
        },
    };
    let mut number = without_apostrophe(cell.code()?);
    let check = row.cell(&columns.check_digit);
    if !check.is_empty() && !number.contains(['-', '–']) {
        let mark = if kind == "NIT" { "-" } else { " DV " };
        number = format!("{number}{mark}{}", check.text);
    }
    if KNOWN.contains(&kind.as_str()) {
        let read = Identity::parse(&kind, &number).map_err(|reason| cell.fault(reason))?;
        return Ok((read.kind, read.number));
    }
    let bare: String = number.chars().filter(|letter| letter.is_alphanumeric()).collect();
    let strange = number
        .chars()
        .find(|letter| !letter.is_alphanumeric() && !matches!(letter, '.' | '-' | ',' | ' '));
    if bare.is_empty() || strange.is_some() {
        return Err(cell.fault(format_args!(
            "“{number}” is not the number of a document; write digits and letters"
        )));
    }
    Ok((kind, bare))
}

/// The short name of a kind of identity document.
fn kind_of(text: &str) -> String {
    match fold(text).as_str() {
        "cedula" | "cedula de ciudadania" | "c c" => "CC".to_owned(),
        "cedula de extranjeria" | "c e" => "CE".to_owned(),
        "pasaporte" | "passport" => "PA".to_owned(),
        "tarjeta de identidad" | "t i" => "TI".to_owned(),
        "registro civil" | "r c" => "RC".to_owned(),
        "n i t" => "NIT".to_owned(),
        "r u c" => "RUC".to_owned(),
        other => other.to_uppercase(),
    }
}
