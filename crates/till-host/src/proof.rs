//! The path of one fiscal number, as signed entries that anybody can check
//! without the shop: who minted it, who gave it to whom, who issued or gave it
//! up, and that all of them were devices of the shop.

use crate::device::Device;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use till_log::{VerifiedFrame, read_frame};
use till_numbers::Place;
use till_schema::body::Body;
use till_schema::numbering::Space;
use till_schema::rows::{AdminRow, EntryRef, Rows, SpaceRow, Table, get_row};
use till_schema::{EntryHash, LogId, Seq, ShopId, SpaceId};
use till_shop::Authority;

/// First member of a proof: tells it from anything else.
pub const FORMAT: &str = "tillmesh number proof 1";
/// Bytes of frames read at a time while looking for the path.
const PART_BYTES: usize = 512 * 1024;

/// A proof as a file.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct NumberProof {
    /// [`FORMAT`].
    pub format: String,
    /// The shop.
    pub shop: ShopId,
    /// The founding device, whose key makes the shop's id.
    pub founder: LogId,
    /// The series of the number.
    pub space: Space,
    /// The number.
    pub number: u64,
    /// Where it is, for people; what counts is what the frames say.
    pub place: String,
    /// How far the logs were known: what is said holds relative to this.
    pub heads: BTreeMap<LogId, (Seq, EntryHash)>,
    /// The steps of its path, for people, oldest first.
    pub path: Vec<Step>,
    /// All signed frames that prove it, in hexadecimal: the administration
    /// first, then the path.
    pub frames: Vec<String>,
}

/// One step of a path.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Step {
    /// The entry's kind.
    pub kind: String,
    /// The writer.
    pub log: LogId,
    /// Its position.
    pub seq: Seq,
    /// Its hash.
    pub hash: EntryHash,
}

/// Why there is no proof, or why it proves nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// Nobody minted the number.
    #[error("no series of this shop has a number “{0}”; write it as printed, like T1-42")]
    Unknown(String),
    /// A log can't be read.
    #[error("the logs cannot be read: {0}")]
    Read(String),
    /// The file is something else.
    #[error("this is not a proof of a number, or of a later version: {0}")]
    NotAProof(String),
    /// A frame that was changed, or that its writer did not sign.
    #[error("frame {0} is not as its writer signed it: {1}")]
    Frame(usize, String),
    /// The frames do not show what is claimed.
    #[error("the frames do not prove it: {0}")]
    Broken(String),
}

/// What a proof proves.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Proven {
    /// The number as printed.
    pub label: String,
    /// Where it is.
    pub place: String,
    /// Entries checked.
    pub entries: usize,
    /// Frames whose signature was checked.
    pub frames: usize,
}

impl Device {
    /// Gathers the path of a number, given as printed.
    ///
    /// # Errors
    /// When nobody minted it, or the logs can't be read.
    pub fn number_proof(&mut self, printed: &str) -> Result<NumberProof, ProofError> {
        let device = self.folder().device().map_err(|error| ProofError::Read(error.to_string()))?;
        let (logs, books) = self.parts();
        let (space, number) =
            find(books, printed).ok_or_else(|| ProofError::Unknown(printed.to_owned()))?;
        let row: SpaceRow = get_row(books, Table::Spaces, &space.0)
            .ok_or_else(|| ProofError::Unknown(printed.to_owned()))?;
        let authority = till_shop::load(books, device.shop, device.founder);
        let (mut admin, mut path, mut accepts) = (Vec::new(), Vec::new(), Vec::new());
        for (log, head) in logs.heads() {
            let mut from = Seq(1);
            while from <= head.seq {
                let part = logs
                    .read(*log, from, PART_BYTES)
                    .map_err(|error| ProofError::Read(error.to_string()))?;
                let Some(last) = part.last() else { break };
                from = last.last.next();
                for record in &part {
                    let frame = read_frame(device.shop, &record.bytes)
                        .map_err(|error| ProofError::Read(error.to_string()))?;
                    sort(&authority, space, number, frame, &mut admin, &mut path, &mut accepts);
                }
            }
        }
        // Accepts of what is on the path, and of nothing else.
        let given: Vec<(LogId, Seq)> = path
            .iter()
            .flat_map(|frame: &VerifiedFrame| frame.entries())
            .map(|entry| (entry.header.log, entry.header.seq))
            .collect();
        path.extend(accepts.into_iter().filter(|frame: &VerifiedFrame| {
            frame.entries().iter().filter_map(|entry| entry.body.as_ref()).any(|body| {
                till_numbers::accepts(body).is_some_and(|(log, seq, _)| given.contains(&(log, seq)))
            })
        }));
        order(&mut path);
        admin.sort_by_key(|frame| (frame.log() != device.founder, frame.log(), frame.first()));
        let steps = entries_of(space, number, &path);
        let place = till_numbers::trace(space, number, &with_space(space, &admin, &steps))
            .map_or_else(|broken| broken.to_string(), |place| place_text(&place));
        let all = admin.iter().chain(&path);
        let mut hex: Vec<String> =
            all.map(|frame| data_encoding::HEXLOWER.encode(frame.bytes())).collect();
        let mut seen = std::collections::BTreeSet::new();
        hex.retain(|frame| seen.insert(frame.clone()));
        Ok(NumberProof {
            format: FORMAT.to_owned(),
            shop: device.shop,
            founder: device.founder,
            space: row.space,
            number,
            place,
            heads: logs.heads().iter().map(|(log, h)| (*log, (h.seq, h.hash))).collect(),
            path: shown(&steps),
            frames: hex,
        })
    }
}

/// Checks a proof by itself: signatures, the shop's administration, and the
/// number's path.
///
/// # Errors
/// Names the first thing that does not hold.
pub fn check(proof: &NumberProof) -> Result<Proven, ProofError> {
    if proof.format != FORMAT {
        return Err(ProofError::NotAProof(proof.format.clone()));
    }
    let mut frames = Vec::with_capacity(proof.frames.len());
    for (index, hex) in proof.frames.iter().enumerate() {
        let bytes = data_encoding::HEXLOWER
            .decode(hex.as_bytes())
            .map_err(|error| ProofError::Frame(index, error.to_string()))?;
        let frame = read_frame(proof.shop, &bytes)
            .map_err(|error| ProofError::Frame(index, error.to_string()))?;
        frames.push(frame);
    }
    let rows: Vec<AdminRow> = frames
        .iter()
        .flat_map(VerifiedFrame::entries)
        .filter_map(|entry| {
            let body = entry.body.as_ref().filter(|body| till_shop::is_admin(body))?;
            Some(AdminRow {
                entry: entry.reference(),
                admin_pos: entry.header.admin_pos,
                kind: body.kind(),
                body: body.to_bytes(),
            })
        })
        .collect();
    let authority = Authority::compute(proof.shop, proof.founder, &rows);
    if authority.is_empty() {
        return Err(ProofError::Broken("the founding of the shop is not among them".to_owned()));
    }
    let space = proof.space.id();
    let steps = entries_of(space, proof.number, &frames);
    if let Some((entry, _)) = steps.iter().find(|(entry, _)| !authority.is_known(entry.log)) {
        return Err(ProofError::Broken(format!("{} is no device of the shop", entry.log.short())));
    }
    let opened = steps.iter().any(|(entry, body)| {
        matches!(body, Body::SpaceOpen(open) if open.space == proof.space)
            && authority.contains(&entry.hash)
    });
    if !opened {
        return Err(ProofError::Broken("the administration did not open the series".to_owned()));
    }
    let place = till_numbers::trace(space, proof.number, &steps)
        .map_err(|broken| ProofError::Broken(broken.to_string()))?;
    let place = place_text(&place);
    if place != proof.place {
        return Err(ProofError::Broken(format!("they say {place}, not {}", proof.place)));
    }
    if shown(&steps) != proof.path {
        return Err(ProofError::Broken(
            "the path written out is not that of the frames".to_owned(),
        ));
    }
    Ok(Proven {
        label: proof.space.label(proof.number),
        place,
        entries: frames.iter().map(|frame| frame.entries().len()).sum(),
        frames: frames.len(),
    })
}

/// The space and number that a printed number names.
fn find(rows: &dyn Rows, printed: &str) -> Option<(SpaceId, u64)> {
    let printed = printed.trim();
    let number: u64 = printed.rsplit('-').next()?.parse().ok()?;
    till_numbers::spaces(rows)
        .into_iter()
        .find(|(_, row)| row.space.label(number) == printed || printed.parse() == Ok(number))
        .map(|(space, _)| (space, number))
}

fn sort(
    authority: &Authority,
    space: SpaceId,
    number: u64,
    frame: VerifiedFrame,
    admin: &mut Vec<VerifiedFrame>,
    path: &mut Vec<VerifiedFrame>,
    accepts: &mut Vec<VerifiedFrame>,
) {
    let in_chain = frame.entries().iter().any(|entry| authority.contains(&entry.hash));
    let bodies = || frame.entries().iter().filter_map(|entry| entry.body.as_ref());
    let on_path = bodies().any(|body| till_numbers::concerns(space, number, body));
    let accepting = bodies().any(|body| till_numbers::accepts(body).is_some());
    if on_path {
        path.push(frame.clone());
    } else if accepting {
        accepts.push(frame.clone());
    }
    if in_chain {
        admin.push(frame);
    }
}

/// Puts the frames of a path in the order of its steps: each accept after the
/// entry that it names, and each log by its positions.
fn order(path: &mut Vec<VerifiedFrame>) {
    let mut left = std::mem::take(path);
    left.sort_by_key(|frame| (frame.log(), frame.first()));
    let mut done: BTreeMap<LogId, Seq> = BTreeMap::new();
    while !left.is_empty() {
        let ready = left.iter().position(|frame| {
            let first = left.iter().find(|other| other.log() == frame.log());
            let is_first = first.is_some_and(|first| first.first() == frame.first());
            let waits =
                frame.entries().iter().filter_map(|entry| entry.body.as_ref()).any(|body| {
                    till_numbers::accepts(body).is_some_and(|(log, seq, _)| {
                        let given = left.iter().any(|other| {
                            other.log() == log && other.first() <= seq && seq <= other.head().seq
                        });
                        given && done.get(&log).is_none_or(|at| *at < seq)
                    })
                });
            is_first && !waits
        });
        let frame = left.remove(ready.unwrap_or(0));
        done.insert(frame.log(), frame.head().seq);
        path.push(frame);
    }
}

/// The entries of a path, in the order of the frames.
fn entries_of(space: SpaceId, number: u64, frames: &[VerifiedFrame]) -> Vec<(EntryRef, Body)> {
    let mut given: Vec<(LogId, Seq)> = Vec::new();
    let mut steps = Vec::new();
    for entry in frames.iter().flat_map(VerifiedFrame::entries) {
        let Some(body) = &entry.body else { continue };
        let accepted =
            till_numbers::accepts(body).is_some_and(|(log, seq, _)| given.contains(&(log, seq)));
        if accepted || till_numbers::concerns(space, number, body) {
            given.push((entry.header.log, entry.header.seq));
            steps.push((entry.reference(), body.clone()));
        }
    }
    steps
}

/// The path with the entry that opened its series, which is in a frame of the
/// administration.
fn with_space(
    space: SpaceId,
    admin: &[VerifiedFrame],
    steps: &[(EntryRef, Body)],
) -> Vec<(EntryRef, Body)> {
    let opened = admin.iter().flat_map(VerifiedFrame::entries).filter_map(|entry| {
        let body = entry.body.clone()?;
        let opens = matches!(&body, Body::SpaceOpen(open) if open.space.id() == space);
        opens.then(|| (entry.reference(), body))
    });
    let there = |entry: &EntryRef| steps.iter().any(|(known, _)| known.hash == entry.hash);
    opened.filter(|(entry, _)| !there(entry)).chain(steps.iter().cloned()).collect()
}

/// The path as it is written out: without the opening of the series, which
/// belongs to the administration.
fn shown(steps: &[(EntryRef, Body)]) -> Vec<Step> {
    let of_number = steps.iter().filter(|(_, body)| !matches!(body, Body::SpaceOpen(_)));
    of_number
        .map(|(entry, body)| Step {
            kind: body.name().to_owned(),
            log: entry.log,
            seq: entry.seq,
            hash: entry.hash,
        })
        .collect()
}

fn place_text(place: &Place) -> String {
    match place {
        Place::Held { by } => format!("held by {by}"),
        Place::InTransit { from, to } => format!("on its way from {from} to {to}"),
        Place::Issued { by, entry, order } => {
            format!("issued by {by} in entry {} for order {order}", entry.hash)
        }
        Place::Voided { by, reason } => format!("given up by {by}: {reason}"),
    }
}
