//! The bugs: what each does, where it shows, and a story dense enough for it.

use super::{Bug, RelayBug};
use till_node::mutants::Mutant as Node;
use till_numbers::Rules;
use till_store::mutants::Mutant as Store;

/// A bug that must be found.
#[derive(Clone, Copy, Debug)]
pub struct Known {
    /// Its name.
    pub name: &'static str,
    /// What it does.
    pub breaks: &'static str,
    /// Invariants by which it may show.
    pub expected: &'static [&'static str],
    /// Where it sits.
    pub bug: Bug,
    /// A scenario in which it matters.
    pub story: &'static str,
}

const SOUND: Rules = Rules {
    anybody_mints: false,
    renewal_mints_again: false,
    lost_minted_again: false,
    giver_takes_back: false,
    accept_credits_again: false,
};

const NUMBERS: &str = include_str!("numbers.toml");
const LOST: &str = include_str!("lost.toml");
const SET_BACK: &str = include_str!("set-back.toml");
const FORWARDING: &str = include_str!("forwarding.toml");
const CRASHES: &str = include_str!("crashes.toml");
const ROT: &str = include_str!("rot.toml");
const FOREIGN_ROT: &str = include_str!("foreign-rot.toml");
const FULL: &str = include_str!("full.toml");
const ISLANDS: &str = include_str!("islands.toml");

/// Where a number on two receipts shows.
const TWICE: &[&str] = &["number-once", "audit-balances", "one-document-a-number"];
/// Where devices that do not agree show.
const APART: &[&str] =
    &["digests-alike", "comes-to-agree", "none-missing", "listed-alike", "folds-again-alike"];

/// All of them.
pub const KNOWN: &[Known] = &[
    Known {
        name: "anybody-mints",
        breaks: "two devices import one resolution",
        expected: TWICE,
        bug: Bug::NodeAndRules(Node::ImportsAnywhere, Rules { anybody_mints: true, ..SOUND }),
        story: NUMBERS,
    },
    Known {
        name: "renewal-mints-again",
        breaks: "a renewal mints the numbers it names once more",
        expected: TWICE,
        bug: Bug::Rules(Rules { renewal_mints_again: true, ..SOUND }),
        story: NUMBERS,
    },
    Known {
        name: "giver-takes-back",
        breaks: "a giver takes back what was not accepted yet",
        expected: TWICE,
        bug: Bug::NodeAndRules(Node::TakesBack, Rules { giver_takes_back: true, ..SOUND }),
        story: NUMBERS,
    },
    Known {
        name: "credits-each-delivery",
        breaks: "a receiver credits a cede each time it hears of it",
        expected: TWICE,
        bug: Bug::Rules(Rules { accept_credits_again: true, ..SOUND }),
        story: NUMBERS,
    },
    Known {
        name: "lost-minted-again",
        breaks: "numbers of a lost device are minted again",
        expected: TWICE,
        bug: Bug::Rules(Rules { lost_minted_again: true, ..SOUND }),
        story: LOST,
    },
    Known {
        name: "end-hides-tokens",
        breaks: "sales beyond the end of a log use up no numbers",
        expected: &["issued-is-sold", "audit-balances", "number-once", "digests-alike"],
        bug: Bug::Node(Node::EndHidesTokens),
        story: LOST,
    },
    Known {
        name: "restored-goes-on",
        breaks: "a device that was set back goes on under its key",
        expected: &["marks"],
        bug: Bug::Unfenced(Node::GoesOnAfterRestore),
        story: SET_BACK,
    },
    Known {
        name: "restored-adopts-tail",
        breaks: "it fetches its own tail from a peer and goes on",
        expected: &["marks"],
        bug: Bug::Unfenced(Node::AdoptsOwnTail),
        story: SET_BACK,
    },
    Known {
        name: "relay-not-idempotent",
        breaks: "the relay sends what it was sent, each time",
        expected: &["registered-once"],
        bug: Bug::Relay(RelayBug::NotIdempotent),
        story: FORWARDING,
    },
    Known {
        name: "duplicate-is-verdict",
        breaks: "“already processed” is taken as refused",
        expected: &["settled-as-registered"],
        bug: Bug::Relay(RelayBug::DuplicateIsVerdict),
        story: FORWARDING,
    },
    Known {
        name: "skips-on-time-out",
        breaks: "after a time-out the next document is sent",
        expected: &["in-order"],
        bug: Bug::Node(Node::SkipsOnTimeOut),
        story: FORWARDING,
    },
    Known {
        name: "forgets-unsaved-answer",
        breaks: "a document is off the queue before its answer is durable",
        expected: &["comes-to-agree"],
        bug: Bug::Node(Node::ForgetsUnsavedAnswer),
        story: FULL,
    },
    Known {
        name: "poison-blocks",
        breaks: "a refused document is sent for ever",
        expected: &["comes-to-agree"],
        bug: Bug::Node(Node::PoisonBlocks),
        story: FORWARDING,
    },
    Known {
        name: "answers-before-saving",
        breaks: "a sale is told before it is given to the disk",
        expected: &["durable-when-told", "survives-a-crash", "none-missing", "answered-once"],
        bug: Bug::Node(Node::AnswersBeforeSaving),
        story: FULL,
    },
    Known {
        name: "no-flush",
        breaks: "an append is acknowledged without a sync",
        expected: &["durable-when-told", "survives-a-crash", "none-missing", "number-once"],
        bug: Bug::Store(Store::NoFlush),
        story: CRASHES,
    },
    Known {
        name: "cut-off-in-silence",
        breaks: "a damaged end of the own log is cut off, and selling goes on",
        expected: &["number-once", "survives-a-crash", "none-missing", "audit-balances"],
        bug: Bug::UnfencedStore(Store::CutsOffInSilence),
        story: ROT,
    },
    Known {
        name: "remembers-vectors",
        breaks: "what a peer had is believed in later sessions",
        expected: APART,
        bug: Bug::Node(Node::RemembersVectors),
        story: FOREIGN_ROT,
    },
    Known {
        name: "accepts-gaps",
        breaks: "frames are taken although others before them are missing",
        expected: APART,
        bug: Bug::NodeAndStore(Node::AcceptsGaps, Store::TakesGaps),
        story: FULL,
    },
    Known {
        name: "applies-unseen",
        breaks: "entries are applied before those that their author saw",
        expected: APART,
        bug: Bug::Node(Node::AppliesUnseen),
        story: ISLANDS,
    },
    Known {
        name: "last-decision-wins",
        breaks: "of two decisions on a conflict the one that comes last counts",
        expected: &["listed-alike", "digests-alike", "decisions-arrive", "folds-again-alike"],
        bug: Bug::Node(Node::LastDecisionWins),
        story: ISLANDS,
    },
];
