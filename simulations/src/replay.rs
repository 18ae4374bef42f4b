//! A run that failed, kept so that it can be run again: its seed and the whole
//! scenario, as TOML.

use crate::run::{Outcome, RunOptions, run};
use crate::scenario::Scenario;
use crate::violation::{Promise, Violation};
use anyhow::Context;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::path::{Path, PathBuf};

/// A failing run.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Replay {
    /// The seed.
    pub seed: u64,
    /// Version of the simulator's code, when it was known.
    #[serde(default)]
    pub commit: String,
    /// What broke, for people.
    #[serde(default)]
    pub broke: Vec<String>,
    /// The trace's hash.
    #[serde(default)]
    pub trace_hash: String,
    /// The story.
    pub scenario: Scenario,
}

impl Replay {
    /// A run that failed.
    pub fn of(scenario: &Scenario, outcome: &Outcome) -> Self {
        let broke = outcome.violations.iter().map(|violation| {
            format!("{:?} {}: {}", violation.promise, violation.invariant, violation.what)
        });
        Self {
            seed: outcome.seed,
            commit: commit(),
            broke: broke.collect(),
            trace_hash: outcome.trace_hash.clone(),
            scenario: scenario.clone(),
        }
    }

    /// Reads one.
    ///
    /// # Errors
    /// When there is none, or something else is there.
    pub fn read(path: &Path) -> anyhow::Result<Self> {
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("cannot read {}", path.display()))?;
        toml::from_str(&text).with_context(|| format!("{} is no replay file", path.display()))
    }

    /// Writes it into a folder, named after scenario and seed.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&self, folder: &Path) -> anyhow::Result<PathBuf> {
        std::fs::create_dir_all(folder)?;
        let swarm = self.scenario.name == format!("swarm-{}", self.seed);
        let name = if swarm {
            self.scenario.name.clone()
        } else {
            format!("{}-{}", self.scenario.name, self.seed)
        };
        let path = folder.join(format!("{name}.toml"));
        std::fs::write(&path, toml::to_string_pretty(self)?)
            .with_context(|| format!("cannot write {}", path.display()))?;
        Ok(path)
    }

    /// Runs it again.
    pub fn run(&self, options: RunOptions) -> Outcome {
        run(&self.scenario, self.seed, options)
    }
}

/// The commit that is checked out, if that can be told.
pub fn commit() -> String {
    let output =
        std::process::Command::new("git").args(["describe", "--always", "--dirty"]).output();
    output
        .ok()
        .filter(|output| output.status.success())
        .map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned())
        .unwrap_or_default()
}

/// Comparing two runs of one seed.
pub struct RunTwice;

impl RunTwice {
    /// A violation when they differ.
    pub fn compare(one: &Outcome, other: &Outcome) -> Option<Violation> {
        (one.trace_hash != other.trace_hash).then(|| Violation {
            promise: Promise::P8,
            invariant: Cow::Borrowed("deterministic"),
            device: None,
            at_ms: 0,
            what: format!("two runs gave {} and {}", one.trace_hash, other.trace_hash),
        })
    }
}
