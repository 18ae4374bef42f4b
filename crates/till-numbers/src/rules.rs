//! Rules of the fold that a test can take away, one at a time.

/// What the fold would do without one of its rules. All `false` is the protocol.
///
/// Each is a scheme that point-of-sale systems have been built on and that puts
/// one number on two receipts; the tests show how.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[cfg_attr(
    not(feature = "mutants"),
    expect(unreachable_pub, reason = "public where rules may be broken")
)]
pub struct Rules {
    /// A device mints although it is not the custodian.
    pub anybody_mints: bool,
    /// A renewal mints the numbers it names once more.
    pub renewal_mints_again: bool,
    /// What a gone device held may be minted once more.
    pub lost_minted_again: bool,
    /// A giver may accept its own cede.
    pub giver_takes_back: bool,
    /// An accept leaves the cede there to be accepted again.
    pub accept_credits_again: bool,
}

impl Rules {
    /// The protocol.
    pub(crate) const SOUND: Self = Self {
        anybody_mints: false,
        renewal_mints_again: false,
        lost_minted_again: false,
        giver_takes_back: false,
        accept_credits_again: false,
    };
}
