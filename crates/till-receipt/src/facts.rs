//! What a ticket says that the order, the return or the shift does not know.

use std::collections::BTreeMap;
use till_schema::{Currency, UserId};

/// What the shop has on all its tickets. What is empty is left out.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Texts {
    /// Name of the shop or the business.
    pub shop_name: String,
    /// Its tax id with what kind it is, as printed: `NIT 900.123.456-7`.
    pub tax_id: String,
    /// Where it is, line by line.
    pub address: Vec<String>,
    /// Below the address, may have several lines.
    pub header: String,
    /// At the end of sales and returns, may have several lines.
    pub footer: String,
}

/// What is known of the document of a sale or a return. What is empty is left out.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct SaleFacts {
    /// What the authority calls the document; else it is called a sales ticket or
    /// a credit note.
    pub title: String,
    /// Its number as printed: `SETP-990000001`. Of a provisional sale, the number
    /// of the internal document.
    pub label: String,
    /// What the authority wants beside it, line by line: resolution, range, until
    /// when it holds.
    pub authority: Vec<String>,
    /// Name of the register.
    pub register: String,
    /// Name of who sold.
    pub cashier: String,
    /// What the code is called: `CUDE`; else it is called code.
    pub code_name: String,
    /// The document's unique code.
    pub code: String,
    /// What the QR symbol says.
    pub qr: String,
    /// The sale is on an internal document and its fiscal number follows.
    pub provisional: bool,
    /// Zero for the original, else which copy this is.
    pub copy: u32,
}

/// What is known around a shift.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ShiftFacts {
    /// Currency of every amount of the shift.
    pub currency: Currency,
    /// Name of the register.
    pub register: String,
    /// Names of people; who is not among them is printed by the beginning of the id.
    pub people: BTreeMap<UserId, String>,
    /// When the report is printed, Unix ms.
    pub at_ms: i64,
    /// The register's offset from UTC, minutes, for all times of the report.
    pub utc_offset_min: i32,
    /// Fiscal documents of the device without an answer now. Of a closed shift the
    /// number is the one of its closing.
    pub unsent: u64,
    /// Carts that wait now. Of a closed shift the number is the one of its closing.
    pub held_carts: u64,
    /// Zero for the original, else which copy this is.
    pub copy: u32,
}

/// What is known when a printer is tried.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct TestFacts {
    /// Name of the register.
    pub register: String,
    /// The printer, as the settings name it.
    pub printer: String,
    /// When, Unix ms.
    pub at_ms: i64,
    /// The register's offset from UTC, minutes.
    pub utc_offset_min: i32,
    /// What the QR symbol says.
    pub qr: String,
}
