//! P8: the same inputs make the same state on every device, and again from the
//! first entry.

use crate::violation::Promise;
use crate::world::World;
use std::collections::BTreeMap;
use till_node::Config;
use till_schema::rows::digests;

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
    let config = Config {
        key: device.key.clone(),
        shop: device.shop,
        founder: device.founder,
        entropy: [9; 32],
        heads: BTreeMap::new(),
        relay: false,
        invites: Vec::new(),
        utc_offset_min: -300,
        name: device.name.clone(),
        sponsor: device.sponsor,
        network: false,
        quarantine: device.quarantine.clone(),
    };
    let what = match till_driver::fold_all(config, &running.logs) {
        Ok(rows) => {
            let (again, now) = (digests(&rows), digests(&running.books));
            let names: Vec<&str> = now
                .iter()
                .filter(|(name, d)| again.get(*name) != Some(d))
                .map(|(n, _)| *n)
                .collect();
            (!names.is_empty()).then(|| format!("{} differ when folded again", names.join(", ")))
        }
        Err(error) => Some(error.to_string()),
    };
    if let Some(what) = what {
        world.violate(Promise::P8, "folds-again-alike", Some(index), what);
    }
}
