//! Commands about fiscal numbers.

use crate::Node;
use crate::command::CommandError;
use crate::io::Now;
use crate::sell::{Done, wrong};
use till_schema::body::{Cede, ResolutionImport, Void};
use till_schema::limits::TEXT_BYTES_MAX;
use till_schema::rows::Rows;
use till_schema::{LogId, SpaceId};

impl Node {
    pub(crate) fn import_resolution(
        &mut self,
        now: Now,
        rows: &mut dyn Rows,
        ticket: u64,
        space: Option<SpaceId>,
        resolution: String,
        (from, to): (u64, u64),
    ) -> Done {
        let (space, row) = self.space(rows, space)?;
        if row.custodian != self.me {
            return Err(CommandError::NotAllowed(format!(
                "only “{}” mints numbers of this space; import the resolution there",
                self.device_name(row.custodian)
            )));
        }
        if from == 0 || from > to {
            return Err(wrong("the first number must be at least 1 and not above the last"));
        }
        let (valid_from_day, valid_to_day) = (None, None);
        let body = ResolutionImport { space, resolution, from, to, valid_from_day, valid_to_day };
        self.write_done(now, rows, ticket, vec![body.into()])
    }

    pub(crate) fn grant_numbers(
        &mut self,
        now: Now,
        rows: &mut dyn Rows,
        ticket: u64,
        space: Option<SpaceId>,
        to: LogId,
        count: u64,
    ) -> Done {
        let (space, _) = self.space(rows, space)?;
        if !self.devices.contains_key(&to) || to == self.me {
            return Err(wrong("numbers go to another device of the shop"));
        }
        let held = till_numbers::holding(rows, space, self.me).held;
        if count == 0 || count > held.count() {
            return Err(CommandError::NoNumbers(format!(
                "this device holds {} numbers; give away between 1 and that many",
                held.count()
            )));
        }
        let ranges = held.minus(&held.take(held.count() - count));
        self.write_done(now, rows, ticket, vec![Cede { space, ranges, to }.into()])
    }

    pub(crate) fn void_numbers(
        &mut self,
        now: Now,
        rows: &mut dyn Rows,
        ticket: u64,
        space: Option<SpaceId>,
        count: u64,
        reason: String,
    ) -> Done {
        let (space, _) = self.space(rows, space)?;
        if reason.trim().is_empty() || reason.len() > TEXT_BYTES_MAX {
            return Err(wrong("say in a few words why the numbers are given up"));
        }
        let held = till_numbers::holding(rows, space, self.me).held;
        if count == 0 || count > held.count() {
            return Err(CommandError::NoNumbers(format!(
                "this device holds {} numbers; void between 1 and that many",
                held.count()
            )));
        }
        let body = Void { space, ranges: held.take(count), reason };
        self.write_done(now, rows, ticket, vec![body.into()])
    }
}
