//! The bytes of a bundle's parts.

use super::BundleHeader;
use crate::logs::FrameRecord;
use till_schema::limits::FRAME_BYTES_MAX;
use till_schema::{EntryHash, LogId, Seq, ShopId};

/// How every bundle of every version begins.
pub(super) const FAMILY: &[u8] = b"TILLMESH BUNDLE ";
/// How a bundle of this version begins.
pub(super) const MAGIC: &[u8; 18] = b"TILLMESH BUNDLE 1\n";
pub(super) const HEADER_BYTES: usize = 32 + 32 + 8 + 32;
pub(super) const CHECK_BYTES: usize = 32;
/// First byte of a record.
pub(super) const RECORD: u8 = b'R';
/// First byte of the end.
pub(super) const END: u8 = b'E';
/// Bytes of a record after its first and before the frame.
pub(super) const RECORD_HEAD_BYTES: usize = 4 + 32 + 8 + 8 + 32;
/// Bytes of the end after its first and before its check.
pub(super) const END_BYTES: usize = 8;

/// Whether a frame can be in a bundle.
pub(super) fn is_frame(first: Seq, last: Seq, bytes: usize) -> bool {
    (1..=FRAME_BYTES_MAX).contains(&bytes) && first >= Seq(1) && first <= last
}

pub(super) fn encode_header(header: &BundleHeader) -> [u8; HEADER_BYTES] {
    let mut bytes = [0; HEADER_BYTES];
    bytes[..32].copy_from_slice(&header.shop.0);
    bytes[32..64].copy_from_slice(&header.founder.0);
    bytes[64..72].copy_from_slice(&header.created_ms.to_le_bytes());
    bytes[72..].copy_from_slice(&header.writer.0);
    bytes
}

pub(super) fn decode_header(bytes: &[u8; HEADER_BYTES]) -> BundleHeader {
    BundleHeader {
        shop: ShopId(part(bytes, 0)),
        founder: LogId(part(bytes, 32)),
        created_ms: i64::from_le_bytes(part(bytes, 64)),
        writer: LogId(part(bytes, 72)),
    }
}

/// The head of a record, its first byte left out.
pub(super) fn encode_record_head(frame: &FrameRecord) -> [u8; RECORD_HEAD_BYTES] {
    let length = u32::try_from(frame.bytes.len()).expect("held to the frame limit");
    let mut bytes = [0; RECORD_HEAD_BYTES];
    bytes[..4].copy_from_slice(&length.to_le_bytes());
    bytes[4..36].copy_from_slice(&frame.log.0);
    bytes[36..44].copy_from_slice(&frame.first.0.to_le_bytes());
    bytes[44..52].copy_from_slice(&frame.last.0.to_le_bytes());
    bytes[52..].copy_from_slice(&frame.last_hash.0);
    bytes
}

/// The record without its frame, and the frame's length.
pub(super) fn decode_record_head(bytes: &[u8; RECORD_HEAD_BYTES]) -> (FrameRecord, usize) {
    let record = FrameRecord {
        log: LogId(part(bytes, 4)),
        first: Seq(u64::from_le_bytes(part(bytes, 36))),
        last: Seq(u64::from_le_bytes(part(bytes, 44))),
        last_hash: EntryHash(part(bytes, 52)),
        bytes: Vec::new(),
    };
    (record, u32::from_le_bytes(part(bytes, 0)) as usize)
}

fn part<const N: usize>(bytes: &[u8], at: usize) -> [u8; N] {
    bytes[at..at + N].try_into().expect("places are inside")
}
