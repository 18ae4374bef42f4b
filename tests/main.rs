//! The whole program from outside: real processes, real folders, real sockets.
//!
//! Nothing here links the project's crates. What a test knows of a device is
//! what the command line prints and the local API answers, as a person or a
//! script would see it. Nothing waits for a fixed time: a test polls for what it
//! expects, up to a deadline.

mod architecture;
mod bad_input;
mod books;
mod crash;
mod damage;
mod day;
mod demo;
mod enrol;
mod flush;
mod full_disk;
mod import;
mod mesh;
mod numbers;
mod people;
mod print;
mod program;
mod set_back;
mod shop;
mod strangers;
mod window;
