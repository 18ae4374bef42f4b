//! tillmesh: an offline-first point of sale whose registers replicate peer to
//! peer. Without a subcommand it opens the window; the subcommands are the
//! command line, the headless peer, the fiscal relay and the demonstration.

mod baskets;
mod cli;
mod commands;
mod demo;
#[cfg(feature = "desktop")]
mod desktop;
mod export;
mod failure;
mod import;
mod print;
mod serve;
mod target;
mod ticket;
#[cfg(feature = "desktop")]
mod window;

use clap::Parser;
use std::process::ExitCode;
use tracing_subscriber::EnvFilter;

fn main() -> ExitCode {
    failure::end_quietly_when_nobody_reads();
    let args = cli::Args::parse();
    let filter = EnvFilter::try_from_env("TILLMESH_LOG").unwrap_or_else(|_| EnvFilter::new("warn"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    match run(args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            failure.tell();
            failure.exit_code()
        }
    }
}

fn run(args: cli::Args) -> Result<(), failure::Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .worker_threads(2)
        .build()
        .map_err(|error| failure::Failure::Trouble(format!("cannot start: {error}")))?;
    let Some(command) = args.command else {
        #[cfg(feature = "desktop")]
        return window::open(&runtime, args.globals.folder()?, args.globals.language.as_deref());
        #[cfg(not(feature = "desktop"))]
        return Err(failure::Failure::Usage(
            "this build has no window; see `tillmesh --help` for the commands".to_owned(),
        ));
    };
    runtime.block_on(commands::run(args.globals, command))
}
