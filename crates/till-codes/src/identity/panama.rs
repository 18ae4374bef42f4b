//! The RUC of Panama: its forms, and its check digits (DV) where they are known.
//!
//! | form | who |
//! | --- | --- |
//! | `155596713-2-2015`, `45400-2-299934`, `29-29-29` | a company |
//! | `8-442-445` | a person, by cédula: province 1–13, volume, entry |
//! | `E-8-127702`, `N-45-832`, `PE-10-442` | foreigner, naturalised, born abroad |
//! | `E-13077112` | the same without a volume |
//! | `1AV-432-658`, `1-AV-432-658` | registered before the civil registry |
//! | `4PI-234-123`, `4-PI-234-123`, `PI-234-123` | indigenous |
//! | `8-NT-1-13656`, `NT-1-13656` | taxpayer number without a cédula |
//!
//! The forms are those of the pattern of `dRuc` in DGI's schema FE_v1.00.
//!
//! The DV is two digits, each modulo 11 over the RUC as twenty digits, the
//! second over the first too (DGI, "Cálculo del dígito verificador del RUC").
//! For companies it agrees with public documents. For persons no documents were
//! at hand; it is computed only where two public implementations agree: cédulas
//! without letters, E, N and PE, with a volume of at most three digits and an
//! entry of at most five (E and N: six). For longer ones, AV, PI and NT they do
//! not agree, so a given DV is kept as it is. A number such as `8-1-5` may be a
//! person's or an old company's: then both DVs are accepted, and the person's is
//! the one that is computed.

use crate::{all_digits, value};

/// A RUC taken apart.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Ruc {
    /// Parts with hyphens between them, as DGI's schema wants them.
    pub(super) number: String,
    /// The DV that was written behind it, two digits.
    pub(super) written: Option<String>,
    /// The DVs that fit, the likelier first; empty when no rule is known.
    pub(super) fitting: Vec<String>,
}

/// Reads the parts of a RUC in capitals, without blanks. `None` when they have
/// no known form.
pub(super) fn parse(text: &str, written: Option<&str>) -> Option<Ruc> {
    let mut parts: Vec<&str> = text.split('-').collect();
    let mut written = written;
    let expected = parts_of(&parts)?;
    // A DV may also follow behind one more hyphen.
    if parts.len() == expected + 1 && written.is_none() {
        written = parts.pop();
    }
    // `8-NT-…` has its letters in the second part, the others in the first or none.
    let in_letters = match &*parts {
        [_, second, ..] if is_letters(second) => 2,
        [first, ..] if !is_number(first) => 1,
        _ => 0,
    };
    let (letters, numbers) = parts.split_at(in_letters);
    let numbers_fit = parts.len() == expected
        && match (numbers, letters) {
            ([first, second, third], []) => {
                first.len() <= 10 && second.len() <= 4 && third.len() <= 9
            }
            ([volume, entry], _) => volume.len() <= 4 && entry.len() <= 9,
            ([entry], _) => entry.len() <= 12,
            _ => false,
        };
    let written = match written {
        Some(dv) if all_digits(dv) && dv.len() <= 2 => Some(format!("{dv:0>2}")),
        Some(_) => return None,
        None => None,
    };
    let fits = numbers_fit && numbers.iter().all(|part| is_number(part));
    fits.then(|| Ruc {
        number: parts.join("-"),
        written,
        fitting: fitting(&letters.concat(), numbers),
    })
}

/// Parts of a RUC that begins like this one, without the DV. `None` when it
/// begins like none.
fn parts_of(parts: &[&str]) -> Option<usize> {
    let province = |part: &str| part.len() <= 2 && is_number(part);
    match parts {
        ["E" | "N" | "PE", _] => Some(2),
        ["E" | "N" | "PE" | "PI" | "NT", ..] => Some(3),
        [first, "AV" | "NT" | "PI", ..] if province(first) => Some(4),
        [first, ..] if is_number(first) => Some(3),
        [first, ..] => {
            let digits = first.strip_suffix("AV").or_else(|| first.strip_suffix("PI"))?;
            province(digits).then_some(3)
        }
        [] => None,
    }
}

fn is_number(part: &str) -> bool {
    all_digits(part)
}

fn is_letters(part: &str) -> bool {
    matches!(part, "AV" | "NT" | "PI")
}

fn fitting(letters: &str, numbers: &[&str]) -> Vec<String> {
    let found = match (letters, numbers) {
        ("", [first, second, third]) => {
            let person = province(first).and_then(|_| person(first, "00", second, third, 5));
            // A person's number of another length has a DV nobody documents.
            let unknown = province(first).is_some() && person.is_none();
            let company = if unknown { None } else { company(first, second, third) };
            vec![person, company]
        }
        ("E", [volume, entry]) => vec![person("", "50", volume, entry, 6)],
        ("N", [volume, entry]) => vec![person("", "40", volume, entry, 6)],
        ("PE", [volume, entry]) => vec![person("", "75", volume, entry, 5)],
        _ => vec![],
    };
    let mut found: Vec<String> = found.into_iter().flatten().collect();
    found.dedup();
    found
}

/// The province of a cédula: 1–9, and the three comarcas and Panamá Oeste.
fn province(part: &str) -> Option<u8> {
    part.parse().ok().filter(|province| part.len() <= 2 && (1..=13).contains(province))
}

fn person(
    province: &str,
    code: &str,
    volume: &str,
    entry: &str,
    entry_max: usize,
) -> Option<String> {
    if volume.len() > 3 || entry.len() > entry_max {
        return None;
    }
    check_digits(&format!("5{province:0>2}{code}{volume:0>3}{entry:0>5}"), Series::New)
}

fn company(first: &str, second: &str, third: &str) -> Option<String> {
    if first.len() > 10 || second.len() > 4 || third.len() > 6 {
        return None;
    }
    let digits = format!("{first:0>10}{second:0>4}{third:0>6}");
    // Numbers below 50 000 (in their last seven digits) are the old series: two
    // digits are exchanged by a table, and one weight is used twice.
    if &digits[3..5] != "00" || digits.as_bytes()[5] >= b'5' {
        return check_digits(&digits, Series::New);
    }
    let (before, behind) = (&digits[..5], &digits[7..]);
    check_digits(&format!("{before}{}{behind}", old_pair(&digits[5..7])), Series::Old)
}

/// DGI's table for the sixth and seventh digit of the old series.
fn old_pair(pair: &str) -> String {
    let number: u32 = pair.bytes().fold(0, |number, digit| number * 10 + value(digit));
    let other = match number {
        10..=18 => number - 9,
        19..=22 => number - 18,
        23..=25 => number - 16,
        26..=33 => number - 24,
        34..=42 => number - 33,
        43..=49 => number - 42,
        _ => return pair.to_owned(),
    };
    format!("{other:02}")
}

#[derive(Clone, Copy)]
enum Series {
    /// Weights 2, 3, 4 … from the right.
    New,
    /// The same, but 11 is used twice.
    Old,
}

fn check_digits(digits: &str, series: Series) -> Option<String> {
    let first = check_digit(digits, series)?;
    let second = check_digit(&format!("{digits}{first}"), series)?;
    Some(format!("{first}{second}"))
}

fn check_digit(digits: &str, series: Series) -> Option<char> {
    let weight = |at: u32| match series {
        Series::Old if at >= 10 => at + 1,
        Series::New | Series::Old => at + 2,
    };
    let sum: u32 = digits.bytes().rev().zip(0..).map(|(digit, at)| value(digit) * weight(at)).sum();
    match sum % 11 {
        0 | 1 => Some('0'),
        rest => char::from_digit(11 - rest, 10),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dv(ruc: &str) -> Option<String> {
        parse(ruc, None).unwrap_or_else(|| panic!("{ruc}")).fitting.first().cloned()
    }

    #[test]
    fn companies_of_public_documents_check() {
        for (ruc, expected) in [
            ("155596713-2-2015", "59"), // demo taxpayer of an authorised provider
            ("45400-2-299934", "09"),   // CUFEs of public documents, this and four more
            ("138-289-35920", "04"),
            ("434-15-93796", "22"),
            ("155631118-2-2016", "58"),
            ("1080323-1-554308", "39"),
            ("155664844-2-2018", "64"),
            ("29-29-29", "56"),
            ("253-92-57027", "76"), // OECD's page on Panama's tax numbers
            ("155587169-2-2014", "09"),
            // Tests of two public implementations.
            ("61302-14-123411", "22"),
            ("1102-85-117211", "95"),
            ("2486589-1-816994", "62"),
            ("64296-75-357434", "00"),
            ("2588017-1-831938", "20"),
        ] {
            assert_eq!(dv(ruc).as_deref(), Some(expected), "{ruc}");
        }
    }

    #[test]
    fn persons_check_where_two_implementations_agree() {
        for (ruc, expected) in [
            ("8-442-445", "08"),
            ("8-769-1080", "56"),
            ("5-257-218", "09"),
            ("2-7-89", "20"),
            ("1-184-921", "49"),
            ("PE-10-442", "50"),
            ("PE-842-3681", "51"),
            ("N-45-832", "58"),
            ("E-12-342", "10"),
            ("E-8-127702", "16"),
            ("E-8-96407", "29"),
        ] {
            assert_eq!(dv(ruc).as_deref(), Some(expected), "{ruc}");
        }
        for ruc in [
            "1AV-432-658",
            "4-PI-234-123",
            "13PI-1-196",
            "8-NT-1-13656",
            "E-1234-12770",
            "8-442-123456",
            "E-13077112",
            "PI-1-2",
            "NT-1-2",
        ] {
            assert_eq!(dv(ruc), None, "{ruc}");
        }
    }

    #[test]
    fn a_check_number_may_follow() {
        let written = |text: &str, dv: Option<&str>| parse(text, dv).and_then(|ruc| ruc.written);
        assert_eq!(written("253-92-57027-76", None).as_deref(), Some("76"));
        assert_eq!(written("155587169-2-2014", Some("9")).as_deref(), Some("09"));
        assert_eq!(written("8-NT-1-13656-43", None).as_deref(), Some("43"));
        assert_eq!(written("8-NT-1-13656", None), None);
        assert_eq!(parse("1AV-432-658-31", None).unwrap().number, "1AV-432-658");
        assert_eq!(parse("8-442-445", None).unwrap().fitting.len(), 2, "person or company");
    }

    #[test]
    fn other_forms_are_none() {
        for text in [
            "",
            "-",
            "8",
            "8-442",
            "8--445",
            "X-1-2",
            "8-XX-1-2",
            "8-442-445-123",
            "1-2-3-4-5",
            "E",
            "E-",
            "PE-1-2-3-4",
            "8AV",
            "12345678901-1-1",
            "8-44a-445",
            "AV-1-2",
            "8-NT-1",
        ] {
            assert_eq!(parse(text, None), None, "{text}");
        }
        assert_eq!(parse("8-442-445", Some("123")), None);
    }
}
