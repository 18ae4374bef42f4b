//! A database that may be let go of even when it is damaged.

use super::error::guarded;
use redb::Database;
use std::ops::Deref;
use std::sync::Arc;

/// Shares a database. The last one to drop it closes it, and closing writes: on
/// a damaged file that may panic, which nobody could do anything about.
#[derive(Clone)]
pub(super) struct Held(Option<Arc<Database>>);

impl Held {
    pub(super) fn new(database: Database) -> Self {
        Self(Some(Arc::new(database)))
    }

    /// The database, when nobody else shares it.
    pub(super) fn get_mut(&mut self) -> Option<&mut Database> {
        self.0.as_mut().and_then(Arc::get_mut)
    }

    /// Takes the database out, when nobody else shares it.
    pub(super) fn take(mut self) -> Option<Database> {
        self.0.take().and_then(|shared| Arc::try_unwrap(shared).ok())
    }
}

impl Deref for Held {
    type Target = Database;

    fn deref(&self) -> &Database {
        self.0.as_ref().expect("only taken out by what consumes it")
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let shared = self.0.take();
        let _ = guarded(|| {
            drop(shared);
            Ok(())
        });
    }
}
