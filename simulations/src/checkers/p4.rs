//! P4: conflicts are listed alike on every device; a decision that a person was
//! told of is among them.

use crate::violation::Promise;
use crate::world::{World, kind_name};

/// Every device lists the same, whatever order entries came in.
pub fn at_rest(world: &mut World) {
    let participants = world.participants();
    let Some(first) = participants.first().copied() else { return };
    let listed = world.conflicts(first);
    world.count_conflicts_of(first);
    for index in participants.into_iter().skip(1) {
        let here = world.conflicts(index);
        if here == listed {
            continue;
        }
        let other = listed.iter().zip(&here).find(|(a, b)| a != b).map(|(a, _)| a);
        let name = other.map(|view| format!("{} {}", kind_name(view.key.kind), view.key.subject));
        let what = format!(
            "{} conflicts here, {} on {}; the first that differs: {}",
            here.len(),
            listed.len(),
            world.devices[first].name,
            name.unwrap_or_default()
        );
        world.violate(Promise::P4, "listed-alike", Some(index), what);
    }
    let lost = world.ghost.decisions.iter().find(|decided| {
        let counts = !decided.excused
            && !world.ghost.cut_logs.contains(&decided.log)
            && !world.is_beyond_fork(first, decided.log, decided.seq);
        let view = listed.iter().find(|view| view.key == decided.subject);
        // A conflict whose evidence is gone is listed no more, and its decision with it.
        let has = |log| {
            view.is_none_or(|view| view.resolutions.iter().any(|known| known.entry.log == log))
        };
        counts && !has(decided.log)
    });
    if let Some(decided) = lost {
        let what = format!("{:?} by {}", decided.subject, decided.log.short());
        world.violate(Promise::P4, "decisions-arrive", Some(first), what);
    }
}
