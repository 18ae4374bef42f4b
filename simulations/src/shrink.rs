//! From a failing run to the least that still fails in the same way: a shorter
//! story, fewer faults and deeds, fewer devices, calmer people.
//!
//! Each candidate is run, which is deterministic, and kept when it breaks the
//! same invariant. What is tried is bounded in number and in time, so the
//! result is small and not always the smallest.

mod ddmin;
mod steps;

use crate::replay::Replay;
use crate::run::{RunOptions, run};
use crate::scenario::{Scenario, Span};
use crate::violation::Violation;
use std::time::{Duration, Instant};

/// How long to try.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Bounds {
    /// Candidates at most.
    pub tries: u32,
    /// No further candidate after.
    pub within: Duration,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { tries: 600, within: Duration::from_secs(300) }
    }
}

/// How large a story is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Size {
    /// How long people and faults act.
    pub duration: Span,
    /// Devices.
    pub devices: usize,
    /// Faults, each time one begins.
    pub faults: usize,
    /// Deeds.
    pub actions: usize,
}

impl Size {
    /// Of a scenario.
    pub fn of(scenario: &Scenario) -> Self {
        Self {
            duration: scenario.duration,
            devices: scenario.devices.len(),
            faults: scenario.faults.len(),
            actions: scenario.actions.len(),
        }
    }
}

impl std::fmt::Display for Size {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { duration, devices, faults, actions } = self;
        write!(f, "{duration}, {devices} devices, {faults} faults, {actions} deeds")
    }
}

/// What is left of a failing run.
#[derive(Clone, Debug)]
pub struct Shrunk {
    /// The story.
    pub scenario: Scenario,
    /// Its seed, as before.
    pub seed: u64,
    /// The promise that the story still breaks.
    pub violation: Violation,
    /// Candidates run.
    pub tries: u32,
    /// The story before, with repeated faults counted each time.
    pub before: Size,
    /// And now.
    pub after: Size,
}

impl Shrunk {
    /// As a file that replays.
    pub fn replay(&self) -> Replay {
        Replay::of(&self.scenario, &run(&self.scenario, self.seed, RunOptions::default()))
    }
}

/// Makes a failing run smaller; none when it does not fail.
pub fn shrink(scenario: &Scenario, seed: u64, bounds: Bounds) -> Option<Shrunk> {
    let violations = |scenario: &Scenario| run(scenario, seed, RunOptions::default()).violations;
    shrink_by(scenario, seed, bounds, violations)
}

/// The same, with another way to find out what a story breaks.
pub fn shrink_by(
    scenario: &Scenario,
    seed: u64,
    bounds: Bounds,
    violations: impl FnMut(&Scenario) -> Vec<Violation>,
) -> Option<Shrunk> {
    let mut search = Search { bounds, begun: Instant::now(), tries: 0, violations };
    let first = (search.violations)(scenario).into_iter().next()?;
    let before = Size::of(&steps::spelled_out(scenario));
    let mut least = Least { scenario: scenario.clone(), violation: first };
    loop {
        let was = least.scenario.clone();
        steps::all(&mut least, &mut search);
        if least.scenario == was || search.is_over() {
            break;
        }
    }
    let Least { mut scenario, violation } = least;
    if !scenario.name.ends_with("-small") {
        scenario.name.push_str("-small");
    }
    let after = Size::of(&scenario);
    Some(Shrunk { scenario, seed, violation, tries: search.tries, before, after })
}

/// The smallest story so far and what it breaks.
struct Least {
    scenario: Scenario,
    violation: Violation,
}

/// Runs candidates as long as the bounds allow.
struct Search<F> {
    bounds: Bounds,
    begun: Instant,
    tries: u32,
    violations: F,
}

impl<F: FnMut(&Scenario) -> Vec<Violation>> Search<F> {
    fn is_over(&self) -> bool {
        self.tries >= self.bounds.tries || self.begun.elapsed() >= self.bounds.within
    }

    /// Takes a candidate when it breaks the same invariant. Whether it did.
    fn take(&mut self, least: &mut Least, candidate: Scenario) -> bool {
        if candidate == least.scenario || self.is_over() {
            return false;
        }
        self.tries += 1;
        let invariant = &least.violation.invariant;
        let broken = (self.violations)(&candidate);
        let Some(same) = broken.into_iter().find(|found| found.invariant == *invariant) else {
            return false;
        };
        *least = Least { scenario: candidate, violation: same };
        true
    }

    /// [`Search::take`] for a change to the story so far.
    fn change(&mut self, least: &mut Least, change: impl FnOnce(&mut Scenario)) -> bool {
        let mut candidate = least.scenario.clone();
        change(&mut candidate);
        self.take(least, candidate)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::run_with;
    use crate::scenario::from_toml;
    use crate::violation::Promise;

    const STORY: &str = r#"
        name = "planted"
        duration = "30m"
        [shop]
        products = 3
        [workload]
        sales = 4.0
        [[device]]
        name = "A"
        [[device]]
        name = "B"
        [[device]]
        name = "C"
        [[fault]]
        at = "1m"
        every = "4m"
        for = "30s"
        kind = "link-down"
        between = ["A", "C"]
        [[fault]]
        at = "3m"
        for = "10m"
        kind = "clock"
        device = "B"
        by = "10m"
        [[fault]]
        at = "5m"
        kind = "relay-down"
        for = "2m"
        [[fault]]
        at = "7m"
        kind = "crash"
        device = "B"
        [[fault]]
        at = "9m"
        kind = "crash"
        device = "C"
        [[action]]
        at = "2m"
        device = "A"
        do = "price"
        product = 1
        price = 500
    "#;

    /// Fails when the clock has jumped and the relay was down.
    fn planted(scenario: &Scenario) -> Vec<Violation> {
        let outcome = run_with(scenario, 1, RunOptions::default(), |world| {
            let happened = |kind: &str| world.sometimes.count(&format!("fault:{kind}")) > 0;
            if happened("clock") && happened("relay-down") {
                world.violate(Promise::P8, "planted", None, "both happened".to_owned());
            }
        });
        outcome.violations
    }

    #[test]
    fn a_planted_violation_shrinks_to_its_two_faults() {
        let scenario = from_toml(STORY).expect("a scenario");
        let shrunk = shrink_by(&scenario, 1, Bounds::default(), planted).expect("it fails");
        let mut kinds: Vec<&str> =
            shrunk.scenario.faults.iter().map(|fault| fault.kind.as_str()).collect();
        kinds.sort_unstable();
        assert_eq!(kinds, ["clock", "relay-down"]);
        assert_eq!(shrunk.violation.invariant, "planted");
        assert!(shrunk.scenario.actions.is_empty() && shrunk.scenario.devices.len() == 2);
        assert!(shrunk.scenario.duration.as_ms() < 310_000, "{}", shrunk.scenario.duration);
        assert_eq!(shrunk.scenario.workload.sales, 0.0);
        // What is kept as a file is a story as a tester writes it.
        let text = toml::to_string_pretty(&shrunk.replay()).expect("a file");
        let kept: Replay = toml::from_str(&text).expect("that reads");
        assert_eq!(kept.scenario, shrunk.scenario);
        println!("{} -> {} in {} tries", shrunk.before, shrunk.after, shrunk.tries);
    }

    #[test]
    fn what_does_not_fail_is_not_shrunk() {
        let scenario = from_toml(STORY).expect("a scenario");
        assert!(shrink_by(&scenario, 1, Bounds::default(), |_| Vec::new()).is_none());
    }
}
