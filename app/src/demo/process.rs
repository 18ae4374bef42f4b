//! The demo's processes: copies of this program, each with a folder of its own.

use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use till_host::api::ApiFile;
use till_host::remote::Remote;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

/// Longest wait for a process to say that it runs.
const START_WITHIN: Duration = Duration::from_secs(30);
/// Longest wait for a process to end.
const END_WITHIN: Duration = Duration::from_secs(30);

/// Where a copy keeps its fences: beside its folder, so that a demonstration
/// leaves nothing on the machine.
const FENCES: &str = "TILLMESH_FENCES";

fn fences_of(folder: &Path) -> std::ffi::OsString {
    let places = ["fence-1", "fence-2"].map(|name| folder.with_extension(name));
    std::env::join_paths(places).unwrap_or_default()
}

/// This program.
fn program() -> Result<PathBuf> {
    std::env::current_exe().context("cannot find this program to start copies of it")
}

/// A copy that runs until it is stopped.
pub(super) struct Running {
    child: Child,
    /// What it said when it was ready.
    pub(super) hello: Value,
}

impl Running {
    /// Starts a copy and waits for its line. Its log goes to `FOLDER.log`.
    pub(super) async fn start(folder: &Path, args: &[&str]) -> Result<Self> {
        let log = std::fs::File::create(folder.with_extension("log"))
            .with_context(|| format!("cannot write beside {}", folder.display()))?;
        let mut child = Command::new(program()?)
            .arg("--data")
            .arg(folder)
            .args(args)
            .env(FENCES, fences_of(folder))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log)
            .kill_on_drop(true)
            .spawn()
            .context("cannot start a copy of this program")?;
        let stdout = child.stdout.take().context("a started copy has an output")?;
        let mut lines = BufReader::new(stdout).lines();
        let line = tokio::time::timeout(START_WITHIN, lines.next_line()).await;
        let Ok(Ok(Some(line))) = line else {
            let said = std::fs::read_to_string(folder.with_extension("log")).unwrap_or_default();
            bail!("`tillmesh {}` did not start: {}", args.join(" "), said.trim());
        };
        let hello = serde_json::from_str(&line).context("a started copy says who it is")?;
        Ok(Self { child, hello })
    }

    /// A text of the line it said.
    pub(super) fn said(&self, field: &str) -> Result<String> {
        self.hello[field]
            .as_str()
            .map(str::to_owned)
            .with_context(|| format!("a started copy says its {field}"))
    }

    /// Largest memory it used, in MB, as the system counts it.
    pub(super) fn peak_rss_mb(&self) -> u64 {
        let Some(pid) = self.child.id() else { return 0 };
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
        status
            .lines()
            .find_map(|line| line.strip_prefix("VmHWM:"))
            .and_then(|rest| rest.split_whitespace().next()?.parse::<u64>().ok())
            .map_or(0, |kib| kib.div_ceil(1024))
    }

    /// Waits for it to end after it was asked to, or ends it.
    pub(super) async fn ended(mut self) {
        if tokio::time::timeout(END_WITHIN, self.child.wait()).await.is_err() {
            let _ = self.child.kill().await;
        }
    }

    /// Ends it at once.
    pub(super) async fn kill(mut self) {
        let _ = self.child.kill().await;
    }
}

/// Runs a copy to its end and gives its exit code and what it printed as JSON.
pub(super) async fn run_once(folder: &Path, args: &[&str]) -> Result<(bool, Value)> {
    let output = Command::new(program()?)
        .arg("--data")
        .arg(folder)
        .arg("--json")
        .args(args)
        .env(FENCES, fences_of(folder))
        .stdin(Stdio::null())
        .output()
        .await
        .context("cannot start a copy of this program")?;
    let stdout = String::from_utf8_lossy(&output.stdout);
    let value = serde_json::from_str(&stdout).unwrap_or_else(|_| {
        Value::String(String::from_utf8_lossy(&output.stderr).trim().to_owned())
    });
    Ok((output.status.success(), value))
}

/// The local API of a device that runs on a folder.
pub(super) fn api(folder: &Path) -> Result<Remote> {
    let path = folder.join(till_host::api::API_FILE);
    let bytes = std::fs::read(&path).with_context(|| format!("no {}", path.display()))?;
    let file: ApiFile = serde_json::from_slice(&bytes)?;
    Remote::new(file).context("no client for the local API")
}
