//! What holds of any set of entries, however it came together.

use super::world::*;
use crate::{Authority, Need, must_refold};
use proptest::prelude::*;
use std::collections::BTreeMap;
use till_schema::body::{AdminMove, Body, LogEnd, Reinstate, Role};
use till_schema::rows::{AdminRow, EntryRef};
use till_schema::{LogId, Seq, Vector};

const DEVICES: u8 = 4;
const POSITIONS: u64 = 12;
const NEEDS: [Need; 6] =
    [Need::Fact, Need::Sell, Need::EditDocuments, Need::Decide, Need::SetUsers, Need::Suspend];
const ROLES: [&[Role]; 5] =
    [&[], &[Role::Owner], &[Role::Manager], &[Role::Register], &[Role::Forwarder]];

/// One step of a made-up history. Numbers are taken modulo what there is.
#[derive(Clone, Debug)]
struct Step {
    writer: u8,
    kind: u8,
    device: u8,
    number: u64,
    roles: usize,
    admin_pos: Option<u64>,
    idle: u64,
}

fn step() -> impl Strategy<Value = Step> {
    let writer = prop_oneof![4 => Just(None), 3 => (0..DEVICES).prop_map(Some)];
    (writer, 0..14_u8, 0..DEVICES + 1, 0..POSITIONS, 0..ROLES.len(), 0..20_u64, 0..2_u64).prop_map(
        |(writer, kind, device, number, roles, admin_pos, idle)| Step {
            // Mostly the administrator, so that chains grow.
            writer: writer.unwrap_or(u8::MAX),
            kind,
            device,
            number,
            roles,
            admin_pos: (admin_pos < 12).then_some(admin_pos),
            idle,
        },
    )
}

/// Writes a history: entries know what they like, devices go back and forth,
/// nothing is honest but the signatures.
fn history(steps: &[Step]) -> Shop {
    let mut shop = Shop::of_four();
    for step in steps {
        let authority = shop.authority();
        let writer = if step.writer == u8::MAX { authority.admin().0[0] } else { step.writer };
        shop.sell(writer, step.idle);
        let known = step.admin_pos.unwrap_or(authority.len().0);
        if step.kind == 12 {
            let cut = pick(&shop, step.number).entry;
            let epoch = authority.epoch().saturating_sub(u64::from(step.device % 2));
            shop.recover(writer, epoch, cut, step.number % 3);
            continue;
        }
        let body = body(&shop, step, &authority);
        let writer = match (&body, authority.moving_to()) {
            (Body::AdminAccept(_), Some(to)) => to.0[0],
            _ => writer,
        };
        shop.write_knowing(writer, known, body);
    }
    shop
}

fn pick(shop: &Shop, number: u64) -> &AdminRow {
    // One of the later entries, mostly of the chain's end.
    let back = number as usize % shop.rows.len().min(6);
    &shop.rows[shop.rows.len() - 1 - back]
}

fn body(shop: &Shop, step: &Step, authority: &Authority) -> Body {
    let roles = ROLES[step.roles];
    match step.kind {
        0 | 1 => device_add(step.device, roles),
        2..=4 => role_set(step.device, roles, step.number),
        5 => end_of(step.device, step.number),
        6 => accept_tail(step.device, step.number),
        7 => AdminMove { to: log(step.device) }.into(),
        8 | 9 => match authority.last() {
            Some(moved) => till_schema::body::AdminAccept { moved }.into(),
            None => LogEnd {}.into(),
        },
        10 => suspend(step.device, step.number),
        11 => {
            let stops = shop.rows.iter().filter(|row| row.kind == suspend(0, 0).kind());
            Reinstate { suspensions: stops.map(|row| row.entry.hash).collect() }.into()
        }
        _ => LogEnd {}.into(),
    }
}

fn compute(rows: &[AdminRow]) -> Authority {
    Authority::compute(shop_id(), log(0), rows)
}

/// The entries up to a position of each log.
fn part(shop: &Shop, vector: &Vector) -> Vec<AdminRow> {
    let is_in = |entry: &EntryRef| vector.get(&entry.log).is_some_and(|head| entry.seq <= *head);
    shop.rows.iter().filter(|row| is_in(&row.entry)).cloned().collect()
}

/// A part of each log; more than its length is all of it.
fn vector(lengths: &[u64], shop: &Shop) -> Vector {
    let cut = |(index, length): (usize, &u64)| {
        let log = log(index as u8);
        (log, Seq((*length).min(shop.heads().get(&log).map_or(0, |head| head.0))))
    };
    lengths.iter().enumerate().map(cut).collect()
}

fn lengths() -> impl Strategy<Value = Vec<u64>> {
    prop::collection::vec(prop_oneof![2 => 0..POSITIONS, 1 => Just(99)], usize::from(DEVICES) + 1)
}

type Verdicts = BTreeMap<(LogId, u64, u64, Need), crate::Verdict>;

/// The verdicts on everything that could be applied.
fn verdicts(authority: &Authority, shop: &Shop, applied: &Vector) -> Verdicts {
    let mut found = Verdicts::new();
    for (log, head) in applied {
        for seq in 1..=head.0 {
            for admin_pos in (0..=POSITIONS + 4).chain([u64::MAX]) {
                for need in NEEDS {
                    let verdict = authority.verdict(*log, Seq(seq), Seq(admin_pos), need);
                    found.insert((*log, seq, admin_pos, need), verdict);
                }
            }
        }
    }
    for row in part(shop, applied) {
        let entry = row.entry;
        let need = Need::Admin(entry.hash);
        let verdict = authority.verdict(entry.log, entry.seq, row.admin_pos, need);
        found.insert((entry.log, entry.seq.0, row.admin_pos.0, need), verdict);
    }
    found
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    /// Order and repetition do not matter, of the whole set or a part of it.
    #[test]
    fn arrival_order_does_not_matter(
        (rows, shuffled) in prop::collection::vec(step(), 0..30).prop_flat_map(|steps| {
            let rows = history(&steps).rows;
            (Just(rows.clone()), Just(rows).prop_shuffle())
        }),
        lengths in lengths(),
    ) {
        let whole = Shop::with(rows);
        prop_assert_eq!(compute(&shuffled), whole.authority());
        prop_assert_eq!(compute(&[&shuffled[..], &whole.rows].concat()), whole.authority());
        let other = Shop::with(shuffled);
        let vector = vector(&lengths, &whole);
        prop_assert_eq!(compute(&part(&other, &vector)), compute(&part(&whole, &vector)));
    }

    /// Without a refold all verdicts given are still right.
    #[test]
    fn no_refold_means_no_verdict_changes(
        steps in prop::collection::vec(step(), 0..30),
        before in prop::collection::vec(0..POSITIONS, usize::from(DEVICES) + 1),
        more in lengths(),
    ) {
        let shop = history(&steps);
        let applied = vector(&before, &shop);
        let mut longer = vector(&more, &shop);
        for (log, head) in &mut longer {
            *head = (*head).max(applied[log]);
        }
        let (old, new) = (compute(&part(&shop, &applied)), compute(&part(&shop, &longer)));
        if !must_refold(&old, &new, &applied) {
            prop_assert_eq!(verdicts(&old, &shop, &applied), verdicts(&new, &shop, &applied));
        }
    }

    /// The same, one entry of the history at a time.
    #[test]
    fn no_refold_step_by_step(steps in prop::collection::vec(step(), 1..30)) {
        let shop = history(&steps);
        let mut applied = Vector::new();
        let mut old = compute(&[]);
        for (index, row) in shop.rows.iter().enumerate() {
            let new = compute(&shop.rows[..=index]);
            if old != new && !must_refold(&old, &new, &applied) {
                prop_assert_eq!(verdicts(&old, &shop, &applied), verdicts(&new, &shop, &applied));
            }
            applied.insert(row.entry.log, row.entry.seq);
            old = new;
        }
    }

    /// However dishonest a demoted device, nothing beyond the cut counts.
    #[test]
    fn back_dating_does_not_help(cut in 0..20_u64, seq in 1..40_u64, admin_pos in 0..20_u64) {
        let mut shop = Shop::of_four();
        shop.write(0, role_set(2, &[Role::Forwarder], cut));
        let verdict = shop.verdict(2, seq, admin_pos, Need::EditDocuments);
        prop_assert_eq!(verdict.is_entitled(), seq <= cut);
    }

    /// Devices keep their place, and every live one was added by the chain.
    #[test]
    fn devices_are_counted_from_zero(steps in prop::collection::vec(step(), 0..30)) {
        let authority = history(&steps).authority();
        let ordinals: Vec<u32> = authority.devices().iter().map(|row| row.ordinal).collect();
        prop_assert_eq!(&ordinals, &(0..ordinals.len() as u32).collect::<Vec<_>>());
        prop_assert_eq!(authority.last().is_none(), authority.is_empty());
    }
}
