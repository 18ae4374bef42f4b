//! `till-sim`: runs scenarios and swarms.

mod more;

use clap::{Args, Parser, Subcommand};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;
use till_sim::replay::{Replay, commit};
use till_sim::run::{Outcome, RunOptions, run as run_one};
use till_sim::scenario::{self, Scenario};
use till_sim::shrink::{Bounds, shrink};
use till_sim::swarm::{Report, Swarm, draw, table};

/// Events of each device shown of a failing run.
const LAST_EVENTS: usize = 50;
/// How long the first failing seed of a swarm is made smaller.
const SHRUNK_WITHIN: Bounds = Bounds { tries: 200, within: Duration::from_secs(60) };
/// Minutes that a swarm without a number of seeds takes.
const SEEDS_WITHOUT_END: u64 = u64::MAX / 2;

/// Simulations of a tillmesh shop.
#[derive(Parser)]
#[command(name = "till-sim", version)]
pub(crate) struct Cli {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Runs one scenario: a file, or the name of one that comes with the simulator.
    Run(Run),
    /// Runs many seeds, each with options of its own.
    Swarm(SwarmArgs),
    /// Runs a failing seed again from its file.
    Replay {
        /// The file, as kept under `simulations/seeds`.
        file: PathBuf,
        /// Print every event.
        #[arg(long)]
        trace: bool,
        /// Write the run as a page to look at.
        #[arg(long)]
        timeline: Option<PathBuf>,
    },
    /// Makes a failing run from its file as small as it gets, and keeps that.
    Shrink(more::Shrink),
    /// Switches known bugs on, one by one, and tells with how many seeds each is found.
    Mutants(more::Mutants),
    /// Lists the scenarios that come with the simulator.
    List,
    /// Tells what a scenario, or the swarm's options of a seed, contain.
    Explain {
        /// A file, a name, or a seed of the swarm.
        scenario: String,
    },
}

#[derive(Args)]
struct Run {
    /// A file or a name.
    scenario: String,
    /// Another seed than the scenario's.
    #[arg(long)]
    seed: Option<u64>,
    /// Print every event.
    #[arg(long)]
    trace: bool,
    /// Write the run as a page to look at.
    #[arg(long)]
    timeline: Option<PathBuf>,
    /// The result as JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
struct SwarmArgs {
    /// How many; 100 when neither this nor --minutes is given.
    #[arg(long)]
    seeds: Option<u64>,
    /// The first.
    #[arg(long, default_value_t = 1)]
    from: u64,
    /// One scenario, a file or a name, for every seed.
    #[arg(long)]
    scenario: Option<String>,
    /// Begin no further seed after so many minutes.
    #[arg(long)]
    minutes: Option<f64>,
    /// Threads.
    #[arg(long, default_value_t = default_jobs())]
    jobs: usize,
    /// The result as JSON.
    #[arg(long)]
    json: bool,
    /// Where failing seeds are kept.
    #[arg(long, default_value_os_t = home().join("seeds"))]
    keep_in: PathBuf,
}

fn default_jobs() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

/// The folder `simulations`, where it was built.
fn home() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Does what was asked for.
pub(crate) fn run(cli: Cli) -> ExitCode {
    let done = match cli.what {
        What::Run(args) => run_scenario(&args),
        What::Swarm(args) => run_swarm(&args),
        What::Replay { file, trace, timeline } => replay(&file, trace, timeline.as_deref()),
        What::Shrink(args) => args.run(),
        What::Mutants(args) => args.run(),
        What::List => list(),
        What::Explain { scenario } => explain(&scenario),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            eprintln!("till-sim: {error:#}");
            ExitCode::from(2)
        }
    }
}

fn find(name: &str) -> anyhow::Result<Scenario> {
    let path = Path::new(name);
    let path = if path.exists() {
        path.to_path_buf()
    } else {
        home().join("scenarios").join(format!("{name}.toml"))
    };
    scenario::load(&path).map_err(|error| anyhow::anyhow!("{}: {error}", path.display()))
}

fn run_scenario(args: &Run) -> anyhow::Result<bool> {
    let scenario = find(&args.scenario)?;
    let seed = args.seed.unwrap_or(scenario.seed);
    let begun = std::time::Instant::now();
    let outcome = run_one(&scenario, seed, RunOptions { keep_trace: args.trace });
    if args.json {
        println!("{}", serde_json::to_string_pretty(&summary(&outcome))?);
    } else {
        tell(&outcome, begun.elapsed());
    }
    more::timeline(args.timeline.as_deref(), &scenario, seed)?;
    if !outcome.holds() && !args.trace && !args.json {
        tell_last_events(&scenario, seed);
        println!("again: till-sim run {} --seed {seed} --trace", args.scenario);
    }
    Ok(outcome.holds())
}

fn replay(file: &Path, trace: bool, timeline: Option<&Path>) -> anyhow::Result<bool> {
    let kept = Replay::read(file)?;
    let begun = std::time::Instant::now();
    let outcome = kept.run(RunOptions { keep_trace: trace });
    tell(&outcome, begun.elapsed());
    more::timeline(timeline, &kept.scenario, kept.seed)?;
    if !outcome.holds() && !trace {
        tell_last_events(&kept.scenario, kept.seed);
    }
    Ok(outcome.holds())
}

fn run_swarm(args: &SwarmArgs) -> anyhow::Result<bool> {
    let seeds = match (args.seeds, args.minutes) {
        (Some(seeds), _) => seeds,
        (None, Some(_)) => SEEDS_WITHOUT_END,
        (None, None) => 100,
    };
    let swarm = Swarm {
        story: args.scenario.as_deref().map(find).transpose()?,
        from: args.from,
        seeds,
        within: args.minutes.map(|minutes| Duration::from_secs_f64(minutes * 60.0)),
        jobs: args.jobs,
        keep_in: Some(args.keep_in.clone()),
        progress: !args.json,
    };
    let swarmed = swarm.run();
    let report = Report::of(&swarmed);
    if args.json {
        println!("{}", serde_json::to_string_pretty(&report)?);
        return Ok(report.is_good());
    }
    println!("{}", table(&report));
    if let Some(failure) = swarmed.failures.first() {
        println!(
            "the first failing seed is {}, at commit {}; its options:",
            failure.seed,
            commit()
        );
        let scenario = swarm.scenario(failure.seed);
        println!("{}", toml::to_string(&scenario)?);
        tell_last_events(&scenario, failure.seed);
        if let Some(shrunk) = shrink(&scenario, failure.seed, SHRUNK_WITHIN) {
            println!("shrunk from {} to {} in {} tries", shrunk.before, shrunk.after, shrunk.tries);
            let file = shrunk.replay().write(&args.keep_in)?;
            println!("the small one again: till-sim replay {}", file.display());
        }
        for failure in &swarmed.failures {
            if let Some(file) = &failure.file {
                println!("again: till-sim replay {}", file.display());
            }
        }
    }
    Ok(report.is_good())
}

fn list() -> anyhow::Result<bool> {
    let mut names: Vec<PathBuf> = std::fs::read_dir(home().join("scenarios"))?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|ending| ending == "toml"))
        .collect();
    names.sort();
    for path in names {
        match scenario::load(&path) {
            Ok(scenario) => println!("{:<28} {}", scenario.name, scenario.description),
            Err(error) => println!("{}: {error}", path.display()),
        }
    }
    Ok(true)
}

fn explain(name: &str) -> anyhow::Result<bool> {
    let scenario = match name.parse::<u64>() {
        Ok(seed) => draw(seed),
        Err(_) => find(name)?,
    };
    println!("{}", toml::to_string_pretty(&scenario)?);
    Ok(true)
}

fn tell(outcome: &Outcome, took: Duration) {
    for line in outcome.trace.lines() {
        println!("{line}");
    }
    for (name, times) in outcome.sometimes.iter().filter(|(_, times)| *times > 0) {
        println!("{times:>8}  {name}");
    }
    let speed = outcome.simulated_ms as f64 / 1000.0 / took.as_secs_f64().max(1e-9);
    println!(
        "{} seed {}: {} sales, {} messages, {} events, {:.1} h in {:.2} s ({speed:.0} × real time), trace {}",
        outcome.scenario,
        outcome.seed,
        outcome.sold,
        outcome.stats.messages,
        outcome.stats.events,
        outcome.simulated_ms as f64 / 3_600_000.0,
        took.as_secs_f64(),
        outcome.trace_hash
    );
    for violation in &outcome.violations {
        let device = violation.device.and_then(|d| outcome.trace.devices.get(usize::from(d)));
        println!(
            "VIOLATION {:?} {} at {} ms on {}: {}",
            violation.promise,
            violation.invariant,
            violation.at_ms,
            device.map_or("-", String::as_str),
            violation.what
        );
    }
}

/// Runs once more with all events kept, and shows the end of each device.
fn tell_last_events(scenario: &Scenario, seed: u64) {
    let outcome = run_one(scenario, seed, RunOptions { keep_trace: true });
    for (index, name) in outcome.trace.devices.iter().enumerate() {
        println!("last events of {name}:");
        for event in outcome.trace.last_of(index as u8, LAST_EVENTS) {
            println!("{}", event.line(&outcome.trace.devices));
        }
    }
    for violation in &outcome.violations {
        println!("VIOLATION {:?} {}: {}", violation.promise, violation.invariant, violation.what);
    }
}

fn summary(outcome: &Outcome) -> serde_json::Value {
    serde_json::json!({
        "scenario": outcome.scenario,
        "seed": outcome.seed,
        "holds": outcome.holds(),
        "violations": outcome.violations,
        "trace_hash": outcome.trace_hash,
        "sold": outcome.sold,
        "messages": outcome.stats.messages,
        "simulated_ms": outcome.simulated_ms,
        "reached": outcome.sometimes,
    })
}
