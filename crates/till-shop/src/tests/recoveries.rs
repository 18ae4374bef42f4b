//! The recovery words against who has the administration.

use super::world::*;
use crate::recovery::{recover, recovery_key};
use crate::{Authority, Need};
use till_schema::Seq;
use till_schema::body::{Body, Role};

#[test]
fn recovery_beats_a_thief_who_has_the_admin_device() {
    let mut shop = Shop::of_four();
    let last_good = reference(0, shop.head(0));
    // The thief lets in a device of their own, and moves the administration.
    let accomplice = shop.write(0, device_add(66, &[Role::Owner]));
    let thrown_out = shop.write(0, end_of(1, 0));
    let moved = shop.move_admin(0, 66);
    shop.accept_admin(66, moved);
    let owner_gone = shop.write(66, end_of(2, 0));
    assert_eq!(shop.authority().admin(), log(66));

    let recovered = shop.recover(1, 0, last_good, 0);
    let ended = shop.write(1, end_of(0, last_good.seq.0));
    // The thief goes on writing.
    let more = shop.write(0, device_add(67, &[Role::Owner]));
    let and_more = shop.write(66, device_add(68, &[Role::Owner]));

    let authority = shop.authority();
    assert_eq!((authority.admin(), authority.epoch()), (log(1), 1));
    assert_eq!(authority.len(), Seq(7));
    assert!(shop.counts(recovered) && shop.counts(ended));
    for lost in [accomplice, thrown_out, moved, owner_gone, more, and_more] {
        assert!(!shop.counts(lost));
    }
    assert!(!authority.is_known(log(66)) && authority.is_live(log(2)));
    assert_eq!(shop.verdict(66, 1, 99, Need::Fact), NOT_IN_SHOP);
    assert!(authority.admin_fork().is_empty());
    assert!(crate::must_refold(
        &Authority::compute(shop_id(), log(0), &[]),
        &authority,
        &shop.heads()
    ));
}

#[test]
fn a_recovery_needs_the_words_and_a_cut_of_the_epoch() {
    let mut shop = Shop::of_four();
    let cut = reference(0, 5);
    let with = |entropy, writer, epoch, cut| {
        recover(&recovery_key(&entropy), shop_id(), log(writer), (epoch, id(cut)), 0)
    };
    let wrong_words = with([8; 16], 1, 0, cut);
    let of_another_writer = with(ENTROPY, 2, 0, cut);
    let wrong_epoch = with(ENTROPY, 1, 1, cut);
    let unknown_cut = with(ENTROPY, 1, 0, reference(0, 99));
    let mut changed = with(ENTROPY, 1, 0, cut);
    changed.counter = 9;
    for recovery in [wrong_words, of_another_writer, wrong_epoch, unknown_cut, changed] {
        let entry = shop.write(1, recovery);
        assert!(!shop.counts(entry));
    }
    let entry = shop.recover(1, 0, cut, 0);
    assert!(shop.counts(entry));
}

#[test]
fn a_shop_without_words_is_not_recovered() {
    let mut founded = founded();
    founded.recovery_key = None;
    let mut shop = Shop::of_four();
    let body = Body::from(founded);
    shop.rows[0] = row(reference(0, 1), 0, &body);
    let recovered = shop.recover(1, 0, reference(0, 5), 0);
    assert!(!shop.counts(recovered));
}

#[test]
fn a_new_device_recovers_and_lets_itself_in() {
    let mut shop = Shop::of_four();
    shop.recover(50, 0, reference(0, 5), 0);
    shop.write(50, device_add(50, &[Role::Owner]));
    let authority = shop.authority();
    assert_eq!(authority.admin(), log(50));
    assert_eq!(authority.device(log(50)).unwrap().ordinal, 4);
}

#[test]
fn of_two_recoveries_the_higher_counter_wins_and_both_are_shown() {
    // Either way round, so that no hash decides.
    for (low_device, high_device) in [(1, 2), (2, 1)] {
        let mut shop = Shop::of_four();
        let low = shop.recover(low_device, 0, reference(0, 5), 1);
        let after_low = shop.write(low_device, device_add(20, &[Role::Register]));
        // The other device had not heard of it.
        let high = shop.recover(high_device, 0, reference(0, 4), 2);
        let after_high = shop.write(high_device, device_add(21, &[Role::Register]));
        let authority = shop.authority();
        assert_eq!((authority.admin(), authority.epoch()), (log(high_device), 1));
        assert!(shop.counts(high) && shop.counts(after_high));
        assert!(!shop.counts(low) && !shop.counts(after_low));
        let mut both = vec![low, high];
        both.sort_by_key(|entry| entry.hash);
        assert_eq!(authority.admin_fork(), both);
    }
}

#[test]
fn a_recovery_that_stands_before_its_cut_is_none() {
    let mut shop = Shop::found();
    shop.recover(0, 0, reference(0, 4), 0);
    shop.write(0, device_add(1, &[Role::Owner]));
    assert_eq!((shop.authority().epoch(), shop.authority().len()), (0, Seq(3)));
}

#[test]
fn of_two_with_one_counter_the_lower_hash_wins() {
    let mut shop = Shop::of_four();
    let one = shop.recover(1, 0, reference(0, 5), 0);
    let other = shop.recover(2, 0, reference(0, 5), 0);
    let winner = if one.hash < other.hash { one } else { other };
    assert_eq!(shop.authority().admin(), winner.log);
    assert_eq!(shop.authority().admin_fork().len(), 2);
}

#[test]
fn the_admin_device_recovers_its_own_log() {
    let mut shop = Shop::of_four();
    let regretted = shop.write(0, device_add(30, &[Role::Owner]));
    shop.recover(0, 0, reference(0, 5), 0);
    let good = shop.write(0, device_add(31, &[Role::Register]));
    assert!(!shop.counts(regretted) && shop.counts(good));
    assert_eq!((shop.authority().epoch(), shop.authority().admin()), (1, log(0)));
}

#[test]
fn a_recovery_takes_a_pending_move_back() {
    let mut shop = Shop::of_four();
    let moved = shop.move_admin(0, 3);
    shop.recover(1, 0, moved, 0);
    let late = shop.accept_admin(3, moved);
    assert_eq!((shop.authority().admin(), shop.authority().moving_to()), (log(1), None));
    assert!(shop.counts(moved) && !shop.counts(late));
}

#[test]
fn a_recovered_administration_is_recovered_again() {
    let mut shop = Shop::of_four();
    let first = shop.recover(1, 0, reference(0, 5), 0);
    shop.write(1, device_add(40, &[Role::Owner]));
    shop.recover(2, 1, first, 0);
    let authority = shop.authority();
    assert_eq!((authority.admin(), authority.epoch()), (log(2), 2));
    assert!(!authority.is_known(log(40)) && authority.admin_fork().is_empty());
}
