//! One flipped bit anywhere: every acknowledged frame is found, or the damage
//! is told. Never fewer frames in silence.

use crate::world::{OTHER, OWN, frames_held, nth, open, read_all};
use till_schema::LogId;
use till_store::fault::FaultDisk;
use till_store::{OpenError, ReadError};

const FRAMES: u64 = 3;
const HEADER_BYTES: u64 = 122;
const SLOTS: [u64; 2] = [4096, 8192];
const SLOT_BYTES: u64 = 136;
const RECORDS_AT: u64 = 12288;

fn path(log: LogId, number: u64) -> String {
    format!("logs/{log}/{number:08}.seg")
}

fn written(log: LogId, frames: u64, settled: bool) -> FaultDisk {
    let disk = FaultDisk::new(5);
    let (mut store, _) = open(&disk).unwrap();
    (0..frames).for_each(|index| store.append(&[nth(log, index)]).unwrap());
    store.prepare().unwrap();
    if settled {
        store.settle().unwrap();
    }
    disk.power_cut(3)
}

/// End of the last byte in use.
fn used(disk: &FaultDisk, path: &str) -> u64 {
    let bytes = disk.contents(path).unwrap();
    bytes.iter().rposition(|byte| *byte != 0).unwrap() as u64 + 1
}

fn is_content(offset: u64, used: u64) -> bool {
    offset < HEADER_BYTES
        || SLOTS.iter().any(|slot| (*slot..*slot + SLOT_BYTES).contains(&offset))
        || (RECORDS_AT..used).contains(&offset)
}

/// Two bits of each byte in use, and one bit of each byte that is not.
fn bits(disk: &FaultDisk, path: &str) -> Vec<(u64, u8)> {
    let used = used(disk, path);
    let len = disk.contents(path).unwrap().len() as u64;
    (0..len)
        .flat_map(|offset| {
            let count = if is_content(offset, used) { 2 } else { 1 };
            (0..count).map(move |nth| (offset, ((offset + 3 * nth) % 8) as u8))
        })
        .collect()
}

#[test]
fn in_the_own_log_all_is_found_or_the_opening_refuses() {
    for settled in [false, true] {
        let disk = written(OWN, FRAMES, settled);
        let path = path(OWN, 1);
        let used = used(&disk, &path);
        let (mut whole, mut refused) = (0, 0);
        for (offset, bit) in bits(&disk, &path) {
            let disk = disk.fork();
            let before = disk.files();
            disk.flip_bit(&path, offset, bit);
            let flipped = disk.contents(&path);
            match open(&disk) {
                Ok((store, _)) => {
                    whole += 1;
                    assert_eq!(frames_held(&store, OWN), FRAMES, "byte {offset} bit {bit}");
                    assert!(offset >= HEADER_BYTES, "byte {offset}: a damaged header");
                    assert!(
                        !(RECORDS_AT..used).contains(&offset),
                        "byte {offset}: a damaged record"
                    );
                }
                Err(OpenError::OwnLogDamaged { segment, .. }) => {
                    refused += 1;
                    assert_eq!(segment, path);
                    assert!(is_content(offset, used), "byte {offset} means nothing");
                    assert_eq!(disk.contents(&path), flipped, "the evidence stays");
                    assert_eq!(disk.files(), before);
                }
                Err(other) => panic!("byte {offset} bit {bit}: {other}"),
            }
        }
        assert!(whole > 1000 && refused > 1000, "{whole} whole, {refused} refused");
    }
}

/// Zeros a sector, as a drive does that lies about its syncs.
fn lose_sector(disk: &FaultDisk, path: &str, sector: u64) {
    use till_store::Disk;
    let file = disk.open(path, false).unwrap();
    file.write_at(sector * 512, &[0; 512]).unwrap();
    file.sync_data().unwrap();
}

#[test]
fn a_lost_sector_is_told_and_only_the_last_append_can_be_taken_for_torn() {
    let disk = written(OWN, FRAMES, false);
    let path = path(OWN, 1);
    let used = used(&disk, &path);
    let last_record = used - (nth(OWN, FRAMES - 1).bytes.len() as u64 + 92).next_multiple_of(16);
    for sector in [0, 8, 16].into_iter().chain(RECORDS_AT / 512..used.div_ceil(512)) {
        let disk = disk.fork();
        lose_sector(&disk, &path, sector);
        match open(&disk) {
            Err(OpenError::OwnLogDamaged { .. }) => {
                assert!(sector == 0 || sector * 512 >= RECORDS_AT);
            }
            Ok((store, report)) if frames_held(&store, OWN) == FRAMES - 1 => {
                assert!(sector * 512 + 512 > last_record, "sector {sector}");
                // The last sector may hold nothing of it but the start.
                let lost_all = sector * 512 <= last_record && used <= sector * 512 + 512;
                assert!(report.logs[&OWN].cut_off_bytes > 0 || lost_all, "sector {sector}");
            }
            Ok((store, _)) => {
                assert_eq!(frames_held(&store, OWN), FRAMES, "sector {sector}");
                assert!([8, 16].contains(&sector), "sector {sector}");
            }
            Err(other) => panic!("sector {sector}: {other}"),
        }
    }
}

#[test]
fn a_damaged_slot_does_not_turn_a_damaged_last_record_into_a_torn_one() {
    // The newest slot is the one that names the last record: of three, the third in slot 1.
    let disk = written(OWN, FRAMES, false);
    let path = path(OWN, 1);
    let last = used(&disk, &path) - 40;
    for slot_byte in 0..SLOT_BYTES {
        let disk = disk.fork();
        disk.flip_bit(&path, SLOTS[1] + slot_byte, 5);
        disk.flip_bit(&path, last, 2);
        assert!(matches!(open(&disk), Err(OpenError::OwnLogDamaged { .. })), "{slot_byte}");
    }
}

#[test]
fn in_the_spare_segment_nothing_matters() {
    let disk = written(OWN, FRAMES, false);
    let spare = path(OWN, 2);
    let len = disk.contents(&spare).unwrap().len() as u64;
    for offset in 0..len {
        let disk = disk.fork();
        disk.flip_bit(&spare, offset, (offset % 8) as u8);
        let (mut store, _) = open(&disk).unwrap();
        assert_eq!(frames_held(&store, OWN), FRAMES, "byte {offset}");
        if offset % 97 == 0 {
            (FRAMES..12).for_each(|index| store.append(&[nth(OWN, index)]).unwrap());
            assert_eq!(frames_held(&open(&disk).unwrap().0, OWN), 12);
        }
    }
}

#[test]
fn in_a_finished_segment_it_is_found_at_opening_or_at_reading() {
    let disk = written(OWN, 8, false);
    assert!(disk.files().contains(&path(OWN, 2)));
    let path = path(OWN, 1);
    let (mut whole, mut refused, mut later) = (0, 0, 0);
    for (offset, bit) in bits(&disk, &path) {
        let disk = disk.fork();
        disk.flip_bit(&path, offset, bit);
        match open(&disk) {
            Ok((mut store, _)) => {
                assert_eq!(store.heads()[&OWN].seq.0, 16, "byte {offset} bit {bit}");
                match store.verify_all(&mut |_| Ok(())) {
                    Ok(_) => {
                        whole += 1;
                        assert_eq!(frames_held(&store, OWN), 8, "byte {offset} bit {bit}");
                    }
                    Err(_) => {
                        later += 1;
                        let told = store.recheck(OWN);
                        assert!(matches!(told, Err(OpenError::OwnLogDamaged { .. })), "{offset}");
                    }
                }
            }
            Err(OpenError::OwnLogDamaged { .. }) => refused += 1,
            Err(other) => panic!("byte {offset} bit {bit}: {other}"),
        }
    }
    assert!(whole > 1000 && refused > 200 && later > 1000, "{whole} {refused} {later}");
}

#[test]
fn another_devices_log_is_cut_back_told_and_can_be_filled_again() {
    let disk = written(OTHER, 8, false);
    for number in [1, 2] {
        let path = path(OTHER, number);
        let (mut whole, mut cut) = (0, 0);
        for (offset, bit) in bits(&disk, &path).into_iter().step_by(5) {
            let context = format!("segment {number} byte {offset} bit {bit}");
            let disk = disk.fork();
            disk.flip_bit(&path, offset, bit);
            let (mut store, report) = open(&disk).unwrap();
            let mut damaged = report.logs[&OTHER].damaged.clone();
            if damaged.is_none() && store.verify_all(&mut |_| Ok(())).is_err() {
                damaged = store.recheck(OTHER).unwrap();
                assert!(damaged.is_some(), "{context}");
            }
            let held = frames_held(&store, OTHER);
            if held == 8 {
                whole += 1;
            } else {
                cut += 1;
                assert_eq!(damaged.unwrap().segment, path, "{context}");
            }
            (held..9).for_each(|index| store.append(&[nth(OTHER, index)]).unwrap());
            drop(store);
            let disk = disk.power_cut(bit.into());
            let (store, report) = open(&disk).unwrap();
            assert_eq!(report.logs[&OTHER].damaged, None, "{context}");
            assert_eq!(frames_held(&store, OTHER), 9, "{context}");
        }
        assert!(whole > 100 && cut > 100, "segment {number}: {whole} whole, {cut} cut");
    }
}

#[test]
fn cutting_back_may_be_interrupted_anywhere() {
    let disk = written(OTHER, 8, false);
    for (number, offset) in [(1, 40), (1, RECORDS_AT + 1500), (2, RECORDS_AT + 20)] {
        let disk = disk.fork();
        disk.flip_bit(&path(OTHER, number), offset, 2);
        let dry = disk.fork();
        let (mut store, _) = open(&dry).unwrap();
        let _ = store.recheck(OTHER).unwrap();
        let held = frames_held(&store, OTHER);
        assert!(held < 8);
        for op in disk.ops() + 1..=dry.ops() {
            for seed in 0..6 {
                let disk = disk.fork();
                disk.crash_at(op);
                if let Ok((mut store, _)) = open(&disk) {
                    let _ = store.recheck(OTHER);
                }
                let disk = disk.power_cut(seed);
                let (mut store, _) = open(&disk).unwrap();
                store.recheck(OTHER).unwrap();
                assert_eq!(frames_held(&store, OTHER), held, "operation {op} seed {seed}");
            }
        }
    }
}

#[test]
fn damage_is_told_by_a_read_that_begins_there() {
    let disk = written(OWN, 8, false);
    // In the second record of the first segment.
    let first = nth(OWN, 0).bytes.len() as u64;
    disk.flip_bit(&path(OWN, 1), RECORDS_AT + first + 200, 6);
    let (store, _) = open(&disk).unwrap();
    let found = store.read(OWN, till_schema::Seq(1), usize::MAX).unwrap();
    assert_eq!(found, [nth(OWN, 0)]);
    assert!(matches!(
        store.read(OWN, till_schema::Seq(3), usize::MAX),
        Err(ReadError::Damaged(damage)) if damage.segment == path(OWN, 1)
    ));
}

#[test]
fn a_missing_or_short_segment_is_damage() {
    for hurt in ["missing", "short"] {
        let disk = written(OWN, 8, false);
        {
            use till_store::Disk;
            let segment = path(OWN, 1);
            match hurt {
                "missing" => disk.remove(&segment).unwrap(),
                _ => disk.open(&segment, false).unwrap().set_len(5000).unwrap(),
            }
        }
        assert!(matches!(open(&disk), Err(OpenError::OwnLogDamaged { .. })), "{hurt}");
    }
    // Under a new key the same log is another device's, and what is left opens.
    let disk = written(OWN, 8, false);
    disk.flip_bit(&path(OWN, 2), 3, 1);
    assert!(open(&disk).is_err());
    let (store, report) =
        till_store::LogStore::open_with(std::sync::Arc::new(disk), OTHER, crate::world::SMALL)
            .unwrap();
    assert!(report.logs[&OWN].damaged.is_some());
    assert!(!read_all(&store, OWN).is_empty());
}
