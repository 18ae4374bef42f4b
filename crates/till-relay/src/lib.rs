//! The fiscal relay: an HTTP service between the registers of a shop and a tax
//! authority, and the thin client the registers use.
//!
//! A document is named by the hash of its bytes ([`document_code`]), so sending it is
//! idempotent by nature: any device may send it, as often as it likes. The relay makes
//! a document durable before it answers, writes that it is about to call the authority
//! before it calls, and asks the authority what became of a document before it ever
//! submits it a second time. What it answers in the end is a [`SignedReceipt`].
//!
//! ```text
//! none → received → submitted{attempts} → final{accepted | rejected}
//! ```
//!
//! It is also a witness: what it has seen of a device's numbers ([`SignedSeries`]) tells
//! the device when its storage was set back to an old copy.
//!
//! - [`serve`] runs a relay in this process, with the [`simulator`] as its authority;
//! - [`client`] is what a shop's device uses;
//! - [`authority`] is the seam behind which a real tax authority goes.

pub mod authority;
pub mod client;

mod api;
mod code;
mod key;
mod ledger;
mod receipt;
mod series;
mod serve;
mod server;
mod settle;
mod store;

pub use api::{Health, InFlight, LedgerEntry, LedgerPage, ProblemBody, StateName};
pub use authority::simulator;
pub use code::{CodeError, DocumentCode, document_code};
pub use receipt::{Outcome, ReceiptError, SignedReceipt};
pub use series::{SeriesHead, SignedSeries};
pub use serve::{
    AUTHORITY_TIMEOUT, PUT_ANSWER_WAIT, RETRY_CAP, RETRY_FLOOR, RelayConfig, RelayHandle,
    RelayLimits, SHUTDOWN_WAIT, ServeError, UNSETTLED_MAX, serve,
};
pub use server::{DOCUMENT_BYTES_MAX, IN_FLIGHT_RETRY_MS, PAGE_DEFAULT, PAGE_MAX};
pub use settle::{AUTHORITY_CALLS_MAX, RETRY_AFTER_MAX};
