//! What the settings say about paper.

use crate::cli::parse_paper;
use std::collections::BTreeMap;
use till_receipt::{CodePage, Language, Paper, Texts};
use till_schema::catalogue::FieldValue;

/// A setting's text; empty when it is not set.
fn text<'a>(settings: &'a BTreeMap<String, FieldValue>, name: &str) -> &'a str {
    match settings.get(name) {
        Some(FieldValue::Text(text)) => text.trim(),
        Some(FieldValue::Int(_) | FieldValue::Flag(_)) | None => "",
    }
}

/// How tickets are printed here. What is not set, or what another version wrote
/// and this one cannot read, is as the printers that are sold most have it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Look {
    /// The printer as the settings name it; empty when they do not.
    pub(crate) printer: String,
    pub(crate) paper: Paper,
    pub(crate) page: CodePage,
}

impl Look {
    pub(crate) fn of(settings: &BTreeMap<String, FieldValue>) -> Self {
        Self {
            printer: text(settings, "printer.target").to_owned(),
            paper: parse_paper(text(settings, "printer.paper")).unwrap_or_default(),
            page: match text(settings, "printer.code_page") {
                "pc850" => CodePage::Pc850,
                "wpc1252" => CodePage::Wpc1252,
                _ => CodePage::Pc858,
            },
        }
    }
}

/// Language of tickets: the shop's, else the one that was asked for, else Spanish.
pub(crate) fn language(
    settings: &BTreeMap<String, FieldValue>,
    asked_for: Option<&str>,
) -> Language {
    let shop = text(settings, "ticket.language");
    let wanted = if shop.is_empty() { asked_for.unwrap_or_default() } else { shop };
    if wanted == "en" { Language::En } else { Language::Es }
}

/// What the shop has on all its tickets.
pub(crate) fn texts(settings: &BTreeMap<String, FieldValue>, shop_name: &str) -> Texts {
    let name = text(settings, "business.name");
    let address = text(settings, "business.address").lines();
    let phone = text(settings, "business.phone");
    Texts {
        shop_name: if name.is_empty() { shop_name } else { name }.to_owned(),
        tax_id: text(settings, "business.tax_id").to_owned(),
        address: address
            .chain([phone])
            .filter(|line| !line.is_empty())
            .map(str::to_owned)
            .collect(),
        header: text(settings, "ticket.header").to_owned(),
        footer: text(settings, "ticket.footer").to_owned(),
    }
}
