//! What was reached, as counters: a run of many seeds that never reached a
//! fault, a kind of conflict or a path in the code proves nothing about it.

use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Counters by name: `fault:partition`, `conflict:OVERSOLD`, `mark:refold`.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Sometimes(BTreeMap<Cow<'static, str>, u64>);

/// Marks that a swarm must reach, with what each is.
pub const MARKS: [(&str, &str); 27] = [
    ("mark:sold", "a sale was acknowledged"),
    ("mark:repeated", "an order was sent again and answered as before"),
    ("mark:provisional", "a sale went on an internal document for want of numbers"),
    ("mark:numbers-moved", "numbers went from device to device"),
    ("mark:restarted", "a device was started again"),
    ("mark:cut-off", "an unfinished write was cut off at a start"),
    ("mark:reopened", "a log was read back after a write failed"),
    ("mark:reopened-kept", "the failed write was there after all"),
    ("mark:books-rebuilt", "the books could not be used and were folded again"),
    ("mark:refolded", "the administration said something new of applied entries"),
    ("mark:crashed-in-operation", "a machine stopped in the middle of a disk operation"),
    ("mark:crashed-starting", "a machine stopped again while it was starting"),
    ("mark:refused-by-disk", "a sale was refused because of the disk"),
    ("mark:unanswered", "a device stopped before it answered a cashier"),
    ("mark:quarantined", "a device stopped signing"),
    ("mark:fence-alarm", "a fence told that the storage was set back or copied"),
    ("mark:duplicate-number", "a number was printed twice by a set back or copied device"),
    ("mark:fork-proven", "the two histories of one key were shown to all"),
    ("mark:timed-out", "a link timed out in silence"),
    ("mark:relayed-by-peer", "a document was forwarded by another device than its issuer"),
    ("mark:relay-mishap", "an answer of the relay was lost, doubled or mixed up"),
    ("mark:rejected", "the authority refused a document"),
    ("mark:joined", "a device joined during the story"),
    ("mark:resolved", "a person decided a conflict"),
    ("mark:contested", "two decisions on one conflict differed"),
    ("mark:later-version", "a log held entries of a later version"),
    ("mark:foreign-log-damaged", "a rotten log of another device was fetched again"),
];

impl Sometimes {
    /// Once more.
    pub fn reach(&mut self, name: &'static str) {
        self.add(name, 1);
    }

    /// So many times more.
    pub fn add(&mut self, name: &'static str, times: u64) {
        *self.0.entry(Cow::Borrowed(name)).or_default() += times;
    }

    /// Once more, for a name that is made up of parts.
    pub fn reach_of(&mut self, group: &str, name: &str) {
        *self.0.entry(Cow::Owned(format!("{group}:{name}"))).or_default() += 1;
    }

    /// How often something was reached.
    pub fn count(&self, name: &str) -> u64 {
        self.0.get(name).copied().unwrap_or_default()
    }

    /// Adds what another run reached.
    pub fn merge(&mut self, other: &Self) {
        for (name, times) in &other.0 {
            *self.0.entry(name.clone()).or_default() += times;
        }
    }

    /// All of it.
    pub fn iter(&self) -> impl Iterator<Item = (&str, u64)> {
        self.0.iter().map(|(name, times)| (name.as_ref(), *times))
    }
}
