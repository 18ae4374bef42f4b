//! The name of a document: the hash of its bytes.

use std::{fmt, str::FromStr};

use data_encoding::HEXLOWER;

/// The context string of the document hash; it keeps this hash apart from every other.
const CONTEXT: &str = "tillmesh document v1";

/// The code of a document: BLAKE3 of its bytes in the context `tillmesh document v1`.
/// Written as 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DocumentCode([u8; 32]);

impl DocumentCode {
    /// The code of these bytes.
    pub fn of(document: &[u8]) -> Self {
        let mut hasher = blake3::Hasher::new_derive_key(CONTEXT);
        hasher.update(document);
        Self(*hasher.finalize().as_bytes())
    }

    /// The code whose 32 raw bytes are these.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 raw bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// The code of a document as text, as it stands in the relay's addresses.
pub fn document_code(document: &[u8]) -> String {
    DocumentCode::of(document).to_string()
}

impl fmt::Display for DocumentCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&HEXLOWER.encode(&self.0))
    }
}

impl fmt::Debug for DocumentCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A text that is no document code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a document code is 64 lower-case hexadecimal digits")]
pub struct CodeError;

impl FromStr for DocumentCode {
    type Err = CodeError;

    fn from_str(text: &str) -> Result<Self, CodeError> {
        let bytes = HEXLOWER.decode(text.as_bytes()).map_err(|_| CodeError)?;
        bytes.try_into().map(Self).map_err(|_| CodeError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_back_from_its_own_text_only() {
        let code = DocumentCode::of(b"one");
        let text = code.to_string();
        assert_eq!(text.len(), 64);
        assert_eq!(text.parse(), Ok(code));
        for wrong in [
            text.to_uppercase(),
            text[..62].to_owned(),
            format!("{text}00"),
            String::new(),
            "g".repeat(64),
        ] {
            assert_eq!(wrong.parse::<DocumentCode>(), Err(CodeError), "{wrong}");
        }
    }

    #[test]
    fn the_hash_has_its_own_context() {
        assert_ne!(DocumentCode::of(b"one").as_bytes(), blake3::hash(b"one").as_bytes());
        assert_eq!(
            document_code(b"one"),
            HEXLOWER.encode(&blake3::derive_key("tillmesh document v1", b"one"))
        );
    }
}
