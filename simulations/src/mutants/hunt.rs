//! Running seeds with a bug until the simulator complains.

use super::{Infected, Known};
use crate::run::{RunOptions, run};
use crate::scenario::{Scenario, from_toml};
use comfy_table::{Table, presets::UTF8_FULL_CONDENSED};
use serde::Serialize;
use std::time::{Duration, Instant};

/// How a bug was found.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Found {
    /// With which seed.
    pub seed: u64,
    /// What it broke first of what it should break.
    pub invariant: String,
    /// How.
    pub what: String,
}

/// What came of looking for a bug.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Hunted {
    /// The bug.
    pub name: &'static str,
    /// What it is.
    pub breaks: &'static str,
    /// Seeds run.
    pub seeds: u64,
    /// How it was found, if it was.
    pub found: Option<Found>,
    /// The same seed breaks nothing of the kind without the bug.
    pub is_sound: bool,
    /// How long it took.
    #[serde(skip)]
    pub took: Duration,
}

/// Runs seed after seed until the bug shows.
pub fn hunt(known: &Known, seeds_max: u64) -> Hunted {
    let begun = Instant::now();
    let story = from_toml(known.story).unwrap_or_else(|error| panic!("{}: {error}", known.name));
    let mut found = None;
    let mut seeds = 0;
    while found.is_none() && seeds < seeds_max {
        seeds += 1;
        let infected = Infected::with(known.bug);
        found = shown(known, &story, seeds);
        drop(infected);
    }
    // A story that breaks the same promise anyway would prove nothing.
    let is_sound = found.as_ref().is_none_or(|found| shown(known, &story, found.seed).is_none());
    let (name, breaks) = (known.name, known.breaks);
    Hunted { name, breaks, seeds, found, is_sound, took: begun.elapsed() }
}

/// What of the expected a seed breaks.
fn shown(known: &Known, story: &Scenario, seed: u64) -> Option<Found> {
    let violations = run(story, seed, RunOptions::default()).violations;
    let is_expected = |invariant: &str| known.expected.contains(&invariant);
    let broken = violations.into_iter().find(|broken| is_expected(&broken.invariant))?;
    Some(Found { seed, invariant: broken.invariant.into_owned(), what: broken.what })
}

/// As a table.
pub fn table(hunted: &[Hunted]) -> String {
    let mut table = Table::new();
    table.load_preset(UTF8_FULL_CONDENSED);
    table.set_header(["mutant", "what it does", "caught by", "seeds", "s", "without it"]);
    for hunt in hunted {
        let caught = hunt.found.as_ref().map_or("NOT FOUND", |found| found.invariant.as_str());
        table.add_row([
            hunt.name.to_owned(),
            hunt.breaks.to_owned(),
            caught.to_owned(),
            hunt.seeds.to_string(),
            format!("{:.1}", hunt.took.as_secs_f64()),
            if hunt.is_sound { "holds" } else { "BREAKS TOO" }.to_owned(),
        ]);
    }
    table.to_string()
}
