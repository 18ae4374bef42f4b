//! Whether entries that were applied under one authority have to be judged
//! again under another.

use super::Authority;
use super::devices::{Device, RoleChange};
use till_schema::body::Role;
use till_schema::{Seq, Vector};

/// Whether the verdict on an entry that is applied may differ between the two:
/// one at or below `applied` of its log. `false` is a promise that none does;
/// `true` is a suspicion.
///
/// `applied` is what was applied under `old`, without the entries that made
/// `new` of it. The shop's plain growth (devices that join, roles and ends cut
/// at a head that nothing applied is beyond) needs no second look.
pub fn must_refold(old: &Authority, new: &Authority, applied: &Vector) -> bool {
    let lost = old.in_chain.difference(&new.in_chain).next().is_some();
    let gained = new.chain.links.iter().any(|link| {
        let entry = &link.item.entry;
        let is_applied = applied.get(&entry.log).is_some_and(|head| entry.seq <= *head);
        is_applied && !old.contains(&entry.hash)
    });
    let judged_otherwise = || {
        applied.iter().any(|(log, head)| {
            let before = old.devices.get(log).map(|device| Rights::up_to(device, *head));
            let after = new.devices.get(log).map(|device| Rights::up_to(device, *head));
            before != after && head.0 > 0
        })
    };
    lost || gained || judged_otherwise()
}

/// All that the verdicts on a device's entries up to one position depend on.
#[derive(PartialEq, Eq)]
struct Rights<'a> {
    joined_with: &'a [Role],
    changes: Vec<RoleChange>,
    end: Option<Seq>,
    stop: Option<Seq>,
}

impl<'a> Rights<'a> {
    fn up_to(device: &'a Device, head: Seq) -> Self {
        let below = |cut: &Seq| *cut < head;
        let changes = device.changes.iter().filter(|change| below(&change.cut));
        Self {
            joined_with: &device.joined_with,
            changes: changes
                .map(|change| RoleChange {
                    removal_cut: change.removal_cut.min(head),
                    ..change.clone()
                })
                .collect(),
            end: device.end.filter(below),
            stop: device.stop.filter(below),
        }
    }
}
