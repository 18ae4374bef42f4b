//! What counts of a log with two histories from the position on at which they
//! part. There it is no chain any more, on no device, whichever history it
//! holds: entries count by the frames that `ForkTail` entries bring, and of them
//! only facts. Goods have left on both sides; nothing else of it is anybody's to
//! choose.
//!
//! Proofs and tails are taken note of as soon as they are durable: they prove
//! themselves, and an entry that took numbers from the log waits for them.

use crate::Node;
use crate::forks::Read;
use crate::io::Now;
use crate::job::Job;
use crate::limits::{FORK_PATIENCE_MS, TAILS_WAITING_MAX, WRITE_RETRY_MS};
use rand_core::RngCore;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::ops::Deref;
use till_log::{
    DetachedFrame, Head, VerifiedFrame, VerifyError, check_fork, fork_tail, read_tail, verify_frame,
};
use till_schema::body::{Body, ForkTail, Void};
use till_schema::message::{Message, Want};
use till_schema::numbering::Ranges;
use till_schema::rows::{NumberRow, Rows, Table, decode_row, get_row, key, put_row};
use till_schema::{EntryHash, LogId, Seq, SpaceId};

/// Keys of local rows beside the snapshots: frames of both histories, empty once
/// they are applied; those of them that an entry brings; their applied entries.
const TAIL: &[u8] = b"tail";
const TOLD: &[u8] = b"told";
const APPLIED: &[u8] = b"branch";

/// Why numbers are given up that two histories sent to different places.
const TAINTED: &str = "a copied device sold them too";

/// Where a frame of one of the histories stands: log, first position, hash of its last entry.
pub(crate) type Place = (LogId, Seq, EntryHash);

/// Frames of forked logs on their way in and out.
#[derive(Debug, Default)]
pub(crate) struct Branches {
    /// Known, and not applied: the frame before it is missing.
    waiting: BTreeMap<Place, DetachedFrame>,
    /// Own copies that were not looked at, by log, from this position on.
    unread: BTreeMap<LogId, Seq>,
    /// Sessions that were asked for their history.
    asked: BTreeSet<(LogId, LogId)>,
    /// The head after which a peer was asked for more.
    pulls: BTreeMap<(LogId, LogId), Head>,
    /// Proofs and tails that nobody has written yet, as far as is known.
    unpublished: VecDeque<Body>,
    /// When the first of them is written, if nobody else does before.
    due: Option<u64>,
    publishing: bool,
    /// Whether numbers held here may have gone elsewhere too.
    tainted: bool,
}

impl Branches {
    pub(crate) fn found(&mut self, log: LogId, at: Seq) {
        self.unread.insert(log, at);
        self.asked.retain(|(_, of)| *of != log);
        self.pulls.retain(|(_, of), _| *of != log);
    }

    /// More of a log was stored after its fork was known.
    pub(crate) fn read_again(&mut self, log: LogId, from: Seq) {
        self.unread.entry(log).or_insert(from);
    }

    pub(crate) fn publish(&mut self, evidence: impl IntoIterator<Item = Body>) {
        self.unpublished.extend(evidence);
    }

    pub(crate) fn forget_peer(&mut self, peer: LogId) {
        self.asked.retain(|(from, _)| *from != peer);
        self.pulls.retain(|(from, _), _| *from != peer);
    }

    fn is_full(&self) -> bool {
        self.unpublished.len() >= TAILS_WAITING_MAX
    }
}

impl Node {
    /// Tails in the rows that wait.
    pub(crate) fn load_tails(&mut self, rows: &dyn Rows) {
        let mut found = Vec::new();
        rows.scan(Table::Snapshots, TAIL, &mut |at, frame| {
            found.push((at.to_vec(), frame.to_vec()));
            true
        });
        for (at, frame) in found.into_iter().filter(|(_, frame)| !frame.is_empty()) {
            let log = crate::log_of(&at[TAIL.len()..TAIL.len() + 32]);
            if let Ok(frame) = read_tail(self.shop, &ForkTail { log, frame: frame.into() }) {
                self.forks.branches.waiting.insert(place(&frame), frame);
            }
        }
        for (log, at) in self.forks.positions() {
            self.forks.branches.found(log, at);
            self.forks.branches.tainted = true;
        }
    }

    /// Forgets what the rows no longer have.
    pub(crate) fn forget_tails(&mut self) {
        self.forks.branches.waiting.clear();
    }

    /// Takes note of forks as soon as a frame is durable, whatever it waits for.
    pub(crate) fn learn_forks(&mut self, rows: &mut dyn Rows, frame: &VerifiedFrame) {
        for entry in frame.entries() {
            match &entry.body {
                Some(Body::ForkProof(proof)) => {
                    if let Ok(fork) = check_fork(self.shop, proof) {
                        self.fork_known(rows, proof.log, fork);
                    }
                }
                Some(Body::ForkTail(tail)) => {
                    if let Some(place) = self.keep_tail(rows, tail) {
                        rows.put(Table::Snapshots, &place_key(TOLD, &place), &[]);
                    }
                }
                Some(_) | None => {}
            }
        }
    }

    /// Keeps a frame of a history until its turn has come.
    pub(crate) fn keep_tail(&mut self, rows: &mut dyn Rows, tail: &ForkTail) -> Option<Place> {
        let frame = read_tail(self.shop, tail).ok()?;
        let place = place(&frame);
        let at = place_key(TAIL, &place);
        if rows.get(Table::Snapshots, &at).is_none() {
            rows.put(Table::Snapshots, &at, &tail.frame);
            self.forks.branches.waiting.insert(place, frame);
        }
        Some(place)
    }

    /// Whether all of a forked log is applied that both its histories begin with.
    fn is_folded_to_fork(&self, log: LogId, at: Seq) -> bool {
        let applied = self.applied.get(&log).copied().unwrap_or_default();
        applied.next() >= self.forks.chain_ends(log, at)
    }

    /// Whether everything that is known of a log up to a position is applied. Of
    /// a forked log that is the chain up to the fork.
    pub(crate) fn is_applied(&self, log: LogId, seq: Seq) -> bool {
        let applied = self.applied.get(&log).copied().unwrap_or_default();
        let at = self.forks.at(log).filter(|at| *at <= seq);
        applied >= seq || at.is_some_and(|at| self.is_folded_to_fork(log, at))
    }

    /// Whether this very entry is applied, in a chain or in a history of a
    /// forked log.
    pub(crate) fn is_entry_applied(
        &self,
        rows: &dyn Rows,
        log: LogId,
        seq: Seq,
        hash: EntryHash,
    ) -> bool {
        if self.is_forked_at(log, seq) {
            rows.get(Table::Snapshots, &applied_key(log, hash)).is_some()
        } else {
            self.is_applied(log, seq)
        }
    }

    /// Applies the frames of both histories of forked logs whose turn has come.
    /// Whether there were any.
    pub(crate) fn apply_tails(&mut self, rows: &mut dyn Rows) -> bool {
        let mut any = false;
        for (log, at) in self.forks.positions() {
            let of_log = |place: &Place| place.0 == log && place.1 >= at;
            let waiting = self.forks.branches.waiting.iter().filter(|(place, _)| of_log(place));
            let ready = waiting.filter(|(_, frame)| self.may_apply_tail(rows, frame, at));
            let ready: Vec<Place> = ready.map(|(place, _)| *place).collect();
            for place in ready {
                let frame = self.forks.branches.waiting.remove(&place).expect("found above");
                self.apply_tail(rows, &frame);
                rows.put(Table::Snapshots, &place_key(TAIL, &place), &[]);
                any = true;
            }
        }
        any
    }

    /// A frame of a history follows what both begin with, or another one.
    fn may_apply_tail(&self, rows: &dyn Rows, frame: &DetachedFrame, at: Seq) -> bool {
        let log = frame.log();
        let follows = head_before(rows, log).hash == frame.prev()
            || rows.get(Table::Snapshots, &applied_key(log, frame.prev())).is_some();
        follows
            && self.is_folded_to_fork(log, at)
            && frame.entries().iter().all(|entry| {
                let body = decoded(entry);
                self.has_what_it_needs(rows, log, &entry.header.seen, body.as_ref())
            })
    }

    fn apply_tail(&mut self, rows: &mut dyn Rows, frame: &DetachedFrame) {
        let log = frame.log();
        let mut stands = self.stands(rows, frame);
        for entry in frame.entries() {
            stands |= self.forks.lower(log) == Some(entry.hash);
            let at = applied_key(log, entry.hash);
            if rows.get(Table::Snapshots, &at).is_some() {
                continue;
            }
            put_row(rows, Table::Snapshots, &at, &stands);
            let Some(body) = decoded(entry) else { continue };
            // Of numbers that both used up, one history decides where they went.
            if !stands && matches!(body, Body::Cede(_) | Body::Void(_)) {
                continue;
            }
            let reference = entry.reference();
            till_numbers::apply_branch(rows, &reference, &body);
            till_books::apply_branch(rows, &reference, entry.header.user, &body);
            if let Body::FiscalReceipt(receipt) = &body {
                self.forwarding.settled(&receipt.code);
            }
        }
        self.has_provisionals = true;
        self.forks.branches.tainted = true;
        self.versions.books += 1;
    }

    /// Whether a frame goes on the history whose moves of numbers stand.
    fn stands(&self, rows: &dyn Rows, frame: &DetachedFrame) -> bool {
        get_row(rows, Table::Snapshots, &applied_key(frame.log(), frame.prev())).unwrap_or(false)
    }

    /// Looks for what others lack of forked logs, and writes it after a moment,
    /// in which somebody else may have done so.
    pub(crate) fn tick_tails(&mut self, now: Now, rows: &dyn Rows) {
        if self.fault.is_some() || self.refold {
            return;
        }
        if !self.forks.branches.is_full() {
            self.read_tails();
            self.ask_for_tails(rows);
        }
        if !self.forks.branches.publishing && !self.forks.branches.unpublished.is_empty() {
            let wait = u64::from(self.rng.next_u32()) % FORK_PATIENCE_MS;
            let due = *self.forks.branches.due.get_or_insert(now.tick_ms + wait);
            self.forks.branches.publishing = due <= now.tick_ms;
        }
        if self.forks.branches.publishing {
            self.forks.branches.due = None;
            self.publish_next(rows);
        }
    }

    /// One after the other: what others have written meanwhile is left out.
    fn publish_next(&mut self, rows: &dyn Rows) {
        if self.jobs.iter().any(|job| matches!(job, Job::Fork(_))) {
            return;
        }
        while let Some(evidence) = self.forks.branches.unpublished.pop_front() {
            if self.is_news(rows, &evidence) {
                return self.jobs.push_back(Job::Fork(evidence));
            }
        }
        self.forks.branches.publishing = false;
    }

    pub(crate) fn tails_deadline(&self) -> Option<u64> {
        self.forks.branches.due.filter(|_| self.fault.is_none())
    }

    /// Whether a proof or a tail says something that is not known.
    pub(crate) fn is_news(&self, rows: &dyn Rows, evidence: &Body) -> bool {
        match evidence {
            Body::ForkProof(proof) => {
                check_fork(self.shop, proof).is_ok_and(|fork| self.forks.is_news(proof.log, fork))
            }
            Body::ForkTail(tail) => {
                read_tail(self.shop, tail).is_ok_and(|frame| !is_told(rows, &place(&frame)))
            }
            _ => false,
        }
    }

    /// What did not reach the disk is written later.
    pub(crate) fn publish_again(&mut self, now: Now, evidence: Body) {
        let branches = &mut self.forks.branches;
        branches.unpublished.push_front(evidence);
        (branches.due, branches.publishing) = (Some(now.tick_ms + WRITE_RETRY_MS), false);
    }

    fn read_tails(&mut self) {
        for (log, from) in std::mem::take(&mut self.forks.branches.unread) {
            if self.head_of(log).seq >= from {
                self.read_own(log, from, Read::Keep);
            }
        }
    }

    /// Own copies of a forked log, read from the store.
    pub(crate) fn keep_frames(&mut self, rows: &dyn Rows, log: LogId, frames: &[VerifiedFrame]) {
        let Some(at) = self.forks.at(log) else { return };
        for frame in frames.iter().filter(|frame| frame.head().seq >= at) {
            self.offer(rows, frame);
        }
        if let Some(last) = frames.last() {
            self.forks.branches.unread.insert(log, last.head().seq.next());
        }
    }

    fn offer(&mut self, rows: &dyn Rows, frame: &VerifiedFrame) {
        let place = (frame.log(), frame.first(), frame.head().hash);
        if !is_told(rows, &place) {
            self.forks.branches.publish(fork_tail(frame).map(Body::from));
        }
    }

    /// Asks peers that hold another history of a forked log than is known.
    fn ask_for_tails(&mut self, rows: &dyn Rows) {
        for (log, at) in self.forks.positions() {
            let before = head_before(rows, log);
            if !self.is_folded_to_fork(log, at) {
                continue;
            }
            for (peer, head) in self.heads_claimed(log) {
                let known = head.seq < at
                    || head == self.head_of(log)
                    || rows.get(Table::Snapshots, &applied_key(log, head.hash)).is_some();
                if !known && self.forks.branches.asked.insert((peer, log)) {
                    self.ask_for_tail(peer, log, before);
                }
            }
        }
    }

    fn ask_for_tail(&mut self, peer: LogId, log: LogId, head: Head) {
        self.forks.branches.pulls.insert((peer, log), head);
        self.send(peer, &Message::Want(Want { log, after: head.seq }));
    }

    /// Whether a peer's frames are of a history that it was asked for.
    pub(crate) fn tail_answered(
        &mut self,
        rows: &dyn Rows,
        peer: LogId,
        log: LogId,
        frames: &[impl Deref<Target = Vec<u8>>],
    ) -> bool {
        let Some(mut head) = self.forks.branches.pulls.remove(&(peer, log)) else { return false };
        let asked = head;
        for bytes in frames {
            match verify_frame(self.shop, log, head, bytes) {
                Ok(frame) => {
                    head = frame.head();
                    self.offer(rows, &frame);
                }
                // They part before.
                Err(VerifyError::BrokenChain(_)) if head == asked && head.seq.0 > 0 => {
                    self.suspect_fork(peer, log, head.seq);
                    return true;
                }
                Err(_) => return true,
            }
        }
        if head != asked && !self.forks.branches.is_full() {
            self.ask_for_tail(peer, log, head);
        }
        true
    }

    /// Numbers that came from a copied device, and that its other history has
    /// sold, are given up before they are sold again.
    pub(crate) fn void_tainted(&mut self) {
        let queued = self.jobs.iter().any(|job| matches!(job, Job::Untaint));
        if std::mem::take(&mut self.forks.branches.tainted) && !queued {
            self.jobs.push_front(Job::Untaint);
        }
    }

    /// The entries that give up what is tainted.
    pub(crate) fn untaint(&self, rows: &dyn Rows) -> Vec<Body> {
        let mut bodies = Vec::new();
        for (space, _) in till_numbers::spaces(rows) {
            let held = till_numbers::holding(rows, space, self.me).held;
            let ranges = self.sold_by_copies(rows, space, &held);
            if !ranges.is_empty() {
                bodies.push(Void { space, ranges, reason: TAINTED.to_owned() }.into());
            }
        }
        bodies
    }

    /// Numbers held here that a copied device has sold.
    fn sold_by_copies(&self, rows: &dyn Rows, space: SpaceId, held: &Ranges) -> Ranges {
        let mut sold = Ranges::new();
        for (from, to) in held.iter() {
            let from = key(&[&space.0, &from.to_be_bytes()]);
            rows.scan_from(Table::Numbers, &space.0, &from, &mut |at, value| {
                let number = at[space.0.len()..][..8].try_into().map(u64::from_be_bytes);
                let number = number.expect("a number follows the space");
                let row: NumberRow = decode_row(Table::Numbers, value);
                if number <= to && self.forks.at(row.entry.log).is_some() {
                    sold.insert(number);
                }
                number <= to
            });
        }
        sold
    }
}

/// The body of an entry, when it came along and can be read.
fn decoded(entry: &till_log::DetachedEntry) -> Option<Body> {
    let raw = entry.body.as_ref()?;
    Body::decode(entry.header.kind, raw).ok().flatten()
}

fn place(frame: &DetachedFrame) -> Place {
    (frame.log(), frame.first(), frame.head().hash)
}

fn place_key(sort: &[u8], (log, first, hash): &Place) -> Vec<u8> {
    key(&[sort, &log.0, &first.0.to_be_bytes(), &hash.0])
}

fn applied_key(log: LogId, hash: EntryHash) -> Vec<u8> {
    key(&[APPLIED, &log.0, &hash.0])
}

/// Whether an entry brings a frame to everybody.
fn is_told(rows: &dyn Rows, place: &Place) -> bool {
    rows.get(Table::Snapshots, &place_key(TOLD, place)).is_some()
}

/// The last entry of a forked log that is applied as one of its chain.
fn head_before(rows: &dyn Rows, log: LogId) -> Head {
    let applied: Option<(Seq, EntryHash)> = get_row(rows, Table::Applied, &log.0);
    applied.map_or_else(Head::default, |(seq, hash)| Head { seq, hash })
}
