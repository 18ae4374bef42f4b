//! What the loop promises about writes that fail.

use crate::{Driver, Effect, Kept};
use std::collections::BTreeMap;
use std::sync::Arc;
use till_log::{Context, Drafter, Head, SigningKey};
use till_node::{Config, Input, Ticket};
use till_schema::body::{StockMoved, StockReason};
use till_schema::{FrameRecord, LogId, ProductId, Quantity, Seq, ShopId, Vector};
use till_store::fault::FaultDisk;
use till_store::{Disk, LogStore};

const SHOP: ShopId = ShopId([7; 32]);
/// Frames of one batch.
const FRAMES: usize = 24;

fn key(of: u8) -> SigningKey {
    SigningKey::from_bytes(&[of; 32])
}

fn open(disk: &FaultDisk) -> Driver {
    let me = LogId(key(1).verifying_key().to_bytes());
    let disk: Arc<dyn Disk> = Arc::new(disk.clone());
    let (logs, _) = LogStore::open(disk.clone(), me).expect("the disk holds nothing odd");
    let config = Config {
        key: key(1),
        shop: SHOP,
        founder: me,
        entropy: [3; 32],
        heads: BTreeMap::new(),
        relay: false,
        invites: Vec::new(),
        utc_offset_min: -300,
        name: "Caja 1".to_owned(),
        sponsor: None,
        network: false,
        quarantine: None,
    };
    Driver::open(&disk, logs, config).expect("nothing to fold").0
}

/// Frames of another device's log, the second of some 4 KiB each.
fn frames(of: u8) -> Vec<FrameRecord> {
    let mut drafter = Drafter::new(SHOP, key(of), Head::default(), Vector::new());
    (0..FRAMES)
        .map(|n| {
            let note = format!("delivery {n} {}", "x".repeat(4_000));
            let moves = vec![(ProductId([n as u8; 16]), Quantity::units(1))];
            let body = StockMoved {
                reason: StockReason::Receive,
                moves,
                note,
                place: String::new(),
                to: None,
            };
            let frame = drafter
                .draft(vec![body.into()], &Vector::new(), Context::default())
                .expect("small");
            drafter.keep(&frame);
            FrameRecord::from(&frame)
        })
        .collect()
}

fn persist(driver: &mut Driver, frames: &[FrameRecord]) -> (bool, Option<Kept>) {
    let mut effects = Vec::new();
    let done = driver.persist(&mut effects, Ticket(1), frames.to_vec(), false);
    let kept = effects.iter().find_map(|effect| match effect {
        Effect::NotSaved { kept, .. } => Some(*kept),
        _ => None,
    });
    (matches!(done, Input::Durable { .. }), kept)
}

/// A write error in the middle of a batch of foreign frames leaves its first
/// part in the log. The node was told that nothing was saved and asks for all of
/// it again: that must go through, in batches of any length.
#[test]
fn a_batch_kept_in_part_is_taken_when_it_comes_again() {
    let mut seen = BTreeMap::new();
    for seed in 0..10 {
        for batch in [FRAMES, 1, 5] {
            let disk = FaultDisk::new(seed);
            let mut driver = open(&disk);
            let frames = frames(2);
            let log = frames[0].log;
            assert!(persist(&mut driver, &frames[..2]).0);
            disk.fail_write_at(disk.ops() + 1);
            let (durable, kept) = persist(&mut driver, &frames[2..]);
            *seen.entry(format!("{kept:?}")).or_insert(0) += 1;
            if !durable {
                for part in frames[2..].chunks(batch) {
                    let again = persist(&mut driver, part);
                    assert_eq!(again, (true, None), "seed {seed}: {kept:?}");
                }
            }
            let head = driver.logs.heads()[&log];
            assert_eq!(head.seq, Seq(FRAMES as u64));
            let kept = driver.logs.read(log, Seq(1), usize::MAX).expect("it reads");
            assert!(kept == frames, "what is kept is what was signed");
        }
    }
    assert!(seen.contains_key("Some(Part)"), "no write was kept in part: {seen:?}");
}

/// Only what is the same is skipped.
#[test]
fn frames_of_another_history_are_not_taken_for_held_ones() {
    let disk = FaultDisk::new(1);
    let mut driver = open(&disk);
    let held = frames(2);
    assert!(persist(&mut driver, &held).0);
    let mut other = held[3..6].to_vec();
    for frame in &mut other {
        frame.last_hash.0[0] ^= 1;
    }
    let (durable, kept) = persist(&mut driver, &other);
    assert!(!durable);
    assert_eq!(kept, Some(Kept::Refused));
    assert_eq!(driver.logs.heads()[&held[0].log].seq, Seq(FRAMES as u64));
}
