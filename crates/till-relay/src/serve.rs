//! Starting and stopping a relay in this process.

use std::{
    io,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

use crate::{
    authority::simulator::{Simulator, SimulatorKnobs},
    key::RelayKey,
    ledger::Ledger,
    server::{self, Relay},
    settle::Settlement,
};

/// How long a PUT waits for the final answer before it says "in flight".
pub const PUT_ANSWER_WAIT: Duration = Duration::from_secs(2);
/// How long one call to the authority may take. After it the relay asks what became of it.
pub const AUTHORITY_TIMEOUT: Duration = Duration::from_secs(30);
/// The shortest pause between two tries for a document.
pub const RETRY_FLOOR: Duration = Duration::from_millis(500);
/// The longest pause between two tries for a document, unless the authority asks for more.
pub const RETRY_CAP: Duration = Duration::from_secs(60);
/// With this many documents unsettled, new ones are put off.
pub const UNSETTLED_MAX: u64 = 4096;
/// How long a stopping relay waits for the requests it is answering.
pub const SHUTDOWN_WAIT: Duration = Duration::from_secs(5);

/// The relay's bounds; the default is right for a shop, tests shorten them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelayLimits {
    /// See [`UNSETTLED_MAX`].
    pub unsettled_max: u64,
    /// See [`PUT_ANSWER_WAIT`].
    pub answer_wait: Duration,
    /// See [`AUTHORITY_TIMEOUT`].
    pub authority_timeout: Duration,
    /// See [`RETRY_FLOOR`].
    pub retry_floor: Duration,
    /// See [`RETRY_CAP`].
    pub retry_cap: Duration,
}

impl Default for RelayLimits {
    fn default() -> Self {
        Self {
            unsettled_max: UNSETTLED_MAX,
            answer_wait: PUT_ANSWER_WAIT,
            authority_timeout: AUTHORITY_TIMEOUT,
            retry_floor: RETRY_FLOOR,
            retry_cap: RETRY_CAP,
        }
    }
}

/// What a relay needs to run.
#[derive(Debug, Clone)]
pub struct RelayConfig {
    /// Folder of its ledger, its key and the simulated authority's ledger; made when
    /// absent. One relay at a time.
    pub data_dir: PathBuf,
    /// Address to listen on; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Faults of the simulated authority at the start.
    pub simulator: SimulatorKnobs,
    /// Bounds.
    pub limits: RelayLimits,
}

impl RelayConfig {
    /// A relay with the usual bounds and a simulated authority without faults.
    pub fn new(data_dir: impl Into<PathBuf>, listen: SocketAddr) -> Self {
        Self {
            data_dir: data_dir.into(),
            listen,
            simulator: SimulatorKnobs::default(),
            limits: RelayLimits::default(),
        }
    }
}

/// Why a relay did not start.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// Something listens there already.
    #[error(
        "the address {0} is already in use: another relay or program listens there; \
         stop it, or choose another port with --listen"
    )]
    AddressInUse(SocketAddr),
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {cause}; choose an address of this machine with --listen")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system said.
        cause: io::Error,
    },
    /// Another relay has the data folder.
    #[error(
        "the data folder {} is in use by another relay; stop it, or choose another folder with --data",
        .0.display()
    )]
    DataInUse(PathBuf),
    /// The data folder cannot be read or written.
    #[error("cannot use the data folder {}: {cause}", dir.display())]
    Data {
        /// The folder.
        dir: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// A database file cannot be opened, or was refused because it is damaged.
    #[error("cannot open {}: {cause}; put the folder back from a copy, do not delete it", path.display())]
    Database {
        /// The file.
        path: PathBuf,
        /// What the database said.
        cause: Box<redb::Error>,
    },
    /// The key is not the one this ledger's receipts were signed with.
    #[error(
        "the key relay.key in {} is missing or is not the one this ledger was begun with \
         (public key {expected}); put the right one back",
        dir.display()
    )]
    WrongKey {
        /// The data folder.
        dir: PathBuf,
        /// The public key of the ledger.
        expected: String,
    },
}

/// A running relay. Dropping it stops the relay too, without waiting.
#[derive(Debug)]
pub struct RelayHandle {
    /// The address it listens on.
    pub local_addr: SocketAddr,
    /// Its public key, hexadecimal: what shop devices check receipts against.
    pub public_key: String,
    stop: oneshot::Sender<()>,
    running: JoinHandle<()>,
}

impl RelayHandle {
    /// Its address for clients.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.local_addr)
    }

    /// Stops taking requests, finishes those it is answering (at most
    /// [`SHUTDOWN_WAIT`]) and closes the files. Unsettled documents go on at the next start.
    pub async fn shutdown(self) {
        drop(self.stop);
        if let Err(error) = self.running.await {
            tracing::error!("the relay ended badly: {error}");
        }
    }
}

/// Starts a relay with the simulated authority. Call it inside a tokio runtime; it runs
/// there until the handle is shut down or dropped.
pub async fn serve(config: RelayConfig) -> Result<RelayHandle, ServeError> {
    // The address first: a port in use must not cost a check of the whole ledger.
    let listener = bind(config.listen).await?;
    let local_addr = listener
        .local_addr()
        .map_err(|cause| ServeError::Listen { address: config.listen, cause })?;
    let (dir, knobs) = (config.data_dir.clone(), config.simulator);
    let opened = tokio::task::spawn_blocking(move || open(&dir, knobs)).await;
    let (ledger, key, simulator) = opened.map_err(|error| ServeError::Data {
        dir: config.data_dir.clone(),
        cause: io::Error::other(error),
    })??;
    let simulator = Arc::new(simulator);
    let settlement = Settlement::new(ledger, key, simulator.clone(), config.limits);
    settlement.resume().await.map_err(|fault| ServeError::Data {
        dir: config.data_dir,
        cause: io::Error::other(fault),
    })?;

    let (stop, stopped) = oneshot::channel();
    let public_key = settlement.public_key();
    let relay = Arc::new(Relay { settlement, simulator });
    Ok(RelayHandle {
        local_addr,
        public_key,
        stop,
        running: tokio::spawn(run(listener, relay, stopped)),
    })
}

async fn bind(address: SocketAddr) -> Result<TcpListener, ServeError> {
    TcpListener::bind(address).await.map_err(|cause| match cause.kind() {
        io::ErrorKind::AddrInUse => ServeError::AddressInUse(address),
        _ => ServeError::Listen { address, cause },
    })
}

/// Opens the data folder. The ledger is opened first, because its lock guards the rest.
fn open(dir: &Path, knobs: SimulatorKnobs) -> Result<(Ledger, RelayKey, Simulator), ServeError> {
    let data = |cause| ServeError::Data { dir: dir.to_owned(), cause };
    std::fs::create_dir_all(dir).map_err(data)?;
    let ledger = Ledger::open(dir)?;
    let bound = ledger.relay().map_err(|error| data(io::Error::other(error)))?;
    let key = match (bound, RelayKey::load(dir).map_err(data)?) {
        (Some(expected), Some(key)) if key.public_hex() == expected => key,
        // A new key would make every receipt given out so far unbelievable.
        (Some(expected), _) => {
            return Err(ServeError::WrongKey { dir: dir.to_owned(), expected });
        }
        (None, found) => {
            let key = match found {
                Some(key) => key,
                None => RelayKey::create(dir).map_err(data)?,
            };
            ledger.bind(&key.public_hex()).map_err(|error| data(io::Error::other(error)))?;
            key
        }
    };
    let simulator = Simulator::open(dir, knobs)?;
    Ok((ledger, key, simulator))
}

async fn run(listener: TcpListener, relay: Arc<Relay>, stopped: oneshot::Receiver<()>) {
    let (closing, closed) = oneshot::channel();
    let settlement = relay.settlement.clone();
    let serving = axum::serve(listener, server::router(relay)).with_graceful_shutdown(async move {
        // Told to stop, or the handle was dropped.
        let _ = stopped.await;
        // Wakes the requests that wait for an answer.
        settlement.close().await;
        let _ = closing.send(());
    });
    let overdue = async {
        let _ = closed.await;
        tokio::time::sleep(SHUTDOWN_WAIT).await;
    };
    tokio::select! {
        result = serving => {
            if let Err(error) = result {
                tracing::error!("the server ended: {error}");
            }
        }
        () = overdue => tracing::warn!("left requests unanswered that took too long"),
    }
}
