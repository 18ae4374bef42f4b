//! What people do at given times.

use super::Span;
use super::faults::Missing;
use serde::{Deserialize, Serialize};
use till_schema::body::{EndReason, Role};

/// A line of a scenario: `do` says which of the other fields it takes.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ActionLine {
    /// When.
    pub at: Span,
    /// Again and again, with this pause.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub every: Option<Span>,
    /// On which device.
    pub device: String,
    /// What.
    #[serde(rename = "do")]
    pub what: String,
    /// The number of a product in the catalogue, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product: Option<u32>,
    /// How many pieces, numbers or products.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<i64>,
    /// Minor units.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price: Option<i64>,
    /// A name, a reason, a tax id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Another device.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// What that may do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub roles: Option<Vec<Role>>,
    /// Why that is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<EndReason>,
    /// Kind of the conflict.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conflict: Option<String>,
    /// `a`, `b`, `acknowledge`, or another value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub choice: Option<String>,
    /// First and last number of a resolution.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub numbers: Option<(u64, u64)>,
    /// First and last day of a resolution, counted from the story's first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub days: Option<(i32, i32)>,
}

/// Something a person does.
#[derive(Clone, PartialEq, Debug)]
#[allow(missing_docs)]
pub enum Deed {
    Sell {
        product: u32,
        pieces: i64,
        provisional: bool,
    },
    SellTwice {
        product: u32,
        pieces: i64,
    },
    Price {
        product: u32,
        price: i64,
    },
    Rename {
        product: u32,
        text: String,
    },
    Archive {
        product: u32,
    },
    Unarchive {
        product: u32,
    },
    Stock {
        product: u32,
        pieces: i64,
    },
    Customer {
        text: String,
    },
    Import {
        count: u32,
    },
    Resolve {
        conflict: String,
        choice: String,
    },
    Grant {
        to: String,
        count: u64,
    },
    Void {
        count: u64,
    },
    Resolution {
        numbers: (u64, u64),
        days: Option<(i32, i32)>,
        text: String,
    },
    MoveCustody {
        to: String,
    },
    SetRoles {
        to: String,
        roles: Vec<Role>,
    },
    End {
        to: String,
        reason: EndReason,
    },
    AcceptTail {
        to: String,
    },
    DeclareLost {
        to: String,
    },
    Suspend {
        to: String,
    },
    Reinstate {
        to: String,
    },
    MoveAdmin {
        to: String,
    },
    Retire,
    /// The device joins again under a new key.
    JoinAgain,
    SwitchOff,
    SwitchOn,
    ConfirmClock,
    /// The device moves to where another is, and reaches only who is there.
    Visit {
        to: String,
    },
}

/// A deed on a device.
#[derive(Clone, PartialEq, Debug)]
pub struct Action {
    /// Where.
    pub device: String,
    /// What.
    pub deed: Deed,
}

impl Deed {
    /// Every deed, as written in a scenario.
    pub const NAMES: [&'static str; 28] = [
        "sell",
        "sell-provisional",
        "sell-twice",
        "price",
        "rename",
        "archive",
        "unarchive",
        "stock",
        "customer",
        "import",
        "resolve",
        "grant",
        "void",
        "resolution",
        "move-custody",
        "set-roles",
        "end",
        "accept-tail",
        "declare-lost",
        "suspend",
        "reinstate",
        "move-admin",
        "retire",
        "join-again",
        "switch-off",
        "switch-on",
        "confirm-clock",
        "visit",
    ];
}

impl ActionLine {
    /// Names of the devices it speaks of, with the field that does.
    pub fn names(&self) -> Vec<(&'static str, &String)> {
        let mut names = vec![("device", &self.device)];
        names.extend(self.to.iter().map(|name| ("to", name)));
        names
    }

    /// The deed.
    ///
    /// # Errors
    /// The field that is missing for it, or wrong.
    pub fn action(&self) -> Result<Action, Missing> {
        let needs = |field| (field, format!("“{}” needs `{field}`", self.what));
        let product = || self.product.ok_or_else(|| needs("product"));
        let to = || self.to.clone().ok_or_else(|| needs("to"));
        let count = || self.count.ok_or_else(|| needs("count"));
        let text = || self.text.clone().ok_or_else(|| needs("text"));
        let pieces = self.count.unwrap_or(1);
        let deed = match self.what.as_str() {
            "sell" => Deed::Sell { product: product()?, pieces, provisional: false },
            "sell-provisional" => Deed::Sell { product: product()?, pieces, provisional: true },
            "sell-twice" => Deed::SellTwice { product: product()?, pieces },
            "price" => Deed::Price {
                product: product()?,
                price: self.price.ok_or_else(|| needs("price"))?,
            },
            "rename" => Deed::Rename { product: product()?, text: text()? },
            "archive" => Deed::Archive { product: product()? },
            "unarchive" => Deed::Unarchive { product: product()? },
            "stock" => Deed::Stock { product: product()?, pieces: count()? },
            "customer" => Deed::Customer { text: text()? },
            "import" => Deed::Import { count: count()?.clamp(1, 100_000) as u32 },
            "resolve" => Deed::Resolve {
                conflict: self.conflict.clone().ok_or_else(|| needs("conflict"))?,
                choice: self.choice.clone().ok_or_else(|| needs("choice"))?,
            },
            "grant" => Deed::Grant { to: to()?, count: count()?.max(0) as u64 },
            "void" => Deed::Void { count: count()?.max(0) as u64 },
            "resolution" => Deed::Resolution {
                numbers: self.numbers.ok_or_else(|| needs("numbers"))?,
                days: self.days,
                text: text()?,
            },
            "move-custody" => Deed::MoveCustody { to: to()? },
            "set-roles" => Deed::SetRoles {
                to: to()?,
                roles: self.roles.clone().ok_or_else(|| needs("roles"))?,
            },
            "end" => Deed::End { to: to()?, reason: self.reason.ok_or_else(|| needs("reason"))? },
            "accept-tail" => Deed::AcceptTail { to: to()? },
            "declare-lost" => Deed::DeclareLost { to: to()? },
            "suspend" => Deed::Suspend { to: to()? },
            "reinstate" => Deed::Reinstate { to: to()? },
            "move-admin" => Deed::MoveAdmin { to: to()? },
            "retire" => Deed::Retire,
            "join-again" => Deed::JoinAgain,
            "switch-off" => Deed::SwitchOff,
            "switch-on" => Deed::SwitchOn,
            "confirm-clock" => Deed::ConfirmClock,
            "visit" => Deed::Visit { to: to()? },
            other => {
                let names = Deed::NAMES.join(", ");
                return Err(("do", format!("“{other}” is nothing people do; use one of {names}")));
            }
        };
        Ok(Action { device: self.device.clone(), deed })
    }
}
