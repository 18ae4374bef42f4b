//! Opening one log: what is there, what was never acknowledged, what is damaged.

use super::APPEND_BYTES_MAX;
use super::cursor::{Cursor, SparseIndex, Step, has_zero_sector, read_part, used_bytes};
use super::error::Damage;
use super::format::{self, Found, Header, Mark, RECORDS_AT, Slot};
use super::one_log::{Active, Finished, Spare};
use super::place::Place;
use crate::disk::DiskFile;
use std::collections::VecDeque;
use std::io;
use std::sync::OnceLock;
use till_schema::{EntryHash, Seq};

/// A log as found and put in order.
#[derive(Default)]
pub(crate) struct Recovered {
    pub(crate) finished: Vec<Finished>,
    pub(crate) active: Option<Active>,
    pub(crate) spares: VecDeque<Spare>,
    pub(crate) cut_off_bytes: u64,
    pub(crate) repaired: bool,
}

/// Why a log is not in order.
pub(crate) enum Trouble {
    Io(io::Error),
    Version { segment: String, version: u16 },
    Damage(DamageAt),
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// Damage and what of its segment is whole before it.
pub(crate) struct DamageAt {
    pub(crate) number: u64,
    pub(crate) offset: u64,
    pub(crate) what: &'static str,
    /// The end of what is whole, or none when the segment itself cannot be kept.
    pub(crate) keep: Option<Mark>,
}

impl DamageAt {
    pub(crate) fn describe(&self, place: &Place) -> Damage {
        Damage { what: self.what.into(), segment: place.path(self.number), offset: self.offset }
    }
}

fn unusable(number: u64, what: &'static str) -> Trouble {
    Trouble::Damage(DamageAt { number, offset: 0, what, keep: None })
}

/// The first bytes of a segment.
struct Page {
    number: u64,
    capacity: u64,
    header: Found<Header>,
    slots: [Found<Slot>; 2],
}

impl Page {
    fn read(place: &Place, number: u64) -> io::Result<Self> {
        let file = place.open(number)?;
        let capacity = file.len()?;
        if capacity < RECORDS_AT {
            // Segments get their name only at full size, so this one was cut.
            let slots = [Found::Broken, Found::Broken];
            return Ok(Self { number, capacity, header: Found::Broken, slots });
        }
        let bytes = read_part(&*file, 0, RECORDS_AT)?;
        let slot = |index| format::decode_slot(&place.log, number, &bytes, index);
        let header = format::decode_header(&bytes);
        Ok(Self { number, capacity, header, slots: [slot(0), slot(1)] })
    }

    /// Nothing in the segment was ever acknowledged: the header becomes durable
    /// with the first append, and slots written before that settle nothing.
    fn is_unused(&self) -> bool {
        match self.header {
            Found::Whole(_) | Found::Other(_) => false,
            Found::Nothing => self
                .slots
                .iter()
                .filter_map(|slot| slot.whole())
                .all(|slot| slot.settled.end == RECORDS_AT),
            Found::Broken => self.slots == [Found::Nothing, Found::Nothing],
        }
    }

    fn newest(&self) -> Option<Slot> {
        self.slots.iter().filter_map(|slot| slot.whole()).max_by_key(|slot| slot.generation)
    }

    fn broken_slots(&self) -> usize {
        self.slots.iter().filter(|slot| **slot == Found::Broken).count()
    }

    fn damage(&self, good: Mark, what: &'static str) -> Trouble {
        let keep = Some(good);
        Trouble::Damage(DamageAt { number: self.number, offset: good.end, what, keep })
    }
}

/// Finds the state of a log and puts its tail in order. Writes nothing when
/// there is damage.
pub(crate) fn recover(place: &Place) -> Result<Recovered, Trouble> {
    place.clear_unfinished()?;
    let mut pages = Vec::new();
    for (number, expected) in place.numbers()?.into_iter().zip(1..) {
        if number != expected {
            return Err(unusable(expected, "the segment is missing"));
        }
        pages.push(Page::read(place, number)?);
    }
    let used = pages.iter().rposition(|page| !page.is_unused()).map_or(0, |last| last + 1);
    let (pages, unused) = pages.split_at(used);
    let headers = pages.iter().map(|page| header(place, page)).collect::<Result<Vec<_>, _>>()?;

    let mut recovered = Recovered::default();
    for (page, pair) in pages.iter().zip(headers.windows(2)) {
        recovered.finished.push(finish(place, page, &pair[0], &pair[1])?);
    }
    if let (Some(page), Some(header)) = (pages.last(), headers.last()) {
        recover_active(place, page, header, &mut recovered)?;
    }
    for page in unused {
        let file = place.open(page.number)?;
        // Space that an append had begun to use must be zero again.
        let reach = page.capacity.min(RECORDS_AT + APPEND_BYTES_MAX);
        let used = used_bytes(&*file, 0, reach)?;
        if used > 0 {
            zero(&*file, 0, used)?;
            file.sync_data()?;
            recovered.cut_off_bytes += used.saturating_sub(RECORDS_AT);
            recovered.repaired |= page.header == Found::Broken;
        }
        recovered.spares.push_back(Spare { number: page.number, capacity: page.capacity, file });
    }
    Ok(recovered)
}

fn header(place: &Place, page: &Page) -> Result<Header, Trouble> {
    let header = match page.header {
        Found::Whole(header) => header,
        Found::Other(version) => {
            return Err(Trouble::Version { segment: place.path(page.number), version });
        }
        Found::Nothing => return Err(unusable(page.number, "the segment's header is missing")),
        Found::Broken => return Err(unusable(page.number, "the segment's header is damaged")),
    };
    let begins = page.number > 1 || (header.first, header.before) == (Seq(1), EntryHash::ZERO);
    if header.log != place.log || header.number != page.number || !begins {
        return Err(unusable(page.number, "the segment belongs elsewhere"));
    }
    Ok(header)
}

/// A segment that another follows: it ends where the next one begins. Normally
/// the newest slot says so. Its records are read only when that slot is damaged
/// or tells of a failed append, after which the next segment took over.
fn finish(place: &Place, page: &Page, own: &Header, next: &Header) -> Result<Finished, Trouble> {
    let start = own.start();
    let finished = |last| Finished { number: page.number, start, last, index: OnceLock::new() };
    let fits = |mark: &Mark| {
        mark.seq.next() == next.first
            && mark.hash == next.before
            && (RECORDS_AT..=page.capacity).contains(&mark.end)
    };
    if let Some(slot) = page.newest().filter(|slot| fits(&slot.tip)) {
        return Ok(finished(slot.tip));
    }
    let file = place.open(page.number)?;
    let mut cursor = Cursor::new(&*file, place.log, start, page.capacity);
    let mut before = start;
    loop {
        let good = cursor.good();
        if fits(&good) {
            return Ok(finished(good));
        }
        if good.seq >= next.first {
            return Err(page.damage(before, "the segment and the next one do not fit"));
        }
        before = good;
        if !matches!(cursor.step()?, Step::Record(_)) {
            return Err(page.damage(before, "a record is missing or damaged"));
        }
    }
}

/// The last segment: checks every record, decides about the tail, and leaves
/// everything that is kept durable and everything after it zero.
fn recover_active(
    place: &Place,
    page: &Page,
    header: &Header,
    recovered: &mut Recovered,
) -> Result<(), Trouble> {
    let file = place.open(page.number)?;
    let start = header.start();
    let newest = page.newest();
    let slot = newest.unwrap_or(Slot { generation: 0, settled: start, tip: start });
    let mut index = SparseIndex::default();
    let good = walk(place, page, &*file, start, &slot, &mut index)?;

    // An append in flight began at the tip and was no longer than one sync takes.
    let reach = page.capacity.min(slot.tip.end.max(good.end) + APPEND_BYTES_MAX);
    let left = used_bytes(&*file, good.end, reach)?;
    match page.broken_slots() {
        0 => {}
        // What is left over may have been acknowledged by the broken slot.
        1 if left > 0 => return Err(page.damage(good, "a head slot and a record are damaged")),
        1 => {}
        _ => return Err(page.damage(good, "both head slots are damaged")),
    }

    let settled = slot.settled == good;
    let mut generation = slot.generation;
    if left > 0 || !settled || page.broken_slots() > 0 || newest.is_none() {
        // What was read may be only in the system's memory, and a sync that
        // failed earlier would not tell: written again, it is made durable.
        // Until the next slot it stays below the tip, not yet settled.
        if slot.settled.end == RECORDS_AT {
            place.write_header(&*file, header)?;
        }
        if good.end > slot.settled.end {
            let doubtful = read_part(&*file, slot.settled.end, good.end)?;
            file.write_at(slot.settled.end, &doubtful)?;
        }
        zero(&*file, good.end, good.end + left)?;
        // The older slot is overwritten; a broken one beside it needs a second.
        for _ in 0..1 + page.broken_slots() {
            generation += 1;
            let slot = Slot { generation, settled: slot.settled, tip: good };
            place.write_slot(&*file, page.number, &slot)?;
        }
        file.sync_data()?;
    }
    recovered.cut_off_bytes += left;
    recovered.repaired |= page.broken_slots() > 0;
    recovered.active = Some(Active {
        header: *header,
        file,
        capacity: page.capacity,
        generation,
        settled,
        tip: good,
        index,
        fresh: false,
    });
    Ok(())
}

/// Walks the records as far as they are whole, and refuses when that is less
/// than was acknowledged.
fn walk(
    place: &Place,
    page: &Page,
    file: &dyn DiskFile,
    start: Mark,
    slot: &Slot,
    index: &mut SparseIndex,
) -> Result<Mark, Trouble> {
    let mut cursor = Cursor::new(file, place.log, start, page.capacity);
    let mut passed = [false; 2];
    let mut before = start;
    loop {
        let good = cursor.good();
        for (mark, passed) in [slot.settled, slot.tip].iter().zip(&mut passed) {
            if !*passed && good.end >= mark.end {
                if good != *mark {
                    return Err(page.damage(before, "a head slot names another record"));
                }
                *passed = true;
            }
        }
        before = good;
        match cursor.step()? {
            Step::Record(_) => index.note(cursor.good()),
            Step::End | Step::Broken => break,
        }
    }
    let good = cursor.good();
    let [settled, tip] = passed;
    #[cfg(feature = "mutants")]
    if crate::mutants::is(crate::mutants::Mutant::CutsOffInSilence) {
        return Ok(good);
    }
    if !settled || slot.tip.end > page.capacity {
        return Err(page.damage(good, "an acknowledged record is missing or damaged"));
    }
    if !tip && !has_zero_sector(file, good.end, slot.tip.end)? {
        return Err(page.damage(good, "the last record is damaged"));
    }
    Ok(good)
}

fn zero(file: &dyn DiskFile, from: u64, to: u64) -> io::Result<()> {
    if from < to {
        file.write_at(from, &vec![0; (to - from) as usize])?;
    }
    Ok(())
}

/// Ends another device's log before the damage. The damaged bytes are kept
/// aside as far as there is space for them. If this is interrupted, the next
/// opening finds damage at the same place or before.
pub(crate) fn cut_back(place: &Place, damage: &DamageAt) -> io::Result<()> {
    for number in place.numbers()?.into_iter().rev() {
        if number > damage.number || (number == damage.number && damage.keep.is_none()) {
            place.set_aside(number)?;
        }
    }
    place.disk.sync_dir(&place.dir)?;
    let Some(good) = damage.keep else {
        return Ok(());
    };
    let file = place.open(damage.number)?;
    let capacity = file.len()?;
    let evidence = format!("{}.damaged", place.path(damage.number));
    let copied = place.disk.open(&evidence, true).and_then(|copy| {
        copy.set_len(0)?;
        copy.write_at(0, &read_part(&*file, 0, capacity)?)?;
        copy.sync_data()
    });
    if let Err(error) = copied
        && error.kind() != io::ErrorKind::StorageFull
    {
        return Err(error);
    }
    let used = used_bytes(&*file, good.end, capacity)?;
    zero(&*file, good.end, good.end + used)?;
    // Both slots, so that none names anything after the damage.
    for generation in [1, 2] {
        let slot = Slot { generation, settled: good, tip: good };
        place.write_slot(&*file, damage.number, &slot)?;
    }
    file.sync_data()
}
