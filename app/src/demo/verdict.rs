//! What the demo found, as one object.

use serde::Serialize;

/// The verdict and all it rests on.
#[derive(Debug, Default, Serialize)]
pub(super) struct Verdict {
    pub(super) verdict: &'static str,
    pub(super) failures: Vec<String>,
    pub(super) orders: Orders,
    pub(super) money: Money,
    pub(super) numbers: Numbers,
    pub(super) conflicts: Conflicts,
    pub(super) digests_equal: bool,
    pub(super) relay: Relay,
    pub(super) seconds: f64,
    pub(super) registers: Vec<Register>,
}

#[derive(Debug, Default, Serialize)]
pub(super) struct Orders {
    pub(super) input: u64,
    pub(super) committed: u64,
    pub(super) lost: u64,
    pub(super) duplicated: u64,
}

/// Minor units.
#[derive(Debug, Default, Serialize)]
pub(super) struct Money {
    pub(super) input: i64,
    pub(super) books: i64,
}

#[derive(Debug, Default, Serialize)]
pub(super) struct Numbers {
    pub(super) minted: u64,
    pub(super) issued: u64,
    pub(super) voided: u64,
    pub(super) held: u64,
    pub(super) in_transit: u64,
    pub(super) lost: u64,
    pub(super) duplicates: u64,
}

#[derive(Debug, Default, Serialize)]
pub(super) struct Conflicts {
    pub(super) opened: u64,
    pub(super) listed_alike: bool,
    pub(super) closed: u64,
}

#[derive(Debug, Default, Serialize)]
pub(super) struct Relay {
    pub(super) documents: u64,
    pub(super) duplicates: u64,
    pub(super) missing: u64,
}

#[derive(Debug, Default, Serialize)]
pub(super) struct Register {
    pub(super) name: String,
    pub(super) peak_rss_mb: u64,
    pub(super) entries: u64,
}

impl Verdict {
    /// Notes a failure when something is not as it should be.
    pub(super) fn expect(&mut self, holds: bool, otherwise: impl Into<String>) {
        if !holds {
            self.failures.push(otherwise.into());
        }
    }

    pub(super) fn is_ok(&self) -> bool {
        self.failures.is_empty()
    }

    /// For people.
    pub(super) fn tell(&self) {
        println!();
        println!(
            "orders    {} in, {} committed, {} lost, {} duplicated",
            self.orders.input, self.orders.committed, self.orders.lost, self.orders.duplicated
        );
        println!(
            "money     {} in, {} in the books (minor units)",
            self.money.input, self.money.books
        );
        let n = &self.numbers;
        println!(
            "numbers   {} minted = {} issued + {} held + {} in transit + {} voided + {} lost; {} duplicates",
            n.minted, n.issued, n.held, n.in_transit, n.voided, n.lost, n.duplicates
        );
        println!(
            "conflicts {} opened, listed alike: {}, {} closed",
            self.conflicts.opened,
            yes(self.conflicts.listed_alike),
            self.conflicts.closed
        );
        println!("digests   equal on all registers: {}", yes(self.digests_equal));
        println!(
            "relay     {} documents registered, {} twice, {} missing",
            self.relay.documents, self.relay.duplicates, self.relay.missing
        );
        for register in &self.registers {
            println!(
                "{:9} {} entries, {} MB at most",
                register.name, register.entries, register.peak_rss_mb
            );
        }
        for failure in &self.failures {
            println!("FAILED    {failure}");
        }
        println!("verdict   {} in {:.1} s", self.verdict, self.seconds);
    }
}

fn yes(holds: bool) -> &'static str {
    if holds { "yes" } else { "NO" }
}
