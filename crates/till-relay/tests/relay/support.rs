use std::{net::SocketAddr, path::Path, time::Duration};

use tempfile::TempDir;
use till_relay::{
    RelayConfig, RelayHandle, RelayLimits, SignedReceipt,
    client::{OutgoingDocument, RelayAnswer, RelayClient},
    document_code, serve,
    simulator::SimulatorKnobs,
};
use tokio::{runtime::Runtime, task::spawn_blocking};

/// No test waits longer than this for anything.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) const ISSUER: &str = "0a0b";
pub(crate) const SERIES: &str = "1c1d";

pub(crate) fn any_port() -> SocketAddr {
    "127.0.0.1:0".parse().unwrap()
}

/// Short pauses, so that a test is quick; the waiting is never what makes it pass.
pub(crate) fn config(dir: &Path) -> RelayConfig {
    let mut config = RelayConfig::new(dir, any_port());
    config.limits = RelayLimits {
        answer_wait: Duration::from_millis(300),
        retry_floor: Duration::from_millis(5),
        retry_cap: Duration::from_millis(50),
        ..RelayLimits::default()
    };
    config
}

/// A relay with its own data folder.
pub(crate) async fn relay() -> (TempDir, RelayHandle, RelayClient) {
    let dir = TempDir::new().unwrap();
    let handle = serve(config(dir.path())).await.unwrap();
    let client = client(&handle);
    (dir, handle, client)
}

pub(crate) fn client(handle: &RelayHandle) -> RelayClient {
    RelayClient::new(&handle.base_url(), Some(&handle.public_key)).unwrap()
}

pub(crate) fn document(number: u64) -> OutgoingDocument {
    let bytes = format!("{{\"number\":{number},\"lines\":[\"bread\"]}}").into_bytes();
    with_bytes(number, bytes)
}

pub(crate) fn with_bytes(number: u64, bytes: Vec<u8>) -> OutgoingDocument {
    OutgoingDocument {
        code: document_code(&bytes),
        issuer: ISSUER.into(),
        series: SERIES.into(),
        number,
        bytes,
    }
}

pub(crate) fn down() -> SimulatorKnobs {
    SimulatorKnobs { down: true, ..SimulatorKnobs::default() }
}

/// Hands the document in until it is final. Each try waits at the relay.
pub(crate) async fn settled(client: &RelayClient, document: &OutgoingDocument) -> SignedReceipt {
    let tries = async {
        loop {
            if let RelayAnswer::Final(receipt) = client.put(document).await.unwrap() {
                return receipt;
            }
        }
    };
    tokio::time::timeout(PATIENCE, tries).await.expect("settled in time")
}

/// Only asks, until the document is final.
pub(crate) async fn settled_by_itself(client: &RelayClient, code: &str) -> SignedReceipt {
    let tries = async {
        loop {
            if let Some(RelayAnswer::Final(receipt)) = client.get(code).await.unwrap() {
                return receipt;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(PATIENCE, tries).await.expect("settled in time")
}

/// A request as a program other than our client makes it.
pub(crate) fn raw_put(
    handle: &RelayHandle,
    document: &OutgoingDocument,
) -> reqwest::RequestBuilder {
    reqwest::Client::new()
        .put(format!("{}/v1/documents/{}", handle.base_url(), document.code))
        .header("Content-Type", "application/json; charset=utf-8")
        .header("Tillmesh-Issuer", &document.issuer)
        .header("Tillmesh-Series", &document.series)
        .header("Tillmesh-Number", document.number)
        .body(document.bytes.clone())
}

/// A relay that can be killed: it lives in a runtime of its own, and whatever it is
/// doing ends with that.
pub(crate) struct Mortal {
    runtime: Runtime,
    pub(crate) handle: RelayHandle,
}

impl Mortal {
    pub(crate) async fn start(config: RelayConfig) -> Self {
        spawn_blocking(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread()
                .worker_threads(1)
                .enable_all()
                .build()
                .unwrap();
            let handle = runtime.block_on(serve(config)).unwrap();
            Self { runtime, handle }
        })
        .await
        .unwrap()
    }

    /// Ends it without a word: no request is finished, no task is told.
    pub(crate) async fn kill(self) {
        let Self { runtime, handle } = self;
        spawn_blocking(move || runtime.shutdown_timeout(PATIENCE)).await.unwrap();
        drop(handle);
    }
}

/// The files as they are at this moment, which is what a killed process leaves behind.
pub(crate) fn copy_files(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        std::fs::copy(&path, to.join(path.file_name().unwrap())).unwrap();
    }
}
