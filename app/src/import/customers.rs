//! Customer files.

use super::sheet::{Header, fold};
use super::{
    Column, CustomerDraft, Fault, Format, ImportError, Imported, ROWS_MAX, Row, Sheet, Skipped,
};
use std::collections::HashMap;
use std::io::Read;

/// Reads a customer file.
///
/// Formats, told from the header: the grocery's bare `customer` numbers,
/// Shopify's customer export, and plain tables with English or Spanish names,
/// which need a name (`name`, `nombre`, `razon social`) and may have the kind
/// and number of the identity document, e-mail, phone and a key of their own.
/// Where a file has no key, the e-mail or else the phone serves, so that a
/// second import finds the same customers. A key or identity document that an
/// earlier row has is an error of the later row.
///
/// # Errors
/// When the file as a whole is of no use; single bad rows are in
/// [`Imported::errors`].
pub(crate) fn customers(reader: impl Read) -> Result<Imported<CustomerDraft>, ImportError> {
    let sheet = Sheet::read(reader)?;
    let columns = Columns::find(sheet.header())?;
    let mut rows = Vec::new();
    let mut key_lines: HashMap<String, u64> = HashMap::new();
    let mut tax_id_lines: HashMap<(String, String), u64> = HashMap::new();
    let visited = sheet.visit(ROWS_MAX, |row| {
        let draft = columns.draft(row)?;
        let tax_id = (draft.tax_id_kind.clone(), draft.tax_id.clone());
        let repeated = |text: &str, first: &u64| {
            Fault::row(format_args!("“{text}” is the customer of line {first} already"))
        };
        if let Some(first) = key_lines.get(&draft.key) {
            return Err(repeated(&draft.key, first));
        }
        if let Some(first) = tax_id_lines.get(&tax_id) {
            return Err(repeated(&draft.tax_id, first));
        }
        if !draft.key.is_empty() {
            key_lines.insert(draft.key.clone(), row.line);
        }
        if !draft.tax_id.is_empty() {
            tax_id_lines.insert(tax_id, row.line);
        }
        rows.push(draft);
        Ok(())
    })?;
    let skipped = Skipped { blank: visited.blank, ..Skipped::default() };
    Ok(Imported { format: columns.format, rows, errors: visited.errors, skipped })
}

struct Columns {
    format: Format,
    key: Column,
    name: Column,
    last_name: Column,
    company: Column,
    tax_id_kind: Column,
    tax_id: Column,
    email: Column,
    phone: Column,
}

impl Columns {
    fn find(header: &Header) -> Result<Self, ImportError> {
        let named = ["name", "nombre", "first name", "razon social"];
        let format = if header.has("first name") && header.has("last name") && header.has("email") {
            Format::Shopify
        } else if header.has("customer") && !named.iter().any(|key| header.has(key)) {
            Format::Grocery
        } else {
            Format::Generic
        };
        let columns = Self {
            format,
            key: header.column(&["customer id", "key", "id", "customer", "codigo", "code"])?,
            name: header.column(&[
                "name",
                "nombre",
                "nombre completo",
                "full name",
                "nombres",
                "first name",
                "razon social",
                "cliente",
            ])?,
            last_name: header.column(&["last name", "apellido", "apellidos", "surname"])?,
            company: header.column(&[
                "company",
                "default address company",
                "empresa",
                "razon social",
            ])?,
            tax_id_kind: header.column(&[
                "tax id kind",
                "tipo documento",
                "tipo de documento",
                "document type",
                "tipo identificacion",
                "tipo de identificacion",
            ])?,
            tax_id: header.column(&[
                "tax id",
                "documento",
                "numero documento",
                "numero de documento",
                "identificacion",
                "document",
                "document number",
                "nit",
                "ruc",
                "cedula",
            ])?,
            email: header.column(&["email", "e mail", "correo", "correo electronico"])?,
            phone: header.column(&[
                "phone",
                "telefono",
                "celular",
                "movil",
                "mobile",
                "default address phone",
            ])?,
        };
        if format != Format::Grocery {
            let needed = [(&columns.name, "name (or nombre)")];
            header.require(&format!("customer file ({format})"), &needed)?;
        }
        Ok(columns)
    }

    fn draft(&self, row: &Row) -> Result<CustomerDraft, Fault> {
        if self.format == Format::Grocery {
            let key = row.cell(&self.key).required_code()?;
            let name = format!("Household {key}");
            return Ok(CustomerDraft { key, name, ..CustomerDraft::default() });
        }
        let key = without_apostrophe(row.cell(&self.key).code()?);
        let (tax_id_kind, tax_id) = self.identity(row)?;
        let email = row.cell(&self.email).code()?;
        if !email.is_empty() && !looks_like_email(&email) {
            return Err(row.cell(&self.email).fault(format_args!(
                "“{email}” is not an e-mail address; correct it or leave it empty"
            )));
        }
        let phone = without_apostrophe(row.cell(&self.phone).text()?);
        let key = [&key, &email, &phone].into_iter().find(|text| !text.is_empty());
        Ok(CustomerDraft {
            key: key.cloned().unwrap_or_default(),
            name: self.name(row, &email)?,
            tax_id_kind,
            tax_id,
            email,
            phone,
        })
    }

    /// The person's name; failing that the company's; in Shopify's file, which
    /// keeps customers who left nothing else, the e-mail.
    fn name(&self, row: &Row, email: &str) -> Result<String, Fault> {
        let person = [row.cell(&self.name).text()?, row.cell(&self.last_name).text()?];
        let person = person.join(" ").trim().to_owned();
        let company = row.cell(&self.company).text()?;
        let mut names = vec![person, company];
        if self.format == Format::Shopify {
            names.push(email.to_owned());
        }
        match names.into_iter().find(|name| !name.is_empty()) {
            Some(name) if name.len() > till_schema::limits::TEXT_BYTES_MAX => {
                Err(row.cell(&self.name).fault("the name is too long; shorten it"))
            }
            Some(name) => Ok(name),
            None => row.cell(&self.name).required_text(),
        }
    }

    /// Kind and number of the identity document; both empty when there is none.
    fn identity(&self, row: &Row) -> Result<(String, String), Fault> {
        let cell = row.cell(&self.tax_id);
        if cell.is_empty() {
            return Ok((String::new(), String::new()));
        }
        let said = row.cell(&self.tax_id_kind).text()?;
        // A column called NIT, RUC or cédula says the kind by its name.
        let kind = match kind_of(&said) {
            kind if !kind.is_empty() => kind,
            _ => match fold(self.tax_id.name()).as_str() {
                name @ ("nit" | "ruc" | "cedula") => kind_of(name),
                _ => String::new(),
            },
        };
        let number = without_apostrophe(cell.code()?);
        let number = match kind.as_str() {
            "NIT" => without_check_digit(&number).map_err(|reason| cell.fault(reason))?,
            _ => number,
        };
        // The hyphens of a RUC separate its parts; elsewhere they only help reading.
        let kept = |letter: &char| letter.is_alphanumeric() || (kind == "RUC" && *letter == '-');
        let bare: String = number.chars().filter(kept).collect();
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
}

/// The short name of a kind of identity document.
fn kind_of(text: &str) -> String {
    match fold(text).as_str() {
        "cedula" | "cedula de ciudadania" | "c c" => "CC".to_owned(),
        "cedula de extranjeria" | "c e" => "CE".to_owned(),
        "pasaporte" | "passport" => "PA".to_owned(),
        "tarjeta de identidad" | "t i" => "TI".to_owned(),
        "n i t" => "NIT".to_owned(),
        other => other.to_uppercase(),
    }
}

/// A NIT without the check digit after its hyphen, which must be right:
/// documents carry the two apart.
fn without_check_digit(nit: &str) -> Result<String, String> {
    let Some((number, check)) = nit.rsplit_once('-') else {
        return Ok(nit.to_owned());
    };
    let digits: Vec<u32> = number.chars().filter_map(|letter| letter.to_digit(10)).collect();
    let expected = nit_check_digit(&digits);
    match check.trim().parse::<u32>() {
        Ok(found) if Some(found) == expected => Ok(number.to_owned()),
        _ => {
            Err(format!("the digit after the hyphen of “{nit}” does not check; correct the number"))
        }
    }
}

/// The check digit of a NIT: modulo 11 with prime weights from the right.
/// `None` when there are no digits or more than there are weights.
fn nit_check_digit(digits: &[u32]) -> Option<u32> {
    const WEIGHTS: [u32; 15] = [3, 7, 13, 17, 19, 23, 29, 37, 41, 43, 47, 53, 59, 67, 71];
    if digits.is_empty() || digits.len() > WEIGHTS.len() {
        return None;
    }
    let sum: u32 = digits.iter().rev().zip(WEIGHTS).map(|(digit, weight)| digit * weight).sum();
    Some(match sum % 11 {
        remainder @ (0 | 1) => remainder,
        remainder => 11 - remainder,
    })
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
