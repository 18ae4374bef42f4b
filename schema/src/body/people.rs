//! The people of the shop.

use crate::UserId;
use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

/// Something a person may do. What is not listed needs no right.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Encode, Decode, Serialize, Deserialize,
)]
#[cbor(index_only)]
#[serde(rename_all = "kebab-case")]
pub enum Right {
    /// Sell at the catalogue's prices.
    #[n(0)]
    Sell,
    /// Take something off a line, up to the person's limit.
    #[n(1)]
    Discount,
    /// Sell at another price than the catalogue's.
    #[n(2)]
    PriceOverride,
    /// Change products and prices.
    #[n(3)]
    EditProducts,
    /// Change customers.
    #[n(4)]
    EditCustomers,
    /// Receive and adjust stock.
    #[n(5)]
    MoveStock,
    /// Import, grant and void fiscal numbers.
    #[n(6)]
    ManageNumbers,
    /// Decide conflicts.
    #[n(7)]
    ResolveConflicts,
    /// Let devices in, and take them out.
    #[n(8)]
    ManageDevices,
    /// Change people and their rights.
    #[n(9)]
    ManageUsers,
    /// Take goods back and pay out.
    #[n(10)]
    Refund,
    /// Undo a whole sale, or drop a cart.
    #[n(11)]
    Void,
    /// Open the drawer without a sale; pay in and out.
    #[n(12)]
    Drawer,
    /// Open, hand over and close shifts.
    #[n(13)]
    Shift,
    /// Change the shop's settings.
    #[n(14)]
    EditSettings,
    /// Sell on account.
    #[n(15)]
    Credit,
}

impl Right {
    /// All of them.
    pub const ALL: [Self; 16] = [
        Self::Sell,
        Self::Discount,
        Self::PriceOverride,
        Self::EditProducts,
        Self::EditCustomers,
        Self::MoveStock,
        Self::ManageNumbers,
        Self::ResolveConflicts,
        Self::ManageDevices,
        Self::ManageUsers,
        Self::Refund,
        Self::Void,
        Self::Drawer,
        Self::Shift,
        Self::EditSettings,
        Self::Credit,
    ];

    /// Its name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sell => "sell",
            Self::Discount => "discount",
            Self::PriceOverride => "price-override",
            Self::EditProducts => "edit-products",
            Self::EditCustomers => "edit-customers",
            Self::MoveStock => "move-stock",
            Self::ManageNumbers => "manage-numbers",
            Self::ResolveConflicts => "resolve-conflicts",
            Self::ManageDevices => "manage-devices",
            Self::ManageUsers => "manage-users",
            Self::Refund => "refund",
            Self::Void => "void",
            Self::Drawer => "drawer",
            Self::Shift => "shift",
            Self::EditSettings => "edit-settings",
            Self::Credit => "credit",
        }
    }
}

impl std::str::FromStr for Right {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|right| right.name() == text).ok_or_else(|| {
            let names: Vec<&str> = Self::ALL.iter().map(|right| right.name()).collect();
            format!("“{text}” is not a right; use one of {}", names.join(", "))
        })
    }
}

/// What a person is in the shop: the rights they begin with.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Encode, Decode, Serialize, Deserialize,
)]
#[cbor(index_only)]
#[serde(rename_all = "lowercase")]
pub enum UserRole {
    /// All rights.
    #[n(0)]
    Owner,
    /// All but devices and people.
    #[n(1)]
    Manager,
    /// Selling, with no discount of their own.
    #[n(2)]
    Cashier,
}

impl UserRole {
    /// The rights that come with the role.
    pub fn rights(self) -> Vec<Right> {
        let all = Right::ALL.into_iter();
        match self {
            Self::Owner => all.collect(),
            Self::Manager => {
                all.filter(|r| !matches!(r, Right::ManageDevices | Right::ManageUsers)).collect()
            }
            Self::Cashier => vec![Right::Sell, Right::EditCustomers, Right::Shift],
        }
    }

    /// The highest discount that comes with the role, basis points of the line.
    pub const fn discount_limit_bp(self) -> u32 {
        match self {
            Self::Owner | Self::Manager => 10_000,
            Self::Cashier => 0,
        }
    }
}

impl std::str::FromStr for UserRole {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "owner" => Ok(Self::Owner),
            "manager" => Ok(Self::Manager),
            "cashier" => Ok(Self::Cashier),
            _ => Err(format!("“{text}” is not a role of people; use owner, manager or cashier")),
        }
    }
}

/// A person as from now on. Of several versions those count that no other has
/// seen; the device that writes has the role owner or manager.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, Serialize, Deserialize)]
#[cbor(map)]
pub struct UserSet {
    /// Who.
    #[n(0)]
    pub user: UserId,
    /// Name, as on tickets.
    #[n(1)]
    pub name: String,
    /// Role.
    #[n(2)]
    pub role: UserRole,
    /// What they may do, rising.
    #[n(3)]
    pub rights: Vec<Right>,
    /// Highest discount on a line, basis points.
    #[n(4)]
    pub discount_limit_bp: u32,
    /// The PIN as an argon2id hash in PHC text form.
    #[n(5)]
    #[serde(skip)]
    pub pin_hash: String,
    /// Whether they may log in.
    #[n(6)]
    pub active: bool,
}
