//! A shop begins with one device, and others are let in one by one.

use super::till::Till;
use super::world::{RowsAfter, World};
use super::{put, sell};
use crate::command::{Command, CommandError, Reply};
use crate::limits::{INVITE_LIFE_MS, INVITES_MAX};
use crate::{Input, Invite, read_invite};
use till_schema::LogId;
use till_schema::body::Role;
use till_schema::message::{JoinAnswer, JoinRequest, join_proof};

fn invite(world: &mut World) -> Invite {
    match world.ask(0, Command::Invite { roles: vec![Role::Register] }) {
        Ok(Reply::Invited { invite }) => read_invite(&invite).unwrap(),
        other => panic!("no invite: {other:?}"),
    }
}

fn request(invite: &Invite, joiner: LogId) -> JoinRequest {
    let proof = join_proof(&invite.secret, invite.inviter, joiner);
    JoinRequest { invite: invite.id, proof, name: "Caja nueva".to_owned(), replaces: None }
}

fn stranger(world: &mut World) -> LogId {
    LogId(world.draw_key().verifying_key().to_bytes())
}

fn is_refused(answer: &JoinAnswer) -> bool {
    matches!(answer, JoinAnswer::Refused(why) if !why.is_empty())
}

fn devices(world: &World) -> usize {
    world.node(0).devices.len()
}

#[test]
fn a_founded_shop_sells_at_once() {
    let mut world = World::found(1, (980, 2000));
    let shop = world.node(0).shop_view(&world.tills[0].rows).unwrap();
    assert_eq!((shop.name.as_str(), shop.id), ("Tienda", world.tills[0].shop));
    world.ask(0, put("1", 1000, 5)).unwrap();
    assert_eq!(world.sold(0, sell(1, "1", 1)).label, "SETP-980");
    world.assert_agree();
}

#[test]
fn a_shop_is_founded_once() {
    let mut world = World::found(1, (1, 100));
    let founding = crate::Founding {
        nonce: [1; 16],
        shop_name: "Otra".to_owned(),
        device_name: "Caja".to_owned(),
        currency: till_schema::Currency::Cop,
        country: "generic".to_owned(),
        tax_id: "1".to_owned(),
        prefix: String::new(),
        numbers: (1, 10),
        recovery_key: None,
    };
    let now = world.now(0);
    let Till { node, rows, .. } = &mut world.tills[0];
    let again = node.as_mut().unwrap().found(now, rows, &founding);
    assert!(matches!(again, Err(CommandError::Wrong(_))));
}

#[test]
fn devices_that_prove_an_invite_are_in_and_receive_everything() {
    let mut world = World::found(2, (1, 20_000));
    world.ask(0, put("1", 1000, 5)).unwrap();
    let register = world.join(&[Role::Register]);
    let manager = world.join(&[Role::Manager, Role::Register]);
    world.heal();
    world.settle();
    world.assert_agree();
    for device in [register, manager] {
        assert_eq!(world.price(device, "1"), 1000);
        assert_eq!(world.sold(device, sell(device as u32, "1", 1)).total, 1000);
    }
    world.settle();
    world.assert_agree();
    let Ok(Reply::Devices(views)) = world.ask(register, Command::Devices) else { panic!() };
    let names: Vec<_> = views.iter().map(|view| view.name.as_str()).collect();
    assert_eq!(names, ["Caja 1", "Caja 2", "Caja 3"]);
    assert_eq!(views[2].roles, [Role::Manager, Role::Register]);
}

#[test]
fn an_invite_works_once() {
    let mut world = World::found(3, (1, 100));
    let invite = invite(&mut world);
    let (first, second) = (stranger(&mut world), stranger(&mut world));
    let welcome = world.request_join(0, first, &request(&invite, first));
    assert!(matches!(welcome, JoinAnswer::Welcome(_)));
    assert!(world.tills[0].invites.is_empty(), "the driver forgets it too");
    assert!(is_refused(&world.request_join(0, second, &request(&invite, second))));
    assert_eq!(devices(&world), 2);
}

#[test]
fn a_wrong_proof_uses_the_invite_up() {
    let mut world = World::found(4, (1, 100));
    let invite = invite(&mut world);
    let (guesser, guest) = (stranger(&mut world), stranger(&mut world));
    // A proof overheard from another device proves nothing either.
    assert!(is_refused(&world.request_join(0, guesser, &request(&invite, guest))));
    assert!(is_refused(&world.request_join(0, guest, &request(&invite, guest))));
    assert_eq!(devices(&world), 1);
}

#[test]
fn an_invite_expires_by_the_wall_clock() {
    let mut world = World::found(5, (1, 100));
    let late = invite(&mut world);
    let guest = stranger(&mut world);
    world.tills[0].clock_ms += INVITE_LIFE_MS;
    assert!(is_refused(&world.request_join(0, guest, &request(&late, guest))));
    let fresh = invite(&mut world);
    world.tills[0].clock_ms += INVITE_LIFE_MS - 1000;
    let welcome = world.request_join(0, guest, &request(&fresh, guest));
    assert!(matches!(welcome, JoinAnswer::Welcome(_)));
}

#[test]
fn an_invite_of_another_shop_is_worth_nothing() {
    let mut other = World::found(6, (1, 100));
    let mut world = World::found(7, (1, 100));
    let foreign = invite(&mut other);
    let guest = stranger(&mut world);
    invite(&mut world);
    assert!(is_refused(&world.request_join(0, guest, &request(&foreign, guest))));
    assert_eq!(devices(&world), 1);
}

#[test]
fn requests_nobody_can_read_and_devices_without_a_name_are_refused() {
    let mut world = World::found(8, (1, 100));
    let invite = invite(&mut world);
    let guest = stranger(&mut world);
    world.handle(
        0,
        Input::Join { peer: guest, conversation: 1, request: vec![0xff; 40], reply: 77 },
    );
    assert!(is_refused(&world.tills[0].answers[&77]));
    let nameless = JoinRequest { name: "  ".to_owned(), ..request(&invite, guest) };
    assert!(is_refused(&world.request_join(0, guest, &nameless)));
    let welcome = world.request_join(0, guest, &request(&invite, guest));
    assert!(matches!(welcome, JoinAnswer::Welcome(_)), "neither used the invite up");
    let me = world.tills[0].log;
    assert!(is_refused(&world.request_join(0, me, &request(&invite, me))), "in already");
}

#[test]
fn only_the_founder_invites_and_not_without_end() {
    let mut world = World::shop(9, 2);
    let asked = world.ask(1, Command::Invite { roles: vec![Role::Register] });
    let Err(CommandError::NotAllowed(why)) = asked else { panic!("{asked:?}") };
    assert!(why.contains("Caja 1"), "it says who may: {why}");
    let nothing = world.ask(0, Command::Invite { roles: Vec::new() });
    assert!(matches!(nothing, Err(CommandError::Wrong(_))));
    for _ in 0..INVITES_MAX {
        invite(&mut world);
    }
    let more = world.ask(0, Command::Invite { roles: vec![Role::Register] });
    assert!(matches!(more, Err(CommandError::Wrong(_))));
    world.tills[0].clock_ms += INVITE_LIFE_MS;
    invite(&mut world);
}

#[test]
fn an_open_invite_survives_a_restart_of_the_inviter() {
    let mut world = World::found(10, (1, 100));
    let invite = invite(&mut world);
    world.restart(0, RowsAfter::Lost);
    let guest = stranger(&mut world);
    let welcome = world.request_join(0, guest, &request(&invite, guest));
    assert!(matches!(welcome, JoinAnswer::Welcome(_)));
}

#[test]
fn nobody_is_welcomed_before_it_is_on_disk() {
    let mut world = World::found(11, (1, 100));
    let invite = invite(&mut world);
    let guest = stranger(&mut world);
    world.tills[0].refusals = 1;
    assert!(is_refused(&world.request_join(0, guest, &request(&invite, guest))));
    assert_eq!(devices(&world), 1);
    assert!(!world.tills[0].allowed.contains(&guest));
}
