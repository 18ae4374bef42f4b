//! Many seeds, each with its own options, over several threads. Threads are
//! only here: each run by itself is single-threaded.

mod options;
mod report;

pub use options::draw;
pub use report::{Report, table};

use crate::replay::{Replay, RunTwice};
use crate::run::{Outcome, RunOptions, run};
use crate::scenario::Scenario;
use crate::sometimes::Sometimes;
use crate::violation::Violation;
use indicatif::{ProgressBar, ProgressStyle};
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Every so many-th seed is run twice.
pub const TWICE_EVERY: u64 = 50;
/// Failures told of one swarm at most.
const FAILURES_MAX: usize = 50;

/// What to run.
#[derive(Clone, Debug)]
pub struct Swarm {
    /// The one story to run with every seed; without it each seed draws its own.
    pub story: Option<Scenario>,
    /// The first seed.
    pub from: u64,
    /// How many seeds.
    pub seeds: u64,
    /// Begin no further seed after so long.
    pub within: Option<Duration>,
    /// Threads.
    pub jobs: usize,
    /// Where failing seeds are kept.
    pub keep_in: Option<PathBuf>,
    /// Show a bar.
    pub progress: bool,
}

/// A seed that failed.
#[derive(Clone, Debug)]
pub struct Failure {
    /// The seed.
    pub seed: u64,
    /// What broke.
    pub violations: Vec<Violation>,
    /// Where it is kept.
    pub file: Option<PathBuf>,
}

/// What all seeds came to.
#[derive(Clone, Debug, Default)]
pub struct Swarmed {
    /// Whether all seeds ran one story, which need not reach everything.
    pub one_story: bool,
    /// Seeds run.
    pub seeds: u64,
    /// Run a second time for the trace hash.
    pub twice: u64,
    /// Simulated time of devices, ms.
    pub device_ms: u64,
    /// Sales acknowledged.
    pub sold: u64,
    /// Messages that arrived.
    pub messages: u64,
    /// Faults injected.
    pub faults: u64,
    /// What was reached.
    pub sometimes: Sometimes,
    /// Failures, by seed.
    pub failures: Vec<Failure>,
    /// Failures in all.
    pub failed: u64,
    /// The seed that took longest, and how long.
    pub slowest: (u64, Duration),
    /// How long it took.
    pub took: Duration,
}

impl Swarm {
    /// Runs the seeds.
    pub fn run(&self) -> Swarmed {
        let begun = Instant::now();
        let next = AtomicU64::new(0);
        let total = Mutex::new(Swarmed::default());
        let bar = self.bar();
        std::thread::scope(|scope| {
            for _ in 0..self.jobs.max(1) {
                scope.spawn(|| {
                    loop {
                        let index = next.fetch_add(1, Ordering::Relaxed);
                        let late = self.within.is_some_and(|within| begun.elapsed() >= within);
                        if index >= self.seeds || late {
                            return;
                        }
                        self.one(self.from + index, &total);
                        bar.inc(1);
                    }
                });
            }
        });
        bar.finish_and_clear();
        let mut swarmed = total.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
        swarmed.failures.sort_by_key(|failure| failure.seed);
        swarmed.took = begun.elapsed();
        swarmed.one_story = self.story.is_some();
        swarmed
    }

    /// What a seed runs.
    pub fn scenario(&self, seed: u64) -> Scenario {
        self.story.clone().unwrap_or_else(|| draw(seed))
    }

    fn bar(&self) -> ProgressBar {
        if !self.progress {
            return ProgressBar::hidden();
        }
        let style = ProgressStyle::with_template(
            "{elapsed_precise} {wide_bar} {pos}/{len} seeds, {per_sec}, {eta} left",
        );
        ProgressBar::new(self.seeds)
            .with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
    }

    fn one(&self, seed: u64, total: &Mutex<Swarmed>) {
        let scenario = self.scenario(seed);
        let begun = Instant::now();
        let mut outcome = run(&scenario, seed, RunOptions::default());
        let took = begun.elapsed();
        let twice = seed.is_multiple_of(TWICE_EVERY);
        if twice {
            let again = run(&scenario, seed, RunOptions::default());
            outcome.violations.extend(RunTwice::compare(&outcome, &again));
        }
        let file = match (&self.keep_in, outcome.holds()) {
            (Some(folder), false) => Replay::of(&scenario, &outcome).write(folder).ok(),
            _ => None,
        };
        let mut total = total.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if took > total.slowest.1 {
            total.slowest = (seed, took);
        }
        total.take(outcome, twice, file);
    }
}

impl Swarmed {
    fn take(&mut self, outcome: Outcome, twice: bool, file: Option<PathBuf>) {
        self.seeds += 1;
        self.twice += u64::from(twice);
        self.device_ms += outcome.simulated_ms * outcome.devices;
        self.sold += outcome.sold;
        self.messages += outcome.stats.messages;
        self.faults += outcome.stats.faults;
        self.sometimes.merge(&outcome.sometimes);
        if !outcome.holds() {
            self.failed += 1;
            if self.failures.len() < FAILURES_MAX {
                let violations = outcome.violations;
                self.failures.push(Failure { seed: outcome.seed, violations, file });
            }
        }
    }
}
