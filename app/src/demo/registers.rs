//! The demo's registers and what is asked of them.

use super::process::{Running, api, run_once};
use anyhow::{Context, Result, bail};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;
use till_host::Reach;
use till_host::remote::{Remote, RemoteError};
use till_node::command::{
    Cart, Command, CommandError, ConflictView, FiscalQueue, Reply, Sold, SyncStatus,
};
use till_schema::LogId;
use tokio::time::Instant;

/// Longest wait for the registers to agree.
const AGREE_WITHIN: Duration = Duration::from_secs(120);
/// Pause between two looks while waiting.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// How often a sale is tried again when there is no number yet.
const SELL_TRIES_MAX: usize = 200;

/// One register: a process of its own on a folder of its own.
pub(super) struct Register {
    pub(super) name: String,
    pub(super) folder: PathBuf,
    pub(super) log: LogId,
    pub(super) api: Remote,
    pub(super) process: Running,
}

impl Register {
    /// Starts `tillmesh serve` on a folder that holds a device.
    pub(super) async fn start(name: String, folder: PathBuf, relay: (&str, &str)) -> Result<Self> {
        let args = [
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--no-mdns",
            "--relay",
            relay.0,
            "--relay-key",
            relay.1,
        ];
        let process = Running::start(&folder, &args).await?;
        let log = process.said("log")?.parse()?;
        let api = api(&folder)?;
        Ok(Self { name, folder, log, api, process })
    }

    /// Founds a shop in a folder.
    pub(super) async fn found(folder: &Path, name: &str, currency: &str, last: u64) -> Result<()> {
        let numbers = format!("1-{last}");
        let args = [
            "shop",
            "create",
            "--name",
            "tillmesh demo",
            "--device",
            name,
            "--tax-id",
            "900123456",
            "--currency",
            currency,
            "--prefix",
            "DEMO",
            "--numbers",
            &numbers,
        ];
        let (done, said) = run_once(folder, &args).await?;
        if !done {
            bail!("the shop was not founded: {said}");
        }
        Ok(())
    }

    /// Lets the device of a folder join.
    pub(super) async fn invite(&self, folder: &Path, name: &str) -> Result<()> {
        let roles = vec![till_schema::body::Role::Register];
        let Reply::Invited { invite } = self.api.execute(&Command::Invite { roles }).await? else {
            bail!("no invite was given");
        };
        let (done, said) = run_once(folder, &["shop", "join", &invite, "--device", name]).await?;
        if !done {
            bail!("{name} did not join: {said}");
        }
        Ok(())
    }

    pub(super) async fn execute(&self, command: Command) -> Result<Reply> {
        self.api.execute(&command).await.with_context(|| format!("{} refused", self.name))
    }

    /// Sells a cart; without a number it waits for a grant.
    pub(super) async fn sell(&self, cart: &Cart) -> Result<Sold> {
        for _ in 0..SELL_TRIES_MAX {
            match self.api.execute(&Command::Sell(cart.clone())).await {
                Ok(Reply::Sold(sold)) => return Ok(sold),
                Ok(_) => bail!("{} answered something else", self.name),
                Err(RemoteError::Command(CommandError::NoNumbers(_) | CommandError::Busy)) => {
                    tokio::time::sleep(LOOK_EVERY).await;
                }
                Err(error) => {
                    return Err(error).with_context(|| format!("{} did not sell", self.name));
                }
            }
        }
        bail!("{} got no numbers", self.name)
    }

    pub(super) async fn sync(&self) -> Result<SyncStatus> {
        match self.execute(Command::SyncStatus).await? {
            Reply::SyncStatus(status) => Ok(status),
            _ => bail!("{} answered something else", self.name),
        }
    }

    pub(super) async fn conflicts(&self) -> Result<Vec<ConflictView>> {
        match self.execute(Command::Conflicts).await? {
            Reply::Conflicts(conflicts) => Ok(conflicts),
            _ => bail!("{} answered something else", self.name),
        }
    }

    pub(super) async fn fiscal(&self) -> Result<FiscalQueue> {
        match self.execute(Command::FiscalQueue).await? {
            Reply::FiscalQueue(queue) => Ok(queue),
            _ => bail!("{} answered something else", self.name),
        }
    }

    pub(super) async fn numbers_held(&self) -> Result<u64> {
        match self.execute(Command::NumbersStatus).await? {
            Reply::NumbersStatus(spaces) => Ok(spaces.iter().map(|space| space.held).sum()),
            _ => bail!("{} answered something else", self.name),
        }
    }

    /// Cuts this register off from others and perhaps from the relay.
    pub(super) async fn reach(&self, blocked: BTreeSet<LogId>, relay_blocked: bool) -> Result<()> {
        Ok(self.api.set_reach(&Reach { blocked, relay_blocked }).await?)
    }

    /// An orderly end.
    pub(super) async fn stop(self) -> Result<()> {
        let asked = self.api.stop().await;
        self.process.ended().await;
        asked.with_context(|| format!("{} did not stop in order", self.name))
    }
}

/// Waits until `holds` says yes of something asked of all registers.
pub(super) async fn until<F: Future<Output = Result<bool>>>(
    what: &str,
    mut holds: impl FnMut() -> F,
) -> Result<()> {
    let deadline = Instant::now() + AGREE_WITHIN;
    while !holds().await? {
        if Instant::now() > deadline {
            bail!("after {} s still not: {what}", AGREE_WITHIN.as_secs());
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    Ok(())
}

/// Whether all hold the same entries and see each other.
pub(super) async fn agree(registers: &[Register]) -> Result<bool> {
    let mut vectors = Vec::new();
    for register in registers {
        let sync = register.sync().await?;
        let linked = sync.peers.iter().filter(|peer| peer.linked).count();
        if linked + 1 < registers.len() || sync.gated > 0 {
            return Ok(false);
        }
        vectors.push(sync.vector);
    }
    Ok(vectors.iter().all(|vector| *vector == vectors[0] && vector.len() == registers.len()))
}
