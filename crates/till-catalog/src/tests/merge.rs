//! What merges by itself, and what is a conflict until a person decides.

use super::{CATALOGUE, COFFEE, SETTINGS, Till, int, text, tills};
use crate::{Edit, setting, setting_id};
use till_schema::catalogue::{FieldValue, product};
use till_schema::rows::ProductRow;

/// Both set the price without knowing of each other, and exchange.
fn quarrel(a: &mut Till, b: &mut Till) -> [crate::ChangeHash; 2] {
    let (from_a, from_b) = (a.price(1200), b.price(900));
    a.take(&from_b);
    b.take(&from_a);
    [from_a.hash, from_b.hash]
}

fn assert_equal(a: &Till, b: &Till) -> ProductRow {
    assert_eq!(a.coffee(), b.coffee());
    assert_eq!(a.prices(), b.prices());
    assert_eq!(a.documents.heads(CATALOGUE), b.documents.heads(CATALOGUE));
    a.coffee()
}

#[test]
fn different_fields_merge() {
    let [mut a, mut b, _] = tills();
    let (name, price) = (a.set(product::NAME, text("Café molido")), b.price(1100));
    a.take(&price);
    assert_eq!(b.take(&name).touched, [(COFFEE, product::NAME.to_owned())]);
    let row = assert_equal(&a, &b);
    assert_eq!((row.name.as_str(), row.price), ("Café molido", 1100));
    assert!(a.prices().is_empty());
}

#[test]
fn one_field_shows_both_values_and_who_set_them() {
    let [mut a, mut b, _] = tills();
    let [hash_a, hash_b] = quarrel(&mut a, &mut b);
    let row = assert_equal(&a, &b);
    assert_eq!(a.prices(), [(int(900), hash_b), (int(1200), hash_a)]);
    assert_eq!(row.price, 900, "equal counters: the greater actor wins");
    assert_eq!(a.documents.winner(CATALOGUE, &COFFEE, product::PRICE), Some(int(900)));
}

#[test]
fn equal_values_are_no_conflict() {
    let [mut a, mut b, _] = tills();
    let (from_a, from_b) = (a.price(1200), b.price(1200));
    a.take(&from_b);
    b.take(&from_a);
    assert_eq!(assert_equal(&a, &b).price, 1200);
    assert!(a.prices().is_empty());
    let again = [Edit::new(COFFEE, product::PRICE, int(1200))];
    assert!(a.try_edit(CATALOGUE, &again).is_none(), "nothing to write");
}

#[test]
fn three_values_with_two_equal_name_all_changes() {
    let [mut a, mut b, mut c] = tills();
    let sent = [a.price(1200), b.price(1200), c.price(900)];
    for till in [&mut a, &mut b, &mut c] {
        for change in &sent {
            till.take(change);
        }
    }
    let mut expected = vec![(int(900), sent[2].hash)];
    expected.extend(sent[..2].iter().map(|s| (int(1200), s.hash)));
    expected.sort();
    assert_eq!(a.prices(), expected);
    assert_eq!(a.prices(), b.prices());
    assert_eq!(a.prices(), c.prices());
}

#[test]
fn any_choice_resolves_on_both() {
    // The winner, the loser, and another value.
    for choice in [900, 1200, 1050] {
        let [mut a, mut b, _] = tills();
        quarrel(&mut a, &mut b);
        let resolution = a.price(choice);
        assert!(a.prices().is_empty(), "{choice}");
        assert_eq!(b.take(&resolution).touched, [(COFFEE, product::PRICE.to_owned())]);
        let row = assert_equal(&a, &b);
        assert_eq!(row.price, choice);
        assert!(b.prices().is_empty(), "{choice}");
    }
}

#[test]
fn two_different_resolutions_are_a_conflict_again() {
    let [mut a, mut b, _] = tills();
    quarrel(&mut a, &mut b);
    let (keep_winner, keep_loser) = (a.price(900), b.price(1200));
    a.take(&keep_loser);
    b.take(&keep_winner);
    assert_equal(&a, &b);
    assert_eq!(a.prices(), [(int(900), keep_winner.hash), (int(1200), keep_loser.hash)]);
}

#[test]
fn the_same_resolution_twice_is_none() {
    for choice in [900, 1200, 1050] {
        let [mut a, mut b, _] = tills();
        quarrel(&mut a, &mut b);
        let (from_a, from_b) = (a.price(choice), b.price(choice));
        a.take(&from_b);
        b.take(&from_a);
        assert_eq!(assert_equal(&a, &b).price, choice);
        assert!(a.prices().is_empty());
    }
}

#[test]
fn a_late_third_edit_opens_the_conflict_again() {
    let [mut a, mut b, mut c] = tills();
    let late = c.price(700);
    quarrel(&mut a, &mut b);
    let resolution = a.price(1200);
    b.take(&resolution);
    assert!(b.prices().is_empty());
    a.take(&late);
    b.take(&late);
    assert_equal(&a, &b);
    let values: Vec<_> = a.prices().into_iter().map(|(value, _)| value).collect();
    assert_eq!(values, [int(700), int(1200)]);
}

#[test]
fn archiving_and_editing_leave_both_traces() {
    let [mut a, mut b, _] = tills();
    let (archived, price) = (a.set(product::ARCHIVED, FieldValue::Flag(true)), b.price(1300));
    a.take(&price);
    b.take(&archived);
    let row = assert_equal(&a, &b);
    assert!(row.archived);
    assert_eq!(row.price, 1300);
}

#[test]
fn barcodes_are_a_set() {
    let [mut a, mut b, _] = tills();
    let field = crate::barcode_field;
    let flag = FieldValue::Flag;
    let (one, two) = (
        a.edit(CATALOGUE, &[Edit::new(COFFEE, field("770"), flag(true))]),
        b.edit(
            CATALOGUE,
            &[
                Edit::new(COFFEE, field("770"), flag(true)),
                Edit::new(COFFEE, field("123"), flag(true)),
            ],
        ),
    );
    a.take(&two);
    b.take(&one);
    assert_eq!(assert_equal(&a, &b).barcodes, ["123", "770"]);
    let gone = b.edit(CATALOGUE, &[Edit::new(COFFEE, field("770"), flag(false))]);
    a.take(&gone);
    assert_eq!(assert_equal(&a, &b).barcodes, ["123"]);
}

#[test]
fn a_setting_first_made_on_two_tills_is_one_setting() {
    let [mut a, mut b, mut c] = tills();
    let object = setting_id("footer");
    let from_a = a.edit(SETTINGS, &Edit::setting("footer", text("Gracias")));
    let from_b = b.edit(SETTINGS, &Edit::setting("footer", text("Vuelva pronto")));
    // One till goes on in its own map before it hears of the other.
    let more = b.edit(SETTINGS, &Edit::setting("footer", text("Vuelva")));
    for till in [&mut a, &mut b, &mut c] {
        for change in [&from_b, &more, &from_a] {
            till.take(change);
        }
        let candidates = till.documents.candidates(SETTINGS, &object, setting::VALUE);
        assert_eq!(candidates, [(text("Gracias"), from_a.hash), (text("Vuelva"), more.hash)]);
        assert!(till.documents.candidates(SETTINGS, &object, setting::NAME).is_empty());
        assert_eq!(till.documents.setting("footer"), Some(text("Vuelva")));
        assert_eq!(till.documents.object_ids(SETTINGS).collect::<Vec<_>>(), [object]);
    }
    for (choice, round) in [("Gracias", 0), ("Vuelva", 1), ("Otra", 2)] {
        let resolution = c.edit(SETTINGS, &[Edit::new(object, setting::VALUE, text(choice))]);
        a.take(&resolution);
        b.take(&resolution);
        for till in [&a, &b, &c] {
            assert_eq!(till.documents.setting("footer"), Some(text(choice)), "round {round}");
            assert!(till.documents.candidates(SETTINGS, &object, setting::VALUE).is_empty());
        }
    }
    assert_eq!(a.documents.setting_of(&object), Some(("footer".into(), text("Otra"))));
    assert_eq!(a.documents.setting("header"), None);
}

#[test]
fn a_change_waits_for_those_it_depends_on() {
    let [mut a, mut b, mut c] = tills();
    let first = a.price(1);
    b.take(&first);
    let second = b.price(2);
    let refused = c.try_take(&second).unwrap_err();
    assert_eq!(refused, crate::Refused::UnknownDependency(vec![first.hash]));
    assert_eq!(c.coffee().price, 1000);
    let applied = c.take(&first);
    assert_eq!(c.take(&first), applied, "the same answer again");
    c.take(&second);
    assert_eq!(assert_equal(&b, &c).price, 2);
}
