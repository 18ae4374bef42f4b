//! The shop's settings.

use crate::Node;
use crate::catalogue;
use crate::command::Written;
use crate::io::Now;
use crate::job::Caller;
use crate::sell::{Done, wrong};
use till_catalog::settings::{self, Settings};
use till_catalog::{Edit, setting, setting_id};
use till_schema::catalogue::{DocumentId, FieldValue};
use till_schema::rows::{HistoryRow, Rows};
use till_shop::Need;

impl Node {
    /// The settings in use.
    pub(crate) fn settings(&self, rows: &dyn Rows) -> Settings {
        Settings::load(rows)
    }

    pub(super) fn put_settings(
        &mut self,
        now: Now,
        rows: &mut dyn Rows,
        caller: Caller,
        all: Vec<(String, FieldValue)>,
    ) -> Done {
        self.entitled(Need::EditDocuments)?;
        if all.is_empty() {
            return Err(wrong("no setting to change; give NAME=VALUE"));
        }
        let mut edits = Vec::with_capacity(2 * all.len());
        let mut written = Written::default();
        let known = self.settings(rows);
        for (name, value) in all {
            settings::check(&name, &value).map_err(|error| wrong(error.to_string()))?;
            match known.all().get(&name) {
                Some(old) if *old == value => written.unchanged += 1,
                Some(_) => written.changed += 1,
                None => written.created += 1,
            }
            let id = setting_id(&name);
            edits.push(Edit::new(id, setting::NAME, FieldValue::Text(name)));
            edits.push(Edit::new(id, setting::VALUE, value));
        }
        let document = DocumentId::Settings;
        self.write_edits(now, rows, caller, document, edits, Vec::new(), None, written)
    }

    pub(super) fn setting_history(rows: &dyn Rows, name: &str) -> Vec<HistoryRow> {
        catalogue::history(rows, DocumentId::Settings, &setting_id(name), setting::VALUE)
    }
}
