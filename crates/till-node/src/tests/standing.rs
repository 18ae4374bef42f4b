//! Who may do what: roles over time, devices that are gone and found again,
//! suspensions, and the administration that moves. All devices come to the same,
//! whatever they heard first.

use super::world::{RECOVERY, RowsAfter, World};
use super::{put, rename, reprice, sell};
use crate::command::{Command, CommandError, ConflictStatus, Reply};
use till_numbers::HIGH_WATER;
use till_schema::body::{ConflictKind, EndReason, Role};
use till_shop::recovery::{WordLanguage, phrase};

const OWNER: &[Role] = &[Role::Owner, Role::Register];
const MANAGER: &[Role] = &[Role::Manager, Role::Register];
const REGISTER: &[Role] = &[Role::Register];
const FORWARDER: &[Role] = &[Role::Forwarder];

impl World {
    fn name(&self, device: usize) -> String {
        self.tills[device].log.to_string()
    }

    pub(crate) fn set_roles(&mut self, by: usize, of: usize, roles: &[Role]) {
        let (device, roles) = (self.name(of), roles.to_vec());
        self.ask(by, Command::SetRoles { device, roles }).unwrap();
    }

    pub(crate) fn end(&mut self, by: usize, of: usize, reason: EndReason) {
        let device = self.name(of);
        self.ask(by, Command::EndDevice { device, reason }).unwrap();
    }

    pub(crate) fn accept_tail(&mut self, by: usize, of: usize) {
        let device = self.name(of);
        self.ask(by, Command::AcceptTail { device }).unwrap();
    }

    pub(crate) fn suspend(&mut self, by: usize, of: usize) -> Result<Reply, CommandError> {
        let (device, reason) = (self.name(of), "left on the bus".to_owned());
        self.ask(by, Command::Suspend { device, reason })
    }

    pub(crate) fn reinstate(&mut self, by: usize, of: usize) -> Result<Reply, CommandError> {
        let device = self.name(of);
        self.ask(by, Command::Reinstate { device })
    }

    pub(crate) fn move_admin(&mut self, by: usize, to: usize) -> Result<Reply, CommandError> {
        let to = self.name(to);
        self.ask(by, Command::MoveAdmin { to })
    }
}

fn stocked(seed: u64, roles: &[&[Role]]) -> World {
    let mut world = World::shop_of(seed, roles);
    world.ask(0, put("1", 1000, 500)).unwrap();
    world.settle();
    world
}

fn not_allowed(answer: Result<Reply, CommandError>) -> String {
    match answer {
        Err(CommandError::NotAllowed(why)) => why,
        other => panic!("allowed: {other:?}"),
    }
}

// Roles.

#[test]
fn roles_decide_what_a_device_may_do_and_change_where_they_are_heard() {
    let mut world = stocked(700, &[MANAGER, REGISTER]);
    world.ask(1, reprice("1", 1100)).unwrap();
    world.settle();
    world.set_roles(0, 1, FORWARDER);
    world.settle();
    assert_eq!(world.view(2, 1).roles, FORWARDER);
    assert!(not_allowed(world.ask(1, reprice("1", 1200))).contains("role"));
    not_allowed(world.ask(1, sell(1, "1", 1)));
    world.set_roles(0, 1, MANAGER);
    world.settle();
    world.ask(1, reprice("1", 1300)).unwrap();
    world.sold(1, sell(1, "1", 1));
    world.settle();
    world.assert_agree();
    assert_eq!(world.price(2, "1"), 1300);
    assert!(world.conflicts(0).is_empty());
}

#[test]
fn only_the_administering_device_changes_the_shop_and_it_stays_an_owner() {
    let mut world = stocked(701, &[OWNER, REGISTER]);
    let device = world.tills[2].log.to_string();
    let roles = MANAGER.to_vec();
    let why = not_allowed(world.ask(1, Command::SetRoles { device: device.clone(), roles }));
    assert!(why.contains("Caja 1"), "it says where: {why}");
    let reason = EndReason::Lost;
    not_allowed(world.ask(1, Command::EndDevice { device: device.clone(), reason }));
    not_allowed(world.ask(1, Command::AcceptTail { device: device.clone() }));
    not_allowed(world.ask(1, Command::Reinstate { device }));
    not_allowed(world.move_admin(1, 2));
    let me = world.tills[0].log.to_string();
    for roles in [REGISTER.to_vec(), Vec::new()] {
        let refused = world.ask(0, Command::SetRoles { device: me.clone(), roles });
        assert!(matches!(refused, Err(CommandError::Wrong(_))), "{refused:?}");
    }
    let itself = world.ask(0, Command::EndDevice { device: me, reason });
    assert!(matches!(itself, Err(CommandError::Wrong(_))), "{itself:?}");
    let nobody = world.ask(0, Command::EndDevice { device: "Caja 9".to_owned(), reason });
    assert!(matches!(nobody, Err(CommandError::NotFound(_))), "{nobody:?}");
}

/// Device 1 is demoted while it is away; it goes on selling and editing.
fn demoted_while_away(seed: u64) -> World {
    let mut world = stocked(seed, &[MANAGER, REGISTER]);
    world.split(&[&[0, 2]]);
    world.ask(1, reprice("1", 1100)).unwrap();
    for number in 0..3 {
        world.sold(1, sell(number, "1", 1));
    }
    world.set_roles(0, 1, FORWARDER);
    world.settle();
    world
}

#[test]
fn what_a_demoted_device_does_unaware_has_no_effect_but_its_sales_count() {
    let mut world = demoted_while_away(702);
    world.heal();
    world.settle();
    world.assert_agree();
    for device in 0..3 {
        assert_eq!(world.price(device, "1"), 1000, "its change came after the cut");
        assert_eq!(world.orders(device).len(), 3, "goods have left");
        assert_eq!(world.stock(device, "1"), 497);
    }
    let card = world.conflict(2, ConflictKind::Unentitled);
    assert_eq!((card.title.as_str(), card.evidence.len()), ("Caja 2", 4));
    world.assert_everywhere(&card.key, ConflictStatus::Open);
    world.resolve(0, &card.key, crate::command::Choice::Acknowledge).unwrap();
    world.settle();
    world.assert_everywhere(&card.key, ConflictStatus::Closed);
    not_allowed(world.ask(1, sell(9, "1", 1)));
}

/// A device that hears the entries first and the demotion later has to fold
/// again; one that hears them the other way round has not.
#[test]
fn whoever_hears_of_a_demotion_late_folds_again_to_the_same() {
    let mut world = demoted_while_away(703);
    // Device 2 goes between: what it has heard from 1 it applies before it hears
    // of the demotion, which its copy of the founder's log does not have yet.
    let mut late = stocked(703, &[MANAGER, REGISTER]);
    late.split(&[&[1, 2]]);
    late.ask(1, reprice("1", 1100)).unwrap();
    for number in 0..3 {
        late.sold(1, sell(number, "1", 1));
    }
    late.settle();
    late.set_roles(0, 1, FORWARDER);
    assert_eq!(late.price(2, "1"), 1100);
    assert_eq!((world.refolds, late.refolds), (0, 0));
    for world in [&mut world, &mut late] {
        world.heal();
        world.settle();
        world.assert_agree();
    }
    assert!(late.refolds >= 2, "both that had applied them: {}", late.refolds);
    assert_eq!(late.price(2, "1"), 1000);
    assert_eq!(world.refolds, 1, "only the device itself had applied them");
}

/// A device that is about to fold again still hears what others sell meanwhile.
#[test]
fn what_is_pushed_while_a_device_is_about_to_fold_again_is_not_missed() {
    let mut world = stocked(705, &[MANAGER, REGISTER]);
    world.tills.iter_mut().for_each(|till| till.relay = false);
    (0..3).for_each(|device| world.restart(device, RowsAfter::Kept));
    world.settle();
    world.unplug(0, 1);
    // Device 2 applies a change that the founder has not heard of.
    world.tell(1, reprice("1", 1100));
    world.work(1);
    world.deliver(1, 2);
    world.work(2);
    assert_eq!(world.price(2, "1"), 1100);
    let (device, roles) = (world.tills[1].log.to_string(), FORWARDER.to_vec());
    world.tell(0, Command::SetRoles { device, roles });
    world.work(0);
    world.tell(0, sell(1, "1", 1));
    world.work(0);
    // It is about to fold again, but for a sale on its way to the disk.
    world.deliver(0, 2);
    world.tell(2, sell(2, "1", 1));
    world.work(2);
    assert_eq!(world.refolds, 0);
    world.deliver(0, 2);
    world.settle();
    assert!(world.refolds > 0);
    assert_eq!(world.digests(0), world.digests(2));
    assert_eq!(world.orders(2).len(), 2);
}

#[test]
fn a_change_that_a_rightful_one_builds_on_takes_effect_with_it() {
    let mut world = stocked(704, &[MANAGER, MANAGER]);
    // Unaware of its demotion, device 1 sets a price; device 2 sees it and sets
    // the name on top, before either hears of it.
    world.split(&[&[1, 2]]);
    world.ask(1, reprice("1", 1100)).unwrap();
    world.settle();
    world.ask(2, rename("1", "Better")).unwrap();
    world.ask(1, rename("1", "Nobody builds on this")).unwrap();
    world.settle();
    world.set_roles(0, 1, FORWARDER);
    world.heal();
    world.settle();
    world.assert_agree();
    let product = world.product(0, "1");
    assert_eq!((product.price, product.name.as_str()), (1100, "Better"));
}

// The end of a device.

/// T4: a lost till sells twenty more off-line and is found again.
#[test]
fn a_lost_till_that_is_found_again_has_sold_nothing_twice() {
    let mut world = stocked(710, &[MANAGER, REGISTER]);
    for number in 0..5 {
        world.sold(1, sell(number, "1", 1));
    }
    world.settle();
    world.split(&[&[0, 2]]);
    world.end(0, 1, EndReason::Lost);
    world.settle();
    let before = world.audit(0);
    assert_eq!(before.lost["Caja 2"], HIGH_WATER - 5);
    assert!(!before.held.contains_key("Caja 2"));
    for number in 0..20 {
        world.sold(1, sell(100 + number, "1", 1));
        world.sold(2, sell(200 + number, "1", 1));
    }
    world.ask(1, reprice("1", 1500)).unwrap();
    world.settle();
    world.heal();
    world.settle();
    world.assert_agree();
    let found = world.audit(2);
    assert!(found.duplicates.is_empty());
    assert_eq!(found.issued["Caja 2"], 25, "lost numbers are issued ones now");
    assert_eq!(found.lost["Caja 2"], HIGH_WATER - 25);
    assert_eq!(world.price(2, "1"), 1000, "its other entries wait for a person");
    assert_eq!(world.orders(2).len(), 45);
    let card = world.conflict(0, ConflictKind::Unentitled);
    world.accept_tail(0, 1);
    world.settle();
    world.assert_agree();
    assert_eq!(world.price(2, "1"), 1500, "now they count");
    assert!(world.conflicts(2).iter().all(|view| view.key != card.key), "nothing is left to see");
    assert_eq!(world.audit(1).lost["Caja 2"], HIGH_WATER - 25, "its numbers stay lost");
    // It is still out: it joins again to go on.
    not_allowed(world.ask(1, sell(300, "1", 1)));
    assert_eq!(world.view(2, 1).ended, Some(EndReason::Lost));
}

#[test]
fn an_ended_device_that_hears_of_it_stops_and_says_why() {
    let mut world = stocked(711, &[MANAGER]);
    world.end(0, 1, EndReason::Lost);
    world.settle();
    assert!(not_allowed(world.ask(1, sell(1, "1", 1))).contains("join again"));
    let device = world.tills[1].log.to_string();
    let twice = world.ask(0, Command::EndDevice { device, reason: EndReason::Lost });
    assert!(matches!(twice, Err(CommandError::Wrong(_))), "{twice:?}");
}

#[test]
fn a_stolen_device_is_not_spoken_to_and_a_lost_one_may_bring_what_it_has() {
    let mut world = stocked(712, &[MANAGER, MANAGER]);
    world.split(&[]);
    world.sold(1, sell(1, "1", 1));
    world.sold(2, sell(2, "1", 1));
    world.end(0, 1, EndReason::Stolen);
    world.end(0, 2, EndReason::Lost);
    world.heal();
    world.settle();
    assert!(!world.is_up(0, 1) && world.is_up(0, 2));
    let orders: Vec<_> = world.orders(0).iter().map(|view| view.row.order.id).collect();
    // The lost one had no quarrel with the stolen one and brings its sale too.
    assert!(orders.contains(&super::order(2)));
}

#[test]
fn numbers_given_to_a_device_that_was_gone_before_it_took_them_are_lost() {
    let mut world = stocked(713, &[REGISTER, REGISTER]);
    world.crash(1, RowsAfter::Kept);
    let to = world.tills[1].log.to_string();
    world.ask(0, Command::GrantNumbers { space: None, to, count: 60 }).unwrap();
    world.end(0, 1, EndReason::Lost);
    world.settle();
    assert_eq!(world.audit(0).lost["Caja 2"], HIGH_WATER + 60);
    let device = world.tills[1].log.to_string();
    let reference = "report 17".to_owned();
    let command = Command::DeclareLost { space: None, device, reference };
    world.ask(0, command.clone()).unwrap();
    world.settle();
    assert_eq!(world.audit(2).declared_lost, HIGH_WATER);
    let again = world.ask(0, command);
    assert!(matches!(again, Err(CommandError::Wrong(_))), "{again:?}");
    world.start(1);
    world.settle();
    world.assert_agree();
}

// Leaving.

#[test]
fn a_device_that_retires_gives_its_numbers_back_and_writes_no_more() {
    let mut world = stocked(720, &[REGISTER, REGISTER]);
    world.sold(1, sell(1, "1", 1));
    world.settle();
    let before = world.held(0);
    world.ask(1, Command::Retire).unwrap();
    world.settle();
    world.assert_agree();
    assert_eq!(world.held(0), before + HIGH_WATER - 1, "they went to the custodian");
    assert!(world.view(2, 1).retired);
    assert!(world.audit(0).lost.is_empty());
    not_allowed(world.ask(1, sell(2, "1", 1)));
    not_allowed(world.ask(1, reprice("1", 1)));
    assert_eq!(world.audit(0).in_transit, 0);
}

#[test]
fn the_administering_device_and_a_custodian_do_not_just_leave() {
    let mut world = stocked(721, &[OWNER, REGISTER]);
    assert!(not_allowed(world.ask(0, Command::Retire)).contains("administ"));
    world.move_admin(0, 1).unwrap();
    world.settle();
    assert!(not_allowed(world.ask(0, Command::Retire)).contains("series"));
    let to = world.tills[1].log.to_string();
    world.ask(0, Command::MoveCustody { space: None, to }).unwrap();
    world.settle();
    world.ask(0, Command::Retire).unwrap();
    world.settle();
    world.assert_agree();
    assert!(world.view(2, 0).retired);
    world.sold(2, sell(1, "1", 1));
}

// Suspensions.

#[test]
fn any_owner_stops_a_device_and_only_the_administering_one_lifts_it() {
    let mut world = stocked(730, &[OWNER, MANAGER, REGISTER]);
    not_allowed(world.suspend(2, 3));
    world.suspend(1, 2).unwrap();
    world.settle();
    assert!(world.view(3, 2).suspended);
    assert!(!world.is_up(0, 2), "nobody speaks to it");
    not_allowed(world.reinstate(1, 2));
    let itself = world.suspend(1, 1);
    assert!(matches!(itself, Err(CommandError::Wrong(_))), "{itself:?}");
    // Unaware, it sells on and edits.
    world.sold(2, sell(1, "1", 1));
    world.ask(2, reprice("1", 1700)).unwrap();
    world.reinstate(0, 2).unwrap();
    world.settle();
    world.assert_agree();
    assert!(!world.view(2, 2).suspended);
    assert_eq!(world.price(3, "1"), 1700, "as if nothing had been");
    assert!(world.conflicts(0).is_empty(), "{:?}", world.conflicts(0));
}

#[test]
fn entries_after_a_suspension_have_no_effect_while_it_holds() {
    let mut world = stocked(731, &[OWNER, MANAGER, REGISTER]);
    world.split(&[&[0, 1], &[2, 3]]);
    world.ask(2, reprice("1", 1700)).unwrap();
    world.sold(2, sell(1, "1", 1));
    world.settle();
    world.suspend(1, 2).unwrap();
    world.settle();
    // Device 3 brings what it has of 2, and hears of the suspension.
    world.plug(0, 3);
    world.settle();
    let expected = world.digests(0);
    assert_eq!(world.digests(3), expected);
    assert_eq!(world.price(3, "1"), 1000);
    assert_eq!(world.orders(0).len(), 1, "goods have left");
    assert_eq!(world.count_of(0, ConflictKind::Unentitled), 1);
}

#[test]
fn two_owners_that_stop_each_other_are_both_stopped_whoever_is_heard_first() {
    let mut world = stocked(732, &[OWNER, OWNER, REGISTER]);
    world.split(&[&[0, 1], &[2, 3]]);
    world.suspend(1, 2).unwrap();
    world.suspend(2, 1).unwrap();
    world.settle();
    assert!(world.view(0, 2).suspended && !world.view(0, 1).suspended);
    assert!(world.view(3, 1).suspended && !world.view(3, 2).suspended);
    world.plug(0, 3);
    world.settle();
    for device in [0, 3] {
        assert!(world.view(device, 1).suspended && world.view(device, 2).suspended);
    }
    assert_eq!(world.digests(0), world.digests(3));
    world.reinstate(0, 1).unwrap();
    world.reinstate(0, 2).unwrap();
    world.heal();
    world.settle();
    world.assert_agree();
    world.sold(1, sell(1, "1", 1));
    world.sold(2, sell(2, "1", 1));
}

// The administration moves.

#[test]
fn the_administration_moves_once_it_is_accepted() {
    let mut world = stocked(740, &[MANAGER, REGISTER]);
    world.split(&[&[0, 2]]);
    world.move_admin(0, 1).unwrap();
    world.settle();
    // On its way nobody has it.
    not_allowed(world.move_admin(0, 2));
    let (device, roles) = (world.tills[2].log.to_string(), MANAGER.to_vec());
    not_allowed(world.ask(0, Command::SetRoles { device, roles }));
    world.heal();
    world.settle();
    assert!(world.view(2, 1).admin);
    assert!(world.view(2, 1).roles.contains(&Role::Owner), "it became an owner for it");
    world.set_roles(1, 2, MANAGER);
    world.settle();
    world.assert_agree();
    not_allowed(world.ask(0, Command::Invite { roles: REGISTER.to_vec() }));
    // A newcomer is let in by the new one, and learns all from it.
    world.inviter = 1;
    let newcomer = world.join(REGISTER);
    world.plug(1, newcomer);
    world.settle();
    world.assert_agree();
    assert_eq!(world.view(newcomer, newcomer).name, "Caja 4");
}

#[test]
fn the_administration_moves_on_and_comes_back() {
    let mut world = stocked(741, &[OWNER, OWNER]);
    for (from, to) in [(0, 1), (1, 2), (2, 0)] {
        world.move_admin(from, to).unwrap();
        world.settle();
        assert!(world.view(1, to).admin);
        world.assert_agree();
    }
    world.set_roles(0, 1, REGISTER);
    world.settle();
    assert_eq!(world.view(2, 1).roles, REGISTER);
}

#[test]
fn an_administration_on_its_way_survives_a_restart_of_its_receiver() {
    for rows in [RowsAfter::Kept, RowsAfter::Checkpoint, RowsAfter::Lost] {
        let mut world = stocked(742, &[OWNER]);
        world.checkpoint(1);
        world.tills[1].refusals = 1;
        world.move_admin(0, 1).unwrap();
        world.run_for(100);
        world.restart(1, rows);
        world.settle();
        assert!(world.view(0, 1).admin, "{rows:?}");
        world.assert_agree();
    }
}

// Recovery.

fn words() -> String {
    phrase(&RECOVERY, WordLanguage::Spanish)
}

#[test]
fn whoever_has_the_words_goes_on_when_the_administering_device_is_gone_for_good() {
    let mut world = stocked(750, &[REGISTER, REGISTER]);
    for number in 0..4 {
        world.sold(1 + number as usize % 2, sell(number, "1", 1));
    }
    world.settle();
    world.crash(0, RowsAfter::Lost);
    world.ask(1, Command::Recover { words: words() }).unwrap();
    world.settle();
    assert!(world.view(2, 1).admin);
    assert!(world.view(2, 1).roles.contains(&Role::Owner));
    world.end(1, 0, EndReason::Lost);
    world.inviter = 1;
    let newcomer = world.join(REGISTER);
    world.plug(1, newcomer);
    world.plug(2, newcomer);
    world.settle();
    assert_eq!(world.digests(newcomer), world.digests(2), "it has everything");
    assert_eq!(world.orders(newcomer).len(), 4);
    // The custodian is gone: the others give from what they have above a week.
    for peer in [1, 2] {
        let to = world.tills[newcomer].log.to_string();
        world.ask(peer, Command::GrantNumbers { space: None, to, count: 100 }).unwrap();
    }
    world.settle();
    world.sold(newcomer, sell(90, "1", 1));
    world.settle();
    assert_eq!(world.digests(newcomer), world.digests(2));
    let audit = world.audit(2);
    assert!(audit.balances(), "{audit:#?}");
}

#[test]
fn a_newcomer_gets_numbers_from_a_peer_that_has_more_than_it_needs() {
    let mut world = World::found(751, (1, 20_000));
    world.join(REGISTER);
    world.join(REGISTER);
    world.heal();
    world.ask(0, put("1", 1000, 100)).unwrap();
    world.settle();
    let to = world.tills[1].log.to_string();
    world.ask(0, Command::GrantNumbers { space: None, to, count: 5_000 }).unwrap();
    world.settle();
    world.crash(0, RowsAfter::Lost);
    world.ask(1, Command::Recover { words: words() }).unwrap();
    world.inviter = 1;
    let newcomer = world.join(REGISTER);
    world.plug(2, newcomer);
    world.plug(1, newcomer);
    world.settle();
    assert!(world.held(newcomer) >= HIGH_WATER / 2, "{}", world.held(newcomer));
    world.sold(newcomer, sell(1, "1", 1));
}

#[test]
fn wrong_words_and_words_of_another_shop_recover_nothing() {
    let mut world = stocked(752, &[REGISTER]);
    let other = phrase(&[9; 16], WordLanguage::English);
    for words in ["abaco", "", other.as_str()] {
        let refused = world.ask(1, Command::Recover { words: words.to_owned() });
        assert!(matches!(refused, Err(CommandError::Wrong(_))), "{refused:?}");
    }
    let by_itself = world.ask(0, Command::Recover { words: words() });
    assert!(matches!(by_itself, Err(CommandError::Wrong(_))), "{by_itself:?}");
    assert!(world.view(1, 0).admin);
}

#[test]
fn a_thief_with_the_administering_device_is_overruled() {
    let mut world = stocked(753, &[REGISTER, REGISTER]);
    world.split(&[&[1, 2]]);
    // The thief lets a device of its own in, and gives itself numbers.
    let accomplice = world.join(MANAGER);
    world.plug(0, accomplice);
    world.settle();
    world.ask(accomplice, reprice("1", 1)).unwrap();
    world.sold(accomplice, sell(66, "1", 1));
    world.end(0, 2, EndReason::Stolen);
    world.settle();
    world.ask(1, Command::Recover { words: words() }).unwrap();
    world.end(1, 0, EndReason::Stolen);
    world.settle();
    world.plug(2, accomplice);
    world.plug(1, 0);
    world.settle();
    assert!(!world.is_up(2, accomplice) && !world.is_up(1, 0), "nobody speaks to them");
    for device in [1, 2] {
        assert_eq!(world.price(device, "1"), 1000);
        assert!(world.view(device, 1).admin);
        assert_eq!(world.view(device, 2).ended, None, "what the thief ended goes on");
        world.sold(device, sell(device as u32, "1", 1));
    }
    world.settle();
    assert_eq!(world.digests(1), world.digests(2));
}

#[test]
fn what_the_old_administration_wrote_before_it_heard_is_taken_back_everywhere() {
    let mut world = stocked(754, &[MANAGER, REGISTER]);
    // Device 2 hears of what the old administration does; device 1 does not.
    world.split(&[&[0, 2]]);
    world.set_roles(0, 2, OWNER);
    world.settle();
    assert_eq!(world.view(2, 2).roles, OWNER);
    world.ask(1, Command::Recover { words: words() }).unwrap();
    world.heal();
    world.settle();
    world.assert_agree();
    for device in 0..3 {
        assert_eq!(world.view(device, 2).roles, REGISTER);
        assert!(world.view(device, 1).admin);
    }
    assert!(world.refolds > 0);
}

#[test]
fn two_recoveries_apart_leave_one_administration_and_a_conflict() {
    let mut world = stocked(755, &[REGISTER, REGISTER]);
    world.split(&[]);
    world.ask(1, Command::Recover { words: words() }).unwrap();
    world.ask(2, Command::Recover { words: words() }).unwrap();
    world.heal();
    world.settle();
    world.assert_agree();
    let card = world.conflict(0, ConflictKind::AdminFork);
    assert_eq!(card.evidence.len(), 2);
    let admins: Vec<usize> = (1..3).filter(|device| world.view(0, *device).admin).collect();
    assert_eq!(admins.len(), 1);
    let admin = admins[0];
    world.set_roles(admin, 0, MANAGER);
    world.settle();
    world.assert_agree();
}

#[test]
fn a_crossing_demotion_and_move_come_out_the_same_everywhere() {
    let mut world = stocked(756, &[OWNER, MANAGER, REGISTER]);
    world.split(&[&[0, 2], &[1, 3]]);
    // Device 1 suspends 2 while the administration on its way to 1 demotes 3.
    world.set_roles(0, 3, FORWARDER);
    world.move_admin(0, 1).unwrap();
    world.suspend(1, 2).unwrap();
    world.ask(3, reprice("1", 1300)).unwrap();
    world.ask(2, reprice("1", 1400)).unwrap();
    world.settle();
    world.heal();
    world.settle();
    world.reinstate(1, 2).unwrap();
    world.heal();
    world.settle();
    world.assert_agree();
    assert_eq!(world.price(0, "1"), 1400, "3 was demoted before its change, 2 is reinstated");
}
