//! Devices that join during a run, through the real join path: an invite on the
//! device that administers the shop, a proof of it, a welcome.

use super::World;
use super::effects::Pending;
use super::queue::Due;
use crate::device::{Device, Fences, Off, Parts};
use crate::trace::EventKind;
use ed25519_dalek::Signer;
use till_log::SigningKey;
use till_node::command::{Command, CommandError, Reply};
use till_node::{Input, read_invite};
use till_schema::LogId;
use till_schema::body::Role;
use till_schema::message::{
    JoinAnswer, JoinAsk, JoinRequest, Replaces, join_proof, replaces_digest,
};

/// A person who was not let in tries again after, ms.
const TRY_AGAIN_MS: u64 = 30_000;
/// And so often.
const TRIES_MAX: u32 = 60;

/// A device on its way into the shop.
#[derive(Debug)]
pub(super) struct Joining {
    name: String,
    roles: Vec<Role>,
    key: SigningKey,
    /// The machine that goes on under another key; else a new one is made.
    again: Option<usize>,
    /// A line of the scenario's devices.
    line: Option<usize>,
    tries: u32,
    done: bool,
    host: usize,
}

impl World {
    /// A device of the scenario joins.
    pub(super) fn join_line(&mut self, line: usize) -> usize {
        let device = &self.scenario.devices[line];
        let (name, roles) = (device.name.clone(), device.roles.clone());
        let key = SigningKey::from_bytes(&self.key_dice.bytes());
        let joining = Joining {
            name,
            roles,
            key,
            again: None,
            line: Some(line),
            tries: 0,
            done: false,
            host: self.admin,
        };
        self.joinings.push(joining);
        self.joinings.len() - 1
    }

    /// A machine joins again under another key.
    pub(super) fn join_again(&mut self, index: usize) {
        let key = SigningKey::from_bytes(&self.key_dice.bytes());
        let device = &self.devices[index];
        let joining = Joining {
            name: device.name.clone(),
            roles: vec![Role::Manager, Role::Register],
            key,
            again: Some(index),
            line: None,
            tries: 0,
            done: false,
            host: self.admin,
        };
        self.joinings.push(joining);
        let joining = self.joinings.len() - 1;
        self.after(0, Due::Join { joining });
    }

    pub(super) fn ask_to_join(&mut self, joining: usize) {
        if self.joinings[joining].done {
            return;
        }
        let host = self.admin;
        self.joinings[joining].host = host;
        let reached = match self.joinings[joining].again {
            Some(index) => self.net.passes(index, host) && self.net.passes(host, index),
            None => true,
        };
        if !reached || !self.devices[host].is_running() {
            return self.join_later(joining);
        }
        let roles = self.joinings[joining].roles.clone();
        self.tell(host, Command::Invite { roles }, Pending::Invite(joining));
    }

    pub(super) fn join_later(&mut self, joining: usize) {
        let known = &mut self.joinings[joining];
        known.tries += 1;
        if !known.done && known.tries < TRIES_MAX {
            self.after(TRY_AGAIN_MS, Due::Join { joining });
        }
    }

    pub(super) fn invited(&mut self, joining: usize, result: Result<Reply, CommandError>) {
        let Ok(Reply::Invited { invite }) = result else { return self.join_later(joining) };
        let Ok(invite) = read_invite(&invite) else { return self.join_later(joining) };
        let known = &self.joinings[joining];
        let log = LogId(known.key.verifying_key().to_bytes());
        let replaces = known.again.map(|index| {
            let old = &self.devices[index];
            let digest = replaces_digest(invite.shop, old.log, log);
            Replaces { log: old.log, signature: old.key.sign(&digest).to_bytes() }
        });
        let request = JoinRequest {
            invite: invite.id,
            proof: join_proof(&invite.secret, invite.inviter, log),
            name: known.name.clone(),
            replaces,
        };
        let host = known.host;
        self.next_ticket += 1;
        let reply = self.next_ticket;
        self.replies.insert(reply, joining);
        let request = till_schema::to_bytes(&JoinAsk::Invite(request));
        let start = self.devices[host].starts;
        let input = Input::Join { peer: log, conversation: reply, request, reply };
        self.after(50, Due::Input { device: host, start, input });
        // An answer that never comes is asked for again.
        self.joinings[joining].tries += 1;
        self.after(TRY_AGAIN_MS * 2, Due::Join { joining });
    }

    pub(super) fn join_answered(&mut self, reply: u64, answer: JoinAnswer) {
        let Some(joining) = self.replies.remove(&reply) else { return };
        let JoinAnswer::Welcome(welcome) = answer else { return self.join_later(joining) };
        if std::mem::replace(&mut self.joinings[joining].done, true) {
            return;
        }
        let known = &self.joinings[joining];
        let (name, key, host) = (known.name.clone(), known.key.clone(), known.host);
        let (line, again) = (known.line, known.again);
        let sponsor = Some(self.devices[host].log);
        let index = match again {
            Some(index) => {
                self.goes_on_as(index, key, sponsor);
                index
            }
            None => {
                let lines = line.map(|line| self.scenario.devices[line].clone());
                let parts = Parts {
                    name: name.clone(),
                    key,
                    shop: welcome.shop,
                    founder: welcome.founder,
                    sponsor,
                    relay: lines.as_ref().is_none_or(|line| line.relay),
                    network: self.scenario.shop.witness,
                    disk_seed: self.disk_dice.number(),
                    options: self.store_options(),
                };
                let mut device = Device::new(parts);
                if let Some(line) = lines {
                    device.clock.offset_ms = line.clock.0;
                    device.clock.drift_ppm = line.drift_ppm;
                }
                self.devices.push(device);
                let index = self.devices.len() - 1;
                self.net.arrives(index, host);
                self.people.arrives(index);
                index
            }
        };
        if self.begun {
            self.sometimes.reach("mark:joined");
            self.plan_habits_of(index);
        }
        self.event(Some(index), EventKind::Joined { name });
        self.after(500, Due::Start { device: index });
    }

    /// A machine keeps its folder and goes on under another key.
    fn goes_on_as(&mut self, index: usize, key: SigningKey, sponsor: Option<LogId>) {
        if self.devices[index].is_running() {
            self.stop(index, super::How::Closed, Off::Waiting);
        }
        let device = &mut self.devices[index];
        device.log = LogId(key.verifying_key().to_bytes());
        device.key = key;
        device.sponsor = sponsor;
        device.quarantine = None;
        device.invites.clear();
        device.twin_of = None;
        device.fences = Fences::begin(format!("machine {index}"), device.log);
        device.running = Err(Off::Waiting);
        self.images.remove(&index);
    }
}
