//! Fiscal numbers as tokens: each minted once, held by exactly one log, moved
//! by a cede and its accept, consumed by a sale or a void.
//!
//! Pure folds and decisions over rows. Nothing here reads a clock: whether a
//! number may be issued depends on entries alone.

mod audit;
mod fold;
mod supply;

pub use audit::{Audit, audit};
pub use fold::apply;
pub use supply::{GRANT_MIN, HIGH_WATER, LOW_WATER, advice, grant, holding, next_number, spaces};

#[cfg(test)]
mod tests;
