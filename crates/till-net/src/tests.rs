//! Nodes on real sockets of the loopback interface. Every wait has an end.

#![allow(clippy::unwrap_used)]

mod discovery;
mod hostile;
mod joining;
mod links;
mod rude;
mod twins;

use crate::bounds::HIGHER_DIALS_AFTER;
use crate::driver::spawn_with;
use crate::{NetCommand, NetConfig, NetEvent, NetHandle, log_id_of};
use std::collections::BTreeSet;
use std::time::Duration;
use till_schema::ids::LogId;
use tokio::sync::mpsc;
use tokio::time::timeout;

/// Far more than anything here takes, also on a busy machine.
const PATIENCE: Duration = Duration::from_secs(15);

async fn within<T>(what: &str, future: impl Future<Output = T>) -> T {
    match timeout(PATIENCE, future).await {
        Ok(value) => value,
        Err(_) => panic!("{what}: not within {PATIENCE:?}"),
    }
}

struct Node {
    secret: [u8; 32],
    log: LogId,
    address: String,
    handle: NetHandle,
    events: mpsc::Receiver<NetEvent>,
}

impl Node {
    async fn start(seed: u8) -> Self {
        Self::start_at([seed; 32], "127.0.0.1:0", HIGHER_DIALS_AFTER).await
    }

    async fn start_at(secret: [u8; 32], listen: &str, higher_dials_after: u32) -> Self {
        let config = NetConfig { secret, listen: vec![listen.to_owned()], mdns: false };
        let (handle, mut events) = spawn_with(config, higher_dials_after).unwrap();
        let address = match within("listening", events.recv()).await {
            Some(NetEvent::Listening { address }) => address,
            other => panic!("{other:?} instead of Listening"),
        };
        Self { secret, log: log_id_of(&secret), address, handle, events }
    }

    async fn command(&self, command: NetCommand) {
        within("command", self.handle.send(command)).await.unwrap();
    }

    async fn allow(&self, peers: &[LogId]) {
        self.command(NetCommand::SetAllowed(peers.iter().copied().collect())).await;
    }

    async fn block(&self, peers: &[LogId]) {
        let peers: BTreeSet<LogId> = peers.iter().copied().collect();
        self.command(NetCommand::SetBlocked(peers)).await;
    }

    async fn find(&self, other: &Node) {
        self.find_at(other.log, &[&other.address]).await;
    }

    async fn find_at(&self, log: LogId, addresses: &[&str]) {
        let addresses = addresses.iter().map(|address| (*address).to_owned()).collect();
        self.command(NetCommand::SetAddresses(log, addresses)).await;
    }

    async fn say(&self, peer: LogId, bytes: impl Into<Vec<u8>>) {
        self.command(NetCommand::Send { peer, bytes: bytes.into() }).await;
    }

    async fn event(&mut self) -> NetEvent {
        within("event", self.events.recv()).await.expect("the node runs")
    }

    /// The next event that is not a hint about dialing.
    async fn news(&mut self) -> NetEvent {
        loop {
            match self.event().await {
                NetEvent::Unreachable { .. } | NetEvent::Listening { .. } => {}
                other => return other,
            }
        }
    }

    async fn up(&mut self, expected: LogId) {
        match self.news().await {
            NetEvent::LinkUp { peer } if peer == expected => {}
            other => panic!("{other:?} instead of LinkUp"),
        }
    }

    async fn down(&mut self, expected: LogId) {
        match self.news().await {
            NetEvent::LinkDown { peer } if peer == expected => {}
            other => panic!("{other:?} instead of LinkDown"),
        }
    }

    async fn hears(&mut self, from: LogId) -> Vec<u8> {
        match self.news().await {
            NetEvent::Message { peer, bytes } if peer == from => bytes,
            other => panic!("{other:?} instead of a message"),
        }
    }

    /// Ends the node and waits until its sockets are closed.
    async fn stop(self) {
        let Self { handle, mut events, .. } = self;
        drop(handle);
        within("end", async { while events.recv().await.is_some() {} }).await;
    }
}

/// Two nodes that allow each other, the one with the lower id first.
async fn pair(seeds: [u8; 2]) -> (Node, Node) {
    let (a, b) = (Node::start(seeds[0]).await, Node::start(seeds[1]).await);
    let (low, high) = if a.log < b.log { (a, b) } else { (b, a) };
    low.allow(&[high.log]).await;
    high.allow(&[low.log]).await;
    (low, high)
}

/// Two nodes with a link.
async fn linked(seeds: [u8; 2]) -> (Node, Node) {
    let (mut low, mut high) = pair(seeds).await;
    low.find(&high).await;
    low.up(high.log).await;
    high.up(low.log).await;
    (low, high)
}
