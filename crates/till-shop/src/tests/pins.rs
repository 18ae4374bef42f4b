//! PINs.

use crate::users::{PinError, hash_pin, verify_pin};
use argon2::{Algorithm, Argon2, Params, PasswordHasher, Version};

/// A hash that costs next to nothing.
fn cheap(algorithm: Algorithm, pin: &str) -> String {
    let params = Params::new(8, 1, 1, None).unwrap();
    let hasher = Argon2::new(algorithm, Version::V0x13, params);
    hasher.hash_password_with_salt(pin.as_bytes(), &[3; 16]).unwrap().to_string()
}

#[test]
fn a_pin_is_its_own_and_no_other() {
    let hash = hash_pin("4711", [5; 16]).unwrap();
    assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
    assert!(verify_pin(&hash, "4711"));
    assert!(!verify_pin(&hash, "4712"));
    assert_ne!(hash, hash_pin("4711", [6; 16]).unwrap());
}

#[test]
fn the_cost_is_read_from_the_hash() {
    let hash = cheap(Algorithm::Argon2id, "123456789012");
    assert!(verify_pin(&hash, "123456789012"));
    assert!(!verify_pin(&hash, "12345678901"));
}

#[test]
fn only_four_to_twelve_digits_are_a_pin() {
    for (pin, error) in [
        ("", PinError::Length),
        ("123", PinError::Length),
        ("1234567890123", PinError::Length),
        ("12a4", PinError::NotDigits),
        ("１２３４", PinError::NotDigits),
        (" 1234", PinError::NotDigits),
    ] {
        assert_eq!(hash_pin(pin, [0; 16]), Err(error), "{pin}");
        assert!(!verify_pin(&cheap(Algorithm::Argon2id, pin), pin), "{pin}");
    }
}

#[test]
fn hostile_hashes_are_refused_before_any_work() {
    let good = cheap(Algorithm::Argon2id, "4711");
    for (from, to) in [
        ("m=8", "m=65537"),
        ("m=8", "m=4294967295"),
        ("t=1", "t=9"),
        ("t=1", "t=4294967295"),
        ("m=8,t=1,p=1", "m=65536,t=1,p=5"),
        ("p=1", "p=0"),
        ("$argon2id", "$argon2d"),
        ("$argon2id", "$scrypt"),
    ] {
        let hostile = good.replacen(from, to, 1);
        assert_ne!(hostile, good);
        assert!(!verify_pin(&hostile, "4711"), "{hostile}");
    }
    for text in ["", "$", "4711", "$argon2id", "$argon2id$v=19$m=8,t=1,p=1", &"$".repeat(9999)] {
        assert!(!verify_pin(text, "4711"), "{text}");
    }
    assert!(!verify_pin(&cheap(Algorithm::Argon2d, "4711"), "4711"));
    assert!(!verify_pin(&cheap(Algorithm::Argon2i, "4711"), "4711"));
}
