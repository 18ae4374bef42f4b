//! A broken promise.

use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// Which promise.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum Promise {
    /// A paid sale is durable, exactly once.
    P1,
    /// A number is definitive and never on two sales.
    P2,
    /// Any device edits the catalogue.
    P3,
    /// Conflicts are listed alike.
    P4,
    /// Each document reaches the authority once in effect.
    P5,
    /// History cannot be edited unseen; strangers do nothing.
    P6,
    /// Shifts.
    P7,
    /// Same inputs, same state.
    P8,
    /// Everything comes to rest.
    Liveness,
    /// Nothing grows without bound, nothing panics.
    Bounds,
    /// What the scenario expects.
    Expectation,
}

/// A promise that did not hold.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Violation {
    /// Which promise.
    pub promise: Promise,
    /// Which of its invariants, a stable name.
    pub invariant: Cow<'static, str>,
    /// Where.
    pub device: Option<u8>,
    /// When, milliseconds of the story.
    pub at_ms: i64,
    /// How.
    pub what: String,
}
