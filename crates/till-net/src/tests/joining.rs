//! Joining: served only while it is open, and only by the right device, in a
//! bounded number of rounds.

use super::rude::Rude;
use super::{Node, linked, within};
use crate::bounds::{JOIN_REQUEST_BYTES_MAX, JOINERS_PER_SOURCE_MAX};
use crate::streams::Purpose;
use crate::wire::{Incoming, flush, write_frame};
use crate::{
    JoinConversation, JoinError, JoinReply, NetCommand, NetEvent, connect_join, join, log_id_of,
};
use std::time::Duration;
use till_schema::ids::LogId;

const JOINER: [u8; 32] = [90; 32];

async fn ask(peer: LogId, addresses: Vec<String>) -> Result<Vec<u8>, JoinError> {
    within("join", join(JOINER, &addresses, peer, b"please".to_vec())).await
}

async fn request(node: &mut Node) -> JoinReply {
    let (_, bytes, reply) = question(node).await;
    assert_eq!(bytes, b"please");
    reply
}

/// The next question: its conversation, its bytes and where the answer goes.
async fn question(node: &mut Node) -> (u64, Vec<u8>, JoinReply) {
    match node.news().await {
        NetEvent::JoinRequest { peer, conversation, bytes, reply } => {
            assert_eq!(peer, log_id_of(&JOINER));
            (conversation, bytes, reply)
        }
        other => panic!("{other:?} instead of JoinRequest"),
    }
}

/// By address alone, as with a code.
async fn converse(addresses: Vec<String>) -> Result<JoinConversation, JoinError> {
    within("conversation", connect_join(JOINER, &addresses, None)).await
}

async fn say(conversation: &mut JoinConversation, bytes: &[u8]) -> Result<Vec<u8>, JoinError> {
    within("answer", conversation.ask(bytes.to_vec())).await
}

#[tokio::test]
async fn joining_works_only_while_it_is_open() {
    let mut node = Node::start(70).await;
    let (log, address) = (node.log, node.address.clone());
    let closed = ask(log, vec![address.clone()]).await;
    assert!(matches!(closed, Err(JoinError::Refused)), "{closed:?}");

    node.command(NetCommand::OpenJoin(true)).await;
    let (answer, ()) = tokio::join!(ask(log, vec![address.clone()]), async {
        assert!(request(&mut node).await.send(b"welcome".to_vec()));
        // An exchange under way is not cut off by closing the door behind it.
        node.command(NetCommand::OpenJoin(false)).await;
    });
    assert_eq!(answer.unwrap(), b"welcome");

    let closed = ask(log, vec![address.clone()]).await;
    assert!(matches!(closed, Err(JoinError::Refused)), "{closed:?}");
}

#[tokio::test]
async fn a_refusal_is_not_an_answer() {
    let mut node = Node::start(71).await;
    node.command(NetCommand::OpenJoin(true)).await;
    let (log, address) = (node.log, node.address.clone());
    let (answer, ()) =
        tokio::join!(ask(log, vec![address.clone()]), async { drop(request(&mut node).await) });
    assert!(matches!(answer, Err(JoinError::Refused)), "{answer:?}");
}

#[tokio::test]
async fn a_device_whose_answer_was_lost_may_ask_again_when_enrolled() {
    let mut node = Node::start(72).await;
    node.command(NetCommand::OpenJoin(true)).await;
    node.allow(&[log_id_of(&JOINER)]).await;
    let (log, address) = (node.log, node.address.clone());
    let (answer, ()) = tokio::join!(ask(log, vec![address.clone()]), async {
        assert!(request(&mut node).await.send(b"welcome again".to_vec()));
    });
    assert_eq!(answer.unwrap(), b"welcome again");
}

#[tokio::test]
async fn the_wrong_device_and_nobody_are_told_apart() {
    let mut node = Node::start(73).await;
    node.command(NetCommand::OpenJoin(true)).await;
    let (log, address) = (node.log, node.address.clone());
    let other = log_id_of(&[74; 32]);
    match ask(other, vec![address.clone()]).await {
        Err(JoinError::WrongDevice { found, address: at }) => {
            assert_eq!((found, at), (Some(log), address.clone()));
        }
        answer => panic!("{answer:?} instead of WrongDevice"),
    }

    // A port that was free a moment ago.
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let nobody = free.to_string();
    let answer = ask(log, vec![nobody.clone()]).await;
    assert!(matches!(answer, Err(JoinError::Unreachable { .. })), "{answer:?}");

    // Among a dead and a wrong address the right one is found.
    let stranger = Node::start(75).await;
    let addresses = vec![nobody, stranger.address.clone(), address];
    let (answer, ()) = tokio::join!(ask(log, addresses), async {
        assert!(request(&mut node).await.send(b"here".to_vec()));
    });
    assert_eq!(answer.unwrap(), b"here");

    for addresses in [vec![], vec!["nonsense".to_owned()]] {
        assert!(ask(log, addresses).await.is_err());
    }
}

#[tokio::test]
async fn a_joiner_does_not_disturb_a_link() {
    let (mut low, high) = linked([76, 77]).await;
    low.command(NetCommand::OpenJoin(true)).await;
    let (log, address) = (low.log, low.address.clone());
    let (answer, ()) = tokio::join!(ask(log, vec![address.clone()]), async {
        assert!(request(&mut low).await.send(b"welcome".to_vec()));
    });
    assert_eq!(answer.unwrap(), b"welcome");
    high.say(low.log, b"still here".to_vec()).await;
    assert_eq!(low.hears(high.log).await, b"still here");
}

#[tokio::test]
async fn two_rounds_by_address_alone() {
    let mut node = Node::start(78).await;
    node.command(NetCommand::OpenJoin(true)).await;
    let mut before = None;
    for _ in 0..2 {
        let mut joiner = converse(vec![node.address.clone()]).await.unwrap();
        assert_eq!(joiner.peer(), node.log);
        let (answer, first) = tokio::join!(say(&mut joiner, b"half a key"), async {
            let (number, bytes, reply) = question(&mut node).await;
            assert_eq!(bytes, b"half a key");
            assert!(reply.go_on(b"the other half".to_vec()));
            number
        });
        assert_eq!(answer.unwrap(), b"the other half");
        // The second round is served even when the door has closed behind it.
        node.command(NetCommand::OpenJoin(false)).await;
        let (answer, second) = tokio::join!(say(&mut joiner, b"proof"), async {
            let (number, bytes, reply) = question(&mut node).await;
            assert_eq!(bytes, b"proof");
            assert!(reply.send(b"welcome".to_vec()));
            number
        });
        assert_eq!(answer.unwrap(), b"welcome");
        assert_eq!(first, second, "one conversation");
        assert!(before.replace(first) != Some(first), "another one is another number");
        let third = say(&mut joiner, b"and now").await;
        assert!(matches!(third, Err(JoinError::Over)), "{third:?}");
        node.command(NetCommand::OpenJoin(true)).await;
    }
}

#[tokio::test]
async fn the_last_answer_ends_the_conversation() {
    let mut node = Node::start(79).await;
    node.command(NetCommand::OpenJoin(true)).await;
    let mut joiner = converse(vec![node.address.clone()]).await.unwrap();
    let (answer, ()) = tokio::join!(say(&mut joiner, b"please"), async {
        assert!(request(&mut node).await.send(b"welcome".to_vec()));
    });
    assert_eq!(answer.unwrap(), b"welcome");
    let more = say(&mut joiner, b"please").await;
    assert!(matches!(more, Err(JoinError::Refused)), "{more:?}");
    let more = say(&mut joiner, b"please").await;
    assert!(matches!(more, Err(JoinError::Over)), "an error ends it: {more:?}");

    let mut joiner = converse(vec![node.address.clone()]).await.unwrap();
    for size in [0, JOIN_REQUEST_BYTES_MAX + 1] {
        let refused = joiner.ask(vec![0; size]).await;
        assert!(matches!(refused, Err(JoinError::Size(found)) if found == size), "{refused:?}");
    }
}

#[tokio::test]
async fn a_third_round_is_refused_by_the_inviter() {
    let mut node = Node::start(80).await;
    node.command(NetCommand::OpenJoin(true)).await;
    let mut rude = Rude::connect_for(90, node.log, &node.address, Purpose::Join).await.unwrap();
    for _ in 0..3 {
        // All at once: what is not asked for waits.
        write_frame(&mut rude.stream, b"please").await.unwrap();
    }
    flush(&mut rude.stream).await.unwrap();
    for _ in 0..2 {
        assert!(request(&mut node).await.go_on(b"go on".to_vec()));
    }
    let mut incoming = Incoming::new(&mut rude.stream, Duration::from_secs(5));
    for _ in 0..2 {
        assert_eq!(incoming.frame(100).await.unwrap(), b"go on");
    }
    assert!(incoming.frame(100).await.is_err());
    drop(rude);

    // Had the third been let in, it would be the next event.
    let (log, address) = (node.log, node.address.clone());
    let (answer, ()) = tokio::join!(ask(log, vec![address]), async {
        let (number, _, reply) = question(&mut node).await;
        assert_eq!(number, 2);
        assert!(reply.send(b"welcome".to_vec()));
    });
    assert_eq!(answer.unwrap(), b"welcome");
}

#[tokio::test]
async fn an_oversize_question_and_a_second_stream_are_refused() {
    let mut node = Node::start(81).await;
    node.command(NetCommand::OpenJoin(true)).await;
    let mut rude = Rude::connect_for(90, node.log, &node.address, Purpose::Join).await.unwrap();
    let length = u32::try_from(JOIN_REQUEST_BYTES_MAX + 1).unwrap();
    rude.write(&length.to_be_bytes()).await.unwrap();
    assert_eq!(rude.rest().await, b"");

    let mut rude = Rude::connect_for(90, node.log, &node.address, Purpose::Join).await.unwrap();
    let mut second = rude.second(Purpose::Join).await;
    let _ = write_frame(&mut second, b"two at once").await;
    let _ = flush(&mut second).await;
    write_frame(&mut rude.stream, b"please").await.unwrap();
    flush(&mut rude.stream).await.unwrap();
    assert!(request(&mut node).await.send(b"welcome".to_vec()));
    assert_eq!(rude.rest().await, b"\0\0\0\x07welcome");
    drop(rude);
    node.command(NetCommand::OpenJoin(false)).await;
    assert!(matches!(converse(vec![node.address.clone()]).await, Err(JoinError::Refused)));
    assert!(node.events.try_recv().is_err(), "the second stream asked nothing");
}

#[tokio::test]
async fn a_device_that_refuses_does_not_hide_the_one_that_invites() {
    let mut node = Node::start(82).await;
    let closed = Node::start(83).await;
    node.command(NetCommand::OpenJoin(true)).await;
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let nobody = free.to_string();

    let alone = converse(vec![nobody.clone()]).await.map(drop);
    assert!(matches!(alone, Err(JoinError::Unreachable { .. })), "{alone:?}");
    let alone = converse(vec![]).await.map(drop);
    assert!(matches!(alone, Err(JoinError::Unreachable { .. })), "{alone:?}");
    let refused = converse(vec![nobody.clone(), closed.address.clone()]).await.map(drop);
    assert!(matches!(refused, Err(JoinError::Refused)), "{refused:?}");

    let addresses = vec![nobody, closed.address.clone(), node.address.clone()];
    let mut joiner = converse(addresses).await.unwrap();
    assert_eq!(joiner.peer(), node.log);
    let (answer, ()) = tokio::join!(say(&mut joiner, b"please"), async {
        assert!(request(&mut node).await.send(b"welcome".to_vec()));
    });
    assert_eq!(answer.unwrap(), b"welcome");
}

#[tokio::test]
async fn strangers_of_one_source_hold_a_bounded_number_of_places() {
    let node = Node::start(84).await;
    node.command(NetCommand::OpenJoin(true)).await;
    let mut kept = Vec::new();
    for seed in 100..100 + JOINERS_PER_SOURCE_MAX as u8 {
        kept.push(Rude::connect_for(seed, node.log, &node.address, Purpose::Join).await.unwrap());
    }
    let one_more = converse(vec![node.address.clone()]).await.map(drop);
    assert!(matches!(one_more, Err(JoinError::Refused)), "{one_more:?}");
    // A place is free again when its holder has gone.
    kept.pop();
    let again = async { while converse(vec![node.address.clone()]).await.is_err() {} };
    within("a free place", again).await;
}
