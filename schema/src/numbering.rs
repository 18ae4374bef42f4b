//! Fiscal numbers as they are stored: spaces and sets of numbers.

use crate::SpaceId;
use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

/// What names one series of fiscal numbers. A number is unique within its space.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Encode, Decode, Serialize, Deserialize)]
#[cbor(map)]
pub struct Space {
    /// The authority's profile: `generic`, `co`, `pa`.
    #[n(0)]
    pub authority: String,
    /// The issuer's tax id.
    #[n(1)]
    pub issuer: String,
    /// Document kind, in the authority's code list (`POS` in the generic profile).
    #[n(2)]
    pub document_kind: String,
    /// Prefix or emission point, printed before the number.
    #[n(3)]
    pub prefix: String,
}

impl Space {
    /// The id every entry names the space by.
    pub fn id(&self) -> SpaceId {
        let mut hasher = blake3::Hasher::new_derive_key("tillmesh space v1");
        for part in [&self.authority, &self.issuer, &self.document_kind, &self.prefix] {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
        let mut id = [0; 16];
        hasher.finalize_xof().fill(&mut id);
        SpaceId(id)
    }

    /// A number as it is printed and searched: prefix and number, `SETP-990000001`.
    pub fn label(&self, number: u64) -> String {
        if self.prefix.is_empty() {
            number.to_string()
        } else {
            format!("{}-{number}", self.prefix)
        }
    }
}

/// A set of numbers, kept as disjoint inclusive ranges in rising order with no
/// two touching. Equal sets are equal values.
#[derive(Clone, PartialEq, Eq, Debug, Default, Encode, Serialize)]
#[cbor(transparent)]
#[serde(transparent)]
pub struct Ranges(#[n(0)] Vec<(u64, u64)>);

impl Ranges {
    /// The empty set.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// All numbers from `from` to `to`, both included; empty when `from > to`.
    pub fn span(from: u64, to: u64) -> Self {
        if from > to { Self::new() } else { Self(vec![(from, to)]) }
    }

    /// The ranges, rising.
    pub fn iter(&self) -> impl Iterator<Item = (u64, u64)> + '_ {
        self.0.iter().copied()
    }

    /// How many numbers there are.
    pub fn count(&self) -> u64 {
        self.0.iter().fold(0u64, |sum, (from, to)| sum.saturating_add(to - from).saturating_add(1))
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The lowest number.
    pub fn first(&self) -> Option<u64> {
        self.0.first().map(|(from, _)| *from)
    }

    /// Whether `number` is in the set.
    pub fn contains(&self, number: u64) -> bool {
        let next = self.0.partition_point(|(from, _)| *from <= number);
        next > 0 && self.0[next - 1].1 >= number
    }

    /// Whether every number of `other` is in the set.
    pub fn contains_all(&self, other: &Self) -> bool {
        other.minus(self).is_empty()
    }

    /// Adds one number.
    pub fn insert(&mut self, number: u64) {
        *self = self.union(&Self::span(number, number));
    }

    /// Takes one number out.
    pub fn remove(&mut self, number: u64) {
        *self = self.minus(&Self::span(number, number));
    }

    /// Numbers in either set.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        let mut all: Vec<(u64, u64)> = self.0.iter().chain(&other.0).copied().collect();
        all.sort_unstable();
        let mut merged: Vec<(u64, u64)> = Vec::with_capacity(all.len());
        for (from, to) in all {
            match merged.last_mut() {
                Some(last) if from <= last.1.saturating_add(1) => last.1 = last.1.max(to),
                _ => merged.push((from, to)),
            }
        }
        Self(merged)
    }

    /// Numbers in this set and not in `other`.
    #[must_use]
    pub fn minus(&self, other: &Self) -> Self {
        let mut left = Vec::with_capacity(self.0.len());
        let mut cuts = other.0.iter().copied().peekable();
        for (mut from, to) in self.iter() {
            let mut done = false;
            while let Some(&(cut_from, cut_to)) = cuts.peek() {
                if cut_to < from {
                    cuts.next();
                    continue;
                }
                if cut_from > to {
                    break;
                }
                if cut_from > from {
                    left.push((from, cut_from - 1));
                }
                if cut_to >= to {
                    done = true;
                    break;
                }
                from = cut_to + 1;
                cuts.next();
            }
            if !done {
                left.push((from, to));
            }
        }
        Self(left)
    }

    /// Numbers in both sets.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        self.minus(&self.minus(other))
    }

    /// The lowest `count` numbers, or all when there are fewer.
    #[must_use]
    pub fn take(&self, count: u64) -> Self {
        let mut taken = Vec::new();
        let mut left = count;
        for (from, to) in self.iter() {
            if left == 0 {
                break;
            }
            let last = to.min(from.saturating_add(left - 1));
            left -= last - from + 1;
            taken.push((from, last));
        }
        Self(taken)
    }
}

impl<'b, C> Decode<'b, C> for Ranges {
    /// Refuses ranges that are empty, out of order or touching: one set has one encoding.
    fn decode(
        decoder: &mut minicbor::Decoder<'b>,
        ctx: &mut C,
    ) -> Result<Self, minicbor::decode::Error> {
        let ranges: Vec<(u64, u64)> = Decode::decode(decoder, ctx)?;
        let ordered = ranges.iter().all(|(from, to)| from <= to)
            && ranges.windows(2).all(|pair| pair[0].1.saturating_add(1) < pair[1].0);
        if ordered {
            Ok(Self(ranges))
        } else {
            Err(minicbor::decode::Error::message("ranges are not in canonical order"))
        }
    }
}

impl FromIterator<u64> for Ranges {
    fn from_iter<I: IntoIterator<Item = u64>>(numbers: I) -> Self {
        let mut all: Vec<(u64, u64)> = numbers.into_iter().map(|n| (n, n)).collect();
        all.sort_unstable();
        Self(all).union(&Self::new())
    }
}

impl std::fmt::Display for Ranges {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (index, (from, to)) in self.iter().enumerate() {
            if index > 0 {
                f.write_str(", ")?;
            }
            if from == to { write!(f, "{from}")? } else { write!(f, "{from}–{to}")? }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn small_set() -> impl Strategy<Value = BTreeSet<u64>> {
        proptest::collection::btree_set(0u64..40, 0..25)
    }

    fn ranges(set: &BTreeSet<u64>) -> Ranges {
        set.iter().copied().collect()
    }

    proptest! {
        #[test]
        fn ranges_are_a_set(a in small_set(), b in small_set(), n in 0u64..45) {
            let (ra, rb) = (ranges(&a), ranges(&b));
            prop_assert_eq!(ra.union(&rb), ranges(&(&a | &b)));
            prop_assert_eq!(ra.minus(&rb), ranges(&(&a - &b)));
            prop_assert_eq!(ra.intersection(&rb), ranges(&(&a & &b)));
            prop_assert_eq!(ra.contains(n), a.contains(&n));
            prop_assert_eq!(ra.count(), a.len() as u64);
            prop_assert_eq!(ra.take(n), ranges(&a.iter().copied().take(n as usize).collect()));
            let bytes = crate::to_bytes(&ra);
            prop_assert_eq!(crate::from_bytes::<Ranges>(&bytes).unwrap(), ra);
        }
    }

    #[test]
    fn one_set_has_one_encoding() {
        for bad in [vec![(3u64, 1u64)], vec![(1, 2), (3, 4)], vec![(5, 6), (1, 2)]] {
            let bytes = crate::to_bytes(&bad);
            assert!(crate::from_bytes::<Ranges>(&bytes).is_err(), "{bad:?}");
        }
    }
}
