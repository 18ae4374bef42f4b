//! An enrolled device that writes and says what it likes.

use super::world::World;
use ed25519_dalek::Signer;
use till_catalog::{Actor, Documents, Edit};
use till_log::{Head, SigningKey};
use till_schema::body::{Body, DocumentChange, Kind, Role, Start};
use till_schema::catalogue::DocumentId;
use till_schema::entry::{EntryBytes, Frame, HEADER_VERSION, Header, body_hash, head_digest};
use till_schema::message::{Frames, Hello, Message, PROTOCOL_VERSION, Run, run_digest};
use till_schema::{EntryHash, LogId, Seq, ShopId};

/// What an entry says its author had seen.
pub(crate) type Seen = Vec<(LogId, Seq)>;

pub(crate) struct Forger {
    pub(crate) device: usize,
    pub(crate) log: LogId,
    pub(crate) head: Head,
    /// Its own documents, and the actor of its edits.
    pub(crate) documents: Documents,
    pub(crate) actor: Actor,
    run_nonce: u64,
    pub(crate) wall_ms: i64,
    key: SigningKey,
    shop: ShopId,
}

impl Forger {
    /// Lets the device in; it is linked to nobody.
    pub(crate) fn enrol(world: &mut World, roles: &[Role]) -> Self {
        let device = world.enrol(roles);
        let wall_ms = world.now(0).wall_ms;
        let till = &mut world.tills[device];
        till.rogue = true;
        let (run_nonce, log) = (7, till.log);
        Self {
            device,
            log,
            head: Head::default(),
            documents: Documents::genesis(),
            actor: crate::actor_of(log, run_nonce),
            run_nonce,
            wall_ms,
            key: till.key.clone(),
            shop: till.shop,
        }
    }

    /// Signs entries of any kind as the next frame of its log.
    pub(crate) fn sign(&mut self, seen: &Seen, flags: u8, entries: &[(Kind, Vec<u8>)]) -> Vec<u8> {
        let mut seen = seen.clone();
        let mut raw = Vec::new();
        for (kind, body) in entries {
            let header = Header {
                version: HEADER_VERSION,
                shop: self.shop,
                log: self.log,
                seq: self.head.seq.next(),
                prev: self.head.hash,
                kind: *kind,
                flags,
                admin_pos: Seq(0),
                wall_ms: self.wall_ms,
                seen: std::mem::take(&mut seen),
                body_len: body.len() as u32,
                body_hash: body_hash(body),
                user: None,
                approver: None,
            };
            let entry = EntryBytes { header: till_schema::to_bytes(&header), body: body.clone() };
            self.head = Head { seq: header.seq, hash: entry.hash() };
            raw.push(entry);
        }
        let digest = head_digest(self.shop, self.log, self.head.seq, self.head.hash);
        let signature = self.key.sign(&digest).to_bytes();
        till_schema::to_bytes(&Frame { entries: raw, signature })
    }

    /// Signs entries of known kinds.
    pub(crate) fn write(&mut self, seen: &Seen, bodies: Vec<Body>) -> Vec<u8> {
        let entries: Vec<_> = bodies.iter().map(|body| (body.kind(), body.to_bytes())).collect();
        self.sign(seen, 0, &entries)
    }

    /// The entry that announces its actor.
    pub(crate) fn start(&self) -> Body {
        let (actor, run_nonce) = (self.actor, self.run_nonce);
        Start { version: "1".to_owned(), actor, run_nonce, kinds_known: 60 }.into()
    }

    /// A change of the catalogue, made in its own documents.
    pub(crate) fn edit(&mut self, edits: &[Edit]) -> DocumentChange {
        let document = DocumentId::Catalogue;
        let time = self.wall_ms / 1000;
        let change = self.documents.edit(self.actor, document, edits, time).unwrap().unwrap();
        DocumentChange { document, change: change.bytes }
    }

    /// Takes in every change of a log that a device of the world holds.
    pub(crate) fn learn(&mut self, world: &World, device: usize, log: LogId) {
        let mut actor = None;
        for frame in world.tills[device].stored(log) {
            for entry in frame.entries() {
                match &entry.body {
                    Some(Body::Start(start)) => actor = Some(start.actor),
                    Some(Body::DocumentChange(change)) => {
                        let actor = actor.expect("announced before");
                        self.documents.apply(change.document, &change.change, actor).unwrap();
                    }
                    _ => {}
                }
            }
        }
    }

    pub(crate) fn hello(&self, heads: Vec<(LogId, Seq, EntryHash)>) -> Message {
        Message::Hello(Hello {
            protocol: PROTOCOL_VERSION,
            shop: self.shop,
            run_nonce: self.run_nonce,
            heads,
            addresses: Vec::new(),
            run_signature: Some(self.run(self.run_nonce).signature),
        })
    }

    /// A run of its program, signed.
    pub(crate) fn run(&self, nonce: u64) -> Run {
        let signature = self.key.sign(&run_digest(self.shop, self.log, nonce)).to_bytes();
        Run { nonce, signature }
    }

    /// Links up and says a Hello that claims nothing.
    pub(crate) fn greet(&self, world: &mut World, to: usize) {
        self.claim(world, to, Vec::new());
    }

    /// Links up and says a Hello with these claims.
    pub(crate) fn claim(&self, world: &mut World, to: usize, heads: Vec<(LogId, Seq, EntryHash)>) {
        world.plug(self.device, to);
        assert!(world.is_up(self.device, to), "the device is enrolled and not cut off");
        world.say(self.device, to, &self.hello(heads));
    }

    /// Pushes frames of its own log.
    pub(crate) fn push(&self, world: &mut World, to: usize, frames: &[Vec<u8>]) {
        world.say(self.device, to, &frames_of(self.log, frames, false));
    }
}

/// Frames of a log as a message.
pub(crate) fn frames_of(log: LogId, frames: &[Vec<u8>], answer: bool) -> Message {
    let frames = frames.iter().map(|bytes| bytes.clone().into()).collect();
    Message::Frames(Frames { log, frames, answer })
}
