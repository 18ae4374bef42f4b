//! The disk is full.

use crate::world::{OTHER, OWN, frames_held, nth, open};
use till_schema::LogId;
use till_store::fault::FaultDisk;
use till_store::{AppendError, Disk};

const FRAMES: u64 = 14;

/// Appends until the disk is full; returns how many frames were acknowledged.
fn sell(disk: &FaultDisk, log: LogId) -> u64 {
    let (mut store, _) = open(disk).unwrap();
    for index in 0..FRAMES {
        let heads = store.heads().clone();
        match store.append(&[nth(log, index)]) {
            Ok(()) => {}
            Err(AppendError::DiskFull) => {
                assert_eq!(*store.heads(), heads);
                assert_eq!(frames_held(&store, log), index);
                return index;
            }
            Err(other) => panic!("{other}"),
        }
    }
    FRAMES
}

fn full_from_every_operation(log: LogId) {
    let whole = FaultDisk::new(0);
    assert_eq!(sell(&whole, log), FRAMES);
    let mut refused = 0;
    for op in 0..=whole.ops() {
        for seed in 0..3 {
            let disk = FaultDisk::new(seed);
            disk.fill_at(op);
            let sold = sell(&disk, log);
            refused += u64::from(sold < FRAMES);
            // Still full: what was sold is there.
            let (store, report) = open(&disk).unwrap();
            assert!(report.logs.values().all(|log| log.cut_off_bytes == 0), "operation {op}");
            assert_eq!(frames_held(&store, log), sold, "operation {op}");
            drop(store);
            let disk = disk.power_cut(seed);
            let (mut store, report) = open(&disk).unwrap();
            assert_eq!(frames_held(&store, log), sold, "operation {op}");
            assert!(report.logs.values().all(|log| log.cut_off_bytes == 0), "operation {op}");
            // There is space again.
            (sold..FRAMES).for_each(|index| store.append(&[nth(log, index)]).unwrap());
            assert_eq!(frames_held(&store, log), FRAMES, "operation {op}");
        }
    }
    assert!(refused > 10, "{refused}");
}

#[test]
fn nothing_is_half_written_and_it_goes_on_when_there_is_space() {
    full_from_every_operation(OWN);
    full_from_every_operation(OTHER);
}

#[test]
fn the_reserve_is_left_to_what_must_still_be_written() {
    let disk = FaultDisk::new(0);
    let (mut store, report) = open(&disk).unwrap();
    assert!(!report.disk_full);
    disk.fill_at(disk.ops());
    assert_eq!(disk.free_bytes(), Some(0));
    let mut sold = 0;
    while store.has_room(nth(OWN, sold).bytes.len()) {
        store.append(&[nth(OWN, sold)]).unwrap();
        sold += 1;
    }
    assert!(sold > 3);
    let before = disk.contents(&format!("logs/{OWN}/00000001.seg"));
    assert!(matches!(store.append(&[nth(OWN, sold)]), Err(AppendError::DiskFull)));
    assert_eq!(disk.contents(&format!("logs/{OWN}/00000001.seg")), before);
    let closing = crate::world::frame(OWN, 2 * sold + 1, 2 * sold + 1, 300);
    store.append_reserved(&[closing]).unwrap();
    assert_eq!(store.heads()[&OWN].seq.0, 2 * sold + 1);
    disk.free();
    assert!(store.prepare().unwrap());
    assert!(store.has_room(1000));
}

#[test]
fn opening_on_a_full_disk_tells_and_works_later() {
    let disk = FaultDisk::new(0);
    disk.fill_at(0);
    let (mut store, report) = open(&disk).unwrap();
    assert!(report.disk_full);
    assert!(!store.has_room(10));
    assert!(matches!(store.append(&[nth(OWN, 0)]), Err(AppendError::DiskFull)));
    disk.free();
    store.append(&[nth(OWN, 0)]).unwrap();
    drop(store);
    let disk = disk.power_cut(0);
    assert_eq!(frames_held(&open(&disk).unwrap().0, OWN), 1);
}
