//! What a swarm prints.

use super::Swarmed;
use crate::scenario::Fault;
use crate::sometimes::MARKS;
use comfy_table::{Table, presets};
use serde::Serialize;
use std::collections::BTreeMap;

/// So many seeds must reach everything; fewer may miss something by chance.
const SEEDS_TO_REACH_ALL: u64 = 300;
/// Kinds of conflict that a swarm's options make reachable.
const CONFLICTS: [&str; 9] = [
    "FIELD",
    "OVERSOLD",
    "CUSTOMER_DUPLICATE",
    "NUMBER_DUPLICATE",
    "FISCAL_REJECTED",
    "FORK",
    "UNENTITLED",
    "PROVISIONAL_OPEN",
    "DOUBLE_REFUND",
];
/// Milliseconds of a year.
const YEAR_MS: f64 = 365.0 * 86_400_000.0;

/// A swarm's result for machines.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// Seeds run.
    pub seeds: u64,
    /// Seeds run twice with equal hashes.
    pub twice: u64,
    /// Seeds with a violation.
    pub failed: u64,
    /// Simulated device-years.
    pub device_years: f64,
    /// Sales acknowledged.
    pub sold: u64,
    /// Messages delivered.
    pub messages: u64,
    /// Faults injected.
    pub faults: u64,
    /// The seed that took longest, and its seconds.
    pub slowest: (u64, f64),
    /// Seconds it took.
    pub seconds: f64,
    /// Simulated device time over real time.
    pub times_real_time: f64,
    /// Violations by promise and invariant.
    pub invariants: BTreeMap<String, u64>,
    /// What was reached how often.
    pub reached: BTreeMap<String, u64>,
    /// What should have been reached and was not.
    pub missed: Vec<String>,
    /// Failing seeds and the first thing that broke.
    pub failures: BTreeMap<u64, String>,
}

/// Everything that a swarm must reach.
fn wanted() -> Vec<String> {
    let faults = Fault::KINDS.iter().map(|kind| format!("fault:{kind}"));
    let conflicts = CONFLICTS.iter().map(|kind| format!("conflict:{kind}"));
    faults.chain(conflicts).chain(MARKS.iter().map(|(name, _)| (*name).to_owned())).collect()
}

impl Report {
    /// Of a swarm.
    pub fn of(swarmed: &Swarmed) -> Self {
        let mut invariants: BTreeMap<String, u64> = BTreeMap::new();
        for violation in swarmed.failures.iter().flat_map(|failure| &failure.violations) {
            let name = format!("{:?} {}", violation.promise, violation.invariant);
            *invariants.entry(name).or_default() += 1;
        }
        let seconds = swarmed.took.as_secs_f64();
        let mut missed = wanted();
        missed.retain(|name| !swarmed.one_story && swarmed.sometimes.count(name) == 0);
        Self {
            seeds: swarmed.seeds,
            twice: swarmed.twice,
            failed: swarmed.failed,
            device_years: swarmed.device_ms as f64 / YEAR_MS,
            sold: swarmed.sold,
            messages: swarmed.messages,
            faults: swarmed.faults,
            slowest: (swarmed.slowest.0, swarmed.slowest.1.as_secs_f64()),
            seconds,
            times_real_time: swarmed.device_ms as f64 / 1000.0 / seconds.max(1e-9),
            invariants,
            reached: swarmed.sometimes.iter().map(|(n, times)| (n.to_owned(), times)).collect(),
            missed,
            failures: swarmed
                .failures
                .iter()
                .filter_map(|failure| {
                    let first = failure.violations.first()?;
                    let what = format!("{:?} {}: {}", first.promise, first.invariant, first.what);
                    Some((failure.seed, what))
                })
                .collect(),
        }
    }

    /// Whether the swarm is content: nothing broke and, if it was large enough,
    /// everything was reached.
    pub fn is_good(&self) -> bool {
        self.failed == 0 && (self.seeds < SEEDS_TO_REACH_ALL || self.missed.is_empty())
    }
}

/// The result as tables.
pub fn table(report: &Report) -> String {
    let mut text = String::new();
    let mut head = Table::new();
    head.load_preset(presets::UTF8_HORIZONTAL_ONLY);
    head.set_header(["seeds", "failed", "twice", "device-years", "sales", "faults", "× real time"]);
    head.add_row([
        report.seeds.to_string(),
        report.failed.to_string(),
        report.twice.to_string(),
        format!("{:.3}", report.device_years),
        report.sold.to_string(),
        report.faults.to_string(),
        format!("{:.0}", report.times_real_time),
    ]);
    let (slowest, seconds) = report.slowest;
    text.push_str(&format!(
        "{head}\n{:.0} s; seed {slowest} took {seconds:.1} s\n",
        report.seconds
    ));
    for (title, group) in [
        ("fault", "fault:"),
        ("conflict at rest", "conflict:"),
        ("reached", "mark:"),
        ("done", "done:"),
    ] {
        let mut table = Table::new();
        table.load_preset(presets::UTF8_HORIZONTAL_ONLY);
        table.set_header([title, "times"]);
        for (name, times) in &report.reached {
            if let Some(name) = name.strip_prefix(group) {
                table.add_row([name.to_owned(), times.to_string()]);
            }
        }
        text.push_str(&format!("{table}\n"));
    }
    if !report.invariants.is_empty() {
        let mut table = Table::new();
        table.load_preset(presets::UTF8_HORIZONTAL_ONLY);
        table.set_header(["broken invariant", "times"]);
        for (name, times) in &report.invariants {
            table.add_row([name.clone(), times.to_string()]);
        }
        text.push_str(&format!("{table}\n"));
    }
    if !report.missed.is_empty() {
        text.push_str(&format!("never reached: {}\n", report.missed.join(", ")));
    }
    for (seed, what) in &report.failures {
        text.push_str(&format!("seed {seed}: {what}\n"));
    }
    text
}
