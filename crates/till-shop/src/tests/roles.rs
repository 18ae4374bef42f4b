//! Roles, their ends, and back-dating.

use super::world::*;
use crate::{Need, Verdict};
use till_schema::Seq;
use till_schema::body::{EndReason, LogEnd, Role};

const ENTITLED: Verdict = Verdict::Entitled;

#[test]
fn each_role_is_enough_for_its_own() {
    use Need::{Decide, EditDocuments, Fact, Sell, SetUsers, Suspend};
    let table: [(Role, &[Need]); 4] = [
        (Role::Owner, &[Fact, Sell, EditDocuments, Decide, SetUsers, Suspend]),
        (Role::Manager, &[Fact, Sell, EditDocuments, Decide, SetUsers]),
        (Role::Register, &[Fact, Sell, EditDocuments]),
        (Role::Forwarder, &[Fact]),
    ];
    for (role, enough) in table {
        let mut shop = Shop::found();
        shop.write(0, device_add(1, &[role]));
        for need in [Fact, Sell, EditDocuments, Decide, SetUsers, Suspend] {
            let expected = if enough.contains(&need) { ENTITLED } else { ROLE };
            assert_eq!(shop.verdict(1, 1, 3, need), expected, "{role:?} {need:?}");
        }
        assert_eq!(shop.verdict(9, 1, 3, Fact), NOT_IN_SHOP);
    }
}

#[test]
fn founding_entries_count_though_they_knew_no_chain() {
    let shop = Shop::found();
    assert_eq!(shop.verdict(0, 3, 0, Need::EditDocuments), ENTITLED);
}

#[test]
fn a_demoted_till_that_quotes_an_old_position_is_cut() {
    let mut shop = Shop::of_four();
    shop.sell(2, 10);
    shop.write(0, role_set(2, &[Role::Forwarder], 10));
    assert_eq!(shop.verdict(2, 10, 5, Need::EditDocuments), ENTITLED);
    assert_eq!(shop.verdict(2, 11, 5, Need::EditDocuments), CUT);
    assert_eq!(shop.verdict(2, 11, 6, Need::EditDocuments), ROLE);
    assert_eq!(shop.verdict(2, 11, 99, Need::EditDocuments), ROLE);
    // What it covers is covered, whatever the entry says it knew.
    assert_eq!(shop.verdict(2, 10, 6, Need::EditDocuments), ENTITLED);
    // It is still a device of the shop.
    assert_eq!(shop.verdict(2, 11, 6, Need::Fact), ENTITLED);
    assert_eq!(shop.authority().device(log(2)).unwrap().roles, [Role::Forwarder]);
}

#[test]
fn down_and_up_again_counts_for_who_knows_it() {
    let mut shop = Shop::of_four();
    shop.sell(2, 10);
    shop.write(0, role_set(2, &[], 10));
    shop.sell(2, 10);
    shop.write(0, role_set(2, &[Role::Register], 20));
    assert_eq!(shop.verdict(2, 15, 5, Need::Sell), CUT);
    assert_eq!(shop.verdict(2, 15, 6, Need::Sell), ROLE);
    assert_eq!(shop.verdict(2, 21, 6, Need::Sell), ROLE);
    assert_eq!(shop.verdict(2, 21, 7, Need::Sell), ENTITLED);
    // It never says it knew of the way up: the way down holds.
    assert_eq!(shop.verdict(2, 21, 5, Need::Sell), CUT);
}

#[test]
fn a_change_that_keeps_a_right_cuts_nothing_of_it() {
    let mut shop = Shop::of_four();
    shop.write(0, role_set(2, &[Role::Manager], 3));
    assert_eq!(shop.verdict(2, 9, 5, Need::Sell), ENTITLED);
    assert_eq!(shop.verdict(2, 9, 5, Need::Decide), ROLE);
    assert_eq!(shop.verdict(2, 9, 6, Need::Decide), ENTITLED);
    assert_eq!(shop.verdict(2, 3, 6, Need::Decide), ROLE);
}

#[test]
fn an_end_cuts_everything_and_a_found_tail_counts() {
    let mut shop = Shop::of_four();
    shop.sell(2, 30);
    shop.write(0, end_of(2, 10));
    let row = shop.authority().device(log(2)).unwrap().clone();
    assert_eq!((row.ended, row.roles.len(), row.is_live()), (Some(EndReason::Lost), 0, false));
    assert_eq!(shop.verdict(2, 10, 5, Need::Sell), ENTITLED);
    for need in [Need::Sell, Need::Fact, Need::EditDocuments] {
        assert_eq!(shop.verdict(2, 11, 5, need), CUT);
    }

    shop.write(0, accept_tail(2, 25));
    assert_eq!(shop.verdict(2, 25, 5, Need::Sell), ENTITLED);
    assert_eq!(shop.verdict(2, 26, 5, Need::Sell), CUT);
    shop.write(0, accept_tail(2, 15));
    assert_eq!(shop.verdict(2, 25, 5, Need::Sell), ENTITLED);
    assert!(!shop.authority().is_live(log(2)));
}

#[test]
fn a_gone_device_does_not_come_back_by_a_role() {
    let mut shop = Shop::of_four();
    shop.write(0, end_of(2, 10));
    shop.write(0, role_set(2, &[Role::Owner], 10));
    assert_eq!(shop.verdict(2, 11, 7, Need::Sell), CUT);
    assert!(shop.authority().device(log(2)).unwrap().roles.is_empty());
}

#[test]
fn a_found_tail_covers_a_demotion_too_but_not_a_later_one() {
    let mut shop = Shop::of_four();
    shop.write(0, role_set(2, &[], 10));
    shop.write(0, accept_tail(2, 20));
    assert_eq!(shop.verdict(2, 20, 5, Need::Sell), ENTITLED);
    assert_eq!(shop.verdict(2, 21, 5, Need::Sell), CUT);
    shop.write(0, end_of(2, 12));
    assert_eq!(shop.verdict(2, 13, 5, Need::Sell), CUT);
}

#[test]
fn entries_about_unknown_devices_are_nothing() {
    let mut shop = Shop::found();
    for body in [end_of(7, 1), accept_tail(7, 1), role_set(7, &[Role::Owner], 0)] {
        let entry = shop.write(0, body);
        assert!(shop.counts(entry));
    }
    assert_eq!(shop.authority().devices().len(), 1);
    assert_eq!(shop.authority().len(), Seq(5));
}

#[test]
fn nothing_counts_after_a_device_has_left() {
    let mut shop = Shop::of_four();
    shop.sell(2, 10);
    let left = shop.write(2, LogEnd {});
    shop.sell(2, 5);
    shop.write(2, LogEnd {});
    let at = left.seq.0;
    for need in [Need::Fact, Need::Sell, Need::EditDocuments] {
        assert_eq!(shop.verdict(2, at, 5, need), ENTITLED, "its last word counts");
        assert_eq!(shop.verdict(2, at + 1, 5, need), CUT);
    }
    assert_eq!(shop.authority().device(log(2)).unwrap().ended, None, "it left by itself");
    shop.write(0, accept_tail(2, at + 3));
    assert_eq!(shop.verdict(2, at + 3, 5, Need::EditDocuments), ENTITLED);
    assert_eq!(shop.verdict(2, at + 4, 5, Need::EditDocuments), CUT);
}

#[test]
fn of_two_ends_the_lower_counts() {
    let mut shop = Shop::of_four();
    shop.sell(2, 10);
    shop.write(0, end_of(2, 5));
    shop.write(2, LogEnd {});
    assert_eq!(shop.verdict(2, 5, 5, Need::Sell), ENTITLED);
    assert_eq!(shop.verdict(2, 6, 5, Need::Sell), CUT);
    shop.write(0, accept_tail(2, 20));
    assert_eq!(shop.verdict(2, 20, 5, Need::Sell), ENTITLED, "both ends are moved on");
}
