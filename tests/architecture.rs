//! The shape of the code: which crate may know which, and what no source may hold.

mod crates;
mod sources;
