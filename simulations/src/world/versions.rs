//! A device that ran a later version of the program for a while: its log then
//! holds kinds of entries and fields that this version does not know. They are
//! kept, passed on and verified by everybody, and understood by nobody.

use super::queue::Due;
use super::{How, World};
use crate::device::Off;
use ed25519_dalek::Signer;
use std::sync::Arc;
use till_schema::body::{Body, Kind, StockMoved, StockReason};
use till_schema::entry::{EntryBytes, Frame, HEADER_VERSION, Header, body_hash, head_digest};
use till_schema::{FrameRecord, Head};
use till_store::{Disk, LogStore, StoreOptions};

/// A kind that no version has given out.
const LATER_KIND: Kind = Kind(900);
/// A field of a known body that this version does not know: key 99, text.
const LATER_FIELD: [u8; 8] = [0x18, 99, 0x65, b'l', b'a', b't', b'e', b'r'];
/// Bytes of the unknown body at most.
const BODY_MAX: u64 = 600;
/// The device is back after, ms.
const BACK_MS: u64 = 5_000;

impl World {
    /// The device is closed, writes with a later version, and comes back.
    pub(super) fn later_version(&mut self, index: usize) -> bool {
        if self.devices[index].quarantine.is_some() || !self.devices[index].is_running() {
            return false;
        }
        self.stop(index, How::Closed, Off::Waiting);
        self.after(BACK_MS, Due::Start { device: index });
        if self.devices[index].disk.crashed() || !self.devices[index].is_waiting() {
            return false;
        }
        let length = self.fault_dice.between(1, BODY_MAX);
        let unknown: Vec<u8> = (0..length).map(|_| self.fault_dice.number() as u8).collect();
        let note = "later".to_owned();
        let (place, to) = (String::new(), None);
        let known = StockMoved { reason: StockReason::Adjust, moves: Vec::new(), note, place, to };
        let known = Body::from(known);
        let mut bytes = known.to_bytes();
        // One more field in the map.
        bytes[0] += 1;
        bytes.extend_from_slice(&LATER_FIELD);
        let options = self.store_options();
        self.append_later(index, options, &[(LATER_KIND, unknown), (known.kind(), bytes)])
    }

    fn append_later(
        &mut self,
        index: usize,
        options: StoreOptions,
        bodies: &[(Kind, Vec<u8>)],
    ) -> bool {
        let device = &self.devices[index];
        let (log, shop) = (device.log, device.shop);
        let disk: Arc<dyn Disk> = Arc::new(device.disk.clone());
        let Ok((mut logs, _)) = LogStore::open_with(disk, log, options) else { return false };
        let Some(mut head) = logs.heads().get(&log).copied() else { return false };
        let last = logs.read(log, head.seq, 1).ok().and_then(|frames| frames.into_iter().next());
        let read = last.and_then(|frame| till_log::read_frame(shop, &frame.bytes).ok());
        let Some(admin_pos) = read.and_then(|f| Some(f.entries().last()?.header.admin_pos)) else {
            return false;
        };
        let wall_ms = device.now(self.now_ms).wall_ms;
        for (kind, body) in bodies {
            let seq = head.seq.next();
            let header = Header {
                version: HEADER_VERSION,
                shop,
                log,
                seq,
                prev: head.hash,
                kind: *kind,
                flags: 0,
                admin_pos,
                wall_ms,
                seen: Vec::new(),
                body_len: body.len() as u32,
                body_hash: body_hash(body),
                user: None,
                approver: None,
            };
            let entry = EntryBytes { header: till_schema::to_bytes(&header), body: body.clone() };
            let hash = entry.hash();
            let signature = device.key.sign(&head_digest(shop, log, seq, hash)).to_bytes();
            let bytes = till_schema::to_bytes(&Frame { entries: vec![entry], signature });
            let record = FrameRecord { log, first: seq, last: seq, last_hash: hash, bytes };
            if logs.append(&[record]).is_err() {
                return false;
            }
            head = Head { seq, hash };
        }
        let _ = logs.settle();
        self.sometimes.reach("mark:later-version");
        true
    }
}
