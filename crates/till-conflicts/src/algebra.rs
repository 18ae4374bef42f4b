//! The state of a conflict, from its evidence and resolutions alone.

use std::collections::BTreeSet;
use till_schema::EntryHash;
use till_schema::rows::ResolutionRow;

/// State of a conflict.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Status {
    /// No decision covers all evidence.
    Open,
    /// Two live decisions differ.
    Contested,
    /// Decided.
    Closed,
}

/// Resolutions that no other one replaces.
pub fn live(resolutions: &[ResolutionRow]) -> Vec<&ResolutionRow> {
    let replaced: BTreeSet<EntryHash> =
        resolutions.iter().flat_map(|row| row.supersedes.iter().copied()).collect();
    resolutions.iter().filter(|row| !replaced.contains(&row.entry.hash)).collect()
}

/// The status. Evidence that nobody who decided has seen re-opens a conflict;
/// two live decisions that differ make it contested; without evidence a
/// decided conflict stays closed, and one never decided is none at all.
pub fn status(evidence: &[EntryHash], resolutions: &[ResolutionRow]) -> Option<Status> {
    let live = live(resolutions);
    let Some(first) = live.first() else {
        return (!evidence.is_empty()).then_some(Status::Open);
    };
    if live.iter().any(|row| row.decision != first.decision) {
        return Some(Status::Contested);
    }
    let seen_by_one = live.iter().any(|row| evidence.iter().all(|hash| row.covers.contains(hash)));
    Some(if seen_by_one { Status::Closed } else { Status::Open })
}
