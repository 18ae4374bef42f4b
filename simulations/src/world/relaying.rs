//! Requests to the relay and their answers.

use super::World;
use super::queue::Due;
use crate::relay::Arrival;
use crate::trace::EventKind;
use std::borrow::Cow;
use till_node::{Input, RelayAnswer, RelayDocument, RelayTrouble};
use till_schema::LogId;
use till_schema::body::Outcome;

/// A request that nobody answers is given up after, ms.
const NO_ANSWER_MS: u64 = 30_000;
/// A request that finds no way is known to, after, ms.
const NO_WAY_MS: u64 = 300;
/// Letters of a code in the trace.
const CODE_SHOWN: usize = 8;

fn shown(code: &str) -> String {
    code.chars().take(CODE_SHOWN).collect()
}

impl World {
    fn reaches_relay(&self, index: usize) -> bool {
        self.relay.down == 0 && !self.is_offline(index)
    }

    pub(super) fn forward(&mut self, index: usize, document: RelayDocument) {
        let code = shown(&document.code);
        let number = document.number;
        self.event(Some(index), EventKind::DocumentForwarded { code, number });
        if document.series != self.devices[index].log {
            self.sometimes.reach("mark:relayed-by-peer");
        }
        let start = self.devices[index].starts;
        if self.reaches_relay(index) {
            let way = self.relay.way_ms();
            let document = Box::new(document);
            return self.after(way, Due::AtRelay { device: index, start, document });
        }
        let why = "no route to the relay".to_owned();
        let (code, answer) = (document.code, Err(RelayTrouble::Unreachable(why)));
        self.after(NO_WAY_MS, Due::Answered { device: index, start, code, answer });
    }

    pub(super) fn at_relay(&mut self, index: usize, start: u32, document: RelayDocument) {
        if !self.reaches_relay(index) {
            return self.no_answer(index, start, document.code);
        }
        crate::checkers::p5::arrives(self, index, &document);
        match self.relay.arrive(self.now_ms, &document) {
            Arrival::Answer(answer) => self.answer_back(index, start, document.code, answer),
            Arrival::Wait { authority_ms, answer_ms } => {
                if let Some(ms) = authority_ms {
                    self.after(ms, Due::Authority { code: document.code.clone() });
                }
                let code = document.code;
                self.after(answer_ms, Due::RelayAnswers { device: index, start, code });
            }
        }
    }

    pub(super) fn authority_done(&mut self, code: String) {
        if let Some(pause) = self.relay.authority_done(self.now_ms, &code) {
            self.after(pause, Due::Authority { code });
        }
    }

    pub(super) fn relay_answers(&mut self, index: usize, start: u32, code: String) {
        let answer = self.relay.answer(&code);
        self.answer_back(index, start, code, answer);
    }

    fn answer_back(
        &mut self,
        index: usize,
        start: u32,
        code: String,
        answer: Result<RelayAnswer, RelayTrouble>,
    ) {
        if self.relay.loses() || !self.reaches_relay(index) {
            return self.no_answer(index, start, code);
        }
        let way = self.relay.way_ms();
        if let Some(later) = self.relay.twice_ms() {
            let (code, answer) = (code.clone(), answer.clone());
            self.after(way + later, Due::Answered { device: index, start, code, answer });
        }
        self.after(way, Due::Answered { device: index, start, code, answer });
    }

    fn no_answer(&mut self, index: usize, start: u32, code: String) {
        let why = "no answer within 30 s".to_owned();
        let answer = Err(RelayTrouble::Unreachable(why));
        self.after(NO_ANSWER_MS, Due::Answered { device: index, start, code, answer });
    }

    pub(super) fn answered(
        &mut self,
        index: usize,
        start: u32,
        code: String,
        answer: Result<RelayAnswer, RelayTrouble>,
    ) {
        if !self.is_run(index, start) {
            return;
        }
        let outcome = match &answer {
            Ok(RelayAnswer::Final(receipt)) if receipt.code != code => "mixed-up",
            Ok(RelayAnswer::Final(receipt)) => match receipt.outcome {
                Outcome::Accepted => "accepted",
                Outcome::Rejected => "rejected",
            },
            Ok(RelayAnswer::InFlight { .. }) => "in-flight",
            Err(RelayTrouble::Busy { .. }) => "busy",
            Err(RelayTrouble::Refused(_)) => "refused",
            Err(RelayTrouble::Unreachable(_)) => "unreachable",
        };
        self.sometimes.add("mark:rejected", u64::from(outcome == "rejected"));
        let outcome = Cow::Borrowed(outcome);
        self.event(Some(index), EventKind::DocumentAnswered { code: shown(&code), outcome });
        self.input(index, Input::Relay { code, answer });
    }

    pub(super) fn ask_witness(&mut self, index: usize) {
        if !self.reaches_relay(index) {
            return;
        }
        let (start, log) = (self.devices[index].starts, self.devices[index].log);
        let way = self.relay.way_ms() + self.relay.way_ms();
        self.after(way, Due::Witness { device: index, start, log });
    }

    pub(super) fn witness(&mut self, index: usize, start: u32, log: LogId) {
        if self.is_run(index, start) && self.reaches_relay(index) {
            let heads = self.relay.heads(log);
            self.input(index, Input::Witness(heads));
        }
    }
}
