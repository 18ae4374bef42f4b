//! What an entry needs, and whether its writer had it.

use super::Authority;
use till_schema::body::{Body, Role};
use till_schema::{EntryHash, LogId, Seq};

/// What an entry asks of its writer.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Need {
    /// To be a device of the shop.
    Fact,
    /// To sell and to move stock.
    Sell,
    /// To edit catalogue, customers or settings.
    EditDocuments,
    /// To decide conflicts.
    Decide,
    /// To change people.
    SetUsers,
    /// To stop a device.
    Suspend,
    /// To administer: the entry itself has to be in the chain.
    Admin(EntryHash),
}

/// Whether an entry's writer was entitled to it. Facts of an unentitled entry
/// (a sale, a move of numbers) still count; what else it says has no effect.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Verdict {
    /// It was.
    Entitled,
    /// It was not.
    Unentitled(Reason),
}

impl Verdict {
    /// Whether the writer was entitled.
    pub fn is_entitled(self) -> bool {
        self == Self::Entitled
    }
}

/// Why a writer was not entitled.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Reason {
    /// No device of the shop.
    NotInShop,
    /// The roles it knew of do not include this.
    Role,
    /// The entry lies beyond the cut of a later loss of the right, or of the
    /// end of the device.
    Cut,
    /// The entry lies beyond the cut of a suspension that holds.
    Suspended,
    /// The admin entry is not in the chain.
    NotAdmin,
}

impl Reason {
    /// A stable name, for rows and tests.
    pub const fn name(self) -> &'static str {
        match self {
            Self::NotInShop => "not-in-shop",
            Self::Role => "role",
            Self::Cut => "cut",
            Self::Suspended => "suspended",
            Self::NotAdmin => "not-admin",
        }
    }
}

/// What the entry with this hash and body asks of its writer.
pub fn need_of(hash: EntryHash, body: &Body) -> Need {
    match body {
        Body::ShopFounded(_)
        | Body::DeviceAdd(_)
        | Body::SpaceOpen(_)
        | Body::RoleSet(_)
        | Body::EndOf(_)
        | Body::AcceptTail(_)
        | Body::AdminMove(_)
        | Body::AdminAccept(_)
        | Body::AdminRecover(_)
        | Body::Reinstate(_)
        | Body::DeclareLost(_)
        | Body::AssignProvisional(_) => Need::Admin(hash),
        Body::Suspend(_) => Need::Suspend,
        Body::UserSet(_) => Need::SetUsers,
        Body::Resolution(_) => Need::Decide,
        Body::DocumentChange(_) => Need::EditDocuments,
        Body::SaleCommitted(_)
        | Body::SaleProvisional(_)
        | Body::CreditNoteCommitted(_)
        | Body::StockMoved(_)
        | Body::CartHeld(_)
        | Body::CartDropped(_)
        | Body::Reprinted(_)
        | Body::AccountPaid(_)
        | Body::ShiftOpened(_)
        | Body::DrawerOpened(_)
        | Body::ShiftHandedOver(_)
        | Body::ShiftClosed(_) => Need::Sell,
        // Who may mint or hold numbers is a matter of the numbers themselves.
        Body::ResolutionImport(_)
        | Body::Cede(_)
        | Body::Accept(_)
        | Body::Void(_)
        | Body::CustodyMove(_)
        | Body::Start(_)
        | Body::LogEnd(_)
        | Body::FiscalReceipt(_)
        | Body::ForkProof(_)
        | Body::ForkTail(_) => Need::Fact,
    }
}

/// Whether one of the roles is enough.
pub(super) fn permits(roles: &[Role], need: Need) -> bool {
    let enough: &[Role] = match need {
        Need::Fact => return true,
        Need::Sell | Need::EditDocuments => &[Role::Owner, Role::Manager, Role::Register],
        Need::Decide | Need::SetUsers => &[Role::Owner, Role::Manager],
        Need::Suspend => &[Role::Owner],
        Need::Admin(_) => return false,
    };
    roles.iter().any(|role| enough.contains(role))
}

impl Authority {
    /// Whether the writer of an entry was entitled to it. `seq` is the entry's
    /// position in `log`; `admin_pos` is what its header says of the chain, and
    /// more than the chain has counts as all of it.
    ///
    /// A right is there when the roles at `admin_pos` have it and no later
    /// change took it away with a cut before `seq`. An entry at or before the
    /// cut of a change is judged by the roles before the change, whatever it
    /// says it knew: so a change whose cut is the head that everybody has
    /// leaves every verdict given so far as it is.
    pub fn verdict(&self, log: LogId, seq: Seq, admin_pos: Seq, need: Need) -> Verdict {
        if let Need::Admin(hash) = need {
            return if self.contains(&hash) {
                Verdict::Entitled
            } else {
                Verdict::Unentitled(Reason::NotAdmin)
            };
        }
        match self.devices.get(&log) {
            Some(device) => device.verdict(seq, admin_pos, need),
            None => Verdict::Unentitled(Reason::NotInShop),
        }
    }
}
