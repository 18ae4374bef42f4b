//! The folder of a device was copied and both copies run: one key, two machines.

use super::{Node, pair, within};
use crate::bounds::{HIGHER_DIALS_AFTER, REDIAL_EVERY, SETTLED_AFTER};
use crate::{NetEvent, log_id_of};
use std::collections::BTreeSet;
use std::time::Duration;
use till_schema::ids::LogId;
use tokio::time::Instant;

/// Each tells the run it is, again at each link, as a device greets.
async fn say_run(node: &mut Node, to: LogId, run: u8) {
    loop {
        if let NetEvent::LinkUp { peer } = node.news().await {
            assert_eq!(peer, to);
            node.say(to, vec![run]).await;
        }
    }
}

/// Two runs of one key reach a third device, which hears both.
async fn both_are_heard(twin_secret: [u8; 32], third_secret: [u8; 32]) -> Duration {
    let mut third = Node::start_at(third_secret, "127.0.0.1:0", HIGHER_DIALS_AFTER).await;
    let mut one = Node::start_at(twin_secret, "127.0.0.1:0", HIGHER_DIALS_AFTER).await;
    let mut two = Node::start_at(twin_secret, "127.0.0.1:0", HIGHER_DIALS_AFTER).await;
    let twin = one.log;
    third.allow(&[twin]).await;
    for node in [&one, &two] {
        node.find(&third).await;
        node.allow(&[third.log]).await;
    }
    third.find(&one).await;
    let start = Instant::now();
    let third_log = third.log;
    let hear = async {
        let (mut runs, mut ups) = (BTreeSet::new(), 0);
        while runs.len() < 2 || ups < 2 {
            match third.news().await {
                NetEvent::LinkUp { peer } => {
                    assert_eq!(peer, twin);
                    ups += 1;
                }
                NetEvent::Message { bytes, .. } => {
                    runs.insert(bytes[0]);
                }
                NetEvent::LinkDown { .. } => {}
                other => panic!("{other:?}"),
            }
        }
    };
    tokio::select! {
        () = within("both runs", hear) => {}
        () = say_run(&mut one, third_log, 1) => {}
        () = say_run(&mut two, third_log, 2) => {}
    }
    start.elapsed()
}

/// Two seeds, the one with the lower id first.
fn ordered(a: u8, b: u8) -> ([u8; 32], [u8; 32]) {
    let (a, b) = ([a; 32], [b; 32]);
    if log_id_of(&a) < log_id_of(&b) { (a, b) } else { (b, a) }
}

#[tokio::test]
async fn twins_that_dial_a_third_device_are_both_heard() {
    let (twin, third) = ordered(120, 121);
    let took = both_are_heard(twin, third).await;
    // Two rounds, and a third when a takeover was faster than a greeting.
    assert!(took < REDIAL_EVERY * 4, "{took:?}");
}

#[tokio::test]
async fn a_twin_of_a_device_that_is_dialed_is_heard_too() {
    let (third, twin) = ordered(122, 123);
    let took = both_are_heard(twin, third).await;
    // The twin begins to dial after some rounds, and is let in once the link of
    // the other has settled; each round is up to a fifth longer.
    let most = (REDIAL_EVERY * HIGHER_DIALS_AFTER).max(SETTLED_AFTER) + REDIAL_EVERY * 4;
    assert!(took < most, "{took:?}");
}

#[tokio::test]
async fn an_honest_pair_keeps_its_one_link() {
    let (mut low, mut high) = pair([124, 125]).await;
    low.find(&high).await;
    high.find(&low).await;
    low.up(high.log).await;
    high.up(low.log).await;
    // Beyond all the times after which somebody might dial again.
    let quiet = SETTLED_AFTER + REDIAL_EVERY * (HIGHER_DIALS_AFTER + 2);
    for node in [&mut low, &mut high] {
        let news = tokio::time::timeout(quiet / 2, node.news()).await;
        assert!(news.is_err(), "{news:?}");
    }
    low.say(high.log, b"still the same link".to_vec()).await;
    assert_eq!(high.hears(low.log).await, b"still the same link");
}

#[tokio::test]
async fn the_own_key_at_another_address_is_a_twin_and_at_the_own_is_not() {
    let secret = [126; 32];
    let mut one = Node::start_at(secret, "127.0.0.1:0", HIGHER_DIALS_AFTER).await;
    let two = Node::start_at(secret, "127.0.0.1:0", HIGHER_DIALS_AFTER).await;
    let other = Node::start(127).await;
    one.allow(&[other.log]).await;
    // Its own address first, then another device's, then the twin's.
    one.find_at(one.log, &[&one.address, &other.address, &two.address]).await;
    match one.news().await {
        NetEvent::Twin { address } => assert_eq!(address, two.address),
        other => panic!("{other:?} instead of Twin"),
    }
}

#[tokio::test]
async fn a_dial_that_leads_back_to_this_device_is_no_twin() {
    let secret = [128; 32];
    let mut node = Node::start_at(secret, "127.0.0.1:0", HIGHER_DIALS_AFTER).await;
    let own = crate::address::to_socket(&node.address.parse().unwrap()).unwrap();
    // A router that leads the way back, seen by how often it is used.
    let router = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let outside = router.local_addr().unwrap().to_string();
    node.find_at(node.log, &[&outside]).await;
    let lead_back = async {
        for _ in 0..3 {
            let (mut inside, _) = router.accept().await.unwrap();
            let mut back = tokio::net::TcpStream::connect(own).await.unwrap();
            let _ = tokio::io::copy_bidirectional(&mut inside, &mut back).await;
        }
    };
    tokio::select! {
        () = within("three probes", lead_back) => {}
        news = node.news() => panic!("{news:?}"),
    }
    assert!(node.events.try_recv().is_err());
}
