//! Which column of each format holds what.

use super::super::Column;
use super::{Format, Header, ImportError};

/// The columns a customer is made of.
pub(super) struct Columns {
    pub(super) key: Column,
    pub(super) second_key: Column,
    pub(super) name: Column,
    pub(super) last_name: Column,
    pub(super) company: Column,
    pub(super) tax_id_kind: Column,
    pub(super) tax_id: Column,
    pub(super) check_digit: Column,
    pub(super) email: Column,
    pub(super) phone: Column,
    /// Where there is no other phone.
    pub(super) mobile: Column,
    /// Street to country.
    pub(super) address: Vec<Column>,
    pub(super) group: Column,
    pub(super) credit_limit: Column,
}

/// Names that tell the document in any file: shops add such columns themselves.
const TAX_ID: &[&str] = &[
    "tax id",
    "vat",
    "identification number",
    "billing nit",
    "billing cedula",
    "billing document",
    "documento",
    "numero documento",
    "numero de documento",
    "numero de identificacion",
    "identificacion",
    "document",
    "document number",
    "nit",
    "ruc",
    "cedula",
];
const TAX_ID_KIND: &[&str] = &[
    "tax id kind",
    "tipo documento",
    "tipo de documento",
    "document type",
    "identification type",
    "billing document type",
    "tipo identificacion",
    "tipo de identificacion",
];
const CHECK_DIGIT: &[&str] = &["dv", "digito de verificacion", "digito verificacion"];
const CREDIT_LIMIT: &[&str] =
    &["credit limit", "limite de credito", "cupo", "cupo credito", "cupo de credito"];

/// The names of one format, as [`super::super::sheet::fold`] writes them.
struct Names {
    key: &'static [&'static str],
    /// Where a row has no key of its own.
    second_key: &'static [&'static str],
    name: &'static [&'static str],
    last_name: &'static [&'static str],
    company: &'static [&'static str],
    email: &'static [&'static str],
    phone: &'static [&'static str],
    mobile: &'static [&'static str],
    address: &'static [&'static [&'static str]],
    group: &'static [&'static str],
}

const SHOPIFY: Names = Names {
    key: &["customer id", "id"],
    second_key: &[],
    name: &["first name"],
    last_name: &["last name"],
    company: &["company", "default address company"],
    email: &["email"],
    phone: &["phone", "default address phone"],
    mobile: &["default address phone"],
    address: &[
        &["default address address1", "address1"],
        &["default address address2", "address2"],
        &["default address city", "city"],
        &["default address province code", "province code", "province"],
        &["default address zip", "zip"],
        &["default address country code", "country code", "country"],
    ],
    group: &["tags"],
};

const SQUARE: Names = Names {
    key: &["reference id"],
    second_key: &["square customer id"],
    name: &["first name"],
    last_name: &["last name", "surname"],
    company: &["company name", "company"],
    email: &["email address", "email"],
    phone: &["phone number", "phone"],
    mobile: &[],
    address: &[
        &["street address 1", "address line 1"],
        &["street address 2", "address line 2"],
        &["city"],
        &["state"],
        &["postal code"],
    ],
    group: &["groups", "group"],
};

const LOYVERSE: Names = Names {
    key: &["customer code", "customer id"],
    second_key: &[],
    name: &["customer name"],
    last_name: &[],
    company: &[],
    email: &["email"],
    phone: &["phone", "phone number"],
    mobile: &[],
    address: &[
        &["address"],
        &["city"],
        &["region", "province region state", "province"],
        &["postal code"],
        &["country"],
    ],
    group: &[],
};

const WOOCOMMERCE: Names = Names {
    key: &["customer id", "user id", "id"],
    second_key: &[],
    name: &["billing first name", "first name"],
    last_name: &["billing last name", "last name"],
    company: &["billing company", "company"],
    email: &["billing email", "email", "user email"],
    phone: &["billing phone", "phone"],
    mobile: &[],
    address: &[
        &["billing address 1"],
        &["billing address 2"],
        &["billing city"],
        &["billing state"],
        &["billing postcode"],
        &["billing country"],
    ],
    group: &["role"],
};

const ODOO: Names = Names {
    key: &["external id", "id", "reference"],
    second_key: &[],
    name: &["name", "complete name", "display name"],
    last_name: &[],
    company: &["company name", "related company"],
    email: &["email"],
    phone: &["phone"],
    mobile: &["mobile"],
    address: &[&["street"], &["street2"], &["city"], &["state"], &["zip"], &["country"]],
    group: &["tags"],
};

const GENERIC: Names = Names {
    key: &["customer id", "key", "id", "customer", "codigo", "code"],
    second_key: &[],
    name: &[
        "name",
        "nombre",
        "nombre completo",
        "full name",
        "nombres",
        "first name",
        "razon social",
        "cliente",
        "customer name",
    ],
    last_name: &["last name", "apellido", "apellidos", "surname"],
    company: &["company", "default address company", "empresa", "razon social"],
    email: &["email", "e mail", "correo", "correo electronico"],
    phone: &["phone", "telefono", "celular", "movil", "mobile", "default address phone"],
    mobile: &["celular", "movil", "mobile"],
    address: &[
        &["address", "direccion", "domicilio"],
        &["city", "ciudad", "municipio"],
        &["state", "departamento", "provincia", "region"],
        &["postal code", "codigo postal", "zip"],
        &["country", "pais"],
    ],
    group: &["group", "grupo", "tipo de cliente", "customer group", "price list", "lista"],
};

impl Columns {
    /// The columns of a file of this format.
    pub(super) fn find(header: &Header, format: Format) -> Result<Self, ImportError> {
        let names = match format {
            Format::Shopify | Format::ShopifyNew => SHOPIFY,
            Format::Square => SQUARE,
            Format::Loyverse => LOYVERSE,
            Format::Woocommerce => WOOCOMMERCE,
            Format::Odoo => ODOO,
            Format::Grocery | Format::Generic | Format::Tillmesh => GENERIC,
        };
        let mut address = Vec::new();
        for names in names.address {
            address.push(header.column(names)?);
        }
        let columns = Self {
            key: header.column(names.key)?,
            second_key: header.column(names.second_key)?,
            name: header.column(names.name)?,
            last_name: header.column(names.last_name)?,
            company: header.column(names.company)?,
            tax_id_kind: header.column(TAX_ID_KIND)?,
            tax_id: header.column(TAX_ID)?,
            check_digit: header.column(CHECK_DIGIT)?,
            email: header.column(names.email)?,
            phone: header.column(names.phone)?,
            mobile: header.column(names.mobile)?,
            address,
            group: header.column(names.group)?,
            credit_limit: header.column(CREDIT_LIMIT)?,
        };
        if format != Format::Grocery {
            let asked = match format {
                Format::Shopify | Format::ShopifyNew | Format::Square => "First Name",
                Format::Loyverse => "Customer name",
                Format::Woocommerce => "billing_first_name",
                Format::Odoo => "Name",
                Format::Grocery | Format::Generic | Format::Tillmesh => "name (or nombre)",
            };
            header.require(&format!("customer file ({format})"), &[(&columns.name, asked)])?;
        }
        Ok(columns)
    }
}
