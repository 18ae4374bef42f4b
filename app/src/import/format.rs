//! The kinds of files that are known.

use serde::{Deserialize, Serialize};

/// A kind of file, told from its header.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Format {
    /// What this program exports.
    Tillmesh,
    /// The shipped supermarket's columns (`sku, …, department, …, package_size, price`,
    /// or `customer` alone).
    Grocery,
    /// Shopify with its old product header (`Handle`, `Variant Price`, …), or
    /// Shopify's customer export.
    Shopify,
    /// Shopify with its new product header (`URL handle`, `Price`, …).
    ShopifyNew,
    /// Square's item library or customer directory.
    Square,
    /// Loyverse's item or customer list.
    Loyverse,
    /// WooCommerce's product export, or customers with billing columns.
    Woocommerce,
    /// Odoo's products or contacts.
    Odoo,
    /// Plain columns with English or Spanish names.
    Generic,
}

impl Format {
    /// All of them.
    pub(crate) const ALL: [Self; 9] = [
        Self::Tillmesh,
        Self::Grocery,
        Self::Shopify,
        Self::ShopifyNew,
        Self::Square,
        Self::Loyverse,
        Self::Woocommerce,
        Self::Odoo,
        Self::Generic,
    ];

    /// Its name on the command line.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Tillmesh => "tillmesh",
            Self::Grocery => "grocery",
            Self::Shopify => "shopify",
            Self::ShopifyNew => "shopify-new",
            Self::Square => "square",
            Self::Loyverse => "loyverse",
            Self::Woocommerce => "woocommerce",
            Self::Odoo => "odoo",
            Self::Generic => "generic",
        }
    }
}

impl std::str::FromStr for Format {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|format| format.name() == text).ok_or_else(|| {
            let names: Vec<&str> = Self::ALL.iter().map(|format| format.name()).collect();
            format!("“{text}” is not a format; use one of {}", names.join(", "))
        })
    }
}

impl std::fmt::Display for Format {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Tillmesh => "tillmesh",
            Self::Grocery => "grocery",
            Self::Shopify => "Shopify",
            Self::ShopifyNew => "Shopify (new header)",
            Self::Square => "Square",
            Self::Loyverse => "Loyverse",
            Self::Woocommerce => "WooCommerce",
            Self::Odoo => "Odoo",
            Self::Generic => "plain table",
        })
    }
}
