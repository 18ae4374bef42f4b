//! Which admin entries have effect.

use super::world::*;
use crate::Need;
use till_schema::body::{LogEnd, Role};
use till_schema::{EntryHash, Seq};

#[test]
fn the_founders_entries_are_the_chain() {
    let shop = Shop::of_four();
    let authority = shop.authority();
    assert_eq!(authority.len(), Seq(5));
    assert_eq!((authority.admin(), authority.epoch()), (log(0), 0));
    assert_eq!(authority.moving_to(), None);
    assert_eq!(authority.last(), Some(id(reference(0, 5))));
    let devices = authority.devices();
    let ordinals: Vec<u32> = devices.iter().map(|row| row.ordinal).collect();
    assert_eq!(ordinals, [0, 1, 2, 3]);
    assert!(devices.iter().all(|row| row.is_live() && authority.is_live(row.log)));
    assert!(authority.is_known(log(3)) && !authority.is_known(log(4)));
}

#[test]
fn nothing_is_known_before_the_founding() {
    let shop = Shop::found();
    let authority = crate::Authority::compute(shop_id(), log(0), &shop.rows[1..]);
    assert!(authority.is_empty());
    assert_eq!((authority.len(), authority.last(), authority.admin()), (Seq(0), None, log(0)));
    assert_eq!(authority.verdict(log(0), Seq(1), Seq(0), Need::Fact), NOT_IN_SHOP);
}

#[test]
fn another_shops_founding_founds_nothing() {
    let shop = Shop::found();
    let mut other = founded();
    other.nonce = [2; 16];
    let authority = crate::Authority::compute(other.shop_id(log(0)), log(0), &shop.rows);
    assert!(authority.is_empty());
}

#[test]
fn admin_entries_of_another_log_have_no_effect() {
    let mut shop = Shop::of_four();
    let add = shop.write(1, device_add(4, &[Role::Owner]));
    assert!(!shop.counts(add));
    assert_eq!(shop.verdict(1, add.seq.0, 5, Need::Admin(add.hash)), NOT_ADMIN);
    assert!(!shop.authority().is_known(log(4)));
}

#[test]
fn a_second_addition_changes_nothing() {
    let mut shop = Shop::of_four();
    let before = shop.authority().devices();
    let again = shop.write(0, device_add(2, &[Role::Owner]));
    assert_eq!(shop.authority().devices(), before);
    assert!(shop.counts(again));
}

#[test]
fn a_device_that_ends_its_log_is_retired() {
    let mut shop = Shop::of_four();
    shop.write(2, LogEnd {});
    let authority = shop.authority();
    assert!(authority.device(log(2)).unwrap().retired);
    assert!(!authority.is_live(log(2)) && authority.is_known(log(2)));
    assert_eq!(authority.len(), Seq(5));
}

#[test]
fn the_administration_moves_when_it_is_accepted() {
    let mut shop = Shop::of_four();
    let early = shop.write(1, device_add(10, &[Role::Register]));
    let moved = shop.move_admin(0, 1);
    let late = shop.write(0, device_add(11, &[Role::Register]));
    let crossing = shop.write(1, device_add(12, &[Role::Register]));
    assert_eq!(shop.authority().moving_to(), Some(log(1)));
    assert_eq!((shop.authority().admin(), shop.authority().epoch()), (log(0), 0));

    let accepted = shop.accept_admin(1, moved);
    let good = shop.write(1, device_add(13, &[Role::Register]));
    let authority = shop.authority();
    assert_eq!((authority.admin(), authority.epoch()), (log(1), 1));
    assert_eq!((authority.moving_to(), authority.last()), (None, Some(id(good))));
    assert!([moved, accepted, good].iter().all(|entry| shop.counts(*entry)));
    assert!([early, late, crossing].iter().all(|entry| !shop.counts(*entry)));
}

#[test]
fn only_the_named_receiver_accepts_and_only_the_move_named() {
    let mut shop = Shop::of_four();
    let moved = shop.move_admin(0, 1);
    shop.accept_admin(2, moved);
    let mut wrong = moved;
    wrong.hash = EntryHash([9; 32]);
    shop.accept_admin(1, wrong);
    assert_eq!((shop.authority().epoch(), shop.authority().moving_to()), (0, Some(log(1))));
}

#[test]
fn the_administration_goes_there_and_back() {
    let mut shop = Shop::of_four();
    let there = shop.move_admin(0, 1);
    shop.accept_admin(1, there);
    let ignored = shop.write(0, device_add(10, &[Role::Register]));
    let back = shop.move_admin(1, 0);
    let accepted = shop.accept_admin(0, back);
    let good = shop.write(0, device_add(11, &[Role::Register]));
    assert_eq!((shop.authority().epoch(), shop.authority().admin()), (2, log(0)));
    assert!(shop.counts(accepted) && shop.counts(good) && !shop.counts(ignored));
    // A second accept in the middle of the epoch is nothing.
    let again = shop.accept_admin(0, back);
    assert!(!shop.counts(again));
}

#[test]
fn a_loop_of_moves_that_hashes_forbid_still_ends() {
    // Accepts that stand before the moves they name can be made up in a test.
    let mut shop = Shop::found();
    shop.accept_admin(0, reference(1, 2));
    let moved = shop.move_admin(0, 1);
    shop.accept_admin(1, moved);
    shop.move_admin(1, 0);
    let authority = shop.authority();
    assert_eq!((authority.epoch(), authority.moving_to()), (1, Some(log(0))));
}
