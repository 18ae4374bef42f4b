//! Paper: where the printer is, and the queue in front of it.
//!
//! A ticket is bytes by the time it comes here. It is put into the [`Queue`],
//! which is a folder of files, and from there goes to its [`Printer`]. A printer
//! that is away changes nothing of what was sold: the job waits, is tried again
//! with pauses that grow to a bound, and a person may list, retry and drop it.
//!
//! Whoever sells puts a job in and goes on. A running device works the queue on a
//! thread of its own ([`Worker`]); a command line without one works it once.

mod job;
mod queue;
mod send;
mod target;
mod trouble;
mod worker;

pub use job::{Job, Kind};
pub use queue::{JOBS_MAX, Put, Queue, QueueError, Waiting, Which, Worked};
pub use target::{Printer, TargetError};
pub use trouble::{PAUSE_MAX, Trouble};
pub use worker::Worker;
