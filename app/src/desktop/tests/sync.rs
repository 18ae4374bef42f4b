//! Lamps, peers and invites.

use super::Till;
use super::data::{ME, OTHER, device, snapshot};
use crate::desktop::Language;
use till_node::command::{Command, CommandError, DeviceView, RelayState, Reply};
use till_schema::LogId;
use till_schema::body::{EndReason, Role};

#[test]
fn the_lamp_names_its_cause() {
    let mut till = Till::open(Language::English, snapshot());
    assert_eq!(till.text("status.sync"), "Sync status: Sending 7 documents, 1 of 2 devices");
    till.change(|snapshot| snapshot.fiscal.pending = 0);
    assert_eq!(till.text("status.sync"), "Sync status: All synced, 1 of 2 devices");
    till.change(|snapshot| {
        snapshot.sync.peers[0].linked = false;
        snapshot.fiscal.relay = RelayState::NotSet;
    });
    let text = till.text("status.sync");
    assert_eq!(text, "Sync status: Offline — keep selling, 0 of 2 devices");
}

#[test]
fn the_pill_leads_to_the_peers() {
    let mut till = Till::open(Language::English, snapshot());
    till.click("status.sync");
    assert_eq!(till.text("sync.peer.0"), "Caja 1: In reach, they lack 0, we lack 0");
    assert_eq!(
        till.text("sync.peer.1"),
        "Bodega: Out of reach · no answer on the local network, they lack 61, we lack 0"
    );
    assert_eq!(till.text("sync.range.SETP"), "SETP: 358 left. Next: 990000143");
    assert!(till.text("sync.document.0").contains("the buyer's tax number"));
}

/// Answers what the screen asked by itself.
fn answer_devices(till: &mut Till, devices: Vec<DeviceView>) {
    let (ticket, command) = till.asked();
    assert_eq!(command, Command::Devices);
    till.answer(ticket, Ok(Reply::Devices(devices)));
}

#[test]
fn devices_that_are_gone_are_told_from_those_out_of_reach() {
    let gone = LogId([4; 32]);
    let mut till = Till::open(Language::English, snapshot());
    till.click("nav.sync");
    let admin = DeviceView { admin: true, ..device(OTHER, "Caja 1") };
    let stopped = DeviceView { suspended: true, ..device(gone, "Bodega") };
    answer_devices(&mut till, vec![device(ME, "Caja 2"), admin.clone(), stopped]);
    assert_eq!(till.text("sync.admin"), "Caja 1 administers the shop");
    let text = till.text("sync.peer.0");
    assert_eq!(text, "Caja 1: In reach, they lack 0, we lack 0, administers");
    assert_eq!(till.text("sync.peer.1"), "Bodega: Out of reach, stopped by an owner");
    assert_eq!(till.sent(), [], "nothing changed, nothing is asked");

    let states = [
        (DeviceView { retired: true, ..device(gone, "Bodega") }, "left the shop"),
        (DeviceView { forked: true, ..device(gone, "Bodega") }, "copied: two histories"),
        (DeviceView { ended: Some(EndReason::Stolen), ..device(gone, "Bodega") }, "out: stolen"),
    ];
    for (state, expected) in states {
        till.change(|snapshot| snapshot.version += 1);
        let this = DeviceView { suspended: true, admin: true, ..device(ME, "Caja 2") };
        answer_devices(&mut till, vec![this, state]);
        assert_eq!(till.text("sync.peer.1"), format!("Bodega: Out of reach, {expected}"));
    }
    assert_eq!(till.text("sync.admin"), "This device administers the shop");
    assert_eq!(till.text("sync.this"), "this device: stopped by an owner");
}

#[test]
fn numbers_say_how_long_they_last() {
    let mut till = Till::open(Language::Spanish, snapshot());
    till.click("nav.sync");
    till.change(|snapshot| snapshot.numbers[0].days_left = Some(12));
    let text = till.text("sync.range.SETP");
    assert_eq!(text, "SETP: quedan 358 · para unos 12 días. Siguiente: 990000143");
    assert_eq!(till.text("sync.lamp.numbers"), "Números de factura: 358. para unos 12 días");
    till.change(|snapshot| snapshot.numbers[0].days_left = Some(0));
    assert!(till.text("sync.range.SETP").contains("para menos de un día"));
}

#[test]
fn an_invite_is_shown_to_copy() {
    let mut till = Till::open(Language::Spanish, snapshot());
    till.click("nav.sync");
    till.click("sync.invite");
    let (ticket, command) = till.command();
    assert_eq!(command, Command::Invite { roles: vec![Role::Register] });
    assert!(!till.enabled("sync.invite"));
    till.answer(ticket, Ok(Reply::Invited { invite: "till:join:abc".to_owned() }));
    assert_eq!(till.find("sync.invite.text").unwrap().value().unwrap(), "till:join:abc");
    let node = till.find("sync.invite.copy").unwrap();
    node.click();
    till.harness().step();
    let commands = &till.harness().output().platform_output.commands;
    let copied = egui::OutputCommand::CopyText("till:join:abc".to_owned());
    assert!(commands.contains(&copied), "{commands:?}");
}

#[test]
fn a_refused_invite_says_why() {
    let mut till = Till::open(Language::English, snapshot());
    till.click("nav.sync");
    till.click("sync.invite");
    let (ticket, _) = till.command();
    let error = CommandError::NotAllowed("only the first device invites".to_owned());
    till.answer(ticket, Err(error));
    let text = till.text("sync.problem");
    assert_eq!(text, "That is not allowed: only the first device invites");
}
