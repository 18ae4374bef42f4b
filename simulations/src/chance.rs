//! Chance: one generator per concern, all from the run's seed, so that a draw
//! more in one concern does not shift the others.

use rand_chacha::ChaCha8Rng;
use rand_core::{RngCore, SeedableRng};

/// Billionths, the scale of [`Dice::chance`].
const SCALE: u64 = 1_000_000_000;

/// A generator with what a simulation draws.
#[derive(Clone, Debug)]
pub struct Dice(ChaCha8Rng);

impl Dice {
    /// The generator of one concern of a run.
    pub fn of(seed: u64, concern: &str) -> Self {
        let mut hasher = blake3::Hasher::new_derive_key("tillmesh simulation dice v1");
        hasher.update(&seed.to_le_bytes());
        hasher.update(concern.as_bytes());
        Self(ChaCha8Rng::from_seed(*hasher.finalize().as_bytes()))
    }

    /// Any number.
    pub fn number(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// Bytes.
    pub fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        self.0.fill_bytes(&mut bytes);
        bytes
    }

    /// Below a bound; 0 for a bound of 0.
    pub fn below(&mut self, bound: u64) -> u64 {
        if bound == 0 { 0 } else { self.0.next_u64() % bound }
    }

    /// An index into something of a length; 0 when it is empty.
    pub fn index(&mut self, len: usize) -> usize {
        self.below(len as u64) as usize
    }

    /// Between two bounds, both included.
    pub fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.below(high.saturating_sub(low) + 1)
    }

    /// Happens with a probability.
    pub fn chance(&mut self, probability: f64) -> bool {
        let threshold = (probability.clamp(0.0, 1.0) * SCALE as f64) as u64;
        self.below(SCALE) < threshold
    }

    /// One of several.
    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        if from.is_empty() { None } else { Some(&from[self.index(from.len())]) }
    }

    /// A pause until the next of events that come so often an hour, ms: shorter
    /// ones more often, as real arrivals come.
    pub fn pause_ms(&mut self, per_hour: f64) -> u64 {
        // Only basic arithmetic and ln of a dyadic fraction: alike on all machines.
        let unit = (self.below(1 << 24) + 1) as f64 / f64::from(1 << 24);
        let mean_ms = 3_600_000.0 / per_hour.max(1e-6);
        ((-unit.ln() * mean_ms) as u64).max(1)
    }
}
