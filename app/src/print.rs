//! Answers as text for people or JSON for programs.

mod day;
mod import;
mod queue;

pub(crate) use day::{report_csv, setting_names};
pub(crate) use import::{Listed, preview};
pub(crate) use queue::print_queue;

use crate::failure::Failure;
use comfy_table::Table;
use comfy_table::presets::UTF8_HORIZONTAL_ONLY;
use serde::Serialize;
use std::path::Path;
use till_host::proof::{NumberProof, Proven};
use till_host::{DeviceFile, Joined, VerifyReport};
use till_node::command::{
    CodeView, ConflictStatus, ConflictView, DeviceView, FiscalQueue, JoinView, NumbersAudit,
    OrderView, RelayState, Reply, UserView,
};
use till_schema::body::{ConflictKind, Decision, Outcome, Sharing};
use till_schema::catalogue::{FieldValue, product};
use till_schema::rows::WindowRow;
use till_schema::{Currency, LogId};

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
        let content = |value| match value {
            serde_json::Value::Object(map) => map.into_iter().next().map(|(_, content)| content),
            other => Some(other),
        };
        let value = match reply {
            Reply::Day(_) => content(value).and_then(content),
            _ => content(value),
        };
        return json(&value);
    }
    match reply {
        Reply::Sold(sold) => {
            let again = if sold.repeated { " (sold before; nothing changed)" } else { "" };
            let again = if sold.provisional {
                " — internal document, the invoice follows"
            } else {
                again
            };
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
        Reply::Code(shown) => code(as_json, shown),
        Reply::Joins(joins) => {
            let mut rows = table(&["When", "Device", "Log", "Check number"]);
            for join in joins {
                rows.add_row([
                    time(join.at_ms),
                    join.name.clone(),
                    join.log.short(),
                    check_number(join.check),
                ]);
            }
            println!("{rows}");
        }
        Reply::Users(users) => user_table(users),
        Reply::Session(session) => match &session.name {
            Some(name) => println!("“{name}” is logged in"),
            None if session.login_needed => println!("nobody is logged in"),
            None => println!("this shop has no people yet; the device acts by itself"),
        },
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
        Reply::Day(answer) => day::reply(answer, currency),
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
            let header = ["Prefix", "Held", "Next", "Mints", "Days left", "Dates", "What to do"];
            let mut rows = table(&header);
            for status in spaces {
                let mints = match (status.custodian, status.sharing) {
                    (true, Sharing::Single) => "yes, alone",
                    (true, Sharing::Shared) => "yes",
                    (false, _) => "no",
                };
                rows.add_row([
                    status.prefix.clone(),
                    status.held.to_string(),
                    status.next.map_or_else(String::new, |next| next.to_string()),
                    mints.to_owned(),
                    status.days_left.map_or_else(String::new, |days| days.to_string()),
                    status.windows.iter().map(window).collect::<Vec<_>>().join("\n"),
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
                    standing(device),
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
    for (device, count) in &audit.lost {
        println!("  lost       {count:>8}  {device}");
    }
    if audit.declared_lost > 0 {
        println!("    of these {:>8}  reported to the authority", audit.declared_lost);
    }
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
        ConflictKind::AdminFork => "two administrations",
        ConflictKind::OutsideValidity => "number outside its dates",
        ConflictKind::ProvisionalOpen => "no number yet",
        ConflictKind::DoubleFiscalised => "two numbers for one sale",
        ConflictKind::DoubleRefund => "more came back than was sold",
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

/// What there is to say of a device besides its roles.
fn standing(device: &DeviceView) -> String {
    let mut words = Vec::new();
    let facts = [
        (device.this, "this device"),
        (device.admin, "administers"),
        (device.suspended, "stopped"),
        (device.retired, "left"),
        (device.forked, "TWO HISTORIES"),
    ];
    words.extend(facts.into_iter().filter(|(is, _)| *is).map(|(_, word)| word.to_owned()));
    if let Some(reason) = device.ended {
        words.push(format!("out: {}", format!("{reason:?}").to_lowercase()));
    }
    words.join(", ")
}

/// A resolution and its dates.
fn window(row: &WindowRow) -> String {
    let day = |day: Option<i32>| match day {
        Some(day) => chrono::NaiveDate::default()
            .checked_add_signed(chrono::TimeDelta::days(i64::from(day)))
            .map_or_else(String::new, |day| day.to_string()),
        None => "…".to_owned(),
    };
    let dates = match (row.valid_from_day, row.valid_to_day) {
        (None, None) => "always".to_owned(),
        (from, to) => format!("{} – {}", day(from), day(to)),
    };
    format!("{} {}–{}: {dates}", row.resolution, row.from, row.to)
}

fn user_table(users: &[UserView]) {
    let mut rows = table(&["Name", "Role", "Rights", "Discount up to", ""]);
    for view in users {
        let user = &view.user;
        let rights: Vec<&str> = user.rights.iter().map(|right| right.name()).collect();
        let mut notes = Vec::new();
        if !user.active {
            notes.push("may not log in".to_owned());
        }
        if view.versions > 1 {
            notes.push(format!("changed in {} places at once; set it again", view.versions));
        }
        rows.add_row([
            user.name.clone(),
            format!("{:?}", user.role).to_lowercase(),
            rights.join(" "),
            format!("{} %", f64::from(user.discount_limit_bp) / 100.0),
            notes.join(", "),
        ]);
    }
    println!("{rows}");
}

/// Six digits in two groups.
fn check_number(check: u32) -> String {
    format!("{:03} {:03}", check / 1000, check % 1000)
}

/// A shop was founded.
pub(crate) fn created(as_json: bool, shop: &str, log: LogId, words: &str) {
    if as_json {
        return json(&serde_json::json!({ "shop": shop, "log": log, "recovery_words": words }));
    }
    println!("“{shop}” is founded; this device is {}", log.short());
    println!();
    println!("Recovery words — write them on paper and keep it away from the till:");
    println!();
    println!("    {words}");
    println!();
    println!(
        "Whoever has them can take the administration of the shop. They are kept nowhere else."
    );
}

/// A device joined.
pub(crate) fn joined(as_json: bool, joined: &Joined) {
    let device = &joined.device;
    if as_json {
        return json(&serde_json::json!({
            "shop": device.shop,
            "name": device.name,
            "check": check_number(joined.check),
        }));
    }
    println!("“{}” has joined. Check number {}", device.name, check_number(joined.check));
    println!(
        "It must be the same on the other device (`tillmesh shop joins`); if it is not, take this \
         device out there. Start it with `tillmesh serve` to receive the shop's data."
    );
}

/// A code to type on another device.
pub(crate) fn code(as_json: bool, shown: &CodeView) {
    if as_json {
        return json(shown);
    }
    let (first, second) = shown.code.split_at(shown.code.len() / 2);
    println!("Code {first} {second} — one try, two minutes. On the new device:");
    for address in &shown.addresses {
        println!("    tillmesh shop join --code {} --at {address}", shown.code);
    }
}

/// A device used the code.
pub(crate) fn admitted(as_json: bool, join: &JoinView) {
    if as_json {
        return json(&serde_json::json!({
            "log": join.log,
            "name": join.name,
            "check": check_number(join.check),
        }));
    }
    println!("“{}” has joined. Check number {}", join.name, check_number(join.check));
    println!(
        "It must be the same on its screen; if it is not: tillmesh shop remove {} --reason stolen",
        join.log.short()
    );
}

/// A text as a QR code for the terminal.
pub(crate) fn qr(text: &str) {
    match fast_qr::QRBuilder::new(text).build() {
        Ok(code) => println!("{}", code.to_str()),
        Err(error) => eprintln!("tillmesh: this is too long for a QR code ({error:?})"),
    }
}

/// A backup was made a device.
pub(crate) fn restored(as_json: bool, device: &DeviceFile) {
    if as_json {
        return json(&serde_json::json!({ "shop": device.shop, "name": device.name }));
    }
    println!(
        "“{}” has the shop's data and a key of its own. Let it in: `tillmesh shop join INVITE`; \
         if no other device is left: `tillmesh shop recover`",
        device.name
    );
}

/// What a bundle brought.
pub(crate) fn carried(as_json: bool, carried: &till_host::Carried) {
    if as_json {
        return json(carried);
    }
    println!("{} entries of {} logs were new", carried.entries, carried.logs);
    if carried.left > 0 {
        println!("{} entries were left: they do not follow what this device holds", carried.left);
    }
}

/// A backup was written.
pub(crate) fn backed_up(as_json: bool, file: &Path, frames: u64, bytes: u64) {
    if as_json {
        return json(&serde_json::json!({ "file": file, "frames": frames, "bytes": bytes }));
    }
    println!("{}: {frames} frames, {bytes} bytes; the key is not in it", file.display());
}

/// The path of a number.
pub(crate) fn proof(as_json: bool, proof: &NumberProof, out: Option<&Path>) -> Result<(), Failure> {
    if let Some(out) = out {
        let text = serde_json::to_vec_pretty(proof).expect("a proof writes as JSON");
        std::fs::write(out, text)
            .map_err(|error| Failure::Usage(format!("cannot write {}: {error}", out.display())))?;
    } else if as_json {
        json(proof);
        return Ok(());
    }
    println!("{}: {}", proof.space.label(proof.number), proof.place);
    for step in &proof.path {
        println!("  {:16} {}:{}  {}", step.kind, step.log.short(), step.seq, step.hash);
    }
    println!("  {} signed frames, relative to {} heads", proof.frames.len(), proof.heads.len());
    match out {
        Some(out) => {
            println!("written to {}; check it with `tillmesh verify --proof`", out.display())
        }
        None => println!("with --out FILE it can be checked anywhere"),
    }
    Ok(())
}

/// A proof holds.
pub(crate) fn proven(as_json: bool, proven: &Proven) {
    if as_json {
        return json(proven);
    }
    println!(
        "{}: {} — proven by {} entries in {} signed frames",
        proven.label, proven.place, proven.entries, proven.frames
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

/// A moment in the machine's own zone.
fn time(unix_ms: i64) -> String {
    chrono::DateTime::from_timestamp_millis(unix_ms).map_or_else(String::new, |moment| {
        moment.with_timezone(&chrono::Local).format("%Y-%m-%d %H:%M:%S").to_string()
    })
}
