//! Evidence that one key signed two histories.

use crate::verify::{Head, VerifiedFrame};
use till_schema::LogId;

/// Two entries of one log at one position. Self-proving: both are signed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ForkProof {
    /// The log.
    pub log: LogId,
    /// What is held here.
    pub held: Head,
    /// What someone else holds at the same position.
    pub other: Head,
}

/// A proof when `frame` ends where `held` stands, with another hash.
pub fn fork_proof(held: Head, frame: &VerifiedFrame) -> Option<ForkProof> {
    let other = frame.head();
    (other.seq == held.seq && other.hash != held.hash).then(|| ForkProof {
        log: frame.log(),
        held,
        other,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Drafter;
    use crate::testing::{SHOP, key, note};
    use till_schema::{Seq, Vector};

    #[test]
    fn two_entries_at_one_position_are_a_fork() {
        let drafter = Drafter::new(SHOP, key(1), Head::default(), Vector::new());
        let draft =
            |text| drafter.draft(vec![note(text)], &Vector::new(), Seq(0), 0).expect("fits");
        let (a, b) = (draft("a"), draft("b"));
        assert!(fork_proof(a.head(), &b).is_some());
        assert_eq!(fork_proof(a.head(), &a), None);
    }
}
