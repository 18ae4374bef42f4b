//! From bytes to knowledge: the only way to a [`VerifiedFrame`].

use ed25519_dalek::{Signature, VerifyingKey};
use till_schema::body::{Body, Kind};
use till_schema::entry::{Frame, HEADER_VERSION, Header, body_hash, head_digest};
use till_schema::limits::{ENTRY_BYTES_MAX, FRAME_BYTES_MAX, FRAME_ENTRIES_MAX, LOGS_MAX};
use till_schema::rows::EntryRef;
use till_schema::{EntryHash, FrameRecord, Head, LogId, Seq, ShopId};

/// An entry whose place in its author's chain has been checked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct VerifiedEntry {
    /// The decoded header.
    pub header: Header,
    /// Hash of the header's bytes.
    pub hash: EntryHash,
    /// The body, or `None` for a kind this version does not know.
    pub body: Option<Body>,
}

impl VerifiedEntry {
    /// Where the entry stands.
    pub fn reference(&self) -> EntryRef {
        EntryRef {
            log: self.header.log,
            seq: self.header.seq,
            hash: self.hash,
            wall_ms: self.header.wall_ms,
        }
    }
}

/// A frame that extends its author's chain and carries the author's signature.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct VerifiedFrame {
    bytes: Vec<u8>,
    entries: Vec<VerifiedEntry>,
}

impl From<&VerifiedFrame> for FrameRecord {
    fn from(frame: &VerifiedFrame) -> Self {
        Self {
            log: frame.log(),
            first: frame.first(),
            last: frame.head().seq,
            last_hash: frame.head().hash,
            bytes: frame.bytes().to_vec(),
        }
    }
}

impl VerifiedFrame {
    /// A frame this device has just signed needs no check.
    pub(crate) fn own(bytes: Vec<u8>, entries: Vec<VerifiedEntry>) -> Self {
        Self { bytes, entries }
    }

    /// The frame as its author signed it.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Its entries, in order; at least one.
    pub fn entries(&self) -> &[VerifiedEntry] {
        &self.entries
    }

    /// The author's log.
    pub fn log(&self) -> LogId {
        self.entries[0].header.log
    }

    /// Position of the first entry.
    pub fn first(&self) -> Seq {
        self.entries[0].header.seq
    }

    /// The chain's head after this frame.
    pub fn head(&self) -> Head {
        let last = &self.entries[self.entries.len() - 1];
        Head { seq: last.header.seq, hash: last.hash }
    }
}

/// Why bytes are not the next frame of a log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// Larger than any honest frame.
    #[error("frame of {0} bytes; at most {FRAME_BYTES_MAX} are allowed")]
    TooLarge(usize),
    /// The bytes end early or are not a frame.
    #[error("frame does not decode: {0}")]
    Truncated(String),
    /// The frame holds more than its entries and signature, or writes them
    /// another way.
    #[error("the frame's envelope is not the one its author wrote")]
    Envelope,
    /// No entries, or more than a frame may hold.
    #[error("frame holds {0} entries; 1 to {FRAME_ENTRIES_MAX} are allowed")]
    EntryCount(usize),
    /// An entry is larger than allowed.
    #[error("entry {0} is larger than {ENTRY_BYTES_MAX} bytes")]
    EntryTooLarge(usize),
    /// A header does not decode.
    #[error("header of entry {0} does not decode: {1}")]
    Header(usize, String),
    /// A header version this program cannot read.
    #[error("header version {0} is not known; upgrade tillmesh")]
    Version(u8),
    /// Written for another shop.
    #[error("entry belongs to shop {found}, not {expected}")]
    WrongShop {
        /// This shop.
        expected: ShopId,
        /// The entry's.
        found: ShopId,
    },
    /// In another log than the one asked for.
    #[error("entry belongs to log {found}, not {expected}")]
    WrongLog {
        /// The log asked for.
        expected: LogId,
        /// The entry's.
        found: LogId,
    },
    /// Not the next position: an entry was dropped, repeated or swapped.
    #[error("expected entry {expected}, found {found}: one is missing or out of order")]
    WrongPosition {
        /// The next position.
        expected: Seq,
        /// The entry's.
        found: Seq,
    },
    /// The entry follows another history than the one held.
    #[error("entry {0} does not follow the entry before it")]
    BrokenChain(Seq),
    /// The body is not the one the header names.
    #[error("body of entry {0} was changed")]
    BodyChanged(Seq),
    /// A `seen` delta out of order, too long, or naming the own log.
    #[error("entry {0} says something impossible about what it has seen")]
    Seen(Seq),
    /// A body of a known kind that does not decode.
    #[error("body of entry {seq} is not of kind {kind:?}: {why}")]
    Body {
        /// The entry.
        seq: Seq,
        /// Its kind.
        kind: Kind,
        /// The decoder's words.
        why: String,
    },
    /// The log's id is not a public key.
    #[error("log {0} is not a public key")]
    NotAKey(LogId),
    /// The signature is not the author's.
    #[error("signature over entry {0} is not valid")]
    Signature(Seq),
}

/// Checks that `bytes` is the next frame of `log` after `head`.
///
/// # Errors
/// Names the first thing that is wrong; the caller keeps nothing of the bytes.
pub fn verify_frame(
    shop: ShopId,
    log: LogId,
    head: Head,
    bytes: &[u8],
) -> Result<VerifiedFrame, VerifyError> {
    let frame = decode(bytes)?;
    let checked = check_frame(shop, log, head, &frame, |header, raw| {
        check_body(header, raw)?;
        Body::decode(header.kind, raw).map_err(|error| VerifyError::Body {
            seq: header.seq,
            kind: header.kind,
            why: error.to_string(),
        })
    })?;
    let entries = checked
        .into_iter()
        .map(|(header, hash, body)| VerifiedEntry { header, hash, body })
        .collect();
    Ok(VerifiedFrame { bytes: bytes.to_vec(), entries })
}

/// Checks a frame by itself: that its log's key signed these entries, at the
/// position they name and after the entry they name. What came before is not
/// checked.
///
/// # Errors
/// As [`verify_frame`].
pub fn read_frame(shop: ShopId, bytes: &[u8]) -> Result<VerifiedFrame, VerifyError> {
    let (log, head) = place(&decode(bytes)?)?;
    verify_frame(shop, log, head, bytes)
}

/// The envelope of a frame.
pub(crate) fn decode(bytes: &[u8]) -> Result<Frame, VerifyError> {
    if bytes.len() > FRAME_BYTES_MAX {
        return Err(VerifyError::TooLarge(bytes.len()));
    }
    let frame: Frame =
        till_schema::from_bytes(bytes).map_err(|e| VerifyError::Truncated(e.to_string()))?;
    if frame.entries.is_empty() || frame.entries.len() > FRAME_ENTRIES_MAX {
        return Err(VerifyError::EntryCount(frame.entries.len()));
    }
    // The envelope is not signed: without this a peer that passes a frame on
    // could pad it, and devices would store different bytes.
    if till_schema::to_bytes(&frame) != bytes {
        return Err(VerifyError::Envelope);
    }
    Ok(frame)
}

/// The log of a frame, and the head that its first entry says it follows.
pub(crate) fn place(frame: &Frame) -> Result<(LogId, Head), VerifyError> {
    let first = frame.entries.first().ok_or(VerifyError::EntryCount(0))?;
    let header: Header = till_schema::from_bytes(&first.header)
        .map_err(|error| VerifyError::Header(0, error.to_string()))?;
    let before = header
        .seq
        .0
        .checked_sub(1)
        .ok_or(VerifyError::WrongPosition { expected: Seq(1), found: header.seq })?;
    Ok((header.log, Head { seq: Seq(before), hash: header.prev }))
}

/// Checks the headers, the chain and the signature; `read` looks at each body.
pub(crate) fn check_frame<T>(
    shop: ShopId,
    log: LogId,
    head: Head,
    frame: &Frame,
    mut read: impl FnMut(&Header, &[u8]) -> Result<T, VerifyError>,
) -> Result<Vec<(Header, EntryHash, T)>, VerifyError> {
    let mut at = head;
    let mut entries = Vec::with_capacity(frame.entries.len());
    for (index, raw) in frame.entries.iter().enumerate() {
        if raw.header.len() + raw.body.len() > ENTRY_BYTES_MAX {
            return Err(VerifyError::EntryTooLarge(index));
        }
        let header: Header = till_schema::from_bytes(&raw.header)
            .map_err(|error| VerifyError::Header(index, error.to_string()))?;
        check_header(shop, log, at, &header)?;
        let body = read(&header, &raw.body)?;
        let hash = raw.hash();
        at = Head { seq: header.seq, hash };
        entries.push((header, hash, body));
    }
    let key = VerifyingKey::from_bytes(&log.0).map_err(|_| VerifyError::NotAKey(log))?;
    // Strict, one by one: batch and loose verification may disagree between
    // devices about what is valid, and then logs diverge for ever.
    key.verify_strict(
        &head_digest(shop, log, at.seq, at.hash),
        &Signature::from_bytes(&frame.signature),
    )
    .map_err(|_| VerifyError::Signature(at.seq))?;
    Ok(entries)
}

/// Whether these bytes are the body that the header names.
pub(crate) fn check_body(header: &Header, raw: &[u8]) -> Result<(), VerifyError> {
    if header.body_len as usize != raw.len() || header.body_hash != body_hash(raw) {
        return Err(VerifyError::BodyChanged(header.seq));
    }
    Ok(())
}

fn check_header(shop: ShopId, log: LogId, at: Head, header: &Header) -> Result<(), VerifyError> {
    if header.version != HEADER_VERSION {
        return Err(VerifyError::Version(header.version));
    }
    if header.shop != shop {
        return Err(VerifyError::WrongShop { expected: shop, found: header.shop });
    }
    if header.log != log {
        return Err(VerifyError::WrongLog { expected: log, found: header.log });
    }
    if header.seq != at.seq.next() {
        return Err(VerifyError::WrongPosition { expected: at.seq.next(), found: header.seq });
    }
    if header.prev != at.hash {
        return Err(VerifyError::BrokenChain(header.seq));
    }
    let rising = header.seen.windows(2).all(|pair| pair[0].0 < pair[1].0);
    let foreign = header.seen.iter().all(|(seen, at)| *seen != log && at.0 > 0);
    if !rising || !foreign || header.seen.len() > LOGS_MAX {
        return Err(VerifyError::Seen(header.seq));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{SHOP, chain, key, log_of};
    use till_schema::entry::EntryBytes;

    fn reframe(bytes: &[u8], change: impl FnOnce(&mut Frame)) -> Vec<u8> {
        let mut frame: Frame = till_schema::from_bytes(bytes).expect("a frame");
        change(&mut frame);
        till_schema::to_bytes(&frame)
    }

    fn with_header(raw: &EntryBytes, change: impl FnOnce(&mut Header)) -> EntryBytes {
        let mut header: Header = till_schema::from_bytes(&raw.header).expect("a header");
        change(&mut header);
        EntryBytes { header: till_schema::to_bytes(&header), body: raw.body.clone() }
    }

    #[test]
    fn an_honest_chain_verifies() {
        let mut head = Head::default();
        for bytes in chain(1, &[2, 1, 3]) {
            head = verify_frame(SHOP, log_of(1), head, &bytes).expect("valid").head();
        }
        assert_eq!(head.seq, Seq(6));
    }

    #[test]
    fn every_flipped_bit_is_refused() {
        let bytes = chain(1, &[2]).remove(0);
        for bit in 0..bytes.len() * 8 {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            let result = verify_frame(SHOP, log_of(1), Head::default(), &flipped);
            assert!(result.is_err(), "bit {bit} went unnoticed");
        }
    }

    #[test]
    fn each_damage_has_its_own_error() {
        let frames = chain(1, &[2, 1]);
        let check = |bytes: &[u8]| {
            verify_frame(SHOP, log_of(1), Head::default(), bytes).expect_err("damaged")
        };
        assert!(matches!(check(&frames[0][..frames[0].len() - 1]), VerifyError::Truncated(_)));
        assert!(matches!(check(&frames[1]), VerifyError::WrongPosition { found: Seq(3), .. }));
        let dropped = reframe(&frames[0], |frame| drop(frame.entries.remove(0)));
        assert!(matches!(check(&dropped), VerifyError::WrongPosition { found: Seq(2), .. }));
        let swapped = reframe(&frames[0], |frame| frame.entries.swap(0, 1));
        assert!(matches!(check(&swapped), VerifyError::WrongPosition { .. }));
        let body = reframe(&frames[0], |frame| frame.entries[1].body[3] ^= 1);
        assert!(matches!(check(&body), VerifyError::BodyChanged(Seq(2))));
        let signature = reframe(&frames[0], |frame| frame.signature[9] ^= 1);
        assert!(matches!(check(&signature), VerifyError::Signature(Seq(2))));
        let clock = reframe(&frames[0], |frame| {
            frame.entries[1] = with_header(&frame.entries[1], |header| header.wall_ms += 1);
        });
        assert!(matches!(check(&clock), VerifyError::Signature(_)));
        let first = reframe(&frames[0], |frame| {
            frame.entries[0] = with_header(&frame.entries[0], |header| header.wall_ms += 1);
        });
        assert!(matches!(check(&first), VerifyError::BrokenChain(Seq(2))));
        let version = reframe(&frames[0], |frame| {
            frame.entries[0] = with_header(&frame.entries[0], |header| header.version = 9);
        });
        assert_eq!(check(&version), VerifyError::Version(9));
        let empty = reframe(&frames[0], |frame| frame.entries.clear());
        assert_eq!(check(&empty), VerifyError::EntryCount(0));
        assert_eq!(
            check(&vec![0; FRAME_BYTES_MAX + 1]),
            VerifyError::TooLarge(FRAME_BYTES_MAX + 1)
        );
        let huge = reframe(&frames[0], |frame| frame.entries[0].body = vec![0; ENTRY_BYTES_MAX]);
        assert_eq!(check(&huge), VerifyError::EntryTooLarge(0));
        let seen = reframe(&frames[0], |frame| {
            frame.entries[0] =
                with_header(&frame.entries[0], |header| header.seen = vec![(log_of(1), Seq(1))]);
        });
        assert_eq!(check(&seen), VerifyError::Seen(Seq(1)));
    }

    #[test]
    fn a_padded_envelope_is_refused() {
        let bytes = chain(1, &[1]).remove(0);
        let mut padded = bytes.clone();
        padded[0] += 1; // One more element in the outer array:
        padded.push(0); // the number zero.
        let result = verify_frame(SHOP, log_of(1), Head::default(), &padded);
        assert_eq!(result, Err(VerifyError::Envelope));
    }

    #[test]
    fn another_shop_or_log_is_refused() {
        let bytes = chain(1, &[1]).remove(0);
        let other = ShopId([9; 32]);
        assert!(matches!(
            verify_frame(other, log_of(1), Head::default(), &bytes),
            Err(VerifyError::WrongShop { .. })
        ));
        assert!(matches!(
            verify_frame(SHOP, log_of(2), Head::default(), &bytes),
            Err(VerifyError::WrongLog { .. })
        ));
    }

    #[test]
    fn unknown_kinds_verify_and_carry_no_body() {
        let raw = {
            let bytes = chain(1, &[1]).remove(0);
            let frame: Frame = till_schema::from_bytes(&bytes).expect("a frame");
            with_header(&frame.entries[0], |header| header.kind = Kind(60_000))
        };
        let signature = {
            use ed25519_dalek::Signer;
            key(1).sign(&head_digest(SHOP, log_of(1), Seq(1), raw.hash())).to_bytes()
        };
        let bytes = till_schema::to_bytes(&Frame { entries: vec![raw], signature });
        let frame = verify_frame(SHOP, log_of(1), Head::default(), &bytes).expect("valid");
        assert_eq!(frame.entries()[0].body, None);
        assert_eq!(frame.bytes(), bytes, "forwarded as it came");
    }
}
