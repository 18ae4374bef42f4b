//! The shop's settings: names, what each holds, and what they mean.
//!
//! A setting is text, an integer or a flag in the settings document. What is
//! written here is checked when it is written; what another version wrote and
//! this one cannot read counts as not set.

mod price_list;
mod tax_class;

pub use price_list::{LocalTime, PriceList};
pub use tax_class::parse_tax_class;

use std::collections::BTreeMap;
use till_schema::Currency;
use till_schema::catalogue::FieldValue;
use till_schema::order::{LineTax, TenderKind};
use till_schema::rows::{Rows, Table, decode_row};

/// Settings that stand alone: name, type, and what they are for.
pub const KNOWN: [(&str, Kind, &str); 13] = [
    ("business.name", Kind::Text, "name on tickets"),
    ("business.tax_id", Kind::Text, "tax id on tickets"),
    ("business.address", Kind::Text, "address on tickets"),
    ("business.phone", Kind::Text, "phone on tickets"),
    ("ticket.header", Kind::Text, "text above the lines"),
    ("ticket.footer", Kind::Text, "text below the total"),
    ("ticket.language", Kind::Language, "es or en"),
    ("cash.rounding", Kind::Amount, "smallest coin, in minor units; 0 for none"),
    ("shift.required", Kind::Flag, "whether sales need an open shift"),
    ("scale.rules", Kind::Text, "labels of scales, such as 21PPPPPWWWWWC:kg3"),
    ("printer.target", Kind::Text, "tcp:HOST[:9100], file:PATH or dev:PATH"),
    ("printer.paper", Kind::Paper, "58 or 80, in millimetres"),
    ("printer.code_page", Kind::CodePage, "pc850, pc858 or wpc1252"),
];

/// Families of settings: what the name begins with, type, and what they are for.
pub const FAMILIES: [(&str, Kind, &str); 4] = [
    ("tax.", Kind::TaxClass, "taxes of a class, such as `IVA 19%; ICUI 20%; INC 0.5/u added`"),
    ("list.", Kind::PriceList, "a price list, such as `from=2026-11-25T12:00 percent=10`"),
    ("tender.", Kind::Flag, "whether a means of payment is taken: tender.card"),
    ("currency.", Kind::Rate, "what one unit of a currency is worth here: currency.usd"),
];

/// What a setting holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Any text.
    Text,
    /// Minor units, not negative.
    Amount,
    /// Yes or no.
    Flag,
    /// A language.
    Language,
    /// A width of paper.
    Paper,
    /// A code page.
    CodePage,
    /// Taxes of a class.
    TaxClass,
    /// A price list.
    PriceList,
    /// A rate of exchange: decimal text.
    Rate,
}

/// What is wrong with a setting, and what to write instead.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{0}")]
pub struct SettingError(pub String);

fn wrong<T>(text: impl Into<String>) -> Result<T, SettingError> {
    Err(SettingError(text.into()))
}

/// What a setting holds.
///
/// # Errors
/// When there is none by that name.
pub fn kind_of(name: &str) -> Result<Kind, SettingError> {
    if let Some((_, kind, _)) = KNOWN.iter().find(|(known, _, _)| *known == name) {
        return Ok(*kind);
    }
    let family = FAMILIES.iter().find(|(prefix, _, _)| {
        name.strip_prefix(prefix).is_some_and(|rest| !rest.trim().is_empty())
    });
    match family {
        Some((_, kind, _)) => Ok(*kind),
        None => {
            wrong(format!("there is no setting “{name}”; `tillmesh settings --names` lists them"))
        }
    }
}

/// Reads a setting from what a person typed.
///
/// # Errors
/// When it is not what the setting holds.
pub fn parse(name: &str, text: &str, currency: Currency) -> Result<FieldValue, SettingError> {
    let value = match kind_of(name)? {
        Kind::Flag => match text.trim() {
            "yes" | "true" | "sí" | "si" | "1" => FieldValue::Flag(true),
            "no" | "false" | "0" => FieldValue::Flag(false),
            other => return wrong(format!("“{other}” is neither yes nor no")),
        },
        Kind::Amount => match currency.parse(text) {
            Ok(amount) => FieldValue::Int(amount),
            Err(error) => return wrong(error.to_string()),
        },
        _ => FieldValue::Text(text.to_owned()),
    };
    check(name, &value)?;
    Ok(value)
}

/// Checks a setting before it is written.
///
/// # Errors
/// When there is none by that name, or it does not hold that.
pub fn check(name: &str, value: &FieldValue) -> Result<(), SettingError> {
    let one_of = |text: &str, all: &[&str]| match all.contains(&text) {
        true => Ok(()),
        false => wrong(format!("{name} is one of {}, not “{text}”", all.join(", "))),
    };
    match (kind_of(name)?, value) {
        (Kind::Text, FieldValue::Text(_)) | (Kind::Flag, FieldValue::Flag(_)) => {
            match name.strip_prefix("tender.") {
                Some(kind) => kind.parse::<TenderKind>().map(|_| ()).map_err(SettingError),
                None => Ok(()),
            }
        }
        (Kind::Amount, FieldValue::Int(amount)) if *amount >= 0 => Ok(()),
        (Kind::Amount, FieldValue::Int(_)) => wrong(format!("{name} must not be negative")),
        (Kind::Language, FieldValue::Text(text)) => one_of(text, &["es", "en"]),
        (Kind::Paper, FieldValue::Text(text)) => one_of(text, &["58", "80"]),
        (Kind::CodePage, FieldValue::Text(text)) => one_of(text, &["pc850", "pc858", "wpc1252"]),
        (Kind::TaxClass, FieldValue::Text(text)) => parse_tax_class(text).map(|_| ()),
        (Kind::PriceList, FieldValue::Text(text)) => PriceList::parse("", text).map(|_| ()),
        (Kind::Rate, FieldValue::Text(text)) => {
            let code = name.strip_prefix("currency.").unwrap_or_default();
            if code.parse::<Currency>().is_err() {
                return wrong(format!("“{code}” is no currency that is known here"));
            }
            rate_micro(text).map(|_| ())
        }
        (kind, _) => wrong(format!("{name} holds another type: {kind:?}")),
    }
}

/// A rate of exchange as typed, in millionths. Both currencies have two decimals,
/// so it holds for minor units too.
fn rate_micro(text: &str) -> Result<i64, SettingError> {
    let (whole, fraction) = text.trim().split_once(['.', ',']).unwrap_or((text.trim(), ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let fits = !whole.is_empty() && whole.len() <= 9 && fraction.len() <= 6;
    if !fits || !digits(whole) || !digits(fraction) {
        return wrong(format!("“{text}” is not a rate; write it like 4123.45"));
    }
    match format!("{whole}{fraction:0<6}").parse::<i64>() {
        Ok(rate) if rate > 0 => Ok(rate),
        _ => wrong("a rate must be more than zero"),
    }
}

/// The settings in use.
#[derive(Clone, Debug, Default)]
pub struct Settings(BTreeMap<String, FieldValue>);

impl Settings {
    /// As the rows have them.
    pub fn load(rows: &dyn Rows) -> Self {
        let mut all = BTreeMap::new();
        rows.scan(Table::Settings, &[], &mut |name, value| {
            if let Ok(name) = std::str::from_utf8(name) {
                all.insert(name.to_owned(), decode_row(Table::Settings, value));
            }
            true
        });
        Self(all)
    }

    /// All of them, by name.
    pub fn all(&self) -> &BTreeMap<String, FieldValue> {
        &self.0
    }

    /// A text; empty when it is not set.
    pub fn text(&self, name: &str) -> &str {
        match self.0.get(name) {
            Some(FieldValue::Text(text)) => text,
            Some(FieldValue::Int(_) | FieldValue::Flag(_)) | None => "",
        }
    }

    /// A flag, or what counts when it is not set.
    pub fn flag(&self, name: &str, or: bool) -> bool {
        match self.0.get(name) {
            Some(FieldValue::Flag(flag)) => *flag,
            Some(FieldValue::Int(_) | FieldValue::Text(_)) | None => or,
        }
    }

    /// The smallest coin, minor units; 0 for none.
    pub fn coin(&self) -> i64 {
        match self.0.get("cash.rounding") {
            Some(FieldValue::Int(coin)) => *coin,
            Some(FieldValue::Text(_) | FieldValue::Flag(_)) | None => 0,
        }
    }

    /// Whether a means of payment is taken.
    pub fn takes(&self, kind: TenderKind) -> bool {
        self.flag(&format!("tender.{}", kind.name()), true)
    }

    /// What one minor unit of a currency is worth here, in millionths of one.
    pub fn rate_micro(&self, currency: Currency) -> Option<i64> {
        rate_micro(self.text(&format!("currency.{}", currency.code().to_lowercase()))).ok()
    }

    /// The taxes of a class; none when the class has no setting.
    pub fn taxes(&self, class: &str) -> Option<Vec<LineTax>> {
        let text = self.text(&format!("tax.{class}"));
        if text.is_empty() { None } else { parse_tax_class(text).ok() }
    }

    /// The price lists, by name.
    pub fn price_lists(&self) -> Vec<PriceList> {
        let from = "list.".to_owned();
        self.0
            .range(from..)
            .map_while(|(name, value)| name.strip_prefix("list.").map(|rest| (rest, value)))
            .filter_map(|(name, value)| match value {
                FieldValue::Text(text) => PriceList::parse(name, text).ok(),
                FieldValue::Int(_) | FieldValue::Flag(_) => None,
            })
            .collect()
    }
}

#[cfg(test)]
mod tests;
