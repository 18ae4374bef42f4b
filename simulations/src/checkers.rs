//! The promises, one file each, apart from the workload. What is cheap is
//! checked as it happens; the rest once the shop is at rest.

pub mod p1;
pub mod p2;
pub mod p3;
pub mod p4;
pub mod p5;
pub mod p6;
pub mod p7;
pub mod p8;

mod expect;

use crate::world::World;

/// Every so many-th seed is folded again from the first entry, and its
/// signatures are checked again: half of a run's time.
const REFOLD_EVERY: u64 = 5;

/// Checks everything that must hold at rest.
pub fn at_rest(world: &mut World, seed: u64) {
    p8::alike(world);
    p1::at_rest(world);
    p2::at_rest(world);
    p3::at_rest(world);
    p4::at_rest(world);
    p5::at_rest(world);
    p7::at_rest(world);
    if seed.is_multiple_of(REFOLD_EVERY) {
        p8::folds_again(world);
        p6::chains_hold(world, seed);
    }
    expect::at_rest(world);
}
