//! Product numbers of GS1 (EAN, UPC) and the one form they are compared in.
//!
//! The same article is read as `036000291452` by one scanner, as
//! `0036000291452` by the next, as a zero-suppressed UPC-E of eight digits by a
//! third. A shop that compares texts sells it as an unknown code. Here every
//! valid number has one [`canonical`] form:
//!
//! | read | canonical |
//! | --- | --- |
//! | GTIN-13 (EAN-13) | itself |
//! | GTIN-12 (UPC-A) | 13 digits, with a leading zero |
//! | UPC-E of 8 digits | as the UPC-A it stands for |
//! | GTIN-14 with indicator 0 | the GTIN-13 inside |
//! | GTIN-14 with indicator 1–9 | itself: it names a case, not the piece |
//! | GTIN-8 (EAN-8), padded or not | 8 digits |
//! | anything else | as typed, without blanks around it |
//!
//! Rules: GS1 General Specifications 1.3 (key formats, leading zeros), 5.2.2
//! (EAN/UPC symbols) and 7.9 (check digit).

use crate::{all_digits, value};

/// Digits of a UPC-E, with number system and check digit.
const UPC_E_DIGITS: usize = 8;

/// The check digit that belongs behind these digits: weights 3 and 1 from the
/// right, up to the next multiple of ten (GS1 General Specifications 7.9).
/// It serves all fixed-length numeric keys, the SSCC too. `None` when the text
/// is not digits.
pub fn check_digit(body: &str) -> Option<char> {
    if !all_digits(body) {
        return None;
    }
    let sum =
        body.bytes().rev().zip([3, 1].into_iter().cycle()).fold(0u32, |sum, (digit, weight)| {
            // Reduced at every step: the text may be of any length.
            (sum + value(digit) * weight) % 10
        });
    char::from_digit((10 - sum) % 10, 10)
}

/// Whether the last digit of a text is the check digit of those before it.
pub fn checks(code: &str) -> bool {
    let mut body = code.chars();
    let last = body.next_back();
    last.is_some() && last == check_digit(body.as_str())
}

/// Whether a text is a GTIN-8, -12, -13 or -14 with the right check digit.
///
/// A UPC-E is not: see [`upc_e_to_upc_a`].
pub fn is_valid(code: &str) -> bool {
    matches!(code.len(), 8 | 12..=14) && checks(code)
}

/// The UPC-A a UPC-E stands for (zero suppression, GS1 General Specifications
/// 5.2.2.4).
///
/// - 8 digits: number system 0 or 1, six digits, check digit, which must be right;
/// - 7 digits beginning with 0 or 1: number system and six digits;
/// - 7 other digits: six digits and their check digit under number system 0;
/// - 6 digits: under number system 0.
///
/// Six or seven digits prove nothing by themselves: any number of a price list
/// has that form. That is why [`canonical`] leaves them alone and only [`keys`]
/// tries this reading.
pub fn upc_e_to_upc_a(code: &str) -> Option<String> {
    if !all_digits(code) {
        return None;
    }
    let system = matches!(code.as_bytes().first(), Some(b'0' | b'1'));
    let (system, six, check) = match (code.len(), system) {
        (UPC_E_DIGITS, true) => (&code[..1], &code[1..7], code.chars().next_back()),
        (7, true) => (&code[..1], &code[1..], None),
        (7, false) => ("0", &code[..6], code.chars().next_back()),
        (6, _) => ("0", code, None),
        _ => return None,
    };
    let (company, item) = match &six[5..] {
        "0" | "1" | "2" => (format!("{}{}00", &six[..2], &six[5..]), format!("00{}", &six[2..5])),
        "3" => (format!("{}00", &six[..3]), format!("000{}", &six[3..5])),
        "4" => (format!("{}0", &six[..4]), format!("0000{}", &six[4..5])),
        last => (six[..5].to_owned(), format!("0000{last}")),
    };
    let body = format!("{system}{company}{item}");
    let expected = check_digit(&body)?;
    check.is_none_or(|found| found == expected).then(|| format!("{body}{expected}"))
}

/// The UPC-E of eight digits for a UPC-A, when its zeros allow one.
pub fn upc_a_to_upc_e(code: &str) -> Option<String> {
    if code.len() != 12 || !is_valid(code) || !matches!(code.as_bytes()[0], b'0' | b'1') {
        return None;
    }
    let (company, item, check) = (&code[1..6], &code[6..11], &code[11..]);
    let six = if matches!(&company[2..], "000" | "100" | "200") && item.starts_with("00") {
        format!("{}{}{}", &company[..2], &item[2..], &company[2..3])
    } else if company.ends_with("00") && item.starts_with("000") {
        format!("{}{}3", &company[..3], &item[3..])
    } else if company.ends_with('0') && item.starts_with("0000") {
        format!("{}{}4", &company[..4], &item[4..])
    } else if item.starts_with("0000") && item.ends_with(['5', '6', '7', '8', '9']) {
        format!("{company}{}", &item[4..])
    } else {
        return None;
    };
    Some(format!("{}{six}{check}", &code[..1]))
}

/// The one form under which a code is stored and compared; see the table of
/// this module. Blanks inside a number are taken out, as it is printed with
/// some; anything that is not a valid number stays as typed.
///
/// Eight digits that begin with 0 are read as UPC-E when that checks: GTIN-8
/// that begin with 0 are numbers of a shop for itself (GS1 General
/// Specifications 1.4, RCN-8). Those that begin with 1 are a GTIN-8 first.
pub fn canonical(code: &str) -> String {
    let typed = code.trim();
    let digits: String = typed.chars().filter(|letter| *letter != ' ').collect();
    if !all_digits(&digits) {
        return typed.to_owned();
    }
    match digits.len() {
        8 => of_eight(&digits).unwrap_or_else(|| typed.to_owned()),
        12..=14 if is_valid(&digits) => without_padding(&digits),
        _ => typed.to_owned(),
    }
}

fn of_eight(digits: &str) -> Option<String> {
    let upc_a = || upc_e_to_upc_a(digits).map(|upc_a| without_padding(&upc_a));
    let gtin_8 = || is_valid(digits).then(|| digits.to_owned());
    if digits.starts_with('0') { upc_a().or_else(gtin_8) } else { gtin_8().or_else(upc_a) }
}

/// The shortest of the three lengths that holds a valid number.
fn without_padding(digits: &str) -> String {
    let padded = format!("{digits:0>14}");
    let Some(thirteen) = padded.strip_prefix('0') else {
        return padded;
    };
    // No company has a number that begins with five zeros: it is a GTIN-8. But
    // where its eight digits would be read as a UPC-E it stays as long as it is.
    match thirteen.strip_prefix("00000") {
        Some(eight) if !(eight.starts_with('0') && upc_e_to_upc_a(eight).is_some()) => {
            eight.to_owned()
        }
        _ => thirteen.to_owned(),
    }
}

/// The forms under which a code may stand in a catalogue that was not written
/// by this program: the canonical one first, then the code as typed, then the
/// other lengths of the same number and what six to eight digits may mean as
/// UPC-E. Without repetitions; the first that is found is meant.
pub fn keys(code: &str) -> Vec<String> {
    let typed = code.trim();
    let mut keys = Vec::new();
    let mut add = |key: String| {
        if !key.is_empty() && !keys.contains(&key) {
            keys.push(key);
        }
    };
    let first = canonical(typed);
    add(first.clone());
    add(typed.to_owned());
    let mut readings = vec![first];
    readings.extend(upc_e_to_upc_a(typed).map(|upc_a| without_padding(&upc_a)));
    for reading in readings {
        if !is_valid(&reading) {
            continue;
        }
        add(reading.clone());
        // Within fourteen digits every shorter form is the same number.
        let padded = format!("{reading:0>14}");
        for zeros in 0..=2 {
            let (left, kept) = padded.split_at(zeros);
            if left.bytes().all(|byte| byte == b'0') {
                add(kept.to_owned());
            }
        }
        if let Some(twelve) = padded.strip_prefix("00") {
            // Left out where its eight digits are read as another number.
            let short = upc_a_to_upc_e(twelve);
            short.filter(|short| canonical(short) == reading).into_iter().for_each(&mut add);
        }
    }
    keys
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_of_the_standards_check() {
        for code in [
            "6291041500213",  // GS1's page on the check digit
            "9506000134352",  // GS1 Digital Link, the article of the examples
            "036000291452",   // the UPC-A of the encyclopaedias
            "042100005264",   // UPC-A of the UPC-E 04252614
            "96385074",       // EAN-8
            "80614141123458", // EPC Tag Data Standard, SGTIN 0614141.812345
            "90012345678908", // GS1 General Specifications, variable measure
        ] {
            assert!(is_valid(code), "{code}");
        }
        // EPC Tag Data Standard, SSCC 0614141.1234567890: the same arithmetic.
        assert!(checks("106141412345678908"));
        for code in ["", "0", "6291041500214", "629104150021", "62910415002a3", "１２３４５６７０"]
        {
            assert!(!is_valid(code), "{code}");
        }
        assert_eq!(check_digit(""), None);
    }

    #[test]
    fn the_lengths_of_one_number_meet() {
        for code in ["036000291452", "0036000291452", "00036000291452", " 0 36000 29145 2 "] {
            assert_eq!(canonical(code), "0036000291452");
        }
        for code in ["04252614", "042100005264", "0042100005264", "00042100005264"] {
            assert_eq!(canonical(code), "0042100005264");
        }
        for code in ["96385074", "000096385074", "0000096385074", "00000096385074"] {
            assert_eq!(canonical(code), "96385074");
        }
        // A case is not the piece in it.
        assert_eq!(canonical("80614141123458"), "80614141123458");
        assert_eq!(canonical("10036000291459"), "10036000291459");
    }

    #[test]
    fn what_is_no_number_stays_as_typed() {
        for code in ["ARROZ-500", "123456", "1234567", "036000291453", "4011", "", "A 1"] {
            assert_eq!(canonical(&format!(" {code}\t")), code);
        }
    }

    #[test]
    fn upc_e_expands_by_its_last_digit() {
        for (short, long) in [
            ("01234505", "012000003455"),
            ("01234514", "012100003454"),
            ("01234523", "012200003453"),
            ("01234531", "012300000451"),
            ("01234543", "012340000053"),
            ("01234558", "012345000058"),
            ("01234590", "012345000090"),
        ] {
            let six = &short[1..7];
            let long = &long[..11];
            let whole = format!("{long}{}", check_digit(long).unwrap());
            assert_eq!(upc_e_to_upc_a(six).as_ref(), Some(&whole), "{six}");
            assert_eq!(upc_e_to_upc_a(&short[..7]).as_ref(), Some(&whole));
        }
        assert_eq!(upc_e_to_upc_a("04252614").as_deref(), Some("042100005264"));
        assert_eq!(upc_e_to_upc_a("4252614").as_deref(), Some("042100005264"));
        assert_eq!(upc_e_to_upc_a("425261").as_deref(), Some("042100005264"));
        assert_eq!(upc_e_to_upc_a("04252615"), None);
        assert_eq!(upc_e_to_upc_a("24252614"), None);
        assert_eq!(upc_a_to_upc_e("042100005264").as_deref(), Some("04252614"));
        assert_eq!(upc_a_to_upc_e("036000291452"), None);
    }

    #[test]
    fn keys_name_every_form_and_the_best_first() {
        assert_eq!(
            keys(" 042100005264"),
            ["0042100005264", "042100005264", "00042100005264", "04252614"]
        );
        assert_eq!(keys("96385074")[0], "96385074");
        assert!(keys("96385074").contains(&"0000096385074".to_owned()));
        assert!(keys("425261").contains(&"0042100005264".to_owned()));
        assert_eq!(keys("425261")[0], "425261");
        assert_eq!(keys("ARROZ-500"), ["ARROZ-500"]);
        assert!(keys("  ").is_empty());
    }

    fn gtin() -> impl Strategy<Value = String> {
        // Leading zeros are where the lengths meet, so they are drawn often.
        prop_oneof![
            "[0-9]{7}",
            "0[0-9]{6}",
            "[0-9]{11}",
            "0{5}[0-9]{6}",
            "[0-9]{12}",
            "0{5}[0-9]{7}",
            "[0-9]{13}",
            "0{6}[0-9]{7}"
        ]
        .prop_map(|body| format!("{body}{}", check_digit(&body).unwrap()))
    }

    proptest! {
        #[test]
        fn a_wrong_digit_is_found(code in gtin(), at in 0usize..14, other in 0u8..10) {
            let at = at % code.len();
            let mut wrong = code.clone().into_bytes();
            wrong[at] = b'0' + other;
            let wrong = String::from_utf8(wrong).unwrap();
            prop_assert_eq!(is_valid(&wrong), wrong == code);
        }

        #[test]
        fn canonical_is_canonical(code in prop_oneof![gtin(), "[0-9]{0,15}", "\\PC{0,12}"]) {
            let once = canonical(&code);
            prop_assert_eq!(canonical(&once), once);
        }

        #[test]
        fn padding_changes_nothing(code in gtin()) {
            // Eight digits that are a UPC-E mean another number than padded.
            if code.len() == 8 && upc_e_to_upc_a(&code).is_some() {
                return Ok(());
            }
            for length in [12, 13, 14] {
                let padded = format!("{code:0>length$}");
                prop_assert_eq!(canonical(&padded), canonical(&code));
            }
        }

        #[test]
        fn every_key_of_a_long_number_leads_home(code in gtin()) {
            if code.len() == 8 {
                return Ok(());
            }
            let home = canonical(&code);
            for key in keys(&code) {
                prop_assert_eq!(canonical(&key), home.clone());
            }
        }

        #[test]
        fn zero_suppression_is_undone(six in "[0-9]{6}", system in 0u8..2) {
            let long = upc_e_to_upc_a(&format!("{system}{six}")).unwrap();
            prop_assert!(is_valid(&long));
            let short = upc_a_to_upc_e(&long).unwrap();
            prop_assert_eq!(upc_e_to_upc_a(&short), Some(long));
        }

        #[test]
        fn nothing_panics(code in "\\PC{0,40}") {
            keys(&code);
            upc_e_to_upc_a(&code);
            upc_a_to_upc_e(&code);
        }
    }
}
