//! Answers as text for people or JSON for programs.

use crate::import::Imported;
use comfy_table::Table;
use comfy_table::presets::UTF8_HORIZONTAL_ONLY;
use serde::Serialize;
use std::path::Path;
use till_host::{DeviceFile, VerifyReport};
use till_node::command::{
    ConflictStatus, ConflictView, FiscalQueue, NumbersAudit, OrderView, RelayState, Reply,
};
use till_schema::body::{ConflictKind, Decision, Outcome};
use till_schema::catalogue::{FieldValue, product};
use till_schema::{Currency, LogId};

/// Rows of a broken file listed before the rest is only counted.
const ERRORS_LISTED_MAX: usize = 20;

fn json<T: Serialize>(value: &T) {
    println!("{}", serde_json::to_string_pretty(value).expect("replies write as JSON"));
}

fn table(header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_preset(UTF8_HORIZONTAL_ONLY).set_header(header);
    table
}

/// A reply, in the shop's currency.
pub(crate) fn reply(as_json: bool, reply: &Reply, currency: Currency) {
    if as_json {
        // The content alone: its kind is known to whoever asked.
        let value = serde_json::to_value(reply).expect("replies write as JSON");
        let content = match value {
            serde_json::Value::Object(map) => map.into_iter().next().map(|(_, content)| content),
            other => Some(other),
        };
        return json(&content);
    }
    match reply {
        Reply::Sold(sold) => {
            let again = if sold.repeated { " (sold before; nothing changed)" } else { "" };
            println!(
                "{}  {}  change {}{again}",
                sold.label,
                currency.format(sold.total),
                currency.format(sold.change)
            );
        }
        Reply::Written(written) => println!(
            "{} created, {} changed, {} unchanged",
            written.created, written.changed, written.unchanged
        ),
        Reply::Done => println!("done"),
        Reply::Invited { invite } => {
            println!("{invite}");
            eprintln!(
                "On the new device: tillmesh shop join <this text>. It works once, for a day."
            );
        }
        Reply::Shop(shop) => println!("{} ({}) {}", shop.name, shop.currency.code(), shop.id),
        Reply::Quote(totals) => println!("{}", currency.format(totals.total)),
        Reply::Products(products) => {
            let mut rows = table(&["SKU", "Name", "Price", "Stock", "Category", "Barcodes"]);
            for view in products {
                let product = &view.product;
                rows.add_row([
                    product.sku.clone(),
                    product.name.clone(),
                    currency.format(product.price),
                    view.stock.to_string(),
                    product.category.clone(),
                    product.barcodes.join(" "),
                ]);
            }
            println!("{rows}");
        }
        Reply::Customers(customers) => {
            let mut rows = table(&["Name", "Document", "E-mail", "Phone"]);
            for row in customers {
                let document = format!("{} {}", row.tax_id_kind, row.tax_id);
                rows.add_row([row.name.clone(), document, row.email.clone(), row.phone.clone()]);
            }
            println!("{rows}");
        }
        Reply::History(_) => history(as_json, reply, "", currency),
        Reply::Orders(orders) => println!("{}", order_table(orders, currency)),
        Reply::Totals(totals) => {
            println!("orders   {}", totals.orders);
            println!("gross    {}", currency.format(totals.totals.gross));
            println!("discount {}", currency.format(totals.totals.discount));
            println!("total    {}", currency.format(totals.totals.total));
            for (tender, amount) in &totals.tenders {
                println!("{tender:8} {}", currency.format(*amount));
            }
        }
        Reply::NumbersStatus(spaces) => {
            let mut rows = table(&["Prefix", "Held", "Next", "Mints", "What to do"]);
            for status in spaces {
                rows.add_row([
                    status.prefix.clone(),
                    status.held.to_string(),
                    status.next.map_or_else(String::new, |next| next.to_string()),
                    if status.custodian { "yes" } else { "no" }.to_owned(),
                    status.advice.clone(),
                ]);
            }
            println!("{rows}");
        }
        Reply::NumbersAudit(audits) => audits.iter().for_each(audit),
        Reply::Conflicts(conflicts) => println!("{}", conflict_table(conflicts, currency)),
        Reply::Devices(devices) => {
            let mut rows = table(&["Name", "Log", "Roles", "Entries", ""]);
            for device in devices {
                let roles: Vec<String> =
                    device.roles.iter().map(|role| format!("{role:?}").to_lowercase()).collect();
                rows.add_row([
                    device.name.clone(),
                    device.log.to_string(),
                    roles.join(" "),
                    device.seq.to_string(),
                    if device.this { "this device" } else { "" }.to_owned(),
                ]);
            }
            println!("{rows}");
        }
        Reply::SyncStatus(status) => {
            let mut rows = table(&["Device", "Link", "It lacks", "Lacks here", "Trouble"]);
            for peer in &status.peers {
                rows.add_row([
                    peer.name.clone(),
                    if peer.linked { "up" } else { "down" }.to_owned(),
                    peer.they_lack.to_string(),
                    peer.we_lack.to_string(),
                    peer.trouble.clone().unwrap_or_default(),
                ]);
            }
            println!("{rows}");
            if status.gated > 0 {
                println!("{} frames wait for entries they saw", status.gated);
            }
        }
        Reply::FiscalQueue(queue) => fiscal(queue),
        Reply::Digest(digests) => {
            for (name, digest) in digests {
                println!("{name:10} {digest}");
            }
        }
    }
}

/// Steps of one field, its values in the field's notation.
pub(crate) fn history(as_json: bool, reply: &Reply, field: &str, currency: Currency) {
    let Reply::History(steps) = reply else { return };
    if as_json {
        return json(steps);
    }
    let mut rows = table(&["When", "Device", "Entry", "Value"]);
    for step in steps {
        rows.add_row([
            time(step.set_by.wall_ms),
            step.set_by.log.short(),
            step.set_by.seq.to_string(),
            value(&step.value, field, currency),
        ]);
    }
    println!("{rows}");
}

fn audit(audit: &NumbersAudit) {
    println!("space “{}”, relative to {} logs", audit.prefix, audit.heads.len());
    println!("  minted     {}", audit.minted);
    for (device, count) in &audit.held {
        println!("  held       {count:>8}  {device}");
    }
    println!("  in transit {:>8}", audit.in_transit);
    for (device, count) in &audit.issued {
        println!("  issued     {count:>8}  {device}");
    }
    println!("  voided     {:>8}", audit.voided);
    println!("  lost       {:>8}", audit.lost);
    if audit.balances() {
        println!(
            "  held + in transit + issued + voided + lost = minted: every number is in one place"
        );
    } else {
        println!("  DUPLICATES {:?}, unaccounted {}", audit.duplicates, audit.unaccounted);
    }
}

fn order_table(orders: &[OrderView], currency: Currency) -> Table {
    let mut rows = table(&["Number", "When", "Register", "Lines", "Total", "Authority"]);
    for view in orders {
        let order = &view.row.order;
        rows.add_row([
            view.label.clone(),
            time(order.sold_at_ms),
            view.register.clone(),
            order.lines.len().to_string(),
            currency.format(order.totals.total),
            match view.outcome {
                None => "waiting",
                Some(Outcome::Accepted) => "accepted",
                Some(Outcome::Rejected) => "rejected",
            }
            .to_owned(),
        ]);
    }
    rows
}

fn conflict_table(conflicts: &[ConflictView], currency: Currency) -> Table {
    let mut rows = table(&["#", "State", "Kind", "About", "Values"]);
    for (index, view) in conflicts.iter().enumerate() {
        rows.add_row([
            (index + 1).to_string(),
            status(view.status).to_owned(),
            kind(view.kind()).to_owned(),
            view.title.clone(),
            values(view, currency).join("\n"),
        ]);
    }
    rows
}

fn values(view: &ConflictView, currency: Currency) -> Vec<String> {
    if view.candidates.is_empty() {
        return vec![view.detail.clone()];
    }
    let letters = ('A'..='Z').zip(&view.candidates).zip(&view.devices);
    letters
        .map(|((letter, candidate), device)| {
            let value = value(&candidate.value, &view.detail, currency);
            format!("{letter}: {value} — {device}, {}", time(candidate.set_by.wall_ms))
        })
        .collect()
}

fn value(value: &FieldValue, field: &str, currency: Currency) -> String {
    match value {
        FieldValue::Int(amount) if field == product::PRICE => currency.format(*amount),
        other => other.to_string(),
    }
}

/// One conflict with everything known of it.
pub(crate) fn conflict(as_json: bool, view: &ConflictView, currency: Currency) {
    if as_json {
        return json(view);
    }
    println!("{} {}: {}", kind(view.kind()), view.title, status(view.status));
    for line in values(view, currency) {
        println!("  {line}");
    }
    if !view.current.is_empty() {
        println!("  in use meanwhile: {}", view.current);
    }
    for hash in &view.evidence {
        println!("  evidence {hash}");
    }
    for resolution in &view.resolutions {
        let decision = match &resolution.decision {
            Decision::Keep(hash) => format!("keep what {} set", hash.short()),
            Decision::Other(text) => format!("use {text}"),
            Decision::Acknowledge => "leave it".to_owned(),
        };
        println!("  decided {}: {decision} {}", time(resolution.entry.wall_ms), resolution.note);
    }
}

fn status(status: ConflictStatus) -> &'static str {
    match status {
        ConflictStatus::Open => "open",
        ConflictStatus::Contested => "contested",
        ConflictStatus::Closed => "closed",
    }
}

fn kind(kind: ConflictKind) -> &'static str {
    match kind {
        ConflictKind::Field => "two values",
        ConflictKind::Oversold => "oversold",
        ConflictKind::CustomerDuplicate => "same customer twice",
        ConflictKind::CodeDuplicate => "same code twice",
        ConflictKind::NumberDuplicate => "NUMBER TWICE",
        ConflictKind::FiscalRejected => "refused by the authority",
        ConflictKind::Malformed => "malformed entry",
        ConflictKind::Fork => "forked log",
        ConflictKind::EditVsArchive => "edited and put away",
        ConflictKind::Unentitled => "without the right",
    }
}

fn fiscal(queue: &FiscalQueue) {
    let relay = match &queue.relay {
        RelayState::NotSet => "not set on this device; other devices send for it".to_owned(),
        RelayState::Unknown => "not asked yet".to_owned(),
        RelayState::Up => "answers".to_owned(),
        RelayState::Down(why) => format!("does not answer: {why}"),
    };
    println!("relay {relay}");
    println!("{} waiting, {} accepted, {} rejected", queue.pending, queue.accepted, queue.rejected);
    if !queue.documents.is_empty() {
        let mut rows = table(&["Number", "State", "Reason", "Code"]);
        for document in &queue.documents {
            let state = if document.outcome.is_some() { "rejected" } else { "waiting" };
            rows.add_row([
                document.label.as_str(),
                state,
                document.reason.as_str(),
                &document.code[..16.min(document.code.len())],
            ]);
        }
        println!("{rows}");
    }
}

/// A shop was founded.
pub(crate) fn created(as_json: bool, shop: &str, log: LogId) {
    if as_json {
        return json(&serde_json::json!({ "shop": shop, "log": log }));
    }
    println!("“{shop}” is founded; this device is {}", log.short());
}

/// A device joined.
pub(crate) fn joined(as_json: bool, device: &DeviceFile) {
    if as_json {
        return json(&serde_json::json!({ "shop": device.shop, "name": device.name }));
    }
    println!(
        "“{}” has joined; start it with `tillmesh serve` to receive the shop's data",
        device.name
    );
}

/// The result of a full check.
pub(crate) fn verified(as_json: bool, report: &VerifyReport) {
    if as_json {
        return json(report);
    }
    println!(
        "{} logs, {} frames, {} entries: {}",
        report.logs,
        report.frames,
        report.entries,
        if report.ok { "all chains, signatures, books and numbers are right" } else { "WRONG" }
    );
    if report.malformed + report.anomalies > 0 {
        println!("{} malformed and {} odd entries are kept", report.malformed, report.anomalies);
    }
    for failure in &report.failures {
        println!("  {failure}");
    }
}

/// What a file holds, before anything is written.
pub(crate) fn import_preview<T: Serialize>(as_json: bool, imported: &Imported<T>, file: &Path) {
    if as_json {
        return json(imported);
    }
    eprintln!(
        "{}: {}, {} good rows, {} broken, {} passed over",
        file.display(),
        imported.format,
        imported.rows.len(),
        imported.errors.len(),
        imported.skipped.total()
    );
    for error in imported.errors.iter().take(ERRORS_LISTED_MAX) {
        eprintln!("  {error}");
    }
    if imported.errors.len() > ERRORS_LISTED_MAX {
        eprintln!("  … and {} more", imported.errors.len() - ERRORS_LISTED_MAX);
    }
}

/// A moment in the machine's own zone.
fn time(unix_ms: i64) -> String {
    chrono::DateTime::from_timestamp_millis(unix_ms).map_or_else(String::new, |moment| {
        moment.with_timezone(&chrono::Local).format("%Y-%m-%d %H:%M:%S").to_string()
    })
}
