//! The people of the shop: who they are, their PINs, what they may do.

mod pin;
mod rights;
mod throttle;

pub use pin::{
    PASSES, PASSES_MAX, PIN_DIGITS_MAX, PIN_DIGITS_MIN, PIN_MEMORY_KIB, PIN_MEMORY_KIB_MAX,
    PinError, hash_pin, verify_pin,
};
pub use rights::{discount_allowed, may};
pub use throttle::{
    FREE_TRIES, WAIT_MS_MAX, WAIT_MS_MIN, blocked_until, pin_tries, put_pin_tries, wait_left_ms,
    wait_ms,
};

use till_schema::UserId;
use till_schema::body::{UserRole, UserSet};
use till_schema::limits::TEXT_BYTES_MAX;
use till_schema::rows::{EntryRef, Rows, Table, UserRow, collect_rows, get_row, put_row};

/// Applies a version of a person that its writer was entitled to write. It
/// takes the place of the versions that `seen` says the writer had; an earlier
/// entry of the same log counts as seen.
pub fn apply(
    rows: &mut dyn Rows,
    entry: &EntryRef,
    seen: impl Fn(&EntryRef) -> bool,
    set: &UserSet,
) {
    let mut row = get_row::<UserRow>(rows, Table::Users, &set.user.0)
        .unwrap_or(UserRow { versions: Vec::new() });
    let replaced = |old: &EntryRef| {
        let is_earlier = old.log == entry.log && old.seq < entry.seq;
        old.hash == entry.hash || is_earlier || seen(old)
    };
    row.versions.retain(|(old, _)| !replaced(old));
    row.versions.push((*entry, set.clone()));
    row.versions.sort_by_key(|(version, _)| version.hash);
    put_row(rows, Table::Users, &set.user.0, &row);
}

/// The version that holds: of several that did not see each other one that
/// shuts the person out, because stopping too much is the safer mistake; of
/// those the latest by its writer's clock, then the greatest hash.
///
/// # Panics
/// When the row has no version; [`apply`] writes none like that.
pub fn current(row: &UserRow) -> &UserSet {
    let latest = row
        .versions
        .iter()
        .max_by_key(|(entry, set)| (!set.active, entry.wall_ms, entry.hash))
        .expect("a person's row has at least one version");
    &latest.1
}

/// Everybody, those who are shut out too, by id.
pub fn users(rows: &dyn Rows) -> Vec<UserSet> {
    let people = collect_rows::<UserRow>(rows, Table::Users, &[]);
    people.iter().map(|(_, row)| current(row).clone()).collect()
}

/// One person.
pub fn user(rows: &dyn Rows, id: UserId) -> Option<UserSet> {
    get_row::<UserRow>(rows, Table::Users, &id.0).map(|row| current(&row).clone())
}

/// The person of a name, whatever its case. Of two people with one name the
/// one who may log in, then the one with the lower id.
pub fn by_name(rows: &dyn Rows, name: &str) -> Option<UserSet> {
    let wanted = comparable(name);
    let named = users(rows).into_iter().filter(|set| comparable(&set.name) == wanted);
    named.min_by_key(|set| (!set.active, set.user))
}

/// Whether anybody may log in as an owner.
pub fn any_owner(rows: &dyn Rows) -> bool {
    users(rows).iter().any(|set| set.active && set.role == UserRole::Owner)
}

/// What is wrong with a version of a person.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum UserError {
    /// No name.
    #[error("a person needs a name")]
    NameEmpty,
    /// A name that is too long.
    #[error("the name is longer than {TEXT_BYTES_MAX} bytes")]
    NameTooLong,
    /// Rights twice or out of order.
    #[error("the rights are not in rising order")]
    RightsNotRising,
    /// More than the whole price.
    #[error("the highest discount is over 100 %")]
    DiscountTooHigh,
    /// A PIN's hash that is longer than any hash.
    #[error("the PIN's hash is longer than {TEXT_BYTES_MAX} bytes")]
    PinHashTooLong,
}

/// Checks a version before it is written, or applied. Whether the hash is one
/// is left to [`verify_pin`]: what is applied must not hang on a library's
/// reading of it.
///
/// # Errors
/// When a field is not as its documentation says.
pub fn check(set: &UserSet) -> Result<(), UserError> {
    if set.name.trim().is_empty() {
        return Err(UserError::NameEmpty);
    }
    if set.name.len() > TEXT_BYTES_MAX {
        return Err(UserError::NameTooLong);
    }
    if !set.rights.is_sorted_by(|one, next| one < next) {
        return Err(UserError::RightsNotRising);
    }
    if set.discount_limit_bp > rights::WHOLE_BP {
        return Err(UserError::DiscountTooHigh);
    }
    if set.pin_hash.len() > TEXT_BYTES_MAX {
        return Err(UserError::PinHashTooLong);
    }
    Ok(())
}

fn comparable(name: &str) -> String {
    name.trim().to_lowercase()
}
