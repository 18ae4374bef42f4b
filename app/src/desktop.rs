//! The window: a till for a person.
//!
//! Views are functions of `&Snapshot`, their own screen state and the time;
//! they draw and push [`Intent`]s. They never read a file, take a lock or look
//! at a clock, so every screen runs without a window, in tests. [`ui::Ui`] is the
//! whole of it; [`run`] puts it into a native window over a [`Backend`].
//!
//! An answer to [`Intent::Send`] comes back by its ticket through
//! [`ui::Ui::answer`]; until then the screen shows that it waits.

mod cart;
mod conflicts;
mod icon;
mod intent;
mod money;
mod people;
mod receipts;
mod recovery;
mod register;
mod scan;
mod scene;
mod search;
mod sheet;
mod shell;
mod sync;
mod theme;
mod ui;
mod widgets;
mod window;
mod wizard;
mod words;

#[cfg(test)]
mod tests;

pub(crate) use intent::{CreateShop, Intent};
pub(crate) use window::{Backend, WindowOptions, run};
pub(crate) use words::Language;
