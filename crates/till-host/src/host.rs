//! The running device: one loop on one thread owns the node and its files; the
//! network, the relay client and the local API talk to it through bounded
//! queues.

use crate::carry::Carried;
use crate::device::{Device, OpenError, Surroundings};
use crate::folder::{Folder, FolderError};
use crate::printing;
use crate::proof::{NumberProof, ProofError};
use crate::snapshot::Snapshot;
use crate::verify::VerifyReport;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use till_driver::Effect;
use till_net::{JoinReply, NetCommand, NetConfig, NetEvent, NetHandle};
use till_node::command::{Acting, Command, CommandError, Reply};
use till_node::{Input, RelayAnswer, RelayDocument, RelayTrouble, SeriesHead, Versions};
use till_relay::client::{OutgoingDocument, RelayClient, RelayError};
use till_schema::LogId;
use till_schema::body::{FiscalReceipt, Outcome};
use till_schema::message::JoinAnswer;
use till_store::bundle::BundleSummary;
use tokio::sync::{mpsc, oneshot, watch};

/// Requests waiting for the node.
const REQUESTS_MAX: usize = 128;
/// Answers of the relay waiting for the node.
const RELAY_ANSWERS_MAX: usize = 64;
/// Without work for so long, the device does its housekeeping.
const REST_AFTER: Duration = Duration::from_secs(5);
/// A window gets a new picture at most so often while others are syncing.
const SNAPSHOT_EVERY: Duration = Duration::from_millis(200);

/// How a device is run.
#[derive(Clone, Debug, Default)]
pub struct HostOptions {
    /// Where to listen: multiaddrs or `host:port`. Empty: what was used last,
    /// or any port on all interfaces.
    pub listen: Vec<String>,
    /// The relay's address, kept for later runs.
    pub relay: Option<String>,
    /// The relay's public key, kept for later runs.
    pub relay_key: Option<String>,
    /// Addresses of devices to dial, kept for later runs.
    pub peers: Vec<(LogId, String)>,
    /// Whether to look for devices on the LAN by multicast DNS.
    pub mdns: bool,
    /// Whether a window watches: pictures cost time that a headless device saves.
    pub pictures: bool,
}

/// Why a device could not be run.
#[derive(Debug, thiserror::Error)]
pub enum HostError {
    /// Its files.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// Its folder.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// The network.
    #[error(transparent)]
    Net(#[from] till_net::NetError),
    /// Another device's address.
    #[error(transparent)]
    Address(#[from] till_net::AddressError),
    /// The relay's address or key.
    #[error("the relay's address or key cannot be used: {0}")]
    Relay(String),
    /// The thread could not be started.
    #[error("cannot start the device: {0}")]
    Thread(#[from] std::io::Error),
    /// It stopped while starting.
    #[error("the device stopped while starting")]
    Stopped,
}

/// Whom this device reaches: a cut network, made by hand for demonstrations
/// and tests.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Reach {
    /// Devices it does not reach.
    pub blocked: BTreeSet<LogId>,
    /// Whether it does not reach the relay.
    pub relay_blocked: bool,
}

#[expect(clippy::large_enum_variant, reason = "one at a time, and moved once")]
enum Request {
    Execute {
        command: Command,
        acting: Acting,
        reply: oneshot::Sender<Result<Reply, CommandError>>,
    },
    Reach {
        reach: Reach,
        reply: oneshot::Sender<()>,
    },
    Verify {
        reply: oneshot::Sender<Result<VerifyReport, String>>,
    },
    Proof {
        number: String,
        reply: oneshot::Sender<Result<NumberProof, ProofError>>,
    },
    Backup {
        file: PathBuf,
        reply: oneshot::Sender<Result<BundleSummary, String>>,
    },
    Carry {
        file: PathBuf,
        reply: oneshot::Sender<Result<Carried, String>>,
    },
    Stop {
        reply: oneshot::Sender<()>,
    },
}

/// A door to a running device. Cheap to copy.
#[derive(Clone)]
pub struct Handle {
    requests: mpsc::Sender<Request>,
    snapshot: watch::Receiver<Arc<Snapshot>>,
    versions: watch::Receiver<Versions>,
    listening: watch::Receiver<Vec<String>>,
    me: LogId,
}

impl Handle {
    /// Runs a command and waits for its answer.
    ///
    /// # Errors
    /// What the command answers; `Storage` when the device has stopped.
    pub async fn execute(&self, command: Command) -> Result<Reply, CommandError> {
        self.execute_as(command, Acting::default()).await
    }

    /// The same on somebody's word.
    ///
    /// # Errors
    /// What the command answers; `Storage` when the device has stopped.
    pub async fn execute_as(
        &self,
        command: Command,
        acting: Acting,
    ) -> Result<Reply, CommandError> {
        self.ask(|reply| Request::Execute { command, acting, reply })
            .await
            .unwrap_or_else(|| Err(stopped()))
    }

    /// The path of one fiscal number, provable without this device.
    ///
    /// # Errors
    /// When nobody minted the number, or the logs can't be read.
    pub async fn proof(&self, number: String) -> Result<NumberProof, ProofError> {
        let answer = self.ask(|reply| Request::Proof { number, reply }).await;
        answer.unwrap_or_else(|| Err(ProofError::Read(stopped().to_string())))
    }

    /// Writes a backup: all logs, no key.
    ///
    /// # Errors
    /// When the file can't be written.
    pub async fn backup(&self, file: PathBuf) -> Result<BundleSummary, String> {
        let answer = self.ask(|reply| Request::Backup { file, reply }).await;
        answer.unwrap_or_else(|| Err(stopped().to_string()))
    }

    /// Takes in a bundle that another device wrote.
    ///
    /// # Errors
    /// When the bundle is damaged or of another shop.
    pub async fn carry(&self, file: PathBuf) -> Result<Carried, String> {
        let answer = self.ask(|reply| Request::Carry { file, reply }).await;
        answer.unwrap_or_else(|| Err(stopped().to_string()))
    }

    /// Cuts or heals this device's network by hand.
    pub async fn set_reach(&self, reach: Reach) {
        self.ask(|reply| Request::Reach { reach, reply }).await;
    }

    /// Checks everything from the beginning; the device does nothing else meanwhile.
    ///
    /// # Errors
    /// When it could not be done; findings are in the report.
    pub async fn verify(&self) -> Result<VerifyReport, String> {
        let answer = self.ask(|reply| Request::Verify { reply }).await;
        answer.unwrap_or_else(|| Err(stopped().to_string()))
    }

    /// Stops the device: a checkpoint and an orderly end.
    pub async fn stop(&self) {
        self.ask(|reply| Request::Stop { reply }).await;
    }

    async fn ask<T>(&self, request: impl FnOnce(oneshot::Sender<T>) -> Request) -> Option<T> {
        let (reply, answer) = oneshot::channel();
        self.requests.send(request(reply)).await.ok()?;
        answer.await.ok()
    }

    /// The latest picture; changes wake a waiting window.
    pub fn snapshots(&self) -> watch::Receiver<Arc<Snapshot>> {
        self.snapshot.clone()
    }

    /// Counters of what changed.
    pub fn versions(&self) -> watch::Receiver<Versions> {
        self.versions.clone()
    }

    /// Where the device listens, once it does.
    pub async fn listening(&self) -> Vec<String> {
        let mut listening = self.listening.clone();
        let found = listening.wait_for(|addresses| !addresses.is_empty()).await;
        found.map(|addresses| addresses.clone()).unwrap_or_default()
    }

    /// The device's log.
    pub fn me(&self) -> LogId {
        self.me
    }
}

fn stopped() -> CommandError {
    CommandError::Storage("the device has stopped; start tillmesh again".to_owned())
}

/// A device that runs.
pub struct Host;

impl Host {
    /// Opens the device in a folder and runs it until it is stopped or every
    /// handle is gone.
    ///
    /// # Errors
    /// When its files, network or relay can't be used; nothing runs then.
    pub fn start(folder: Folder, options: HostOptions) -> Result<Handle, HostError> {
        let mut file = folder.device()?;
        let listen = if !options.listen.is_empty() {
            options.listen.clone()
        } else if !file.listen.is_empty() {
            file.listen.clone()
        } else {
            vec!["/ip4/0.0.0.0/tcp/0".to_owned()]
        };
        file.listen.clone_from(&listen);
        file.relay = options.relay.clone().or(file.relay);
        file.relay_key = options.relay_key.clone().or(file.relay_key);
        for (log, address) in &options.peers {
            file.addresses.insert(*log, vec![till_net::normalize_address(address)?]);
        }
        let relay = match &file.relay {
            Some(url) => Some(
                RelayClient::new(url, file.relay_key.as_deref())
                    .map_err(|error| HostError::Relay(error.to_string()))?,
            ),
            None => None,
        };
        let secret = folder.key()?.to_bytes();
        let config = NetConfig { secret, listen, mdns: options.mdns };
        let (net, events) = till_net::spawn(config)?;
        folder.write_device(&file)?;
        let surroundings = Surroundings { relay: relay.is_some(), network: true };
        let mut device = Device::open(folder, surroundings)?;
        for note in device.notes() {
            tracing::warn!("{note}");
        }
        let me = device.me();
        let printing = printing::Worker::start(device.folder().root());
        let opening = device.take_opening();
        let (requests, inbox) = mpsc::channel(REQUESTS_MAX);
        let (snapshot_out, snapshot) = watch::channel(Arc::new(Snapshot::default()));
        let (versions_out, versions) = watch::channel(Versions::default());
        let (listening_out, listening) = watch::channel(Vec::new());
        let (relay_out, relay_answers) = mpsc::channel(RELAY_ANSWERS_MAX);
        let mut running = Running {
            device,
            net,
            relay,
            relay_out,
            relay_blocked: Arc::new(AtomicBool::new(false)),
            runtime: tokio::runtime::Handle::current(),
            replies: BTreeMap::new(),
            joins: BTreeMap::new(),
            carried: Vec::new(),
            next_ticket: u64::from(u32::MAX),
            listening_out,
            versions_out,
            snapshot_out,
            pictured: Versions::default(),
            pictures: options.pictures,
            _printing: printing,
        };
        for (log, addresses) in file.addresses {
            running.device.push(Input::Addresses { log, addresses: addresses.clone() });
            let _ = running.net.try_send(NetCommand::SetAddresses(log, addresses));
        }
        std::thread::Builder::new().name("till-node".to_owned()).spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
            match runtime {
                Ok(runtime) => runtime.block_on(running.run(opening, inbox, events, relay_answers)),
                Err(error) => tracing::error!(%error, "the device could not be started"),
            }
        })?;
        Ok(Handle { requests, snapshot, versions, listening, me })
    }
}

struct Running {
    device: Device,
    net: NetHandle,
    relay: Option<RelayClient>,
    relay_out: mpsc::Sender<Input>,
    relay_blocked: Arc<AtomicBool>,
    runtime: tokio::runtime::Handle,
    replies: BTreeMap<u64, oneshot::Sender<Result<Reply, CommandError>>>,
    joins: BTreeMap<u64, JoinReply>,
    /// What a bundle wants done outside.
    carried: Vec<Effect>,
    next_ticket: u64,
    listening_out: watch::Sender<Vec<String>>,
    versions_out: watch::Sender<Versions>,
    snapshot_out: watch::Sender<Arc<Snapshot>>,
    /// What the last picture showed.
    pictured: Versions,
    pictures: bool,
    /// Prints what waits for as long as the device runs; a shop sells without.
    _printing: Option<printing::Worker>,
}

impl Running {
    async fn run(
        mut self,
        opening: Vec<Effect>,
        mut inbox: mpsc::Receiver<Request>,
        mut events: mpsc::Receiver<NetEvent>,
        mut relay_answers: mpsc::Receiver<Input>,
    ) {
        for effect in opening {
            self.carry_out(effect).await;
        }
        self.device.push(Input::Tick);
        let mut picture_at = Instant::now();
        let mut rest_at = Instant::now() + REST_AFTER;
        loop {
            if self.device.is_busy() {
                // People first: a sale does not wait behind an import or a sync.
                while let Ok(request) = inbox.try_recv() {
                    if let Some(reply) = self.request(request) {
                        return self.finish(reply);
                    }
                }
                let carried = std::mem::take(&mut self.carried);
                for effect in carried.into_iter().chain(self.device.advance()) {
                    self.carry_out(effect).await;
                }
                rest_at = Instant::now() + REST_AFTER;
                continue;
            }
            self.announce();
            let mut deadline = self.device.next_deadline().map_or(rest_at, |at| at.min(rest_at));
            if self.is_picture_stale() {
                if Instant::now() >= picture_at {
                    self.picture();
                    picture_at = Instant::now() + SNAPSHOT_EVERY;
                } else {
                    deadline = deadline.min(picture_at);
                }
            }
            tokio::select! {
                biased;
                request = inbox.recv() => match request {
                    Some(request) => {
                        if let Some(reply) = self.request(request) {
                            return self.finish(reply);
                        }
                    }
                    None => return self.finish(None),
                },
                event = events.recv() => match event {
                    Some(event) => self.event(event),
                    None => {
                        tracing::error!("the network stopped");
                        return self.finish(None);
                    }
                },
                answer = relay_answers.recv() => if let Some(answer) = answer {
                    self.device.push(answer);
                },
                () = tokio::time::sleep_until(deadline.into()) => {
                    if Instant::now() >= rest_at {
                        self.device.rest();
                        rest_at = Instant::now() + REST_AFTER;
                    }
                    self.device.push(Input::Tick);
                }
            }
        }
    }

    /// `Some` when the device is to stop.
    #[expect(clippy::option_option, reason = "to stop, and perhaps somebody to tell")]
    fn request(&mut self, request: Request) -> Option<Option<oneshot::Sender<()>>> {
        match request {
            Request::Execute { command, acting, reply } => {
                self.next_ticket += 1;
                self.replies.insert(self.next_ticket, reply);
                self.device.push(Input::Command { ticket: self.next_ticket, command, acting });
            }
            Request::Proof { number, reply } => {
                let _ = reply.send(self.device.number_proof(&number));
            }
            Request::Backup { file, reply } => {
                let written = self.device.backup(&file).map_err(|error| error.to_string());
                let _ = reply.send(written);
            }
            Request::Carry { file, reply } => {
                let taken = self.device.carry(&file).map_err(|error| error.to_string());
                // What it wants done is done with the next input.
                self.device.push(Input::Tick);
                let _ = reply.send(taken.map(|(carried, effects)| {
                    self.carried.extend(effects);
                    carried
                }));
            }
            Request::Reach { reach, reply } => {
                self.relay_blocked.store(reach.relay_blocked, Ordering::SeqCst);
                if self.net.try_send(NetCommand::SetBlocked(reach.blocked)).is_err() {
                    tracing::error!("the network does not take orders");
                }
                self.device.push(Input::RelayChanged);
                let _ = reply.send(());
            }
            Request::Verify { reply } => {
                let report = self.device.verify().map_err(|error| error.to_string());
                let _ = reply.send(report);
            }
            Request::Stop { reply } => return Some(Some(reply)),
        }
        None
    }

    fn finish(self, reply: Option<oneshot::Sender<()>>) {
        if let Err(error) = self.device.close() {
            tracing::error!(%error, "the books were not closed in order; the next start folds the rest");
        }
        if let Some(reply) = reply {
            let _ = reply.send(());
        }
    }

    fn event(&mut self, event: NetEvent) {
        let input = match event {
            NetEvent::Listening { address } => {
                self.listening_out.send_modify(|addresses| {
                    if !addresses.contains(&address) {
                        addresses.push(address);
                    }
                });
                let addresses = self.listening_out.borrow().clone();
                Input::Addresses { log: self.device.me(), addresses }
            }
            NetEvent::LinkUp { peer } => Input::PeerUp { peer },
            NetEvent::LinkDown { peer } => Input::PeerDown { peer },
            NetEvent::Message { peer, bytes } => Input::Message { peer, bytes },
            NetEvent::Discovered { peer, address } => {
                Input::Addresses { log: peer, addresses: vec![address] }
            }
            NetEvent::Unreachable { peer, why } => {
                tracing::debug!(peer = peer.short(), why, "not reached");
                return;
            }
            NetEvent::JoinRequest { peer, conversation, bytes, reply } => {
                self.next_ticket += 1;
                self.joins.insert(self.next_ticket, reply);
                Input::Join { peer, conversation, request: bytes, reply: self.next_ticket }
            }
            NetEvent::Twin { address } => Input::Twin {
                why: format!(
                    "a device with this device's key answers at {address}: its folder was copied"
                ),
            },
        };
        self.device.push(input);
    }

    async fn carry_out(&mut self, effect: Effect) {
        let command = match effect {
            Effect::Reply { ticket, result } => {
                if let Some(reply) = self.replies.remove(&ticket) {
                    let _ = reply.send(result);
                }
                return;
            }
            Effect::Forward(document) => return self.forward(document),
            Effect::AskWitness => return self.ask_witness(),
            Effect::JoinAnswer { reply, answer } => {
                if let Some(join) = self.joins.remove(&reply) {
                    let bytes = till_schema::to_bytes(&answer);
                    match answer {
                        // Another word of the joining device follows.
                        JoinAnswer::Code(_) => join.go_on(bytes),
                        JoinAnswer::Welcome(_) | JoinAnswer::Refused(_) => join.send(bytes),
                    };
                }
                return;
            }
            Effect::Send { peer, bytes } => NetCommand::Send { peer, bytes },
            Effect::Disconnect { peer, why } => {
                tracing::warn!(peer = peer.short(), why, "cut off");
                NetCommand::Disconnect(peer)
            }
            Effect::Allow(devices) => NetCommand::SetAllowed(devices),
            Effect::AddressBook { log, addresses } => NetCommand::SetAddresses(log, addresses),
            Effect::JoinOpen(open) => NetCommand::OpenJoin(open),
            // The device itself has seen to these.
            Effect::Invites(_)
            | Effect::Quarantine(_)
            | Effect::Appended(_)
            | Effect::NotSaved { .. }
            | Effect::Unreadable { .. }
            | Effect::Refolded
            | Effect::Postponed(_)
            | Effect::Stopped(_) => return,
        };
        if let Err(error) = self.net.send(command).await {
            tracing::error!(%error, "the network does not take orders");
        }
    }

    fn forward(&self, document: RelayDocument) {
        let Some(relay) = self.relay.clone() else { return };
        let (answers, blocked) = (self.relay_out.clone(), self.relay_blocked.clone());
        self.runtime.spawn(async move {
            let code = document.code.clone();
            let answer = if blocked.load(Ordering::SeqCst) {
                Err(RelayTrouble::Unreachable("cut off by hand".to_owned()))
            } else {
                put(&relay, document).await
            };
            let _ = answers.send(Input::Relay { code, answer }).await;
        });
    }

    /// What the relay has of this device's log. No answer is no word against it.
    fn ask_witness(&self) {
        let Some(relay) = self.relay.clone() else { return };
        let (answers, blocked) = (self.relay_out.clone(), self.relay_blocked.clone());
        let series = self.device.me().to_string();
        self.runtime.spawn(async move {
            if blocked.load(Ordering::SeqCst) {
                return;
            }
            let Ok(heads) = relay.series(&series).await else { return };
            let heads = heads.into_iter().filter_map(|head| {
                Some(SeriesHead { space: head.issuer.parse().ok()?, number: head.number })
            });
            let _ = answers.send(Input::Witness(heads.collect())).await;
        });
    }

    /// Counters for everyone who watches.
    fn announce(&mut self) {
        let versions = self.device.versions();
        self.versions_out.send_if_modified(|last| {
            let changed = *last != versions;
            *last = versions;
            changed
        });
    }

    fn is_picture_stale(&self) -> bool {
        let first = self.snapshot_out.borrow().version == 0;
        self.pictures && (first || self.pictured != self.device.versions())
    }

    /// A new picture for the window.
    fn picture(&mut self) {
        let last = self.snapshot_out.borrow().clone();
        let (next, pictured) = self.device.snapshot(&last, self.pictured);
        self.pictured = pictured;
        self.snapshot_out.send_replace(Arc::new(next));
    }
}

async fn put(relay: &RelayClient, document: RelayDocument) -> Result<RelayAnswer, RelayTrouble> {
    let outgoing = OutgoingDocument {
        code: document.code,
        issuer: document.space.to_string(),
        series: document.series.to_string(),
        number: document.number,
        bytes: document.bytes,
    };
    match relay.put(&outgoing).await {
        Ok(till_relay::client::RelayAnswer::InFlight { retry_after_ms }) => {
            Ok(RelayAnswer::InFlight { retry_after_ms })
        }
        Ok(till_relay::client::RelayAnswer::Final(receipt)) => {
            let signature = data_encoding::HEXLOWER.decode(receipt.signature.as_bytes());
            Ok(RelayAnswer::Final(FiscalReceipt {
                code: receipt.code,
                outcome: match receipt.outcome {
                    till_relay::Outcome::Accepted => Outcome::Accepted,
                    till_relay::Outcome::Rejected => Outcome::Rejected,
                },
                authority_id: receipt.authority_id,
                reason: receipt.reason,
                at_ms: i64::try_from(receipt.at_ms).unwrap_or(i64::MAX),
                relay_signature: signature.unwrap_or_default(),
            }))
        }
        Err(RelayError::Unreachable(why)) => Err(RelayTrouble::Unreachable(why)),
        Err(RelayError::Busy { retry_after_ms }) => Err(RelayTrouble::Busy { retry_after_ms }),
        Err(RelayError::Conflict(why)) => Err(RelayTrouble::Refused(why)),
        Err(RelayError::Refused { detail, .. }) => Err(RelayTrouble::Refused(detail)),
    }
}
