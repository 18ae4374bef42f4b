//! Fiscal documents: from a paid order to the bytes an authority registers.
//!
//! Pure: the same order gives the same bytes and code on every device and at
//! every attempt. One module a country profile; [`generic`] serves demos and
//! countries without one.

pub mod generic;

/// The document's unique code: blake3 of its bytes, in lower-case hexadecimal.
/// The relay checks it, so a changed document can't be sent under an old code.
pub fn code_of(document: &[u8]) -> String {
    let mut hasher = blake3::Hasher::new_derive_key("tillmesh document v1");
    hasher.update(document);
    hasher.finalize().to_hex().to_string()
}
