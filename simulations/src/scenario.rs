//! What is simulated, as a tester writes it: a TOML file with devices, network,
//! relay, workload, faults, people's actions, and what must hold. The manual
//! is `simulations/scenarios/README.md`.

mod actions;
mod faults;
mod read;
mod span;

pub use actions::{Action, ActionLine, Deed};
pub use faults::{Fault, FaultLine, How, Rot};
pub use read::{ScenarioError, from_toml, load};
pub use span::Span;

use serde::{Deserialize, Serialize};
use till_schema::body::Role;

/// A story and the world it happens in.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// Its name, as in `till-sim run NAME`.
    pub name: String,
    /// What it is about.
    #[serde(default)]
    pub description: String,
    /// How long people and faults act.
    pub duration: Span,
    /// Once all faults are healed, everything must be equal within.
    #[serde(default = "ten_minutes")]
    pub converge_within: Span,
    /// The seed when none is given.
    #[serde(default = "one")]
    pub seed: u64,
    /// The shop.
    #[serde(default)]
    pub shop: Shop,
    /// Every link that is not named otherwise.
    #[serde(default)]
    pub network: Network,
    /// The relay and the authority behind it.
    #[serde(default)]
    pub relay: Relay,
    /// What people do by themselves.
    #[serde(default)]
    pub workload: Workload,
    /// What must hold beyond the standing invariants.
    #[serde(default)]
    pub expect: Expect,
    /// The devices; the first founds the shop.
    #[serde(rename = "device")]
    pub devices: Vec<DeviceLine>,
    /// Links that differ.
    #[serde(default, rename = "link", skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<LinkLine>,
    /// What goes wrong.
    #[serde(default, rename = "fault", skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<FaultLine>,
    /// What people do at given times.
    #[serde(default, rename = "action", skip_serializing_if = "Vec::is_empty")]
    pub actions: Vec<ActionLine>,
}

/// The shop.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Shop {
    /// Products in the catalogue, named `P1`, `P2`, …
    pub products: u32,
    /// Pieces of each to begin with.
    pub stock: i64,
    /// First and last number of the first resolution.
    pub numbers: (u64, u64),
    /// Size of log segments, KiB; at least 320 for imports of many products.
    pub segment_kib: u64,
    /// Whether the first sale of a run waits for a witness.
    pub witness: bool,
}

impl Default for Shop {
    fn default() -> Self {
        Self { products: 40, stock: 1000, numbers: (1, 100_000), segment_kib: 320, witness: true }
    }
}

/// A device.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeviceLine {
    /// Its name.
    pub name: String,
    /// What it may do; the first device is owner and register.
    #[serde(default = "register")]
    pub roles: Vec<Role>,
    /// When it joins; before the story when not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub joins: Option<Span>,
    /// Its wall clock is off by.
    #[serde(default)]
    pub clock: Span,
    /// And runs too fast by so many parts per million.
    #[serde(default)]
    pub drift_ppm: i64,
    /// Whether it knows the relay's address.
    #[serde(default = "yes")]
    pub relay: bool,
    /// Whether people sell on it.
    #[serde(default = "yes")]
    pub sells: bool,
}

/// Links.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Network {
    /// A message takes between these.
    pub latency: (Span, Span),
    /// Bytes a second; 0 is no limit.
    pub bandwidth: u64,
    /// A link breaks so often an hour, and comes back.
    pub breaks_per_hour: f64,
    /// Part of the breaks that nobody notices before a time-out.
    pub silent_breaks: f64,
}

impl Default for Network {
    fn default() -> Self {
        let latency = (Span(1), Span(8));
        Self { latency, bandwidth: 0, breaks_per_hour: 0.0, silent_breaks: 0.5 }
    }
}

/// A link that differs.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinkLine {
    /// Its ends.
    pub between: (String, String),
    /// A message takes between these.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latency: Option<(Span, Span)>,
    /// Bytes a second; 0 is no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bandwidth: Option<u64>,
    /// False: these two never reach each other.
    #[serde(default = "yes")]
    pub up: bool,
}

/// The relay and the authority.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Relay {
    /// A request takes between these on its way, and the answer again.
    pub latency: (Span, Span),
    /// The authority takes between these.
    pub authority: (Span, Span),
    /// The authority refuses this part of the documents.
    pub rejects: f64,
    /// This part of the answers is lost.
    pub loses: f64,
    /// This part arrives twice, the second time late.
    pub twice: f64,
    /// This part of the requests is told that the relay is busy.
    pub busy: f64,
    /// This part of the answers is about another document.
    pub mixes_up: f64,
}

impl Default for Relay {
    fn default() -> Self {
        Self {
            latency: (Span(40), Span(250)),
            authority: (Span(100), Span(1500)),
            rejects: 0.0,
            loses: 0.0,
            twice: 0.0,
            busy: 0.0,
            mixes_up: 0.0,
        }
    }
}

/// What people do by themselves, by register and hour.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Workload {
    /// Sales.
    pub sales: f64,
    /// Most lines of a cart.
    pub lines: u64,
    /// This part of the carts is sent twice.
    pub double_clicks: f64,
    /// This part of the carts is sold provisionally when there is no number.
    pub provisional: f64,
    /// Price edits.
    pub prices: f64,
    /// Other edits of products: names, putting away and back.
    pub edits: f64,
    /// Goods that come in.
    pub stock: f64,
    /// New customers.
    pub customers: f64,
    /// Customers have one of so many tax ids.
    pub tax_ids: u64,
    /// Decisions on conflicts.
    pub resolutions: f64,
    /// Numbers given to a colleague by hand.
    pub grants: f64,
    /// Numbers given up.
    pub voids: f64,
    /// Sales that come back, or are undone.
    pub returns: f64,
    /// Things done at the drawer: opening and closing shifts, money in and out.
    pub drawers: f64,
    /// Carts that are held, added to, given up.
    pub carts: f64,
    /// A shop whose people only touch the first so many products, so that
    /// they meet; 0 is all.
    pub hot_products: u32,
}

impl Default for Workload {
    fn default() -> Self {
        Self {
            sales: 30.0,
            lines: 4,
            double_clicks: 0.02,
            provisional: 0.5,
            prices: 0.0,
            edits: 0.0,
            stock: 0.0,
            customers: 0.0,
            tax_ids: 20,
            resolutions: 0.0,
            grants: 0.0,
            voids: 0.0,
            returns: 0.0,
            drawers: 0.0,
            carts: 0.0,
            hot_products: 0,
        }
    }
}

/// What must hold beyond the standing invariants.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Expect {
    /// At least so many sales.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sold_at_least: Option<u64>,
    /// So many orders in the books, exactly.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub orders: Option<u64>,
    /// Kinds of conflict that must be listed at the end, whatever their status.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub conflicts: Vec<String>,
    /// Kinds that must not.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub no_conflicts: Vec<String>,
    /// Kinds of which one must be contested at the end.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub contested: Vec<String>,
    /// Kinds of which one must be closed at the end.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub closed: Vec<String>,
    /// Devices that must have stopped signing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub quarantined: Vec<String>,
    /// Numbers that must be lost at least.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lost_numbers: Option<u64>,
    /// Documents refused by the authority at least.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rejected_at_least: Option<u64>,
    /// Marks that must have been reached, as `till-sim swarm` prints them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub marks: Vec<String>,
    /// Sales that a device acknowledged while alone in the story, at least.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provisional_at_least: Option<u64>,
}

fn one() -> u64 {
    1
}

fn yes() -> bool {
    true
}

fn ten_minutes() -> Span {
    Span(600_000)
}

fn register() -> Vec<Role> {
    vec![Role::Register]
}
