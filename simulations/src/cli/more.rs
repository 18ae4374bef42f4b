//! Pages to look at, smaller failures, known bugs.

use clap::Args;
use std::path::{Path, PathBuf};
use std::time::Duration;
use till_sim::replay::Replay;
use till_sim::run::{RunOptions, run};
use till_sim::scenario::Scenario;
use till_sim::shrink::{Bounds, shrink};

/// Runs once more with all events kept and writes the page, if one is wanted.
pub(super) fn timeline(path: Option<&Path>, scenario: &Scenario, seed: u64) -> anyhow::Result<()> {
    let Some(path) = path else { return Ok(()) };
    let outcome = run(scenario, seed, RunOptions { keep_trace: true });
    let summary = [
        ("seed", seed.to_string()),
        ("sold", outcome.sold.to_string()),
        ("messages", outcome.stats.messages.to_string()),
        ("faults", outcome.stats.faults.to_string()),
        ("violations", outcome.violations.len().to_string()),
        ("trace", outcome.trace_hash.chars().take(8).collect()),
    ];
    let summary = summary.map(|(name, figure)| (name.to_owned(), figure));
    till_sim::timeline::write(path, &outcome.trace, &scenario.name, &summary)?;
    eprintln!("the run as a page: {}", path.display());
    Ok(())
}

#[derive(Args)]
pub(super) struct Shrink {
    /// The file, as kept under `simulations/seeds`.
    file: PathBuf,
    /// Candidates at most.
    #[arg(long, default_value_t = Bounds::default().tries)]
    tries: u32,
    /// Minutes at most.
    #[arg(long, default_value_t = 5.0)]
    minutes: f64,
    /// Write what is left as a page to look at.
    #[arg(long)]
    timeline: Option<PathBuf>,
}

impl Shrink {
    pub(super) fn run(&self) -> anyhow::Result<bool> {
        let kept = Replay::read(&self.file)?;
        let within = Duration::from_secs_f64(self.minutes.max(0.0) * 60.0);
        let bounds = Bounds { tries: self.tries, within };
        let Some(shrunk) = shrink(&kept.scenario, kept.seed, bounds) else {
            println!("{} holds: there is nothing to shrink", self.file.display());
            return Ok(true);
        };
        println!("{} → {} in {} tries", shrunk.before, shrunk.after, shrunk.tries);
        let broken = &shrunk.violation;
        println!("VIOLATION {:?} {}: {}", broken.promise, broken.invariant, broken.what);
        println!("{}", toml::to_string_pretty(&shrunk.scenario)?);
        let folder = self.file.parent().unwrap_or(Path::new("."));
        let file = shrunk.replay().write(folder)?;
        timeline(self.timeline.as_deref(), &shrunk.scenario, shrunk.seed)?;
        println!("again: till-sim replay {}", file.display());
        Ok(false)
    }
}

#[derive(Args)]
pub(super) struct Mutants {
    /// Seeds after which a bug counts as not found.
    #[arg(long, default_value_t = 10_000)]
    seeds: u64,
    /// Only bugs whose name contains this.
    #[arg(long, default_value = "")]
    only: String,
    /// The result as JSON.
    #[arg(long)]
    json: bool,
}

impl Mutants {
    #[cfg(not(feature = "mutants"))]
    pub(super) fn run(&self) -> anyhow::Result<bool> {
        let Self { seeds, only, json } = self;
        let json = if *json { " --json" } else { "" };
        let only = if only.is_empty() { String::new() } else { format!(" --only {only}") };
        anyhow::bail!(
            "this build has no bugs to switch on; use \
             `cargo run --release -p till-sim --features mutants -- mutants --seeds {seeds}{only}{json}`"
        )
    }

    #[cfg(feature = "mutants")]
    pub(super) fn run(&self) -> anyhow::Result<bool> {
        use till_sim::mutants::{KNOWN, hunt, table};
        let wanted = KNOWN.iter().filter(|known| known.name.contains(&self.only));
        let mut hunted = Vec::new();
        for known in wanted {
            if !self.json {
                eprint!("{} … ", known.name);
            }
            let done = hunt(known, self.seeds);
            if !self.json {
                let how = done.found.as_ref().map_or("NOT FOUND", |found| found.what.as_str());
                eprintln!("{} seeds: {how}", done.seeds);
            }
            hunted.push(done);
        }
        if self.json {
            println!("{}", serde_json::to_string_pretty(&hunted)?);
        } else {
            println!("{}", table(&hunted));
        }
        Ok(hunted.iter().all(|done| done.found.is_some() && done.is_sound))
    }
}
