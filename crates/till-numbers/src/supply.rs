//! Which number the next sale gets.

use crate::holdings::{holding, space as space_row, spaces};
use crate::windows::{civil_day, is_valid, numbers_of, windows};
use till_schema::body::Sharing;
use till_schema::numbering::Ranges;
use till_schema::rows::{Rows, SpaceRow, WindowRow};
use till_schema::{LogId, SpaceId};

/// The number the next sale gets.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Choice {
    /// Its space.
    pub space: SpaceId,
    /// The number.
    pub number: u64,
    /// The resolution it is issued under; empty when none names it.
    pub resolution: String,
}

/// Why a device cannot issue a number now.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Shortage {
    /// The shop has no space this device may issue from.
    #[error("the shop has no series of numbers for this device")]
    NoSpace,
    /// The device holds no numbers at all.
    #[error("this device holds no numbers in {spaces} series")]
    Dry {
        /// How many spaces it could issue from.
        spaces: usize,
    },
    /// The device holds numbers, and the dates of all of them are over.
    #[error("the {count} numbers of this device have expired")]
    Expired {
        /// The last day any of them could be issued, days since 1970-01-01.
        last_day: i32,
        /// How many it holds.
        count: u64,
    },
    /// The device holds numbers, and the dates of some are to come.
    #[error("the {count} numbers of this device may not be issued yet")]
    NotYetValid {
        /// The first day one of them may be issued, days since 1970-01-01.
        first_day: i32,
        /// How many it holds whose dates are to come.
        count: u64,
    },
}

/// Chooses the number of `me`'s next sale. `at_ms` is Unix time in ms;
/// `utc_offset_min` is the device's, for spaces that name no offset of their own.
///
/// A prefix of the device's own goes first, then the spaces in the order they
/// were opened; another register's prefix never, unless `me` was given numbers
/// of it. Within a space the resolution that ends first is drained first, from
/// its lowest number (correctness 1.4, `pick`).
///
/// # Errors
/// Why there is none: [`Shortage`].
pub fn choose(
    rows: &dyn Rows,
    me: LogId,
    at_ms: i64,
    utc_offset_min: i32,
) -> Result<Choice, Shortage> {
    let mut spaces = spaces_of(rows, me);
    spaces.retain(|(_, row)| !is_of_credit_notes(row));
    choose_among(rows, spaces, me, at_ms, utc_offset_min)
}

/// Document kinds of credit and adjustment notes: DIAN 91 and 94 (annex 1.9,
/// 13.1.3), and `NC` of the generic profile.
pub const CREDIT_NOTE_KINDS: [&str; 3] = ["91", "94", "NC"];

fn is_of_credit_notes(row: &SpaceRow) -> bool {
    CREDIT_NOTE_KINDS.contains(&row.space.document_kind.as_str())
}

/// [`choose`] for a credit note: from the spaces opened for them, or, in a shop
/// that has none, from those of sales.
///
/// # Errors
/// Why there is none: [`Shortage`].
pub fn choose_credit_note(
    rows: &dyn Rows,
    me: LogId,
    at_ms: i64,
    utc_offset_min: i32,
) -> Result<Choice, Shortage> {
    let mut spaces = spaces_of(rows, me);
    if spaces.iter().any(|(_, row)| is_of_credit_notes(row)) {
        spaces.retain(|(_, row)| is_of_credit_notes(row));
    }
    choose_among(rows, spaces, me, at_ms, utc_offset_min)
}

fn choose_among(
    rows: &dyn Rows,
    spaces: Vec<(SpaceId, SpaceRow)>,
    me: LogId,
    at_ms: i64,
    utc_offset_min: i32,
) -> Result<Choice, Shortage> {
    for (space, row) in &spaces {
        let day = civil_day(at_ms, row.utc_offset_min.unwrap_or(utc_offset_min));
        if let Some(choice) = choose_in(rows, *space, me, day) {
            return Ok(choice);
        }
    }
    Err(shortage(rows, me, &spaces, at_ms, utc_offset_min))
}

/// What `log` holds in a space and may issue at a moment. `at_ms` is Unix time
/// in ms; `utc_offset_min` counts when the space names no offset.
pub fn valid_held(
    rows: &dyn Rows,
    space: SpaceId,
    log: LogId,
    at_ms: i64,
    utc_offset_min: i32,
) -> Ranges {
    let offset = space_row(rows, space).and_then(|row| row.utc_offset_min);
    valid_on(rows, space, log, civil_day(at_ms, offset.unwrap_or(utc_offset_min)))
}

/// What `log` holds and may issue on a civil day. A number that no resolution
/// names cannot come to be, and is taken for valid.
pub(crate) fn valid_on(rows: &dyn Rows, space: SpaceId, log: LogId, day: i32) -> Ranges {
    let held = holding(rows, space, log).held;
    let (mut named, mut valid) = (Ranges::new(), Ranges::new());
    for window in windows(rows, space) {
        named = named.union(&numbers_of(&window));
        if is_valid(&window, day) {
            valid = valid.union(&numbers_of(&window));
        }
    }
    held.minus(&named.minus(&valid))
}

/// The spaces a device issues from, first choice first.
fn spaces_of(rows: &dyn Rows, me: LogId) -> Vec<(SpaceId, SpaceRow)> {
    let mut spaces = spaces(rows);
    spaces.retain(|(space, row)| match row.sharing {
        Sharing::Shared => true,
        Sharing::Single => row.custodian == me || !holding(rows, *space, me).held.is_empty(),
    });
    let is_own = |row: &SpaceRow| row.sharing == Sharing::Single && row.custodian == me;
    spaces.sort_by_key(|(_, row)| (!is_own(row), row.ordinal));
    spaces
}

fn choose_in(rows: &dyn Rows, space: SpaceId, me: LogId, day: i32) -> Option<Choice> {
    let held = holding(rows, space, me).held;
    let mut named = Ranges::new();
    let mut best: Option<(i32, u64, WindowRow)> = None;
    for window in windows(rows, space) {
        let span = numbers_of(&window);
        named = named.union(&span);
        let first = held.intersection(&span).first().filter(|_| is_valid(&window, day));
        let Some(first) = first else { continue };
        // One without an end is drained last.
        let end = window.valid_to_day.unwrap_or(i32::MAX);
        if best.as_ref().is_none_or(|(till, low, _)| (end, first) < (*till, *low)) {
            best = Some((end, first, window));
        }
    }
    match best {
        Some((_, number, window)) => Some(Choice { space, number, resolution: window.resolution }),
        None => {
            let number = held.minus(&named).first()?;
            Some(Choice { space, number, resolution: String::new() })
        }
    }
}

/// Called when nothing held is valid: every held number has a resolution whose
/// dates are over or to come.
fn shortage(
    rows: &dyn Rows,
    me: LogId,
    spaces: &[(SpaceId, SpaceRow)],
    at_ms: i64,
    utc_offset_min: i32,
) -> Shortage {
    if spaces.is_empty() {
        return Shortage::NoSpace;
    }
    let (mut held_count, mut coming_count) = (0, 0);
    let (mut last_day, mut first_day) = (i32::MIN, i32::MAX);
    for (space, row) in spaces {
        let day = civil_day(at_ms, row.utc_offset_min.unwrap_or(utc_offset_min));
        let held = holding(rows, *space, me).held;
        held_count += held.count();
        let mut coming = Ranges::new();
        for window in windows(rows, *space) {
            let these = held.intersection(&numbers_of(&window));
            if these.is_empty() {
                continue;
            }
            match (window.valid_from_day, window.valid_to_day) {
                (Some(from), to) if from > day && to.is_none_or(|to| from <= to) => {
                    first_day = first_day.min(from);
                    coming = coming.union(&these);
                }
                (_, to) => last_day = last_day.max(to.unwrap_or(day)),
            }
        }
        coming_count += coming.count();
    }
    match (held_count, coming_count) {
        (0, _) => Shortage::Dry { spaces: spaces.len() },
        (count, 0) => Shortage::Expired { last_day, count },
        (_, count) => Shortage::NotYetValid { first_day, count },
    }
}
