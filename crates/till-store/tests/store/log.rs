//! The log files on a disk that works.

use crate::world::{OTHER, OWN, frame, frames_held, nth, open, read_all};
use std::sync::Arc;
use till_schema::Seq;
use till_store::fault::FaultDisk;
use till_store::{AppendError, LogStore, StoreOptions, VerifyError};

#[test]
fn frames_come_back_as_they_were_written_across_segments_and_openings() {
    let disk = FaultDisk::new(1);
    let (mut store, _) = open(&disk).unwrap();
    for index in 0..20 {
        store.append(&[nth(OWN, index)]).unwrap();
    }
    let batch: Vec<_> = (0..20).map(|index| nth(OTHER, index)).collect();
    store.append(&batch).unwrap();
    for _ in 0..2 {
        assert_eq!(frames_held(&store, OWN), 20);
        assert_eq!(frames_held(&store, OTHER), 20);
        drop(store);
        let (again, report) = open(&disk).unwrap();
        assert!(report.logs.values().all(|log| log.cut_off_bytes == 0 && !log.repaired));
        store = again;
    }
    let segments = disk.files().iter().filter(|path| path.ends_with(".seg")).count();
    assert!(segments >= 8, "{segments} segments");
}

#[test]
fn reading_starts_at_the_frame_that_holds_the_entry_and_keeps_to_the_limit() {
    let disk = FaultDisk::new(1);
    let (mut store, _) = open(&disk).unwrap();
    let frames: Vec<_> = (0..30).map(|index| nth(OWN, index)).collect();
    frames.iter().for_each(|frame| store.append(std::slice::from_ref(frame)).unwrap());
    for opened_again in [false, true] {
        if opened_again {
            store = open(&disk).unwrap().0;
        }
        for entry in 0..=62_u64 {
            let at = entry.max(1).div_ceil(2) as usize - 1;
            for limit in [0, 700, 2500, usize::MAX] {
                let found = store.read(OWN, Seq(entry), limit).unwrap();
                let rest = frames.get(at..).unwrap_or_default();
                assert_eq!(found, rest[..found.len()], "from {entry}");
                assert_eq!(found.is_empty(), rest.is_empty(), "from {entry}");
                let bytes: usize = found.iter().map(|frame| frame.bytes.len()).sum();
                assert!(found.len() <= 1 || bytes <= limit, "from {entry}: {bytes} of {limit}");
                if let Some(next) = rest.get(found.len()) {
                    assert!(bytes + next.bytes.len() > limit, "from {entry}: more would fit");
                }
            }
        }
    }
    assert!(store.read(OTHER, Seq(1), 1000).unwrap().is_empty());
}

#[test]
fn a_sale_costs_one_sync_also_when_it_begins_a_segment() {
    let disk = FaultDisk::new(1);
    let (mut store, _) = open(&disk).unwrap();
    let mut rolled = 0;
    for index in 0..20 {
        store.prepare().unwrap();
        let (syncs, files) = (disk.syncs(), disk.files().len());
        store.append(&[nth(OWN, index)]).unwrap();
        assert_eq!(disk.syncs() - syncs, 1, "sale {index}");
        assert_eq!(disk.files().len(), files);
        rolled += u64::from(store.prepare().unwrap());
    }
    assert!(rolled >= 3, "{rolled} segments were begun");
}

#[test]
fn a_batch_costs_one_sync_while_it_fits() {
    let disk = FaultDisk::new(1);
    let (mut store, _) = LogStore::open(Arc::new(disk.clone()), OWN).unwrap();
    store.append(&[nth(OTHER, 0)]).unwrap();
    let syncs = disk.syncs();
    store.append(&(1..200).map(|index| nth(OTHER, index)).collect::<Vec<_>>()).unwrap();
    assert_eq!(disk.syncs() - syncs, 1);
    assert_eq!(frames_held(&store, OTHER), 200);
}

#[test]
fn what_does_not_follow_or_fit_is_refused_and_changes_nothing() {
    let disk = FaultDisk::new(1);
    let (mut store, _) = open(&disk).unwrap();
    store.append(&[nth(OWN, 0)]).unwrap();
    let before = disk.ops();
    let refused = |store: &mut LogStore, frames: &[_]| store.append(frames).unwrap_err();
    assert!(matches!(
        refused(&mut store, &[nth(OWN, 2)]),
        AppendError::NotContiguous { expected: Seq(3), found: Seq(5), .. }
    ));
    assert!(matches!(
        refused(&mut store, &[nth(OWN, 1), nth(OWN, 1)]),
        AppendError::NotContiguous { .. }
    ));
    assert!(matches!(refused(&mut store, &[nth(OWN, 1), nth(OTHER, 0)]), AppendError::BadFrames));
    assert!(matches!(refused(&mut store, &[frame(OWN, 3, 2, 10)]), AppendError::BadFrames));
    assert!(matches!(
        refused(&mut store, &[frame(OWN, 3, 3, 5000)]),
        AppendError::TooLarge { bytes: 5000, .. }
    ));
    store.append(&[]).unwrap();
    assert_eq!(disk.ops(), before);
    assert_eq!(frames_held(&store, OWN), 1);
}

#[test]
fn the_largest_frame_of_the_schema_fits_with_the_usual_sizes() {
    let disk = FaultDisk::new(1);
    let (mut store, _) = LogStore::open(Arc::new(disk.clone()), OWN).unwrap();
    let largest = till_schema::limits::FRAME_BYTES_MAX;
    for log in [OWN, OTHER] {
        for seq in 1..=5 {
            store.append(&[frame(log, seq, seq, largest)]).unwrap();
        }
        assert_eq!(read_all(&store, log).len(), 5);
    }
    assert_eq!(
        disk.contents(&format!("logs/{OTHER}/00000001.seg")).unwrap().len() as u64,
        StoreOptions::default().first_foreign_segment_bytes
    );
}

#[test]
fn opening_after_an_orderly_end_writes_nothing() {
    let disk = FaultDisk::new(1);
    let (mut store, _) = open(&disk).unwrap();
    for index in 0..7 {
        store.append(&[nth(OWN, index)]).unwrap();
        store.append(&[nth(OTHER, index)]).unwrap();
    }
    store.prepare().unwrap();
    store.settle().unwrap();
    let files = disk.files();
    let bytes: Vec<_> = files.iter().map(|path| disk.contents(path)).collect();
    let (store, _) = open(&disk).unwrap();
    assert_eq!(disk.files(), files);
    assert_eq!(files.iter().map(|path| disk.contents(path)).collect::<Vec<_>>(), bytes);
    assert_eq!(frames_held(&store, OWN), 7);
    assert_eq!(frames_held(&store, OTHER), 7);
}

#[test]
fn opening_does_not_read_the_payloads_of_finished_segments() {
    let disk = FaultDisk::new(1);
    let (mut store, _) = open(&disk).unwrap();
    (0..20).for_each(|index| store.append(&[nth(OWN, index)]).unwrap());
    drop(store);
    // Damage that only reading would find.
    disk.flip_bit(&format!("logs/{OWN}/00000001.seg"), 12288 + 100, 0);
    let (store, _) = open(&disk).unwrap();
    assert_eq!(store.heads()[&OWN].seq, Seq(40));
    store.read(OWN, Seq(1), 1).unwrap_err();
    assert!(matches!(store.verify_all(&mut |_| Ok(())), Err(VerifyError::Read(_))));
}

#[test]
fn a_visitor_may_stop_the_check() {
    let disk = FaultDisk::new(1);
    let (mut store, _) = open(&disk).unwrap();
    (0..3).for_each(|index| store.append(&[nth(OWN, index)]).unwrap());
    let summary = store.verify_all(&mut |_| Ok(())).unwrap();
    assert_eq!((summary.logs, summary.frames), (1, 3));
    let refused = store.verify_all(&mut |frame| match frame.first {
        Seq(3) => Err("signature".into()),
        _ => Ok(()),
    });
    assert!(matches!(refused, Err(VerifyError::Refused { first: Seq(3), .. })));
}
