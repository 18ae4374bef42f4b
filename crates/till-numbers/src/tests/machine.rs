//! Random histories of a world whose rules are kept, shrunk when they fail.

use super::world::{Config, Op, World};
use proptest::prelude::*;
use proptest_state_machine::{ReferenceStateMachine, StateMachineTest, prop_state_machine};
use till_schema::body::Sharing;

/// Chooses what happens. The places of the numbers are in the world's own
/// model, which hears of each entry as it is written.
struct Shared;
/// The same with a prefix for each register.
struct Single;

macro_rules! machine {
    ($name:ident, $sharing:expr) => {
        impl ReferenceStateMachine for $name {
            type State = Config;
            type Transition = Op;

            fn init_state() -> BoxedStrategy<Config> {
                (3usize..=4)
                    .prop_map(|devices| Config { sharing: $sharing, devices, mutant: None })
                    .boxed()
            }

            fn transitions(_: &Config) -> BoxedStrategy<Op> {
                any::<[u8; 4]>().prop_map(Op::decode).boxed()
            }

            fn apply(state: Config, _: &Op) -> Config {
                state
            }
        }

        impl StateMachineTest for $name {
            type SystemUnderTest = World;
            type Reference = Self;

            fn init_test(config: &Config) -> World {
                World::new(*config)
            }

            fn apply(mut world: World, _: &Config, op: Op) -> World {
                world.step(op);
                world.check();
                world
            }

            fn check_invariants(world: &World, config: &Config) {
                world.assert_sound(config);
            }

            fn teardown(mut world: World, config: Config) {
                world.settle();
                world.check();
                Self::check_invariants(&world, &config);
            }
        }
    };
}

machine!(Shared, Sharing::Shared);
machine!(Single, Sharing::Single);

prop_state_machine! {
    #![proptest_config(ProptestConfig {
        cases: 160,
        failure_persistence: None,
        max_shrink_iters: 2_000,
        rng_seed: proptest::test_runner::RngSeed::Fixed(20_261_125),
        ..ProptestConfig::default()
    })]

    #[test]
    fn a_shared_series_keeps_every_invariant(sequential 40..120 => Shared);

    #[test]
    fn prefixes_of_registers_keep_every_invariant(sequential 40..120 => Single);
}
