//! Owners that stop devices at once.

use super::world::*;
use crate::{Need, Verdict};
use till_schema::body::Role;

#[test]
fn an_owner_stops_a_device_beyond_the_cut() {
    let mut shop = Shop::of_four();
    let stop = shop.write(1, suspend(2, 10));
    assert_eq!(shop.verdict(2, 10, 5, Need::Sell), Verdict::Entitled);
    assert_eq!(shop.verdict(2, 11, 5, Need::Sell), SUSPENDED);
    assert_eq!(shop.verdict(2, 11, 5, Need::Fact), SUSPENDED);
    assert!(shop.authority().device(log(2)).unwrap().suspended);
    assert!(!shop.authority().is_live(log(2)));

    shop.reinstate(0, &[stop]);
    assert_eq!(shop.verdict(2, 11, 5, Need::Sell), Verdict::Entitled);
    assert!(shop.authority().is_live(log(2)));
}

#[test]
fn several_add_up_and_each_has_to_be_lifted() {
    let mut shop = Shop::of_four();
    let one = shop.write(0, suspend(2, 20));
    let other = shop.write(1, suspend(2, 10));
    assert_eq!(shop.verdict(2, 11, 5, Need::Sell), SUSPENDED);
    shop.reinstate(0, &[other]);
    assert_eq!(shop.verdict(2, 11, 5, Need::Sell), Verdict::Entitled);
    assert_eq!(shop.verdict(2, 21, 5, Need::Sell), SUSPENDED);
    shop.reinstate(0, &[one]);
    assert_eq!(shop.verdict(2, 21, 5, Need::Sell), Verdict::Entitled);
}

#[test]
fn two_owners_who_stop_each_other_are_both_stopped() {
    let mut shop = Shop::of_four();
    let one = shop.write_knowing(0, 5, suspend(1, 0));
    let other = shop.write_knowing(1, 5, suspend(0, 0));
    assert_eq!(shop.verdict(0, one.seq.0, 5, Need::Sell), SUSPENDED);
    assert_eq!(shop.verdict(1, other.seq.0, 5, Need::Suspend), SUSPENDED);
    // The administration goes on: only it can lift.
    let lifted = shop.reinstate(0, &[one, other]);
    assert!(shop.counts(lifted));
    assert!(shop.authority().is_live(log(0)) && shop.authority().is_live(log(1)));
}

#[test]
fn only_an_owner_stops_and_only_the_chain_lifts() {
    let mut shop = Shop::of_four();
    shop.write(2, suspend(3, 0));
    shop.write(9, suspend(3, 0));
    assert!(shop.authority().is_live(log(3)));
    let stop = shop.write(1, suspend(3, 0));
    shop.reinstate(1, &[stop]);
    assert!(!shop.authority().is_live(log(3)));
}

#[test]
fn a_demoted_owner_no_longer_stops_anybody() {
    let mut shop = Shop::of_four();
    shop.write(1, suspend(2, 10));
    shop.write(0, role_set(1, &[Role::Register], 1));
    // The second one says it did not know.
    shop.write_knowing(1, 5, suspend(3, 10));
    assert!(!shop.authority().is_live(log(2)));
    assert!(shop.authority().is_live(log(3)));
}

#[test]
fn a_suspension_waits_for_its_device() {
    let mut shop = Shop::of_four();
    shop.write(1, suspend(7, 0));
    shop.write(0, device_add(7, &[Role::Register]));
    assert_eq!(shop.verdict(7, 1, 6, Need::Sell), SUSPENDED);
}
