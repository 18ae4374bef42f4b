//! A small shop's numbers against a model: a map from number to place.

use crate::{HIGH_WATER, LOW_WATER, apply, audit, grant, holding, next_number};
use proptest::prelude::*;
use std::collections::BTreeMap;
use till_schema::body::{Accept, Body, Cede, ResolutionImport, SaleCommitted, SpaceOpen, Void};
use till_schema::numbering::{Ranges, Space};
use till_schema::order::{Order, Totals};
use till_schema::rows::{AnomalyRow, EntryRef, MemoryRows, Table, collect_rows};
use till_schema::{Currency, EntryHash, LogId, OrderId, Seq, SpaceId};

const DEVICES: u8 = 3;

fn log(device: u8) -> LogId {
    LogId([device; 32])
}

struct Shop {
    rows: MemoryRows,
    seqs: BTreeMap<LogId, u64>,
    space: SpaceId,
}

impl Shop {
    fn open() -> Self {
        let space = Space {
            authority: "generic".into(),
            issuer: "900123456".into(),
            document_kind: "POS".into(),
            prefix: "T".into(),
        };
        let mut shop =
            Self { rows: MemoryRows::default(), seqs: BTreeMap::new(), space: space.id() };
        shop.write(0, Body::SpaceOpen(SpaceOpen { space, custodian: log(0) }));
        shop
    }

    fn write(&mut self, device: u8, body: Body) -> EntryRef {
        let seq = self.seqs.entry(log(device)).or_default();
        *seq += 1;
        let hash = blake3_of(device, *seq);
        let entry = EntryRef { log: log(device), seq: Seq(*seq), hash, wall_ms: 0 };
        apply(&mut self.rows, &entry, &body);
        entry
    }

    fn import(&mut self, from: u64, to: u64) {
        let import = ResolutionImport {
            space: self.space,
            resolution: "18760000001".into(),
            from,
            to,
            valid_from_day: None,
            valid_to_day: None,
        };
        self.write(0, import.into());
    }

    fn cede(&mut self, from: u8, to: u8, ranges: Ranges) -> EntryRef {
        self.write(from, Cede { space: self.space, ranges, to: log(to) }.into())
    }

    fn accept(&mut self, device: u8, given: EntryRef) {
        let accept = Accept { giver: given.log, giver_seq: given.seq, giver_hash: given.hash };
        self.write(device, accept.into());
    }

    fn sell(&mut self, device: u8, number: u64) {
        let order = Order {
            id: OrderId([device; 16]),
            sold_at_ms: 0,
            utc_offset_min: 0,
            currency: Currency::Cop,
            lines: Vec::new(),
            customer: None,
            tenders: Vec::new(),
            change: 0,
            totals: Totals::default(),
        };
        let sale = SaleCommitted {
            order,
            space: self.space,
            number,
            document: Vec::new(),
            code: String::new(),
        };
        self.write(device, sale.into());
    }

    fn anomalies(&self) -> usize {
        collect_rows::<AnomalyRow>(&self.rows, Table::Anomalies, &[]).len()
    }
}

fn blake3_of(device: u8, seq: u64) -> EntryHash {
    let mut hash = [device; 32];
    hash[..8].copy_from_slice(&seq.to_be_bytes());
    EntryHash(hash)
}

#[test]
fn a_renewal_never_mints_again() {
    let mut shop = Shop::open();
    shop.import(1, 100);
    shop.sell(0, 1);
    shop.import(50, 150);
    let audit = audit(&shop.rows, shop.space);
    assert_eq!(audit.minted.count(), 150);
    assert_eq!(next_number(&shop.rows, shop.space, log(0)), Some(2));
    assert_eq!(audit.unaccounted, 0);
}

#[test]
fn only_the_custodian_mints() {
    let mut shop = Shop::open();
    let import = ResolutionImport {
        space: shop.space,
        resolution: String::new(),
        from: 1,
        to: 9,
        valid_from_day: None,
        valid_to_day: None,
    };
    shop.write(1, import.into());
    assert!(audit(&shop.rows, shop.space).minted.is_empty());
    assert_eq!(shop.anomalies(), 1);
}

#[test]
fn numbers_ceded_are_accepted_once_by_the_one_named() {
    let mut shop = Shop::open();
    shop.import(1, 100);
    let given = shop.cede(0, 1, Ranges::span(51, 100));
    assert_eq!(audit(&shop.rows, shop.space).in_transit.count(), 50);
    shop.accept(2, given);
    assert_eq!(holding(&shop.rows, shop.space, log(2)).held.count(), 0, "not for this one");
    shop.accept(1, given);
    shop.accept(1, given);
    assert_eq!(holding(&shop.rows, shop.space, log(1)).held, Ranges::span(51, 100));
    assert_eq!(shop.anomalies(), 2);
    assert_eq!(audit(&shop.rows, shop.space).unaccounted, 0);
}

#[test]
fn a_number_on_two_sales_is_shown() {
    let mut shop = Shop::open();
    shop.import(1, 10);
    shop.sell(0, 3);
    shop.sell(1, 3);
    let audit = audit(&shop.rows, shop.space);
    assert_eq!(audit.duplicates, [3]);
    assert!(audit.unaccounted > 0);
}

#[test]
fn grants_fill_up_to_the_high_water_mark_once() {
    let mut shop = Shop::open();
    shop.import(1, 100_000);
    assert_eq!(grant(&shop.rows, shop.space, log(0), log(1), LOW_WATER), None);
    let ranges = grant(&shop.rows, shop.space, log(0), log(1), 20).expect("below the mark");
    assert_eq!(ranges.count(), HIGH_WATER - 20);
    let given = shop.cede(0, 1, ranges);
    assert_eq!(grant(&shop.rows, shop.space, log(0), log(1), 20), None, "one is on its way");
    shop.accept(1, given);
    let from_peer = grant(&shop.rows, shop.space, log(1), log(2), 0).expect("half its surplus");
    assert_eq!(from_peer.count(), (HIGH_WATER - 20 - LOW_WATER) / 2);
}

#[test]
fn a_small_resolution_is_shared() {
    let mut shop = Shop::open();
    shop.import(1, 20);
    let ranges = grant(&shop.rows, shop.space, log(0), log(1), 0).expect("it has none");
    assert_eq!(ranges, Ranges::span(11, 20), "the custodian keeps half");
    assert_eq!(grant(&shop.rows, shop.space, log(0), log(1), 3), None, "too few to bother");
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Place {
    Held(u8),
    Transit,
    Issued,
    Voided,
}

fn put(model: &mut BTreeMap<u64, Place>, ranges: &Ranges, at: Place) {
    for number in ranges.iter().flat_map(|(from, to)| from..=to) {
        model.insert(number, at);
    }
}

proptest! {
    /// Any history of honest and dishonest moves leaves each number in the one
    /// place a plain model says, and the classes add up.
    #[test]
    fn every_number_is_in_exactly_one_place(
        moves in proptest::collection::vec((0u8..5, 0..DEVICES, 0..DEVICES, 1u64..30, 1u64..6), 0..60)
    ) {
        let mut shop = Shop::open();
        shop.import(1, 24);
        let mut model: BTreeMap<u64, Place> = (1..=24).map(|n| (n, Place::Held(0))).collect();
        let mut given: Vec<(EntryRef, u8, Ranges)> = Vec::new();
        for (what, device, other, from, len) in moves {
            let ranges = Ranges::span(from, from + len - 1);
            let holds = ranges.iter().flat_map(|(a, b)| a..=b)
                .all(|n| model.get(&n) == Some(&Place::Held(device)));
            match what {
                0 | 1 => {
                    let entry = shop.cede(device, other, ranges.clone());
                    if holds && device != other {
                        put(&mut model, &ranges, Place::Transit);
                        given.push((entry, other, ranges));
                    }
                }
                2 => {
                    let Some(index) = (!given.is_empty()).then(|| from as usize % given.len()) else { continue };
                    let (entry, to, ranges) = given[index].clone();
                    shop.accept(device, entry);
                    if to == device {
                        given.remove(index);
                        put(&mut model, &ranges, Place::Held(device));
                    }
                }
                3 if holds => {
                    let void = Void { space: shop.space, ranges: ranges.clone(), reason: String::new() };
                    shop.write(device, void.into());
                    put(&mut model, &ranges, Place::Voided);
                }
                _ => {
                    let Some(number) = next_number(&shop.rows, shop.space, log(device)) else { continue };
                    prop_assert_eq!(model[&number], Place::Held(device));
                    shop.sell(device, number);
                    put(&mut model, &Ranges::span(number, number), Place::Issued);
                }
            }
        }
        let audit = audit(&shop.rows, shop.space);
        let count = |wanted: fn(&Place) -> bool| model.values().filter(|place| wanted(place)).count() as u64;
        prop_assert_eq!(audit.held.values().map(Ranges::count).sum::<u64>(), count(|p| matches!(p, Place::Held(_))));
        prop_assert_eq!(audit.in_transit.count(), count(|p| *p == Place::Transit));
        prop_assert_eq!(audit.issued.values().map(Ranges::count).sum::<u64>(), count(|p| *p == Place::Issued));
        prop_assert_eq!(audit.voided.count(), count(|p| *p == Place::Voided));
        prop_assert_eq!((audit.unaccounted, audit.duplicates.len()), (0, 0));
    }
}
