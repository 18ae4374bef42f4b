//! Small logs for tests.

use crate::{Context, Drafter, Head, SigningKey};
use till_schema::body::{Body, StockMoved, StockReason};
use till_schema::{LogId, ShopId, Vector};

pub(crate) const SHOP: ShopId = ShopId([7; 32]);

pub(crate) fn key(seed: u8) -> SigningKey {
    SigningKey::from_bytes(&[seed; 32])
}

pub(crate) fn log_of(seed: u8) -> LogId {
    LogId(key(seed).verifying_key().to_bytes())
}

pub(crate) fn note(text: &str) -> Body {
    Body::StockMoved(StockMoved {
        reason: StockReason::Adjust,
        moves: Vec::new(),
        note: text.to_owned(),
        place: String::new(),
        to: None,
    })
}

/// Encoded frames of one log with the given numbers of entries.
pub(crate) fn chain(seed: u8, sizes: &[usize]) -> Vec<Vec<u8>> {
    let mut drafter = Drafter::new(SHOP, key(seed), Head::default(), Vector::new());
    sizes
        .iter()
        .map(|size| {
            let bodies = (0..*size).map(|n| note(&n.to_string())).collect();
            let frame = drafter
                .draft(bodies, &Vector::new(), Context { wall_ms: 1000, ..Context::default() })
                .expect("fits");
            drafter.keep(&frame);
            frame.bytes().to_vec()
        })
        .collect()
}
