//! The check digits of tax numbers, as functions of digits.

use crate::{all_digits, value};

/// Weights of the NIT from the right (DIAN, Orden Administrativa 4 of 1989).
const NIT_WEIGHTS: [u32; 15] = [3, 7, 13, 17, 19, 23, 29, 37, 41, 43, 47, 53, 59, 67, 71];

/// Weights of Peru's RUC from the left (SUNAT).
const PERU_WEIGHTS: [u32; 10] = [5, 4, 3, 2, 7, 6, 5, 4, 3, 2];

/// The check digit (DV) of a Colombian NIT without it: modulo 11 with prime
/// weights from the right; remainders 0 and 1 are the digit themselves (DIAN,
/// Orden Administrativa 4 of 1989). `None` when the text is not 1–15 digits.
pub fn nit_check_digit(number: &str) -> Option<char> {
    if !all_digits(number) || number.len() > NIT_WEIGHTS.len() {
        return None;
    }
    let sum: u32 = number.bytes().rev().zip(NIT_WEIGHTS).map(|(digit, by)| value(digit) * by).sum();
    match sum % 11 {
        rest @ (0 | 1) => char::from_digit(rest, 10),
        rest => char::from_digit(11 - rest, 10),
    }
}

/// The eleventh digit of a Peruvian RUC from its first ten: modulo 11 (SUNAT).
/// `None` when the text is not ten digits.
pub fn peru_check_digit(first_ten: &str) -> Option<char> {
    if !all_digits(first_ten) || first_ten.len() != PERU_WEIGHTS.len() {
        return None;
    }
    let sum: u32 = first_ten.bytes().zip(PERU_WEIGHTS).map(|(digit, by)| value(digit) * by).sum();
    char::from_digit((11 - sum % 11) % 10, 10)
}

/// The tenth digit of an Ecuadorian cédula from its first nine: modulo 10 with
/// weights 2 and 1 from the left (Registro Civil). `None` when the text is not
/// nine digits.
pub fn ecuador_check_digit(first_nine: &str) -> Option<char> {
    if !all_digits(first_nine) || first_nine.len() != 9 {
        return None;
    }
    let sum: u32 = first_nine
        .bytes()
        .zip([2, 1].into_iter().cycle())
        .map(|(digit, by)| value(digit) * by)
        .map(|product| if product > 9 { product - 9 } else { product })
        .sum();
    char::from_digit((10 - sum % 10) % 10, 10)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_of_known_taxpayers_check() {
        for (number, digit) in [
            ("900373076", '4'), // DIAN, annex of the electronic invoice
            ("800197268", '4'), // DIAN itself
            ("899999068", '1'), // Ecopetrol
            ("890903938", '8'), // Bancolombia
            ("860002964", '4'), // Banco de Bogotá
        ] {
            assert_eq!(nit_check_digit(number), Some(digit), "{number}");
        }
        for (number, digit) in [("2013131295", '5'), ("2010007097", '0')] {
            // SUNAT itself; Supermercados Peruanos.
            assert_eq!(peru_check_digit(number), Some(digit), "{number}");
        }
        // From the tests of a public validator of Ecuadorian documents.
        for (number, digit) in [("010556604", '6'), ("010556603", '8'), ("094236285", '6')] {
            assert_eq!(ecuador_check_digit(number), Some(digit), "{number}");
        }
        assert_eq!(nit_check_digit(""), None);
        assert_eq!(nit_check_digit("1234567890123456"), None);
        assert_eq!(peru_check_digit("123"), None);
        assert_eq!(ecuador_check_digit("123"), None);
    }

    proptest! {
        #[test]
        fn a_wrong_digit_is_found(number in "[0-9]{10}", at in 0usize..10, other in 0u8..10) {
            let mut wrong = number.clone().into_bytes();
            wrong[at] = b'0' + other;
            let wrong = String::from_utf8(wrong).unwrap();
            if wrong == number {
                return Ok(());
            }
            // Eleven remainders share ten digits: both rules give the 1 to two
            // of them, Peru's the 0 to one more, and only there an error hides.
            let (before, after) = (nit_check_digit(&number), nit_check_digit(&wrong));
            prop_assert!(before != after || before == Some('1'));
            let (before, after) = (peru_check_digit(&number), peru_check_digit(&wrong));
            prop_assert!(before != after || matches!(before, Some('0' | '1')));
            if at < 9 {
                prop_assert_ne!(ecuador_check_digit(&number[..9]), ecuador_check_digit(&wrong[..9]));
            }
        }
    }
}
