//! PINs as argon2id hashes.
//!
//! A PIN is short, so no hash makes it hard to guess for somebody who has the
//! database; the cost keeps a lost tablet from giving all PINs away at once.

use argon2::password_hash::phc::PasswordHash;
use argon2::{
    ARGON2ID_IDENT, Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version,
};

/// Memory of one hash, KiB. With [`PASSES`] and one lane this is the least
/// that OWASP's Password Storage Cheat Sheet asks of argon2id
/// (m = 19456, t = 2, p = 1).
pub const PIN_MEMORY_KIB: u32 = 19_456;
/// Passes over the memory.
pub const PASSES: u32 = 2;
/// Lanes.
const LANES: u32 = 1;

/// Most memory that a hash from elsewhere may ask for, KiB.
pub const PIN_MEMORY_KIB_MAX: u32 = 64 * 1024;
/// Most passes that a hash from elsewhere may ask for.
pub const PASSES_MAX: u32 = 8;
/// Most lanes that a hash from elsewhere may ask for; they run one by one.
const LANES_MAX: u32 = 4;
/// Longest hash text, bytes: twice that of one made here.
const HASH_BYTES_MAX: usize = 200;

/// Fewest digits of a PIN.
pub const PIN_DIGITS_MIN: usize = 4;
/// Most digits of a PIN.
pub const PIN_DIGITS_MAX: usize = 12;

/// Why a PIN was not taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum PinError {
    /// Too short or too long.
    #[error("a PIN has {PIN_DIGITS_MIN} to {PIN_DIGITS_MAX} digits")]
    Length,
    /// Something else than digits.
    #[error("a PIN has digits only")]
    NotDigits,
    /// The device could not find the memory to hash it.
    #[error("there is not enough memory to store the PIN safely")]
    Memory,
}

/// Hashes a PIN, as PHC text.
///
/// # Errors
/// When it is not 4 to 12 digits, or the memory cannot be had.
pub fn hash_pin(pin: &str, salt: [u8; 16]) -> Result<String, PinError> {
    check_pin(pin)?;
    let params = Params::new(PIN_MEMORY_KIB, PASSES, LANES, None)
        .expect("the parameters are within the bounds of argon2");
    let hasher = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    // With these parameters and this salt only the memory can be missing.
    let hash = hasher.hash_password_with_salt(pin.as_bytes(), &salt);
    hash.map(|hash| hash.to_string()).map_err(|_| PinError::Memory)
}

/// Whether this is the PIN of a hash. A hash that is none, or that asks for
/// more work than a till can spare, is of no PIN.
pub fn verify_pin(hash: &str, pin: &str) -> bool {
    let Some(hash) = acceptable(hash) else { return false };
    check_pin(pin).is_ok() && Argon2::default().verify_password(pin.as_bytes(), &hash).is_ok()
}

/// A hash that is an argon2id hash and costs no more than a till can spare.
fn acceptable(text: &str) -> Option<PasswordHash> {
    if text.len() > HASH_BYTES_MAX {
        return None;
    }
    let hash = PasswordHash::new(text).ok()?;
    let params = Params::try_from(&hash).ok()?;
    let is_cheap = params.m_cost() <= PIN_MEMORY_KIB_MAX
        && params.t_cost() <= PASSES_MAX
        && params.p_cost() <= LANES_MAX;
    (is_cheap && hash.algorithm == ARGON2ID_IDENT).then_some(hash)
}

fn check_pin(pin: &str) -> Result<(), PinError> {
    if !pin.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(PinError::NotDigits);
    }
    if !(PIN_DIGITS_MIN..=PIN_DIGITS_MAX).contains(&pin.len()) {
        return Err(PinError::Length);
    }
    Ok(())
}
