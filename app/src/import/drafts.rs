//! What an import yields: the node's own drafts.

pub(crate) use till_node::command::{CustomerDraft, ProductDraft};
