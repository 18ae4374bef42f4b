//! Between a device's log id and its libp2p peer id. Both are the ed25519 key.

use libp2p::PeerId;
use libp2p::identity::{Keypair, PublicKey, ed25519};
use till_schema::ids::LogId;

/// Multihash code of a peer id that holds the key itself instead of a digest.
const IDENTITY_HASH: u64 = 0;

/// The log id that belongs to an ed25519 seed: its public key.
pub fn log_id_of(secret: &[u8; 32]) -> LogId {
    log_id(&keypair(secret).public().to_peer_id()).expect("an ed25519 peer id holds its key")
}

/// The signing key of the noise handshake.
pub(crate) fn keypair(secret: &[u8; 32]) -> Keypair {
    // A copy, because the callee wipes what it is given.
    Keypair::ed25519_from_bytes(*secret).expect("any 32 bytes are an ed25519 seed")
}

/// The peer id of a device; `None` when the id is not a point of the curve.
pub(crate) fn peer_id(log: &LogId) -> Option<PeerId> {
    let key = ed25519::PublicKey::try_from_bytes(&log.0).ok()?;
    Some(PublicKey::from(key).to_peer_id())
}

/// The log id of a peer; `None` when its key is not an ed25519 key.
pub(crate) fn log_id(peer: &PeerId) -> Option<LogId> {
    let hash = peer.as_ref();
    if hash.code() != IDENTITY_HASH {
        return None;
    }
    let key = PublicKey::try_decode_protobuf(hash.digest()).ok()?;
    Some(LogId(key.try_into_ed25519().ok()?.to_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_id_is_the_public_key_both_ways() {
        let secret = [7; 32];
        let log = log_id_of(&secret);
        let peer = peer_id(&log).expect("a public key");
        assert_eq!(peer, keypair(&secret).public().to_peer_id());
        assert_eq!(log_id(&peer), Some(log));
        let ed = keypair(&secret).public().try_into_ed25519().expect("an ed25519 key");
        assert_eq!(log.0, ed.to_bytes());
    }

    #[test]
    fn bytes_that_are_no_key_have_no_peer() {
        // y = 2 is not on the curve.
        let mut bytes = [0; 32];
        bytes[0] = 2;
        assert_eq!(peer_id(&LogId(bytes)), None);
        assert_eq!(log_id(&PeerId::random()), None);
    }
}
