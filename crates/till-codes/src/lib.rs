//! What the codes mean that people type and scanners read: product numbers,
//! labels of scales, GS1 element strings, `3*code`, and identity documents.
//!
//! Each module has one subject and knows nothing of the others' shop: no
//! catalogue, no customer. The crate is pure; where a rule needs today's year
//! the caller hands it in.
//!
//! ```
//! use till_codes::{entry::Entry, gtin, identity::Identity, scale};
//! use till_schema::Quantity;
//!
//! // The same article, as four scanners may report it.
//! assert_eq!(gtin::canonical("036000291452"), "0036000291452");
//! assert_eq!(gtin::canonical("00036000291452"), "0036000291452");
//!
//! // 1.5 kg of article 12345, as printed by a scale.
//! let label = scale::read(&scale::default_rules(), "2112345015002").expect("a label");
//! assert_eq!((label.plu.as_str(), label.what), ("12345", scale::Measured::Weight(Quantity(1500))));
//!
//! let typed = Entry::parse("0,5*7702004003508")?;
//! assert_eq!((typed.quantity, typed.code.as_str()), (Some(Quantity(500)), "7702004003508"));
//!
//! let identity = Identity::parse("NIT", "900.123.456-8")?;
//! assert_eq!((identity.number.as_str(), identity.dv.as_deref()), ("900123456", Some("8")));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod entry;
pub mod gs1;
pub mod gtin;
pub mod identity;
pub mod scale;

/// Whether a text is ASCII digits and has at least one.
fn all_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The value of an ASCII digit; the caller has looked with [`all_digits`].
fn value(digit: u8) -> u32 {
    u32::from(digit.saturating_sub(b'0'))
}
