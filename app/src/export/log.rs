//! Everything that happened: each entry of each log, with what it says as JSON.

use super::out::{Out, maybe, text};
use crate::failure::Failure;
use crate::target::Target;
use serde_json::Value;
use till_host::{ListedEntry, list_entries};

pub(super) async fn write(target: &mut Target, out: &mut Out) -> Result<(), Failure> {
    out.header(&["log", "seq", "hash", "time", "user", "approver", "kind", "name", "body"])?;
    // The device writes a bundle, as for a stick; it is removed with its folder.
    let folder = tempfile::Builder::new().prefix("tillmesh-").tempdir().map_err(|error| {
        Failure::Trouble(format!("no room for the log while it is written: {error}"))
    })?;
    let bundle = folder.path().join("log.bundle");
    target.backup(&bundle).await?;
    list_entries(&bundle, |entry| out.row(row(entry)))
}

fn row(entry: ListedEntry) -> Vec<Value> {
    vec![
        text(entry.log),
        entry.seq.0.into(),
        text(entry.hash),
        super::out::moment(entry.wall_ms, 0),
        maybe(entry.user),
        maybe(entry.approver),
        entry.kind.into(),
        maybe(entry.name),
        serde_json::to_value(entry.body).expect("plain data writes as JSON"),
    ]
}
