//! P6: history cannot be edited without proof, and honest devices never take
//! each other for liars.

use crate::violation::Promise;
use crate::world::World;
use till_log::{Head, verify_frame};
use till_schema::Seq;

/// Bytes of frames read at a time.
const PART_BYTES: usize = 512 * 1024;

/// A device cut another off.
pub fn cut_off(world: &mut World, index: usize, other: usize, why: &str) {
    let may_lie = |index: usize| {
        let device = &world.devices[index];
        world.has_lied(&device.name) || world.ghost.unsure_logs.contains(&device.log)
    };
    // Enrolled or ended a moment ago in the one's eyes and not in the other's.
    let is_news = why.contains("not a device of this shop");
    if may_lie(other) || may_lie(index) || is_news {
        return;
    }
    let what = format!("it cut {} off: {why}", world.devices[other].name);
    world.violate(Promise::P6, "honest-peers-stay", Some(index), what);
}

/// Every log that one of the devices stores is a chain of signed frames. All
/// hold the same, so one by seed is enough.
pub fn chains_hold(world: &mut World, seed: u64) {
    let participants = world.participants();
    let Some(which) = seed.checked_rem(participants.len() as u64) else { return };
    let index = participants[which as usize];
    let Ok(running) = &world.devices[index].running else { return };
    let shop = world.devices[index].shop;
    let mut broken = None;
    for (log, head) in running.logs.heads() {
        let mut at = Head::default();
        while at.seq < head.seq && broken.is_none() {
            let records = running.logs.read(*log, Seq(at.seq.0 + 1), PART_BYTES);
            let Ok(records) = records else {
                broken = Some(format!("log {} does not read after {}", log.short(), at.seq));
                break;
            };
            if records.is_empty() {
                broken = Some(format!("log {} ends at {} early", log.short(), at.seq));
            }
            for record in records {
                match verify_frame(shop, *log, at, &record.bytes) {
                    Ok(frame) => at = frame.head(),
                    Err(error) => {
                        broken = Some(format!("log {} at {}: {error}", log.short(), at.seq));
                        break;
                    }
                }
            }
        }
    }
    if let Some(what) = broken {
        world.violate(Promise::P6, "chains-hold", Some(index), what);
    }
}
