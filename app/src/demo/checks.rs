//! The result against the input: orders, money, numbers, conflicts, digests,
//! and the authority's own ledger.

use super::plan::Plan;
use super::process::run_once;
use super::registers::Register;
use super::verdict::{self, Verdict};
use anyhow::{Context, Result, bail};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use till_node::command::{Command, ConflictStatus, NumbersAudit, OrderView, Reply};
use till_relay::client::RelayClient;
use till_schema::OrderId;

/// Rows asked of the relay at once.
const PAGE: usize = 500;

/// What the registers say while they run.
pub(super) async fn running(
    registers: &[Register],
    plan: &Plan,
    verdict: &mut Verdict,
) -> Result<()> {
    let planned: BTreeSet<OrderId> =
        plan.carts.iter().flatten().flatten().map(|cart| cart.order).collect();
    let mut digests = Vec::new();
    let mut conflicts = Vec::new();
    for register in registers {
        let Reply::Totals(totals) = register.execute(Command::Totals).await? else {
            bail!("{} answered something else", register.name);
        };
        let Reply::Digest(digest) = register.execute(Command::Digest).await? else {
            bail!("{} answered something else", register.name);
        };
        let orders = orders(register).await?;
        let found: BTreeSet<OrderId> = orders.iter().map(|view| view.row.order.id).collect();
        let lost = planned.difference(&found).count() as u64;
        verdict.orders.committed = totals.orders;
        verdict.orders.lost = verdict.orders.lost.max(lost);
        verdict.orders.duplicated = verdict.orders.duplicated.max(totals.duplicates);
        verdict.money.books = totals.totals.total;
        let name = &register.name;
        verdict.expect(
            totals.orders == verdict.orders.input && lost == 0 && totals.duplicates == 0,
            format!("{name} holds {} orders, {lost} are missing", totals.orders),
        );
        let paid: i64 = totals.tenders.values().sum();
        verdict.expect(
            totals.totals.total == verdict.money.input && paid == verdict.money.input,
            format!("{name} has {} in its books and {paid} in its tenders", totals.totals.total),
        );
        digests.push(digest);
        conflicts.push(register.conflicts().await?);
        verdict.registers.push(verdict::Register {
            name: name.clone(),
            peak_rss_mb: register.process.peak_rss_mb(),
            entries: register.sync().await?.vector.values().map(|seq| seq.0).sum(),
        });
    }
    verdict.digests_equal = digests.iter().all(|digest| *digest == digests[0]);
    let equal = verdict.digests_equal;
    verdict.expect(equal, format!("the digests differ: {digests:?}"));
    let closed = conflicts[0].iter().filter(|c| c.status == ConflictStatus::Closed).count() as u64;
    verdict.conflicts.closed = closed;
    let alike = conflicts.iter().all(|list| *list == conflicts[0]);
    verdict.conflicts.listed_alike &= alike;
    verdict.expect(alike, "the registers list different conflicts at the end");
    let opened = verdict.conflicts.opened;
    verdict.expect(closed == opened, format!("{opened} conflicts opened, {closed} closed"));
    numbers(registers, verdict).await
}

async fn numbers(registers: &[Register], verdict: &mut Verdict) -> Result<()> {
    let mut all: Vec<Vec<NumbersAudit>> = Vec::new();
    for register in registers {
        let Reply::NumbersAudit(audits) = register.execute(Command::NumbersAudit).await? else {
            bail!("{} answered something else", register.name);
        };
        all.push(audits);
    }
    let same = all.iter().all(|audits| *audits == all[0]);
    verdict.expect(same, "the registers audit the numbers differently");
    let [audit] = all[0].as_slice() else { bail!("the demo's shop has one number space") };
    verdict.numbers = verdict::Numbers {
        minted: audit.minted,
        issued: NumbersAudit::sum(&audit.issued),
        voided: audit.voided,
        held: NumbersAudit::sum(&audit.held),
        in_transit: audit.in_transit,
        lost: NumbersAudit::sum(&audit.lost),
        duplicates: audit.duplicates.len() as u64,
    };
    verdict.expect(audit.balances(), "the numbers do not add up");
    let (issued, orders) = (verdict.numbers.issued, verdict.orders.input);
    verdict.expect(issued == orders, format!("{issued} numbers issued for {orders} orders"));
    Ok(())
}

async fn orders(register: &Register) -> Result<Vec<OrderView>> {
    match register.execute(Command::Orders { limit: usize::MAX }).await? {
        Reply::Orders(orders) => Ok(orders),
        _ => bail!("{} answered something else", register.name),
    }
}

/// The authority's ledger: each order's document exactly once, nothing else.
pub(super) async fn relay(
    url: &str,
    key: &str,
    registers: &[Register],
    verdict: &mut Verdict,
) -> Result<()> {
    let client = RelayClient::new(url, Some(key)).map_err(|error| anyhow::anyhow!("{error}"))?;
    let mut registered: BTreeMap<String, u64> = BTreeMap::new();
    let mut after = 0;
    loop {
        let page = client
            .simulator_ledger(after, PAGE)
            .await
            .map_err(|error| anyhow::anyhow!("{error}"))
            .context("the authority's ledger cannot be read")?;
        verdict.relay.duplicates = page.duplicates;
        let Some(last) = page.registrations.last() else { break };
        after = last.ordinal;
        for row in page.registrations {
            *registered.entry(row.code).or_default() += 1;
        }
    }
    let codes: BTreeSet<String> =
        orders(&registers[0]).await?.into_iter().map(|view| view.row.code).collect();
    verdict.relay.documents = registered.len() as u64;
    verdict.relay.duplicates += registered.values().filter(|count| **count > 1).count() as u64;
    verdict.relay.missing =
        codes.iter().filter(|code| !registered.contains_key(*code)).count() as u64;
    let foreign = registered.keys().filter(|code| !codes.contains(*code)).count();
    let (twice, missing) = (verdict.relay.duplicates, verdict.relay.missing);
    verdict.expect(twice == 0, format!("{twice} documents are registered twice"));
    verdict.expect(missing == 0, format!("{missing} documents are missing at the authority"));
    verdict.expect(foreign == 0, format!("{foreign} documents belong to no order"));
    Ok(())
}

/// `verify` on each folder, as a program of its own.
pub(super) async fn stopped(folders: &[(String, PathBuf)], verdict: &mut Verdict) -> Result<()> {
    let mut digests = Vec::new();
    for (name, folder) in folders {
        let (done, report) = run_once(folder, &["verify"]).await?;
        verdict.expect(done, format!("verify of {name} failed: {report}"));
        digests.push(report["digests"].clone());
    }
    let equal = digests.iter().all(|digest| *digest == digests[0]);
    verdict.digests_equal &= equal;
    verdict.expect(equal, "the folders give different digests");
    Ok(())
}
