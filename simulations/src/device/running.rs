//! The loop between node, disk and the world: as `till-host`'s, input by input.

use super::opening::{clear, replay};
use super::{Device, Running};
use std::collections::BTreeSet;
use till_log::Head;
use till_node::command::{CommandError, Reply};
use till_node::{FrameRecord, Input, Node, Output, RelayDocument, Ticket};
use till_schema::LogId;
use till_schema::message::JoinAnswer;
use till_store::AppendError;

/// What a machine wants done outside, or what happened inside that is worth
/// knowing.
#[derive(Debug)]
pub enum Effect {
    /// Answer a command.
    Reply(u64, Result<Reply, CommandError>),
    /// Send a message.
    Send(LogId, Vec<u8>),
    /// Cut a peer off.
    Disconnect(LogId, String),
    /// Send a document to the relay.
    Forward(RelayDocument),
    /// Only these devices may connect.
    Allow(BTreeSet<LogId>),
    /// Where a device can be reached.
    AddressBook(LogId),
    /// Ask the relay what it has of this device's log.
    AskWitness,
    /// Answer a device that asked to join.
    JoinAnswer(u64, JoinAnswer),
    /// Entries are durable.
    Appended(Vec<FrameRecord>),
    /// An append was refused before anything was written.
    NotWritten(String),
    /// An append failed and the log was read back.
    Reopened {
        /// Whether the append was there after all.
        kept: bool,
    },
    /// The device signs no more.
    Quarantined(String),
    /// The books were folded again.
    Refolded,
    /// The node was stopped by its driver.
    Stopped(String),
}

/// What became of one step.
pub enum Advanced {
    /// It is done, with these effects.
    Done(Vec<Effect>),
    /// The machine stopped in the middle: nothing of the step left it.
    Crashed,
}

impl Device {
    /// Works on one input.
    pub fn advance(&mut self, tick_ms: u64) -> Advanced {
        let now = self.now(tick_ms);
        let mut effects = Vec::new();
        let Some(input) = self.waiting.pop_front() else { return Advanced::Done(effects) };
        let Ok(running) = &mut self.running else { return Advanced::Done(effects) };
        running.node.handle(now, &mut running.books, input);
        self.drain(&mut effects);
        if self.waiting.is_empty() && !self.disk.crashed() {
            self.note_fences();
        }
        let Ok(running) = &mut self.running else { return Advanced::Crashed };
        if let Err(error) = running.books.commit() {
            if self.disk.crashed() {
                return Advanced::Crashed;
            }
            running.node.stop(format!("{error}; restart tillmesh to rebuild the books"));
            effects.push(Effect::Stopped(error.to_string()));
        }
        if self.disk.crashed() { Advanced::Crashed } else { Advanced::Done(effects) }
    }

    /// Carries out what opening asks for.
    pub fn drain_opening(&mut self) -> Vec<Effect> {
        let mut effects = Vec::new();
        self.drain(&mut effects);
        effects
    }

    /// Carries out what the node asks for inside the machine.
    pub fn drain(&mut self, effects: &mut Vec<Effect>) {
        let shop = self.shop;
        let Ok(running) = &mut self.running else { return };
        while let Some(output) = running.node.poll() {
            if self.disk.crashed() {
                return;
            }
            match output {
                Output::Persist { ticket, frames, reserved } => {
                    let done = persist(running, effects, ticket, frames, reserved);
                    self.waiting.push_front(done);
                }
                Output::ReadRange { peer, log, from, bytes_max } => {
                    let records = running.logs.read(log, from, bytes_max).unwrap_or_default();
                    let frames = records.into_iter().map(node_record).collect();
                    self.waiting.push_back(Input::RangeRead { peer, log, frames });
                }
                Output::Invites(invites) => self.invites = invites,
                Output::JoinOpen(_) => {}
                Output::Quarantine(why) => {
                    self.quarantine = Some(why.clone());
                    effects.push(Effect::Quarantined(why));
                }
                Output::Refold => {
                    let kept = Node::kept_rows(&running.books);
                    let done =
                        clear(&mut running.books).map_err(anyhow::Error::from).and_then(|()| {
                            running.node.refold(&mut running.books, kept);
                            replay(&mut running.node, &running.logs, &mut running.books, shop)
                        });
                    match done {
                        Ok(()) => effects.push(Effect::Refolded),
                        Err(error) => {
                            running.node.stop(format!("{error}; restart tillmesh"));
                            effects.push(Effect::Stopped(error.to_string()));
                        }
                    }
                }
                Output::AskWitness => effects.push(Effect::AskWitness),
                Output::AddressBook { log, .. } => effects.push(Effect::AddressBook(log)),
                Output::Reply { ticket, result } => effects.push(Effect::Reply(ticket, result)),
                Output::Send { peer, bytes } => effects.push(Effect::Send(peer, bytes)),
                Output::Disconnect { peer, why } => effects.push(Effect::Disconnect(peer, why)),
                Output::Forward(document) => effects.push(Effect::Forward(document)),
                Output::Allow(devices) => effects.push(Effect::Allow(devices)),
                Output::JoinAnswer { reply, answer } => {
                    effects.push(Effect::JoinAnswer(reply, answer));
                }
            }
        }
    }

    fn note_fences(&mut self) {
        let Ok(running) = &self.running else { return };
        let me = running.node.me();
        if let Some(head) = running.logs.heads().get(&me) {
            let head = Head { seq: head.seq, hash: head.hash };
            self.fences.note(me, running.node.run_nonce(), head);
        }
    }

    /// Housekeeping for idle moments, as the host does it. False when the
    /// machine stopped in it.
    pub fn rest(&mut self) -> bool {
        self.note_fences();
        self.fences.sync();
        let Ok(running) = &mut self.running else { return true };
        // Without space there is nothing to do about it here.
        let _ = running.logs.prepare();
        running.node.compact(&mut running.books);
        let _ = running.books.commit();
        !self.disk.crashed()
    }

    /// An orderly end: everything written is durable.
    pub fn close(&mut self) {
        if !self.rest() {
            return;
        }
        let off = super::Off::Waiting;
        if let Ok(mut running) = std::mem::replace(&mut self.running, Err(off)) {
            let _ = running.logs.settle();
            let Running { books, .. } = *running;
            let _ = books.close();
        }
        self.halt(super::Off::Waiting);
    }
}

fn persist(
    running: &mut Running,
    effects: &mut Vec<Effect>,
    ticket: Ticket,
    frames: Vec<FrameRecord>,
    reserved: bool,
) -> Input {
    let records: Vec<till_store::FrameRecord> = frames.iter().map(store_record).collect();
    let Some(last) = records.last() else { return Input::Durable { ticket } };
    let appended = if reserved {
        running.logs.append_reserved(&records)
    } else {
        running.logs.append(&records)
    };
    let error = match appended {
        Ok(()) => {
            effects.push(Effect::Appended(frames));
            return Input::Durable { ticket };
        }
        Err(error) => error,
    };
    if !matches!(error, AppendError::OutcomeUnknown { .. }) {
        effects.push(Effect::NotWritten(error.to_string()));
        return Input::NotDurable { ticket, why: error.to_string() };
    }
    match running.logs.reopen(last.log) {
        Ok(read) if read.head.is_some_and(|head| head.seq >= last.last) => {
            effects.push(Effect::Reopened { kept: true });
            effects.push(Effect::Appended(frames));
            Input::Durable { ticket }
        }
        Ok(_) => {
            effects.push(Effect::Reopened { kept: false });
            let why = "the disk refused to save; nothing was recorded, try again".to_owned();
            Input::NotDurable { ticket, why }
        }
        Err(fatal) => {
            running.node.stop(fatal.to_string());
            effects.push(Effect::Stopped(fatal.to_string()));
            Input::NotDurable { ticket, why: fatal.to_string() }
        }
    }
}

fn store_record(frame: &FrameRecord) -> till_store::FrameRecord {
    till_store::FrameRecord {
        log: frame.log,
        first: frame.first,
        last: frame.last,
        last_hash: frame.last_hash,
        bytes: frame.bytes.clone(),
    }
}

fn node_record(record: till_store::FrameRecord) -> FrameRecord {
    FrameRecord {
        log: record.log,
        first: record.first,
        last: record.last,
        last_hash: record.last_hash,
        bytes: record.bytes,
    }
}
