//! The relay's final answer, signed.

use data_encoding::HEXLOWER_PERMISSIVE;
use ed25519_dalek::{Signature, VerifyingKey};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{authority::Verdict, key::RelayKey};

/// The context string of the hash that is signed.
const CONTEXT: &str = "tillmesh receipt v1";

/// What the authority decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// The document has fiscal effect.
    Accepted,
    /// The document has none, and sending it again will not change that.
    Rejected,
}

impl Outcome {
    /// The word in receipts and in what is signed.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Rejected => "rejected",
        }
    }
}

/// The final answer for one document. The relay stores this text once and sends the
/// same bytes for ever.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SignedReceipt {
    /// Code of the document, 64 hexadecimal digits.
    pub code: String,
    /// What the authority decided.
    pub outcome: Outcome,
    /// The authority's own identifier of its decision.
    pub authority_id: String,
    /// Why it was rejected; empty when accepted.
    pub reason: String,
    /// When the relay learned it, in milliseconds since 1970.
    pub at_ms: u64,
    /// Public key of the relay, hexadecimal.
    pub relay: String,
    /// Ed25519 signature over all fields but `relay`, hexadecimal.
    pub signature: String,
}

/// Why a receipt, or another word of a relay, cannot be believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReceiptError {
    /// The key or the signature is no such thing.
    #[error("the key or the signature is malformed; it did not come from a relay")]
    Malformed,
    /// Signed by another relay than the configured one.
    #[error("it was signed by another relay than the one set up here")]
    OtherRelay,
    /// The signature does not fit the content.
    #[error("the signature does not fit the content; do not believe it")]
    Signature,
}

impl SignedReceipt {
    /// Signs the authority's verdict on the document `code`.
    pub(crate) fn sign(code: String, verdict: Verdict, at_ms: u64, key: &RelayKey) -> Self {
        let (outcome, authority_id, reason) = match verdict {
            Verdict::Accepted { id } => (Outcome::Accepted, id, String::new()),
            Verdict::Rejected { id, reason } => (Outcome::Rejected, id, reason),
        };
        let mut receipt = Self {
            code,
            outcome,
            authority_id,
            reason,
            at_ms,
            relay: key.public_hex(),
            signature: String::new(),
        };
        receipt.signature = key.sign_hex(&receipt.digest());
        receipt
    }

    /// Checks the signature: against `relay` (public key, hexadecimal) when given, else
    /// against the key in the receipt, which proves only that it was not altered.
    pub fn verify(&self, relay: Option<&str>) -> Result<(), ReceiptError> {
        check_signature(relay, &self.relay, &self.signature, &self.digest())
    }

    /// What is signed. Each field carries its length, so no two receipts share it.
    fn digest(&self) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new_derive_key(CONTEXT);
        for field in [
            self.code.as_bytes(),
            self.outcome.as_str().as_bytes(),
            self.authority_id.as_bytes(),
            self.reason.as_bytes(),
            &self.at_ms.to_le_bytes(),
        ] {
            hasher.update(&(field.len() as u64).to_le_bytes());
            hasher.update(field);
        }
        *hasher.finalize().as_bytes()
    }
}

/// Checks a signature by the key `relay`, which must be `expected` when that is given.
pub(crate) fn check_signature(
    expected: Option<&str>,
    relay: &str,
    signature: &str,
    digest: &[u8; 32],
) -> Result<(), ReceiptError> {
    if expected.is_some_and(|expected| !expected.eq_ignore_ascii_case(relay)) {
        return Err(ReceiptError::OtherRelay);
    }
    let key = VerifyingKey::from_bytes(&unhex(relay)?).map_err(|_| ReceiptError::Malformed)?;
    let signature = Signature::from_bytes(&unhex(signature)?);
    key.verify_strict(digest, &signature).map_err(|_| ReceiptError::Signature)
}

fn unhex<const N: usize>(text: &str) -> Result<[u8; N], ReceiptError> {
    HEXLOWER_PERMISSIVE
        .decode(text.as_bytes())
        .ok()
        .and_then(|bytes| bytes.try_into().ok())
        .ok_or(ReceiptError::Malformed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn receipt(key: &RelayKey) -> SignedReceipt {
        let verdict = Verdict::Rejected { id: "SIM-1".into(), reason: "no".into() };
        SignedReceipt::sign("aa".repeat(32), verdict, 7, key)
    }

    #[test]
    fn any_altered_field_breaks_the_signature() {
        let key = RelayKey::from_seed([1; 32]);
        let good = receipt(&key);
        assert_eq!(good.verify(None), Ok(()));
        assert_eq!(good.verify(Some(&key.public_hex().to_uppercase())), Ok(()));

        let altered = |change: fn(&mut SignedReceipt)| {
            let mut receipt = good.clone();
            change(&mut receipt);
            receipt.verify(None)
        };
        let broken = Err(ReceiptError::Signature);
        assert_eq!(altered(|r| r.code = "bb".repeat(32)), broken);
        assert_eq!(altered(|r| r.outcome = Outcome::Accepted), broken);
        assert_eq!(altered(|r| r.authority_id.push('0')), broken);
        assert_eq!(altered(|r| r.reason.clear()), broken);
        assert_eq!(altered(|r| r.at_ms += 1), broken);
        assert_eq!(
            altered(|r| {
                // The same characters, cut at another place.
                r.authority_id = "SIM-1n".into();
                r.reason = "o".into();
            }),
            broken
        );
        assert_eq!(altered(|r| r.signature.clear()), Err(ReceiptError::Malformed));
        assert_eq!(altered(|r| r.relay = "zz".repeat(32)), Err(ReceiptError::Malformed));
    }

    #[test]
    fn another_relays_receipt_is_not_ours() {
        let ours = RelayKey::from_seed([1; 32]);
        let theirs = receipt(&RelayKey::from_seed([2; 32]));
        assert_eq!(theirs.verify(None), Ok(()));
        assert_eq!(theirs.verify(Some(&ours.public_hex())), Err(ReceiptError::OtherRelay));
        let mut stolen = theirs;
        stolen.relay = ours.public_hex();
        assert_eq!(stolen.verify(Some(&ours.public_hex())), Err(ReceiptError::Signature));
    }
}
