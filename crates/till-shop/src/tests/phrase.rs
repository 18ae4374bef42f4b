//! The recovery words.

use crate::recovery::{PhraseError, WordLanguage, parse, phrase, public, recovery_key};
use proptest::prelude::*;
use std::collections::BTreeSet;

const SPANISH: &str = "ábaco ábaco ábaco ábaco ábaco ábaco ábaco ábaco ábaco ábaco ábaco abierto";

#[test]
fn known_words() {
    // BIP 39's own first vector.
    let english = format!("{}about", "abandon ".repeat(11));
    assert_eq!(phrase(&[0; 16], WordLanguage::English), english);
    assert_eq!(phrase(&[0; 16], WordLanguage::Spanish), SPANISH);
    assert_eq!(parse(&english), Ok([0; 16]));
    assert_eq!(parse(SPANISH), Ok([0; 16]));
}

#[test]
fn the_way_people_write_does_not_matter() {
    for text in [
        SPANISH.to_uppercase(),
        SPANISH.replace('á', "a"),
        SPANISH.replace('á', "a\u{301}"),
        format!("  {}\n", SPANISH.replace(' ', ",\r\n\t ")),
    ] {
        assert_eq!(parse(&text), Ok([0; 16]), "{text}");
    }
}

#[test]
fn what_is_wrong_is_said() {
    let unknown = SPANISH.replace("abierto", "Abyerto");
    let error = PhraseError::UnknownWord { position: 12, word: "Abyerto".into() };
    assert_eq!(parse(&unknown), Err(error.clone()));
    assert_eq!(error.to_string(), "word 12, “Abyerto”, is not a recovery word");

    assert_eq!(parse(""), Err(PhraseError::Count { found: 0 }));
    assert_eq!(parse("ábaco abierto"), Err(PhraseError::Count { found: 2 }));
    assert_eq!(parse(&SPANISH.replace("abierto", "ábaco")), Err(PhraseError::Checksum));

    let mixed = SPANISH.replace("abierto", "about");
    let error = PhraseError::OtherLanguage { position: 12, word: "about".into() };
    assert_eq!(parse(&mixed), Err(error));
}

#[test]
fn no_two_words_of_a_list_look_alike_without_accents() {
    use unicode_normalization::UnicodeNormalization;
    for language in [bip39::Language::Spanish, bip39::Language::English] {
        let plain: BTreeSet<String> = language
            .word_list()
            .iter()
            .map(|word| word.nfd().filter(char::is_ascii_alphabetic).collect())
            .collect();
        assert_eq!(plain.len(), 2048);
    }
}

#[test]
fn the_key_hangs_on_the_words_alone() {
    assert_eq!(public(&[0; 16]), recovery_key(&[0; 16]).verifying_key().to_bytes());
    assert_ne!(public(&[0; 16]), public(&[1; 16]));
    // The key of a shop's paper is for ever.
    let hex: String = public(&[0; 16])[..8].iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(hex, "56af7e5556cb5356");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn words_come_back(entropy: [u8; 16], accents: bool) {
        for language in [WordLanguage::Spanish, WordLanguage::English] {
            let mut text = phrase(&entropy, language);
            if !accents {
                for (accented, plain) in ["áa", "ée", "íi", "óo", "úu", "ñn", "üu"]
                    .map(|pair| (pair.chars().next().unwrap(), &pair[2..]))
                {
                    text = text.replace(accented, plain);
                }
                prop_assert!(text.is_ascii());
            }
            prop_assert_eq!(parse(&text), Ok(entropy));
        }
    }

    #[test]
    fn no_text_is_too_odd(text in "\\PC{0,200}") {
        let _ = parse(&text);
    }
}
