//! What an entry can say. Kinds are numbers that are only ever added; fields
//! are CBOR map keys that are only ever added.

mod admin;
mod books;
mod carts;
mod conflict;
mod numbers;
mod people;
mod returns;
mod shifts;

pub use admin::*;
pub use books::*;
pub use carts::*;
pub use conflict::*;
pub use numbers::*;
pub use people::*;
pub use returns::*;
pub use shifts::*;

use minicbor::{Decode, Encode};
use serde::Serialize;

/// Number of an entry kind, as in the header.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Encode, Decode, Serialize)]
#[cbor(transparent)]
#[serde(transparent)]
pub struct Kind(#[n(0)] pub u16);

macro_rules! bodies {
    ($($(#[$doc:meta])* $number:literal $name:ident),+ $(,)?) => {
        /// The content of an entry.
        ///
        /// As JSON it is what the entry says, without the kind: for people and
        /// programs that read, never to be hashed, stored or sent.
        #[derive(Clone, PartialEq, Eq, Debug, Serialize)]
        #[serde(untagged)]
        pub enum Body {
            $($(#[$doc])* $name($name),)+
        }

        impl Body {
            /// The highest kind this version knows, as announced at each start.
            pub const KINDS_KNOWN: Kind = {
                let mut highest = 0;
                $(if $number > highest { highest = $number; })+
                Kind(highest)
            };

            /// The number that goes in the header.
            pub const fn kind(&self) -> Kind {
                match self { $(Self::$name(_) => Kind($number),)+ }
            }

            /// The bytes that follow the header.
            pub fn to_bytes(&self) -> Vec<u8> {
                match self { $(Self::$name(body) => crate::to_bytes(body),)+ }
            }

            /// Reads a body of a known kind; `None` when this version does not know the kind.
            ///
            /// # Errors
            /// When the kind is known and the bytes are not one.
            pub fn decode(kind: Kind, bytes: &[u8]) -> Result<Option<Self>, minicbor::decode::Error> {
                match kind.0 {
                    $($number => crate::from_bytes(bytes).map(|body| Some(Self::$name(body))),)+
                    _ => Ok(None),
                }
            }

            /// The kind's name, for people.
            pub const fn name(&self) -> &'static str {
                match self { $(Self::$name(_) => stringify!($name),)+ }
            }
        }

        $(impl From<$name> for Body {
            fn from(body: $name) -> Self { Self::$name(body) }
        })+
    };
}

bodies! {
    /// First entry of the founding device.
    1 ShopFounded,
    /// A process of a device started writing.
    2 Start,
    /// The writer gave everything back; nothing may follow.
    3 LogEnd,
    /// Admin: a device joined.
    10 DeviceAdd,
    /// Admin: a number space exists, and who may mint in it.
    11 SpaceOpen,
    /// Admin: what a device may do from now on.
    12 RoleSet,
    /// Admin: a device is gone; its entries beyond a point need a person's word.
    13 EndOf,
    /// Admin: entries beyond the end of a device count after all.
    14 AcceptTail,
    /// Admin: the administration goes to another device.
    15 AdminMove,
    /// First entry of the next administration.
    16 AdminAccept,
    /// First entry of an administration begun with the recovery words.
    17 AdminRecover,
    /// An owner stops a device at once.
    18 Suspend,
    /// Admin: suspensions no longer hold.
    19 Reinstate,
    /// A change of an Automerge document.
    20 DocumentChange,
    /// A person of the shop: name, PIN, rights.
    25 UserSet,
    /// The custodian minted numbers under a resolution of the authority.
    30 ResolutionImport,
    /// Numbers moved away, to one named log.
    31 Cede,
    /// Ceded numbers, or custody, arrived.
    32 Accept,
    /// Numbers that will never be issued.
    33 Void,
    /// The right to mint in a space moved away, to one named log.
    34 CustodyMove,
    /// Admin: numbers of a gone device are reported as lost.
    35 DeclareLost,
    /// Admin: who fiscalises a provisional sale of a gone device.
    36 AssignProvisional,
    /// A sale and its fiscal number.
    40 SaleCommitted,
    /// Stock moved without a sale.
    41 StockMoved,
    /// A sale without a fiscal number, which follows.
    42 SaleProvisional,
    /// A return and its fiscal number.
    43 CreditNoteCommitted,
    /// Lines of a cart that waits.
    44 CartHeld,
    /// A cart was given up.
    45 CartDropped,
    /// A ticket was printed again.
    46 Reprinted,
    /// A customer paid what was sold on account.
    47 AccountPaid,
    /// A final answer of the fiscal relay.
    50 FiscalReceipt,
    /// A person's decision on a conflict.
    60 Resolution,
    /// A drawer was opened for a shift.
    80 ShiftOpened,
    /// The drawer was opened without a sale.
    81 DrawerOpened,
    /// Somebody else goes on with the drawer.
    82 ShiftHandedOver,
    /// A drawer was closed.
    83 ShiftClosed,
    /// Two histories signed by one key.
    70 ForkProof,
    /// A frame of a log with two histories, whose facts count.
    71 ForkTail,
}
