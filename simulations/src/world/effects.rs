//! Carrying out what a device wants done outside of it.

use super::World;
use super::queue::Due;
use crate::ghost::{Closing, Decided, PriceEdit, Sale, Told};
use crate::scenario::Span;
use crate::trace::EventKind;
use crate::violation::Promise;
use std::borrow::Cow;
use till_driver::{Effect, Kept};
use till_node::FrameRecord;
use till_node::command::{Cart, CommandError, DayReply, Reply, Sold};
use till_schema::body::{Body, ConflictKey};
use till_schema::message::Message;
use till_schema::{LogId, OrderId, Seq};

/// A command that has not been answered.
#[derive(Clone, Debug)]
pub(super) enum Pending {
    /// A cart, sent so many times by this cashier.
    Sell(Box<Cart>, u32),
    /// A price.
    Price {
        /// The product.
        sku: String,
        /// What it costs.
        price: i64,
    },
    /// A decision.
    Resolve(ConflictKey),
    /// An invite for a device that wants to join.
    Invite(usize),
    /// The administration goes to this device.
    MoveAdmin(usize),
    /// The administration is taken with the words on the paper.
    Recover,
    /// A shift is closed.
    Closing,
    /// Anything else.
    Other(&'static str),
}

/// A cashier whose sale the disk refused tries again after, ms.
const TRY_AGAIN_MS: u64 = 5_000;
/// And so often.
const TRIES_MAX: u32 = 3;

impl World {
    pub(super) fn carry_out(&mut self, index: usize, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Reply { ticket, result } => self.answered_command(index, ticket, result),
                Effect::Send { peer, bytes } => self.send(index, peer, bytes),
                Effect::Disconnect { peer, why } => self.cut_off(index, peer, &why),
                Effect::Forward(document) => self.forward(index, document),
                Effect::Allow(devices) => {
                    self.devices[index].allowed = devices;
                    self.drop_strangers(index);
                    self.seek_links(index);
                }
                Effect::AddressBook { .. }
                | Effect::JoinOpen(_)
                | Effect::Invites(_)
                | Effect::Postponed(_)
                | Effect::Unreadable { .. } => {}
                Effect::AskWitness => self.ask_witness(index),
                Effect::JoinAnswer { reply, answer } => self.join_answered(reply, answer),
                Effect::Appended(frames) => self.appended(index, &frames),
                Effect::NotSaved { why, kept } => {
                    self.sometimes.reach(match kept {
                        Kept::Refused => "mark:not-written",
                        Kept::Nothing | Kept::Unknown => "mark:reopened",
                        Kept::Part => "mark:reopened-part",
                        Kept::All => "mark:reopened-kept",
                    });
                    let text = format!("a write failed: {why}");
                    self.event(Some(index), EventKind::Note { text });
                }
                Effect::Quarantine(why) => {
                    self.sometimes.reach("mark:quarantined");
                    self.event(Some(index), EventKind::Quarantined { why });
                }
                Effect::Refolded => {
                    self.sometimes.reach("mark:refolded");
                    self.event(Some(index), EventKind::Refolded);
                }
                // It says so again with everything it is asked.
                Effect::Stopped(_) if self.devices[index].is_stopped() => {}
                Effect::Stopped(why) => {
                    self.devices[index].note_stopped();
                    self.event(Some(index), EventKind::Note { text: format!("stopped: {why}") });
                    self.restart_by_person(index);
                }
            }
        }
    }

    /// A device whose driver stopped it says that it is to be restarted; a
    /// person does it.
    fn restart_by_person(&mut self, index: usize) {
        let start = self.devices[index].starts;
        let pause = self.people.dice.between(5_000, 120_000);
        let again = crate::people::Habit::Restart { start };
        self.after(pause, Due::Habit { device: index, habit: again });
    }

    fn appended(&mut self, index: usize, frames: &[FrameRecord]) {
        let (Some(first), Some(last)) = (frames.first(), frames.last()) else { return };
        let hash = last.last_hash.0[..8].iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte));
        let log = last.log.short();
        let (from, to) = (first.first.0, last.last.0);
        self.event(Some(index), EventKind::Appended { log, first: from, last: to, hash });
        if self.trace.keeps() {
            self.tell_entries(index, frames);
        }
    }

    fn tell_entries(&mut self, index: usize, frames: &[FrameRecord]) {
        let shop = self.devices[index].shop;
        let own = self.devices[index].log;
        for frame in frames {
            let Ok(frame) = till_log::read_frame(shop, &frame.bytes) else { continue };
            for entry in frame.entries() {
                let log = entry.header.log.short();
                let seq = entry.header.seq.0;
                let kind = entry.body.as_ref().map_or("unknown", Body::name);
                self.detail(Some(index), EventKind::Entry { log, seq, kind: Cow::Borrowed(kind) });
                if entry.header.log != own {
                    continue;
                }
                if let Some(moved) = entry.body.as_ref().and_then(numbers_moved) {
                    self.detail(Some(index), moved);
                }
            }
        }
    }

    fn send(&mut self, from: usize, peer: LogId, bytes: Vec<u8>) {
        if bytes.len() > till_schema::limits::MESSAGE_BYTES_MAX {
            let what = format!("a message of {} bytes", bytes.len());
            self.violate(Promise::Bounds, "message-size", Some(from), what);
        }
        let to = self.signing(peer).find(|to| self.net.session(from, *to).is_some());
        if let Some(to) = to {
            self.transmit(from, to, bytes);
        }
    }

    fn answered_command(&mut self, index: usize, ticket: u64, result: Result<Reply, CommandError>) {
        let Some(pending) = self.pending.remove(&(index, ticket)) else {
            let what = "a command was answered twice".to_owned();
            return self.violate(Promise::P1, "answered-once", Some(index), what);
        };
        let head = self.own_head(index);
        let log = self.devices[index].log;
        match pending {
            Pending::Sell(cart, tries) => self.answered_sale(index, *cart, tries, result),
            Pending::Price { sku, price } => {
                if self.told_of(index, "price", &result) {
                    self.ghost.prices.push(PriceEdit {
                        log,
                        seq: head,
                        sku,
                        price,
                        excused: false,
                    });
                }
            }
            Pending::Resolve(subject) => {
                if self.told_of(index, "resolve", &result) {
                    self.sometimes.reach("mark:resolved");
                    let decided = Decided { log, seq: head, subject, excused: false };
                    self.ghost.decisions.push(decided);
                }
            }
            Pending::Invite(joining) => self.invited(joining, result),
            Pending::MoveAdmin(to) => {
                if self.told_of(index, "move-admin", &result) {
                    self.admin = to;
                }
            }
            Pending::Recover => {
                if self.told_of(index, "recover", &result) {
                    self.admin = index;
                }
            }
            Pending::Closing => {
                if self.told_of(index, "shift-close", &result)
                    && let Ok(Reply::Day(DayReply::Shifts(views))) = result
                {
                    let closed = views.into_iter().next().and_then(|view| view.row.closed);
                    let report = closed.map(|closed| closed.report);
                    self.ghost.closings.extend(report.map(|report| Closing {
                        log,
                        seq: head,
                        report,
                        excused: false,
                    }));
                }
            }
            Pending::Other(what) => {
                self.told_of(index, what, &result);
            }
        }
    }

    /// Tells the trace what a person was told; whether it was done.
    fn told_of(
        &mut self,
        index: usize,
        what: &'static str,
        result: &Result<Reply, CommandError>,
    ) -> bool {
        let answer = match result {
            Ok(_) => "done".to_owned(),
            Err(error) => error.to_string(),
        };
        if result.is_ok() {
            self.sometimes.reach_of("done", what);
        }
        self.event(Some(index), EventKind::Command { what: Cow::Borrowed(what), answer });
        result.is_ok()
    }

    fn answered_sale(
        &mut self,
        index: usize,
        cart: Cart,
        tries: u32,
        result: Result<Reply, CommandError>,
    ) {
        let order = cart.order;
        match result {
            Ok(Reply::Sold(sold)) => self.sold(index, order, &sold),
            Ok(_) => {
                let what = "a sale was answered with something else".to_owned();
                self.violate(Promise::P1, "answer-fits", Some(index), what);
            }
            Err(error) => {
                let why = error.to_string();
                self.event(Some(index), EventKind::SaleRefused { order: short(order), why });
                match error {
                    CommandError::NoNumbers(_) => {
                        self.ghost.dry += 1;
                        let part = self.scenario.workload.provisional;
                        if !cart.provisional && !self.quiet && self.people.dice.chance(part) {
                            let cart = Box::new(Cart { provisional: true, ..cart });
                            self.after(1_000, Due::TryAgain { device: index, cart, tries });
                        }
                    }
                    CommandError::Storage(_) | CommandError::Busy => {
                        self.ghost.refused += 1;
                        if matches!(error, CommandError::Storage(_)) {
                            self.sometimes.reach("mark:refused-by-disk");
                        }
                        if tries < TRIES_MAX && !self.quiet {
                            let cart = Box::new(cart);
                            let again = Due::TryAgain { device: index, cart, tries: tries + 1 };
                            self.after(TRY_AGAIN_MS, again);
                        }
                    }
                    _ => self.ghost.refused += 1,
                }
            }
        }
    }

    fn sold(&mut self, index: usize, order: OrderId, sold: &Sold) {
        let head = self.own_head(index);
        self.event(
            Some(index),
            EventKind::SaleAcknowledged {
                order: short(order),
                label: sold.label.clone(),
                total: sold.total,
                repeated: sold.repeated,
                provisional: sold.provisional,
            },
        );
        self.sometimes.reach("mark:sold");
        self.sometimes.add("mark:repeated", u64::from(sold.repeated));
        self.sometimes.add("mark:provisional", u64::from(sold.provisional));
        if sold.order != order {
            let what = format!("asked for {}, told of {}", short(order), short(sold.order));
            self.violate(Promise::P1, "answer-fits", Some(index), what);
        }
        let sale = Sale {
            device: index,
            log: self.devices[index].log,
            seq: head,
            label: sold.label.clone(),
            total: sold.total,
            provisional: sold.provisional,
            at_ms: self.now_ms,
            excused: false,
        };
        match self.ghost.told(order, sale) {
            Told::Fine => crate::checkers::p1::on_sale(self, index, order),
            Told::NumberTwice(other) => crate::checkers::p2::twice(self, index, order, other),
            Told::Differs(before) => {
                let now = format!("{} {}", sold.label, sold.total);
                let what = format!("order {} was {before}, is now {now}", short(order));
                self.violate(Promise::P1, "repeats-alike", Some(index), what);
            }
            Told::NeverRung => {
                let what = format!("{} was never rung up", short(order));
                self.violate(Promise::P1, "nothing-extra", Some(index), what);
            }
        }
    }

    /// How far a device's own log is durable.
    pub fn own_head(&self, index: usize) -> Seq {
        let device = &self.devices[index];
        let Ok(running) = &device.running else { return Seq(0) };
        running.logs.heads().get(&device.log).map(|head| head.seq).unwrap_or_default()
    }

    /// A device stops: what it was asked will not be answered. Cashiers remember.
    pub(super) fn pending_lost(&mut self, index: usize) {
        let lost: Vec<(usize, u64)> =
            self.pending.range((index, 0)..=(index, u64::MAX)).map(|(key, _)| *key).collect();
        for key in lost {
            match self.pending.remove(&key) {
                Some(Pending::Sell(cart, _)) => {
                    self.sometimes.reach("mark:unanswered");
                    self.people.unanswered(index, *cart);
                }
                Some(Pending::Invite(joining)) => self.join_later(joining),
                _ => {}
            }
        }
    }

    /// How a moment of the scenario lies on the world's scale.
    pub(super) fn moment(&self, at: Span) -> u64 {
        self.story_ms + at.as_ms()
    }
}

/// An order's id, short.
pub fn short(order: OrderId) -> String {
    data_encoding::HEXLOWER.encode(&order.0[..4])
}

/// The first word of a message, without reading the rest.
pub(super) fn message_kind(bytes: &[u8]) -> Cow<'static, str> {
    // An enum is an array of its number and its fields.
    Cow::Borrowed(match bytes.get(1) {
        Some(0) => "Hello",
        Some(1) => "Want",
        Some(2) => "Frames",
        Some(3) => "Have",
        Some(4) => "NumbersWanted",
        Some(5) => "Addresses",
        Some(6) => "Twin",
        _ => match till_schema::from_bytes::<Message>(bytes) {
            Ok(_) => "new",
            Err(_) => "garbage",
        },
    })
}

fn numbers_moved(body: &Body) -> Option<EventKind> {
    let (how, to, count) = match body {
        Body::Cede(cede) => ("Cede", Some(cede.to.short()), Some(cede.ranges.count())),
        Body::Accept(_) => ("Accept", None, None),
        Body::Void(void) => ("Void", None, Some(void.ranges.count())),
        Body::ResolutionImport(import) => {
            ("ResolutionImport", None, Some(import.to.saturating_sub(import.from) + 1))
        }
        _ => return None,
    };
    Some(EventKind::NumbersMoved { how: Cow::Borrowed(how), to, count })
}
