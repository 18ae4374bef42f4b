//! The relay over real HTTP, with the simulated authority behind it.
#![allow(clippy::unwrap_used)]

mod answers;
mod client;
mod faults;
mod series;
mod startup;
mod support;
