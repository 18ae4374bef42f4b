//! The first change of each document, the same constant bytes on every device.
//!
//! They are shipped, not built at run time: documents that do not share their
//! first change hide each other's objects when they meet, and another version
//! of the library may encode the same operations otherwise.

use till_schema::catalogue::DocumentId;

/// The actor of every genesis change.
pub(crate) const ACTOR: crate::Actor = [0; 16];

/// The genesis change of a document.
pub(crate) const fn bytes(document: DocumentId) -> &'static [u8] {
    match document {
        DocumentId::Catalogue => include_bytes!("../genesis/catalogue.bin"),
        DocumentId::Customers => include_bytes!("../genesis/customers.bin"),
        DocumentId::Settings => include_bytes!("../genesis/settings.bin"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use automerge::transaction::{CommitOptions, Transactable};
    use automerge::{ActorId, Automerge, Change, ObjType, ROOT};

    /// Version of the documents' shape, under `v` at the root.
    const SHAPE_VERSION: i64 = 1;

    fn build(document: DocumentId) -> Vec<u8> {
        let mut doc = Automerge::new().with_actor(ActorId::from(&ACTOR[..]));
        let mut tx = doc.transaction();
        tx.put(ROOT, "v", SHAPE_VERSION).expect("root is a map");
        let collection =
            tx.put_object(ROOT, document.collection(), ObjType::Map).expect("root is a map");
        for bucket in 0..=u8::MAX {
            tx.put_object(&collection, crate::shape::bucket_name(bucket), ObjType::Map)
                .expect("the collection is a map");
        }
        tx.commit_with(CommitOptions::default().with_time(0));
        doc.get_last_local_change().expect("just made").raw_bytes().to_vec()
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "writes the shipped files when asked to")]
    fn building_again_gives_the_shipped_bytes() {
        for document in DocumentId::ALL {
            if std::env::var_os("TILLMESH_WRITE_GENESIS").is_some() {
                // For a new document only: the bytes of an old one never change.
                let path =
                    format!("{}/genesis/{}.bin", env!("CARGO_MANIFEST_DIR"), document.name());
                std::fs::write(path, build(document)).expect("the folder is there");
            }
            assert!(build(document) == bytes(document), "{} differs", document.name());
        }
    }

    #[test]
    fn hashes_are_pinned() {
        let hashes = DocumentId::ALL.map(|document| {
            Change::try_from(bytes(document)).expect("genesis is a change").hash().to_string()
        });
        assert_eq!(
            hashes,
            [
                "37f4d45270fa69f9d79aadb777be67fcb7c707f54b06515f528b8a162c88fb8b",
                "fed4fff627bf303799f38b4f66e3cc317bcb04cd5d533d03f965f46c838d41ec",
                "b5e4cdc1d6eb544970feba1ff85053c69e8dd5e0a0bf0a8a92b98289bb8fcedb",
            ]
        );
    }
}
