//! Tickets: from an order, a return or a shift to paper.
//!
//! A ticket is made of blocks ([`sale`], [`credit_note`], [`shift`], [`test()`]),
//! laid out for a paper once ([`lines`]), and the same lines become bytes for a
//! printer ([`escpos`]), plain text ([`text`]) and a picture ([`png`]).
//!
//! Pure: the same facts give the same ticket, so a copy differs from the original
//! in its mark alone. Nothing is computed again that an entry has frozen.

mod characters;
mod credit_note;
mod escpos;
mod facts;
mod figures;
mod layout;
mod parts;
mod png;
mod qr;
mod sale;
mod shift;
mod text;
mod ticket;
mod trial;
mod words;
mod wrap;

pub use characters::CodePage;
pub use credit_note::credit_note;
pub use escpos::{Options, QrPrinting, escpos, open_drawer};
pub use facts::{SaleFacts, ShiftFacts, TestFacts, Texts};
pub use layout::{Line, lines};
pub use png::png;
pub use qr::Symbol;
pub use sale::sale;
pub use shift::shift;
pub use text::text;
pub use ticket::{Align, Block, Paper, Size, Ticket};
pub use trial::test;
pub use words::Language;
