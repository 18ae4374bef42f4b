//! Everything tillmesh stores, signs or sends: ids, amounts, log entries, wire
//! messages, catalogue shapes and projection rows.
//!
//! This is the only crate that derives encodings. Log entries and messages are
//! contracts that outlive the code: kinds are append-only numbers, fields are
//! only added, and the bytes in `vectors/v1` decode for ever. See `entry.md`,
//! `message.md` and `catalogue.md` beside this crate.
//!
//! ```
//! use till_schema::{ProductId, Quantity, from_bytes, to_bytes};
//! use till_schema::body::{Body, StockMoved, StockReason};
//!
//! let moved = StockMoved {
//!     reason: StockReason::Adjust,
//!     moves: vec![(ProductId([3; 16]), Quantity::parse("-0.250")?)],
//!     note: "a broken jar".to_owned(),
//!     place: String::new(),
//!     to: None,
//! };
//! let bytes = to_bytes(&moved);
//! assert_eq!(from_bytes::<StockMoved>(&bytes)?, moved);
//!
//! // In a log the kind's number says what the bytes are.
//! let body = Body::from(moved);
//! assert_eq!(Body::decode(body.kind(), &bytes)?, Some(body));
//!
//! // One complete value and nothing after it.
//! assert!(from_bytes::<StockMoved>(&[&bytes[..], &[0]].concat()).is_err());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod body;
pub mod catalogue;
pub mod entry;
pub mod frames;
mod hex;
pub mod ids;
pub mod limits;
pub mod message;
pub mod money;
pub mod numbering;
pub mod order;
pub mod rows;

pub use frames::{FrameRecord, Head};
pub use ids::{
    CustomerId, EntryHash, EntryId, LogId, OrderId, ProductId, Seq, ShiftId, ShopId, SpaceId,
    UserId,
};
pub use money::{Currency, Quantity};
pub use numbering::Ranges;

/// A vector: the highest sequence number held of each log.
pub type Vector = std::collections::BTreeMap<LogId, Seq>;

/// Encodes a value with the one encoding of this crate (CBOR through minicbor).
pub fn to_bytes<T: minicbor::Encode<()>>(value: &T) -> Vec<u8> {
    minicbor::to_vec(value).expect("encoding into a Vec cannot fail")
}

/// Decodes a value and refuses trailing bytes.
///
/// # Errors
/// When the bytes are not one complete value of the type.
pub fn from_bytes<'a, T: minicbor::Decode<'a, ()>>(
    bytes: &'a [u8],
) -> Result<T, minicbor::decode::Error> {
    let mut decoder = minicbor::Decoder::new(bytes);
    let value = decoder.decode()?;
    if decoder.position() != bytes.len() {
        return Err(minicbor::decode::Error::message("trailing bytes"));
    }
    Ok(value)
}
