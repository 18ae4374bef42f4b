//! Strangers and enrolled devices that misbehave.

use super::rude::Rude;
use super::{Node, within};
use crate::bounds::{DEAD_AFTER, HEARTBEAT_EVERY, QUEUE_BYTES_MAX, SOURCE_BURST};
use crate::log_id_of;
use std::time::Duration;
use till_schema::limits::MESSAGE_BYTES_MAX;
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio::time::Instant;

#[tokio::test]
async fn a_stranger_gets_no_link_and_no_bytes() {
    let mut node = Node::start(50).await;
    let friend = log_id_of(&[51; 32]);
    node.allow(&[friend]).await;
    match Rude::connect(52, node.log, &node.address).await {
        Err(_) => {}
        // Negotiation is lazy: the stream may seem open until it is used.
        Ok(mut stranger) => {
            let _ = stranger.write(b"let me in").await;
            assert_eq!(stranger.rest().await, b"");
        }
    }
    // Had the stranger been let in, its events would come before the friend's.
    let mut rude = Rude::connect(51, node.log, &node.address).await.unwrap();
    rude.greet().await;
    node.up(friend).await;
}

#[tokio::test]
async fn an_oversize_frame_drops_the_link() {
    let mut node = Node::start(53).await;
    node.allow(&[log_id_of(&[54; 32])]).await;
    let mut rude = Rude::connect(54, node.log, &node.address).await.unwrap();
    rude.greet().await;
    node.up(rude.log).await;
    let length = u32::try_from(MESSAGE_BYTES_MAX + 1).unwrap();
    rude.write(&length.to_be_bytes()).await.unwrap();
    node.down(rude.log).await;
    rude.rest().await;
}

#[tokio::test]
async fn a_wrong_greeting_is_no_link() {
    let mut node = Node::start(55).await;
    let (rude_log, friend) = (log_id_of(&[56; 32]), log_id_of(&[57; 32]));
    node.allow(&[rude_log, friend]).await;
    let mut rude = Rude::connect(56, node.log, &node.address).await.unwrap();
    rude.write(&[0, 0, 0, 2, b'h', b'i']).await.unwrap();
    rude.rest().await;
    let mut polite = Rude::connect(57, node.log, &node.address).await.unwrap();
    polite.greet().await;
    node.up(friend).await;
}

#[tokio::test]
async fn a_silent_peer_is_dead_and_a_beating_one_is_not() {
    let mut node = Node::start(58).await;
    node.allow(&[log_id_of(&[59; 32])]).await;
    let mut rude = Rude::connect(59, node.log, &node.address).await.unwrap();
    rude.greet().await;
    node.up(rude.log).await;
    let up = Instant::now();
    let alive = DEAD_AFTER + Duration::from_millis(500);
    while up.elapsed() < alive {
        rude.write(&[0; 4]).await.expect("the link is up");
        tokio::time::sleep(HEARTBEAT_EVERY).await;
    }
    let silent = Instant::now();
    node.down(rude.log).await;
    assert!(up.elapsed() > alive);
    assert!(silent.elapsed() < DEAD_AFTER + Duration::from_secs(1), "{:?}", silent.elapsed());
}

#[tokio::test]
async fn a_peer_that_does_not_read_is_dropped_when_its_queue_is_full() {
    let mut node = Node::start(60).await;
    node.allow(&[log_id_of(&[61; 32])]).await;
    let mut rude = Rude::connect(61, node.log, &node.address).await.unwrap();
    rude.greet().await;
    node.up(rude.log).await;
    // What fits into the windows of stream and socket, and then the queue.
    for _ in 0..16 * QUEUE_BYTES_MAX / MESSAGE_BYTES_MAX {
        node.say(rude.log, vec![1; MESSAGE_BYTES_MAX]).await;
    }
    node.down(rude.log).await;
}

#[tokio::test]
async fn a_second_connection_of_the_same_dialer_replaces_the_first() {
    // The dialer must be the higher one, else the node would dial it back.
    let mut node = Node::start(62).await;
    let rude_log = log_id_of(&[63; 32]);
    node.allow(&[rude_log]).await;
    let mut first = Rude::connect(63, node.log, &node.address).await.unwrap();
    first.greet().await;
    node.up(rude_log).await;
    let mut second = Rude::connect(63, node.log, &node.address).await.unwrap();
    second.greet().await;
    node.down(rude_log).await;
    node.up(rude_log).await;
    first.rest().await;
    second.write(&[0, 0, 0, 1, 7]).await.unwrap();
    assert_eq!(node.hears(rude_log).await, [7]);
}

#[tokio::test]
async fn a_flood_from_one_source_is_turned_away_before_the_handshake() {
    let node = Node::start(64).await;
    let address = crate::address::to_socket(&node.address.parse().unwrap()).unwrap();
    let mut turned_away = 0;
    let mut kept = Vec::new();
    for _ in 0..SOURCE_BURST * 2 {
        let mut socket = TcpStream::connect(address).await.unwrap();
        let mut byte = [0];
        // A socket that is let in hears the first bytes of the negotiation or
        // nothing; one that is turned away is closed.
        let heard = tokio::time::timeout(Duration::from_millis(20), socket.read(&mut byte)).await;
        match heard {
            Ok(Ok(0) | Err(_)) => turned_away += 1,
            _ => kept.push(socket),
        }
    }
    assert!(turned_away > 0, "{} kept", kept.len());
    assert!(!kept.is_empty());
    within("end", node.stop()).await;
}
