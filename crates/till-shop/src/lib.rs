//! Who is in the shop and what they may do: devices, administration, people.
//!
//! [`Authority`] is computed from the set of entries about rights and from
//! nothing else, so two devices that have the same entries agree on who
//! administers, what each device may do, and which entries count, in whatever
//! order those entries came. [`recovery`] makes the words that take the
//! administration back from whoever has it. [`users`] keeps the people: names,
//! PINs and rights.
//!
//! Nothing here reads a clock or draws a random number, and nothing asks the
//! network: times, salts and entropy are arguments.

mod authority;
pub mod recovery;
pub mod users;

pub use authority::{
    Authority, Need, Reason, Verdict, is_admin, load, must_refold, need_of, record, write_devices,
};

#[cfg(test)]
mod tests;
