//! Shapes of the Automerge documents: `/<collection>/<bucket>/<id>/<field>`,
//! scalars only. Shapes change by addition; nothing is ever deleted.

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

/// One of the shop's Automerge documents. Apart, so that damage to one, or a
/// purge of personal data, stays local.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Encode, Decode, Serialize, Deserialize,
)]
#[cbor(index_only)]
#[serde(rename_all = "lowercase")]
pub enum DocumentId {
    /// Products.
    #[n(0)]
    Catalogue,
    /// Customers.
    #[n(1)]
    Customers,
    /// Settings.
    #[n(2)]
    Settings,
}

impl DocumentId {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Catalogue, Self::Customers, Self::Settings];

    /// Name in conflict subjects and messages.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Catalogue => "catalogue",
            Self::Customers => "customers",
            Self::Settings => "settings",
        }
    }

    /// Key of the one collection at the document's root.
    pub const fn collection(self) -> &'static str {
        match self {
            Self::Catalogue => "products",
            Self::Customers => "customers",
            Self::Settings => "settings",
        }
    }
}

/// Fields of a product.
pub mod product {
    /// Text: what people read.
    pub const NAME: &str = "name";
    /// Text: the shop's own code.
    pub const SKU: &str = "sku";
    /// Integer, minor units, taxes included.
    pub const PRICE: &str = "price";
    /// Text: tax class.
    pub const TAX: &str = "tax";
    /// Integer, basis points.
    pub const TAX_RATE: &str = "tax_rate";
    /// Text: category's name.
    pub const CATEGORY: &str = "category";
    /// Text: unit of measure.
    pub const UNIT: &str = "unit";
    /// Integer, minor units: what one unit costs the shop.
    pub const COST: &str = "cost";
    /// Integer, thousandths: at or below it the product is on the low-stock list.
    pub const LOW_STOCK: &str = "low_stock";
    /// Text: products with the same one are variants of each other.
    pub const GROUP: &str = "group";
    /// Text: what tells the variant from the others (`M / red`).
    pub const VARIANT: &str = "variant";
    /// Text: digits under which scales know the product.
    pub const PLU: &str = "plu";
    /// Prefix of price-list keys, each an integer in minor units.
    pub const LIST_PREFIX: &str = "pl:";
    /// Boolean: put away.
    pub const ARCHIVED: &str = "archived";
    /// Prefix of barcode keys, each `true`: sets are maps.
    pub const BARCODE_PREFIX: &str = "bc:";
}

/// Fields of a customer.
pub mod customer {
    /// Text.
    pub const NAME: &str = "name";
    /// Text: `CC`, `NIT`, `RUC`, …
    pub const TAX_ID_KIND: &str = "tax_id_kind";
    /// Text: digits and letters only.
    pub const TAX_ID: &str = "tax_id";
    /// Text.
    pub const EMAIL: &str = "email";
    /// Text.
    pub const PHONE: &str = "phone";
    /// Text.
    pub const ADDRESS: &str = "address";
    /// Text: customers that price lists are for.
    pub const GROUP: &str = "group";
    /// Integer, minor units: how much may be sold on account.
    pub const CREDIT_LIMIT: &str = "credit_limit";
    /// Boolean: put away.
    pub const ARCHIVED: &str = "archived";
}

/// A value of a field.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Encode, Decode, Serialize, Deserialize)]
#[serde(untagged)]
pub enum FieldValue {
    /// Integer: money in minor units, rates in basis points.
    #[n(0)]
    Int(#[n(0)] i64),
    /// Text.
    #[n(1)]
    Text(#[n(0)] String),
    /// Yes or no.
    #[n(2)]
    Flag(#[n(0)] bool),
}

impl std::fmt::Display for FieldValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Int(value) => value.fmt(f),
            Self::Text(text) => f.write_str(text),
            Self::Flag(flag) => flag.fmt(f),
        }
    }
}
