//! How long an audit of a million numbers takes, beside a plain scan of the
//! same rows.

use divan::Bencher;
use till_numbers::audit;
use till_schema::numbering::Ranges;
use till_schema::rows::{EntryRef, HoldingRow, MemoryRows, NumberRow, Rows, Table, key, put_row};
use till_schema::{EntryHash, LogId, OrderId, Seq, SpaceId};

const LOGS: u64 = 20;
const NUMBERS: u64 = 1_000_000;
const SPACE: SpaceId = SpaceId([7; 16]);

fn main() {
    divan::main();
}

/// `run` numbers in a row go to one log, the next to another: short runs are
/// the worst that cedes can do, long ones what they do.
fn shop(run: u64) -> MemoryRows {
    let mut rows = MemoryRows::default();
    let mut holdings = vec![Vec::new(); LOGS as usize];
    for number in 1..=NUMBERS {
        let device = number / run % LOGS;
        holdings[device as usize].push(number);
        let log = LogId([device as u8; 32]);
        let hash = EntryHash([(number % 251) as u8; 32]);
        let entry = EntryRef { log, seq: Seq(number), hash, wall_ms: 0 };
        let row = NumberRow { entry, order: OrderId([0; 16]) };
        let at = key(&[&SPACE.0, &number.to_be_bytes(), &hash.0]);
        put_row(&mut rows, Table::Numbers, &at, &row);
    }
    for (device, numbers) in holdings.into_iter().enumerate() {
        let minted = if device == 0 { Ranges::span(1, NUMBERS) } else { Ranges::new() };
        let row =
            HoldingRow { minted, issued: numbers.into_iter().collect(), ..HoldingRow::default() };
        put_row(&mut rows, Table::Holdings, &key(&[&SPACE.0, &[device as u8; 32]]), &row);
    }
    rows
}

#[divan::bench(args = [1, 500], sample_count = 5, sample_size = 1)]
fn audit_million_numbers_20_logs(bencher: Bencher, run: u64) {
    let rows = shop(run);
    bencher.bench_local(|| {
        let totals = audit(&rows, SPACE).totals();
        assert!(totals.balances() && totals.issued == NUMBERS);
        totals
    });
}

/// The reference: what reading the rows costs alone.
#[divan::bench(args = [1, 500], sample_count = 5, sample_size = 1)]
fn scan_million_numbers_20_logs(bencher: Bencher, run: u64) {
    let rows = shop(run);
    bencher.bench_local(|| {
        let mut bytes = 0;
        rows.scan(Table::Numbers, &SPACE.0, &mut |at, value| {
            bytes += at.len() + value.len();
            true
        });
        bytes
    });
}
