//! Labels printed by scales: an article and its weight or price in one code.
//!
//! GS1 leaves the prefixes 02, 04 and 20–29 (in UPC-A: 2 and 4) to the shop;
//! what the digits between prefix and check digit mean is agreed between the
//! shop and its scale (GS1 General Specifications 1.4.5 and 2.1.11, variable
//! measure items with restricted circulation numbers). So it is a setting.
//!
//! # The setting
//!
//! Rules with `;` or a new line between them. A rule is a picture of the code,
//! 13 digits (EAN-13) or 12 (UPC-A), and what the value counts:
//!
//! ```text
//! 21PPPPPWWWWWC:kg3
//! ││            │ └ decimals of the value: 01500 is 1.500
//! ││            └── unit of a weight: kg, lb or u (pieces); kg when left out
//! │└ letters, see below
//! └ digits stand for themselves
//! ```
//!
//! | letter | digit of |
//! | --- | --- |
//! | `P` | the article: the PLU of the scale |
//! | `W` | the weight, or the count with `u` |
//! | `A` | the amount to pay |
//! | `N` | nothing that is read, such as the verifier of a price |
//! | `C` | the check digit; always the last |
//!
//! Left out, a weight has 3 decimals (of `u`: 0) and an amount 2. Amounts of
//! pesos are mostly printed without: `23PPPPPAAAAAC:0`. A rule of 12 digits
//! reads the same labels as the one of 13 with a zero before it. The first rule
//! that fits is taken. A weight is in the unit the article is sold in; nothing
//! is converted.

use crate::{all_digits, gtin};
use serde::{Deserialize, Serialize};
use std::fmt;
use till_schema::Quantity;

/// The rules of a shop that has set none: the layout of most scales, for
/// weights under 21 and amounts with two decimals under 23.
///
/// The prefix 02 (2 of UPC-A) has none, because there the layouts differ in
/// what they read as price and a guess would sell at a wrong one.
pub const DEFAULT_RULES: &str = "21PPPPPWWWWWC:kg3;23PPPPPAAAAAC:2";

/// Most rules in one setting.
pub const RULES_MAX: usize = 32;

/// Digits of an EAN-13, the form labels are compared in.
const DIGITS: usize = 13;

/// What the weight on a label counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Unit {
    /// Kilograms.
    Kilogram,
    /// Pounds.
    Pound,
    /// Pieces.
    Piece,
}

impl Unit {
    fn text(self) -> &'static str {
        match self {
            Self::Kilogram => "kg",
            Self::Pound => "lb",
            Self::Piece => "u",
        }
    }
}

/// What the value of a rule is, and its decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Value {
    /// A weight or count: `W`.
    Weight {
        /// What is counted.
        unit: Unit,
        /// Digits after the decimal point, at most three.
        decimals: u32,
    },
    /// An amount to pay: `A`.
    Price {
        /// Digits after the decimal point, at most two.
        decimals: u32,
    },
}

/// One rule of the setting; made with [`parse_rules`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// The picture, 13 letters and digits.
    picture: String,
    /// Whether it was written for a UPC-A, without the leading zero.
    is_upc: bool,
    value: Value,
}

impl Rule {
    /// What the value of the labels is.
    pub fn value(&self) -> Value {
        self.value
    }

    /// The digits that a label of this rule begins with, in its EAN-13 form.
    pub fn prefix(&self) -> &str {
        let end = self.picture.find(|letter: char| !letter.is_ascii_digit());
        &self.picture[..end.unwrap_or(0)]
    }

    /// Whether every label of the other rule is read by this one.
    fn covers(&self, other: &Self) -> bool {
        let pairs = self.picture.chars().zip(other.picture.chars());
        pairs.into_iter().all(|(own, other)| !own.is_ascii_digit() || own == other)
    }

    fn read(&self, code: &str) -> Option<ScaleLabel> {
        let (mut plu, mut digits, mut item) = (String::new(), String::new(), String::new());
        for (drawn, found) in self.picture.chars().zip(code.chars()) {
            match drawn {
                'P' => plu.push(found),
                'W' | 'A' => digits.push(found),
                'N' | 'C' => {}
                literal if literal == found => {}
                _ => return None,
            }
            item.push(if matches!(drawn, 'W' | 'A' | 'N') { '0' } else { found });
        }
        item.pop();
        item.push(gtin::check_digit(&item)?);
        let number: i64 = digits.parse().ok()?;
        let what = match self.value {
            Value::Weight { decimals, .. } => {
                Measured::Weight(Quantity(number * 10_i64.pow(WEIGHT_DECIMALS - decimals)))
            }
            Value::Price { decimals } => {
                Measured::Price(number * 10_i64.pow(PRICE_DECIMALS - decimals))
            }
        };
        Some(ScaleLabel { plu, what, item })
    }
}

/// Writes a rule as it stands in the setting.
impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.picture[usize::from(self.is_upc)..])?;
        match self.value {
            Value::Weight { unit, decimals } => write!(f, ":{}{decimals}", unit.text()),
            Value::Price { decimals } => write!(f, ":{decimals}"),
        }
    }
}

/// Quantities are thousandths, amounts hundredths: no rule may be finer.
const WEIGHT_DECIMALS: u32 = 3;
const PRICE_DECIMALS: u32 = 2;

/// What a label says of the article.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Measured {
    /// Its weight or count, in the unit it is sold in. May be zero.
    Weight(Quantity),
    /// What is to be paid, in minor units of two decimals. May be zero.
    Price(i64),
}

/// A label that was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScaleLabel {
    /// The article's digits as printed, with leading zeros.
    pub plu: String,
    /// Weight or price.
    pub what: Measured,
    /// The code with zeros for the value and a check digit that fits: some
    /// catalogues list the article under it.
    pub item: String,
}

impl ScaleLabel {
    /// The codes under which the article may stand in the catalogue, in the
    /// order in which to look: PLU as printed, without leading zeros, and
    /// [`item`](Self::item).
    pub fn keys(&self) -> Vec<String> {
        let mut keys = vec![self.plu.clone()];
        let short = self.plu.trim_start_matches('0');
        if !short.is_empty() && short != self.plu {
            keys.push(short.to_owned());
        }
        keys.push(self.item.clone());
        keys
    }
}

/// Why a rule cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    /// Neither 12 nor 13 letters and digits.
    #[error("the rule “{0}” draws {1} digits; write 13 (EAN-13) or 12 (UPC-A) before the colon")]
    Length(String, usize),
    /// A letter without a meaning.
    #[error("the rule “{0}” has a “{1}”; use digits and the letters P, W, A, N and C")]
    Letter(String, char),
    /// Not a prefix that shops may use for themselves.
    #[error(
        "the rule “{0}” would read codes of other makers; begin it with 02, 04 or 20 to 29 \
         (12 digits: with 2 or 4)"
    )]
    Prefix(String),
    /// Not exactly one `C` at the end.
    #[error("the rule “{0}” must end with C, the check digit, and have no other C")]
    Check(String),
    /// No `P`.
    #[error("the rule “{0}” has no article; write a P for each digit of its PLU")]
    NoArticle(String),
    /// Neither `W` nor `A`, or both.
    #[error("the rule “{0}” needs either W for the weight or A for the amount, and not both")]
    Value(String),
    /// The part behind the colon.
    #[error(
        "“{1}” of the rule “{0}” is not understood; after a weight write kg3, lb2 or u0, \
         after an amount the number of decimals, 0 to 2"
    )]
    Unit(String, String),
    /// Finer than the books.
    #[error("the rule “{0}” has {1} decimals; at most {2} are kept")]
    Decimals(String, u32, u32),
    /// An earlier rule takes all its labels.
    #[error("the rule “{0}” is never reached, “{1}” before it reads the same codes; remove one")]
    Unreachable(String, String),
    /// More than [`RULES_MAX`].
    #[error("there are more than {RULES_MAX} rules; keep those that your scales print")]
    TooMany,
}

/// The rules of [`DEFAULT_RULES`].
pub fn default_rules() -> Vec<Rule> {
    parse_rules(DEFAULT_RULES).expect("the default rules are rules")
}

/// Reads the setting; see the module for how it is written. An empty text is
/// no rule: then no label is read.
///
/// # Errors
/// With the first rule that cannot be used, and what to write instead.
pub fn parse_rules(text: &str) -> Result<Vec<Rule>, RuleError> {
    let mut rules: Vec<Rule> = Vec::new();
    for written in text.split([';', '\n']).map(str::trim).filter(|rule| !rule.is_empty()) {
        if rules.len() == RULES_MAX {
            return Err(RuleError::TooMany);
        }
        let rule = parse_rule(written)?;
        if let Some(before) = rules.iter().find(|before| before.covers(&rule)) {
            return Err(RuleError::Unreachable(written.to_owned(), before.to_string()));
        }
        rules.push(rule);
    }
    Ok(rules)
}

fn parse_rule(written: &str) -> Result<Rule, RuleError> {
    let name = || written.to_owned();
    let (picture, unit) = match written.split_once(':') {
        Some((picture, unit)) => (picture.trim(), Some(unit.trim())),
        None => (written, None),
    };
    let picture = picture.to_ascii_uppercase();
    let known = |letter: &char| letter.is_ascii_digit() || "PWANC".contains(*letter);
    if let Some(strange) = picture.chars().find(|letter| !known(letter)) {
        return Err(RuleError::Letter(name(), strange));
    }
    let is_upc = match picture.len() {
        DIGITS => false,
        12 => true,
        length => return Err(RuleError::Length(name(), length)),
    };
    let picture = format!("{picture:0>DIGITS$}");
    if !["02", "04", "2"].iter().any(|prefix| picture.starts_with(prefix)) {
        return Err(RuleError::Prefix(name()));
    }
    if picture.find('C') != Some(DIGITS - 1) {
        return Err(RuleError::Check(name()));
    }
    if !picture.contains('P') {
        return Err(RuleError::NoArticle(name()));
    }
    let value = match (picture.contains('W'), picture.contains('A')) {
        (true, false) => weight(written, unit)?,
        (false, true) => price(written, unit)?,
        (true, true) | (false, false) => return Err(RuleError::Value(name())),
    };
    Ok(Rule { picture, is_upc, value })
}

fn weight(rule: &str, text: Option<&str>) -> Result<Value, RuleError> {
    let text = text.unwrap_or_default();
    let end = text.find(|letter: char| letter.is_ascii_digit()).unwrap_or(text.len());
    let (unit, decimals) = text.split_at(end);
    let unit = match unit.to_ascii_lowercase().as_str() {
        "" | "kg" => Unit::Kilogram,
        "lb" => Unit::Pound,
        "u" => Unit::Piece,
        _ => return Err(RuleError::Unit(rule.to_owned(), text.to_owned())),
    };
    let usual = if unit == Unit::Piece { 0 } else { WEIGHT_DECIMALS };
    let decimals = parse_decimals(rule, text, decimals, usual, WEIGHT_DECIMALS)?;
    Ok(Value::Weight { unit, decimals })
}

fn price(rule: &str, text: Option<&str>) -> Result<Value, RuleError> {
    let text = text.unwrap_or_default();
    let decimals = parse_decimals(rule, text, text, PRICE_DECIMALS, PRICE_DECIMALS)?;
    Ok(Value::Price { decimals })
}

fn parse_decimals(
    rule: &str,
    whole: &str,
    text: &str,
    usual: u32,
    most: u32,
) -> Result<u32, RuleError> {
    if text.is_empty() {
        return Ok(usual);
    }
    match text.parse::<u32>() {
        Ok(decimals) if all_digits(text) && decimals <= most => Ok(decimals),
        Ok(decimals) if all_digits(text) => {
            Err(RuleError::Decimals(rule.to_owned(), decimals, most))
        }
        _ => Err(RuleError::Unit(rule.to_owned(), whole.to_owned())),
    }
}

/// Reads a label by the first rule that fits. `None` when no rule does or the
/// check digit is wrong: then the code is looked up like any other.
///
/// UPC-A, EAN-13 and GTIN-14 with indicator 0 are the same label.
pub fn read(rules: &[Rule], code: &str) -> Option<ScaleLabel> {
    let code = code.trim();
    if !matches!(code.len(), 12..=14) || !gtin::is_valid(code) {
        return None;
    }
    let padded = format!("{code:0>14}");
    let label = padded.strip_prefix('0')?;
    rules.iter().find_map(|rule| rule.read(label))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rules(text: &str) -> Vec<Rule> {
        parse_rules(text).unwrap()
    }

    fn with_check(body: &str) -> String {
        format!("{body}{}", gtin::check_digit(body).unwrap())
    }

    #[test]
    fn labels_of_the_usual_layouts_are_read() {
        // Odoo's worked example: 1.5 kg of 12345.
        let label = read(&default_rules(), "2112345015002").unwrap();
        assert_eq!(label.plu, "12345");
        assert_eq!(label.what, Measured::Weight(Quantity(1500)));
        assert_eq!(label.item, with_check("211234500000"));

        let label = read(&default_rules(), &with_check("230004212350")).unwrap();
        assert_eq!((label.plu.as_str(), label.what), ("00042", Measured::Price(12_350)));
        assert_eq!(label.keys(), ["00042".to_owned(), "42".to_owned(), with_check("230004200000")]);
    }

    #[test]
    fn upc_and_ean_are_one_label() {
        let with_verifier = rules("2PPPPPNAAAAC:2");
        let upc = with_check("21234571299");
        for code in [upc.clone(), format!("0{upc}"), format!("00{upc}"), format!(" {upc} ")] {
            let label = read(&with_verifier, &code).unwrap();
            assert_eq!((label.plu.as_str(), label.what), ("12345", Measured::Price(1299)));
        }
        assert!(read(&rules("02PPPPPNAAAAC:2"), &upc).is_some());
        assert_eq!(
            read(&rules("2PPPPPAAAAAC"), &upc).unwrap().what,
            Measured::Price(71_299),
            "without a verifier the digit is money"
        );
    }

    #[test]
    fn decimals_scale_the_value() {
        let code = with_check("241234500012");
        for (rule, expected) in [
            ("24PPPPPWWWWWC", Measured::Weight(Quantity(12))),
            ("24PPPPPWWWWWC:kg2", Measured::Weight(Quantity(120))),
            ("24PPPPPWWWWWC:lb2", Measured::Weight(Quantity(120))),
            ("24PPPPPWWWWWC:u", Measured::Weight(Quantity::units(12))),
            ("24PPPPPAAAAAC", Measured::Price(12)),
            ("24PPPPPAAAAAC:0", Measured::Price(1200)),
        ] {
            assert_eq!(read(&rules(rule), &code).unwrap().what, expected, "{rule}");
        }
    }

    #[test]
    fn other_codes_are_no_labels() {
        for code in ["2112345015003", "7702004003508", "211234501500", "", "PAN", "22112345015002"]
        {
            assert_eq!(read(&default_rules(), code), None, "{code}");
        }
        assert_eq!(read(&[], "2112345015002"), None);
        // Nothing weighed is still a label.
        let zero = with_check("211234500000");
        assert_eq!(read(&default_rules(), &zero).unwrap().what, Measured::Weight(Quantity(0)));
    }

    #[test]
    fn errors_say_what_to_write() {
        for (rule, words) in [
            ("21PPPPPWWWWWW", "must end with C"),
            ("21PPPPCWWWWWC", "must end with C"),
            ("21PPPPWWWC", "write 13"),
            ("77PPPPPWWWWWC", "02, 04 or 20 to 29"),
            ("21PPPPPQQQQQC", "use digits"),
            ("21NNNNNWWWWWC", "has no article"),
            ("21PPPPPPPPPPC", "either W"),
            ("21PPPPPWWAAAC", "either W"),
            ("21PPPPPWWWWWC:oz", "write kg3"),
            ("21PPPPPWWWWWC:kg4", "at most 3"),
            ("21PPPPPAAAAAC:3", "at most 2"),
            ("21PPPPPAAAAAC:kg2", "write kg3"),
            ("21PPPPPWWWWWC;21PPPPAAAAAAC", "never reached"),
            ("2PPPPPPWWWWWC;21PPPPAAAAAAC", "never reached"),
        ] {
            let error = parse_rules(rule).unwrap_err().to_string();
            assert!(error.contains(words), "{rule}: {error}");
        }
        let many = (0..40).map(|n| format!("2{n:03}PPPWWWWWC")).collect::<Vec<_>>().join("\n");
        assert_eq!(parse_rules(&many), Err(RuleError::TooMany));
    }

    #[test]
    fn digits_inside_a_picture_tell_rules_apart() {
        let both = rules("21PPPPP0WWWWC:kg3;21PPPPPWWWWWC:kg2");
        let read = |body: &str| read(&both, &with_check(body)).unwrap().what;
        assert_eq!(read("211234501500"), Measured::Weight(Quantity(1500)));
        assert_eq!(read("211234511500"), Measured::Weight(Quantity(115_000)));
    }

    #[test]
    fn the_setting_is_read_leniently() {
        assert_eq!(
            rules(" 21pppppwwwwwc : KG3 ;\n\n 23PPPPPAAAAAC:2;"),
            rules("21PPPPPWWWWWC:kg3;23PPPPPAAAAAC:2")
        );
        assert_eq!(rules(" ; "), []);
        assert_eq!(default_rules().len(), 2);
    }

    proptest! {
        #[test]
        fn a_rule_is_read_back_as_written(
            articles in 1usize..6, spare in 0usize..3, decimals in 0u32..3, upc: bool, price: bool,
            prefix in prop_oneof![Just("2".to_owned()), (20u8..30).prop_map(|n| n.to_string())],
        ) {
            let length = if upc { 11 } else { 12 };
            let values = length - prefix.len() - articles - spare;
            let rule = format!(
                "{prefix}{}{}{}C:{}{decimals}",
                "P".repeat(articles), "N".repeat(spare),
                if price { "A" } else { "W" }.repeat(values),
                if price { "" } else { "lb" },
            );
            let parsed = rules(&rule);
            prop_assert_eq!(parsed[0].to_string(), rule.clone());
            prop_assert_eq!(rules(&parsed[0].to_string()), parsed);
        }

        #[test]
        fn what_a_scale_prints_is_read(plu in 0u32..100_000, grams in 0i64..100_000) {
            let label = read(&default_rules(), &with_check(&format!("21{plu:05}{grams:05}"))).unwrap();
            prop_assert_eq!(label.plu, format!("{plu:05}"));
            prop_assert_eq!(label.what, Measured::Weight(Quantity(grams)));
        }

        #[test]
        fn nothing_panics(text in "\\PC{0,60}", code in "\\PC{0,20}") {
            if let Ok(rules) = parse_rules(&text) {
                read(&rules, &code);
            }
        }
    }
}
