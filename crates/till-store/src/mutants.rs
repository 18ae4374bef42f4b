//! Known bugs of a log store, for a simulator that has to find them. Compiled in
//! by the feature `mutants` alone, which no till is built with.

use std::cell::Cell;

/// One of them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mutant {
    /// An append is acknowledged without a sync.
    NoFlush,
    /// Acknowledged entries that do not read back are cut off without a word.
    CutsOffInSilence,
    /// Frames are appended although entries before them are missing.
    TakesGaps,
}

thread_local! {
    static ON: Cell<Option<Mutant>> = const { Cell::new(None) };
}

/// Switches one on, or all off, for this thread.
pub fn set(mutant: Option<Mutant>) {
    ON.set(mutant);
}

pub(crate) fn is(mutant: Mutant) -> bool {
    ON.get() == Some(mutant)
}
