//! One device, one log: a chain of entries that only its key can extend.
//!
//! Pure: bytes in, bytes out. Drafting makes frames, verifying turns bytes
//! from outside into [`VerifiedFrame`], and nothing else does, so code that
//! takes one cannot be handed something unchecked. Keys come from the caller;
//! there is no clock, no chance and no I/O here.
//!
//! ```
//! use till_log::{Context, Drafter, Head, SigningKey, VerifyError, verify_frame};
//! use till_schema::body::{StockMoved, StockReason};
//! use till_schema::{ProductId, Quantity, ShopId, Vector};
//!
//! let shop = ShopId([7; 32]);
//! let key = SigningKey::from_bytes(&[1; 32]);
//! let mut drafter = Drafter::new(shop, key, Head::default(), Vector::new());
//! let log = drafter.log();
//!
//! // One action, one frame. `applied` and the clock are the caller's.
//! let received = StockMoved {
//!     reason: StockReason::Receive,
//!     moves: vec![(ProductId([3; 16]), Quantity::units(24))],
//!     note: "first delivery".to_owned(),
//!     place: String::new(),
//!     to: None,
//! };
//! let applied = Vector::new();
//! let context = Context { wall_ms: 1_767_225_600_000, ..Context::default() };
//! let frame = drafter.draft(vec![received.into()], &applied, context)?;
//! drafter.keep(&frame); // once its bytes are durable
//!
//! // Another device gets the bytes and needs nothing but the log's name.
//! let read = verify_frame(shop, log, Head::default(), frame.bytes())?;
//! assert_eq!(read, frame);
//! assert_eq!(read.head(), drafter.head());
//!
//! // It is the next frame once only.
//! let again = verify_frame(shop, log, read.head(), frame.bytes());
//! assert!(matches!(again, Err(VerifyError::WrongPosition { .. })));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod detached;
mod draft;
mod fork;
mod vector;
mod verify;

pub use detached::{DetachedEntry, DetachedFrame, read_detached};
pub use draft::{Context, DraftError, Drafter};
pub use fork::{Fork, ForkError, TAIL_BYTES_MAX, check_fork, fork_proof, fork_tail, read_tail};
pub use till_schema::Head;
pub use vector::{missing, seen_delta};
pub use verify::{VerifiedEntry, VerifiedFrame, VerifyError, read_frame, verify_frame};

pub use ed25519_dalek::SigningKey;

#[cfg(test)]
mod testing;
