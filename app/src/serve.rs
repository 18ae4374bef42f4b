//! `serve` and `relay`: programs that run until they are stopped.

use crate::cli::{RelayArgs, ServeArgs};
use crate::failure::Failure;
use std::path::Path;
use std::time::Duration;
use till_host::{Folder, Host, HostOptions, api};
use till_relay::{RelayConfig, simulator::SimulatorKnobs};

/// Longest wait for the local API's last answers to go out.
const LAST_ANSWERS_WITHIN: Duration = Duration::from_secs(3);

/// Runs the device in a folder without a window.
pub(crate) async fn serve(folder: &Path, args: ServeArgs) -> Result<(), Failure> {
    let options = HostOptions {
        listen: args.listen,
        relay: args.relay,
        relay_key: args.relay_key,
        peers: args.peer,
        mdns: !args.no_mdns,
        pictures: false,
    };
    if !Folder::has_shop(folder) {
        return Err(till_host::FolderError::NoShop(folder.to_path_buf()).into());
    }
    let handle = Host::start(Folder::lock(folder)?, options)?;
    let started = api::serve(handle.clone(), folder, args.api).await;
    let (file, server) = started.map_err(|error| Failure::Usage(error.to_string()))?;
    let line = serde_json::json!({
        "log": handle.me(),
        "listening": handle.listening().await,
        "api": file.url,
    });
    println!("{line}");
    let mut versions = handle.versions();
    let ended = async { while versions.changed().await.is_ok() {} };
    tokio::select! {
        () = stop_signal() => handle.stop().await,
        () = ended => {}
    }
    let _ = tokio::time::timeout(LAST_ANSWERS_WITHIN, server).await;
    let _ = std::fs::remove_file(folder.join(api::API_FILE));
    Ok(())
}

/// Runs the fiscal relay.
pub(crate) async fn relay(folder: &Path, args: &RelayArgs) -> Result<(), Failure> {
    let mut config = RelayConfig::new(folder, args.listen);
    config.simulator = SimulatorKnobs::default();
    let relay =
        till_relay::serve(config).await.map_err(|error| Failure::Usage(error.to_string()))?;
    let line = serde_json::json!({
        "listening": relay.base_url(),
        "public_key": relay.public_key,
    });
    println!("{line}");
    stop_signal().await;
    relay.shutdown().await;
    Ok(())
}

/// Ctrl-C, or the system asking to end.
async fn stop_signal() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut ended) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = ended.recv() => {}
            }
            return;
        }
    }
    let _ = tokio::signal::ctrl_c().await;
}
