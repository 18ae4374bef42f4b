//! Multicast DNS on the real interfaces of this machine.

use super::within;
use crate::{NetCommand, NetConfig, NetEvent, log_id_of, spawn};
use std::collections::BTreeSet;

#[tokio::test]
async fn enrolled_peers_find_each_other_without_addresses() {
    let config = |secret| NetConfig { secret, listen: vec!["0.0.0.0:0".to_owned()], mdns: true };
    let (secret_a, secret_b) = ([80; 32], [81; 32]);
    let (a, mut events_a) = spawn(config(secret_a)).unwrap();
    let (b, _events_b) = spawn(config(secret_b)).unwrap();
    let (log_a, log_b) = (log_id_of(&secret_a), log_id_of(&secret_b));
    a.send(NetCommand::SetAllowed(BTreeSet::from([log_b]))).await.unwrap();
    b.send(NetCommand::SetAllowed(BTreeSet::from([log_a]))).await.unwrap();
    let (mut discovered, mut up) = (false, false);
    while !(discovered && up) {
        match within("discovery", events_a.recv()).await {
            Some(NetEvent::Discovered { peer, .. }) if peer == log_b => discovered = true,
            Some(NetEvent::LinkUp { peer }) if peer == log_b => up = true,
            Some(NetEvent::Listening { .. } | NetEvent::Unreachable { .. }) => {}
            Some(NetEvent::Discovered { .. }) => panic!("a peer that is not allowed"),
            other => panic!("{other:?}"),
        }
    }
}
