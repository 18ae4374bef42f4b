//! The window driven as a person drives it: by what widgets are called.
#![allow(clippy::unwrap_used)]

mod conflicts;
pub(crate) mod data;
mod first_run;
mod look;
mod people;
mod provisional;
mod selling;
mod sync;
mod till;
mod words;

pub(crate) use till::Till;
