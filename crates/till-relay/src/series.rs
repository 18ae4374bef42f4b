//! What the relay has seen of a device: the highest number in each space, signed.
//!
//! A device whose storage was set back to an old copy cannot tell from itself alone
//! that it had issued more. Whoever received its documents can.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    key::RelayKey,
    receipt::{ReceiptError, check_signature},
};

/// The context string of the hash that is signed.
const CONTEXT: &str = "tillmesh series v1";

/// The furthest document of one device in one number space.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SeriesHead {
    /// Number space of the issuer, hexadecimal.
    pub issuer: String,
    /// The highest number received from the device in this space.
    pub number: u64,
    /// Code of the document that carries it.
    pub code: String,
    /// Plain BLAKE3 of that document, hexadecimal.
    pub hash: String,
    /// How many documents were received from the device in this space.
    pub documents: u64,
}

/// The relay's word on everything it has seen of one device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SignedSeries {
    /// Log of the device, hexadecimal.
    pub series: String,
    /// One for each number space, rising by issuer; empty when nothing was received.
    pub heads: Vec<SeriesHead>,
    /// False when the device has more spaces than an answer holds.
    pub complete: bool,
    /// What the asker sent along to know this answer from an older one.
    pub nonce: String,
    /// When the relay said so, in milliseconds since 1970.
    pub at_ms: u64,
    /// Public key of the relay, hexadecimal.
    pub relay: String,
    /// Ed25519 signature over all fields but `relay`, hexadecimal.
    pub signature: String,
}

/// What was asked, and what the ledger says.
pub(crate) struct SeriesFacts {
    pub(crate) series: String,
    pub(crate) nonce: String,
    pub(crate) heads: Vec<SeriesHead>,
    pub(crate) complete: bool,
}

impl SignedSeries {
    pub(crate) fn sign(facts: SeriesFacts, at_ms: u64, key: &RelayKey) -> Self {
        let SeriesFacts { series, nonce, heads, complete } = facts;
        let (relay, signature) = (key.public_hex(), String::new());
        let mut signed = Self { series, heads, complete, nonce, at_ms, relay, signature };
        signed.signature = key.sign_hex(&signed.digest());
        signed
    }

    /// Checks the signature: against `relay` (public key, hexadecimal) when given, else
    /// against the key in the answer, which proves only that it was not altered.
    pub fn verify(&self, relay: Option<&str>) -> Result<(), ReceiptError> {
        check_signature(relay, &self.relay, &self.signature, &self.digest())
    }

    /// What is signed. Each field carries its length and the list its own, so no two
    /// answers share it.
    fn digest(&self) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new_derive_key(CONTEXT);
        let mut field = |bytes: &[u8]| {
            hasher.update(&(bytes.len() as u64).to_le_bytes());
            hasher.update(bytes);
        };
        field(self.series.as_bytes());
        field(&(self.heads.len() as u64).to_le_bytes());
        for head in &self.heads {
            field(head.issuer.as_bytes());
            field(&head.number.to_le_bytes());
            field(head.code.as_bytes());
            field(head.hash.as_bytes());
            field(&head.documents.to_le_bytes());
        }
        field(&[u8::from(self.complete)]);
        field(self.nonce.as_bytes());
        field(&self.at_ms.to_le_bytes());
        *hasher.finalize().as_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_altered_field_breaks_the_signature() {
        let key = RelayKey::from_seed([1; 32]);
        let head = |issuer: &str| SeriesHead {
            issuer: issuer.to_owned(),
            number: 7,
            code: "aa".repeat(32),
            hash: "bb".repeat(32),
            documents: 3,
        };
        let facts = SeriesFacts {
            series: "1c".to_owned(),
            nonce: "5e".to_owned(),
            heads: vec![head("0a"), head("0b")],
            complete: true,
        };
        let good = SignedSeries::sign(facts, 9, &key);
        assert_eq!(good.verify(None), Ok(()));
        assert_eq!(good.verify(Some(&key.public_hex())), Ok(()));
        let other = RelayKey::from_seed([2; 32]).public_hex();
        assert_eq!(good.verify(Some(&other)), Err(ReceiptError::OtherRelay));

        let changes: [fn(&mut SignedSeries); 9] = [
            |s| s.series.push('0'),
            |s| s.nonce.clear(),
            |s| s.complete = false,
            |s| s.at_ms += 1,
            |s| s.heads.clear(),
            |s| s.heads[0].number += 1,
            |s| s.heads[1].documents -= 1,
            |s| s.heads[1].hash = "cc".repeat(32),
            |s| s.heads.swap(0, 1),
        ];
        for (index, change) in changes.into_iter().enumerate() {
            let mut altered = good.clone();
            change(&mut altered);
            assert_eq!(altered.verify(None), Err(ReceiptError::Signature), "{index}");
        }
    }
}
