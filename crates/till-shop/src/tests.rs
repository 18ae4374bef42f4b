//! The rules one by one, and what holds of any set of entries.

mod chain;
mod phrase;
mod pins;
mod properties;
mod recoveries;
mod refold;
mod roles;
mod stored;
mod suspensions;
mod throttling;
mod users;
mod world;
