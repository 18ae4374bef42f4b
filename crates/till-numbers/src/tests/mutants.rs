//! Twelve protocols that do not work, and that each is caught (correctness 1.11).

use super::world::{Config, Invariant, Mutant, Op, World};
use std::collections::BTreeMap;
use till_schema::body::Sharing;

/// How many histories there are.
const HISTORIES: u64 = 400;
/// Things that happen in one history.
const STEPS: usize = 120;

/// What each mutant breaks, and after how many histories at the latest.
const TABLE: [(Mutant, Invariant, u64); 12] = [
    (Mutant::CutHidesTokens, Invariant::ReceiptsAreSales, 50),
    (Mutant::MaxMergeCounter, Invariant::OneReceipt, 5),
    (Mutant::TwoCustodians, Invariant::OneReceipt, 5),
    (Mutant::PrintBeforeCommit, Invariant::OneReceipt, 10),
    (Mutant::RenewalMintsAgain, Invariant::OneReceipt, 30),
    (Mutant::RestoreGoesOn, Invariant::OneReceipt, 100),
    (Mutant::RestoreAdoptsTail, Invariant::OneReceipt, HISTORIES),
    (Mutant::GiverTakesBack, Invariant::OneReceipt, 100),
    (Mutant::CreditsEachDelivery, Invariant::OneReceipt, 50),
    (Mutant::LostMintedAgain, Invariant::OneReceipt, 250),
    (Mutant::LeaseWithoutMargin, Invariant::OneReceipt, 150),
    (Mutant::LeaseWithMargin, Invariant::OneReceipt, HISTORIES),
];

#[test]
fn each_mutant_is_caught() {
    for (mutant, invariant, tries_max) in TABLE {
        let tries = (1..=HISTORIES).find(|seed| breaks(mutant, invariant, *seed));
        println!("{mutant:?} breaks {invariant:?} in history {tries:?}");
        let caught = tries.is_some_and(|tries| tries <= tries_max);
        assert!(caught, "{mutant:?}: {tries:?}, and {tries_max} should be enough");
    }
}

/// The same histories with every rule kept, for both shapes of a shop.
#[test]
fn the_protocol_survives_the_histories_that_break_the_mutants() {
    let mut reached = [0usize; 3];
    let mut kinds = BTreeMap::new();
    for sharing in [Sharing::Shared, Sharing::Single] {
        for seed in 1..=HISTORIES {
            let mut world = World::new(Config { sharing, devices: 3, mutant: None });
            for (step, op) in history(seed).enumerate() {
                world.step(op);
                if step % 5 == 0 {
                    world.check();
                }
                world.assert_sound(&(sharing, seed));
            }
            world.settle();
            world.check();
            for number in 1..=12 {
                world.check_proof(number);
            }
            world.assert_sound(&(sharing, seed));
            let (lost, tail) = world.has_losses();
            for (kind, count) in world.written() {
                *kinds.entry(kind).or_insert(0) += count;
            }
            reached[0] += usize::from(lost);
            reached[1] += usize::from(tail);
            reached[2] += usize::from(world.has_peer_refill());
        }
    }
    // Lost numbers, a sale from beyond the end of its log, a refill by a peer.
    assert!(reached.iter().all(|count| *count > 0), "not all was tried: {reached:?}");
    for kind in [
        "LogEnd",
        "EndOf",
        "ResolutionImport",
        "Cede",
        "Accept",
        "Void",
        "CustodyMove",
        "DeclareLost",
        "AssignProvisional",
        "SaleCommitted",
        "SaleProvisional",
    ] {
        assert!(kinds.get(kind).is_some_and(|count| *count > 50), "{kind}: {kinds:?}");
    }
}

fn breaks(mutant: Mutant, invariant: Invariant, seed: u64) -> bool {
    let config = Config { sharing: Sharing::Shared, devices: 3, mutant: Some(mutant) };
    let mut world = World::new(config);
    for op in history(seed) {
        world.step(op);
        if invariant == Invariant::ReceiptsAreSales {
            world.check_receipts();
        }
        if world.faults().iter().any(|fault| fault.invariant == invariant) {
            return true;
        }
    }
    false
}

/// SplitMix64: a history depends on its seed and on nothing else.
fn history(seed: u64) -> impl Iterator<Item = Op> {
    let mut state = seed;
    (0..STEPS).map(move |_| {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        let [kind, a, b, c, ..] = mixed.to_le_bytes();
        Op::decode([kind, a, b, c])
    })
}
