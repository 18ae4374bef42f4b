//! A simulated relay and the authority behind it, with the contract of
//! `till-relay`: idempotent by document code, durable before it answers, one
//! code a number, and before a document is submitted again the authority is
//! asked what became of it.

use crate::chance::Dice;
use crate::device::BEGIN_MS;
use crate::scenario;
use std::collections::BTreeMap;
use till_node::{RelayAnswer, RelayDocument, RelayTrouble, SeriesHead};
use till_schema::body::{FiscalReceipt, Outcome};
use till_schema::{LogId, SpaceId};

/// A request waits so long for the authority's answer before it hears that the
/// document is in flight, ms.
const ANSWER_WAIT_MS: u64 = 2_000;
/// A restored relay lacks what it learnt within, ms.
const FORGETS_MS: u64 = 3_600_000;

/// A document as the relay has it.
#[derive(Clone, Debug)]
struct Known {
    document: RelayDocument,
    received_ms: u64,
    receipt: Option<FiscalReceipt>,
}

/// The relay and the authority.
#[derive(Debug)]
pub struct Relay {
    settings: scenario::Relay,
    dice: Dice,
    known: BTreeMap<String, Known>,
    /// One code a number.
    numbers: BTreeMap<(SpaceId, u64), String>,
    /// The authority's ledger: never forgets.
    verdicts: BTreeMap<String, FiscalReceipt>,
    registered: BTreeMap<(SpaceId, u64), Vec<String>>,
    /// Nobody reaches it, by so many faults.
    pub down: u32,
    /// The authority does not answer, by so many faults.
    pub authority_down: u32,
    /// Requests take so much longer, ms.
    pub slower_ms: u64,
    /// Documents by when they first arrived ever, for the order of a series.
    pub first_arrivals: Vec<(SpaceId, LogId, u64, String)>,
    /// Codes with a final answer once, even if the relay has forgotten it.
    pub ever_final: BTreeMap<String, Outcome>,
    /// Codes that the relay refused because their number is on another.
    pub refused: BTreeMap<String, String>,
    /// Requests so far.
    pub requests: u64,
    /// Answers lost, doubled, mixed up.
    pub mishaps: u64,
}

/// What happens next to a request that arrived.
#[derive(Clone, PartialEq, Debug)]
pub enum Arrival {
    /// Answer at once.
    Answer(Result<RelayAnswer, RelayTrouble>),
    /// The authority is asked; it is done after so long. The request is
    /// answered at the latest after [`Arrival::Wait::answer_ms`].
    Wait {
        /// Of the authority, ms; none when it is at work already.
        authority_ms: Option<u64>,
        /// Until the answer, ms.
        answer_ms: u64,
    },
}

impl Relay {
    /// A relay without documents.
    pub fn new(settings: scenario::Relay, dice: Dice) -> Self {
        Self {
            settings,
            dice,
            known: BTreeMap::new(),
            numbers: BTreeMap::new(),
            verdicts: BTreeMap::new(),
            registered: BTreeMap::new(),
            down: 0,
            authority_down: 0,
            slower_ms: 0,
            first_arrivals: Vec::new(),
            ever_final: BTreeMap::new(),
            refused: BTreeMap::new(),
            requests: 0,
            mishaps: 0,
        }
    }

    /// How it behaves; faults change it.
    pub fn settings(&mut self) -> &mut scenario::Relay {
        &mut self.settings
    }

    /// How long a request or an answer is on its way, ms.
    pub fn way_ms(&mut self) -> u64 {
        let (low, high) = self.settings.latency;
        self.dice.between(low.as_ms(), high.as_ms().max(low.as_ms())) + self.slower_ms
    }

    /// Whether the answer now on its way gets lost.
    pub fn loses(&mut self) -> bool {
        let part = self.settings.loses;
        let lost = self.dice.chance(part);
        self.mishaps += u64::from(lost);
        lost
    }

    /// When an answer arrives once more, if it does, ms after the first.
    pub fn twice_ms(&mut self) -> Option<u64> {
        let part = self.settings.twice;
        let twice = self.dice.chance(part);
        self.mishaps += u64::from(twice);
        twice.then(|| self.dice.between(10, 120_000))
    }

    /// A document arrives.
    pub fn arrive(&mut self, now_ms: u64, document: &RelayDocument) -> Arrival {
        self.requests += 1;
        let (busy, authority) = (self.settings.busy, self.settings.authority);
        if self.dice.chance(busy) {
            let retry_after_ms = self.dice.between(500, 10_000);
            return Arrival::Answer(Err(RelayTrouble::Busy { retry_after_ms }));
        }
        let number = (document.space, document.number);
        let holder = self.numbers.get(&number).filter(|code| **code != document.code);
        if let Some(holder) = holder {
            let reason = format!("number {} is on {}", document.number, &holder[..8]);
            self.refused.insert(document.code.clone(), reason.clone());
            return Arrival::Answer(Err(RelayTrouble::Refused(reason)));
        }
        #[cfg(feature = "mutants")]
        if let Some(arrival) = self.arrives_wrongly(document) {
            return arrival;
        }
        if self.known.contains_key(&document.code) {
            return match self.answer_of(&document.code) {
                Some(answer) => Arrival::Answer(answer),
                None => Arrival::Wait { authority_ms: None, answer_ms: ANSWER_WAIT_MS },
            };
        }
        self.numbers.insert(number, document.code.clone());
        if !self.first_arrivals.iter().any(|(.., code)| *code == document.code) {
            let Document { space, series, number, code } = Document::of(document);
            self.first_arrivals.push((space, series, number, code));
        }
        let known = Known { document: document.clone(), received_ms: now_ms, receipt: None };
        self.known.insert(document.code.clone(), known);
        let (low, high) = (authority.0.as_ms(), authority.1.as_ms());
        let authority_ms = self.dice.between(low, high.max(low));
        let answer_ms = authority_ms.min(ANSWER_WAIT_MS) + 1;
        Arrival::Wait { authority_ms: Some(authority_ms), answer_ms }
    }

    /// What a relay with a bug does with a document that it has already.
    #[cfg(feature = "mutants")]
    fn arrives_wrongly(&mut self, document: &RelayDocument) -> Option<Arrival> {
        use crate::mutants::{RelayBug, relay_is};
        let known = self.known.get(&document.code)?;
        if relay_is(RelayBug::NotIdempotent) {
            let number = (document.space, document.number);
            self.registered.entry(number).or_default().push(document.code.clone());
            return None;
        }
        let receipt = known.receipt.clone().filter(|_| relay_is(RelayBug::DuplicateIsVerdict))?;
        let (outcome, reason) = (Outcome::Rejected, "already processed".to_owned());
        Some(Arrival::Answer(Ok(RelayAnswer::Final(FiscalReceipt { outcome, reason, ..receipt }))))
    }

    /// The authority is done with a document; the pause until the relay tries
    /// again when it was not reached.
    pub fn authority_done(&mut self, now_ms: u64, code: &str) -> Option<u64> {
        // A relay that has forgotten the document asks nobody about it.
        let document = self.known.get(code)?.document.clone();
        if self.authority_down > 0 {
            return Some(self.dice.between(1_000, 20_000));
        }
        let rejects = self.settings.rejects;
        if !self.verdicts.contains_key(code) {
            let number = (document.space, document.number);
            let holders = self.registered.entry(number).or_default();
            let taken = !holders.is_empty();
            let outcome = if taken || self.dice.chance(rejects) {
                Outcome::Rejected
            } else {
                Outcome::Accepted
            };
            if outcome == Outcome::Accepted {
                holders.push(code.to_owned());
            }
            let reason = match outcome {
                Outcome::Accepted => String::new(),
                Outcome::Rejected => "unknown buyer".to_owned(),
            };
            let receipt = FiscalReceipt {
                code: code.to_owned(),
                outcome,
                authority_id: format!("registration {}", self.verdicts.len()),
                reason,
                at_ms: BEGIN_MS + now_ms as i64,
                relay_signature: vec![1; 64],
            };
            self.verdicts.insert(code.to_owned(), receipt);
        }
        let receipt = self.verdicts.get(code).cloned();
        if let (Some(known), Some(receipt)) = (self.known.get_mut(code), receipt) {
            self.ever_final.insert(code.to_owned(), receipt.outcome);
            known.receipt = Some(receipt);
        }
        None
    }

    /// What the relay says of a document now; none while it is not done.
    fn answer_of(&mut self, code: &str) -> Option<Result<RelayAnswer, RelayTrouble>> {
        let mut receipt = self.known.get(code)?.receipt.clone()?;
        let mixes_up = self.settings.mixes_up;
        if self.dice.chance(mixes_up) {
            self.mishaps += 1;
            receipt.code = "0000000000000000".to_owned();
        }
        Some(Ok(RelayAnswer::Final(receipt)))
    }

    /// The answer to a request that waited.
    pub fn answer(&mut self, code: &str) -> Result<RelayAnswer, RelayTrouble> {
        self.answer_of(code).unwrap_or(Ok(RelayAnswer::InFlight { retry_after_ms: 1_000 }))
    }

    /// The highest numbers it has of a device.
    pub fn heads(&self, log: LogId) -> Vec<SeriesHead> {
        let mut heads: BTreeMap<SpaceId, u64> = BTreeMap::new();
        for known in self.known.values().filter(|known| known.document.series == log) {
            let highest = heads.entry(known.document.space).or_default();
            *highest = (*highest).max(known.document.number);
        }
        heads.into_iter().map(|(space, number)| SeriesHead { space, number }).collect()
    }

    /// The relay is restored from a backup of an hour ago.
    pub fn forget(&mut self, now_ms: u64) -> usize {
        let before = self.known.len();
        self.known.retain(|_, known| known.received_ms + FORGETS_MS < now_ms);
        let known = &self.known;
        self.numbers.retain(|_, code| known.contains_key(code));
        before - self.known.len()
    }

    /// The authority's verdicts by code.
    pub fn verdicts(&self) -> &BTreeMap<String, FiscalReceipt> {
        &self.verdicts
    }

    /// Numbers that the authority registered for more than one document.
    pub fn registered_twice(&self) -> impl Iterator<Item = (&(SpaceId, u64), &Vec<String>)> {
        self.registered.iter().filter(|(_, codes)| codes.len() > 1)
    }
}

/// What of a document is kept for ever.
struct Document {
    space: SpaceId,
    series: LogId,
    number: u64,
    code: String,
}

impl Document {
    fn of(document: &RelayDocument) -> Self {
        Self {
            space: document.space,
            series: document.series,
            number: document.number,
            code: document.code.clone(),
        }
    }
}
