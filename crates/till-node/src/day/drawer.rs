//! Shifts and the drawer.

use crate::Node;
use crate::command::{CommandError, Look, ShiftView};
use crate::io::Now;
use crate::job::{Caller, InFlight};
use crate::sell::{Done, wrong};
use till_schema::ShiftId;
use till_schema::body::{
    Counted, Denomination, DrawerOpened, DrawerReason, ShiftClosed, ShiftHandedOver, ShiftOpened,
};
use till_schema::money::AMOUNT_MAX;
use till_schema::order::TenderKind;
use till_schema::rows::{Rows, ShiftRow, Table, get_row};
use till_shop::Need;

/// Kinds of notes and coins counted at most.
const DENOMINATIONS_MAX: usize = 64;

impl Node {
    pub(super) fn own_shift(&self, rows: &dyn Rows) -> Result<ShiftRow, CommandError> {
        till_books::open_shift(rows, self.me).ok_or_else(|| {
            CommandError::NotFound(
                "no shift is open on this device; open one (`tillmesh shift open`)".to_owned(),
            )
        })
    }

    pub(super) fn open_shift(
        &mut self,
        now: Now,
        rows: &mut dyn Rows,
        caller: Caller,
        float: i64,
        note: String,
    ) -> Done {
        self.entitled(Need::Sell)?;
        if let Some(open) = till_books::open_shift(rows, self.me) {
            return Err(wrong(format!(
                "shift {} of this device is open; close it or hand it over",
                open.number
            )));
        }
        check_amount(float)?;
        let (last, _) = till_books::last_numbers(rows, self.me);
        let shift = ShiftId(self.draw_id());
        let body = ShiftOpened { shift, number: last + 1, float, note };
        self.write_then_look(now, rows, caller, body.into(), Look::Shift)
    }

    pub(super) fn open_drawer(
        &mut self,
        now: Now,
        rows: &mut dyn Rows,
        caller: Caller,
        reason: DrawerReason,
        amount: i64,
        note: String,
    ) -> Done {
        self.entitled(Need::Sell)?;
        check_amount(amount)?;
        match reason {
            DrawerReason::NoSale if amount != 0 => {
                return Err(wrong("a drawer that is only opened takes and gives no money"));
            }
            DrawerReason::NoSale => {}
            DrawerReason::PayIn | DrawerReason::PayOut => {
                if amount == 0 {
                    return Err(wrong("the amount must be more than zero"));
                }
                if note.trim().is_empty() {
                    return Err(wrong("say what the money is for"));
                }
                // Without a shift there is no drawer to account for it.
                self.own_shift(rows)?;
            }
        }
        self.write_done(now, rows, caller, vec![DrawerOpened { reason, amount, note }.into()])
    }

    pub(super) fn hand_over(
        &mut self,
        now: Now,
        rows: &mut dyn Rows,
        caller: Caller,
        to: &str,
        counted: Option<i64>,
    ) -> Done {
        self.entitled(Need::Sell)?;
        let open = self.own_shift(rows)?;
        let person = till_shop::users::by_name(rows, to).filter(|set| set.active);
        let person = person.ok_or_else(|| {
            CommandError::NotFound(format!("nobody called “{to}” works here; check the name"))
        })?;
        counted.map_or(Ok(()), check_amount)?;
        let body = ShiftHandedOver { shift: open.shift, to: person.user, counted };
        self.write_then_look(now, rows, caller, body.into(), Look::Shift)
    }

    pub(super) fn close_shift(
        &mut self,
        now: Now,
        rows: &mut dyn Rows,
        caller: Caller,
        counted: &[(TenderKind, i64)],
        denominations: Vec<Denomination>,
        note: String,
    ) -> Done {
        let open = self.own_shift(rows)?;
        let by_value = by_value(&denominations)?;
        let mut given = counted.to_vec();
        match (given.iter().find(|(kind, _)| *kind == TenderKind::Cash), by_value) {
            (Some((_, cash)), Some(sum)) if *cash != sum => {
                return Err(wrong("the cash counted and the sum of its notes and coins differ"));
            }
            (None, Some(sum)) => given.push((TenderKind::Cash, sum)),
            _ => {}
        }
        let counts = TenderKind::ALL.into_iter().filter_map(|kind| {
            let expected = open.sums.expected(kind);
            let float = if kind == TenderKind::Cash { open.float } else { 0 };
            let expected = expected.wrapping_add(float);
            let counted = given.iter().find(|(of, _)| *of == kind).map(|(_, amount)| *amount);
            let matters = expected != 0 || counted.is_some() || kind == TenderKind::Cash;
            matters.then_some(Counted { kind, expected, counted })
        });
        let (_, z) = till_books::last_numbers(rows, self.me);
        let unsent = till_books::unsettled(rows, usize::MAX);
        let body = ShiftClosed {
            shift: open.shift,
            z: z + 1,
            counted: counts.collect(),
            sums: open.sums,
            denominations,
            unsent: unsent.iter().filter(|document| document.log == self.me).count() as u64,
            held_carts: till_books::held_carts(rows).len() as u64,
            note,
        };
        let look = Look::Shifts { device: Some(self.me.to_string()), limit: 1 };
        let then = InFlight {
            look: Some((caller.ticket, look)),
            who: caller.who,
            // A drawer can be closed on a full disk.
            reserved: true,
            ..InFlight::default()
        };
        self.write(now, rows, vec![body.into()], then)
    }

    pub(super) fn shift_views(
        &self,
        rows: &dyn Rows,
        device: Option<&str>,
        limit: usize,
    ) -> Result<Vec<ShiftView>, CommandError> {
        let logs = match device {
            Some(name) => vec![self.device(name)?.log],
            None => self.devices.keys().copied().collect(),
        };
        let mut views: Vec<ShiftView> = logs
            .into_iter()
            .flat_map(|log| till_books::shifts(rows, Some(log), limit))
            .map(|row| self.shift_view(rows, row))
            .collect();
        views.sort_by_key(|view| std::cmp::Reverse((view.row.opened.wall_ms, view.row.shift)));
        Ok(views)
    }

    pub(super) fn shift_view(&self, rows: &dyn Rows, row: ShiftRow) -> ShiftView {
        let closed_by = row.closed.as_ref().and_then(|closed| closed.by);
        ShiftView {
            register: self.device_name(row.log),
            opened_by_name: Self::person(rows, row.opened_by),
            holder_name: Self::person(rows, row.holder),
            closed_by_name: Self::person(rows, closed_by),
            expected_cash: row.float.wrapping_add(row.sums.expected(TenderKind::Cash)),
            as_of_ms: get_row(rows, Table::LastWall, &row.log.0).unwrap_or_default(),
            row,
        }
    }
}

fn check_amount(amount: i64) -> Done {
    if (0..=AMOUNT_MAX).contains(&amount) {
        Ok(())
    } else {
        Err(wrong("an amount of money must not be negative, nor beyond what the books hold"))
    }
}

fn by_value(denominations: &[Denomination]) -> Result<Option<i64>, CommandError> {
    if denominations.is_empty() {
        return Ok(None);
    }
    if denominations.len() > DENOMINATIONS_MAX {
        return Err(wrong(format!("at most {DENOMINATIONS_MAX} kinds of notes and coins")));
    }
    let sum: i128 =
        denominations.iter().map(|one| i128::from(one.value) * i128::from(one.pieces)).sum();
    let sum = i64::try_from(sum).ok().filter(|sum| (0..=AMOUNT_MAX).contains(sum));
    sum.map(Some).ok_or_else(|| wrong("the notes and coins add up to no amount of money"))
}
