//! Customer files: telling the format, and making drafts of rows.

mod columns;
mod identity;

use super::reading::{Made, Maker, Unique};
use super::sheet::Header;
use super::{CustomerDraft, Fault, Format, ImportError, Imported, Reading, Row, Rules};
use columns::Columns;
use std::collections::HashMap;
use std::io::Read;
use till_schema::Currency;
use till_schema::limits::TEXT_BYTES_MAX;

/// The columns of this program's own export, in their order.
pub(crate) const COLUMNS: [&str; 8] =
    ["name", "tax_id_kind", "tax_id", "email", "phone", "address", "group", "credit_limit"];

/// Reads a small customer file whole; see [`read_customers`].
///
/// # Errors
/// When the file as a whole is of no use; single bad rows are in
/// [`Imported::errors`].
pub(crate) fn customers(
    reader: impl Read,
    currency: Currency,
) -> Result<Imported<CustomerDraft>, ImportError> {
    let defaults = super::Defaults { tax: String::new(), tax_rate_bp: 0, unit: String::new() };
    read_customers(reader, &Rules { currency, defaults, format: None })?.collect()
}

/// Begins to read a customer file.
///
/// Where a file has no key, the e-mail or else the phone serves, so that a
/// second import finds the same customers. A key or identity document that an
/// earlier row has is an error of the later row.
///
/// # Errors
/// When the file's header is of no use.
pub(crate) fn read_customers<'r>(
    reader: impl Read + 'r,
    rules: &Rules,
) -> Result<Reading<'r, CustomerDraft>, ImportError> {
    Reading::begin(reader, |sheet| {
        let header = sheet.header();
        let format = rules.format.unwrap_or_else(|| recognised(header));
        let columns = Columns::find(header, format)?;
        let maker = Customers { format, currency: rules.currency, columns };
        Ok((format, Box::new(maker) as _, Met::default()))
    })
}

/// The columns that only one program writes decide; what is left is a plain table.
fn recognised(header: &Header) -> Format {
    let all = |keys: &[&str]| keys.iter().all(|key| header.has(key));
    let any = |keys: &[&str]| keys.iter().any(|key| header.has(key));
    let named = ["name", "nombre", "first name", "razon social", "customer name"];
    if header.names().iter().map(String::as_str).take(COLUMNS.len()).eq(COLUMNS) {
        Format::Tillmesh
    } else if any(&["billing email", "billing first name", "billing company"]) {
        Format::Woocommerce
    } else if any(&["square customer id", "creation source"])
        || all(&["first name", "last name", "email address", "phone number"])
    {
        Format::Square
    } else if all(&["customer name"]) && any(&["points balance", "customer code", "total visits"]) {
        Format::Loyverse
    } else if all(&["name"])
        && any(&["external id", "company type", "is a company", "related company", "street2"])
    {
        Format::Odoo
    } else if all(&["first name", "last name", "email"]) {
        Format::Shopify
    } else if header.has("customer") && !any(&named) {
        Format::Grocery
    } else {
        Format::Generic
    }
}

struct Customers {
    format: Format,
    currency: Currency,
    columns: Columns,
}

impl Customers {
    fn draft(&self, row: &Row) -> Result<CustomerDraft, Fault> {
        let columns = &self.columns;
        let key = without_apostrophe(row.cell(&columns.key).code()?);
        if self.format == Format::Grocery {
            let key = row.cell(&columns.key).required_code()?;
            let name = format!("Household {key}");
            return Ok(CustomerDraft { key, name, ..CustomerDraft::default() });
        }
        let (tax_id_kind, tax_id) = identity::of(row, columns)?;
        let email = row.cell(&columns.email).code()?;
        if !email.is_empty() && !looks_like_email(&email) {
            return Err(row.cell(&columns.email).fault(format_args!(
                "“{email}” is not an e-mail address; correct it or leave it empty"
            )));
        }
        let phone = match without_apostrophe(row.cell(&columns.phone).text()?) {
            phone if phone.is_empty() => without_apostrophe(row.cell(&columns.mobile).text()?),
            phone => phone,
        };
        let second = row.cell(&columns.second_key).code()?;
        let key = [&key, &second, &email, &phone].into_iter().find(|text| !text.is_empty());
        Ok(CustomerDraft {
            key: key.cloned().unwrap_or_default(),
            name: self.name(row, &email)?,
            tax_id_kind,
            tax_id,
            email,
            phone,
            address: self.address(row)?,
            group: self.group(row)?,
            credit_limit: row.cell(&columns.credit_limit).amount(self.currency)?,
        })
    }

    /// The person's name; failing that the company's; in the files of web shops,
    /// which keep customers who left nothing else, the e-mail.
    fn name(&self, row: &Row, email: &str) -> Result<String, Fault> {
        let columns = &self.columns;
        let person = [row.cell(&columns.name).text()?, row.cell(&columns.last_name).text()?];
        let person = person.join(" ").trim().to_owned();
        let company = row.cell(&columns.company).text()?;
        let mut names = vec![person, company];
        if matches!(self.format, Format::Shopify | Format::Woocommerce | Format::Square) {
            names.push(email.to_owned());
        }
        match names.into_iter().find(|name| !name.is_empty()) {
            Some(name) if name.len() > TEXT_BYTES_MAX => {
                Err(row.cell(&columns.name).fault("the name is too long; shorten it"))
            }
            Some(name) => Ok(name),
            None => row.cell(&columns.name).required_text(),
        }
    }

    /// The group price lists are for; of several tags the first.
    fn group(&self, row: &Row) -> Result<String, Fault> {
        let cell = row.cell(&self.columns.group);
        let group = cell.text()?;
        Ok(match self.format {
            // The role of everybody who ever bought.
            Format::Woocommerce if group == "customer" => String::new(),
            Format::Shopify | Format::Odoo | Format::Square => match group.split_once(',') {
                Some((first, _)) => {
                    cell.warn(format_args!("a customer has one group; “{first}” was taken"));
                    first.trim().to_owned()
                }
                None => group,
            },
            _ => group,
        })
    }

    /// The parts that say anything, in the order they are written on a letter.
    fn address(&self, row: &Row) -> Result<String, Fault> {
        let mut parts: Vec<String> = Vec::new();
        for column in &self.columns.address {
            let part = without_apostrophe(row.cell(column).text()?);
            if !part.is_empty() && !parts.contains(&part) {
                parts.push(part);
            }
        }
        let address = parts.join(", ");
        match (address.len() > TEXT_BYTES_MAX, self.columns.address.first()) {
            (true, Some(first)) => {
                Err(row.cell(first).fault("the address is too long; shorten it"))
            }
            _ => Ok(address),
        }
    }
}

impl Maker<CustomerDraft> for Customers {
    fn make(&mut self, row: &Row) -> Result<Made<CustomerDraft>, Fault> {
        self.draft(row).map(|draft| Made::Draft(Box::new(draft)))
    }
}

/// Keys and documents met so far, with their lines.
#[derive(Default)]
pub(crate) struct Met {
    keys: HashMap<String, u64>,
    documents: HashMap<(String, String), u64>,
}

impl Unique for CustomerDraft {
    type Met = Met;

    fn meet(&self, row: &Row, met: &mut Met) -> Result<(), Fault> {
        let document = (self.tax_id_kind.clone(), self.tax_id.clone());
        let repeated = |text: &str, first: &u64| {
            Fault::row(format_args!("“{text}” is the customer of line {first} already"))
        };
        // Who has a document is told by it: a family may share a phone.
        let by_key = self.tax_id.is_empty();
        if let Some(first) = met.keys.get(&self.key).filter(|_| by_key) {
            return Err(repeated(&self.key, first));
        }
        if let Some(first) = met.documents.get(&document) {
            return Err(repeated(&self.tax_id, first));
        }
        if by_key && !self.key.is_empty() {
            met.keys.insert(self.key.clone(), row.line);
        }
        if !self.tax_id.is_empty() {
            met.documents.insert(document, row.line);
        }
        Ok(())
    }
}

/// Exports put an apostrophe before digits to keep spreadsheets from taking
/// them for a number.
fn without_apostrophe(text: String) -> String {
    match text.strip_prefix('\'') {
        Some(rest) => rest.to_owned(),
        None => text,
    }
}

fn looks_like_email(text: &str) -> bool {
    let parts: Vec<&str> = text.split('@').collect();
    parts.len() == 2
        && parts.iter().all(|part| !part.is_empty())
        && !text.contains(char::is_whitespace)
}
