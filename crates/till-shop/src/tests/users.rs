//! People: versions, names, rights.

use super::world::reference;
use crate::users::{
    UserError, any_owner, apply, by_name, check, current, discount_allowed, may, user, users,
};
use proptest::prelude::*;
use till_schema::UserId;
use till_schema::body::{Right, UserRole, UserSet};
use till_schema::limits::TEXT_BYTES_MAX;
use till_schema::rows::{EntryRef, MemoryRows, Rows, Table, UserRow, collect_rows};

fn person(id: u8, name: &str) -> UserSet {
    UserSet {
        user: UserId([id; 16]),
        name: name.into(),
        role: UserRole::Cashier,
        rights: UserRole::Cashier.rights(),
        discount_limit_bp: 0,
        pin_hash: String::new(),
        active: true,
    }
}

fn at(device: u8, seq: u64, wall_ms: i64) -> EntryRef {
    EntryRef { wall_ms, ..reference(device, seq) }
}

fn row(rows: &MemoryRows) -> UserRow {
    let mut found = collect_rows::<UserRow>(rows, Table::Users, &[]);
    assert_eq!(found.len(), 1);
    found.remove(0).1
}

fn nothing_seen(_: &EntryRef) -> bool {
    false
}

#[test]
fn a_version_takes_the_place_of_what_it_saw() {
    let mut rows = MemoryRows::default();
    let first = at(0, 1, 10);
    apply(&mut rows, &first, nothing_seen, &person(1, "Ana"));
    apply(&mut rows, &at(1, 1, 5), |old| *old == first, &person(1, "Ana María"));
    assert_eq!(row(&rows).versions.len(), 1);
    assert_eq!(current(&row(&rows)).name, "Ana María");
    // An earlier entry of the same log is seen without a word.
    apply(&mut rows, &at(1, 2, 1), nothing_seen, &person(1, "María"));
    assert_eq!(row(&rows).versions.len(), 1);
    assert_eq!(current(&row(&rows)).name, "María");
    // Applied twice is applied once.
    apply(&mut rows, &at(1, 2, 1), nothing_seen, &person(1, "María"));
    assert_eq!(row(&rows).versions.len(), 1);
}

#[test]
fn concurrent_versions_fold_alike_in_both_orders() {
    let one = (at(1, 1, 20), person(1, "Ana"));
    let other = (at(2, 1, 30), person(1, "Anna"));
    let fold = |versions: [&(EntryRef, UserSet); 2]| {
        let mut rows = MemoryRows::default();
        for (entry, set) in versions {
            apply(&mut rows, entry, nothing_seen, set);
        }
        rows
    };
    let (there, back) = (fold([&one, &other]), fold([&other, &one]));
    assert_eq!(there.get(Table::Users, &[1; 16]), back.get(Table::Users, &[1; 16]));
    assert_eq!(row(&there).versions.len(), 2);
    assert_eq!(current(&row(&there)).name, "Anna");

    // A third that saw both ends it.
    let mut rows = there;
    apply(&mut rows, &at(3, 1, 0), |_| true, &person(1, "Ana"));
    assert_eq!(row(&rows).versions.len(), 1);
}

#[test]
fn who_is_shut_out_anywhere_is_shut_out() {
    let mut rows = MemoryRows::default();
    let mut out = person(1, "Ana");
    out.active = false;
    apply(&mut rows, &at(1, 1, 20), nothing_seen, &out);
    apply(&mut rows, &at(2, 1, 30), nothing_seen, &person(1, "Ana"));
    assert!(!current(&row(&rows)).active);
}

#[test]
fn at_one_time_the_greater_hash_holds() {
    let mut rows = MemoryRows::default();
    let (one, other) = (at(1, 1, 20), at(2, 1, 20));
    apply(&mut rows, &one, nothing_seen, &person(1, "1"));
    apply(&mut rows, &other, nothing_seen, &person(1, "2"));
    let expected = if one.hash > other.hash { "1" } else { "2" };
    assert_eq!(current(&row(&rows)).name, expected);
}

#[test]
fn people_are_found_by_name_and_id() {
    let mut rows = MemoryRows::default();
    let mut out = person(1, "José");
    out.active = false;
    apply(&mut rows, &at(0, 1, 0), nothing_seen, &out);
    apply(&mut rows, &at(0, 2, 0), nothing_seen, &person(2, "José"));
    apply(&mut rows, &at(0, 3, 0), nothing_seen, &person(3, "José"));
    assert_eq!(users(&rows).len(), 3);
    assert_eq!(by_name(&rows, "  JOSÉ ").unwrap().user, UserId([2; 16]));
    assert_eq!(by_name(&rows, "Jo"), None);
    assert_eq!(user(&rows, UserId([1; 16])), Some(out));
    assert_eq!(user(&rows, UserId([9; 16])), None);
}

#[test]
fn an_owner_is_one_who_may_log_in() {
    let mut rows = MemoryRows::default();
    assert!(!any_owner(&rows));
    let mut boss = person(1, "Eva");
    boss.role = UserRole::Owner;
    apply(&mut rows, &at(0, 1, 0), nothing_seen, &boss);
    assert!(any_owner(&rows));
    boss.active = false;
    apply(&mut rows, &at(0, 2, 0), nothing_seen, &boss);
    assert!(!any_owner(&rows));
}

#[test]
fn what_is_wrong_with_a_person_is_said() {
    let broken = |change: fn(&mut UserSet)| {
        let mut set = person(1, "Ana");
        change(&mut set);
        check(&set)
    };
    assert_eq!(broken(|_| {}), Ok(()));
    assert_eq!(broken(|set| set.name = " ".into()), Err(UserError::NameEmpty));
    assert_eq!(broken(|set| set.name = "a".repeat(TEXT_BYTES_MAX)), Ok(()));
    assert_eq!(
        broken(|set| set.name = "a".repeat(TEXT_BYTES_MAX + 1)),
        Err(UserError::NameTooLong)
    );
    assert_eq!(broken(|set| set.rights.reverse()), Err(UserError::RightsNotRising));
    assert_eq!(
        broken(|set| set.rights = vec![Right::Sell, Right::Sell]),
        Err(UserError::RightsNotRising)
    );
    assert_eq!(broken(|set| set.discount_limit_bp = 10_001), Err(UserError::DiscountTooHigh));
    assert_eq!(
        broken(|set| set.pin_hash = "a".repeat(TEXT_BYTES_MAX + 1)),
        Err(UserError::PinHashTooLong)
    );
    for role in [UserRole::Owner, UserRole::Manager, UserRole::Cashier] {
        let mut set = person(1, "Ana");
        set.rights = role.rights();
        set.discount_limit_bp = role.discount_limit_bp();
        assert_eq!(check(&set), Ok(()));
    }
}

#[test]
fn rights_end_with_the_person() {
    let mut set = person(1, "Ana");
    assert!(may(&set, Right::Sell) && !may(&set, Right::ManageUsers));
    set.active = false;
    assert!(!may(&set, Right::Sell));
}

#[test]
fn discounts_stay_below_the_limit() {
    let mut set = person(1, "Ana");
    assert!(discount_allowed(&set, 1000, 0) && !discount_allowed(&set, 1000, 1));
    set.discount_limit_bp = 1_050;
    assert!(!discount_allowed(&set, 1000, 1), "the right is missing");
    set.rights = vec![Right::Sell, Right::Discount];
    assert!(discount_allowed(&set, 1000, 105) && !discount_allowed(&set, 1000, 106));
    assert!(discount_allowed(&set, 999, 104) && !discount_allowed(&set, 999, 105));
    assert!(!discount_allowed(&set, 1000, -1) && !discount_allowed(&set, -1000, 1));
    set.discount_limit_bp = u32::MAX;
    assert!(discount_allowed(&set, i64::MAX, i64::MAX));
    assert!(!discount_allowed(&set, 1000, 1001));
    assert!(!discount_allowed(&set, i64::MIN, i64::MIN));
}

/// A version that has seen everything up to a position of each of three logs.
#[derive(Clone, Debug)]
struct Version {
    entry: EntryRef,
    seen: [u64; 3],
}

/// Versions of one person by three devices that hear of each other now and then.
fn versions() -> impl Strategy<Value = Vec<Version>> {
    prop::collection::vec((0..3_u8, any::<[bool; 3]>(), 0..3_i64), 0..10).prop_map(|steps| {
        let mut heads = [0; 3];
        let mut known = [[0; 3]; 3];
        let mut found = Vec::new();
        for (device, hears, wall_ms) in steps {
            let me = usize::from(device);
            for other in 0..3 {
                if hears[other] {
                    // Whoever hears of an entry has heard of what that one saw.
                    let heard = known[other];
                    known[me] = std::array::from_fn(|log| known[me][log].max(heard[log]));
                }
            }
            heads[me] += 1;
            found.push(Version { entry: at(device, heads[me], wall_ms), seen: known[me] });
            known[me][me] = heads[me];
        }
        found
    })
}

proptest! {
    /// Any order that keeps each version after what it saw gives the same rows.
    #[test]
    fn every_causal_order_folds_alike(
        versions in versions(),
        order in Just((0..30_usize).collect::<Vec<_>>()).prop_shuffle(),
    ) {
        let has_seen = |by: &Version, entry: &EntryRef| {
            entry.seq.0 <= by.seen[usize::from(entry.log.0[0])]
        };
        let fold = |versions: &[Version]| {
            let mut rows = MemoryRows::default();
            for version in versions {
                apply(&mut rows, &version.entry, |old| has_seen(version, old), &person(1, "Ana"));
            }
            rows.get(Table::Users, &[1; 16])
        };
        let mut waiting = versions.clone();
        let mut other = Vec::new();
        while !waiting.is_empty() {
            let is_ready = |index: &usize| {
                let one = &waiting[*index];
                waiting.iter().all(|w| !has_seen(one, &w.entry))
            };
            let ready: Vec<usize> = (0..waiting.len()).filter(is_ready).collect();
            let next = ready[order[other.len()] % ready.len()];
            other.push(waiting.remove(next));
        }
        prop_assert_eq!(fold(&versions), fold(&other));
    }
}
