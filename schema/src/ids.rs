//! Newtypes for ids and counters, so that one cannot stand where another goes.

use minicbor::{Decode, Encode};
use std::fmt;

/// Why a text is not an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected {expected} hexadecimal digits")]
pub struct IdError {
    expected: usize,
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $len:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
        #[cbor(transparent)]
        pub struct $name(#[cbor(n(0), with = "minicbor::bytes")] pub [u8; $len]);

        impl $name {
            /// The first eight hexadecimal digits, for people.
            pub fn short(&self) -> String {
                data_encoding::HEXLOWER.encode(&self.0[..4])
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&data_encoding::HEXLOWER.encode(&self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.short())
            }
        }

        impl std::str::FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                data_encoding::HEXLOWER_PERMISSIVE
                    .decode(text.as_bytes())
                    .ok()
                    .and_then(|bytes| bytes.try_into().ok())
                    .map(Self)
                    .ok_or(IdError { expected: $len * 2 })
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(d)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

id!(
    /// A shop: hash of the founding device's key and a nonce.
    ShopId, 32
);
id!(
    /// A device's log: its ed25519 public key, which is also its network identity.
    LogId, 32
);
id!(
    /// blake3 of an entry's header bytes under the entry context.
    EntryHash, 32
);
id!(
    /// An order, drawn at random by the register that opened the cart.
    OrderId, 16
);
id!(
    /// A product of the catalogue, drawn at random by the device that made it.
    ProductId, 16
);
id!(
    /// A customer, drawn at random by the device that made it.
    CustomerId, 16
);
id!(
    /// A person, drawn at random by the device that made the record.
    UserId, 16
);
id!(
    /// A shift, drawn at random by the device whose drawer it is.
    ShiftId, 16
);
id!(
    /// A number space: hash of authority, issuer, document kind and prefix.
    SpaceId, 16
);

impl EntryHash {
    /// What the first entry of a log names as its predecessor.
    pub const ZERO: Self = Self([0; 32]);
}

/// Position of an entry in its log, from 1. Zero means "nothing yet".
#[derive(
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Default,
    Debug,
    Encode,
    Decode,
    serde::Serialize,
    serde::Deserialize,
)]
#[cbor(transparent)]
#[serde(transparent)]
pub struct Seq(#[n(0)] pub u64);

impl Seq {
    /// The position after this one.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

impl fmt::Display for Seq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Names one entry for good: log, position and hash.
#[derive(
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Debug,
    Encode,
    Decode,
    serde::Serialize,
    serde::Deserialize,
)]
#[cbor(map)]
pub struct EntryId {
    /// The log.
    #[n(0)]
    pub log: LogId,
    /// Its position.
    #[n(1)]
    pub seq: Seq,
    /// Its hash.
    #[n(2)]
    pub hash: EntryHash,
}
