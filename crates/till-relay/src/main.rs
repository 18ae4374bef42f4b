//! The relay as a program of its own.

use std::{
    io::{self, Write as _},
    net::SocketAddr,
    path::PathBuf,
    process::ExitCode,
};

use clap::Parser;
use till_relay::{RelayConfig, serve};
use tracing_subscriber::EnvFilter;

/// Fiscal relay: takes documents from shops, hands them to the tax authority once, and
/// gives signed receipts. This version has a simulated authority.
#[derive(Debug, Parser)]
#[command(name = "till-relay", version)]
struct Arguments {
    /// Address to listen on.
    #[arg(long, default_value = "127.0.0.1:8787")]
    listen: SocketAddr,
    /// Folder for the ledger and the key; made when absent.
    #[arg(long)]
    data: PathBuf,
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::try_from_default_env().unwrap_or_else(|_| "info".into()))
        .with_writer(io::stderr)
        .init();
    let relay = match serve(RelayConfig::new(arguments.data, arguments.listen)).await {
        Ok(relay) => relay,
        Err(error) => {
            // The text says what to do; it is meant for the person at the terminal.
            eprintln!("till-relay: {error}");
            return ExitCode::FAILURE;
        }
    };
    let line = serde_json::json!({
        "listening": relay.base_url(),
        "public_key": relay.public_key,
    });
    // Whoever started the relay reads this line; a closed pipe is no reason to stop.
    let _ = writeln!(io::stdout(), "{line}");
    if let Err(error) = tokio::signal::ctrl_c().await {
        tracing::error!("cannot wait for Ctrl-C, stopping: {error}");
    }
    relay.shutdown().await;
    ExitCode::SUCCESS
}
