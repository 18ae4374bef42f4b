//! What tickets promise, on paper and on the way to it.

mod copies;
mod escpos;
mod golden;
mod picture;
mod printer;
mod random;
mod samples;
mod shifts;
