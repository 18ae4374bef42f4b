//! What the device is asked for before something is printed.

use super::{buyer, odd, outbox};
use crate::cli::Globals;
use crate::failure::Failure;
use crate::target::Target;
use crate::ticket::{self, Around};
use std::collections::BTreeMap;
use till_node::command::{Command, DayReply, Look, Reply, ShiftView, TicketView};
use till_receipt::{Language, Texts, Ticket};
use till_schema::catalogue::FieldValue;
use till_schema::{Currency, LogId, UserId};

/// Shifts of this device among which a Z report is looked for.
const SHIFTS_MAX: usize = 1000;

/// The register's offset from UTC, minutes.
pub(super) fn utc_offset_min() -> i32 {
    chrono::Local::now().offset().local_minus_utc() / 60
}

/// The shop's settings.
pub(super) async fn settings(target: &mut Target) -> Result<BTreeMap<String, FieldValue>, Failure> {
    match target.execute(Command::Look(Look::Settings)).await? {
        Reply::Day(DayReply::Settings(settings)) => Ok(settings),
        _ => Err(odd()),
    }
}

/// The shop, this device and how it prints.
pub(super) struct Shop {
    pub(super) look: ticket::Look,
    pub(super) language: Language,
    /// Name of this device.
    pub(super) register: String,
    name: String,
    currency: Currency,
    device: Option<LogId>,
    settings: BTreeMap<String, FieldValue>,
}

impl Shop {
    pub(super) async fn load(globals: &Globals, target: &mut Target) -> Result<Self, Failure> {
        let Reply::Shop(shop) = target.execute(Command::Shop).await? else { return Err(odd()) };
        let settings = settings(target).await?;
        let Reply::Devices(devices) = target.execute(Command::Devices).await? else {
            return Err(odd());
        };
        let this = devices.into_iter().find(|device| device.this);
        Ok(Self {
            look: ticket::Look::of(&settings),
            language: ticket::language(&settings, globals.language.as_deref()),
            device: this.as_ref().map(|device| device.log),
            register: this.map(|device| device.name).unwrap_or_default(),
            name: shop.name,
            currency: shop.currency,
            settings,
        })
    }

    pub(super) fn texts(&self) -> Texts {
        ticket::texts(&self.settings, &self.name)
    }

    /// The ticket of a sale or a return.
    pub(super) async fn ticket(
        &self,
        target: &mut Target,
        view: &TicketView,
    ) -> Result<Ticket, Failure> {
        let buyer = buyer(target, view).await;
        let texts = ticket::texts(&view.texts, &self.name);
        ticket::ticket(view, buyer.as_ref(), &texts, self.language).ok_or_else(odd)
    }

    /// A closed shift of this device: by its Z report, or the last.
    pub(super) async fn closed_shift(
        &self,
        target: &mut Target,
        z: Option<u64>,
    ) -> Result<ShiftView, Failure> {
        let device = self.device.map(|log| log.to_string());
        // The newest may be open.
        let limit = if z.is_some() { SHIFTS_MAX } else { 2 };
        let views = match target.execute(Command::Look(Look::Shifts { device, limit })).await? {
            Reply::Day(DayReply::Shifts(views)) => views,
            _ => return Err(odd()),
        };
        let is_meant = |view: &ShiftView| {
            let closed = view.row.closed.as_ref();
            closed.is_some_and(|closed| z.is_none_or(|z| z == closed.report.z))
        };
        views.into_iter().find(is_meant).ok_or_else(|| {
            Failure::Usage(match z {
                Some(z) => format!("this device has no Z report {z}; see `tillmesh shift list`"),
                None => {
                    "no shift of this device is closed yet; `tillmesh print x` prints the open one"
                        .to_owned()
                }
            })
        })
    }

    /// The report of a shift.
    pub(super) async fn shift(
        &self,
        target: &mut Target,
        view: &ShiftView,
    ) -> Result<Ticket, Failure> {
        let unsent = match target.execute(Command::FiscalQueue).await? {
            Reply::FiscalQueue(queue) => queue.pending,
            _ => return Err(odd()),
        };
        let held_carts = match target.execute(Command::Look(Look::HeldCarts)).await? {
            Reply::Day(DayReply::HeldCarts(carts)) => carts.len() as u64,
            _ => return Err(odd()),
        };
        let people: BTreeMap<UserId, String> = match target.execute(Command::Users).await? {
            Reply::Users(all) => {
                all.into_iter().map(|view| (view.user.user, view.user.name)).collect()
            }
            _ => return Err(odd()),
        };
        let around = Around {
            currency: self.currency,
            people,
            at_ms: outbox::now_ms(),
            utc_offset_min: utc_offset_min(),
            unsent,
            held_carts,
        };
        Ok(ticket::shift(view, around, &self.texts(), self.language))
    }
}
