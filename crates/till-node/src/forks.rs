//! Two histories of one log: how they are found, from where on they differ, and
//! the proof for everybody.
//!
//! A peer's claim proves nothing. Frames do: those that its log's key signed and
//! that do not follow what is held here. They are asked for further and further
//! back until the position is found at which both histories part.

use crate::Node;
use crate::ancestry;
use crate::io::{FrameRecord, Now, Output};
use crate::limits::ANSWER_BYTES_MAX;
use crate::tails::Branches;
use std::collections::{BTreeMap, VecDeque};
use std::ops::Deref;
use till_log::{Fork, VerifiedFrame, check_fork, fork_proof, fork_tail, read_frame};
use till_schema::body::{Body, ConflictKind, ForkProof};
use till_schema::message::{Message, Want};
use till_schema::rows::{
    EntryRef, ForkRow, Rows, Table, collect_rows, get_row, put_anomaly, put_row, set_suspect,
};
use till_schema::{EntryHash, LogId, Seq};

/// What is known of logs with two histories, and what is being looked at.
#[derive(Debug, Default)]
pub(crate) struct Forks {
    /// Where both histories part, by log.
    known: BTreeMap<LogId, Fork>,
    /// Where the own copy's frame begins that holds this position, if that is
    /// before it.
    cut: BTreeMap<LogId, Seq>,
    /// Other histories that were asked for: of which peer, and of which log.
    suspects: BTreeMap<(LogId, LogId), Suspect>,
    /// Reads of the own store, one on its way for each log.
    reads: BTreeMap<LogId, VecDeque<(Seq, Read)>>,
    pub(crate) branches: Branches,
}

/// Two histories that are known to differ at a position, or before it.
#[derive(Clone, Copy, Debug)]
struct Suspect {
    at: Seq,
    /// How far before it they are compared.
    back: u64,
}

impl Suspect {
    fn from(self) -> Seq {
        Seq(self.at.0.saturating_sub(self.back).max(1))
    }
}

/// Why frames are read from the own store.
#[derive(Debug)]
pub(crate) enum Read {
    /// A peer names this hash for a position of this device's log.
    Claim { peer: LogId, seq: Seq, hash: EntryHash },
    /// To be compared with a peer's.
    Compare { peer: LogId, at: Seq, back: u64, theirs: Vec<VerifiedFrame> },
    /// To be kept for those who hold the other history.
    Keep,
}

impl Forks {
    pub(crate) fn load(rows: &dyn Rows) -> Self {
        let rows_of = collect_rows::<ForkRow>(rows, Table::Forks, &[]).into_iter();
        let known = rows_of.map(|(key, row)| {
            let log = crate::log_of(&key);
            (log, Fork { at: row.at, lower: ancestry::lower_hash(rows, log) })
        });
        Self { known: known.collect(), ..Self::default() }
    }

    /// From where on a log has two histories.
    pub(crate) fn at(&self, log: LogId) -> Option<Seq> {
        self.known.get(&log).map(|fork| fork.at)
    }

    /// The hash at that position of the history whose moves of numbers stand.
    pub(crate) fn lower(&self, log: LogId) -> Option<EntryHash> {
        self.known.get(&log).map(|fork| fork.lower)
    }

    /// Whether this says more of a log than is known.
    pub(crate) fn is_news(&self, log: LogId, fork: Fork) -> bool {
        let order = |fork: &Fork| (fork.at, fork.lower);
        self.known.get(&log).is_none_or(|known| order(&fork) < order(known))
    }

    /// Where the last frame ends that both histories begin with.
    pub(crate) fn chain_ends(&self, log: LogId, at: Seq) -> Seq {
        self.cut.get(&log).copied().unwrap_or(at).min(at)
    }

    pub(crate) fn positions(&self) -> Vec<(LogId, Seq)> {
        self.known.iter().map(|(log, fork)| (*log, fork.at)).collect()
    }
}

impl Node {
    /// Whether a log has two histories at or before a position.
    pub(crate) fn is_forked_at(&self, log: LogId, seq: Seq) -> bool {
        self.forks.at(log).is_some_and(|at| at <= seq)
    }

    /// What a peer's Hello says of heads: equal lengths and different ends are
    /// two histories, and so is another hash in the middle of the own log.
    pub(crate) fn compare_heads(
        &mut self,
        now: Now,
        peer: LogId,
        heads: &[(LogId, Seq, EntryHash)],
    ) {
        let mut of_mine = false;
        for (log, seq, hash) in heads {
            let held = self.head_of(*log);
            let other = *seq == held.seq && *hash != held.hash;
            if *log != self.me {
                if seq.0 == 0 || self.is_forked_at(*log, *seq) {
                    continue;
                }
                if other {
                    self.suspect_fork(peer, *log, *seq);
                } else if *log == peer && *seq < held.seq {
                    // An author that lacks some of its own log was set back or
                    // copied, and may hold what nobody else does.
                    let claim = Read::Claim { peer, seq: *seq, hash: *hash };
                    self.read_own(*log, *seq, claim);
                }
            } else if std::mem::replace(&mut of_mine, true) || self.quarantined || seq.0 == 0 {
                // Once is enough, and nothing is nothing.
            } else if other || *seq > held.seq {
                // It says that it holds entries this device signed and no longer
                // has, or has otherwise. It has a moment to show them.
                self.accused(now, peer);
                self.suspect_fork(peer, *log, (*seq).min(held.seq.next()));
            } else if *seq < held.seq {
                let claim = Read::Claim { peer, seq: *seq, hash: *hash };
                self.read_own(*log, *seq, claim);
            }
        }
    }

    /// Asks a peer for its history from a position on that differs from the one
    /// held here, or follows another entry than is held.
    pub(crate) fn suspect_fork(&mut self, peer: LogId, log: LogId, at: Seq) {
        self.look_back(peer, log, Suspect { at, back: 0 });
    }

    fn look_back(&mut self, peer: LogId, log: LogId, suspect: Suspect) {
        if let std::collections::btree_map::Entry::Vacant(place) =
            self.forks.suspects.entry((peer, log))
        {
            place.insert(suspect);
            let after = Seq(suspect.from().0 - 1);
            self.send(peer, &Message::Want(Want { log, after }));
        }
    }

    /// Whether a peer's frames answer a suspicion; they are then taken for that.
    pub(crate) fn other_history(
        &mut self,
        peer: LogId,
        log: LogId,
        frames: &[impl Deref<Target = Vec<u8>>],
    ) -> bool {
        let Some(suspect) = self.forks.suspects.remove(&(peer, log)) else { return false };
        let read: Result<Vec<VerifiedFrame>, _> =
            frames.iter().map(|bytes| read_frame(self.shop, bytes)).collect();
        let theirs = match read {
            Ok(theirs) if theirs.iter().all(|frame| frame.log() == log) => theirs,
            Ok(_) => {
                self.cleared(peer);
                self.bad(peer, "sent frames of another log than was asked for");
                return true;
            }
            Err(error) => {
                self.cleared(peer);
                self.bad(peer, &error.to_string());
                return true;
            }
        };
        let mine = log == self.me;
        if mine && theirs.iter().any(|frame| frame.head().seq > self.head_of(log).seq) {
            let name = self.device_name(peer);
            self.quarantine(format!(
                "“{name}” holds more of this device's log than this device: its storage was set \
                 back, or its folder was copied"
            ));
        } else {
            let Suspect { at, back } = suspect;
            self.read_own(log, suspect.from(), Read::Compare { peer, at, back, theirs });
        }
        true
    }

    /// Reads of one log come back in the order in which they were asked for.
    pub(crate) fn read_own(&mut self, log: LogId, from: Seq, read: Read) {
        let reads = self.forks.reads.entry(log).or_default();
        reads.push_back((from, read));
        if reads.len() == 1 {
            self.ask_store(log, from);
        }
    }

    fn ask_store(&mut self, log: LogId, from: Seq) {
        let (peer, bytes_max) = (self.me, ANSWER_BYTES_MAX);
        self.out.push(Output::ReadRange { peer, log, from, bytes_max });
    }

    /// The own store's frames.
    pub(crate) fn own_read(&mut self, rows: &dyn Rows, log: LogId, records: &[FrameRecord]) {
        let Some(reads) = self.forks.reads.get_mut(&log) else { return };
        let Some((_, read)) = reads.pop_front() else { return };
        let next = reads.front().map(|(from, _)| *from);
        if let Some(next) = next {
            self.ask_store(log, next);
        }
        let read_frames = |shop| {
            let frames = records.iter().filter_map(|record| read_frame(shop, &record.bytes).ok());
            frames.collect::<Vec<VerifiedFrame>>()
        };
        let ours = read_frames(self.shop);
        match read {
            Read::Claim { peer, seq, hash } => {
                if positions(&ours).get(&seq).is_some_and(|held| *held != hash) {
                    self.suspect_fork(peer, log, seq);
                }
            }
            Read::Compare { peer, at, back, theirs } => {
                self.compare(peer, log, Suspect { at, back }, &ours, &theirs);
            }
            Read::Keep => self.keep_frames(rows, log, &ours),
        }
    }

    /// Finds where two histories part, or looks further back.
    fn compare(
        &mut self,
        peer: LogId,
        log: LogId,
        suspect: Suspect,
        ours: &[VerifiedFrame],
        theirs: &[VerifiedFrame],
    ) {
        let (held, other) = (positions(ours), positions(theirs));
        let differs = |(at, hash): &(&Seq, &EntryHash)| held.get(at).is_some_and(|h| h != *hash);
        let Some((at, _)) = other.iter().find(differs) else {
            return self.cleared(peer); // It has come to the same history.
        };
        let before = Seq(at.0 - 1);
        let parts = *at == Seq(1) || (held.contains_key(&before) && other.contains_key(&before));
        if log == self.me {
            self.quarantine("two histories were signed with this device's key".to_owned());
        } else if parts && self.fault.is_none() {
            let pairs = ours.iter().flat_map(|one| theirs.iter().map(move |two| (one, two)));
            let proof = pairs
                .filter_map(|(one, two)| fork_proof(one, two))
                .find(|proof| check_fork(self.shop, proof).is_ok_and(|fork| fork.at == *at));
            self.forks.branches.publish(proof.map(Body::from));
        } else if !parts {
            let back = suspect.back.saturating_mul(4).saturating_add(1);
            self.look_back(peer, log, Suspect { at: *at, back });
        }
    }

    /// What a session asked for ends with it.
    pub(crate) fn forget_suspects(&mut self, peer: LogId) {
        self.forks.suspects.retain(|(from, _), _| *from != peer);
        self.forks.branches.forget_peer(peer);
        self.cleared(peer);
    }

    /// A log has two histories from a position on. What was applied of it is
    /// folded again, for from there on it is no chain any more.
    pub(crate) fn fork_known(&mut self, rows: &mut dyn Rows, log: LogId, fork: Fork) {
        if !self.forks.is_news(log, fork) {
            return;
        }
        self.forks.known.insert(log, fork);
        let proofs = fork_row(rows, log).map_or_else(Vec::new, |row| row.proofs);
        put_row(rows, Table::Forks, &log.0, &ForkRow { proofs, at: fork.at });
        ancestry::remember_lower_hash(rows, log, fork.lower);
        self.forks.cut.remove(&log);
        for frame in self.gate.remove(&log).into_iter().flatten() {
            self.wait_at_gate(rows, frame);
        }
        self.refold |= self.applied.contains_key(&log);
        self.forks.branches.found(log, fork.at);
        self.wants.remove(&log);
        self.versions.books += 1;
        if log == self.me {
            self.quarantine("two histories were signed with this device's key".to_owned());
        }
    }

    /// Puts a durable frame in line for its turn. What is beyond the fork of its
    /// log counts as what it is to everybody: a frame of one of two histories.
    pub(crate) fn wait_at_gate(&mut self, rows: &mut dyn Rows, frame: VerifiedFrame) {
        let log = frame.log();
        let Some(at) = self.forks.at(log).filter(|at| *at <= frame.head().seq) else {
            return self.gate.entry(log).or_default().push_back(frame);
        };
        if frame.first() < at {
            self.forks.cut.insert(log, frame.first());
        }
        if let Some(tail) = fork_tail(&frame) {
            self.keep_tail(rows, &tail);
        }
    }

    /// An entry that brings a proof is evidence for people.
    pub(crate) fn fork_proven(&mut self, rows: &mut dyn Rows, entry: &EntryRef, proof: &ForkProof) {
        let row = fork_row(rows, proof.log);
        let Some(mut row) = row.filter(|_| check_fork(self.shop, proof).is_ok()) else {
            return put_anomaly(rows, entry, "brought a proof that proves nothing");
        };
        row.proofs.retain(|known| known.hash != entry.hash);
        row.proofs.push(*entry);
        row.proofs.sort_by_key(|proof| proof.hash);
        put_row(rows, Table::Forks, &proof.log.0, &row);
        set_suspect(rows, ConflictKind::Fork, &proof.log.to_string(), true);
    }
}

fn fork_row(rows: &dyn Rows, log: LogId) -> Option<ForkRow> {
    get_row(rows, Table::Forks, &log.0)
}

/// The positions that frames speak of: their entries' and, by the first one's
/// `prev`, the one before.
fn positions(frames: &[VerifiedFrame]) -> BTreeMap<Seq, EntryHash> {
    let mut all = BTreeMap::new();
    for entry in frames.iter().flat_map(VerifiedFrame::entries) {
        let seq = entry.header.seq;
        if seq > Seq(1) {
            all.entry(Seq(seq.0 - 1)).or_insert(entry.header.prev);
        }
        all.insert(seq, entry.hash);
    }
    all
}
