//! A shop's day on a real disk: what a sale costs beside the write that it cannot
//! do without, and what grows with the shop. Compare within one run: disks and
//! neighbours differ.

use divan::Bencher;
use std::collections::BTreeMap;
use std::io::{Seek, SeekFrom, Write};
use std::sync::Arc;
use tempfile::TempDir;
use till_driver::{Driver, Effect};
use till_log::SigningKey;
use till_node::command::{
    Acting, Cart, CartLine, Command, Day, DayReply, Discount, Look, ProductDraft, Reply, ReportBy,
};
use till_node::{Config, Founding, Input, Now};
use till_schema::order::{Tender, TenderKind};
use till_schema::{Currency, LogId, OrderId, Quantity};
use till_store::{Disk, LogStore, RealDisk};

fn main() {
    divan::main();
}

/// A device of a shop alone, on a disk.
struct Shop {
    folder: TempDir,
    driver: Driver,
    tick_ms: u64,
    ticket: u64,
}

const BEGIN_MS: i64 = 1_767_243_600_000;

fn driver(folder: &TempDir) -> Driver {
    let key = SigningKey::from_bytes(&[1; 32]);
    let me = LogId(key.verifying_key().to_bytes());
    let disk: Arc<dyn Disk> = Arc::new(RealDisk::new(folder.path().to_path_buf()));
    let (logs, _) = LogStore::open(disk.clone(), me).expect("a folder of our own");
    let founding = founding();
    let config = Config {
        shop: founding.shop_id(me),
        key,
        founder: me,
        entropy: [3; 32],
        heads: BTreeMap::new(),
        relay: false,
        invites: Vec::new(),
        utc_offset_min: -300,
        name: "Caja 1".to_owned(),
        sponsor: None,
        network: false,
        quarantine: None,
    };
    Driver::open(&disk, logs, config).expect("it opens").0
}

fn founding() -> Founding {
    Founding {
        nonce: [7; 16],
        shop_name: "Tienda".to_owned(),
        device_name: "Caja 1".to_owned(),
        currency: Currency::Cop,
        country: "generic".to_owned(),
        tax_id: "900123456".to_owned(),
        prefix: "SETP".to_owned(),
        numbers: (1, 5_000_000),
        recovery_key: None,
    }
}

impl Shop {
    fn found() -> Self {
        let folder = TempDir::new().expect("a folder");
        let mut shop = Self { driver: driver(&folder), folder, tick_ms: 0, ticket: 0 };
        let now = shop.now();
        let driver = &mut shop.driver;
        driver.node.found(now, &mut driver.books, &founding()).expect("founded");
        driver.drain();
        shop.work();
        shop
    }

    fn now(&self) -> Now {
        Now { tick_ms: self.tick_ms, wall_ms: BEGIN_MS + self.tick_ms as i64 }
    }

    fn work(&mut self) -> Vec<Effect> {
        let mut effects = Vec::new();
        while self.driver.is_busy() {
            let now = self.now();
            effects.extend(self.driver.advance(now));
        }
        effects
    }

    fn ask(&mut self, command: Command) -> Reply {
        self.tick_ms += 1_000;
        self.ticket += 1;
        let (ticket, acting) = (self.ticket, Acting::default());
        self.driver.push(Input::Command { ticket, command, acting });
        let answer = self.work().into_iter().find_map(|effect| match effect {
            Effect::Reply { result, .. } => Some(result),
            _ => None,
        });
        answer.expect("an answer").expect("done")
    }

    fn stocked(products: usize) -> Self {
        let mut shop = Self::found();
        for part in drafts(products).chunks(5_000) {
            shop.ask(Command::PutProducts(part.to_vec()));
        }
        shop
    }

    fn sell(&mut self, number: u32) {
        let mut id = [0; 16];
        id[..4].copy_from_slice(&number.to_be_bytes());
        let lines = (0..5)
            .map(|line| CartLine::new(format!("p{}", (number * 7 + line) % 1_000), Quantity::ONE))
            .collect();
        let sale = Cart {
            order: OrderId(id),
            lines,
            customer: None,
            tenders: vec![Tender::new(TenderKind::Cash, 100_000_000)],
            sold_at_ms: None,
            provisional: false,
            discount: Discount::default(),
            tip: 0,
            note: String::new(),
            resumes: None,
        };
        self.ask(Command::Sell(sale));
    }
}

fn drafts(count: usize) -> Vec<ProductDraft> {
    let words = ["Arroz", "Café", "Queso", "Jabón", "Leche", "Panela", "Aceite", "Fríjol"];
    (0..count)
        .map(|n| ProductDraft {
            sku: format!("p{n}"),
            name: format!("{} {} {} g", words[n % 8], words[n / 8 % 8], 100 + n % 900),
            price: 1_000 + n as i64 % 9_000,
            barcodes: vec![format!("77{n:011}")],
            category: words[n / 64 % 8].to_owned(),
            tax: "IVA".to_owned(),
            tax_rate_bp: 1_900,
            ..ProductDraft::default()
        })
        .collect()
}

/// What no durable sale can do without: a small write and its flush.
#[divan::bench(sample_count = 200, sample_size = 1)]
fn floor_write_and_flush(bencher: Bencher<'_, '_>) {
    let mut file = tempfile::tempfile().expect("a file");
    file.write_all(&vec![0; 1 << 20]).expect("room");
    file.sync_data().expect("flushed");
    bencher.bench_local(|| {
        file.seek(SeekFrom::Start(4_096)).expect("inside");
        file.write_all(&[7; 1_024]).expect("written");
        file.sync_data().expect("flushed");
    });
}

/// A cart of five lines, priced, numbered, signed, durable, in the books, answered.
#[divan::bench(sample_count = 200, sample_size = 1)]
fn sale_of_five_lines(bencher: Bencher<'_, '_>) {
    let mut shop = Shop::stocked(1_000);
    let mut number = 0;
    bencher.bench_local(|| {
        number += 1;
        shop.sell(number);
    });
}

/// Each letter of what a cashier types, in a catalogue of that many products.
#[divan::bench(args = [10_000, 100_000], sample_count = 20, sample_size = 1)]
fn search_as_you_type(bencher: Bencher<'_, '_>, products: usize) {
    let mut index = till_catalog::SearchIndex::default();
    for (n, draft) in drafts(products).into_iter().enumerate() {
        let mut id = [0; 16];
        id[..8].copy_from_slice(&(n as u64).to_be_bytes());
        index.upsert(&till_schema::rows::ProductRow {
            id: till_schema::ProductId(id),
            sku: draft.sku,
            name: draft.name,
            price: draft.price,
            tax: draft.tax,
            tax_rate_bp: draft.tax_rate_bp,
            category: draft.category,
            unit: draft.unit,
            barcodes: draft.barcodes,
            archived: false,
            cost: None,
            low_stock: None,
            group: String::new(),
            variant: String::new(),
            plu: String::new(),
            lists: Vec::new(),
        });
    }
    let typed = ["c", "ca", "caf", "cafe", "cafe q", "cafe qu", "cafe ques"];
    let mut at = 0;
    bencher.bench_local(|| {
        at += 1;
        index.find(typed[at % typed.len()], 50)
    });
}

/// Orders of a shop with a history: 50,000, or what `TILLMESH_BENCH_ORDERS` says.
/// Making a million takes minutes, and some GB under `TMPDIR`.
fn history() -> u32 {
    std::env::var("TILLMESH_BENCH_ORDERS").map_or(50_000, |text| text.parse().expect("a number"))
}

/// Opening the program on a shop with so many orders.
#[divan::bench(args = [1_000, history()], sample_count = 5, sample_size = 1)]
fn open_a_shop_with_orders(bencher: Bencher<'_, '_>, orders: u32) {
    let mut shop = Shop::stocked(1_000);
    (0..orders).for_each(|number| shop.sell(number));
    let Shop { folder, driver: running, .. } = shop;
    running.close().expect("closed");
    bencher.bench_local(|| driver(&folder).close().expect("closed"));
}

/// Closing a shift of 5,000 sales: the Z report.
#[divan::bench(sample_count = 3, sample_size = 1)]
fn z_report_of_5000_sales(bencher: Bencher<'_, '_>) {
    bencher
        .with_inputs(|| {
            let mut shop = Shop::stocked(1_000);
            shop.ask(Command::Day(Day::OpenShift { float: 0, note: String::new() }));
            (0..5_000).for_each(|number| shop.sell(number));
            shop
        })
        .bench_local_values(|mut shop| {
            let close = Day::CloseShift {
                counted: vec![(TenderKind::Cash, 1)],
                denominations: Vec::new(),
                note: String::new(),
            };
            let Reply::Day(DayReply::Shifts(closed)) = shop.ask(Command::Day(close)) else {
                panic!("a closing")
            };
            assert_eq!(closed[0].row.sums.sales, 5_000);
            shop
        });
}

/// A report by product, and a ticket found by its amount, among so many orders.
#[divan::bench(args = [history()], sample_count = 20, sample_size = 1)]
fn report_and_find_among_orders(bencher: Bencher<'_, '_>, orders: u32) {
    let mut shop = Shop::stocked(1_000);
    (0..orders).for_each(|number| shop.sell(number));
    bencher.bench_local(|| {
        let report = Look::Report { by: ReportBy::Product, from_day: 0, to_day: 40_000 };
        shop.ask(Command::Look(report));
        shop.ask(Command::Look(Look::FindOrders {
            from_ms: None,
            before_ms: None,
            total: Some(12_345),
            customer: None,
            product: None,
            limit: 20,
        }))
    });
}

/// So many new products, in parts as the command line sends them.
#[divan::bench(args = [10_000, 100_000], sample_count = 1, sample_size = 1)]
fn import_products(bencher: Bencher<'_, '_>, products: usize) {
    bencher.bench_local(|| Shop::stocked(products));
}
