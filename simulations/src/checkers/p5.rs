//! P5: every document reaches the authority once in effect, in order within its
//! series, and every device knows the answer that the authority gave.

use crate::violation::Promise;
use crate::world::World;
use till_node::RelayDocument;
use till_schema::body::Outcome;
use till_schema::rows::{DocumentRow, Table, collect_rows};

/// A document arrives at the relay.
pub fn arrives(world: &mut World, index: usize, document: &RelayDocument) {
    let unsure = world.ghost.unsure_logs.contains(&document.series);
    let known = |(space, _, number, code): &&(_, _, u64, String)| {
        *space == document.space && *number == document.number && *code != document.code
    };
    let other = world.relay.first_arrivals.iter().find(known).cloned();
    if let Some((.., code)) = other
        && !unsure
    {
        let what = format!("number {} came as {code} and as {}", document.number, document.code);
        world.violate(Promise::P5, "one-document-a-number", Some(index), what);
    }
    let is_new = !world.relay.first_arrivals.iter().any(|(.., code)| *code == document.code);
    if unsure || !is_new {
        return;
    }
    // Whoever knows this one knows all that its issuer wrote before it. Of those
    // the lower numbers go first, and one at a time.
    let issued = |number| world.ghost.issued.get(&(document.series, number)).copied();
    let Some(here) = issued(document.number) else { return };
    let open = world.relay.first_arrivals.iter().find(|(space, series, number, code)| {
        *space == document.space
            && *series == document.series
            && *number < document.number
            && issued(*number).is_some_and(|before| before < here)
            && !world.relay.ever_final.contains_key(code)
            && !world.relay.refused.contains_key(code)
    });
    if let Some((.., number, _)) = open {
        let what = format!("number {} came while {number} has no answer", document.number);
        world.violate(Promise::P5, "in-order", Some(index), what);
    }
}

/// The books say what the authority's ledger says.
pub fn at_rest(world: &mut World) {
    let twice: Vec<String> = world
        .relay
        .registered_twice()
        .map(|((_, number), codes)| format!("{number}: {codes:?}"))
        .collect();
    for what in twice {
        world.violate(Promise::P5, "registered-once", None, what);
    }
    for index in world.participants() {
        let Some(books) = world.books(index) else { continue };
        let verdicts = world.relay.verdicts();
        let mut broken: Vec<(&'static str, String)> = Vec::new();
        let rows = collect_rows::<DocumentRow>(books, Table::Documents, &[]);
        for (code, row) in &rows {
            let code = String::from_utf8_lossy(code).into_owned();
            let Some(outcome) = row.outcome else { continue };
            let verdict = verdicts.get(&code).map(|receipt| receipt.outcome);
            let refused = world.relay.refused.contains_key(&code);
            let fits = match verdict {
                Some(verdict) => verdict == outcome || (refused && outcome == Outcome::Rejected),
                None => refused && outcome == Outcome::Rejected,
            };
            if !fits {
                let what = format!(
                    "number {} is {outcome:?} here, and {verdict:?} at the authority",
                    row.number
                );
                broken.push(("settled-as-registered", what));
            }
        }
        for (invariant, what) in broken {
            world.violate(Promise::P5, invariant, Some(index), what);
        }
    }
}
