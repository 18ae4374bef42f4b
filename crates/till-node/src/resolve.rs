//! Deciding conflicts.

use crate::Node;
use crate::catalogue;
use crate::command::{Choice, CommandError, Reply};
use crate::io::Now;
use crate::job::{Caller, InFlight};
use crate::sell::{Done, wrong};
use till_catalog::{Edit, barcode_field};
use till_conflicts::Status;
use till_schema::body::{
    Body, ConflictKey, ConflictKind, Decision, DocumentChange, Resolution, StockMoved, StockReason,
};
use till_schema::catalogue::{DocumentId, FieldValue, customer, product};
use till_schema::rows::{Candidate, CustomerRow, ProductRow, Rows, Table, get_row};
use till_schema::{Currency, ProductId, Quantity};
use till_shop::Need;

impl Node {
    /// A decision, and in the same frame the facts that carry it out.
    pub(crate) fn resolve(
        &mut self,
        now: Now,
        rows: &mut dyn Rows,
        caller: Caller,
        key: ConflictKey,
        choice: Choice,
        note: String,
    ) -> Done {
        self.entitled(Need::Decide)?;
        let conflict = till_conflicts::conflict(rows, &key)
            .ok_or_else(|| CommandError::NotFound("there is no such conflict".to_owned()))?;
        if conflict.status == Status::Closed && conflict.candidates.is_empty() {
            return Err(wrong("this conflict is closed; there is nothing left to decide"));
        }
        let kept = match &choice {
            Choice::Keep(index) => Some(conflict.candidates.get(*index).ok_or_else(|| {
                wrong(format!("there are {} values to keep", conflict.candidates.len()))
            })?),
            Choice::Other(_) | Choice::Acknowledge => None,
        };
        let decision = match (&choice, kept) {
            (Choice::Other(text), _) => Decision::Other(text.trim().to_owned()),
            (Choice::Keep(_), Some(candidate)) => Decision::Keep(candidate.set_by.hash),
            (Choice::Keep(_), None) | (Choice::Acknowledge, _) => Decision::Acknowledge,
        };
        let value = kept.map(|candidate| candidate.value.clone());
        let (document, edits, extra) = self.carry_out(rows, &key, &conflict, &choice, value)?;
        let live = till_conflicts::live(&conflict.resolutions);
        let resolution = Resolution {
            conflict: key,
            covers: conflict.evidence.clone(),
            supersedes: live.iter().map(|row| row.entry.hash).collect(),
            decision,
            note,
        };
        let change = self
            .documents
            .edit(self.actor, document, &edits, now.wall_ms.div_euclid(1000))
            .map_err(|error| wrong(error.to_string()))?;
        let edited = change.is_some();
        let mut bodies: Vec<Body> = change
            .map(|change| DocumentChange { document, change: change.bytes }.into())
            .into_iter()
            .collect();
        bodies.extend(extra);
        bodies.push(resolution.into());
        let reply = Some((caller.ticket, Reply::Done));
        self.write(
            now,
            rows,
            bodies,
            InFlight { edited, reply, who: caller.who, ..InFlight::default() },
        )
    }

    /// The facts a decision adds, by kind. History is never edited.
    fn carry_out(
        &self,
        rows: &dyn Rows,
        key: &ConflictKey,
        conflict: &till_conflicts::Conflict,
        choice: &Choice,
        kept: Option<FieldValue>,
    ) -> Result<(DocumentId, Vec<Edit>, Vec<Body>), CommandError> {
        let nothing = (DocumentId::Catalogue, Vec::new(), Vec::new());
        match (key.kind, choice) {
            (ConflictKind::Field, Choice::Acknowledge) => {
                Err(wrong("choose one of the values, or give another"))
            }
            (ConflictKind::Field, _) => {
                let (document, object, field) =
                    till_conflicts::parse_field_subject(&key.subject)
                        .ok_or_else(|| wrong("the conflict's subject cannot be read"))?;
                let value = match (kept, choice) {
                    (Some(value), _) => value,
                    (None, Choice::Other(text)) => self.parse_field(rows, conflict, text)?,
                    (None, _) => return Ok(nothing),
                };
                Ok((document, vec![Edit::new(object, field, value)], Vec::new()))
            }
            (
                ConflictKind::CustomerDuplicate | ConflictKind::CodeDuplicate,
                Choice::Keep(index),
            ) => Ok(archive_others(rows, key, *index)),
            (ConflictKind::Oversold, Choice::Other(counted)) => {
                let product: ProductId =
                    key.subject.parse().map_err(|_| wrong("the product cannot be read"))?;
                let counted = Quantity::parse(counted).map_err(|e| wrong(e.to_string()))?;
                let stock = till_books::stock(rows, product);
                let change = Quantity(counted.0.wrapping_sub(stock.0));
                let moved = StockMoved {
                    reason: StockReason::Adjust,
                    moves: vec![(product, change)],
                    note: "counted again".to_owned(),
                    place: String::new(),
                    to: None,
                };
                Ok((DocumentId::Catalogue, Vec::new(), vec![moved.into()]))
            }
            (_, Choice::Acknowledge) => Ok(nothing),
            (_, Choice::Keep(_) | Choice::Other(_)) => {
                Err(wrong("this kind of conflict can be acknowledged, not chosen from"))
            }
        }
    }

    /// Another value for a field, in the notation of the values there.
    fn parse_field(
        &self,
        rows: &dyn Rows,
        conflict: &till_conflicts::Conflict,
        text: &str,
    ) -> Result<FieldValue, CommandError> {
        let text = text.trim();
        let currency = self.shop(rows).map_or(Currency::Cop, |shop| shop.currency);
        match conflict.candidates.first().map(|candidate| &candidate.value) {
            Some(FieldValue::Int(_)) if conflict.detail == product::PRICE => {
                let price = currency.parse(text).map_err(|error| wrong(error.to_string()))?;
                if price < 0 {
                    return Err(wrong("a price must not be negative"));
                }
                Ok(FieldValue::Int(price))
            }
            Some(FieldValue::Int(_)) => text
                .parse()
                .map(FieldValue::Int)
                .map_err(|_| wrong(format!("“{text}” is not a whole number"))),
            Some(FieldValue::Flag(_)) => {
                text.parse().map(FieldValue::Flag).map_err(|_| wrong("answer true or false"))
            }
            Some(FieldValue::Text(_)) | None => Ok(FieldValue::Text(text.to_owned())),
        }
    }
}

/// Keeps one record of several with the same code; the others are put away.
/// Records are in the order of the conflict's candidates; those that one entry
/// made under one name are told apart by their ids.
fn archive_others(
    rows: &dyn Rows,
    key: &ConflictKey,
    keep: usize,
) -> (DocumentId, Vec<Edit>, Vec<Body>) {
    let (document, table, field) = if key.kind == ConflictKind::CustomerDuplicate {
        (DocumentId::Customers, Table::CustomerTaxIds, customer::ARCHIVED)
    } else {
        (DocumentId::Catalogue, Table::ProductCodes, product::ARCHIVED)
    };
    let setters = match document {
        DocumentId::Customers => vec![customer::TAX_ID.to_owned()],
        DocumentId::Catalogue | DocumentId::Settings => {
            vec![product::SKU.to_owned(), barcode_field(&key.subject)]
        }
    };
    let name = |id: &[u8; 16]| match document {
        DocumentId::Customers => {
            get_row(rows, Table::Customers, id).map(|row: CustomerRow| row.name)
        }
        DocumentId::Catalogue | DocumentId::Settings => {
            get_row(rows, Table::Products, id).map(|row: ProductRow| row.name)
        }
    };
    let mut records: Vec<(Candidate, [u8; 16])> = catalogue::collect_ids(rows, table, &key.subject)
        .into_iter()
        .filter_map(|id| {
            let last = setters
                .iter()
                .find_map(|field| catalogue::history(rows, document, &id, field).pop())?;
            let value = FieldValue::Text(name(&id)?);
            Some((Candidate { value, set_by: last.set_by }, id))
        })
        .collect();
    records.sort();
    let others = records.into_iter().enumerate().filter(|(index, _)| *index != keep);
    let edits = others.map(|(_, (_, id))| Edit::new(id, field, FieldValue::Flag(true))).collect();
    (document, edits, Vec::new())
}
