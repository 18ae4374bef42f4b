//! The bytes of a segment file. All numbers are little-endian.
//!
//! ```text
//! 0      header   magic 8, version 2, log 32, number 8, first seq 8, hash before it 32, check 32
//! 4096   slot 0   generation 8, settled mark 48, tip mark 48, check 32
//! 8192   slot 1   the same; generation g lies in slot g mod 2
//! 12288  records  magic 4, payload length 4, first seq 8, last seq 8, last hash 32, check 32,
//!                 payload, zeros up to a multiple of 16 with the end magic in the last 4 bytes
//! ```
//!
//! A mark is a sequence number, the hash of that entry, and the place after its
//! record. The *settled* mark of a slot is what was durable before the slot was
//! written; the *tip* is what is durable once the sync after it has returned.
//!
//! Space after the last record is zero, and both ends of a record lie in the
//! same sector as a magic that is not. So after a power cut each sector of a
//! record that did not get through is zero as far as the record reaches into
//! it, and a broken record without such a sector was not torn: it was damaged.

use super::FrameRecord;
use till_schema::{EntryHash, LogId, Seq};

/// What a disk writes whole or not at all.
pub(crate) const SECTOR_BYTES: u64 = 512;
/// Header and slots lie a page apart, so that none is rewritten with another.
const PAGE_BYTES: u64 = 4096;
/// Where the two head slots lie.
pub(crate) const SLOT_AT: [u64; 2] = [PAGE_BYTES, 2 * PAGE_BYTES];
/// Where records begin.
pub(crate) const RECORDS_AT: u64 = 3 * PAGE_BYTES;
/// Version of this format.
pub(crate) const VERSION: u16 = 1;

const HEADER_MAGIC: [u8; 8] = *b"tillseg\n";
const RECORD_MAGIC: [u8; 4] = *b"Trec";
const END_MAGIC: [u8; 4] = *b"Tend";
const HEADER_BYTES: usize = 8 + 2 + 32 + 8 + 8 + 32 + 32;
const SLOT_BYTES: usize = 8 + 2 * 48 + 32;
/// Bytes of a record before its payload.
pub(crate) const RECORD_HEAD_BYTES: usize = 4 + 4 + 8 + 8 + 32 + 32;
const ALIGN: usize = 16;

/// Most bytes a record adds to its payload.
pub const RECORD_OVERHEAD_BYTES: usize = RECORD_HEAD_BYTES + END_MAGIC.len() + ALIGN - 1;

/// A place in a log and in a segment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Mark {
    /// The last entry before the place.
    pub(crate) seq: Seq,
    /// Its hash.
    pub(crate) hash: EntryHash,
    /// The place, in bytes from the start of the file.
    pub(crate) end: u64,
}

/// What a segment says of itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Header {
    pub(crate) log: LogId,
    /// Number of the segment in its log, from 1.
    pub(crate) number: u64,
    /// The first entry the segment may hold.
    pub(crate) first: Seq,
    /// Hash of the entry before it.
    pub(crate) before: EntryHash,
}

impl Header {
    /// The place before the first record.
    pub(crate) fn start(&self) -> Mark {
        Mark { seq: Seq(self.first.0 - 1), hash: self.before, end: RECORDS_AT }
    }
}

/// A head slot.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Slot {
    pub(crate) generation: u64,
    pub(crate) settled: Mark,
    pub(crate) tip: Mark,
}

/// What lies where a header or slot may be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Found<T> {
    /// Zeros: nothing was written.
    Nothing,
    /// A whole one.
    Whole(T),
    /// Something else.
    Broken,
    /// A whole one of another version of the format.
    Other(u16),
}

impl<T> Found<T> {
    pub(crate) fn whole(self) -> Option<T> {
        match self {
            Self::Whole(value) => Some(value),
            _ => None,
        }
    }
}

/// Takes fixed-size fields off the front of a buffer that is long enough.
struct Fields<'a>(&'a [u8]);

impl Fields<'_> {
    fn take<const N: usize>(&mut self) -> [u8; N] {
        let (head, rest) = self.0.split_first_chunk().expect("the buffer holds the whole layout");
        self.0 = rest;
        *head
    }

    fn number(&mut self) -> u64 {
        u64::from_le_bytes(self.take())
    }

    fn mark(&mut self) -> Mark {
        Mark { seq: Seq(self.number()), hash: EntryHash(self.take()), end: self.number() }
    }
}

fn put_mark(bytes: &mut Vec<u8>, mark: &Mark) {
    bytes.extend_from_slice(&mark.seq.0.to_le_bytes());
    bytes.extend_from_slice(&mark.hash.0);
    bytes.extend_from_slice(&mark.end.to_le_bytes());
}

fn check(context: &str, parts: &[&[u8]]) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new_derive_key(context);
    for part in parts {
        hasher.update(part);
    }
    *hasher.finalize().as_bytes()
}

fn header_check(fields: &[u8]) -> [u8; 32] {
    check("tillmesh segment header v1", &[fields])
}

/// A slot belongs to one segment of one log, so a copy elsewhere is not valid.
fn slot_check(log: &LogId, number: u64, fields: &[u8]) -> [u8; 32] {
    check("tillmesh segment slot v1", &[&log.0, &number.to_le_bytes(), fields])
}

fn record_check(log: &LogId, fields: &[u8], payload: &[u8]) -> [u8; 32] {
    check("tillmesh segment record v1", &[&log.0, fields, payload])
}

fn is_zero(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| *byte == 0)
}

/// The bytes of a header.
pub(crate) fn encode_header(header: &Header) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(HEADER_BYTES);
    bytes.extend_from_slice(&HEADER_MAGIC);
    bytes.extend_from_slice(&VERSION.to_le_bytes());
    bytes.extend_from_slice(&header.log.0);
    bytes.extend_from_slice(&header.number.to_le_bytes());
    bytes.extend_from_slice(&header.first.0.to_le_bytes());
    bytes.extend_from_slice(&header.before.0);
    let check = header_check(&bytes);
    bytes.extend_from_slice(&check);
    bytes
}

/// Reads the header off the first bytes of a segment.
pub(crate) fn decode_header(segment: &[u8]) -> Found<Header> {
    let bytes = &segment[..HEADER_BYTES];
    if is_zero(bytes) {
        return Found::Nothing;
    }
    let (fields, found) = bytes.split_at(HEADER_BYTES - 32);
    let mut rest = Fields(fields);
    if rest.take::<8>() != HEADER_MAGIC || header_check(fields) != *found {
        return Found::Broken;
    }
    let version = u16::from_le_bytes(rest.take());
    if version != VERSION {
        return Found::Other(version);
    }
    let header = Header {
        log: LogId(rest.take()),
        number: rest.number(),
        first: Seq(rest.number()),
        before: EntryHash(rest.take()),
    };
    if header.first.0 == 0 { Found::Broken } else { Found::Whole(header) }
}

/// The bytes of a slot.
pub(crate) fn encode_slot(log: &LogId, number: u64, slot: &Slot) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(SLOT_BYTES);
    bytes.extend_from_slice(&slot.generation.to_le_bytes());
    put_mark(&mut bytes, &slot.settled);
    put_mark(&mut bytes, &slot.tip);
    let check = slot_check(log, number, &bytes);
    bytes.extend_from_slice(&check);
    bytes
}

/// Reads slot 0 or 1 off the first [`RECORDS_AT`] bytes of a segment.
pub(crate) fn decode_slot(log: &LogId, number: u64, segment: &[u8], index: usize) -> Found<Slot> {
    let at = SLOT_AT[index] as usize;
    let bytes = &segment[at..at + SLOT_BYTES];
    if is_zero(bytes) {
        return Found::Nothing;
    }
    let (fields, found) = bytes.split_at(SLOT_BYTES - 32);
    if slot_check(log, number, fields) != *found {
        return Found::Broken;
    }
    let mut rest = Fields(fields);
    let slot = Slot { generation: rest.number(), settled: rest.mark(), tip: rest.mark() };
    if slot.generation % 2 == index as u64 { Found::Whole(slot) } else { Found::Broken }
}

/// Bytes a record with such a payload takes.
pub(crate) fn record_bytes(payload: usize) -> u64 {
    (RECORD_HEAD_BYTES + payload + END_MAGIC.len()).next_multiple_of(ALIGN) as u64
}

/// Appends a record.
pub(crate) fn encode_record(bytes: &mut Vec<u8>, frame: &FrameRecord) {
    let start = bytes.len();
    let len = u32::try_from(frame.bytes.len()).expect("frames are bounded far below 4 GiB");
    bytes.extend_from_slice(&RECORD_MAGIC);
    bytes.extend_from_slice(&len.to_le_bytes());
    bytes.extend_from_slice(&frame.first.0.to_le_bytes());
    bytes.extend_from_slice(&frame.last.0.to_le_bytes());
    bytes.extend_from_slice(&frame.last_hash.0);
    let check = record_check(&frame.log, &bytes[start..], &frame.bytes);
    bytes.extend_from_slice(&check);
    bytes.extend_from_slice(&frame.bytes);
    let end = start + record_bytes(frame.bytes.len()) as usize;
    bytes.resize(end - END_MAGIC.len(), 0);
    bytes.extend_from_slice(&END_MAGIC);
}

/// The whole length of the record that starts with these bytes, unless they
/// cannot be the head of a record.
pub(crate) fn record_length(head: &[u8]) -> Option<u64> {
    let mut rest = Fields(head);
    if rest.take::<4>() != RECORD_MAGIC {
        return None;
    }
    Some(record_bytes(u32::from_le_bytes(rest.take()) as usize))
}

/// Reads a record from exactly its bytes; none when any of them is wrong.
pub(crate) fn decode_record(log: LogId, record: &[u8]) -> Option<FrameRecord> {
    let (fields, _) = record.split_at(RECORD_HEAD_BYTES - 32);
    let mut rest = Fields(&record[..RECORD_HEAD_BYTES]);
    if rest.take::<4>() != RECORD_MAGIC {
        return None;
    }
    let len = u32::from_le_bytes(rest.take()) as usize;
    let first = Seq(rest.number());
    let last = Seq(rest.number());
    let last_hash = EntryHash(rest.take());
    let found: [u8; 32] = rest.take();
    let payload = record.get(RECORD_HEAD_BYTES..RECORD_HEAD_BYTES + len)?;
    let padding = &record[RECORD_HEAD_BYTES + len..];
    let (zeros, end) = padding.split_at_checked(padding.len().checked_sub(END_MAGIC.len())?)?;
    let whole = record_check(&log, fields, payload) == found && is_zero(zeros) && end == END_MAGIC;
    whole.then(|| FrameRecord { log, first, last, last_hash, bytes: payload.to_vec() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(len: usize) -> FrameRecord {
        FrameRecord {
            log: LogId([7; 32]),
            first: Seq(3),
            last: Seq(4),
            last_hash: EntryHash([9; 32]),
            bytes: vec![0; len],
        }
    }

    #[test]
    fn every_bit_of_a_record_is_covered() {
        for len in [0, 1, 11, 12, 13, 600] {
            let frame = frame(len);
            let mut bytes = Vec::new();
            encode_record(&mut bytes, &frame);
            assert_eq!(record_length(&bytes), Some(bytes.len() as u64));
            assert!(bytes.len() <= len + RECORD_OVERHEAD_BYTES);
            assert_eq!(bytes.len() % ALIGN, 0);
            assert_eq!(decode_record(frame.log, &bytes).as_ref(), Some(&frame));
            assert_eq!(decode_record(LogId([8; 32]), &bytes), None, "another log");
            for bit in 0..bytes.len() * 8 {
                let mut flipped = bytes.clone();
                flipped[bit / 8] ^= 1 << (bit % 8);
                assert_eq!(decode_record(frame.log, &flipped), None, "bit {bit}");
            }
        }
    }

    #[test]
    fn header_and_slots_are_read_back_and_belong_to_their_segment() {
        let log = LogId([7; 32]);
        let header = Header { log, number: 2, first: Seq(5), before: EntryHash([1; 32]) };
        let slot = Slot { generation: 3, settled: header.start(), tip: header.start() };
        let mut segment = vec![0; RECORDS_AT as usize];
        assert_eq!(decode_header(&segment), Found::Nothing);
        assert_eq!(decode_slot(&log, 2, &segment, 1), Found::Nothing);
        let bytes = encode_header(&header);
        segment[..bytes.len()].copy_from_slice(&bytes);
        let bytes = encode_slot(&log, 2, &slot);
        segment[SLOT_AT[1] as usize..][..bytes.len()].copy_from_slice(&bytes);
        assert_eq!(decode_header(&segment), Found::Whole(header));
        assert_eq!(decode_slot(&log, 2, &segment, 1), Found::Whole(slot));
        assert_eq!(decode_slot(&log, 3, &segment, 1), Found::Broken, "another segment");
        segment.copy_within(SLOT_AT[1] as usize..SLOT_AT[1] as usize + 200, SLOT_AT[0] as usize);
        assert_eq!(decode_slot(&log, 2, &segment, 0), Found::Broken, "in the other slot");
        segment[8] = 2;
        let check = header_check(&segment[..HEADER_BYTES - 32]);
        segment[HEADER_BYTES - 32..HEADER_BYTES].copy_from_slice(&check);
        assert_eq!(decode_header(&segment), Found::Other(2));
    }
}
