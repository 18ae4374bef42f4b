//! What a device of the shop may say that no honest one would: garbage, claims
//! of what it lacks, words out of turn, replies to nothing.

use crate::chance::Dice;
use till_schema::message::{Frames, Have, Message, NumbersWanted, Run, Twin, Want};
use till_schema::{LogId, Seq, ShopId, SpaceId};

/// Bytes of garbage at most.
const GARBAGE_MAX: u64 = 2_000;

/// One lie, encoded.
pub fn lie(dice: &mut Dice, shop: ShopId, logs: &[LogId]) -> Vec<u8> {
    let log = dice.pick(logs).copied().unwrap_or(LogId([0; 32]));
    let message = match dice.below(8) {
        0 => return garbage(dice),
        // A frame that nobody signed.
        1 => {
            let frame = garbage(dice);
            Message::Frames(Frames { log, frames: vec![frame.into()], answer: dice.chance(0.5) })
        }
        // More than it has.
        2 => {
            let seq = Seq(dice.between(1, 1 << 40));
            Message::Have(Have { heads: vec![(log, seq)] })
        }
        3 => Message::Want(Want { log, after: Seq(dice.below(1 << 20)) }),
        4 => Message::Want(Want { log: LogId(dice.bytes()), after: Seq(u64::MAX) }),
        5 => Message::NumbersWanted(NumbersWanted {
            space: SpaceId(dice.bytes()),
            held: 0,
            high: Some(u64::MAX),
        }),
        6 => {
            let run = Run { nonce: dice.number(), signature: [7; 64] };
            Message::Twin(Twin { runs: vec![run] })
        }
        _ => {
            let place = vec!["/ip4/203.0.113.7/tcp/1".to_owned(); 3];
            Message::Addresses(vec![(log, place)])
        }
    };
    let _ = shop;
    till_schema::to_bytes(&message)
}

fn garbage(dice: &mut Dice) -> Vec<u8> {
    let length = dice.between(1, GARBAGE_MAX);
    (0..length).map(|_| dice.number() as u8).collect()
}
