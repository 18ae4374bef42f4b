//! One device, one log: a chain of entries that only its key can extend.
//!
//! Pure: bytes in, bytes out. Drafting makes frames, verifying turns bytes
//! from outside into [`VerifiedFrame`], and nothing else does, so code that
//! takes one cannot be handed something unchecked. Keys come from the caller;
//! there is no clock, no chance and no I/O here.

mod draft;
mod fork;
mod vector;
mod verify;

pub use draft::{DraftError, Drafter};
pub use fork::{ForkProof, fork_proof};
pub use vector::{missing, seen_delta};
pub use verify::{Head, VerifiedEntry, VerifiedFrame, VerifyError, verify_frame};

pub use ed25519_dalek::SigningKey;

#[cfg(test)]
mod testing;
