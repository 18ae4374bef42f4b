//! Growth that needs no second look, and change that does.

use super::world::*;
use crate::must_refold;
use till_schema::Vector;
use till_schema::body::{Body, Role};

/// Whether a shop that has applied everything looks back when `device` writes.
fn looks_back(shop: &mut Shop, device: u8, body: impl Into<Body>) -> bool {
    let (old, applied) = (shop.authority(), shop.heads());
    shop.write(device, body);
    must_refold(&old, &shop.authority(), &applied)
}

fn busy() -> Shop {
    let mut shop = Shop::of_four();
    shop.sell(2, 20);
    shop.sell(3, 20);
    shop
}

#[test]
fn plain_growth_needs_none() {
    let mut shop = busy();
    assert!(!looks_back(&mut shop, 0, device_add(4, &[Role::Register])));
    assert!(!looks_back(&mut shop, 0, role_set(2, &[Role::Forwarder], 20)));
    assert!(!looks_back(&mut shop, 0, role_set(2, &[Role::Manager], 20)));
    assert!(!looks_back(&mut shop, 0, end_of(3, 20)));
    assert!(!looks_back(&mut shop, 1, suspend(2, 25)));
    assert!(!looks_back(&mut shop, 0, accept_tail(3, 25)));
    let (old, applied) = (shop.authority(), shop.heads());
    let moved = shop.move_admin(0, 1);
    shop.accept_admin(1, moved);
    assert!(!must_refold(&old, &shop.authority(), &applied));
}

#[test]
fn a_cut_below_what_is_applied_needs_one() {
    assert!(looks_back(&mut busy(), 0, role_set(2, &[Role::Forwarder], 19)));
    assert!(looks_back(&mut busy(), 0, end_of(2, 19)));
    assert!(looks_back(&mut busy(), 1, suspend(2, 19)));
    // A device whose entries came before it was let in.
    let mut shop = busy();
    shop.sell(9, 1);
    assert!(looks_back(&mut shop, 0, device_add(9, &[Role::Register])));
}

#[test]
fn a_found_tail_and_a_lifted_suspension_need_one() {
    let mut shop = busy();
    shop.write(0, end_of(2, 10));
    assert!(looks_back(&mut shop, 0, accept_tail(2, 15)));
    let mut shop = busy();
    let stop = shop.write(1, suspend(2, 10));
    let (old, applied) = (shop.authority(), shop.heads());
    shop.reinstate(0, &[stop]);
    assert!(must_refold(&old, &shop.authority(), &applied));
}

#[test]
fn an_applied_admin_entry_that_changes_its_effect_needs_one() {
    let mut shop = busy();
    shop.write(0, till_schema::body::Reinstate { suspensions: Vec::new() });
    let (old, applied) = (shop.authority(), shop.heads());
    let recovered = shop.recover(1, 0, reference(0, 5), 0);
    assert!(must_refold(&old, &shop.authority(), &applied));
    assert!(shop.counts(recovered));

    // And the other way round: the cut arrives after what follows it.
    let late = crate::Authority::compute(shop_id(), log(0), &shop.rows[1..]);
    assert!(must_refold(&late, &old, &applied));
    assert!(!must_refold(&late, &old, &Vector::new()));
}
