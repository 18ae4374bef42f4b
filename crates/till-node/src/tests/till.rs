//! One device of the test world: the node, and what a driver keeps for it.

use crate::command::{Acting, CommandError, Reply};
use crate::io::{FrameRecord, Input, Output, Ticket};
use crate::{Node, OpenInvite};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use till_log::{Head, SigningKey, VerifiedFrame, verify_frame};
use till_schema::message::{JoinAnswer, Message};
use till_schema::rows::{MemoryRows, Table, get_row};
use till_schema::{EntryHash, LogId, Seq, ShopId};

/// Work of a disk, done in order.
pub(crate) enum DiskWork {
    Write { ticket: Ticket, frames: Vec<FrameRecord> },
    Read { peer: LogId, log: LogId, from: Seq, bytes_max: usize },
}

/// A device. Without a node it is switched off, or plays by its own rules.
pub(crate) struct Till {
    pub(crate) key: SigningKey,
    pub(crate) log: LogId,
    pub(crate) shop: ShopId,
    pub(crate) founder: LogId,
    pub(crate) node: Option<Node>,
    /// A device under a test's control: it hears, and the test speaks for it.
    pub(crate) rogue: bool,
    pub(crate) rows: MemoryRows,
    /// The rows as they were when they were last made durable.
    pub(crate) checkpoint: MemoryRows,
    /// Durable frames.
    pub(crate) store: BTreeMap<LogId, Vec<FrameRecord>>,
    pub(crate) relay: bool,
    pub(crate) name: String,
    pub(crate) sponsor: Option<LogId>,
    /// Whether its first sale waits for a witness.
    pub(crate) network: bool,
    pub(crate) quarantine: Option<String>,
    /// Who acts on it.
    pub(crate) acting: Acting,
    pub(crate) join_open: bool,
    pub(crate) invites: Vec<OpenInvite>,
    /// Answers of the driver and commands, waiting to be handed in.
    pub(crate) inbox: VecDeque<Input>,
    pub(crate) disk: VecDeque<DiskWork>,
    /// So many of the next writes fail.
    pub(crate) refusals: u32,
    pub(crate) allowed: BTreeSet<LogId>,
    pub(crate) replies: BTreeMap<u64, Result<Reply, CommandError>>,
    pub(crate) answers: BTreeMap<u64, JoinAnswer>,
    /// What a rogue heard.
    pub(crate) heard: Vec<(LogId, Message)>,
    /// Address book entries told to the network.
    pub(crate) book: BTreeMap<LogId, Vec<String>>,
    /// How far its wall clock is off, ms.
    pub(crate) clock_ms: i64,
}

impl Till {
    pub(crate) fn new(key: SigningKey, shop: ShopId, founder: LogId) -> Self {
        Self {
            log: LogId(key.verifying_key().to_bytes()),
            key,
            shop,
            founder,
            node: None,
            rogue: false,
            rows: MemoryRows::default(),
            checkpoint: MemoryRows::default(),
            store: BTreeMap::new(),
            relay: true,
            name: "Caja 1".to_owned(),
            sponsor: None,
            network: false,
            quarantine: None,
            acting: Acting::default(),
            join_open: false,
            invites: Vec::new(),
            inbox: VecDeque::new(),
            disk: VecDeque::new(),
            refusals: 0,
            allowed: BTreeSet::new(),
            replies: BTreeMap::new(),
            answers: BTreeMap::new(),
            heard: Vec::new(),
            book: BTreeMap::new(),
            clock_ms: 0,
        }
    }

    /// All that is on its disk, under the same key, on another machine.
    pub(crate) fn copy(&self) -> Self {
        Self {
            rows: self.rows.clone(),
            checkpoint: self.checkpoint.clone(),
            store: self.store.clone(),
            name: self.name.clone(),
            sponsor: self.sponsor,
            network: self.network,
            invites: self.invites.clone(),
            ..Self::new(self.key.clone(), self.shop, self.founder)
        }
    }

    pub(crate) fn heads(&self) -> BTreeMap<LogId, Head> {
        let last = |frames: &Vec<FrameRecord>| frames.last().cloned();
        let heads = self.store.iter().filter_map(|(log, frames)| Some((*log, last(frames)?)));
        heads
            .map(|(log, record)| (log, Head { seq: record.last, hash: record.last_hash }))
            .collect()
    }

    /// Frames of the store that the rows have not folded, log by log.
    pub(crate) fn beyond_rows(&self) -> Vec<VecDeque<VerifiedFrame>> {
        self.store.iter().map(|(log, frames)| self.beyond_rows_of(*log, frames)).collect()
    }

    fn beyond_rows_of(&self, log: LogId, frames: &[FrameRecord]) -> VecDeque<VerifiedFrame> {
        let applied: Option<(Seq, EntryHash)> = get_row(&self.rows, Table::Applied, &log.0);
        let mut at = applied.map_or_else(Head::default, |(seq, hash)| Head { seq, hash });
        let missing = frames.iter().filter(|record| record.last > at.seq);
        let missing: Vec<_> = missing.collect();
        missing
            .into_iter()
            .map(|record| {
                let frame = verify_frame(self.shop, log, at, &record.bytes).expect("stored whole");
                at = frame.head();
                frame
            })
            .collect()
    }

    /// Every durable frame of a log, verified.
    pub(crate) fn stored(&self, log: LogId) -> Vec<VerifiedFrame> {
        let mut at = Head::default();
        let frames = self.store.get(&log).into_iter().flatten();
        frames
            .map(|record| {
                let frame = verify_frame(self.shop, log, at, &record.bytes).expect("stored whole");
                at = frame.head();
                frame
            })
            .collect()
    }

    /// Does the next work of the disk; the answer waits in the inbox.
    pub(crate) fn work_disk(&mut self) {
        let input = match self.disk.pop_front().expect("there is work") {
            DiskWork::Write { ticket, .. } if self.refusals > 0 => {
                self.refusals -= 1;
                Input::NotDurable { ticket, why: "the disk is full; free some space".to_owned() }
            }
            DiskWork::Write { ticket, frames } => {
                for frame in frames {
                    let held = self.store.entry(frame.log).or_default();
                    let last = held.last().map(|record| record.last).unwrap_or_default();
                    assert_eq!(frame.first, last.next(), "frames are stored without a gap");
                    held.push(frame);
                }
                Input::Durable { ticket }
            }
            DiskWork::Read { peer, log, from, bytes_max } => {
                let mut bytes = 0;
                let held = self.store.get(&log).into_iter().flatten();
                let wanted = held.filter(|record| record.last >= from);
                let fits = |record: &&FrameRecord| {
                    let first = bytes == 0;
                    bytes += record.bytes.len();
                    first || bytes <= bytes_max
                };
                let frames = wanted.take_while(fits).cloned().collect();
                Input::RangeRead { peer, log, frames }
            }
        };
        self.inbox.push_back(input);
    }

    /// Carries out what concerns this device alone; gives the rest back.
    pub(crate) fn take(&mut self, output: Output) -> Option<Output> {
        match output {
            Output::Persist { ticket, frames, .. } => {
                self.disk.push_back(DiskWork::Write { ticket, frames });
            }
            Output::ReadRange { peer, log, from, bytes_max } => {
                self.disk.push_back(DiskWork::Read { peer, log, from, bytes_max });
            }
            Output::Reply { ticket, result } => {
                let twice = self.replies.insert(ticket, result);
                assert!(twice.is_none(), "a command is answered once");
            }
            Output::Allow(devices) => self.allowed = devices,
            Output::Invites(invites) => self.invites = invites,
            Output::JoinOpen(open) => self.join_open = open,
            Output::Quarantine(why) => self.quarantine = Some(why),
            Output::JoinAnswer { reply, answer } => {
                self.answers.insert(reply, answer);
            }
            Output::AddressBook { log, addresses } => {
                self.book.insert(log, addresses);
            }
            other => return Some(other),
        }
        None
    }
}
