//! Simulations of a shop: the production node and store run unchanged; time,
//! network, disk, relay, authority, chance and people are simulated.
//!
//! [`run`] takes a [`scenario::Scenario`] and a seed and gives an
//! [`run::Outcome`]: the same two always give the same. [`swarm`] draws
//! scenarios from seeds by the thousand. `README.md` is the manual.

pub mod byzantine;
pub mod chance;
pub mod checkers;
pub mod device;
pub mod ghost;
#[cfg(feature = "mutants")]
pub mod mutants;
pub mod net;
pub mod people;
pub mod relay;
pub mod replay;
pub mod run;
pub mod scenario;
pub mod shrink;
pub mod sometimes;
pub mod swarm;
pub mod timeline;
pub mod trace;
pub mod violation;
pub mod world;
