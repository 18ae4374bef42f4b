//! Tests of several devices, and what they share.
#![allow(clippy::unwrap_used)]

mod edits;
mod hostile;
mod hostile_random;
mod merge;
mod random;
mod stored;

use crate::{Actor, Applied, ChangeHash, Documents, Edit, LocalChange, ObjectKey, Refused};
use till_schema::ProductId;
use till_schema::catalogue::{DocumentId, FieldValue, product};
use till_schema::rows::ProductRow;

pub(crate) const CATALOGUE: DocumentId = DocumentId::Catalogue;
pub(crate) const SETTINGS: DocumentId = DocumentId::Settings;
/// The product most tests are about.
pub(crate) const COFFEE: ObjectKey = [0xc0; 16];

pub(crate) fn int(value: i64) -> FieldValue {
    FieldValue::Int(value)
}

pub(crate) fn text(value: &str) -> FieldValue {
    FieldValue::Text(value.into())
}

/// A device.
pub(crate) struct Till {
    pub(crate) documents: Documents,
    pub(crate) actor: Actor,
    edits: i64,
}

/// A change on its way.
#[derive(Clone)]
pub(crate) struct Sent {
    pub(crate) document: DocumentId,
    pub(crate) actor: Actor,
    pub(crate) bytes: Vec<u8>,
    pub(crate) hash: ChangeHash,
}

impl Till {
    pub(crate) fn new(number: u8) -> Self {
        Self { documents: Documents::genesis(), actor: [number; 16], edits: 0 }
    }

    pub(crate) fn try_edit(&mut self, document: DocumentId, edits: &[Edit]) -> Option<Sent> {
        self.edits += 1;
        let change = self.documents.edit(self.actor, document, edits, 1_700_000_000 + self.edits);
        let LocalChange { bytes, hash, .. } = change.unwrap()?;
        Some(Sent { document, actor: self.actor, bytes, hash })
    }

    pub(crate) fn edit(&mut self, document: DocumentId, edits: &[Edit]) -> Sent {
        self.try_edit(document, edits).expect("the edit changes something")
    }

    pub(crate) fn set(&mut self, field: &str, value: FieldValue) -> Sent {
        self.edit(CATALOGUE, &[Edit::new(COFFEE, field, value)])
    }

    pub(crate) fn price(&mut self, price: i64) -> Sent {
        self.set(product::PRICE, int(price))
    }

    pub(crate) fn try_take(&mut self, sent: &Sent) -> Result<Applied, Refused> {
        self.documents.apply(sent.document, &sent.bytes, sent.actor)
    }

    pub(crate) fn take(&mut self, sent: &Sent) -> Applied {
        let applied = self.try_take(sent).expect("an honest change passes the gate");
        assert_eq!(applied.hash, sent.hash);
        applied
    }

    pub(crate) fn coffee(&self) -> ProductRow {
        self.documents.product(ProductId(COFFEE)).expect("the coffee is there")
    }

    pub(crate) fn prices(&self) -> Vec<(FieldValue, ChangeHash)> {
        self.documents.candidates(CATALOGUE, &COFFEE, product::PRICE)
    }
}

/// Tills 1, 2 and 3, which all know the coffee at 1000, made by the first.
pub(crate) fn tills() -> [Till; 3] {
    let mut tills = [1, 2, 3].map(Till::new);
    let made = tills[0].edit(
        CATALOGUE,
        &[
            Edit::new(COFFEE, product::NAME, text("Café")),
            Edit::new(COFFEE, product::PRICE, int(1000)),
        ],
    );
    tills[1].take(&made);
    tills[2].take(&made);
    tills
}

/// A document saved and loaded, alone.
pub(crate) fn saved_and_loaded(documents: &Documents, document: DocumentId) -> Documents {
    let mut snapshots = [None, None, None];
    snapshots[document as usize] = Some(documents.save(document));
    Documents::load(snapshots, []).expect("what was saved loads")
}

/// A small generator of numbers (SplitMix64) for cases that need many.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `bound`.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        (self.roll() % bound as u64) as usize
    }

    pub(crate) fn byte(&mut self) -> u8 {
        self.roll().to_le_bytes()[0]
    }
}
