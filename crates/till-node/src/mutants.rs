//! Known bugs of a node, for a simulator that has to find them. Compiled in by
//! the feature `mutants` alone, which no till is built with.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use till_numbers::Rules;

/// One of them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mutant {
    /// Any device imports a resolution.
    ImportsAnywhere,
    /// A giver accepts its own cede.
    TakesBack,
    /// What a log says of numbers beyond its end is passed over.
    EndHidesTokens,
    /// A device that was set back goes on under its key.
    GoesOnAfterRestore,
    /// It also takes the end of its own log from a peer.
    AdoptsOwnTail,
    /// A document that timed out is passed over.
    SkipsOnTimeOut,
    /// An answer that could not be saved is not asked for again.
    ForgetsUnsavedAnswer,
    /// A refused document is sent again and again.
    PoisonBlocks,
    /// A command is answered before its entries are given to the disk.
    AnswersBeforeSaving,
    /// What a peer said it has counts in later sessions.
    RemembersVectors,
    /// Frames are taken although others before them are missing.
    AcceptsGaps,
    /// Entries are applied before those that their author saw.
    AppliesUnseen,
    /// Of the decisions on a conflict only the one that came last is kept.
    LastDecisionWins,
}

thread_local! {
    static ON: Cell<Option<Mutant>> = const { Cell::new(None) };
    static RULES: Cell<Option<Rules>> = const { Cell::new(None) };
    static TIMED_OUT: RefCell<BTreeSet<String>> = const { RefCell::new(BTreeSet::new()) };
}

/// Switches one on, or all off, for this thread, and breaks rules of the numbers.
pub fn set(mutant: Option<Mutant>, rules: Rules) {
    ON.set(mutant);
    RULES.set((rules != Rules::default()).then_some(rules));
    TIMED_OUT.take();
}

pub(crate) fn is(mutant: Mutant) -> bool {
    ON.get() == Some(mutant)
}

/// Whether a device that was set back goes on.
pub(crate) fn goes_on() -> bool {
    is(Mutant::GoesOnAfterRestore) || is(Mutant::AdoptsOwnTail)
}

pub(crate) fn rules() -> Rules {
    RULES.get().unwrap_or_default()
}

/// A document that timed out.
pub(crate) fn times_out(code: &str) {
    if is(Mutant::SkipsOnTimeOut) {
        TIMED_OUT.with_borrow_mut(|codes| codes.insert(code.to_owned()));
    }
}

pub(crate) fn has_timed_out(code: &str) -> bool {
    TIMED_OUT.with_borrow(|codes| codes.contains(code))
}
