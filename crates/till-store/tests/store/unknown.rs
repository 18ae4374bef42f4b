//! The disk fails while something is being saved: nobody knows whether it was.

use crate::world::{OTHER, OWN, frames_held, nth, open};
use till_schema::LogId;
use till_store::fault::FaultDisk;
use till_store::{AppendError, LogStore};

const FRAMES: u64 = 12;

enum Fails {
    Sync,
    Write,
}

/// Appends everything, going on after one failure as a device would. Returns
/// whether an outcome was unknown, and whether its frame was kept.
fn sell(disk: &FaultDisk, log: LogId, op: u64, fails: &Fails) -> (bool, bool) {
    let (mut store, _) = open(disk).unwrap();
    match fails {
        Fails::Sync => disk.fail_sync_at(op),
        Fails::Write => disk.fail_write_at(op),
    }
    let mut seen = (false, false);
    let mut index = 0;
    while index < FRAMES {
        let frame = [nth(log, index)];
        match store.append(&frame) {
            Ok(()) => index += 1,
            Err(AppendError::Unwritten { .. }) => assert_eq!(frames_held(&store, log), index),
            Err(AppendError::OutcomeUnknown { .. }) => {
                assert!(matches!(store.append(&frame), Err(AppendError::Latched)));
                assert_eq!(frames_held(&store, log), index, "only what is sure can be read");
                let reopened = store.reopen(log).unwrap();
                let kept = reopened.kept == 2;
                assert_eq!(reopened.head, store.heads().get(&log).copied());
                index += u64::from(kept);
                assert_eq!(frames_held(&store, log), index);
                seen = (true, kept);
            }
            Err(other) => panic!("{other}"),
        }
    }
    assert_eq!(frames_held(&store, log), FRAMES);
    seen
}

fn at_every_operation(log: LogId, fails: &Fails) {
    let whole = FaultDisk::new(0);
    let start = {
        drop(open(&whole).unwrap());
        whole.ops()
    };
    let whole = FaultDisk::new(0);
    sell(&whole, log, u64::MAX, fails);
    let (mut kept, mut gone) = (0, 0);
    for op in start + 1..=whole.ops() {
        for seed in 0..8 {
            let disk = FaultDisk::new(seed);
            let (unknown, was_kept) = sell(&disk, log, op, fails);
            if unknown {
                kept += u64::from(was_kept);
                gone += u64::from(!was_kept);
            }
            let disk = disk.power_cut(seed);
            let (store, _) = open(&disk).unwrap_or_else(|e| panic!("operation {op} {seed}: {e}"));
            assert_eq!(frames_held(&store, log), FRAMES, "operation {op} seed {seed}");
        }
    }
    match fails {
        // After a failed sync the record is always still readable.
        Fails::Sync => assert!(kept > 50, "{kept} kept"),
        Fails::Write => assert!(kept > 20 && gone > 20, "{kept} kept, {gone} gone"),
    }
}

#[test]
fn after_a_failed_sync_the_outcome_is_found_out_and_made_durable() {
    at_every_operation(OWN, &Fails::Sync);
    at_every_operation(OTHER, &Fails::Sync);
}

#[test]
fn after_a_failed_write_the_outcome_is_found_out_and_made_durable() {
    at_every_operation(OWN, &Fails::Write);
    at_every_operation(OTHER, &Fails::Write);
}

fn failed_once(disk: &FaultDisk) -> LogStore {
    let (mut store, _) = open(disk).unwrap();
    (0..3).for_each(|index| store.append(&[nth(OWN, index)]).unwrap());
    disk.fail_sync_at(disk.ops() + 1);
    let failed = store.append(&[nth(OWN, 3)]);
    assert!(matches!(failed, Err(AppendError::OutcomeUnknown { .. })));
    store
}

#[test]
fn it_continues_in_a_new_segment() {
    let disk = FaultDisk::new(1);
    let mut store = failed_once(&disk);
    let failed = format!("logs/{OWN}/00000001.seg");
    let before = disk.contents(&failed);
    let reopened = store.reopen(OWN).unwrap();
    assert_eq!(reopened.kept, 2);
    store.append(&[nth(OWN, 4)]).unwrap();
    assert_eq!(disk.contents(&failed), before, "the failed segment is left alone");
    assert_eq!(frames_held(&store, OWN), 5);
}

#[test]
fn the_second_failure_in_one_run_ends_saving_but_not_reading() {
    let disk = FaultDisk::new(1);
    let mut store = failed_once(&disk);
    store.reopen(OWN).unwrap();
    disk.fail_sync_at(disk.ops() + 1);
    let again = store.append(&[nth(OWN, 4)]);
    assert!(matches!(again, Err(AppendError::OutcomeUnknown { .. })));
    assert!(matches!(store.append(&[nth(OWN, 4)]), Err(AppendError::ReadOnly)));
    assert!(matches!(store.reopen(OWN), Err(AppendError::ReadOnly)));
    assert!(!store.has_room(1));
    assert_eq!(frames_held(&store, OWN), 4);
    store.append(&[nth(OTHER, 0)]).unwrap();
    drop(store);
    // A new run finds out.
    let (store, _) = open(&disk).unwrap();
    let held = frames_held(&store, OWN);
    assert!((4..=5).contains(&held));
    let disk = disk.power_cut(4);
    assert_eq!(frames_held(&open(&disk).unwrap().0, OWN), held);
}

#[test]
fn a_failed_segment_that_does_not_read_back_ends_saving() {
    let disk = FaultDisk::new(1);
    let mut store = failed_once(&disk);
    disk.flip_bit(&format!("logs/{OWN}/00000001.seg"), 12288 + 150, 1);
    assert!(matches!(store.reopen(OWN), Err(AppendError::ReadOnly)));
    assert!(matches!(store.append(&[nth(OWN, 3)]), Err(AppendError::ReadOnly)));
}

#[test]
fn a_crash_after_a_failed_sync_keeps_what_the_next_opening_reports() {
    let whole = FaultDisk::new(0);
    sell(&whole, OWN, u64::MAX, &Fails::Sync);
    let mut kept = 0;
    for op in 1..=whole.ops() {
        for seed in 0..8 {
            let context = format!("operation {op} seed {seed}");
            let disk = FaultDisk::new(seed);
            let (mut store, _) = open(&disk).unwrap();
            disk.fail_sync_at(op);
            let sold = (0..FRAMES).take_while(|index| store.append(&[nth(OWN, *index)]).is_ok());
            let sold = sold.count() as u64;
            drop(store);
            let disk = disk.kill();
            let held = frames_held(&open(&disk).unwrap().0, OWN);
            assert!((sold..=sold + 1).contains(&held), "{context}");
            kept += u64::from(held > sold);
            let disk = disk.power_cut(seed);
            let (store, _) = open(&disk).unwrap_or_else(|error| panic!("{context}: {error}"));
            assert_eq!(frames_held(&store, OWN), held, "{context}");
        }
    }
    assert!(kept > 50, "{kept}");
}

#[test]
fn a_crash_while_going_on_loses_nothing_acknowledged() {
    for seed in 0..6 {
        let disk = FaultDisk::new(seed);
        let mut store = failed_once(&disk);
        let start = disk.ops();
        store.reopen(OWN).unwrap();
        (4..7).for_each(|index| store.append(&[nth(OWN, index)]).unwrap());
        for op in start + 1..=disk.ops() {
            let disk = FaultDisk::new(seed);
            let mut store = failed_once(&disk);
            disk.crash_at(op);
            let mut acknowledged = 3;
            if let Ok(reopened) = store.reopen(OWN) {
                acknowledged += u64::from(reopened.kept == 2);
                while store.append(&[nth(OWN, acknowledged)]).is_ok() {
                    acknowledged += 1;
                }
            }
            let disk = disk.power_cut(seed * 31 + op);
            let (store, _) = open(&disk).unwrap_or_else(|e| panic!("operation {op} {seed}: {e}"));
            let held = frames_held(&store, OWN);
            assert!(held >= acknowledged, "operation {op} seed {seed}: {held} {acknowledged}");
            assert!(held <= acknowledged + 1);
        }
    }
}
