//! How fast a simulated shop is: the peak of one that sells much, and the day
//! of a small one.

use till_sim::run::{RunOptions, run};
use till_sim::scenario::{self, Scenario};

fn main() {
    divan::main();
}

fn scenario(name: &str) -> Scenario {
    let path = format!("{}/scenarios/{name}.toml", env!("CARGO_MANIFEST_DIR"));
    scenario::load(path.as_ref()).expect("the scenarios that come with the simulator are whole")
}

/// An hour of four tills with two hundred sales an hour each.
#[divan::bench(sample_count = 5)]
fn lunch_peak(bencher: divan::Bencher<'_, '_>) {
    let scenario = scenario("lunch-peak");
    bencher.bench(|| run(&scenario, 1, RunOptions::default()).sold);
}

/// Half a day of two registers that print no faster than people walk.
#[divan::bench(sample_count = 10)]
fn small_shop(bencher: divan::Bencher<'_, '_>) {
    let scenario = scenario("long-outage");
    bencher.bench(|| run(&scenario, 1, RunOptions::default()).sold);
}

/// Disks that stop in the middle of things, and all that opening them takes.
#[divan::bench(sample_count = 5)]
fn power_cuts(bencher: divan::Bencher<'_, '_>) {
    let scenario = scenario("power-cuts");
    bencher.bench(|| run(&scenario, 1, RunOptions::default()).sold);
}
