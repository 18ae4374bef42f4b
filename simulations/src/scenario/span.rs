//! Lengths of time as a person writes them: `90s`, `1h 30m`, `-10m`, `3d`.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use std::fmt;

/// Unit letters and their milliseconds, largest first.
const UNITS: [(&str, i64); 6] = [
    ("y", 365 * 86_400_000),
    ("d", 86_400_000),
    ("h", 3_600_000),
    ("m", 60_000),
    ("s", 1_000),
    ("ms", 1),
];

/// A length of time in milliseconds; negative where something goes back.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub struct Span(pub i64);

impl Span {
    /// So many milliseconds.
    pub fn ms(ms: u64) -> Self {
        Self(ms.min(i64::MAX as u64) as i64)
    }

    /// As milliseconds that went by; zero for a negative span.
    pub fn as_ms(self) -> u64 {
        self.0.max(0) as u64
    }
}

impl std::str::FromStr for Span {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("“{text}” is not a time; write it like 90s, 1h 30m or 3d");
        let (sign, rest) = match text.trim().strip_prefix('-') {
            Some(rest) => (-1, rest),
            None => (1, text.trim()),
        };
        let mut total: i64 = 0;
        for part in rest.split_whitespace() {
            let digits = part.find(|c: char| !c.is_ascii_digit()).ok_or_else(wrong)?;
            let (number, unit) = part.split_at(digits);
            let number: i64 = number.parse().map_err(|_| wrong())?;
            let (_, ms) = UNITS.iter().find(|(name, _)| *name == unit).ok_or_else(wrong)?;
            total =
                number.checked_mul(*ms).and_then(|ms| total.checked_add(ms)).ok_or_else(wrong)?;
        }
        if rest.is_empty() { Err(wrong()) } else { Ok(Self(sign * total)) }
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 < 0 {
            f.write_str("-")?;
        }
        let mut left = self.0.abs();
        let mut parts = Vec::new();
        for (name, ms) in UNITS {
            if left >= ms {
                parts.push(format!("{}{name}", left / ms));
                left %= ms;
            }
        }
        if parts.is_empty() {
            parts.push("0s".to_owned());
        }
        f.write_str(&parts.join(" "))
    }
}

impl Serialize for Span {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_reads_as_it_is_written() {
        for text in ["90s", "1h 30m", "-10m", "3d", "250ms", "1y 2d", "0s"] {
            let span: Span = text.parse().expect(text);
            assert_eq!(span.to_string().parse(), Ok(span));
        }
        assert_eq!("1h 30m".parse(), Ok(Span(5_400_000)));
        assert!("ten".parse::<Span>().is_err() && "".parse::<Span>().is_err());
        assert!("5".parse::<Span>().is_err() && "5 m".parse::<Span>().is_err());
    }
}
