//! The machine stops at every operation, and any part of what was not yet
//! durable survives.

use crate::world::{OTHER, OWN, frames_held, nth, open, read_all, rival};
use till_schema::LogId;
use till_store::fault::FaultDisk;

/// Cuts tried at each operation.
const SEEDS: u64 = 12;
const FRAMES: u64 = 12;

/// What a run has been promised, and what it had begun.
#[derive(Clone, Copy, Default, Debug)]
struct Promise {
    acknowledged: u64,
    begun: u64,
}

/// Appends frames in batches until the disk stops.
fn sell(disk: &FaultDisk, log: LogId, batch: u64, promise: &mut Promise) {
    let Ok((mut store, _)) = open(disk) else {
        return;
    };
    while promise.acknowledged < FRAMES {
        let end = (promise.acknowledged + batch).min(FRAMES);
        promise.begun = end;
        let frames: Vec<_> = (promise.acknowledged..end).map(|index| nth(log, index)).collect();
        if store.append(&frames).is_err() {
            assert!(disk.crashed());
            return;
        }
        promise.acknowledged = end;
        if promise.acknowledged.is_multiple_of(3) && store.prepare().is_err() {
            return;
        }
    }
    let _ = store.settle();
}

/// Opens and finds everything promised and nothing that was not begun.
fn check(disk: &FaultDisk, log: LogId, promise: Promise, context: &str) -> u64 {
    let (store, report) =
        open(disk).unwrap_or_else(|error| panic!("{context}: {error} ({promise:?})"));
    let found = report.logs.get(&log).cloned().unwrap_or_default();
    assert_eq!(found.damaged, None, "{context}");
    let held = frames_held(&store, log);
    assert!(
        (promise.acknowledged..=promise.begun).contains(&held),
        "{context}: {held} frames, {promise:?}"
    );
    held
}

/// Goes on after a crash, and everything is there in the end.
fn go_on(disk: &FaultDisk, log: LogId, held: u64, context: &str) {
    let (mut store, _) = open(disk).unwrap();
    for index in held..FRAMES + 3 {
        store.append(&[nth(log, index)]).unwrap_or_else(|error| panic!("{context}: {error}"));
    }
    drop(store);
    let last = disk.power_cut(99);
    let (store, _) = open(&last).unwrap();
    assert_eq!(frames_held(&store, log), FRAMES + 3, "{context}");
}

fn at_every_operation(log: LogId, batch: u64) {
    let whole = FaultDisk::new(0);
    let mut promise = Promise::default();
    sell(&whole, log, batch, &mut promise);
    assert_eq!(promise.acknowledged, FRAMES);
    let (mut cut, mut kept) = (0, 0);
    for op in 1..=whole.ops() {
        for seed in 0..SEEDS {
            let context = format!("operation {op} seed {seed}");
            let disk = FaultDisk::new(seed);
            disk.crash_at(op);
            let mut promise = Promise::default();
            sell(&disk, log, batch, &mut promise);
            assert!(disk.crashed(), "{context}");
            let disk = disk.power_cut(seed * 7919 + op);
            let held = check(&disk, log, promise, &context);
            if promise.begun > promise.acknowledged {
                cut += u64::from(held == promise.acknowledged);
                kept += u64::from(held == promise.begun);
            }
            // What an opening has told is not taken back by another cut.
            let again = disk.power_cut(seed);
            let told = Promise { acknowledged: held, begun: held };
            check(&again, log, told, &context);
            go_on(&again, log, held, &context);
        }
    }
    assert!(cut > 20 && kept > 20, "both outcomes occur: {cut} cut, {kept} kept");
}

#[test]
fn a_sale_is_there_whole_or_not_at_all_and_what_was_acknowledged_stays() {
    at_every_operation(OWN, 1);
}

#[test]
fn of_a_foreign_batch_a_prefix_is_there_and_what_was_acknowledged_stays() {
    at_every_operation(OTHER, 5);
}

/// The first crash leaves the system running (`killed`) or not.
fn second_crash_while_opening(killed: bool, seeds: u64) {
    let whole = FaultDisk::new(0);
    sell(&whole, OWN, 1, &mut Promise::default());
    let mut second_crashes = 0;
    for op in 1..=whole.ops() {
        for seed in 0..seeds {
            let disk = FaultDisk::new(seed);
            disk.crash_at(op);
            let mut promise = Promise::default();
            sell(&disk, OWN, 1, &mut promise);
            let disk = if killed { disk.kill() } else { disk.power_cut(seed * 104_729 + op) };
            let before = disk.ops();
            let dry = disk.fork();
            drop(open(&dry).unwrap());
            for second in before + 1..=dry.ops() {
                let context = format!("operation {op} seed {seed} then {second}");
                let disk = disk.fork();
                disk.crash_at(second);
                assert!(open(&disk).is_err() || disk.crashed(), "{context}");
                second_crashes += 1;
                let disk = disk.power_cut(seed * 31 + second);
                let held = check(&disk, OWN, promise, &context);
                go_on(&disk, OWN, held, &context);
            }
        }
    }
    assert!(second_crashes > 500, "{second_crashes}");
}

#[test]
fn a_second_crash_while_opening_loses_nothing_either() {
    second_crash_while_opening(false, 3);
}

#[test]
fn a_crash_while_opening_after_the_program_was_killed_loses_nothing() {
    second_crash_while_opening(true, 4);
}

#[test]
fn what_was_cut_off_never_comes_back() {
    let whole = FaultDisk::new(0);
    sell(&whole, OTHER, 4, &mut Promise::default());
    let mut replaced = 0;
    for op in 1..=whole.ops() {
        for seed in 0..30 {
            let context = format!("operation {op} seed {seed}");
            let disk = FaultDisk::new(seed);
            disk.crash_at(op);
            let mut promise = Promise::default();
            sell(&disk, OTHER, 4, &mut promise);
            let disk = disk.power_cut(seed * 7907 + op);
            let held = check(&disk, OTHER, promise, &context);
            if held == promise.begun {
                continue;
            }
            replaced += 1;
            let (mut store, _) = open(&disk).unwrap();
            store.append(&[rival(OTHER, held)]).unwrap();
            drop(store);
            let (store, _) = open(&disk).unwrap();
            let found = read_all(&store, OTHER);
            assert_eq!(found.len() as u64, held + 1, "{context}");
            assert_eq!(found[held as usize], rival(OTHER, held), "{context}");
        }
    }
    assert!(replaced > 300, "{replaced}");
}

#[test]
fn what_a_killed_program_left_in_memory_is_durable_once_it_was_reported() {
    let whole = FaultDisk::new(0);
    sell(&whole, OWN, 1, &mut Promise::default());
    let mut saved = 0;
    for op in 1..=whole.ops() {
        for seed in 0..4 {
            let context = format!("operation {op} seed {seed}");
            let disk = FaultDisk::new(seed);
            disk.crash_at(op);
            let mut promise = Promise::default();
            sell(&disk, OWN, 1, &mut promise);
            // Everything written is still in the system's memory...
            let disk = disk.kill();
            let held = check(&disk, OWN, promise, &context);
            saved += u64::from(held > promise.acknowledged);
            // ...and after the opening on the disk.
            let disk = disk.power_cut(seed);
            check(&disk, OWN, Promise { acknowledged: held, begun: held }, &context);
        }
    }
    assert!(saved > 0);
}
