//! What devices say to each other, and how one is let in.

use crate::frames::chain;
use crate::golden::Golden;
use crate::values::{hash, key, log, shop, space};
use data_encoding::BASE32_NOPAD;
use ed25519_dalek::Signer;
use till_schema::message::{
    CodeAnswer, CodeConfirm, CodeRequest, Frames, Have, Hello, Invite, JoinAnswer, JoinAsk,
    JoinRequest, Message, NumbersWanted, Replaces, Run, Twin, Want, Welcome, check_number,
    code_proof, join_proof, replaces_digest, run_digest,
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
    let hello = Hello {
        protocol: 1,
        shop: shop(),
        run_nonce: FIRST_RUN,
        heads,
        addresses: addresses(),
        run_signature: None,
    };
    let signed = Hello { run_signature: Some(run(FIRST_RUN).signature), ..hello.clone() };
    vec![
        Message::Hello(hello),
        Message::Hello(signed),
        Message::Want(Want { log: log(1), after: Seq(5) }),
        Message::Frames(Frames {
            log: log(1),
            frames: chain()[1..].iter().map(|frame| frame.bytes().to_vec().into()).collect(),
            answer: true,
        }),
        Message::Have(Have { heads: vec![(log(1), Seq(7))] }),
        Message::NumbersWanted(NumbersWanted { space: space().id(), held: 19, high: None }),
        Message::NumbersWanted(NumbersWanted { space: space().id(), held: 19, high: Some(560) }),
        Message::Addresses(addresses()),
        Message::Twin(Twin { runs: vec![run(FIRST_RUN), run(0x0102_0304_0506_07ff)] }),
    ]
}

/// The nonce of the run that says hello.
const FIRST_RUN: u64 = 0x0102_0304_0506_0702;

/// A run of the device of seed 32 × 02, signed as message.md puts it together.
fn run(nonce: u64) -> Run {
    let mut signed = blake3::Hasher::new_derive_key("tillmesh run v1");
    signed.update(&shop().0).update(&log(2).0).update(&nonce.to_be_bytes());
    assert_eq!(run_digest(shop(), log(2), nonce), *signed.finalize().as_bytes());
    let signature = key(2).sign(&run_digest(shop(), log(2), nonce)).to_bytes();
    Run { nonce, signature }
}

fn message(message: Message) -> Golden {
    let (name, about) = match &message {
        Message::Hello(Hello { run_signature: None, .. }) => {
            ("message-0-hello", "Message 0: a device with two logs says hello.")
        }
        Message::Hello(Hello { run_signature: Some(_), .. }) => (
            "message-0-hello-run",
            "Message 0: the same by the device of seed 32 × 02, which signs for its run, key 5.",
        ),
        Message::Want(_) => {
            ("message-1-want", "Message 1: asks for the founder's log after entry 5.")
        }
        Message::Frames(_) => {
            ("message-2-frames", "Message 2: the answer, the frames of chain-2 and chain-3.")
        }
        Message::Have(_) => {
            ("message-3-have", "Message 3: the founder's log is durable up to entry 7.")
        }
        Message::NumbersWanted(NumbersWanted { high: None, .. }) => {
            ("message-4-numbers-wanted", "Message 4: 19 numbers are left of a space.")
        }
        Message::NumbersWanted(NumbersWanted { high: Some(_), .. }) => {
            ("message-4-numbers-wanted-high", "Message 4: the same, to be filled up to 560.")
        }
        Message::Addresses(_) => {
            ("message-5-addresses", "Message 5: where two devices were reached.")
        }
        Message::Twin(_) => {
            ("message-6-twin", "Message 6: two runs of the log of seed 32 × 02 have said hello.")
        }
    };
    Golden::value(name, about, message)
}

/// One of each; the matches in [`ask`] and [`answer`] do not compile when one is
/// added.
fn joining() -> Vec<Golden> {
    let asks = [
        JoinAsk::Invite(request()),
        JoinAsk::Code(CodeRequest { exchange: exchange(0x41) }),
        JoinAsk::Confirm(confirm()),
        JoinAsk::Confirm(CodeConfirm { replaces: Some(replaces()), ..confirm() }),
    ];
    let answers = [
        JoinAnswer::Welcome(Welcome {
            shop: shop(),
            founder: log(1),
            addresses: addresses(),
            check: check_number(&invite().secret, log(1), log(5)),
        }),
        JoinAnswer::Refused("the invite was used".to_owned()),
        JoinAnswer::Code(CodeAnswer {
            exchange: exchange(0x42),
            proof: code_proof(&CODE_KEY, 0, log(1), log(5)),
        }),
    ];
    let mut all = vec![
        Golden::value(
            "join-request",
            "The device of seed 32 × 05 asks to join with the invite of vector invite.",
            request(),
        ),
        Golden::value(
            "join-request-replaces",
            "The same in place of the device of seed 32 × 02, whose key signs for it, key 3.",
            JoinRequest { replaces: Some(replaces()), ..request() },
        )
        .and(|bytes| {
            let request: JoinRequest = till_schema::from_bytes(bytes).expect("decodes");
            let replaces = request.replaces.expect("it replaces one");
            let signature = ed25519_dalek::Signature::from_bytes(&replaces.signature);
            // As message.md puts it together.
            let mut signed = blake3::Hasher::new_derive_key("tillmesh replaces v1");
            signed.update(&shop().0).update(&log(2).0).update(&log(5).0);
            let old = key(2).verifying_key();
            old.verify_strict(signed.finalize().as_bytes(), &signature)
                .expect("the old key signed");
        }),
    ];
    all.extend(asks.into_iter().map(ask));
    all.extend(answers.into_iter().map(answer));
    all.push(Golden::value(
        "invite",
        "An invite of the founder: id 8 × 1d, secret 16 × 5e.",
        invite(),
    ));
    all.push(invite_text());
    all
}

fn ask(ask: JoinAsk) -> Golden {
    let (name, about) = match &ask {
        JoinAsk::Invite(_) => {
            ("join-ask-0-invite", "Word 0 of a joining device: the request of vector join-request.")
        }
        JoinAsk::Code(_) => (
            "join-ask-1-code",
            "Word 1 of a joining device: its half of the key exchange, here 41 and 32 × 5a, which \
             is not a real one.",
        ),
        JoinAsk::Confirm(CodeConfirm { replaces: None, .. }) => (
            "join-ask-2-confirm",
            "Word 2 of a joining device: the device of seed 32 × 05 proves to that of seed 32 × \
             01 that the exchange has made the key 32 × 6b.",
        ),
        JoinAsk::Confirm(CodeConfirm { replaces: Some(_), .. }) => (
            "join-ask-2-confirm-replaces",
            "Word 2 of a joining device: the same in place of the device of seed 32 × 02.",
        ),
    };
    Golden::value(name, about, ask)
}

fn answer(answer: JoinAnswer) -> Golden {
    let (name, about) = match &answer {
        JoinAnswer::Welcome(_) => (
            "join-answer-0-welcome",
            "Answer 0 to a joining device: welcome, with the check number of the invite of \
             vector invite.",
        ),
        JoinAnswer::Refused(_) => ("join-answer-1-refused", "Answer 1 to a join request: no."),
        JoinAnswer::Code(_) => (
            "join-answer-2-code",
            "Answer 2 to a joining device: the other half of the key exchange, here 42 and 32 × \
             5a, which is not a real one, and the proof that it made the key 32 × 6b.",
        ),
    };
    Golden::value(name, about, answer)
}

fn request() -> JoinRequest {
    JoinRequest {
        invite: invite().id,
        proof: join_proof(&invite().secret, log(1), log(5)),
        name: "Caja 5".to_owned(),
        replaces: None,
    }
}

/// Stands for the key of an exchange.
const CODE_KEY: [u8; 32] = [0x6b; 32];

/// As long as a real half, and as little a point of the curve as any other text.
fn exchange(side: u8) -> Vec<u8> {
    [&[side][..], &[0x5a; 32]].concat()
}

fn confirm() -> CodeConfirm {
    CodeConfirm {
        proof: code_proof(&CODE_KEY, 1, log(1), log(5)),
        name: "Caja 5".to_owned(),
        replaces: None,
    }
}

fn replaces() -> Replaces {
    let digest = replaces_digest(shop(), log(2), log(5));
    Replaces { log: log(2), signature: key(2).sign(&digest).to_bytes() }
}

#[test]
fn proofs_and_check_numbers_are_made_as_described() {
    let keyed = |context: &str, secret: &[u8]| {
        blake3::Hasher::new_keyed(&blake3::derive_key(context, secret))
    };
    let logs = [log(1).0, log(5).0].concat();
    for side in [0, 1] {
        let mut proof = keyed("tillmesh join code v1", &CODE_KEY);
        proof.update(&[side]).update(&logs);
        let expected = *proof.finalize().as_bytes();
        assert_eq!(code_proof(&CODE_KEY, side, log(1), log(5)), expected);
    }
    let secret = invite().secret;
    let digest = *keyed("tillmesh join check v1", &secret).update(&logs).finalize().as_bytes();
    let first = u64::from_be_bytes(digest[..8].try_into().expect("eight bytes"));
    assert_eq!(u64::from(check_number(&secret, log(1), log(5))), first % 1_000_000);
    let proof = *keyed("tillmesh join v1", &secret).update(&logs).finalize().as_bytes();
    assert_eq!(join_proof(&secret, log(1), log(5)), proof);
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
