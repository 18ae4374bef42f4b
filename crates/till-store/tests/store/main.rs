//! The store on disks that stop, tear, flip, fill up and fail.

#![allow(clippy::unwrap_used)]

mod books;
mod bundle;
mod crash;
mod fence;
mod flip;
mod full;
mod log;
mod real;
mod unknown;
mod world;
