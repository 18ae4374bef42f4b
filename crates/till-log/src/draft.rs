//! Writing the own log.

use crate::Head;
use crate::vector::seen_delta;
use crate::verify::{VerifiedEntry, VerifiedFrame};
use ed25519_dalek::{Signer, SigningKey};
use till_schema::body::Body;
use till_schema::entry::{EntryBytes, Frame, HEADER_VERSION, Header, body_hash, head_digest};
use till_schema::limits::{ENTRY_BYTES_MAX, FRAME_BYTES_MAX, FRAME_ENTRIES_MAX};
use till_schema::{LogId, Seq, ShopId, UserId, Vector};

/// Drafts frames of one log. It knows the head and what the log has said it
/// has seen; both advance only when a drafted frame is [kept](Self::keep), that
/// is, once it is durable.
#[derive(Debug)]
pub struct Drafter {
    shop: ShopId,
    log: LogId,
    key: SigningKey,
    head: Head,
    seen: Vector,
}

/// What all entries of a frame say of the moment they were written in.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Context {
    /// Length of the admin chain that the device knows.
    pub admin_pos: Seq,
    /// The wall clock, Unix ms.
    pub wall_ms: i64,
    /// The person who acts.
    pub user: Option<UserId>,
    /// The person who allowed it.
    pub approver: Option<UserId>,
}

/// Why a frame cannot be drafted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DraftError {
    /// A body too large for one entry.
    #[error("{kind} of {bytes} bytes does not fit in one entry ({ENTRY_BYTES_MAX})")]
    EntryTooLarge {
        /// The body's kind.
        kind: &'static str,
        /// Its size with header.
        bytes: usize,
    },
    /// Too much for one frame.
    #[error("{0} bytes do not fit in one frame ({FRAME_BYTES_MAX})")]
    FrameTooLarge(usize),
    /// No entries, or too many.
    #[error("{0} entries do not make a frame (1 to {FRAME_ENTRIES_MAX})")]
    EntryCount(usize),
}

impl Drafter {
    /// A drafter that continues the log after `head`, having said it saw `seen`.
    pub fn new(shop: ShopId, key: SigningKey, head: Head, seen: Vector) -> Self {
        let log = LogId(key.verifying_key().to_bytes());
        Self { shop, log, key, head, seen }
    }

    /// The log written.
    pub fn log(&self) -> LogId {
        self.log
    }

    /// The head after the last kept frame.
    pub fn head(&self) -> Head {
        self.head
    }

    /// Signs a digest that is no head of a log: one made with a context of its
    /// own, so that the signature is of no use for anything else.
    pub fn sign(&self, digest: &[u8; 32]) -> [u8; 64] {
        self.key.sign(digest).to_bytes()
    }

    /// Drafts one frame: the entries of one action, signed.
    ///
    /// `applied` is what the device has applied of all logs.
    ///
    /// # Errors
    /// When the bodies do not fit in a frame.
    pub fn draft(
        &self,
        bodies: Vec<Body>,
        applied: &Vector,
        context: Context,
    ) -> Result<VerifiedFrame, DraftError> {
        if bodies.is_empty() || bodies.len() > FRAME_ENTRIES_MAX {
            return Err(DraftError::EntryCount(bodies.len()));
        }
        let mut at = self.head;
        let mut raw = Vec::with_capacity(bodies.len());
        let mut entries = Vec::with_capacity(bodies.len());
        for (index, body) in bodies.into_iter().enumerate() {
            let bytes = body.to_bytes();
            // Only the first entry of a frame can have seen anything new.
            let seen =
                if index == 0 { seen_delta(&self.seen, applied, self.log) } else { Vec::new() };
            let header = Header {
                version: HEADER_VERSION,
                shop: self.shop,
                log: self.log,
                seq: at.seq.next(),
                prev: at.hash,
                kind: body.kind(),
                flags: 0,
                admin_pos: context.admin_pos,
                wall_ms: context.wall_ms,
                seen,
                body_len: bytes.len() as u32,
                body_hash: body_hash(&bytes),
                user: context.user,
                approver: context.approver,
            };
            let entry = EntryBytes { header: till_schema::to_bytes(&header), body: bytes };
            let size = entry.header.len() + entry.body.len();
            if size > ENTRY_BYTES_MAX {
                return Err(DraftError::EntryTooLarge { kind: body.name(), bytes: size });
            }
            at = Head { seq: header.seq, hash: entry.hash() };
            raw.push(entry);
            entries.push(VerifiedEntry { header, hash: at.hash, body: Some(body) });
        }
        let digest = head_digest(self.shop, self.log, at.seq, at.hash);
        let frame = Frame { entries: raw, signature: self.key.sign(&digest).to_bytes() };
        let bytes = till_schema::to_bytes(&frame);
        if bytes.len() > FRAME_BYTES_MAX {
            return Err(DraftError::FrameTooLarge(bytes.len()));
        }
        Ok(VerifiedFrame::own(bytes, entries))
    }

    /// Advances the head over a drafted frame that is now durable.
    ///
    /// # Panics
    /// When the frame does not follow the head: two drafts were in flight.
    pub fn keep(&mut self, frame: &VerifiedFrame) {
        assert_eq!(frame.first(), self.head.seq.next(), "one draft is in flight at a time");
        self.head = frame.head();
        for entry in frame.entries() {
            self.seen.extend(entry.header.seen.iter().copied());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{SHOP, key, log_of, note};
    use crate::verify::verify_frame;

    fn at(admin_pos: u64, wall_ms: i64) -> Context {
        Context { admin_pos: Seq(admin_pos), wall_ms, ..Context::default() }
    }

    #[test]
    fn seen_is_said_once() {
        let mut drafter = Drafter::new(SHOP, key(1), Head::default(), Vector::new());
        let mut applied = Vector::from([(log_of(2), Seq(4)), (log_of(1), Seq(9))]);
        let first = drafter.draft(vec![note("a"), note("b")], &applied, at(1, 5)).expect("fits");
        assert_eq!(first.entries()[0].header.seen, [(log_of(2), Seq(4))]);
        assert!(first.entries()[1].header.seen.is_empty());
        drafter.keep(&first);
        applied.insert(log_of(3), Seq(1));
        let second = drafter.draft(vec![note("c")], &applied, at(1, 6)).expect("fits");
        assert_eq!(second.entries()[0].header.seen, [(log_of(3), Seq(1))]);
        let checked = verify_frame(SHOP, log_of(1), first.head(), second.bytes()).expect("valid");
        assert_eq!(checked, second, "what is drafted is what others read");
    }

    #[test]
    fn a_body_over_the_bound_is_refused_before_signing() {
        let drafter = Drafter::new(SHOP, key(1), Head::default(), Vector::new());
        let large = note(&"x".repeat(ENTRY_BYTES_MAX));
        assert!(matches!(
            drafter.draft(vec![large], &Vector::new(), at(0, 0)),
            Err(DraftError::EntryTooLarge { .. })
        ));
        let half = note(&"x".repeat(ENTRY_BYTES_MAX - 1024));
        assert!(matches!(
            drafter.draft(vec![half; 5], &Vector::new(), at(0, 0)),
            Err(DraftError::FrameTooLarge(_))
        ));
        let none = drafter.draft(Vec::new(), &Vector::new(), at(0, 0));
        assert_eq!(none, Err(DraftError::EntryCount(0)));
        let many = vec![note(""); FRAME_ENTRIES_MAX + 1];
        assert!(drafter.draft(many, &Vector::new(), at(0, 0)).is_err());
    }
}
