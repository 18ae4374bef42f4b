//! Looking at what devices list, for the trace and the counters.

use super::World;
use super::queue::Due;
use crate::trace::EventKind;
use std::borrow::Cow;
use std::collections::BTreeMap;
use till_node::command::{ConflictStatus, ConflictView};
use till_schema::body::{ConflictKey, ConflictKind};

/// A kept trace is told what devices list so often, ms.
const LOOK_EVERY_MS: u64 = 5_000;

/// What was listed when it was looked at last, by device.
#[derive(Debug, Default)]
pub(super) struct Seen(BTreeMap<usize, BTreeMap<ConflictKey, ConflictStatus>>);

/// A kind as a scenario writes it.
pub fn kind_name(kind: ConflictKind) -> String {
    let quoted = serde_json::to_string(&kind).unwrap_or_default();
    quoted.trim_matches('"').to_owned()
}

fn status_name(status: ConflictStatus) -> &'static str {
    match status {
        ConflictStatus::Open => "open",
        ConflictStatus::Contested => "contested",
        ConflictStatus::Closed => "closed",
    }
}

impl World {
    /// What a device lists.
    pub fn conflicts(&self, index: usize) -> Vec<ConflictView> {
        let Ok(running) = &self.devices[index].running else { return Vec::new() };
        running.node.conflicts(&running.books)
    }

    pub(super) fn look(&mut self) {
        for index in 0..self.devices.len() {
            self.look_at(index);
        }
        self.after(LOOK_EVERY_MS, Due::Look);
    }

    fn look_at(&mut self, index: usize) {
        let before = self.seen_conflicts.0.remove(&index).unwrap_or_default();
        if !self.devices[index].is_running() {
            return;
        }
        let mut now = BTreeMap::new();
        for view in self.conflicts(index) {
            let kind = kind_name(view.key.kind);
            let known = before.get(&view.key);
            let subject = view.key.subject.clone();
            if known.is_none() {
                let (kind, subject) = (Cow::Owned(kind.clone()), subject.clone());
                self.detail(Some(index), EventKind::ConflictOpened { kind, subject });
            }
            let first = known.is_none() && view.status == ConflictStatus::Open;
            if known != Some(&view.status) && !first {
                let status = Cow::Borrowed(status_name(view.status));
                let kind = Cow::Owned(kind);
                self.detail(Some(index), EventKind::ConflictStatus { kind, subject, status });
            }
            now.insert(view.key, view.status);
        }
        self.seen_conflicts.0.insert(index, now);
    }

    /// Counts what is listed at the end.
    pub fn count_conflicts_of(&mut self, index: usize) {
        for view in self.conflicts(index) {
            let name = kind_name(view.key.kind);
            self.sometimes.reach_of("conflict", &name);
            let status = status_name(view.status);
            self.sometimes.reach_of("status", status);
            if view.resolutions.len() > 1 {
                self.sometimes.reach("mark:contested");
            }
            match view.key.kind {
                ConflictKind::Fork => self.sometimes.reach("mark:fork-proven"),
                ConflictKind::NumberDuplicate => self.sometimes.reach("mark:duplicate-number"),
                _ => {}
            }
        }
    }
}
