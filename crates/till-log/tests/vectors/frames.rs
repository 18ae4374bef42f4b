//! Headers and signed frames.

use crate::admin::{device_add, space_open};
use crate::bodies::{cede, import, provisional, sale, stock_moved};
use crate::golden::Golden;
use crate::values::{CASHIER, MANAGER, WALL_MS, founded, key, log, shop, start};
use ed25519_dalek::Signer;
use till_log::{Context, Drafter, Head, VerifiedFrame, verify_frame};
use till_schema::body::{Accept, Body, Cede, DeviceAdd, Kind, Role, SaleCommitted};
use till_schema::entry::{
    EntryBytes, FLAG_CRITICAL, Frame, HEADER_VERSION, Header, body_hash, head_digest,
};
use till_schema::{EntryHash, EntryId, Seq, UserId, Vector};

/// A kind that will not be given out.
const UNKNOWN: Kind = Kind(60_000);

pub(crate) fn golden() -> Vec<Golden> {
    let chain = chain();
    let seen = with_seen(&chain);
    let people = with_people(seen.head());
    vec![
        header(&seen),
        header_of_people(
            "header-user-approver",
            "The header of the entry of frame-user-approver: elements 12 and 13, the cashier \
             16 × 0a and the manager 16 × 0b.",
            &people[0],
            14,
        ),
        header_of_people(
            "header-user",
            "The header of the entry of frame-user: element 12 and no 13.",
            &people[1],
            13,
        ),
        drafted(
            "chain-1",
            "First of three frames of the log of seed 32 × 01: the founding, kinds 1, 2, 10, 11 \
             and 30 as entries 1 to 5.",
            Head::default(),
            chain[0].clone(),
        ),
        drafted(
            "chain-2",
            "Second of three frames: the device of seed 32 × 02 joins, entry 6.",
            chain[0].head(),
            chain[1].clone(),
        ),
        drafted(
            "chain-3",
            "Third of three frames: it is given numbers, entry 7.",
            chain[1].head(),
            chain[2].clone(),
        ),
        drafted(
            "frame-seen",
            "First frame of the log of seed 32 × 02: kinds 2, 32, 40 and 41. Its first entry has \
             seen 7 entries of seed 32 × 01 and 3 of seed 32 × 03.",
            Head::default(),
            seen.clone(),
        ),
        drafted(
            "frame-user-approver",
            "Second frame of the log of seed 32 × 02: kind 42 as entry 5, done by the cashier \
             16 × 0a and allowed by the manager 16 × 0b.",
            seen.head(),
            people[0].clone(),
        ),
        drafted(
            "frame-user",
            "Third frame of the log of seed 32 × 02: kind 40 as entry 6 gives entry 5 its number; \
             done by the cashier.",
            people[0].head(),
            people[1].clone(),
        ),
        unknown_kind(),
        later_field(),
    ]
}

/// The founder's log.
pub(crate) fn chain() -> Vec<VerifiedFrame> {
    let mut drafter = Drafter::new(shop(), key(1), Head::default(), Vector::new());
    let founder = DeviceAdd {
        log: log(1),
        name: "Oficina".to_owned(),
        roles: vec![Role::Owner, Role::Register],
        replaces: None,
    };
    let founding: Vec<Body> = vec![
        founded().into(),
        start(1).into(),
        founder.into(),
        space_open().into(),
        import().into(),
    ];
    [founding, vec![device_add().into()], vec![cede().into()]]
        .into_iter()
        .map(|bodies| {
            let head = drafter.head().seq;
            let applied = Vector::from([(log(1), head)]);
            let wall_ms = WALL_MS + head.0 as i64 * 1000;
            let frame = drafter
                .draft(bodies, &applied, Context { admin_pos: head, wall_ms, ..Context::default() })
                .expect("fits");
            drafter.keep(&frame);
            frame
        })
        .collect()
}

/// The last frame of [`chain`] as a second machine with the founder's key would
/// have written it.
pub(crate) fn other_history() -> VerifiedFrame {
    let before = chain()[1].head();
    let elsewhere = Cede { to: log(3), ..cede() };
    Drafter::new(shop(), key(1), before, Vector::new())
        .draft(
            vec![elsewhere.into()],
            &Vector::new(),
            Context { admin_pos: before.seq, wall_ms: WALL_MS + 9000, ..Context::default() },
        )
        .expect("fits")
}

/// A register's first frame: it accepts its numbers and sells.
pub(crate) fn with_seen(chain: &[VerifiedFrame]) -> VerifiedFrame {
    let given = chain[2].head();
    let accept = Accept { giver: log(1), giver_seq: given.seq, giver_hash: given.hash };
    let bodies: Vec<Body> =
        vec![start(2).into(), accept.into(), sale().into(), stock_moved().into()];
    let applied = Vector::from([(log(1), given.seq), (log(3), Seq(3))]);
    Drafter::new(shop(), key(2), Head::default(), Vector::new())
        .draft(
            bodies,
            &applied,
            Context { admin_pos: given.seq, wall_ms: WALL_MS + 62_000, ..Context::default() },
        )
        .expect("fits")
}

/// A register's next frames, done by people: a sale that waits for its number,
/// and the number.
fn with_people(before: Head) -> [VerifiedFrame; 2] {
    let mut drafter = Drafter::new(shop(), key(2), before, Vector::new());
    let mut draft = |body: Body, seconds: i64, approver: Option<UserId>| {
        let context = Context {
            admin_pos: Seq(7),
            wall_ms: WALL_MS + seconds * 1000,
            user: Some(CASHIER),
            approver,
        };
        let frame = drafter.draft(vec![body], &Vector::new(), context).expect("fits");
        drafter.keep(&frame);
        frame
    };
    let waits = draft(provisional().into(), 70, Some(MANAGER));
    let Head { seq, hash } = waits.head();
    let fiscalises = Some(EntryId { log: log(2), seq, hash });
    let numbered = SaleCommitted { number: 82, fiscalises, ..sale() };
    let numbered = draft(numbered.into(), 80, None);
    [waits, numbered]
}

/// The header of an entry that people did: an array that ends with them.
fn header_of_people(name: &str, about: &str, frame: &VerifiedFrame, elements: usize) -> Golden {
    let header = frame.entries()[0].header.clone();
    Golden::value(name, about, header).and(move |bytes| {
        assert_eq!(usize::from(bytes[0]), 0x80 + elements, "the length of the array");
    })
}

/// The header of the register's first entry, written out.
fn header(frame: &VerifiedFrame) -> Golden {
    let body = Body::from(start(2)).to_bytes();
    let mut seen = vec![(log(1), Seq(7)), (log(3), Seq(3))];
    seen.sort_unstable();
    let header = Header {
        version: 1,
        shop: shop(),
        log: log(2),
        seq: Seq(1),
        prev: EntryHash::ZERO,
        kind: Kind(2),
        flags: 0,
        admin_pos: Seq(7),
        wall_ms: WALL_MS + 62_000,
        seen,
        body_len: body.len() as u32,
        user: None,
        approver: None,
        body_hash: body_hash(&body),
    };
    assert_eq!(frame.entries()[0].header, header, "the drafter writes the same header");
    Golden::value("header", "The header of the first entry of frame-seen.", header)
}

fn drafted(name: &str, about: &str, before: Head, frame: VerifiedFrame) -> Golden {
    Golden::new(name, about, frame.bytes().to_vec(), move |bytes| {
        let read = verify_frame(shop(), frame.log(), before, bytes).expect("valid");
        assert_eq!(read, frame, "others read what was drafted");
        let raw = encodes_again(bytes);
        for (raw, entry) in raw.entries.iter().zip(frame.entries()) {
            assert_eq!(till_schema::to_bytes(&entry.header), raw.header);
            let body = entry.body.as_ref().expect("a known kind");
            assert_eq!(body.to_bytes(), raw.body);
        }
    })
}

/// An entry of a kind that this version does not know, marked critical.
fn unknown_kind() -> Golden {
    // {0: "from a later version"}
    let mut body = vec![0xa1, 0x00, 0x74];
    body.extend_from_slice(b"from a later version");
    let (bytes, header) = one_entry(UNKNOWN, FLAG_CRITICAL, body);
    Golden::new(
        "frame-unknown-kind",
        "A frame of the log of seed 32 × 04 with one critical entry of kind 60000: it verifies, \
         is kept and passed on as it came, and has no body here.",
        bytes,
        move |bytes| {
            let read = verify_frame(shop(), log(4), Head::default(), bytes).expect("valid");
            assert_eq!(read.entries().len(), 1);
            assert_eq!(read.entries()[0].header, header);
            assert_eq!(read.entries()[0].body, None);
            assert_eq!(read.bytes(), bytes);
            encodes_again(bytes);
        },
    )
}

/// A known body with a field of a later version.
fn later_field() -> Golden {
    let known = Body::from(stock_moved());
    let mut body = known.to_bytes();
    assert_eq!(body[0], 0xa3, "a map of three fields");
    body[0] = 0xa4;
    // 99: "later"
    body.extend_from_slice(&[0x18, 99, 0x65]);
    body.extend_from_slice(b"later");
    let (bytes, _) = one_entry(known.kind(), 0, body);
    Golden::new(
        "frame-later-field",
        "A frame of the log of seed 32 × 04 with one entry of kind 41 that has a field 99: this \
         version reads the fields it knows, and keeps and passes on the bytes.",
        bytes,
        move |bytes| {
            let read = verify_frame(shop(), log(4), Head::default(), bytes).expect("valid");
            assert_eq!(read.entries()[0].body.as_ref(), Some(&known));
            assert_eq!(read.bytes(), bytes);
            encodes_again(bytes);
        },
    )
}

/// A signed frame of one first entry, made without the drafter.
fn one_entry(kind: Kind, flags: u8, body: Vec<u8>) -> (Vec<u8>, Header) {
    let header = Header {
        version: HEADER_VERSION,
        shop: shop(),
        log: log(4),
        seq: Seq(1),
        prev: EntryHash::ZERO,
        kind,
        flags,
        admin_pos: Seq(6),
        wall_ms: WALL_MS,
        seen: Vec::new(),
        body_len: body.len() as u32,
        user: None,
        approver: None,
        body_hash: body_hash(&body),
    };
    let entry = EntryBytes { header: till_schema::to_bytes(&header), body };
    let digest = head_digest(shop(), log(4), Seq(1), entry.hash());
    let signature = key(4).sign(&digest).to_bytes();
    (till_schema::to_bytes(&Frame { entries: vec![entry], signature }), header)
}

/// The frame as it is on the wire: decoded and encoded, nothing changes.
fn encodes_again(bytes: &[u8]) -> Frame {
    let frame: Frame = till_schema::from_bytes(bytes).expect("a frame");
    assert_eq!(till_schema::to_bytes(&frame), bytes);
    frame
}
