//! Tests: single rules, and a world of devices in which rules can be broken.

mod audits;
mod branches;
mod machine;
mod mutants;
mod provisionals;
mod shop;
mod stocks;
mod tokens;
mod traces;
mod validity;
mod world;
