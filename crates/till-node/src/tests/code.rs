//! Joining by a code of eight digits: one try, two minutes, and the same number
//! on both screens.

use super::till::Till;
use super::world::{RowsAfter, World};
use super::{put, sell};
use crate::command::{CodeView, Command, CommandError, Reply};
use crate::limits::{CODE_EXCHANGES_MAX, CODE_LIFE_MS};
use crate::{CodeError, CodeJoin, CodeKey};
use till_log::SigningKey;
use till_schema::LogId;
use till_schema::body::Role;
use till_schema::message::{
    CodeAnswer, CodeConfirm, CodeRequest, JoinAnswer, JoinAsk, Replaces, Welcome, replaces_digest,
};

const REGISTER: &[Role] = &[Role::Register];

/// A device that wants to join.
struct Guest {
    key: SigningKey,
    log: LogId,
}

impl Guest {
    fn new(world: &mut World) -> Self {
        let key = world.draw_key();
        Self { log: LogId(key.verifying_key().to_bytes()), key }
    }

    fn begin(&self, world: &mut World, code: &str) -> (CodeJoin, Vec<u8>) {
        CodeJoin::begin(code, world.tills[0].log, self.log, world.draw()).unwrap()
    }

    fn ask(&self, world: &mut World, conversation: u64, exchange: Vec<u8>) -> JoinAnswer {
        let word = JoinAsk::Code(CodeRequest { exchange });
        world.ask_join(0, self.log, conversation, &word)
    }

    fn confirm(&self, world: &mut World, conversation: u64, key: CodeKey) -> JoinAnswer {
        let confirm = CodeConfirm { proof: key.proof, name: "Caja 2".into(), replaces: None };
        world.ask_join(0, self.log, conversation, &JoinAsk::Confirm(confirm))
    }

    /// Both words with one code.
    fn join(&self, world: &mut World, code: &str) -> (CodeKey, JoinAnswer) {
        let (join, exchange) = self.begin(world, code);
        let answer = self.ask(world, 7, exchange);
        let key = join.answered(&code_answer(answer)).expect("the same code");
        (key, self.confirm(world, 7, key))
    }
}

fn code_answer(answer: JoinAnswer) -> CodeAnswer {
    match answer {
        JoinAnswer::Code(answer) => answer,
        other => panic!("no code: {other:?}"),
    }
}

fn welcome(answer: JoinAnswer) -> Welcome {
    match answer {
        JoinAnswer::Welcome(welcome) => welcome,
        other => panic!("not let in: {other:?}"),
    }
}

fn is_refused(answer: &JoinAnswer) -> bool {
    matches!(answer, JoinAnswer::Refused(why) if !why.is_empty())
}

fn show(world: &mut World) -> CodeView {
    match world.ask(0, Command::InviteCode { roles: REGISTER.to_vec() }) {
        Ok(Reply::Code(view)) => view,
        other => panic!("no code: {other:?}"),
    }
}

fn shop(seed: u64) -> World {
    let mut world = World::found(seed, (1, 20_000));
    world.ask(0, put("1", 1000, 50)).unwrap();
    world
}

fn devices(world: &World) -> usize {
    world.node(0).devices.len()
}

#[test]
fn both_screens_show_one_number_and_the_device_is_in() {
    let mut world = shop(800);
    let code = show(&mut world);
    assert!(code.code.len() == 8 && code.code.bytes().all(|digit| digit.is_ascii_digit()));
    assert!(!code.addresses.is_empty() && world.tills[0].join_open);
    let guest = Guest::new(&mut world);
    // As people type it.
    let typed = format!(" {} - {}", &code.code[..4], &code.code[4..]);
    let (key, answer) = guest.join(&mut world, &typed);
    let welcome = welcome(answer);
    assert_eq!(key.check, welcome.check);
    let Ok(Reply::Joins(joins)) = world.ask(0, Command::Joins) else { panic!() };
    assert_eq!((joins[0].log, joins[0].check), (guest.log, key.check));
    assert_eq!(joins[0].name, "Caja 2");
    assert!(!world.tills[0].join_open, "the door is shut behind it");
    let mut till = Till::new(guest.key.clone(), welcome.shop, welcome.founder);
    till.sponsor = Some(world.tills[0].log);
    world.tills.push(till);
    world.start(1);
    world.heal();
    world.settle();
    world.assert_agree();
    world.sold(1, sell(1, "1", 1));
    assert_eq!(world.view(0, 1).roles, REGISTER);
}

#[test]
fn a_wrong_code_is_one_try_and_tells_the_joiner() {
    let mut world = shop(801);
    let code = show(&mut world).code;
    let wrong = if code == "00000000" { "00000001" } else { "00000000" };
    let guest = Guest::new(&mut world);
    let (join, exchange) = guest.begin(&mut world, wrong);
    let answer = code_answer(guest.ask(&mut world, 7, exchange));
    assert_eq!(join.answered(&answer), Err(CodeError::WrongCode), "it says no more");
    // With the right one, it is too late.
    let (_, exchange) = guest.begin(&mut world, &code);
    assert!(is_refused(&guest.ask(&mut world, 8, exchange)));
    // One that goes on all the same proves nothing.
    let guess = CodeKey { proof: [7; 32], check: 1 };
    assert!(is_refused(&guest.confirm(&mut world, 7, guess)));
    assert!(!world.tills[0].join_open);
    assert_eq!(devices(&world), 1);
    let again = show(&mut world).code;
    welcome(guest.join(&mut world, &again).1);
}

#[test]
fn only_eight_digits_are_a_code() {
    let mut world = shop(802);
    let (me, guest) = (world.tills[0].log, Guest::new(&mut world).log);
    for text in ["", "1234567", "123456789", "1234567a", "١٢٣٤٥٦٧٨"] {
        let begun = CodeJoin::begin(text, me, guest, [1; 32]);
        assert_eq!(begun.err(), Some(CodeError::NotACode), "{text}");
    }
}

#[test]
fn a_code_ends_after_two_minutes() {
    let mut world = shop(803);
    let code = show(&mut world).code;
    world.run_for(CODE_LIFE_MS - 10);
    assert!(world.tills[0].join_open);
    world.run_for(20);
    assert!(!world.tills[0].join_open, "by itself");
    let guest = Guest::new(&mut world);
    let (_, exchange) = guest.begin(&mut world, &code);
    assert!(is_refused(&guest.ask(&mut world, 7, exchange)));
}

#[test]
fn a_confirmation_that_comes_late_is_refused() {
    let mut world = shop(804);
    let code = show(&mut world).code;
    world.run_for(CODE_LIFE_MS / 2);
    let guest = Guest::new(&mut world);
    let (join, exchange) = guest.begin(&mut world, &code);
    let key = join.answered(&code_answer(guest.ask(&mut world, 7, exchange))).unwrap();
    assert!(world.tills[0].join_open, "it may still confirm");
    world.run_for(CODE_LIFE_MS / 2 + 10);
    assert!(!world.tills[0].join_open);
    assert!(is_refused(&guest.confirm(&mut world, 7, key)));
    assert_eq!(devices(&world), 1);
}

#[test]
fn a_confirmation_works_once_in_its_own_conversation_and_for_its_own_key() {
    let mut world = shop(805);
    let code = show(&mut world).code;
    let (guest, thief) = (Guest::new(&mut world), Guest::new(&mut world));
    let (join, exchange) = guest.begin(&mut world, &code);
    let key = join.answered(&code_answer(guest.ask(&mut world, 7, exchange))).unwrap();
    assert!(is_refused(&guest.confirm(&mut world, 8, key)), "another conversation");
    welcome(guest.confirm(&mut world, 7, key));
    assert!(is_refused(&guest.confirm(&mut world, 7, key)), "again");
    assert!(is_refused(&thief.confirm(&mut world, 7, key)), "overheard");
    assert_eq!(devices(&world), 2);

    let code = show(&mut world).code;
    let (join, exchange) = thief.begin(&mut world, &code);
    let key = join.answered(&code_answer(thief.ask(&mut world, 9, exchange))).unwrap();
    let other = Guest::new(&mut world);
    assert!(is_refused(&other.confirm(&mut world, 9, key)), "under another key");
    assert!(is_refused(&thief.confirm(&mut world, 9, key)), "which used it up");
}

#[test]
fn a_second_device_with_the_same_code_is_too_late() {
    let mut world = shop(806);
    let code = show(&mut world).code;
    let (first, second) = (Guest::new(&mut world), Guest::new(&mut world));
    let (join, exchange) = first.begin(&mut world, &code);
    let (_, other) = second.begin(&mut world, &code);
    let answer = code_answer(first.ask(&mut world, 7, exchange));
    assert!(is_refused(&second.ask(&mut world, 8, other)));
    let key = join.answered(&answer).unwrap();
    welcome(first.confirm(&mut world, 7, key));
    assert_eq!(devices(&world), 2);
}

#[test]
fn a_new_code_takes_the_place_of_the_one_before() {
    let mut world = shop(807);
    let old = show(&mut world).code;
    let new = show(&mut world).code;
    assert_ne!(old, new);
    let guest = Guest::new(&mut world);
    let (join, exchange) = guest.begin(&mut world, &old);
    let answer = code_answer(guest.ask(&mut world, 7, exchange));
    assert_eq!(join.answered(&answer), Err(CodeError::WrongCode));
}

#[test]
fn exchanges_that_are_not_finished_are_bounded() {
    let mut world = shop(808);
    for conversation in 0..CODE_EXCHANGES_MAX as u64 + 3 {
        let code = show(&mut world).code;
        let guest = Guest::new(&mut world);
        let (_, exchange) = guest.begin(&mut world, &code);
        let refused = is_refused(&guest.ask(&mut world, conversation, exchange));
        assert_eq!(refused, conversation >= CODE_EXCHANGES_MAX as u64);
        assert!(world.node(0).exchanges.len() <= CODE_EXCHANGES_MAX);
    }
    world.run_for(CODE_LIFE_MS);
    assert!(!world.tills[0].join_open);
    assert!(world.node(0).exchanges.is_empty());
    let code = show(&mut world).code;
    let guest = Guest::new(&mut world);
    welcome(guest.join(&mut world, &code).1);
}

#[test]
fn words_that_are_no_half_of_an_exchange_are_refused() {
    let mut world = shop(809);
    for word in [Vec::new(), vec![0x41; 3], vec![0x41; 33], vec![0x42; 200]] {
        show(&mut world);
        let guest = Guest::new(&mut world);
        let answer = guest.ask(&mut world, 7, word);
        if let JoinAnswer::Code(_) = answer {
            continue; // Some bytes happen to be a point; they prove nothing later.
        }
        assert!(is_refused(&answer));
    }
    assert_eq!(devices(&world), 1);
}

#[test]
fn a_code_does_not_outlive_the_run_that_shows_it() {
    let mut world = shop(810);
    let code = show(&mut world).code;
    world.restart(0, RowsAfter::Kept);
    let guest = Guest::new(&mut world);
    let (_, exchange) = guest.begin(&mut world, &code);
    assert!(is_refused(&guest.ask(&mut world, 7, exchange)));
}

#[test]
fn only_the_administering_device_shows_a_code() {
    let mut world = World::shop(811, 2);
    let asked = world.ask(1, Command::InviteCode { roles: REGISTER.to_vec() });
    assert!(matches!(asked, Err(CommandError::NotAllowed(_))), "{asked:?}");
    let nothing = world.ask(0, Command::InviteCode { roles: Vec::new() });
    assert!(matches!(nothing, Err(CommandError::Wrong(_))), "{nothing:?}");
}

/// A device that must not go on under its key joins under a new one, and takes
/// the old one's place by the old key's word.
#[test]
fn a_device_joins_again_in_place_of_what_it_was() {
    for proven in [true, false] {
        let mut world = World::shop(812, 2);
        let old = world.tills[1].key.clone();
        let code = show(&mut world).code;
        let guest = Guest::new(&mut world);
        let (join, exchange) = guest.begin(&mut world, &code);
        let key = join.answered(&code_answer(guest.ask(&mut world, 7, exchange))).unwrap();
        let log = world.tills[1].log;
        let digest = replaces_digest(world.tills[0].shop, log, guest.log);
        let signer = if proven { old } else { guest.key.clone() };
        let signature = ed25519_dalek::Signer::sign(&signer, &digest).to_bytes();
        let replaces = Some(Replaces { log, signature });
        let confirm = CodeConfirm { proof: key.proof, name: "Caja 2".into(), replaces };
        let answer = world.ask_join(0, guest.log, 7, &JoinAsk::Confirm(confirm));
        assert_eq!(is_refused(&answer), !proven);
        world.settle();
        let ended = world.view(0, 1).ended.is_some();
        assert_eq!(ended, proven);
    }
}
