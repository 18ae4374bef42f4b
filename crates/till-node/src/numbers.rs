//! Fiscal numbers on this device: which one is next, and commands about them.

use crate::Node;
use crate::command::{CommandError, NumbersStatus};
use crate::io::Now;
use crate::job::Caller;
use crate::limits::{CLOCK_STOP_MS, CLOCK_WARN_MS};
use crate::sell::{Done, wrong};
use till_numbers::{Choice, Shortage, Stock};
use till_schema::body::{
    Cede, CustodyMove, DeclareLost, ResolutionImport, Role, Sharing, SpaceOpen, Void,
};
use till_schema::limits::TEXT_BYTES_MAX;
use till_schema::numbering::Space;
use till_schema::rows::{Rows, SpaceRow, Table, WindowRow, collect_rows};
use till_schema::{LogId, SpaceId};

/// What an import of a resolution says.
pub(crate) struct Import {
    pub(crate) space: Option<SpaceId>,
    pub(crate) resolution: String,
    pub(crate) from: u64,
    pub(crate) to: u64,
    pub(crate) valid_from_day: Option<i32>,
    pub(crate) valid_to_day: Option<i32>,
}

/// What is known of the time besides this device's clock.
#[derive(Debug, Default)]
pub(crate) struct Clock {
    /// The relay's time of an answer, with the tick at which it came.
    relay: Option<(i64, u64)>,
    /// Wall time of the last own entry.
    pub(crate) last_own_ms: i64,
    /// A person has looked at a clock that is far off.
    pub(crate) confirmed: bool,
}

impl Clock {
    pub(crate) fn new(last_own_ms: i64) -> Self {
        Self { last_own_ms, ..Self::default() }
    }

    pub(crate) fn relay_says(&mut self, now: Now, at_ms: i64) {
        self.relay = Some((at_ms, now.tick_ms));
    }

    /// How far this device's clock is ahead of the relay's, ms; within one
    /// answer's travel it is taken as right.
    pub(crate) fn ahead_ms(&self, now: Now) -> Option<i64> {
        let ahead = now.wall_ms.saturating_sub(self.relay_now(now)?);
        Some(ahead)
    }

    fn relay_now(&self, now: Now) -> Option<i64> {
        let (at_ms, tick) = self.relay?;
        Some(at_ms.saturating_add_unsigned(now.tick_ms.saturating_sub(tick)))
    }

    /// The time that decides about validity: never before what this device or
    /// the relay has said. Peers' clocks have no say: one tablet set to another
    /// year must not expire the whole shop.
    pub(crate) fn validity_ms(&self, now: Now) -> i64 {
        now.wall_ms.max(self.last_own_ms).max(self.relay_now(now).unwrap_or(i64::MIN))
    }
}

impl Node {
    /// The number of the next sale.
    pub(crate) fn choose(&self, now: Now, rows: &dyn Rows) -> Result<Choice, Shortage> {
        till_numbers::choose(rows, self.me, self.clock.validity_ms(now), self.utc_offset_min)
    }

    pub(crate) fn today(&self, now: Now) -> i32 {
        till_numbers::civil_day(self.clock.validity_ms(now), self.utc_offset_min)
    }

    /// Numbers are issued by a clock that is about right, or that a person has
    /// looked at.
    pub(crate) fn check_clock(&self, now: Now) -> Done {
        let off = self.clock.ahead_ms(now).unwrap_or_default();
        if off.abs() < CLOCK_STOP_MS || self.clock.confirmed {
            return Ok(());
        }
        Err(CommandError::NotAllowed(format!(
            "{}; set the clock right, or say that it is (`tillmesh numbers confirm-clock`)",
            clock_text(off)
        )))
    }

    /// A sentence when this device's clock is off, for people.
    pub fn clock_notice(&self, now: Now) -> Option<String> {
        let off = self.clock.ahead_ms(now).filter(|off| off.abs() >= CLOCK_WARN_MS)?;
        Some(clock_text(off))
    }

    pub(crate) fn import_resolution(
        &mut self,
        now: Now,
        rows: &mut dyn Rows,
        caller: Caller,
        import: Import,
    ) -> Done {
        let (space, row) = self.space(rows, import.space)?;
        self.entitled(till_shop::Need::Fact)?;
        #[cfg(feature = "mutants")]
        let row = if crate::mutants::is(crate::mutants::Mutant::ImportsAnywhere) {
            SpaceRow { custodian: self.me, ..row }
        } else {
            row
        };
        if row.custodian != self.me || row.custody_in_transit {
            return Err(CommandError::NotAllowed(format!(
                "only “{}” mints numbers of this space; import the resolution there",
                self.device_name(row.custodian)
            )));
        }
        if import.from == 0 || import.from > import.to {
            return Err(wrong("the first number must be at least 1 and not above the last"));
        }
        if matches!((import.valid_from_day, import.valid_to_day), (Some(from), Some(to)) if from > to)
        {
            return Err(wrong("the first day of validity must not be after the last"));
        }
        if import.resolution.trim().is_empty() || import.resolution.len() > TEXT_BYTES_MAX {
            return Err(wrong("give the authority's number of the resolution"));
        }
        let body = ResolutionImport {
            space,
            resolution: import.resolution.trim().to_owned(),
            from: import.from,
            to: import.to,
            valid_from_day: import.valid_from_day,
            valid_to_day: import.valid_to_day,
        };
        self.write_done(now, rows, caller, vec![body.into()])
    }

    pub(crate) fn open_space(
        &mut self,
        now: Now,
        rows: &mut dyn Rows,
        caller: Caller,
        (document_kind, prefix): (&str, &str),
        custodian: &str,
        sharing: Sharing,
    ) -> Done {
        self.administers()?;
        let shop = self.shop(rows).ok_or_else(crate::sell::not_synced)?;
        let custodian = self.device(custodian)?;
        if !custodian.is_live() {
            return Err(wrong(format!("“{}” is not in the shop any more", custodian.name)));
        }
        let space = Space {
            authority: shop.country,
            issuer: shop.tax_id,
            document_kind: document_kind.trim().to_owned(),
            prefix: prefix.trim().to_owned(),
        };
        if space.document_kind.is_empty() || space.prefix.len() > TEXT_BYTES_MAX {
            return Err(wrong("give the document kind, such as POS, and a short prefix"));
        }
        if rows.get(Table::Spaces, &space.id().0).is_some() {
            return Err(wrong(format!(
                "there is a space {} with the prefix “{}” already",
                space.document_kind, space.prefix
            )));
        }
        let utc_offset_min = Some(self.utc_offset_min);
        let body = SpaceOpen { space, custodian: custodian.log, sharing, utc_offset_min };
        self.write_done(now, rows, caller, vec![body.into()])
    }

    pub(crate) fn move_custody(
        &mut self,
        now: Now,
        rows: &mut dyn Rows,
        caller: Caller,
        space: Option<SpaceId>,
        to: &str,
    ) -> Done {
        let (space, row) = self.space(rows, space)?;
        self.entitled(till_shop::Need::Fact)?;
        let to = self.device(to)?;
        if row.custodian != self.me || row.custody_in_transit {
            return Err(CommandError::NotAllowed(format!(
                "only the custodian “{}” gives custody away; if it is gone for good, open a new \
                 space (`tillmesh numbers open`)",
                self.device_name(row.custodian)
            )));
        }
        if to.log == self.me || !to.is_live() {
            return Err(wrong("custody goes to another device that is in the shop"));
        }
        self.write_done(now, rows, caller, vec![CustodyMove { space, to: to.log }.into()])
    }

    pub(crate) fn declare_lost(
        &mut self,
        now: Now,
        rows: &mut dyn Rows,
        caller: Caller,
        space: Option<SpaceId>,
        device: &str,
        reference: String,
    ) -> Done {
        self.administers()?;
        let (space, _) = self.space(rows, space)?;
        let device = self.device(device)?;
        if device.ended.is_none() {
            return Err(wrong(format!(
                "“{}” is in the shop; take it out first (`tillmesh shop remove`)",
                device.name
            )));
        }
        if reference.trim().is_empty() || reference.len() > TEXT_BYTES_MAX {
            return Err(wrong("give the reference of the report to the authority"));
        }
        let row = till_numbers::holding(rows, space, device.log);
        let ranges = row.held.minus(&row.declared_lost);
        if ranges.is_empty() {
            return Err(wrong(format!("“{}” holds no numbers that are not reported", device.name)));
        }
        let reference = reference.trim().to_owned();
        let body = DeclareLost { space, ranges, of: device.log, reference };
        self.write_done(now, rows, caller, vec![body.into()])
    }

    pub(crate) fn grant_numbers(
        &mut self,
        now: Now,
        rows: &mut dyn Rows,
        caller: Caller,
        space: Option<SpaceId>,
        to: &str,
        count: u64,
    ) -> Done {
        let (space, row) = self.space(rows, space)?;
        let to = self.device(to)?;
        if to.log == self.me || !to.is_live() {
            return Err(wrong("numbers go to another device that is in the shop"));
        }
        if row.sharing == Sharing::Single {
            return Err(wrong(format!(
                "the numbers of this space belong to “{}” alone",
                self.device_name(row.custodian)
            )));
        }
        if !to.roles.iter().any(|role| !matches!(role, Role::Forwarder)) {
            return Err(wrong(format!("“{}” does not sell", to.name)));
        }
        let held = till_numbers::holding(rows, space, self.me).held;
        if count == 0 || count > held.count() {
            return Err(CommandError::NoNumbers(format!(
                "this device holds {} numbers; give away between 1 and that many",
                held.count()
            )));
        }
        let ranges = held.minus(&held.take(held.count() - count));
        self.write_done(now, rows, caller, vec![Cede { space, ranges, to: to.log }.into()])
    }

    pub(crate) fn void_numbers(
        &mut self,
        now: Now,
        rows: &mut dyn Rows,
        caller: Caller,
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
        self.write_done(now, rows, caller, vec![body.into()])
    }

    /// Why there is no number, and what to do.
    pub(crate) fn shortage(&self, rows: &dyn Rows, shortage: &Shortage) -> CommandError {
        let Some((_, row)) = till_numbers::spaces(rows).into_iter().next() else {
            return crate::sell::not_synced();
        };
        let ask = if row.custodian == self.me {
            "import a new resolution (`tillmesh numbers import`)".to_owned()
        } else {
            format!("connect to “{}” or ask the owner for more", self.device_name(row.custodian))
        };
        let until_then = "until then it can be sold provisionally (`--provisional`)";
        CommandError::NoNumbers(match shortage {
            Shortage::NoSpace => {
                "no number space is open for this device; ask the owner".to_owned()
            }
            Shortage::Dry { .. } => format!("no numbers left: {ask}; {until_then}"),
            Shortage::Expired { count, .. } => format!(
                "the dates of the {count} numbers held here have passed: import the resolution's \
                 renewal on “{}”; {until_then}",
                self.device_name(row.custodian)
            ),
            Shortage::NotYetValid { count, .. } => format!(
                "the {count} numbers held here are not valid yet; check this device's clock; \
                 {until_then}"
            ),
        })
    }

    /// Numbers this device holds.
    pub fn numbers_status(&self, rows: &dyn Rows, now: Now) -> Vec<NumbersStatus> {
        let today = self.today(now);
        till_numbers::spaces(rows)
            .into_iter()
            .map(|(space, row)| self.space_status(rows, space, row, today))
            .collect()
    }

    fn space_status(
        &self,
        rows: &dyn Rows,
        space: SpaceId,
        row: SpaceRow,
        today: i32,
    ) -> NumbersStatus {
        let held = till_numbers::holding(rows, space, self.me).held;
        let custodian = row.custodian == self.me;
        let foreign = row.sharing == Sharing::Single && !custodian;
        let days_left = till_numbers::days_left(rows, space, self.me, today);
        let mut windows: Vec<WindowRow> =
            collect_rows(rows, Table::Windows, &space.0).into_iter().map(|(_, row)| row).collect();
        windows.sort_by_key(|row: &WindowRow| (row.from, row.valid_to_day, row.entry.hash));
        NumbersStatus {
            space,
            prefix: row.space.prefix,
            held: held.count(),
            next: held.first(),
            custodian,
            sharing: row.sharing,
            days_left,
            windows,
            advice: if foreign {
                String::new()
            } else {
                self.advice(rows, space, row.custodian, today)
            },
        }
    }

    /// What a person should do about this device's stock of numbers.
    fn advice(&self, rows: &dyn Rows, space: SpaceId, custodian: LogId, today: i32) -> String {
        let name = self.device_name(custodian);
        till_numbers::advice(Stock {
            held: till_numbers::holding(rows, space, self.me).held.count(),
            low: till_numbers::marks(rows, space, self.me, today).low,
            days_left: till_numbers::days_left(rows, space, self.me, today),
            custodian: (custodian != self.me).then_some(name.as_str()),
            has_peers: self.has_peers(),
        })
    }
}

fn clock_text(ahead_ms: i64) -> String {
    let minutes = ahead_ms.unsigned_abs() / 60_000;
    let (hours, rest) = (minutes / 60, minutes % 60);
    let direction = if ahead_ms > 0 { "ahead of" } else { "behind" };
    format!("this device's clock is {hours} h {rest} min {direction} the relay's")
}
