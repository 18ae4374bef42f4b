//! One set of rows and devices that write to it: for rules that one view shows.

use crate::{apply, apply_branch, holding};
use std::collections::BTreeMap;
use till_schema::body::{
    Accept, Body, Cede, CustodyMove, EndReason, ResolutionImport, Role, SaleCommitted, Sharing,
    SpaceOpen, Void,
};
use till_schema::numbering::{Ranges, Space};
use till_schema::order::{Order, Totals};
use till_schema::rows::{
    AnomalyRow, DeviceRow, EntryRef, ForkRow, MemoryRows, Rows, Table, collect_rows, get_row, key,
    put_row,
};
use till_schema::{Currency, EntryHash, EntryId, LogId, OrderId, Seq, SpaceId};

/// Bogotá and Panama: five hours behind UTC.
pub(super) const OFFSET_MIN: i32 = -300;
pub(super) const DAY_MS: i64 = 86_400_000;

pub(super) fn log(device: u8) -> LogId {
    LogId([device; 32])
}

pub(super) fn span(from: u64, to: u64) -> Ranges {
    Ranges::span(from, to)
}

/// A moment of a civil day in Bogotá.
pub(super) fn at(day: i32, hour: i64) -> i64 {
    i64::from(day) * DAY_MS + (hour + 5) * 3_600_000
}

pub(super) fn space_named(prefix: &str) -> Space {
    Space {
        authority: "generic".into(),
        issuer: "900123456".into(),
        document_kind: "POS".into(),
        prefix: prefix.into(),
    }
}

#[derive(Clone)]
pub(super) struct Shop {
    pub(super) rows: MemoryRows,
    seqs: BTreeMap<LogId, u64>,
    pub(super) space: SpaceId,
}

impl Shop {
    /// Device 0 founded it and mints; devices 1 to 3 are known.
    pub(super) fn open() -> Self {
        let mut shop = Self {
            rows: MemoryRows::default(),
            seqs: BTreeMap::new(),
            space: space_named("T").id(),
        };
        for device in 0..4 {
            shop.admit(device);
        }
        shop.open_space("T", 0, Sharing::Shared);
        shop
    }

    pub(super) fn open_space(&mut self, prefix: &str, device: u8, sharing: Sharing) -> SpaceId {
        let space = space_named(prefix);
        let id = space.id();
        let open =
            SpaceOpen { space, custodian: log(device), sharing, utc_offset_min: Some(OFFSET_MIN) };
        self.write(0, open);
        id
    }

    fn admit(&mut self, device: u8) {
        let row = DeviceRow {
            log: log(device),
            name: format!("Register {device}"),
            roles: vec![Role::Register],
            ordinal: device.into(),
            replaces: None,
            ended: None,
            suspended: false,
            retired: false,
        };
        put_row(&mut self.rows, Table::Devices, &row.log.0, &row);
    }

    pub(super) fn device(&mut self, device: u8, edit: impl FnOnce(&mut DeviceRow)) {
        let mut row: DeviceRow = get_row(&self.rows, Table::Devices, &log(device).0).unwrap();
        edit(&mut row);
        put_row(&mut self.rows, Table::Devices, &log(device).0, &row);
    }

    pub(super) fn end(&mut self, device: u8) {
        self.device(device, |row| row.ended = Some(EndReason::Lost));
    }

    pub(super) fn fork(&mut self, device: u8) {
        let row = ForkRow { proofs: Vec::new(), at: Seq(1) };
        put_row(&mut self.rows, Table::Forks, &log(device).0, &row);
    }

    pub(super) fn write(&mut self, device: u8, body: impl Into<Body>) -> EntryRef {
        let seq = self.seqs.entry(log(device)).or_default();
        *seq += 1;
        let entry = entry(device, *seq);
        apply(&mut self.rows, &entry, &body.into());
        entry
    }

    /// Hands in an entry made elsewhere.
    pub(super) fn hear(&mut self, (entry, body): &(EntryRef, Body)) {
        apply(&mut self.rows, entry, body);
    }

    pub(super) fn hear_branch(&mut self, (entry, body): &(EntryRef, Body)) {
        apply_branch(&mut self.rows, entry, body);
    }

    pub(super) fn import(&mut self, from: u64, to: u64) -> EntryRef {
        self.import_valid(0, from, to, None, None)
    }

    pub(super) fn import_valid(
        &mut self,
        device: u8,
        from: u64,
        to: u64,
        first: Option<i32>,
        last: Option<i32>,
    ) -> EntryRef {
        let body = import(self.space, (from, to), first, last);
        self.write(device, body)
    }

    pub(super) fn cede(&mut self, from: u8, to: u8, ranges: Ranges) -> EntryRef {
        self.write(from, Cede { space: self.space, ranges, to: log(to) })
    }

    pub(super) fn accept(&mut self, device: u8, given: EntryRef) -> EntryRef {
        self.write(device, accept(given))
    }

    /// A cede and its accept.
    pub(super) fn pass(&mut self, from: u8, to: u8, ranges: Ranges) {
        let given = self.cede(from, to, ranges);
        self.accept(to, given);
    }

    pub(super) fn move_custody(&mut self, from: u8, to: u8) -> EntryRef {
        self.write(from, CustodyMove { space: self.space, to: log(to) })
    }

    pub(super) fn void(&mut self, device: u8, ranges: Ranges) -> EntryRef {
        self.write(device, Void { space: self.space, ranges, reason: "spoiled".into() })
    }

    pub(super) fn sell(&mut self, device: u8, number: u64) -> EntryRef {
        self.sell_at(device, number, 0)
    }

    pub(super) fn sell_at(&mut self, device: u8, number: u64, sold_at_ms: i64) -> EntryRef {
        let sale = sale(self.space, number, sold_at_ms);
        self.write(device, sale)
    }

    pub(super) fn held(&self, device: u8) -> Ranges {
        holding(&self.rows, self.space, log(device)).held
    }

    pub(super) fn anomalies(&self) -> Vec<String> {
        let rows = collect_rows::<AnomalyRow>(&self.rows, Table::Anomalies, &[]);
        rows.into_iter().map(|(_, row)| row.what).collect()
    }

    pub(super) fn is_suspect(&self, kind: till_schema::body::ConflictKind, subject: &str) -> bool {
        let at = key(&[&[kind as u8], subject.as_bytes()]);
        self.rows.get(Table::Suspects, &at).is_some()
    }

    pub(super) fn outside(&self, number: u64) -> bool {
        let subject = format!("{}/{number}", self.space);
        self.is_suspect(till_schema::body::ConflictKind::OutsideValidity, &subject)
    }
}

pub(super) fn entry(device: u8, seq: u64) -> EntryRef {
    let mut hash = [device; 32];
    hash[..8].copy_from_slice(&seq.to_be_bytes());
    EntryRef { log: log(device), seq: Seq(seq), hash: EntryHash(hash), wall_ms: 0 }
}

pub(super) fn id_of(entry: EntryRef) -> EntryId {
    EntryId { log: entry.log, seq: entry.seq, hash: entry.hash }
}

pub(super) fn import(
    space: SpaceId,
    (from, to): (u64, u64),
    valid_from_day: Option<i32>,
    valid_to_day: Option<i32>,
) -> ResolutionImport {
    let resolution = format!("{from}-{to}");
    ResolutionImport { space, resolution, from, to, valid_from_day, valid_to_day }
}

pub(super) fn accept(given: EntryRef) -> Accept {
    Accept { giver: given.log, giver_seq: given.seq, giver_hash: given.hash }
}

pub(super) fn order(id: u64, sold_at_ms: i64) -> Order {
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&id.to_be_bytes());
    Order {
        id: OrderId(bytes),
        sold_at_ms,
        utc_offset_min: OFFSET_MIN,
        currency: Currency::Cop,
        lines: Vec::new(),
        customer: None,
        tenders: Vec::new(),
        change: 0,
        totals: Totals::default(),
        note: String::new(),
        resumes: None,
        tip: 0,
        rounding: 0,
    }
}

pub(super) fn sale(space: SpaceId, number: u64, sold_at_ms: i64) -> SaleCommitted {
    SaleCommitted {
        order: order(number, sold_at_ms),
        space,
        number,
        document: Vec::new(),
        code: String::new(),
        fiscalises: None,
    }
}
