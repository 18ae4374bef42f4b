//! Known bugs, one at a time, that the simulator has to find: only then does
//! its silence mean something.
//!
//! Each is switched on for the runs of one thread and off again after them. The
//! hooks are compiled in by the feature `mutants` alone, which no till is built
//! with.

mod hunt;
mod known;

pub use hunt::{Found, Hunted, hunt, table};
pub use known::{KNOWN, Known};

use std::cell::Cell;
use till_numbers::Rules;

/// Where a bug sits, and which one it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Bug {
    /// A rule of the numbers is gone.
    Rules(Rules),
    /// In the node.
    Node(till_node::mutants::Mutant),
    /// In the node, with a rule of the numbers gone.
    NodeAndRules(till_node::mutants::Mutant, Rules),
    /// In the node and in the log store.
    NodeAndStore(till_node::mutants::Mutant, till_store::mutants::Mutant),
    /// In the log store.
    Store(till_store::mutants::Mutant),
    /// Nothing listens to what tells that a device was set back.
    Unfenced(till_node::mutants::Mutant),
    /// The same, and the log store hides it.
    UnfencedStore(till_store::mutants::Mutant),
    /// In the relay.
    Relay(RelayBug),
}

/// A relay that is not made as ours.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RelayBug {
    /// It asks the authority each time, and the authority does not look either.
    NotIdempotent,
    /// The authority's “I have this already” is given as its verdict.
    DuplicateIsVerdict,
}

thread_local! {
    static RELAY: Cell<Option<RelayBug>> = const { Cell::new(None) };
    static UNFENCED: Cell<bool> = const { Cell::new(false) };
}

/// Whether the relay has a bug in this thread.
pub(crate) fn relay_is(bug: RelayBug) -> bool {
    RELAY.get() == Some(bug)
}

/// Whether nobody listens to the fences in this thread.
pub(crate) fn is_unfenced() -> bool {
    UNFENCED.get()
}

/// A bug that is switched on in this thread for as long as this lives.
#[must_use]
pub struct Infected(());

impl Infected {
    /// Switches a bug on.
    pub fn with(bug: Bug) -> Self {
        use till_node::mutants::Mutant::GoesOnAfterRestore;
        let (node, rules) = match bug {
            Bug::Rules(rules) => (None, rules),
            Bug::Node(mutant) | Bug::NodeAndStore(mutant, _) | Bug::Unfenced(mutant) => {
                (Some(mutant), Rules::default())
            }
            Bug::NodeAndRules(mutant, rules) => (Some(mutant), rules),
            Bug::UnfencedStore(_) => (Some(GoesOnAfterRestore), Rules::default()),
            Bug::Store(_) | Bug::Relay(_) => (None, Rules::default()),
        };
        till_node::mutants::set(node, rules);
        till_store::mutants::set(match bug {
            Bug::Store(mutant) | Bug::UnfencedStore(mutant) | Bug::NodeAndStore(_, mutant) => {
                Some(mutant)
            }
            _ => None,
        });
        RELAY.set(match bug {
            Bug::Relay(bug) => Some(bug),
            _ => None,
        });
        UNFENCED.set(matches!(bug, Bug::Unfenced(_) | Bug::UnfencedStore(_)));
        Self(())
    }
}

impl Drop for Infected {
    fn drop(&mut self) {
        till_node::mutants::set(None, Rules::default());
        till_store::mutants::set(None);
        RELAY.set(None);
        UNFENCED.set(false);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One of the numbers, one of forwarding, one of storage.
    #[test]
    fn three_mutants_are_caught_within_few_seeds() {
        for name in ["renewal-mints-again", "relay-not-idempotent", "answers-before-saving"] {
            let known = KNOWN.iter().find(|known| known.name == name).expect(name);
            let hunted = hunt(known, 20);
            let found = hunted.found.unwrap_or_else(|| panic!("{name} was not found"));
            assert!(known.expected.contains(&found.invariant.as_str()), "{found:?}");
            assert!(hunted.is_sound, "{name}: seed {} breaks without it too", found.seed);
        }
    }

    #[test]
    fn each_has_a_name_of_its_own_and_a_story_that_reads() {
        let names: std::collections::BTreeSet<_> = KNOWN.iter().map(|known| known.name).collect();
        assert_eq!(names.len(), KNOWN.len());
        for known in KNOWN {
            crate::scenario::from_toml(known.story).expect(known.name);
        }
    }

    #[test]
    fn a_bug_is_off_again_afterwards() {
        drop(Infected::with(Bug::Relay(RelayBug::NotIdempotent)));
        assert!(!relay_is(RelayBug::NotIdempotent) && !is_unfenced());
    }
}
