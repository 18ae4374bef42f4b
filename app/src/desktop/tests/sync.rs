//! Lamps, peers and invites.

use super::Till;
use super::data::snapshot;
use crate::desktop::Language;
use till_node::command::{Command, CommandError, RelayState, Reply};
use till_schema::body::Role;

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
    assert_eq!(text, "This device may not do that: only the first device invites");
}
