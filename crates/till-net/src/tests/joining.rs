//! Joining: served only while it is open, and only by the right device.

use super::{Node, linked, within};
use crate::{JoinError, JoinReply, NetCommand, NetEvent, join, log_id_of};
use till_schema::ids::LogId;

const JOINER: [u8; 32] = [90; 32];

async fn ask(peer: LogId, addresses: Vec<String>) -> Result<Vec<u8>, JoinError> {
    within("join", join(JOINER, &addresses, peer, b"please".to_vec())).await
}

async fn request(node: &mut Node) -> JoinReply {
    match node.news().await {
        NetEvent::JoinRequest { peer, bytes, reply } => {
            assert_eq!((peer, &bytes[..]), (log_id_of(&JOINER), &b"please"[..]));
            reply
        }
        other => panic!("{other:?} instead of JoinRequest"),
    }
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
