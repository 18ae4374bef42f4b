//! The people of a shop: PINs, sessions, rights, a second person's word, and
//! whose names stand in the entries.

use super::world::{RowsAfter, World};
use super::{order, put, rename, reprice, sell};
use crate::command::{Acting, Command, CommandError, Reply, SessionView, Token, UserDraft};
use crate::limits::{APPROVAL_LIFE_MS, APPROVALS_MAX, SESSION_IDLE_MS, SESSIONS_MAX};
use till_schema::UserId;
use till_schema::body::{Body, ConflictKind, Right, Role, StockReason, UserRole, UserSet};
use till_schema::entry::Header;
use till_shop::users;

const MANAGER: &[Role] = &[Role::Manager, Role::Register];

fn person(name: &str, role: UserRole, pin: &str) -> UserDraft {
    UserDraft {
        name: name.to_owned(),
        role: Some(role),
        pin: Some(pin.to_owned()),
        ..UserDraft::default()
    }
}

fn change(name: &str) -> UserDraft {
    UserDraft { name: name.to_owned(), ..UserDraft::default() }
}

impl World {
    fn set_user(&mut self, device: usize, draft: UserDraft) -> Result<Reply, CommandError> {
        self.ask(device, Command::SetUser(draft))
    }

    fn log_in(&mut self, device: usize, name: &str, pin: &str) -> Result<Token, CommandError> {
        let (name, pin) = (name.to_owned(), pin.to_owned());
        session(self.ask(device, Command::Login { name, pin })?)
    }

    fn approve(&mut self, device: usize, name: &str, pin: &str) -> Result<Token, CommandError> {
        let (name, pin) = (name.to_owned(), pin.to_owned());
        session(self.ask(device, Command::Approve { name, pin })?)
    }

    /// From here on this person acts on the device.
    fn acts(&mut self, device: usize, name: &str, pin: &str) {
        let session = Some(self.log_in(device, name, pin).unwrap());
        self.tills[device].acting = Acting { session, approval: None };
    }

    fn nobody_acts(&mut self, device: usize) {
        self.tills[device].acting = Acting::default();
    }

    fn with_approval(
        &mut self,
        device: usize,
        approval: Token,
        command: Command,
    ) -> Result<Reply, CommandError> {
        self.tills[device].acting.approval = Some(approval);
        let answer = self.ask(device, command);
        self.tills[device].acting.approval = None;
        answer
    }

    fn person(&self, device: usize, name: &str) -> UserSet {
        users::by_name(&self.tills[device].rows, name).expect("known")
    }

    fn who(&self, device: usize, name: &str) -> Option<UserId> {
        Some(self.person(device, name).user)
    }

    /// Headers of a device's own entries with a body of some sort.
    fn headers(&self, device: usize, wanted: impl Fn(&Body) -> bool) -> Vec<Header> {
        let frames = self.tills[device].stored(self.tills[device].log);
        let entries = frames.iter().flat_map(|frame| frame.entries());
        let wanted = entries.filter(|entry| entry.body.as_ref().is_some_and(&wanted));
        wanted.map(|entry| entry.header.clone()).collect()
    }
}

fn session(reply: Reply) -> Result<Token, CommandError> {
    match reply {
        Reply::Session(SessionView { token: Some(token), .. }) => Ok(token),
        other => panic!("no session: {other:?}"),
    }
}

fn is_login(answer: &Result<Reply, CommandError>) -> bool {
    matches!(answer, Err(CommandError::Login(_)))
}

fn is_forbidden(answer: &Result<Reply, CommandError>) -> bool {
    matches!(answer, Err(CommandError::NotAllowed(_)))
}

/// A shop with an owner, a manager and a cashier. Nobody acts.
fn staffed(seed: u64) -> World {
    let mut world = World::shop_of(seed, &[MANAGER, &[Role::Register]]);
    world.ask(0, put("1", 10_000, 500)).unwrap();
    world.set_user(0, person("Olga", UserRole::Owner, "1111")).unwrap();
    world.acts(0, "Olga", "1111");
    world.set_user(0, person("Mario", UserRole::Manager, "2222")).unwrap();
    world.set_user(0, person("Carla", UserRole::Cashier, "3333")).unwrap();
    world.nobody_acts(0);
    world.settle();
    world
}

#[test]
fn a_shop_without_people_needs_no_login_and_its_first_person_is_an_owner() {
    let mut world = World::found(900, (1, 100));
    world.ask(0, put("1", 1000, 5)).unwrap();
    world.sold(0, sell(1, "1", 1));
    for role in [UserRole::Cashier, UserRole::Manager] {
        let refused = world.set_user(0, person("Carla", role, "3333"));
        assert!(matches!(refused, Err(CommandError::Wrong(_))), "{refused:?}");
    }
    let inactive = UserDraft { active: Some(false), ..person("Olga", UserRole::Owner, "1111") };
    assert!(matches!(world.set_user(0, inactive), Err(CommandError::Wrong(_))));
    let powerless =
        UserDraft { deny: vec![Right::ManageUsers], ..person("Olga", UserRole::Owner, "1111") };
    assert!(matches!(world.set_user(0, powerless), Err(CommandError::Wrong(_))));
    world.set_user(0, person("Olga", UserRole::Owner, "1111")).unwrap();
    let stranger = world.ask(0, sell(2, "1", 1));
    assert!(is_login(&stranger), "{stranger:?}");
    // Reading needs nobody.
    assert!(matches!(world.ask(0, Command::Totals), Ok(Reply::Totals(_))));
}

#[test]
fn the_person_who_acts_is_in_every_entry_of_a_command() {
    let mut world = staffed(901);
    world.acts(0, "Olga", "1111");
    let before = world.headers(0, |_| true).len();
    world.sold(0, sell(1, "1", 1));
    world.ask(0, reprice("1", 9_000)).unwrap();
    world.ask(0, rename("1", "Coffee")).unwrap();
    world.ask(0, put("2", 500, 3)).unwrap();
    world.ask(0, Command::PutCustomers(vec![super::customer("Ana", "900")])).unwrap();
    let (reason, note) = (StockReason::Receive, String::new());
    let moves = vec![("1".to_owned(), till_schema::Quantity::units(5))];
    world.ask(0, Command::MoveStock { reason, moves, note }).unwrap();
    let to = world.tills[1].log.to_string();
    world.ask(0, Command::GrantNumbers { space: None, to, count: 5 }).unwrap();
    let (count, reason) = (2, "test".to_owned());
    world.ask(0, Command::VoidNumbers { space: None, count, reason }).unwrap();
    world.set_user(0, change("Mario")).unwrap();
    let (device, roles) = (world.tills[2].log.to_string(), MANAGER.to_vec());
    world.ask(0, Command::SetRoles { device, roles }).unwrap();
    let headers = world.headers(0, |_| true);
    let olga = world.who(0, "Olga");
    assert!(headers.len() >= before + 10);
    for header in &headers[before..] {
        assert_eq!((header.user, header.approver), (olga, None), "{:?}", header.kind);
    }
    world.settle();
    world.assert_agree();
}

#[test]
fn what_a_device_does_by_itself_carries_no_name() {
    let mut world = staffed(902);
    world.acts(1, "Carla", "3333");
    world.sold(1, sell(1, "1", 1));
    world.settle();
    let by_itself = |body: &Body| matches!(body, Body::Accept(_) | Body::FiscalReceipt(_));
    for device in 0..3 {
        for header in world.headers(device, by_itself) {
            assert_eq!((header.user, header.approver), (None, None));
        }
    }
    assert!(!world.headers(1, |body| matches!(body, Body::Accept(_))).is_empty());
    let sales = world.headers(1, |body| matches!(body, Body::SaleCommitted(_)));
    assert_eq!(sales[0].user, world.who(1, "Carla"));
    // The custodian's grants go to devices, whoever is logged in there.
    world.acts(0, "Olga", "1111");
    let granted = |body: &Body| matches!(body, Body::Cede(_));
    assert!(world.headers(0, granted).iter().all(|header| header.user.is_none()));
}

#[test]
fn rights_decide_what_a_person_may_do() {
    let mut world = staffed(903);
    world.acts(0, "Carla", "3333");
    world.sold(0, sell(1, "1", 1));
    let me = world.tills[1].log.to_string();
    let forbidden = [
        reprice("1", 1),
        put("9", 1, 1),
        Command::InviteCode { roles: MANAGER.to_vec() },
        Command::Invite { roles: MANAGER.to_vec() },
        Command::SetRoles { device: me.clone(), roles: MANAGER.to_vec() },
        Command::Suspend { device: me.clone(), reason: "x".to_owned() },
        Command::GrantNumbers { space: None, to: me.clone(), count: 1 },
        Command::VoidNumbers { space: None, count: 1, reason: "x".to_owned() },
        Command::MoveAdmin { to: me },
        Command::Retire,
        Command::ConfirmClock,
        Command::SetUser(person("Carla II", UserRole::Owner, "4444")),
    ];
    for command in forbidden {
        let name = format!("{command:?}");
        let answer = world.ask(0, command);
        assert!(is_forbidden(&answer), "{name}: {answer:?}");
    }
    world.acts(0, "Olga", "1111");
    let allowed = UserDraft { allow: vec![Right::EditProducts], ..change("carla") };
    world.set_user(0, allowed).unwrap();
    world.acts(0, "Carla", "3333");
    world.ask(0, reprice("1", 9_000)).unwrap();
    world.acts(0, "Olga", "1111");
    world.set_user(0, UserDraft { deny: vec![Right::Sell], ..change("Carla") }).unwrap();
    world.acts(0, "Carla", "3333");
    assert!(is_forbidden(&world.ask(0, sell(2, "1", 1))));
}

fn with_price(number: u32, unit_price: Option<i64>, discount: i64) -> Command {
    let Command::Sell(mut cart) = sell(number, "1", 2) else { unreachable!() };
    (cart.lines[0].unit_price, cart.lines[0].discount) = (unit_price, discount);
    Command::Sell(cart)
}

#[test]
fn a_discount_has_a_limit_and_another_price_needs_a_right() {
    let mut world = staffed(904);
    world.acts(0, "Olga", "1111");
    let limit = UserDraft {
        allow: vec![Right::Discount],
        discount_limit_bp: Some(1_000),
        ..change("Carla")
    };
    world.set_user(0, limit).unwrap();
    world.acts(0, "Carla", "3333");
    // Two pieces of 10 000: a tenth is 2 000.
    world.sold(0, with_price(1, None, 2_000));
    assert!(is_forbidden(&world.ask(0, with_price(2, None, 2_001))));
    world.sold(0, with_price(3, Some(10_000), 0));
    assert!(is_forbidden(&world.ask(0, with_price(4, Some(9_999), 0))));
    assert!(is_forbidden(&world.ask(0, with_price(5, Some(10_001), 0))));
    // Not as a discount of a price that was raised before.
    assert!(is_forbidden(&world.ask(0, with_price(6, Some(1_000_000), 2_000))));
    assert_eq!(world.orders(0).len(), 2);
}

#[test]
fn another_persons_word_is_recorded_beside_the_first_ones_name() {
    let mut world = staffed(905);
    world.acts(1, "Carla", "3333");
    assert!(is_forbidden(&world.ask(1, with_price(1, Some(8_000), 0))));
    let approval = world.approve(1, "Mario", "2222").unwrap();
    world.with_approval(1, approval, with_price(1, Some(8_000), 0)).unwrap();
    let sales = world.headers(1, |body| matches!(body, Body::SaleCommitted(_)));
    let (carla, mario) = (world.who(1, "Carla"), world.who(1, "Mario"));
    assert_eq!((sales[0].user, sales[0].approver), (carla, mario));
    // Once.
    let again = world.with_approval(1, approval, with_price(2, Some(8_000), 0));
    assert!(is_forbidden(&again), "{again:?}");
    // What needs no word does not use it up, and carries no second name.
    let approval = world.approve(1, "Mario", "2222").unwrap();
    world.with_approval(1, approval, sell(3, "1", 1)).unwrap();
    world.with_approval(1, approval, with_price(4, Some(8_000), 0)).unwrap();
    let sales = world.headers(1, |body| matches!(body, Body::SaleCommitted(_)));
    assert_eq!((sales[1].user, sales[1].approver), (carla, None));
    assert_eq!((sales[2].user, sales[2].approver), (carla, mario));
    world.settle();
    world.assert_agree();
}

#[test]
fn a_word_holds_for_a_minute_and_is_worth_what_its_giver_may_do() {
    let mut world = staffed(906);
    world.acts(1, "Carla", "3333");
    let late = world.approve(1, "Mario", "2222").unwrap();
    world.run_for(APPROVAL_LIFE_MS);
    assert!(is_forbidden(&world.with_approval(1, late, with_price(1, Some(1), 0))));
    let own = world.approve(1, "Carla", "3333").unwrap();
    assert!(is_forbidden(&world.with_approval(1, own, with_price(2, Some(1), 0))));
    // Managers do not manage people.
    let word = world.approve(1, "Mario", "2222").unwrap();
    let draft = person("Nora", UserRole::Cashier, "5555");
    let answer = world.with_approval(1, word, Command::SetUser(draft.clone()));
    assert!(is_forbidden(&answer), "{answer:?}");
    let word = world.approve(1, "Olga", "1111").unwrap();
    world.with_approval(1, word, Command::SetUser(draft)).unwrap();
    // A word alone, with nobody to act, is not enough.
    let word = world.approve(1, "Olga", "1111").unwrap();
    world.nobody_acts(1);
    assert!(is_login(&world.with_approval(1, word, sell(3, "1", 1))));
    let made_up = Token([7; 16]);
    world.acts(1, "Carla", "3333");
    assert!(is_forbidden(&world.with_approval(1, made_up, with_price(4, Some(1), 0))));
}

#[test]
fn a_wrong_pin_slows_down_and_a_restart_forgives_nothing() {
    let mut world = staffed(907);
    for _ in 0..=users::FREE_TRIES {
        assert!(matches!(world.log_in(1, "Carla", "0000"), Err(CommandError::Login(_))));
    }
    let Err(CommandError::Login(why)) = world.log_in(1, "Carla", "3333") else { panic!() };
    assert!(why.contains("wait"), "{why}");
    let approves = world.approve(1, "Carla", "3333");
    assert!(matches!(approves, Err(CommandError::Login(_))), "the same PIN, the same wait");
    world.log_in(1, "Mario", "2222").unwrap();
    world.restart(1, RowsAfter::Kept);
    assert!(world.log_in(1, "Carla", "3333").is_err(), "starting again forgives nothing");
    world.refold(1);
    assert!(world.log_in(1, "Carla", "3333").is_err(), "nor does folding again");
    world.run_for(users::WAIT_MS_MIN as u64 + 1000);
    world.log_in(1, "Carla", "3333").unwrap();
    // A right one starts over.
    assert!(world.log_in(1, "Carla", "0000").is_err());
    world.log_in(1, "Carla", "3333").unwrap();
    // Tries are counted where they are made.
    world.settle();
    world.assert_agree();
}

#[test]
fn unknown_names_and_wrong_pins_are_answered_alike() {
    let mut world = staffed(908);
    let unknown = world.log_in(1, "Nobody", "3333").unwrap_err();
    let wrong = world.log_in(1, "Carla", "0000").unwrap_err();
    assert_eq!(unknown, wrong);
    world.log_in(1, " CARLA ", "3333").unwrap();
}

#[test]
fn a_session_without_calls_ends_and_one_with_calls_goes_on() {
    let mut world = staffed(909);
    world.acts(1, "Carla", "3333");
    for number in 0..3 {
        world.run_for(SESSION_IDLE_MS - 1_000);
        world.sold(1, sell(number, "1", 1));
    }
    world.run_for(SESSION_IDLE_MS);
    assert!(is_login(&world.ask(1, sell(9, "1", 1))));
    let Ok(Reply::Session(view)) = world.ask(1, Command::Session) else { panic!() };
    assert_eq!((view.token, view.name, view.login_needed), (None, None, true));
    world.acts(1, "Carla", "3333");
    let Ok(Reply::Session(view)) = world.ask(1, Command::Session) else { panic!() };
    assert_eq!(view.name.as_deref(), Some("Carla"));
    world.ask(1, Command::Logout).unwrap();
    assert!(is_login(&world.ask(1, sell(10, "1", 1))));
    // And none outlives its run.
    world.acts(1, "Carla", "3333");
    world.restart(1, RowsAfter::Kept);
    assert!(is_login(&world.ask(1, sell(11, "1", 1))));
}

#[test]
fn sessions_and_words_are_bounded() {
    let mut world = staffed(910);
    // Cheap hashes: this is about bounds.
    let mut user = world.person(0, "Carla");
    user.pin_hash = CHEAP_HASH.to_owned();
    world.acts(0, "Olga", "1111");
    let first = world.tills[0].acting;
    let rows = &mut world.tills[0].rows;
    let entry = till_schema::rows::EntryRef {
        log: till_schema::LogId([1; 32]),
        seq: till_schema::Seq(1),
        hash: till_schema::EntryHash([1; 32]),
        wall_ms: i64::MAX,
    };
    users::apply(rows, &entry, |_| true, &user);
    for _ in 0..SESSIONS_MAX {
        world.log_in(0, "Carla", "3333").unwrap();
    }
    world.tills[0].acting = first;
    assert!(is_login(&world.ask(0, sell(1, "1", 1))), "the one that was idle longest");
    for _ in 0..APPROVALS_MAX {
        world.approve(0, "Carla", "3333").unwrap();
    }
    assert_eq!(world.approve(0, "Carla", "3333"), Err(CommandError::Busy));
    world.run_for(APPROVAL_LIFE_MS);
    world.approve(0, "Carla", "3333").unwrap();
}

/// Of the PIN 3333, with 8 KiB and one pass.
const CHEAP_HASH: &str = "$argon2id$v=19$m=8,t=1,p=1$BwcHBwcHBwcHBwcHBwcHBw$w/TUHx4uufCObO8YQ24tIqY\
                          +3dYdCiK2ztI0vhyNiuk";

#[test]
fn who_is_shut_out_is_out_at_once_and_the_last_owner_cannot_be() {
    let mut world = staffed(911);
    world.acts(1, "Carla", "3333");
    world.sold(1, sell(1, "1", 1));
    world.acts(0, "Olga", "1111");
    world.set_user(0, UserDraft { active: Some(false), ..change("Carla") }).unwrap();
    world.sold(1, sell(2, "1", 1));
    world.settle();
    assert!(is_login(&world.ask(1, sell(3, "1", 1))), "as soon as the device hears of it");
    assert!(world.log_in(1, "Carla", "3333").is_err());
    assert!(world.log_in(2, "Carla", "3333").is_err());
    for draft in [
        UserDraft { active: Some(false), ..change("Olga") },
        UserDraft { role: Some(UserRole::Cashier), ..change("Olga") },
        UserDraft { deny: vec![Right::ManageUsers], ..change("Olga") },
    ] {
        let refused = world.set_user(0, draft);
        assert!(matches!(refused, Err(CommandError::Wrong(_))), "{refused:?}");
    }
    world.set_user(0, person("Otto", UserRole::Owner, "6666")).unwrap();
    world.set_user(0, UserDraft { active: Some(false), ..change("Olga") }).unwrap();
    world.settle();
    world.assert_agree();
}

#[test]
fn people_made_on_one_device_work_on_all_without_it() {
    let mut world = staffed(912);
    world.split(&[]);
    for (device, name, pin) in [(1, "Carla", "3333"), (2, "Mario", "2222")] {
        world.acts(device, name, pin);
        world.sold(device, sell(device as u32, "1", 1));
    }
    // One who is made on an island is there once they meet.
    world.acts(2, "Olga", "1111");
    let refused = world.set_user(2, person("Nora", UserRole::Cashier, "5555"));
    assert!(is_forbidden(&refused), "a register changes no people: {refused:?}");
    world.acts(1, "Olga", "1111");
    world.set_user(1, person("Nora", UserRole::Cashier, "5555")).unwrap();
    assert!(world.log_in(2, "Nora", "5555").is_err());
    world.heal();
    world.settle();
    world.log_in(2, "Nora", "5555").unwrap();
    world.assert_agree();
}

#[test]
fn a_person_changed_on_two_devices_apart_is_the_same_on_all() {
    let mut world = staffed(913);
    world.split(&[&[0], &[1, 2]]);
    world.acts(0, "Olga", "1111");
    world.acts(1, "Olga", "1111");
    world.set_user(0, UserDraft { active: Some(false), ..change("Carla") }).unwrap();
    let draft = UserDraft { pin: Some("7777".to_owned()), ..change("Carla") };
    world.set_user(1, draft).unwrap();
    world.log_in(2, "Carla", "3333").unwrap();
    world.settle();
    world.heal();
    world.settle();
    world.assert_agree();
    // Shutting out is the safer mistake.
    for device in 0..3 {
        assert!(world.log_in(device, "Carla", "7777").is_err());
        assert!(!world.person(device, "Carla").active);
    }
    let Ok(Reply::Users(views)) = world.ask(2, Command::Users) else { panic!() };
    let carla = views.iter().find(|view| view.user.name == "Carla").unwrap();
    assert_eq!(carla.versions, 2, "people see that there are two");
    world.set_user(0, UserDraft { active: Some(true), ..change("Carla") }).unwrap();
    world.settle();
    assert!(world.person(2, "Carla").active);
    world.assert_agree();
}

#[test]
fn names_are_one_persons_and_pins_are_digits() {
    let mut world = staffed(914);
    world.acts(0, "Olga", "1111");
    let wrong = [
        UserDraft { rename: Some("mario".to_owned()), ..change("Carla") },
        UserDraft { rename: Some("  ".to_owned()), ..change("Carla") },
        UserDraft { pin: Some("12".to_owned()), ..change("Carla") },
        UserDraft { pin: Some("abcd".to_owned()), ..change("Carla") },
        UserDraft { discount_limit_bp: Some(10_001), ..change("Carla") },
        change("Nobody"),
        UserDraft { role: Some(UserRole::Cashier), ..change("Nobody") },
    ];
    for draft in wrong {
        let text = format!("{draft:?}");
        let answer = world.set_user(0, draft);
        assert!(matches!(answer, Err(CommandError::Wrong(_))), "{text}: {answer:?}");
    }
    world.set_user(0, UserDraft { rename: Some("Carlota".to_owned()), ..change("Carla") }).unwrap();
    world.log_in(0, "Carlota", "3333").unwrap();
}

/// A demoted device's word about people counts no more.
#[test]
fn people_changed_by_a_device_without_the_right_to_it_stay_as_they_are() {
    let mut world = staffed(915);
    world.split(&[&[0, 2]]);
    world.acts(1, "Olga", "1111");
    world.set_user(1, UserDraft { active: Some(false), ..change("Mario") }).unwrap();
    world.acts(0, "Olga", "1111");
    let (device, roles) = (world.tills[1].log.to_string(), vec![Role::Register]);
    world.ask(0, Command::SetRoles { device, roles }).unwrap();
    world.heal();
    world.settle();
    world.assert_agree();
    assert!(world.person(1, "Mario").active);
    assert_eq!(world.count_of(2, ConflictKind::Unentitled), 1);
}

#[test]
fn an_order_once_sold_is_answered_again_to_whoever_may_sell() {
    let mut world = staffed(916);
    world.acts(1, "Carla", "3333");
    let first = world.sold(1, sell(1, "1", 1));
    world.acts(1, "Mario", "2222");
    let again = world.sold(1, sell(1, "1", 1));
    assert_eq!((again.label, again.repeated), (first.label, true));
    assert_eq!(world.orders(1)[0].row.order.id, order(1));
    let sales = world.headers(1, |body| matches!(body, Body::SaleCommitted(_)));
    assert_eq!(sales.len(), 1);
}
