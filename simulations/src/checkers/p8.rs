//! P8: the same inputs make the same state on every device, and again from the
//! first entry.

use crate::violation::Promise;
use crate::world::World;
use std::collections::BTreeMap;
use till_log::{Head, VerifiedFrame, verify_frame};
use till_node::{Config, Node, Output};
use till_schema::rows::{MemoryRows, digests};
use till_schema::{LogId, Seq, ShopId};
use till_store::LogStore;

/// Bytes of frames read at a time.
const PART_BYTES: usize = 512 * 1024;
/// Folds from the beginning before it counts as never ending.
const FOLDS_MAX: u32 = 20;

/// All digests are equal.
pub fn alike(world: &mut World) {
    let participants = world.participants();
    let Some(first) = participants.first().copied() else { return };
    let expected = world.books(first).map(digests).unwrap_or_default();
    for index in participants.into_iter().skip(1) {
        let here = world.books(index).map(digests).unwrap_or_default();
        if here != expected {
            let names: Vec<&str> = expected
                .iter()
                .filter(|(name, d)| here.get(*name) != Some(d))
                .map(|(n, _)| *n)
                .collect();
            let what = format!("{} differ from {}'s", names.join(", "), world.devices[first].name);
            world.violate(Promise::P8, "digests-alike", Some(index), what);
        }
    }
}

/// Folding all logs from the first entry gives what the books say.
pub fn folds_again(world: &mut World) {
    let Some(index) = world.participants().last().copied() else { return };
    let device = &world.devices[index];
    let Ok(running) = &device.running else { return };
    let head = |head: &till_store::Head| Head { seq: head.seq, hash: head.hash };
    let heads: BTreeMap<LogId, Head> =
        running.logs.heads().iter().map(|(log, found)| (*log, head(found))).collect();
    let config = Config {
        key: device.key.clone(),
        shop: device.shop,
        founder: device.founder,
        entropy: [9; 32],
        heads,
        relay: false,
        invites: Vec::new(),
        utc_offset_min: -300,
        name: device.name.clone(),
        sponsor: device.sponsor,
        network: false,
        quarantine: device.quarantine.clone(),
    };
    let what = match fold(config, &running.logs, device.shop) {
        Ok(rows) => {
            let (again, now) = (digests(&rows), digests(&running.books));
            let names: Vec<&str> = now
                .iter()
                .filter(|(name, d)| again.get(*name) != Some(d))
                .map(|(n, _)| *n)
                .collect();
            (!names.is_empty()).then(|| format!("{} differ when folded again", names.join(", ")))
        }
        Err(what) => Some(what),
    };
    if let Some(what) = what {
        world.violate(Promise::P8, "folds-again-alike", Some(index), what);
    }
}

fn fold(config: Config, logs: &LogStore, shop: ShopId) -> Result<MemoryRows, String> {
    let mut rows = MemoryRows::default();
    let mut node = Node::open(config, &rows).map_err(|error| error.to_string())?;
    replay(&mut node, &mut rows, logs, shop)?;
    for _ in 0..FOLDS_MAX {
        let mut again = false;
        while let Some(output) = node.poll() {
            again |= matches!(output, Output::Refold);
        }
        if !again {
            return Ok(rows);
        }
        let kept = Node::kept_rows(&rows);
        rows = MemoryRows::default();
        node.refold(&mut rows, kept);
        replay(&mut node, &mut rows, logs, shop)?;
    }
    Err(format!("it is folded again more than {FOLDS_MAX} times"))
}

fn replay(
    node: &mut Node,
    rows: &mut MemoryRows,
    logs: &LogStore,
    shop: ShopId,
) -> Result<(), String> {
    for (log, head) in logs.heads() {
        let mut at = Head::default();
        while at.seq < head.seq {
            let records = logs
                .read(*log, Seq(at.seq.0 + 1), PART_BYTES)
                .map_err(|error| error.to_string())?;
            let mut frames: Vec<VerifiedFrame> = Vec::with_capacity(records.len());
            for record in records {
                let frame = verify_frame(shop, *log, at, &record.bytes)
                    .map_err(|error| format!("log {} at {}: {error}", log.short(), at.seq))?;
                at = frame.head();
                frames.push(frame);
            }
            if frames.is_empty() {
                return Err(format!("log {} ends early", log.short()));
            }
            node.replay(rows, frames);
        }
    }
    Ok(())
}
