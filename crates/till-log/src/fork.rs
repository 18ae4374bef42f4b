//! Evidence that one key signed two histories, and what to keep of them.

use crate::detached::{DetachedFrame, bare, read, read_detached};
use crate::verify::{VerifiedFrame, VerifyError, decode};
use till_schema::body::{ForkProof, ForkTail, Kind};
use till_schema::entry::{EntryBytes, Frame, Header};
use till_schema::{EntryHash, Seq, ShopId};

/// Headers and bodies of a frame in a [`ForkTail`] are at most this many bytes:
/// an entry, less its own header and the frame's envelope.
pub const TAIL_BYTES_MAX: usize = 60 * 1024;

/// Kinds that are facts whoever wrote them: numbers minted and moved, sales,
/// stock, answers of the relay. The list is part of the format.
const FACTS: [Kind; 8] =
    [Kind(30), Kind(31), Kind(32), Kind(33), Kind(40), Kind(41), Kind(42), Kind(50)];

/// What a proof proves.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Fork {
    /// The lowest position at which the histories are known to differ.
    pub at: Seq,
    /// The lower of the two hashes there.
    pub lower: EntryHash,
}

/// Why a proof proves nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ForkError {
    /// A frame that its log's key did not sign.
    #[error(transparent)]
    Frame(#[from] VerifyError),
    /// A frame of another log than is named.
    #[error("the frames are not of the log that the proof names")]
    OtherLog,
    /// Both may stand in one chain.
    #[error("the frames do not contradict each other")]
    NoContradiction,
    /// Bodies are missing that should be there, or the reverse.
    #[error("the frame does not carry the bodies that it should")]
    Bodies,
}

/// A proof of two frames of one log, when they contradict each other.
pub fn fork_proof(one: &VerifiedFrame, other: &VerifiedFrame) -> Option<ForkProof> {
    let log = one.log();
    let Fork { at, .. } = compare(&chain(one), &chain(other)).filter(|_| other.log() == log)?;
    Some(ForkProof { log, one: bare_from(one, at).into(), other: bare_from(other, at).into() })
}

/// Checks a proof by itself, and says from which position on the histories are
/// known to differ.
///
/// # Errors
/// When it proves nothing. No version of this program comes to another verdict.
pub fn check_fork(shop: ShopId, proof: &ForkProof) -> Result<Fork, ForkError> {
    let one = read_detached(shop, &proof.one)?;
    let other = read_detached(shop, &proof.other)?;
    if one.log() != proof.log || other.log() != proof.log {
        return Err(ForkError::OtherLog);
    }
    compare(&detached_chain(&one), &detached_chain(&other)).ok_or(ForkError::NoContradiction)
}

/// A frame as a [`ForkTail`] carries it: bodies of facts, in order, as long as
/// they fit, and no others. The same frame makes the same bytes for everybody.
/// `None` when even its headers do not fit.
pub fn fork_tail(frame: &VerifiedFrame) -> Option<ForkTail> {
    let full = decode(frame.bytes()).ok()?;
    let kept = kept(&full)?;
    let entries = full.entries.iter().zip(kept);
    let entries = entries.map(|(entry, keep)| if keep { entry.clone() } else { bare(entry) });
    let tail = Frame { entries: entries.collect(), signature: full.signature };
    Some(ForkTail { log: frame.log(), frame: till_schema::to_bytes(&tail).into() })
}

/// Reads the frame of a tail by itself.
///
/// # Errors
/// When it is not a frame of the log, or not as [`fork_tail`] makes it: nobody
/// hides a sale by bringing its frame without it.
pub fn read_tail(shop: ShopId, tail: &ForkTail) -> Result<DetachedFrame, ForkError> {
    let frame = decode(&tail.frame)?;
    let detached = read(shop, &frame)?;
    if detached.log() != tail.log {
        return Err(ForkError::OtherLog);
    }
    let kept = kept(&frame).ok_or(ForkError::Bodies)?;
    let as_made = detached
        .entries()
        .iter()
        .zip(kept)
        .all(|(entry, keep)| entry.header.body_len == 0 || entry.body.is_some() == keep);
    if as_made { Ok(detached) } else { Err(ForkError::Bodies) }
}

/// Which bodies a tail keeps. Depends on the headers alone, so that a reader
/// comes to the same.
fn kept(frame: &Frame) -> Option<Vec<bool>> {
    let headers: usize = frame.entries.iter().map(|entry| entry.header.len()).sum();
    let mut room = TAIL_BYTES_MAX.checked_sub(headers)?;
    let keep = |entry: &EntryBytes| {
        let header: Header = till_schema::from_bytes(&entry.header).ok()?;
        let length = header.body_len as usize;
        let keep = FACTS.contains(&header.kind) && length <= room;
        room -= if keep { length } else { 0 };
        Some(keep)
    };
    frame.entries.iter().map(keep).collect()
}

/// Headers and signature, from a position on: enough to prove what was signed.
fn bare_from(frame: &VerifiedFrame, at: Seq) -> Vec<u8> {
    let full = decode(frame.bytes()).expect("a verified frame decodes");
    let skipped = at.0.saturating_sub(frame.first().0) as usize;
    let entries = full.entries.iter().skip(skipped).map(bare).collect();
    till_schema::to_bytes(&Frame { entries, signature: full.signature })
}

/// The positions that a frame speaks of: those of its entries and, by the first
/// one's `prev`, the one before.
fn positions<'a>(entries: impl Iterator<Item = (&'a Header, EntryHash)>) -> Vec<(Seq, EntryHash)> {
    let mut positions = Vec::new();
    for (header, hash) in entries {
        if positions.is_empty() && header.seq > Seq(1) {
            positions.push((Seq(header.seq.0 - 1), header.prev));
        }
        positions.push((header.seq, hash));
    }
    positions
}

fn chain(frame: &VerifiedFrame) -> Vec<(Seq, EntryHash)> {
    positions(frame.entries().iter().map(|entry| (&entry.header, entry.hash)))
}

fn detached_chain(frame: &DetachedFrame) -> Vec<(Seq, EntryHash)> {
    positions(frame.entries().iter().map(|entry| (&entry.header, entry.hash)))
}

/// The lowest position that both speak of and disagree about.
fn compare(one: &[(Seq, EntryHash)], other: &[(Seq, EntryHash)]) -> Option<Fork> {
    let hash_at = |at: &Seq| other.iter().find(|(seq, _)| seq == at).map(|(_, hash)| *hash);
    one.iter().find_map(|(at, hash)| {
        let differs = hash_at(at).filter(|other| other != hash)?;
        Some(Fork { at: *at, lower: differs.min(*hash) })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{SHOP, key, note};
    use crate::{Context, Drafter, Head};
    use till_schema::body::{Body, Void};
    use till_schema::limits::{ENTRY_BYTES_MAX, FRAME_ENTRIES_MAX};
    use till_schema::numbering::Ranges;
    use till_schema::{SpaceId, Vector};

    fn drafter() -> Drafter {
        Drafter::new(SHOP, key(1), Head::default(), Vector::new())
    }

    fn frame_of(drafter: &Drafter, bodies: Vec<Body>) -> VerifiedFrame {
        drafter.draft(bodies, &Vector::new(), Context::default()).expect("fits")
    }

    fn draft(drafter: &Drafter, texts: &[&str]) -> VerifiedFrame {
        frame_of(drafter, texts.iter().map(|text| note(text)).collect())
    }

    fn at(proof: &ForkProof) -> Result<Seq, ForkError> {
        check_fork(SHOP, proof).map(|fork| fork.at)
    }

    fn other() -> Body {
        till_schema::body::AdminMove { to: drafter().log() }.into()
    }

    #[test]
    fn two_entries_at_one_position_are_a_fork() {
        let drafter = drafter();
        let (a, b) = (draft(&drafter, &["a"]), draft(&drafter, &["b", "c"]));
        let proof = fork_proof(&a, &b).expect("they differ");
        assert_eq!(at(&proof), Ok(Seq(1)));
        let other_way = fork_proof(&b, &a).expect("either way");
        assert_eq!(check_fork(SHOP, &other_way), check_fork(SHOP, &proof));
        assert_eq!(fork_proof(&a, &a), None);
        let lower = a.head().hash.min(b.entries()[0].hash);
        assert_eq!(check_fork(SHOP, &proof), Ok(Fork { at: Seq(1), lower }));
    }

    #[test]
    fn a_frame_that_follows_another_history_is_a_fork() {
        let (mut one, mut two) = (drafter(), drafter());
        let (a, b) = (draft(&one, &["a"]), draft(&two, &["b"]));
        one.keep(&a);
        two.keep(&b);
        let later = draft(&two, &["c"]);
        assert_eq!(
            fork_proof(&draft(&one, &["a2"]), &later).map(|proof| proof.log),
            Some(one.log())
        );
        assert!(fork_proof(&a, &later).is_some(), "its `prev` says so");
        assert_eq!(fork_proof(&b, &later), None, "a chain is no fork");
    }

    #[test]
    fn a_made_up_proof_is_refused() {
        let drafter = drafter();
        let (a, b) = (draft(&drafter, &["a"]), draft(&drafter, &["b"]));
        let mut proof = fork_proof(&a, &b).expect("they differ");
        let last = proof.other.len() - 1;
        proof.other[last] ^= 1;
        assert!(matches!(check_fork(SHOP, &proof), Err(ForkError::Frame(_))));
        proof.other = proof.one.clone();
        assert_eq!(check_fork(SHOP, &proof), Err(ForkError::NoContradiction));
    }

    #[test]
    fn bodies_may_come_along_and_must_then_be_the_ones_that_were_signed() {
        let drafter = drafter();
        let (a, b) = (draft(&drafter, &["a"]), draft(&drafter, &["b"]));
        let proof = fork_proof(&a, &b).expect("they differ");
        let whole = ForkProof { one: a.bytes().to_vec().into(), ..proof.clone() };
        assert_eq!(at(&whole), Ok(Seq(1)));
        let mut frame = decode(a.bytes()).expect("a frame");
        frame.entries[0].body = frame.entries[0].body.iter().map(|byte| byte ^ 1).collect();
        let swapped = ForkProof { one: till_schema::to_bytes(&frame).into(), ..proof };
        assert_eq!(
            check_fork(SHOP, &swapped),
            Err(ForkError::Frame(VerifyError::BodyChanged(Seq(1))))
        );
    }

    #[test]
    fn frames_of_any_weight_are_proven_in_one_entry() {
        let mut drafter = drafter();
        let heavy = |text: &str| note(&text.repeat(ENTRY_BYTES_MAX - 1024));
        let (a, b) = (
            frame_of(&drafter, vec![heavy("a"), heavy("b"), heavy("c")]),
            frame_of(&drafter, vec![heavy("a"), heavy("d"), heavy("e")]),
        );
        let proof = fork_proof(&a, &b).expect("they differ");
        assert_eq!(at(&proof), Ok(Seq(2)), "what they begin with is left out");
        let written = frame_of(&drafter, vec![proof.into()]);
        assert!(written.bytes().len() < 4096);
        drafter.keep(&a);
        let many = frame_of(&drafter, vec![note("x"); FRAME_ENTRIES_MAX]);
        let proof = fork_proof(&draft(&drafter, &["y"]), &many).expect("they differ");
        frame_of(&drafter, vec![proof.into()]);
    }

    #[test]
    fn a_body_no_version_can_read_takes_nothing_from_a_proof() {
        use ed25519_dalek::Signer;
        use till_schema::entry::{body_hash, head_digest};
        let drafter = drafter();
        let (a, b) = (draft(&drafter, &["a"]), draft(&drafter, &["b"]));
        let mut frame = decode(b.bytes()).expect("a frame");
        let mut header = b.entries()[0].header.clone();
        let body = vec![0xff; 9];
        (header.body_len, header.body_hash) = (9, body_hash(&body));
        frame.entries = vec![EntryBytes { header: till_schema::to_bytes(&header), body }];
        let digest = head_digest(SHOP, a.log(), Seq(1), frame.entries[0].hash());
        frame.signature = key(1).sign(&digest).to_bytes();
        let proof = ForkProof {
            log: a.log(),
            one: a.bytes().to_vec().into(),
            other: till_schema::to_bytes(&frame).into(),
        };
        assert_eq!(at(&proof), Ok(Seq(1)));
    }

    #[test]
    fn a_tail_carries_the_facts_of_its_frame_and_nothing_else() {
        let drafter = drafter();
        let void: Body =
            Void { space: SpaceId([3; 16]), ranges: Ranges::span(1, 9), reason: "x".into() }.into();
        let frame = frame_of(&drafter, vec![note("a"), other(), void]);
        let tail = fork_tail(&frame).expect("fits");
        let read = read_tail(SHOP, &tail).expect("as made");
        assert_eq!((read.log(), read.first(), read.head()), (drafter.log(), Seq(1), frame.head()));
        assert_eq!(read.prev(), EntryHash::ZERO);
        let bodies: Vec<bool> = read.entries().iter().map(|entry| entry.body.is_some()).collect();
        assert_eq!(bodies, [true, false, true]);
        for (read, drafted) in read.entries().iter().zip(frame.entries()) {
            assert_eq!(read.reference(), drafted.reference());
        }
    }

    #[test]
    fn a_fact_is_neither_hidden_nor_brought_out_of_turn() {
        let drafter = drafter();
        let frame = frame_of(&drafter, vec![note("a"), other()]);
        let tail = fork_tail(&frame).expect("fits");
        let changed = |change: &dyn Fn(&mut Frame)| {
            let mut frame = decode(frame.bytes()).expect("a frame");
            change(&mut frame);
            let tail = ForkTail { frame: till_schema::to_bytes(&frame).into(), ..tail.clone() };
            read_tail(SHOP, &tail)
        };
        assert_eq!(changed(&|frame| frame.entries[0].body.clear()), Err(ForkError::Bodies));
        assert_eq!(changed(&|_| {}), Err(ForkError::Bodies), "the move has no place in it");
        let of_another = ForkTail { log: till_schema::LogId([9; 32]), ..tail };
        assert_eq!(read_tail(SHOP, &of_another), Err(ForkError::OtherLog));
    }

    #[test]
    fn a_tail_keeps_what_fits_and_fits_into_one_entry() {
        let drafter = drafter();
        let half = note(&"x".repeat(TAIL_BYTES_MAX / 2 - 100));
        let frame = frame_of(&drafter, vec![half.clone(), half.clone(), half, note("small")]);
        let tail = fork_tail(&frame).expect("fits");
        let read = read_tail(SHOP, &tail).expect("as made");
        let bodies: Vec<bool> = read.entries().iter().map(|entry| entry.body.is_some()).collect();
        assert_eq!(bodies, [true, false, false, true], "in order, and no more than there is room");
        frame_of(&drafter, vec![tail.into()]);
        let most = frame_of(&drafter, vec![note(&"x".repeat(150)); FRAME_ENTRIES_MAX]);
        frame_of(&drafter, vec![fork_tail(&most).expect("the headers fit").into()]);
    }
}
