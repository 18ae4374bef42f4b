//! The shop's Automerge documents: catalogue, customers and settings.
//!
//! Every device edits them at any time; their changes travel as log entries.
//! This crate holds the documents, the gate foreign changes pass before they
//! come near Automerge, typed reads, edits, the values of a field that is in
//! conflict, and the search index of a till.
//!
//! All three have one shape, made by constant genesis bytes:
//!
//! ```text
//! root { v: Int, <collection>: { "00".."ff": { <id in hex>: { <field>: scalar } } } }
//! ```
//!
//! An object lives in the bucket of the first byte of its id's blake3 hash,
//! because Automerge's costs grow with the number of siblings. Objects are
//! never deleted. Two devices may create the map of one object at once (two
//! first edits of one setting); Automerge would hide one of the maps, so here
//! **an object is the union of all maps made under its key**, field by field.
//!
//! The crate is pure: it knows no clock, no chance and no disk. It relies on
//! unwinding, to outlive panics inside Automerge: do not build it with
//! `panic = "abort"`.

mod document;
mod documents;
mod gate;
mod genesis;
mod index;
pub mod limits;
pub mod search;
pub mod settings;
mod shape;
#[cfg(test)]
mod tests;

pub use document::{
    Applied, CheckpointError, Edit, EditError, LoadError, LocalChange, Touched, Unsaved,
};
pub use documents::Documents;
pub use gate::Refused;
pub use search::{SearchIndex, plu_code};
pub use shape::{FieldFault, barcode_field, setting, setting_id};

/// Hash of a change, as Automerge computes it.
pub type ChangeHash = [u8; 32];
/// Name of an object of a document: the bytes of a product's or customer's id,
/// or [`setting_id`].
pub type ObjectKey = [u8; 16];
/// Automerge's actor: random, one for each run of a device, announced in its log.
pub type Actor = [u8; 16];
