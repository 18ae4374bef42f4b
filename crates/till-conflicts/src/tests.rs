//! Decisions and evidence in every small combination.

use crate::algebra::{Status, status};
use till_schema::body::Decision;
use till_schema::rows::{EntryRef, ResolutionRow};
use till_schema::{EntryHash, LogId, Seq};

fn hash(n: u8) -> EntryHash {
    EntryHash([n; 32])
}

fn resolution(id: u8, covers: &[u8], supersedes: &[u8], keeps: u8) -> ResolutionRow {
    ResolutionRow {
        entry: EntryRef { log: LogId([id; 32]), seq: Seq(1), hash: hash(100 + id), wall_ms: 0 },
        covers: covers.iter().map(|n| hash(*n)).collect(),
        supersedes: supersedes.iter().map(|n| hash(100 + n)).collect(),
        decision: Decision::Keep(hash(keeps)),
        note: String::new(),
    }
}

#[test]
fn evidence_without_a_decision_is_open() {
    assert_eq!(status(&[hash(1), hash(2)], &[]), Some(Status::Open));
    assert_eq!(status(&[], &[]), None);
}

#[test]
fn one_who_saw_everything_closes() {
    let decided = [resolution(1, &[1, 2], &[], 1)];
    assert_eq!(status(&[hash(1), hash(2)], &decided), Some(Status::Closed));
    assert_eq!(status(&[], &decided), Some(Status::Closed), "the put removed the evidence");
}

#[test]
fn late_evidence_opens_again() {
    let decided = [resolution(1, &[1, 2], &[], 1)];
    assert_eq!(status(&[hash(1), hash(2), hash(3)], &decided), Some(Status::Open));
}

#[test]
fn two_different_decisions_apart_are_contested_until_one_has_seen_both() {
    let apart = [resolution(1, &[1, 2], &[], 1), resolution(2, &[1, 2], &[], 2)];
    assert_eq!(status(&[hash(1), hash(2)], &apart), Some(Status::Contested));
    let mut settled = apart.to_vec();
    settled.push(resolution(3, &[1, 2], &[1, 2], 2));
    assert_eq!(status(&[hash(1), hash(2)], &settled), Some(Status::Closed));
}

#[test]
fn two_equal_decisions_apart_agree() {
    let apart = [resolution(1, &[1, 2], &[], 1), resolution(2, &[1, 2], &[], 1)];
    assert_eq!(status(&[hash(1), hash(2)], &apart), Some(Status::Closed));
}

/// Exhaustive over two pieces of evidence and two resolutions: whatever they
/// cover, replace and decide, a conflict is closed only when someone who
/// decided saw all the evidence and no live decision differs.
#[test]
fn closed_means_seen_and_agreed() {
    let subsets: [&[u8]; 4] = [&[], &[1], &[2], &[1, 2]];
    for evidence in subsets {
        for (first, second) in subsets.iter().flat_map(|a| subsets.iter().map(move |b| (a, b))) {
            for (supersedes, keeps) in [(&[][..], 1), (&[1][..], 1), (&[][..], 2), (&[1][..], 2)] {
                let resolutions =
                    [resolution(1, first, &[], 1), resolution(2, second, supersedes, keeps)];
                let evidence: Vec<EntryHash> = evidence.iter().map(|n| hash(*n)).collect();
                let covers = |row: &ResolutionRow| evidence.iter().all(|h| row.covers.contains(h));
                let closed = status(&evidence, &resolutions) == Some(Status::Closed);
                let expected = if supersedes.is_empty() {
                    keeps == 1 && resolutions.iter().any(covers)
                } else {
                    covers(&resolutions[1])
                };
                assert_eq!(closed, expected, "{resolutions:?} on {evidence:?}");
            }
        }
    }
}
