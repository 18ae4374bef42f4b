//! What is tried, in the order in which it makes most smaller.

use super::ddmin::ddmin;
use super::{Least, Search};
use crate::scenario::{ActionLine, Expect, FaultLine, Network, Relay, Scenario, Span, Workload};
use crate::violation::{Promise, Violation};

/// Times that one repeated line is spelled out at most.
const REPEATS_MAX: usize = 200;
/// The story's end is found to this part of it.
const END_PART: i64 = 50;
/// And to within, ms.
const END_MS: i64 = 1_000;

/// A fault or a deed.
#[derive(Clone)]
enum Line {
    Fault(FaultLine),
    Action(ActionLine),
}

pub(super) fn all<F>(least: &mut Least, search: &mut Search<F>)
where
    F: FnMut(&Scenario) -> Vec<Violation>,
{
    if least.violation.promise != Promise::Expectation {
        search.change(least, |scenario| scenario.expect = Expect::default());
    }
    end_early(least, search);
    let spelled = spelled_out(&least.scenario);
    search.take(least, spelled);
    fewer_lines(least, search);
    fewer_devices(least, search);
    plainer_world(least, search);
    calmer_people(least, search);
    shorter_faults(least, search);
    end_early(least, search);
}

/// The shortest beginning of the story that does it.
fn end_early<F>(least: &mut Least, search: &mut Search<F>)
where
    F: FnMut(&Scenario) -> Vec<Violation>,
{
    let at = least.violation.at_ms + END_MS;
    if at > 0 && at < least.scenario.duration.0 {
        search.change(least, |scenario| *scenario = until(scenario, at));
    }
    let mut low = 0;
    loop {
        let high = least.scenario.duration.0;
        if high - low <= END_MS.max(high / END_PART) || search.is_over() {
            return;
        }
        let middle = low + (high - low) / 2;
        if !search.change(least, |scenario| *scenario = until(scenario, middle)) {
            low = middle;
        }
    }
}

/// A story that ends earlier; what would come later is not in it.
fn until(scenario: &Scenario, end: i64) -> Scenario {
    let mut scenario = scenario.clone();
    scenario.duration = Span(end.max(1));
    scenario.faults.retain(|fault| fault.at.0 < end);
    scenario.actions.retain(|action| action.at.0 < end);
    scenario
}

/// Each time of a repeated line as a line of its own.
pub(super) fn spelled_out(scenario: &Scenario) -> Scenario {
    let times = |at: Span, every: Option<Span>| {
        let pause = every.map_or(i64::MAX, |every| every.0.max(1));
        let count = (scenario.duration.0 - at.0).max(1).div_euclid(pause) + 1;
        let count = if every.is_none() { 1 } else { count.min(REPEATS_MAX as i64) };
        (0..count).map(move |time| Span(at.0 + if time == 0 { 0 } else { time * pause }))
    };
    let faults = scenario.faults.iter().flat_map(|line| {
        times(line.at, line.every).map(|at| FaultLine { at, every: None, ..line.clone() })
    });
    let actions = scenario.actions.iter().flat_map(|line| {
        times(line.at, line.every).map(|at| ActionLine { at, every: None, ..line.clone() })
    });
    Scenario { faults: faults.collect(), actions: actions.collect(), ..scenario.clone() }
}

fn fewer_lines<F>(least: &mut Least, search: &mut Search<F>)
where
    F: FnMut(&Scenario) -> Vec<Violation>,
{
    let faults = least.scenario.faults.iter().cloned().map(Line::Fault);
    let actions = least.scenario.actions.iter().cloned().map(Line::Action);
    let lines: Vec<Line> = faults.chain(actions).collect();
    ddmin(lines, |lines| {
        search.change(least, |scenario| {
            scenario.faults.clear();
            scenario.actions.clear();
            for line in lines {
                match line {
                    Line::Fault(fault) => scenario.faults.push(fault.clone()),
                    Line::Action(action) => scenario.actions.push(action.clone()),
                }
            }
        })
    });
}

fn fewer_devices<F>(least: &mut Least, search: &mut Search<F>)
where
    F: FnMut(&Scenario) -> Vec<Violation>,
{
    // The first founds the shop, and a shop of one device tells little.
    for index in (1..least.scenario.devices.len()).rev() {
        if least.scenario.devices.len() > 2 {
            search.change(least, |scenario| *scenario = without(scenario, index));
        }
    }
    for index in 0..least.scenario.devices.len() {
        search.change(least, |scenario| {
            let device = &mut scenario.devices[index];
            (device.clock, device.drift_ppm) = (Span(0), 0);
        });
    }
}

/// A story in which a device never was.
fn without(scenario: &Scenario, index: usize) -> Scenario {
    let mut scenario = scenario.clone();
    let name = scenario.devices.remove(index).name;
    for fault in &mut scenario.faults {
        for devices in fault.islands.iter_mut().flatten().chain(fault.devices.iter_mut()) {
            devices.retain(|device| *device != name);
        }
    }
    // A copy of the device, or one that came after it, is named after it.
    let is_of = |device: &String| *device == name || device.starts_with(&format!("{name} ("));
    scenario.links.retain(|link| !is_of(&link.between.0) && !is_of(&link.between.1));
    scenario.faults.retain(|fault| !fault.names().iter().any(|(_, device)| is_of(device)));
    scenario.actions.retain(|action| !action.names().iter().any(|(_, device)| is_of(device)));
    scenario.expect.quarantined.retain(|device| *device != name);
    scenario
}

fn plainer_world<F>(least: &mut Least, search: &mut Search<F>)
where
    F: FnMut(&Scenario) -> Vec<Violation>,
{
    search.change(least, |scenario| scenario.network = Network::default());
    search.change(least, |scenario| scenario.relay = Relay::default());
    search.change(least, |scenario| scenario.links.clear());
    let latency = Network::default().latency;
    search.change(least, |scenario| scenario.network.latency = latency);
    search.change(least, |scenario| scenario.network.bandwidth = 0);
    search.change(least, |scenario| scenario.network.breaks_per_hour = 0.0);
    search.change(least, |scenario| scenario.shop.products = 1);
    search.change(least, |scenario| scenario.shop.products = scenario.shop.products.div_ceil(4));
    for field in relay_parts() {
        search.change(least, |scenario| *field(&mut scenario.relay) = 0.0);
    }
}

type RelayPart = fn(&mut Relay) -> &mut f64;

fn relay_parts() -> [RelayPart; 5] {
    [
        |relay| &mut relay.rejects,
        |relay| &mut relay.loses,
        |relay| &mut relay.twice,
        |relay| &mut relay.busy,
        |relay| &mut relay.mixes_up,
    ]
}

type Habit = fn(&mut Workload) -> &mut f64;

fn habits() -> [Habit; 10] {
    [
        |work| &mut work.prices,
        |work| &mut work.edits,
        |work| &mut work.stock,
        |work| &mut work.customers,
        |work| &mut work.resolutions,
        |work| &mut work.grants,
        |work| &mut work.voids,
        |work| &mut work.double_clicks,
        |work| &mut work.provisional,
        |work| &mut work.sales,
    ]
}

fn calmer_people<F>(least: &mut Least, search: &mut Search<F>)
where
    F: FnMut(&Scenario) -> Vec<Violation>,
{
    for habit in habits() {
        if !search.change(least, |scenario| *habit(&mut scenario.workload) = 0.0) {
            let halved = |scenario: &mut Scenario| *habit(&mut scenario.workload) /= 2.0;
            // Below one an hour nothing is gained.
            while *habit(&mut least.scenario.workload) > 1.0 && search.change(least, halved) {}
        }
    }
    search.change(least, |scenario| scenario.workload.lines = 1);
}

fn shorter_faults<F>(least: &mut Least, search: &mut Search<F>)
where
    F: FnMut(&Scenario) -> Vec<Violation>,
{
    for index in 0..least.scenario.faults.len() {
        loop {
            let lasts = least.scenario.faults[index].lasts.map_or(0, |lasts| lasts.0);
            let halved = Span((lasts / 2000).max(1) * 1000);
            let shorter = lasts > END_MS
                && search.change(least, |scenario| scenario.faults[index].lasts = Some(halved));
            if !shorter {
                break;
            }
        }
    }
}
