//! Products and customers as forms and imports write them.

use super::world::World;
use super::{customer, product, put};
use crate::command::{Command, CommandError, CustomerDraft, ProductChange, Reply, Written};

fn written(world: &mut World, command: Command) -> Written {
    match world.ask(0, command) {
        Ok(Reply::Written(written)) => written,
        other => panic!("{other:?}"),
    }
}

fn counts(created: usize, changed: usize, unchanged: usize) -> Written {
    Written { created, changed, unchanged }
}

#[test]
fn a_second_import_changes_what_differs_and_nothing_else() {
    let mut world = World::found(100, (1, 100));
    let drafts: Vec<_> = (0..150).map(|n| product(&format!("p{n}"), 500, 2)).collect();
    assert_eq!(written(&mut world, Command::PutProducts(drafts.clone())), counts(150, 0, 0));
    let before = world.digests(0);
    assert_eq!(written(&mut world, Command::PutProducts(drafts.clone())), counts(0, 0, 150));
    assert_eq!(world.digests(0), before, "an import of the same writes nothing");
    let mut dearer = drafts;
    dearer[7].price = 600;
    assert_eq!(written(&mut world, Command::PutProducts(dearer)), counts(0, 1, 149));
    assert_eq!((world.price(0, "p7"), world.stock(0, "p7")), (600, 2));
}

#[test]
fn a_code_that_comes_twice_in_one_import_is_one_product() {
    let mut world = World::found(101, (1, 100));
    let twice = vec![product("1", 500, 0), product("1", 700, 0)];
    written(&mut world, Command::PutProducts(twice));
    assert_eq!(world.price(0, "1"), 700, "the last line counts");
    assert_eq!(world.node(0).all_products(&world.tills[0].rows).len(), 1);
    assert!(world.conflicts(0).is_empty());
}

#[test]
fn customers_without_an_identity_stay_apart() {
    let mut world = World::found(102, (1, 100));
    let nameless = |name: &str| CustomerDraft { name: name.to_owned(), ..CustomerDraft::default() };
    let drafts =
        vec![nameless("Ana"), nameless("Luis"), customer("Eva", "111"), customer("Eva", "111")];
    assert_eq!(written(&mut world, Command::PutCustomers(drafts)), counts(4, 0, 0));
    let rows = crate::customers(&world.tills[0].rows, "", 10);
    let names: Vec<_> = rows.iter().map(|row| row.name.as_str()).collect();
    assert_eq!(names, ["Ana", "Eva", "Luis"]);
}

#[test]
fn archived_products_leave_the_shelf_and_come_back() {
    let mut world = World::found(103, (1, 100));
    world.ask(0, put("1", 500, 1)).unwrap();
    let archive = |archived| {
        let change = ProductChange { archived: Some(archived), ..ProductChange::default() };
        Command::EditProduct { code: "1".to_owned(), change }
    };
    world.ask(0, archive(true)).unwrap();
    assert!(world.node(0).all_products(&world.tills[0].rows).is_empty());
    world.ask(0, archive(false)).unwrap();
    assert_eq!(world.node(0).all_products(&world.tills[0].rows).len(), 1);
}

#[test]
fn wrong_records_are_named_and_nothing_of_the_import_is_written() {
    let mut world = World::found(104, (1, 100));
    let before = world.digests(0);
    let mut free = product("2", -1, 0);
    free.name = "Gratis".to_owned();
    let bad = [
        Command::PutProducts(Vec::new()),
        Command::PutProducts(vec![product("1", 1, 0), product(" ", 1, 0)]),
        Command::PutProducts(vec![product("1", 1, 0), free]),
        Command::PutCustomers(vec![customer("Ana", "111"), customer(" ", "222")]),
    ];
    for command in bad {
        assert!(matches!(world.ask(0, command), Err(CommandError::Wrong(_))));
    }
    assert_eq!(world.digests(0), before);
}
