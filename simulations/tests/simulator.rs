//! The simulator itself: it repeats, it reads what testers write, and its
//! checkers can fail.
#![allow(clippy::unwrap_used)]

use std::path::PathBuf;
use till_schema::OrderId;
use till_sim::run::{Outcome, RunOptions, run, run_with};
use till_sim::scenario::{self, Scenario, ScenarioError, from_toml};
use till_sim::swarm::draw;
use till_sim::violation::Promise;

/// Those that take more than a moment in an unoptimised build are only read.
const LONG: [&str; 16] = [
    "authority-rejects",
    "bit-rot",
    "bridge",
    "disk-full",
    "flapping",
    "market-stall",
    "one-way",
    "isolated-three-days",
    "lunch-peak",
    "mall",
    "night-import",
    "power-cuts",
    "phone-carries",
    "join-leave-in-partition",
    "relay-faults",
    "crash-at-any-write",
];

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("scenarios")
}

fn scenarios() -> Vec<Scenario> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "toml"))
        .collect();
    paths.sort();
    let read = |path: &PathBuf| {
        let scenario = scenario::load(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        assert_eq!(path.file_stem().unwrap().to_str(), Some(scenario.name.as_str()));
        scenario
    };
    paths.iter().map(read).collect()
}

fn named(name: &str) -> Scenario {
    scenario::load(&folder().join(format!("{name}.toml"))).unwrap()
}

#[test]
fn every_scenario_reads_and_the_short_ones_hold() {
    let all = scenarios();
    assert!(all.len() >= 25);
    let short: Vec<&Scenario> =
        all.iter().filter(|scenario| !LONG.contains(&scenario.name.as_str())).collect();
    let holds = |part: Vec<&Scenario>| {
        let outcomes = part.into_iter().map(|s| run(s, s.seed, RunOptions::default()));
        let broken = outcomes.filter(|outcome| !outcome.holds());
        broken.map(|o| format!("{}: {:#?}", o.scenario, o.violations)).collect::<Vec<_>>()
    };
    let (even, odd) = (short.iter().step_by(2), short.iter().skip(1).step_by(2));
    let (even, odd) = (even.copied().collect(), odd.copied().collect());
    let broken = std::thread::scope(|scope| {
        let other = scope.spawn(|| holds(even));
        let mut broken = holds(odd);
        broken.extend(other.join().unwrap());
        broken
    });
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn a_scenario_survives_being_written() {
    for scenario in scenarios() {
        let text = toml::to_string_pretty(&scenario).unwrap();
        assert_eq!(from_toml(&text), Ok(scenario));
    }
    let drawn = draw(4);
    assert_eq!(from_toml(&toml::to_string(&drawn).unwrap()), Ok(drawn));
}

#[test]
fn the_same_seed_gives_the_same_trace() {
    for scenario in [named("two-islands"), named("sync-error"), named("restore-alone")] {
        let one = run(&scenario, 5, RunOptions::default());
        let again = run(&scenario, 5, RunOptions { keep_trace: true });
        assert_eq!(one.trace_hash, again.trace_hash, "{}", scenario.name);
        let other = run(&scenario, 6, RunOptions::default());
        assert_ne!(one.trace_hash, other.trace_hash);
    }
}

#[test]
fn a_kept_trace_reads_as_lines() {
    let outcome = run(&named("oversell"), 1, RunOptions { keep_trace: true });
    let lines: Vec<String> = outcome.trace.lines().collect();
    assert!(lines.iter().any(|line| line.contains("sold        SETP-")));
    assert!(lines.iter().any(|line| line.contains("partition   [Caja 1] [Caja 2]")));
    let text = serde_json::to_string(&outcome.trace).unwrap();
    assert_eq!(
        serde_json::from_str::<till_sim::trace::Trace>(&text).unwrap().events,
        outcome.trace.events
    );
}

fn wrong(text: &str) -> (usize, String, String) {
    match from_toml(text) {
        Err(ScenarioError::Wrong { line, field, what }) => (line, field, what),
        other => panic!("{other:?}"),
    }
}

const HEAD: &str = "name = \"x\"\nduration = \"1h\"\n[[device]]\nname = \"Caja 1\"\n";

#[test]
fn a_wrong_scenario_names_line_and_field() {
    let (line, field, _) = wrong(&format!("{HEAD}colour = 3\n"));
    assert_eq!((line, field.as_str()), (5, "colour"));
    let (line, field, what) =
        wrong("name = \"x\"\nduration = \"soon\"\n[[device]]\nname = \"a\"\n");
    assert_eq!((line, field.as_str()), (2, "duration"));
    assert!(what.contains("soon"));
    let fault = format!("{HEAD}\n[[fault]]\nat = \"1m\"\nkind = \"crash\"\ndevice = \"Caja 9\"\n");
    let (line, field, what) = wrong(&fault);
    assert_eq!((line, field.as_str()), (9, "device"));
    assert!(what.contains("Caja 9") && what.contains("Caja 1"));
    let (line, field, _) =
        wrong(&format!("{HEAD}\n[[fault]]\nat = \"1m\"\nkind = \"earthquake\"\n"));
    assert_eq!((line, field.as_str()), (8, "kind"));
    let (line, field, _) =
        wrong(&format!("{HEAD}\n[[fault]]\nat = \"1m\"\nkind = \"clock\"\ndevice = \"Caja 1\"\n"));
    assert_eq!((line, field.as_str()), (6, "by"));
    let action = format!("{HEAD}\n[[action]]\nat = \"1m\"\ndevice = \"Caja 1\"\ndo = \"dance\"\n");
    let (line, field, _) = wrong(&action);
    assert_eq!((line, field.as_str()), (9, "do"));
    let (line, field, _) = wrong(&format!("{HEAD}\n[workload]\nsales = \"many\"\n"));
    assert_eq!((line, field.as_str()), (7, "sales"));
}

fn breaks(outcome: &Outcome, promise: Promise, invariant: &str) -> bool {
    outcome.violations.iter().any(|v| v.promise == promise && v.invariant == invariant)
}

fn tampered(tamper: impl FnOnce(&mut till_sim::world::World)) -> Outcome {
    run_with(&named("two-islands"), 1, RunOptions::default(), tamper)
}

#[test]
fn a_sale_that_nobody_rang_up_is_found() {
    let outcome = tampered(|world| {
        let order = *world.ghost.sold.keys().next().unwrap();
        world.ghost.rung.remove(&order);
    });
    assert!(breaks(&outcome, Promise::P1, "nothing-extra"), "{:?}", outcome.violations);
}

#[test]
fn a_sale_that_is_missing_is_found() {
    let outcome = tampered(|world| {
        let sale = world.ghost.sold.values().next().unwrap().clone();
        world.ghost.ring(OrderId([9; 16]), 0);
        world.ghost.sold.insert(OrderId([9; 16]), sale);
    });
    assert!(breaks(&outcome, Promise::P1, "none-missing"), "{:?}", outcome.violations);
}

#[test]
fn a_number_printed_twice_is_found() {
    let outcome = tampered(|world| {
        let sale = world.ghost.sold.values().next().unwrap().clone();
        let order = OrderId([8; 16]);
        world.ghost.ring(order, 1);
        let other = match world.ghost.told(order, sale) {
            till_sim::ghost::Told::NumberTwice(other) => other,
            told => panic!("{told:?}"),
        };
        till_sim::checkers::p2::twice(world, 1, order, other);
    });
    assert!(breaks(&outcome, Promise::P2, "number-once"), "{:?}", outcome.violations);
}

#[test]
fn another_total_than_was_told_is_found() {
    let outcome = tampered(|world| {
        world.ghost.sold.values_mut().next().unwrap().total += 1;
    });
    assert!(breaks(&outcome, Promise::P1, "as-told"), "{:?}", outcome.violations);
}

#[test]
fn another_number_than_was_printed_is_found() {
    let outcome = tampered(|world| {
        world.ghost.sold.values_mut().next().unwrap().label = "SETP-1234567".to_owned();
    });
    assert!(breaks(&outcome, Promise::P2, "as-printed"), "{:?}", outcome.violations);
}

#[test]
fn a_price_that_arrived_nowhere_is_found() {
    let outcome = tampered(|world| {
        let mut edit = world.ghost.prices.first().unwrap().clone();
        edit.price = 123_456_789;
        world.ghost.prices.push(edit);
    });
    assert!(breaks(&outcome, Promise::P3, "edits-arrive"), "{:?}", outcome.violations);
}

#[test]
fn books_that_differ_are_found() {
    use till_schema::rows::{Rows, Table};
    let outcome = tampered(|world| {
        let running = world.devices[1].running.as_mut().unwrap();
        running.books.put(Table::Stock, &[1; 48], &till_schema::to_bytes(&0_u8));
    });
    assert!(breaks(&outcome, Promise::P8, "digests-alike"), "{:?}", outcome.violations);
}
