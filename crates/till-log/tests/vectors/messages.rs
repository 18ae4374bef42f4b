//! What devices say to each other, and how one is let in.

use crate::frames::chain;
use crate::golden::Golden;
use crate::values::{hash, log, shop, space};
use data_encoding::BASE32_NOPAD;
use till_schema::message::{
    Frames, Have, Hello, Invite, JoinAnswer, JoinRequest, Message, NumbersWanted, Want, Welcome,
    join_proof,
};
use till_schema::{LogId, Seq};

pub(crate) fn golden() -> Vec<Golden> {
    let mut all: Vec<Golden> = messages().into_iter().map(message).collect();
    all.extend(joining());
    all
}

/// One of each; the match in [`message`] does not compile when one is added.
fn messages() -> Vec<Message> {
    let mut heads = vec![(log(1), Seq(7), hash(0xe1)), (log(2), Seq(4), hash(0xe2))];
    heads.sort();
    vec![
        Message::Hello(Hello {
            protocol: 1,
            shop: shop(),
            run_nonce: 0x0102_0304_0506_0702,
            heads,
            addresses: addresses(),
        }),
        Message::Want(Want { log: log(1), after: Seq(5) }),
        Message::Frames(Frames {
            log: log(1),
            frames: chain()[1..].iter().map(|frame| frame.bytes().to_vec().into()).collect(),
            answer: true,
        }),
        Message::Have(Have { heads: vec![(log(1), Seq(7))] }),
        Message::NumbersWanted(NumbersWanted { space: space().id(), held: 19 }),
        Message::Addresses(addresses()),
    ]
}

fn message(message: Message) -> Golden {
    let (name, about) = match &message {
        Message::Hello(_) => ("message-0-hello", "Message 0: a device with two logs says hello."),
        Message::Want(_) => {
            ("message-1-want", "Message 1: asks for the founder's log after entry 5.")
        }
        Message::Frames(_) => {
            ("message-2-frames", "Message 2: the answer, the frames of chain-2 and chain-3.")
        }
        Message::Have(_) => {
            ("message-3-have", "Message 3: the founder's log is durable up to entry 7.")
        }
        Message::NumbersWanted(_) => {
            ("message-4-numbers-wanted", "Message 4: 19 numbers are left of a space.")
        }
        Message::Addresses(_) => {
            ("message-5-addresses", "Message 5: where two devices were reached.")
        }
    };
    Golden::value(name, about, message)
}

fn joining() -> Vec<Golden> {
    let request = JoinRequest {
        invite: invite().id,
        proof: join_proof(&invite().secret, log(1), log(5)),
        name: "Caja 5".to_owned(),
    };
    let welcome = Welcome { shop: shop(), founder: log(1), addresses: addresses() };
    vec![
        Golden::value(
            "join-request",
            "The device of seed 32 × 05 asks to join with the invite of vector invite.",
            request,
        ),
        Golden::value(
            "join-answer-0-welcome",
            "Answer 0 to a join request: welcome.",
            JoinAnswer::Welcome(welcome),
        ),
        Golden::value(
            "join-answer-1-refused",
            "Answer 1 to a join request: no.",
            JoinAnswer::Refused("the invite was used".to_owned()),
        ),
        Golden::value("invite", "An invite of the founder: id 8 × 1d, secret 16 × 5e.", invite()),
        invite_text(),
    ]
}

/// The invite as a person passes it on, put together from its description.
fn invite_text() -> Golden {
    let mut bytes = till_schema::to_bytes(&invite());
    let check = blake3::hash(&bytes);
    bytes.extend_from_slice(&check.as_bytes()[..4]);
    let text = format!("TILL1-{}", BASE32_NOPAD.encode(&bytes));
    let about = format!("The ASCII text of the invite of vector invite: {text}");
    Golden::new("invite-text", &about, text.into_bytes(), |bytes| {
        let text = std::str::from_utf8(bytes).expect("ASCII");
        let encoded = text.strip_prefix("TILL1-").expect("the prefix");
        let all = BASE32_NOPAD.decode(encoded.as_bytes()).expect("base 32");
        let (body, check) = all.split_at(all.len() - 4);
        assert_eq!(blake3::hash(body).as_bytes()[..4], *check);
        assert_eq!(till_schema::from_bytes::<Invite>(body).expect("an invite"), invite());
    })
}

fn invite() -> Invite {
    Invite {
        shop: shop(),
        inviter: log(1),
        id: [0x1d; 8],
        secret: [0x5e; 16],
        addresses: vec!["/ip4/192.168.1.20/tcp/4001".to_owned()],
    }
}

/// Rising by log, as everything that names logs.
fn addresses() -> Vec<(LogId, Vec<String>)> {
    let named = "/dns/caja2.local/tcp/4001".to_owned();
    let mut addresses = vec![
        (log(1), vec!["/ip4/192.168.1.20/tcp/4001".to_owned()]),
        (log(2), vec!["/ip4/192.168.1.21/tcp/4001".to_owned(), named]),
    ];
    addresses.sort();
    addresses
}
