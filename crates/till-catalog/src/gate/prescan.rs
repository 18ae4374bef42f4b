//! What a change claims to hold, read before Automerge expands it.
//!
//! Columns are run-length encoded: 69 bytes may claim ten million operations,
//! one operation may claim four billion predecessors. Only lengths are read
//! here; whether the bytes make sense is for the parser to say.

use super::Refused;
use crate::limits::{CHANGE_BYTES_MAX, CHANGE_OPERATIONS_MAX, FIELD_NAME_BYTES_MAX};

const MAGIC: [u8; 4] = [0x85, 0x6f, 0x4a, 0x83];
/// Offset of the byte that tells the kind of the chunk, after magic and checksum.
const KIND_AT: usize = 8;
const KIND_CHANGE: u8 = 1;
const KIND_COMPRESSED: u8 = 2;
const HASH_BYTES: u64 = 32;
/// Automerge's change columns number about a dozen.
const COLUMNS_MAX: u64 = 32;
/// Bit of a column's specification: its bytes are deflated.
const DEFLATED: u64 = 0b1000;

/// Refuses chunks that are not one plain change of bounded size.
pub(super) fn prescan(bytes: &[u8]) -> Result<(), Refused> {
    if bytes.len() > CHANGE_BYTES_MAX {
        return Err(Refused::TooLong);
    }
    if bytes.len() <= KIND_AT || bytes[..MAGIC.len()] != MAGIC {
        return Err(Refused::NotAChange);
    }
    match bytes[KIND_AT] {
        KIND_CHANGE => {}
        KIND_COMPRESSED => return Err(Refused::Compressed),
        _ => return Err(Refused::NotAChange),
    }
    let mut input = Input(&bytes[KIND_AT + 1..]);
    if input.unsigned()? != input.0.len() as u64 {
        return Err(Refused::NotAChange);
    }
    let deps = input.unsigned()?;
    input.take(deps.checked_mul(HASH_BYTES).ok_or(Refused::NotAChange)?)?;
    input.prefixed()?; // actor
    input.unsigned()?; // sequence number
    input.unsigned()?; // first operation
    input.signed()?; // time
    input.prefixed()?; // message
    for _ in 0..input.unsigned()? {
        input.prefixed()?; // another actor
    }
    columns(&mut input)
}

fn columns(input: &mut Input<'_>) -> Result<(), Refused> {
    let count = input.unsigned()?;
    if count > COLUMNS_MAX {
        return Err(Refused::NotAChange);
    }
    let mut columns = Vec::new();
    for _ in 0..count {
        columns.push((input.unsigned()?, input.unsigned()?));
    }
    for (specification, length) in columns {
        if specification & DEFLATED != 0 {
            return Err(Refused::Compressed);
        }
        column(specification, Input(input.take(length)?))?;
    }
    Ok(())
}

/// Holds the number of items one column claims to the bound.
fn column(specification: u64, mut input: Input<'_>) -> Result<(), Refused> {
    let mut budget = Budget(CHANGE_OPERATIONS_MAX);
    match specification & 0b111 {
        // Group: how many predecessors each operation has.
        0 => {
            let mut members = Budget(CHANGE_OPERATIONS_MAX);
            input.runs(&mut budget, |input, repeat| {
                let size = input.unsigned()?;
                members.spend(size.checked_mul(repeat).ok_or(Refused::TooManyOperations)?)
            })
        }
        // Actors, integers, kinds and lengths of values.
        1 | 2 | 6 => input.runs(&mut budget, |input, _| input.unsigned().map(drop)),
        // Differences.
        3 => input.runs(&mut budget, |input, _| input.signed().map(drop)),
        // Booleans: lengths of alternating runs.
        4 => {
            while !input.0.is_empty() {
                budget.spend(input.unsigned()?)?;
            }
            Ok(())
        }
        // Texts: keys.
        5 => input.runs(&mut budget, |input, _| {
            let text = input.prefixed()?;
            if text.len() > FIELD_NAME_BYTES_MAX { Err(Refused::TooLong) } else { Ok(()) }
        }),
        // Raw bytes of values: as many as there are.
        _ => Ok(()),
    }
}

struct Budget(u64);

impl Budget {
    fn spend(&mut self, items: u64) -> Result<(), Refused> {
        self.0 = self.0.checked_sub(items).ok_or(Refused::TooManyOperations)?;
        Ok(())
    }
}

struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    fn byte(&mut self) -> Result<u8, Refused> {
        let (first, rest) = self.0.split_first().ok_or(Refused::NotAChange)?;
        self.0 = rest;
        Ok(*first)
    }

    fn take(&mut self, length: u64) -> Result<&'a [u8], Refused> {
        let length = usize::try_from(length).map_err(|_| Refused::NotAChange)?;
        let (taken, rest) = self.0.split_at_checked(length).ok_or(Refused::NotAChange)?;
        self.0 = rest;
        Ok(taken)
    }

    fn prefixed(&mut self) -> Result<&'a [u8], Refused> {
        let length = self.unsigned()?;
        self.take(length)
    }

    /// LEB128, at most 64 bits.
    fn unsigned(&mut self) -> Result<u64, Refused> {
        let mut value = 0_u64;
        for shift in (0..u64::BITS).step_by(7) {
            let byte = self.byte()?;
            if shift == 63 && byte > 1 {
                break;
            }
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(Refused::NotAChange)
    }

    /// Signed LEB128, at most 64 bits.
    fn signed(&mut self) -> Result<i64, Refused> {
        let mut value = 0_i64;
        for shift in (0..i64::BITS).step_by(7) {
            let byte = self.byte()?;
            value |= i64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                let sign_at = shift + 7;
                if byte & 0x40 != 0 && sign_at < i64::BITS {
                    value |= -1 << sign_at;
                }
                return Ok(value);
            }
        }
        Err(Refused::NotAChange)
    }

    /// Walks a run-length encoded column: `n > 0` and one item stand for `n`
    /// equal items, `n < 0` is followed by `-n` items, `0` and `n` for `n` nulls.
    fn runs(
        &mut self,
        budget: &mut Budget,
        mut item: impl FnMut(&mut Self, u64) -> Result<(), Refused>,
    ) -> Result<(), Refused> {
        while !self.0.is_empty() {
            let run = self.signed()?;
            let length = run.unsigned_abs();
            match run.signum() {
                1 => {
                    budget.spend(length)?;
                    item(self, length)?;
                }
                -1 => {
                    budget.spend(length)?;
                    for _ in 0..length {
                        item(self, 1)?;
                    }
                }
                _ => {
                    let nulls = self.unsigned()?;
                    budget.spend(nulls)?;
                }
            }
        }
        Ok(())
    }
}
