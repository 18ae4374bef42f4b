//! One run: a scenario, a seed, and what came of it.

use crate::scenario::Scenario;
use crate::sometimes::Sometimes;
use crate::trace::Trace;
use crate::violation::{Promise, Violation};
use crate::world::{Stats, World};
use std::borrow::Cow;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// How to run.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct RunOptions {
    /// Keep all events, with details.
    pub keep_trace: bool,
}

/// What came of a run.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The seed.
    pub seed: u64,
    /// The scenario's name.
    pub scenario: String,
    /// Hash over all events; the same for the same seed.
    pub trace_hash: String,
    /// Broken promises.
    pub violations: Vec<Violation>,
    /// What was reached.
    pub sometimes: Sometimes,
    /// Counts.
    pub stats: Stats,
    /// Sales acknowledged.
    pub sold: u64,
    /// Devices at the end.
    pub devices: u64,
    /// Simulated time, ms.
    pub simulated_ms: u64,
    /// The events, when they were kept.
    pub trace: Trace,
}

impl Outcome {
    /// Whether every promise held.
    pub fn holds(&self) -> bool {
        self.violations.is_empty()
    }
}

/// Runs a scenario with a seed. The same two give the same outcome.
pub fn run(scenario: &Scenario, seed: u64, options: RunOptions) -> Outcome {
    run_with(scenario, seed, options, |_| {})
}

/// The same with a word in between the story's end and the checks, for tests of
/// the checkers.
pub fn run_with(
    scenario: &Scenario,
    seed: u64,
    options: RunOptions,
    tamper: impl FnOnce(&mut World),
) -> Outcome {
    let mut world = World::new(scenario, seed, options.keep_trace);
    // What a panic leaves is only looked at, never run on.
    let ended = catch_unwind(AssertUnwindSafe(|| story(&mut world, seed, tamper)));
    if let Err(panic) = ended {
        let what = panic
            .downcast_ref::<String>()
            .cloned()
            .or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()))
            .unwrap_or_else(|| "a panic".to_owned());
        world.violations.push(Violation {
            promise: Promise::Bounds,
            invariant: Cow::Borrowed("no-panic"),
            device: None,
            at_ms: world.at_ms(),
            what,
        });
    }
    Outcome {
        seed,
        scenario: scenario.name.clone(),
        trace_hash: world.trace.hash(),
        sometimes: std::mem::take(&mut world.sometimes),
        stats: world.stats,
        sold: world.ghost.sold.len() as u64,
        devices: world.devices.len() as u64,
        simulated_ms: world.now_ms,
        trace: Trace {
            devices: world.devices.iter().map(|device| device.name.clone()).collect(),
            events: world.trace.take(),
        },
        violations: std::mem::take(&mut world.violations),
    }
}

fn story(world: &mut World, seed: u64, tamper: impl FnOnce(&mut World)) {
    if let Err(error) = world.set_up() {
        let what = format!("the shop could not be set up: {error}");
        return world.violate(Promise::Expectation, "set-up", None, what);
    }
    world.run_until(world.story_ms + world.scenario.duration.as_ms());
    world.settle();
    let mishaps = world.relay.mishaps;
    world.sometimes.add("mark:relay-mishap", mishaps);
    tamper(world);
    crate::checkers::at_rest(world, seed);
}
