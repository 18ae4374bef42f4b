//! How each operation is done by an honest device, or by a broken one.

use super::{Invariant, Mutant, Op, World};
use crate::holdings::{giver_of_transit, space as space_row};
use crate::{Choice, choose, grant, holding, is_live, retire, spaces, valid_held};
use till_schema::body::{
    Accept, Body, Cede, CustodyMove, LogEnd, SaleCommitted, SaleProvisional, Void,
};
use till_schema::numbering::Ranges;
use till_schema::order::{Order, Totals};
use till_schema::rows::{
    DeviceRow, HoldingRow, InTransitRow, NumberRow, ProvisionalRow, Table, collect_rows, get_row,
};
use till_schema::{Currency, EntryHash, EntryId, LogId, OrderId, Seq, SpaceId};

/// How many days a lease lasts, in the worlds that have leases.
const LEASE_DAYS: i32 = 2;

impl World {
    pub(in crate::tests) fn step(&mut self, op: Op) {
        let count = self.devices.len();
        let of = |pick: u8| pick as usize % count;
        // The founding device administers: it stays.
        let other = |pick: u8| 1 + pick as usize % (count - 1);
        match op {
            Op::Sell { device } => self.sell(of(device), None),
            Op::SellAndCrash { device } => self.sell_and_crash(of(device)),
            Op::Provisional { device } => self.sell_provisionally(of(device)),
            Op::Fiscalise { device } => self.fiscalise(of(device)),
            Op::Import { device, renew, size } => self.import(of(device), renew, size),
            Op::MoveCustody { device, to } => self.move_custody(of(device), of(to)),
            Op::Cede { device, to, count } => self.cede(of(device), of(to), count),
            Op::Grant { device, to } => self.grant(of(device), of(to)),
            Op::Accept { device, pick } => self.accept(of(device), pick),
            Op::TakeBack { device } => self.take_back(of(device)),
            Op::Void { device, count } => self.void(of(device), count),
            Op::Retire { device } => self.retire(of(device)),
            Op::End { device } => self.end(other(device)),
            Op::DeclareLost => self.declare_lost(),
            Op::Assign { to } => self.assign(of(to)),
            Op::Send { from, to, log, count } => self.send(of(from), of(to), log, count),
            Op::Deliver { pick, again } => self.receive(pick, again),
            Op::Drop { pick } => drop(self.take_message(pick)),
            Op::Sync { from, to } => self.sync(of(from), of(to)),
            Op::Crash { device } => self.crash(of(device)),
            Op::Backup { device } => {
                let device = &mut self.devices[of(device)];
                device.backup = Some(device.view.clone());
            }
            Op::Restore { device, peer } => self.restore(of(device), other(device), of(peer)),
            Op::Day => self.day += 1,
        }
    }

    pub(super) fn is(&self, mutant: Mutant) -> bool {
        self.config.mutant == Some(mutant)
    }

    fn has_leases(&self) -> bool {
        self.is(Mutant::LeaseWithoutMargin) || self.is(Mutant::LeaseWithMargin)
    }

    /// A device that left, or knows that it was ended, does nothing.
    fn is_active(&self, device: usize) -> bool {
        let row: Option<DeviceRow> =
            get_row(&self.devices[device].view.rows, Table::Devices, &self.me(device).0);
        !self.devices[device].retired && row.is_none_or(|row| row.ended.is_none())
    }

    fn order(&mut self, device: usize) -> Order {
        self.orders += 1;
        let mut id = [0; 16];
        id[..8].copy_from_slice(&self.orders.to_be_bytes());
        Order {
            id: OrderId(id),
            sold_at_ms: self.local_ms(device),
            utc_offset_min: -300,
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

    fn choose(&self, device: usize) -> Option<Choice> {
        let rows = &self.devices[device].view.rows;
        if self.is(Mutant::MaxMergeCounter) {
            let space = self.spaces[0];
            let mut highest = 0;
            rows.scan_numbers(space, |number| highest = highest.max(number));
            return Some(Choice { space, number: highest + 1, resolution: String::new() });
        }
        let choice = choose(rows, self.me(device), self.local_ms(device), -300).ok()?;
        let leased_out = self.has_leases()
            && self.lease_end(device, choice.space, choice.number) <= self.local_day(device);
        (!leased_out).then_some(choice)
    }

    /// The day on which a lessee stops issuing a number.
    fn lease_end(&self, device: usize, space: SpaceId, number: u64) -> i32 {
        let me = self.me(device);
        let mut end = i32::MAX;
        for (log, known) in self.devices[device].view.knows.iter().enumerate() {
            for written in &self.logs[log].entries[..*known] {
                if let Body::Cede(cede) = &written.body
                    && cede.to == me
                    && cede.space == space
                    && cede.ranges.contains(number)
                {
                    end = self.leases[&written.entry.hash] + LEASE_DAYS;
                }
            }
        }
        end
    }

    fn sell(&mut self, device: usize, fiscalises: Option<(EntryId, Order)>) {
        if !self.is_active(device) {
            return;
        }
        let Some(choice) = self.choose(device) else { return };
        let (fiscalises, order) = match fiscalises {
            Some((id, order)) => (Some(id), order),
            None => (None, self.order(device)),
        };
        let sale = SaleCommitted {
            order,
            space: choice.space,
            number: choice.number,
            document: Vec::new(),
            code: String::new(),
            fiscalises,
        };
        self.write(device, sale.into());
        self.print(choice.space, choice.number);
    }

    fn print(&mut self, space: SpaceId, number: u64) {
        let papers = self.receipts.entry((space, number)).or_default();
        *papers += 1;
        if *papers > 1 {
            self.fault(Invariant::OneReceipt, format!("number {number} is on two receipts"));
        }
    }

    /// Stops between the two steps of a sale: the entry first, then the paper,
    /// which is printed after the start because the order is found.
    fn sell_and_crash(&mut self, device: usize) {
        if self.is(Mutant::PrintBeforeCommit) {
            if let Some(choice) = self.choose(device) {
                self.print(choice.space, choice.number);
            }
        } else {
            self.sell(device, None);
        }
        self.crash(device);
    }

    fn sell_provisionally(&mut self, device: usize) {
        if self.is_active(device) {
            let order = self.order(device);
            let (space, ticket) = (self.spaces[0], self.orders);
            self.write(device, SaleProvisional { order, space, ticket }.into());
        }
    }

    fn fiscalise(&mut self, device: usize) {
        let me = self.me(device);
        let rows = &self.devices[device].view.rows;
        let open = collect_rows::<ProvisionalRow>(rows, Table::Provisionals, &[])
            .into_iter()
            .find(|(_, row)| row.by == me && row.fiscalised.is_empty());
        if let Some((_, row)) = open {
            let entry = row.entry;
            let id = EntryId { log: entry.log, seq: entry.seq, hash: entry.hash };
            let order = Order { id: row.order, ..self.order(device) };
            self.sell(device, Some((id, order)));
        }
    }

    pub(super) fn import(&mut self, device: usize, renew: bool, size: u8) {
        let me = self.me(device);
        let rows = &self.devices[device].view.rows;
        let mints = |row: &till_schema::rows::SpaceRow| {
            (row.custodian == me && !row.custody_in_transit) || self.is(Mutant::TwoCustodians)
        };
        let space = spaces(rows).into_iter().find(|(_, row)| mints(row)).map(|(space, _)| space);
        let Some(space) = space.filter(|_| self.is_active(device)) else { return };
        let mut top = 0;
        let mut lost = Ranges::new();
        for (at, row) in collect_rows::<HoldingRow>(rows, Table::Holdings, &space.0) {
            top = row.minted.iter().map(|(_, to)| to).fold(top, u64::max);
            let log = LogId(at[16..].try_into().unwrap());
            let ended: Option<DeviceRow> = get_row(rows, Table::Devices, &log.0);
            if ended.is_some_and(|row| row.ended.is_some()) {
                lost = lost.union(&row.held);
            }
        }
        // Every fourth is large enough for one peer to refill another.
        let count = if size.is_multiple_of(4) { 1200 } else { 1 + u64::from(size % 6) };
        let mut from = if renew { 1 + top / 2 } else { top + 1 };
        let mut to = from + count - 1;
        if self.is(Mutant::LostMintedAgain)
            && let Some(first) = lost.first()
        {
            (from, to) = (first, lost.iter().last().unwrap().1);
        }
        let days = [None, Some(1), Some(30)][size as usize / 4 % 3];
        let valid_to = days.map(|days| self.day + days);
        self.write(device, self.resolution(space, from, to, valid_to).into());
    }

    fn move_custody(&mut self, device: usize, to: usize) {
        let (me, to) = (self.me(device), self.me(to));
        let rows = &self.devices[device].view.rows;
        let found = spaces(rows)
            .into_iter()
            .find(|(_, row)| row.custodian == me && !row.custody_in_transit && is_live(rows, to));
        if let Some((space, _)) = found.filter(|_| me != to && self.is_active(device)) {
            self.write(device, CustodyMove { space, to }.into());
        }
    }

    fn cede(&mut self, device: usize, to: usize, count: u8) {
        let (me, to) = (self.me(device), self.me(to));
        let rows = &self.devices[device].view.rows;
        if me == to || !self.is_active(device) || !is_live(rows, to) {
            return;
        }
        for space in self.spaces.clone() {
            let held = holding(&self.devices[device].view.rows, space, me).held;
            let keep = held.count().saturating_sub(1 + u64::from(count % 4));
            let ranges = held.minus(&held.take(keep));
            if !ranges.is_empty() {
                self.write(device, Cede { space, ranges, to }.into());
                return;
            }
        }
    }

    /// Two devices meet: what one lacks, the other gives if it can spare it.
    fn grant(&mut self, device: usize, to: usize) {
        let (me, asker) = (self.me(device), self.me(to));
        self.sync(to, device);
        if !self.is_active(device) {
            return;
        }
        for space in self.spaces.clone() {
            let asked = &self.devices[to].view.rows;
            let held = valid_held(asked, space, asker, self.local_ms(to), -300).count();
            let rows = &self.devices[device].view.rows;
            if let Some(ranges) = grant(rows, space, me, asker, held, None, self.local_day(device))
            {
                self.write(device, Cede { space, ranges, to: asker }.into());
            }
        }
        self.sync(device, to);
        self.accept(to, 0);
    }

    fn on_their_way(
        &self,
        device: usize,
        pick: impl Fn(LogId, &InTransitRow) -> bool,
    ) -> Vec<Accept> {
        collect_rows::<InTransitRow>(&self.devices[device].view.rows, Table::InTransit, &[])
            .into_iter()
            .filter(|(at, row)| pick(giver_of_transit(at).0, row))
            .map(|(at, row)| {
                let (giver, seq) = giver_of_transit(&at);
                Accept { giver, giver_seq: Seq(seq), giver_hash: row.hash }
            })
            .collect()
    }

    pub(super) fn accept(&mut self, device: usize, pick: u8) {
        let me = self.me(device);
        let found = self.on_their_way(device, |_, row| row.to == me);
        if self.is_active(device) && !found.is_empty() {
            self.write(device, found[pick as usize % found.len()].clone().into());
        }
    }

    /// No honest device does this.
    fn take_back(&mut self, device: usize) {
        let margin = i32::from(self.is(Mutant::LeaseWithMargin));
        if !self.has_leases() && !self.is(Mutant::GiverTakesBack) {
            return;
        }
        let (me, today) = (self.me(device), self.local_day(device));
        let ran_out = |hash: &EntryHash| {
            self.is(Mutant::GiverTakesBack) || self.leases[hash] + LEASE_DAYS + margin <= today
        };
        let found = self
            .on_their_way(device, |giver, row| giver == me && !row.custody && ran_out(&row.hash));
        if let Some(accept) = found.into_iter().next() {
            self.write(device, accept.into());
        }
    }

    fn void(&mut self, device: usize, count: u8) {
        let me = self.me(device);
        for space in self.spaces.clone() {
            let held = holding(&self.devices[device].view.rows, space, me).held;
            let ranges = held.take(1 + u64::from(count % 2));
            if self.is_active(device) && !ranges.is_empty() {
                let reason = "spoiled".to_owned();
                self.write(device, Void { space, ranges, reason }.into());
                return;
            }
        }
    }

    fn retire(&mut self, device: usize) {
        if device == 0 || !self.is_active(device) {
            return;
        }
        if let Ok(plan) = retire(&self.devices[device].view.rows, self.me(device)) {
            for body in plan {
                self.write(device, body);
            }
            self.write(device, LogEnd {}.into());
            self.devices[device].retired = true;
        }
    }
}

trait ScanNumbers {
    fn scan_numbers(&self, space: SpaceId, visit: impl FnMut(u64));
}

impl ScanNumbers for till_schema::rows::MemoryRows {
    fn scan_numbers(&self, space: SpaceId, mut visit: impl FnMut(u64)) {
        for (at, _) in collect_rows::<NumberRow>(self, Table::Numbers, &space.0) {
            visit(crate::windows::number_of(&at));
        }
    }
}

/// Whether custody of a space is where the model has it: nowhere while it moves.
pub(super) fn custodian_of(view: &super::View, space: SpaceId) -> Option<LogId> {
    space_row(&view.rows, space).filter(|row| !row.custody_in_transit).map(|row| row.custodian)
}
