//! What a person may do.

use till_schema::body::{Right, UserSet};

/// The whole of something, basis points.
pub(super) const WHOLE_BP: u32 = 10_000;

/// Whether a person has a right. Somebody who is shut out has none.
pub fn may(set: &UserSet, right: Right) -> bool {
    set.active && set.rights.contains(&right)
}

/// Whether a person may take `discount` off `gross`, both in minor units.
/// Nothing off needs no right; a negative discount or more than the gross is
/// nobody's to give.
pub fn discount_allowed(set: &UserSet, gross: i64, discount: i64) -> bool {
    if discount == 0 {
        return true;
    }
    let limit_bp = i128::from(set.discount_limit_bp.min(WHOLE_BP));
    let is_within = i128::from(discount) * i128::from(WHOLE_BP) <= i128::from(gross) * limit_bp;
    discount > 0 && is_within && may(set, Right::Discount)
}
