//! Fiscal numbers as tokens: each minted once, held by exactly one log, moved
//! by a cede and its accept, consumed by a sale or a void. Custody, the right to
//! mint, is such a token too.
//!
//! Pure folds ([`apply`], [`apply_branch`]) and decisions ([`choose`], [`grant`],
//! [`retire`]) over rows; [`audit`] says where every number is, [`trace`] proves
//! it for one. Nothing here reads a clock, and whether a number may be issued
//! depends on entries and the day the caller names.
//!
//! There is no lease, no time-out, no take-back and no shared counter: the tests
//! show how each of them puts one number on two receipts.

mod advice;
mod audit;
mod fold;
mod grants;
mod holdings;
mod mint;
mod moves;
mod pace;
mod provisional;
mod rules;
mod sales;
mod supply;
mod trace;
mod windows;

pub use advice::{Stock, advice};
pub use audit::{Audit, Totals, audit};
pub use fold::{apply, apply_branch};
pub use grants::{CannotRetire, GRANT_MIN, RANGES_MAX, UNUSED_AT_END, grant, retire};
pub use holdings::{holding, is_live, spaces};
pub use pace::{
    Alarm, HIGH_WATER, LOW_WATER, Marks, OUTAGE_DAYS, PACE_DAYS, alarm, days_left, marks,
};
pub use supply::{CREDIT_NOTE_KINDS, Choice, Shortage, choose, choose_credit_note, valid_held};
pub use trace::{Broken, Misfit, Place, accepts, concerns, trace};
pub use windows::civil_day;

#[cfg(feature = "mutants")]
pub use fold::apply_broken;
#[cfg(feature = "mutants")]
pub use rules::Rules;

#[cfg(test)]
mod tests;
