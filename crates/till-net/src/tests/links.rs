//! Honest nodes: they find each other, talk, lose each other and come back.

use super::{Node, linked, pair, within};
use crate::bounds::{DEAD_AFTER, HIGHER_DIALS_AFTER};
use crate::{NetCommand, NetConfig, NetError, NetEvent, SendError, spawn};
use std::time::Duration;
use till_schema::limits::MESSAGE_BYTES_MAX;
use tokio::time::{Instant, sleep_until};

#[tokio::test]
async fn allowed_peers_talk_both_ways() {
    let (mut low, mut high) = linked([1, 2]).await;
    let largest: Vec<u8> = (0..MESSAGE_BYTES_MAX).map(|i| (i * 31 % 251) as u8).collect();
    low.say(high.log, b"hello".to_vec()).await;
    low.say(high.log, largest.clone()).await;
    high.say(low.log, largest.clone()).await;
    high.say(low.log, b"x".to_vec()).await;
    assert_eq!(high.hears(low.log).await, b"hello");
    assert!(high.hears(low.log).await == largest);
    assert!(low.hears(high.log).await == largest);
    assert_eq!(low.hears(high.log).await, b"x");

    for size in [0, MESSAGE_BYTES_MAX + 1] {
        let command = NetCommand::Send { peer: high.log, bytes: vec![0; size] };
        assert_eq!(low.handle.try_send(command), Err(SendError::Size(size)));
    }
}

#[tokio::test]
async fn a_cut_drops_the_link_and_healing_restores_it() {
    let (mut low, mut high) = linked([3, 4]).await;
    let cut = Instant::now();
    high.block(&[low.log]).await;
    high.down(low.log).await;
    low.down(high.log).await;
    assert!(cut.elapsed() < DEAD_AFTER, "{:?}", cut.elapsed());

    // The lower keeps dialing and is refused; no link comes of it.
    let refused = async {
        loop {
            if let NetEvent::Unreachable { .. } = low.event().await {
                return;
            }
        }
    };
    within("refusal", refused).await;
    high.block(&[]).await;
    low.up(high.log).await;
    high.up(low.log).await;
}

#[tokio::test]
async fn a_node_that_restarts_on_its_port_is_linked_again() {
    let (low, mut high) = linked([5, 6]).await;
    let (secret, address, log) = (low.secret, low.address.clone(), low.log);
    low.stop().await;
    high.down(log).await;
    // It has forgotten every address, so it is the other one that comes back.
    let mut low = Node::start_at(secret, &address, HIGHER_DIALS_AFTER).await;
    assert_eq!(low.address, address);
    high.find(&low).await;
    low.allow(&[high.log]).await;
    high.up(low.log).await;
    low.up(high.log).await;

    let (secret, address, log) = (high.secret, high.address.clone(), high.log);
    low.find(&high).await;
    high.stop().await;
    low.down(log).await;
    let mut high = Node::start_at(secret, &address, HIGHER_DIALS_AFTER).await;
    high.allow(&[low.log]).await;
    high.up(low.log).await;
    low.up(high.log).await;
}

/// Sends a batch; a link lost in the middle begins a new batch.
async fn batch_arrives(from: &mut Node, to: &mut Node) {
    const MESSAGES: u8 = 100;
    for batch in 0..10_u8 {
        for number in 0..MESSAGES {
            from.say(to.log, vec![batch, number]).await;
        }
        let mut got = Vec::new();
        loop {
            match to.news().await {
                NetEvent::Message { bytes, .. } if bytes[0] == batch => got.push(bytes[1]),
                NetEvent::Message { .. } => {}
                NetEvent::LinkDown { .. } => break to.up(from.log).await,
                other => panic!("{other:?} instead of a message"),
            }
            if got.len() == usize::from(MESSAGES) {
                assert!(got.iter().copied().eq(0..MESSAGES), "{got:?}");
                // Nothing twice: the next thing that arrives is the next thing sent.
                from.say(to.log, b"end".to_vec()).await;
                assert_eq!(to.hears(from.log).await, b"end");
                return;
            }
        }
    }
    panic!("the link does not stay");
}

#[tokio::test]
async fn two_that_dial_each_other_at_once_end_with_one_link() {
    for round in 0..5 {
        // With no rounds to wait for, the higher dials just as the lower does.
        let mut a = Node::start_at([10 + round; 32], "127.0.0.1:0", 0).await;
        let mut b = Node::start_at([20 + round; 32], "127.0.0.1:0", 0).await;
        a.find(&b).await;
        b.find(&a).await;
        a.allow(&[b.log]).await;
        b.allow(&[a.log]).await;
        a.up(b.log).await;
        b.up(a.log).await;
        batch_arrives(&mut a, &mut b).await;
        // What the lost connections left behind.
        while a.events.try_recv().is_ok() {}
        batch_arrives(&mut b, &mut a).await;
    }
}

#[tokio::test]
async fn two_that_know_each_other_have_one_link() {
    let (mut low, mut high) = pair([7, 8]).await;
    high.find(&low).await;
    low.find(&high).await;
    low.up(high.log).await;
    high.up(low.log).await;
    for number in 0..100_u8 {
        low.say(high.log, vec![number]).await;
        high.say(low.log, vec![number]).await;
    }
    for number in 0..100 {
        assert_eq!(high.hears(low.log).await, [number]);
        assert_eq!(low.hears(high.log).await, [number]);
    }
}

#[tokio::test]
async fn the_higher_dials_when_the_lower_does_not_know_where() {
    let (mut low, mut high) = pair([9, 30]).await;
    high.find(&low).await;
    high.up(low.log).await;
    low.up(high.log).await;
}

#[tokio::test]
async fn a_wrong_address_does_not_hide_the_right_one() {
    let (mut low, mut high) = pair([31, 32]).await;
    let other = Node::start(33).await;
    let addresses = vec![other.address.clone(), high.address.clone(), "not one".to_owned()];
    low.command(NetCommand::SetAddresses(high.log, addresses)).await;
    low.up(high.log).await;
    high.up(low.log).await;
}

#[tokio::test]
async fn a_peer_that_is_removed_loses_its_link() {
    let (mut low, mut high) = linked([34, 35]).await;
    low.allow(&[]).await;
    low.down(high.log).await;
    high.down(low.log).await;
    low.allow(&[high.log]).await;
    low.up(high.log).await;
    high.up(low.log).await;

    low.command(NetCommand::Disconnect(high.log)).await;
    low.down(high.log).await;
    low.up(high.log).await;
}

#[tokio::test]
async fn a_slow_receiver_slows_the_sender_and_loses_nothing() {
    let (low, mut high) = linked([36, 37]).await;
    const MESSAGES: u16 = 400;
    for number in 0..MESSAGES {
        let mut bytes = vec![0; 4096];
        bytes[..2].copy_from_slice(&number.to_be_bytes());
        low.say(high.log, bytes).await;
    }
    // Longer than a dead link may be silent, with more waiting than fits.
    sleep_until(Instant::now() + DEAD_AFTER + Duration::from_millis(500)).await;
    for number in 0..MESSAGES {
        assert_eq!(high.hears(low.log).await[..2], number.to_be_bytes());
    }
    drop(low);
}

#[tokio::test]
async fn a_port_in_use_is_an_error_that_names_it() {
    let first = Node::start(38).await;
    let config =
        |listen: &str| NetConfig { secret: [39; 32], listen: vec![listen.to_owned()], mdns: false };
    match spawn(config(&first.address)) {
        Err(error @ NetError::Busy { .. }) => {
            assert!(error.to_string().contains(&first.address), "{error}");
        }
        other => panic!("{:?} instead of Busy", other.map(|_| "listening")),
    }
    assert!(matches!(spawn(config("somewhere:4001")), Err(NetError::Address(_))));
    assert!(matches!(spawn(config("203.0.113.1:0")), Err(NetError::Listen { .. })));
}
