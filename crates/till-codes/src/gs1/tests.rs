//! Element strings of GS1's own examples, and texts that are none.
#![allow(clippy::unwrap_used)]

use super::*;
use crate::gtin::check_digit;
use proptest::prelude::*;

const YEAR: u16 = 2026;

fn read(code: &str) -> Gs1 {
    Gs1::parse(code, YEAR).unwrap()
}

#[test]
fn a_variable_weight_article_is_read() {
    // GS1 General Specifications: indicator 9 and 1.750 kg.
    for code in [
        "01900123456789083103001750",
        "]C101900123456789083103001750",
        "]e0\u{1d}0190012345678908\u{1d}3103001750\u{1d}",
        "(01)90012345678908(3103)001750",
        " (01) 90012345678908 (3103) 001750 ",
    ] {
        let read = read(code);
        assert_eq!(read.gtin.as_deref(), Some("90012345678908"), "{code}");
        assert_eq!(read.weight, Some(Quantity(1750)), "{code}");
        assert_eq!(read.measures.len(), 1);
    }
}

#[test]
fn every_part_has_its_place() {
    let read = read(
        "]d2010950600013435211260101132601021526120017261231\
         10ABC-123\u{1d}21S/N 7\u{1d}3012\u{1d}37144\u{1d}91own\u{1d}4101234567890128",
    );
    assert_eq!(read.gtin.as_deref(), Some("9506000134352"), "as an EAN-13 is stored");
    assert_eq!(read.produced.unwrap().to_string(), "2026-01-01");
    assert_eq!(read.packed.unwrap().to_string(), "2026-01-02");
    assert_eq!(read.best_before.unwrap().to_string(), "2026-12-31");
    assert_eq!(read.expiry.unwrap().to_string(), "2026-12-31");
    assert_eq!(read.batch.as_deref(), Some("ABC-123"));
    assert_eq!(read.serial.as_deref(), Some("S/N 7"));
    assert_eq!((read.count, read.contained), (Some(12), Some(144)));
    let other: Vec<_> =
        read.other.iter().map(|part| (part.ai.as_str(), part.value.as_str())).collect();
    assert_eq!(other, [("91", "own"), ("410", "1234567890128")]);
}

#[test]
fn logistic_units_are_read() {
    // EPC Tag Data Standard: SSCC 0614141.1234567890.
    let read = read("(00)106141412345678908(02)09506000134352(37)24");
    assert_eq!(read.sscc.as_deref(), Some("106141412345678908"));
    assert_eq!(read.content.as_deref(), Some("9506000134352"));
    assert_eq!((read.gtin, read.contained), (None, Some(24)));
}

#[test]
fn prices_keep_their_digits() {
    let price = |code: &str| read(code).price.unwrap();
    assert_eq!(price("(3922)1250"), Amount { digits: 1250, decimals: 2, currency: None });
    assert_eq!(price("(3922)1250").minor(2), Some(1250));
    assert_eq!(price("(3920)4500").minor(2), Some(450_000));
    assert_eq!(price("(3923)1250").minor(2), Some(125));
    assert_eq!(price("(3923)1255").minor(2), None, "nothing is rounded in silence");
    let pesos = price("39311704500\u{1d}10A");
    assert_eq!((pesos.currency.as_deref(), pesos.minor(2)), (Some("170"), Some(45_000)));
    assert_eq!(price("(3920)999999999999999").minor(2), None);
    assert_eq!(price("(3920)1").minor(u32::MAX), None);
}

#[test]
fn measures_have_the_point_where_the_identifier_says() {
    let one = |code: &str| read(code).measures[0];
    assert_eq!(one("3202000250").dimension, Dimension::NetPounds);
    assert_eq!(one("3202000250").thousandths(), Quantity(2500));
    assert_eq!(read("3202000250").weight, None, "pounds are not kilograms");
    assert_eq!(one("3150000012").thousandths(), Quantity::units(12));
    assert_eq!(read("3105012345").weight, Some(Quantity(123)), "0.12345 kg");
    assert_eq!(read("3104000005").weight, Some(Quantity(0)), "0.0005 kg, to the even gram");
    assert_eq!(read("3104000015").weight, Some(Quantity(2)), "0.0015 kg, to the even gram");
}

#[test]
fn codes_of_other_kinds_are_not_taken_for_element_strings() {
    for code in ["(01)09506000134352", "]C10109506000134352", "10A\u{1d}21B", "]Q3"] {
        assert!(is_element_string(code), "{code:?}");
    }
    for code in ["0109506000134352", "7702004003508", "(x)", "(011)1", "()", "", "ARROZ (01)"] {
        assert!(!is_element_string(code), "{code:?}");
    }
}

#[test]
fn errors_are_sentences() {
    for (code, words) in [
        ("", "is empty"),
        ("]C1", "is empty"),
        ("]C1\u{1d}", "is empty"),
        ("(01)09506000134351", "check digit"),
        ("(00)106141412345678907", "check digit"),
        ("(01)0950600013435", "exactly 14 digits"),
        ("0109506000134", "exactly 14 digits"),
        ("(01)0950600013435X", "do not belong"),
        ("(10)", "1 to 20"),
        ("10ABCDEFGHIJKLMNOPQRSTU", "1 to 20"),
        ("(3932)170", "4 to 18"),
        ("(17)261331", "calendar"),
        ("(17)260230", "calendar"),
        ("(10)A(10)B", "twice"),
        ("(10)A(10)ñ", "do not belong"),
        ("(05)A", "in brackets"),
        ("0512", "GS1 knows"),
        ("ARROZ", "GS1 knows"),
        ("ñandú", "GS1 knows"),
        ("31", "GS1 knows"),
        ("310x000001", "GS1 knows"),
        ("01ñññññññññ", "do not belong"),
    ] {
        let error = Gs1::parse(code, YEAR).unwrap_err().to_string();
        assert!(error.contains(words), "{code:?}: {error}");
    }
    assert_eq!(Gs1::parse(&"9".repeat(2000), YEAR), Err(Gs1Error::TooLong));
    // The same part twice is one part.
    assert_eq!(read("(10)A(10)A").batch.as_deref(), Some("A"));
    // Brackets belong to the letters of a value.
    assert_eq!(read("(10)A(1)B(21)C").batch.as_deref(), Some("A(1)B"));
}

proptest! {
    #[test]
    fn both_ways_of_writing_say_the_same(
        body in "[0-9]{13}", grams in 0u32..1_000_000,
        batch in "[A-Z0-9./-]{1,20}", serial in "[A-Za-z0-9]{1,20}",
        (year, month, day) in (0u8..100, 1u8..13, 0u8..29),
    ) {
        let gtin = format!("{body}{}", check_digit(&body).unwrap());
        let date = format!("{year:02}{month:02}{day:02}");
        let people = format!("(01){gtin}(10){batch}(17){date}(21){serial}(3103){grams:06}");
        let scanner = format!("]C101{gtin}10{batch}\u{1d}17{date}21{serial}\u{1d}3103{grams:06}");
        let read = Gs1::parse(&people, YEAR).unwrap();
        prop_assert_eq!(&Gs1::parse(&scanner, YEAR).unwrap(), &read);
        prop_assert_eq!(read.gtin, Some(gtin::canonical(&gtin)));
        prop_assert_eq!(read.weight, Some(Quantity(i64::from(grams))));
        prop_assert_eq!((read.batch, read.serial), (Some(batch), Some(serial)));
        let expiry = read.expiry.unwrap();
        prop_assert_eq!(expiry.year % 100, u16::from(year));
        prop_assert!((-50..=50).contains(&(i32::from(expiry.year) - i32::from(YEAR))));
    }

    #[test]
    fn nothing_panics(code in "(\\]C1|\\(01\\))?[0-9()\u{1d}a-zñ]{0,50}", any in "\\PC{0,40}", year: u16) {
        let _ = Gs1::parse(&code, year);
        let _ = Gs1::parse(&any, year);
        is_element_string(&any);
    }
}
