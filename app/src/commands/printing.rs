//! Printing from the command line.

mod outbox;
mod queue;
mod shop;

pub(crate) use outbox::Outbox;

use crate::cli::{Globals, PaperArgs, Preview, PrintArgs, PrintCmd, QueueCmd};
use crate::failure::Failure;
use crate::target::Target;
use crate::ticket;
use shop::Shop;
use std::io::Write;
use till_host::printing::{Job, Kind, Printer};
use till_node::command::{Command, Day, DayReply, Look, Reply, TicketView};
use till_receipt::{Options, TestFacts, Ticket};
use till_schema::body::DrawerReason;
use till_schema::order::Buyer;

pub(super) async fn run(
    globals: &Globals,
    args: PrintArgs,
    target: &mut Target,
    outbox: &mut Outbox,
) -> Result<(), Failure> {
    let PrintArgs { order, again, paper, what } = args;
    if what.is_some() && (order.is_some() || again) {
        return Err(Failure::Usage("print an order or something else, not both".to_owned()));
    }
    match (&what, paper.preview, &paper.out) {
        (Some(PrintCmd::Queue { .. } | PrintCmd::Drawer { .. }), Some(_), _) => {
            return Err(Failure::Usage("there is nothing to preview".to_owned()));
        }
        (_, None, Some(_)) => {
            return Err(Failure::Usage("--out goes with --preview".to_owned()));
        }
        (_, Some(Preview::Png), None) => {
            return Err(Failure::Usage("a picture needs a file: --out FILE".to_owned()));
        }
        _ => {}
    }
    let what = match (what, order) {
        (Some(PrintCmd::Queue { what }), _) => {
            return queue::run(globals.json, what.unwrap_or(QueueCmd::List), paper, outbox);
        }
        (Some(what), _) => what,
        (None, Some(order)) => {
            // Nothing is counted that could not be printed anyway.
            let shop = Shop::load(globals, target).await?;
            let press = Press::new(&shop, paper, outbox)?;
            let is_paper = press.paper.preview.is_none();
            let mut view = ticket_view(target, order, again && is_paper).await?;
            if again && !is_paper {
                // As the next copy would be.
                view.copy += 1;
            }
            let ticket = press.shop.ticket(target, &view).await?;
            return press.print(kind_of(&view), &view.label, &ticket, Vec::new());
        }
        (None, None) => {
            return Err(Failure::Usage(
                "say what to print: an order's number, test, x, shift or drawer".to_owned(),
            ));
        }
    };
    let shop = Shop::load(globals, target).await?;
    let press = Press::new(&shop, paper, outbox)?;
    match what {
        PrintCmd::Test => {
            let printer = press.printer.as_ref().map(Printer::to_string).unwrap_or_default();
            let facts = TestFacts {
                register: shop.register.clone(),
                qr: format!("tillmesh {printer}"),
                printer,
                at_ms: outbox::now_ms(),
                utc_offset_min: shop::utc_offset_min(),
            };
            let ticket = till_receipt::test(&facts, &shop.texts(), shop.language);
            press.print(Kind::Test, "test", &ticket, Vec::new())
        }
        PrintCmd::Drawer { note } => {
            // First on record, as when the key is used.
            let reason = DrawerReason::NoSale;
            target.execute(Command::Day(Day::Drawer { reason, amount: 0, note })).await?;
            press.post(Kind::Drawer, "drawer", till_receipt::open_drawer(), Vec::new())
        }
        PrintCmd::X => {
            let view = match target.execute(Command::Look(Look::Shift)).await? {
                Reply::Day(DayReply::Shift(view)) => view,
                _ => return Err(odd()),
            };
            let ticket = shop.shift(target, &view).await?;
            press.print(Kind::Report, &format!("X-{}", view.row.number), &ticket, Vec::new())
        }
        PrintCmd::Shift { z } => {
            let view = shop.closed_shift(target, z).await?;
            let ticket = shop.shift(target, &view).await?;
            let z = view.row.closed.as_ref().map_or(0, |closed| closed.report.z);
            press.print(Kind::Report, &format!("Z-{z}"), &ticket, Vec::new())
        }
        PrintCmd::Queue { .. } => unreachable!("needs no shop and was handled before"),
    }
}

/// Prints the ticket of a sale that was just made, when a printer is set. The sale
/// stands whatever becomes of its paper.
pub(super) async fn after_sale(
    globals: &Globals,
    reply: &Reply,
    target: &mut Target,
    outbox: &mut Outbox,
) {
    let Reply::Sold(sold) = reply else { return };
    // What was sold before was printed before.
    if sold.repeated {
        return;
    }
    let printed = print_sale(globals, sold.order.to_string(), target, outbox).await;
    if let Err(Failure::Usage(why) | Failure::Trouble(why)) = printed {
        eprintln!(
            "tillmesh: {why}; the sale stands, and `tillmesh print {}` prints it",
            sold.label
        );
    }
}

async fn print_sale(
    globals: &Globals,
    order: String,
    target: &mut Target,
    outbox: &mut Outbox,
) -> Result<(), Failure> {
    if ticket::Look::of(&shop::settings(target).await?).printer.is_empty() {
        return Ok(());
    }
    let shop = Shop::load(globals, target).await?;
    let paper = PaperArgs { to: None, paper: None, preview: None, out: None };
    let mut press = Press::new(&shop, paper, outbox)?;
    press.is_the_point = false;
    let view = ticket_view(target, order, false).await?;
    let ticket = shop.ticket(target, &view).await?;
    let drawer = if ticket::needs_drawer(&view) { till_receipt::open_drawer() } else { Vec::new() };
    press.print(Kind::Ticket, &view.label, &ticket, drawer)
}

/// An order or a return as paper shows it; counted first when it is another paper.
async fn ticket_view(
    target: &mut Target,
    order: String,
    again: bool,
) -> Result<TicketView, Failure> {
    let command = match again {
        true => Command::Day(Day::Reprint { order }),
        false => Command::Look(Look::Ticket { order }),
    };
    match target.execute(command).await? {
        Reply::Day(DayReply::Ticket(view)) => Ok(*view),
        _ => Err(odd()),
    }
}

fn kind_of(view: &TicketView) -> Kind {
    if view.copy == 0 { Kind::Ticket } else { Kind::Copy }
}

/// The buyer of a return's order.
async fn buyer(target: &mut Target, view: &TicketView) -> Option<Buyer> {
    let note = &view.returned.as_ref()?.note;
    note.customer?;
    let order = ticket_view(target, note.of.to_string(), false).await.ok()?;
    order.sale?.row.order.customer
}

fn odd() -> Failure {
    Failure::Trouble("the device answered something else".to_owned())
}

/// The printer with a path that any process finds.
fn whole(printer: Printer) -> Result<Printer, Failure> {
    printer.absolute().map_err(|error| Failure::Trouble(error.to_string()))
}

/// Puts ink on paper, or shows what it would be.
struct Press<'a> {
    shop: &'a Shop,
    paper: PaperArgs,
    outbox: &'a mut Outbox,
    /// None for a preview only.
    printer: Option<Printer>,
    /// Whether the command is about this paper.
    is_the_point: bool,
}

impl<'a> Press<'a> {
    fn new(shop: &'a Shop, paper: PaperArgs, outbox: &'a mut Outbox) -> Result<Self, Failure> {
        let set = shop.look.printer.as_str();
        let printer = match (&paper.to, set) {
            (Some(printer), _) => Some(printer.clone()),
            (None, "") if paper.preview.is_some() => None,
            (None, "") => {
                return Err(Failure::Usage(
                    "no printer is set; name it with `tillmesh settings printer.target=tcp:HOST` (or file:PATH, dev:/dev/usb/lp0), give one with --to, or look at the ticket with --preview text".to_owned(),
                ));
            }
            (None, set) => match (set.parse(), paper.preview) {
                (Ok(printer), _) => Some(printer),
                (Err(_), Some(_)) => None,
                (Err(error), None) => {
                    return Err(Failure::Usage(format!("the setting printer.target: {error}")));
                }
            },
        };
        let printer = printer.map(whole).transpose()?;
        Ok(Self { shop, paper, outbox, printer, is_the_point: true })
    }

    /// Prints a ticket, with bytes that are only for now before it.
    fn print(self, kind: Kind, label: &str, ticket: &Ticket, now: Vec<u8>) -> Result<(), Failure> {
        let width = self.paper.paper.unwrap_or(self.shop.look.paper);
        let shown = match self.paper.preview {
            Some(Preview::Text) => till_receipt::text(ticket, width).into_bytes(),
            Some(Preview::Png) => till_receipt::png(ticket, width),
            None => {
                let options = Options { cut: true, ..Options::default() };
                let bytes = till_receipt::escpos(ticket, width, self.shop.look.page, options);
                return self.post(kind, label, now, bytes);
            }
        };
        match &self.paper.out {
            Some(file) => std::fs::write(file, shown).map_err(|error| {
                Failure::Usage(format!("cannot write {}: {error}", file.display()))
            }),
            None => std::io::stdout()
                .write_all(&shown)
                .map_err(|error| Failure::Trouble(format!("cannot show it: {error}"))),
        }
    }

    fn post(self, kind: Kind, label: &str, now: Vec<u8>, bytes: Vec<u8>) -> Result<(), Failure> {
        let Some(printer) = self.printer else { return Ok(()) };
        let (label, at_ms) = (label.to_owned(), outbox::now_ms());
        self.outbox.put(&Job { kind, label, printer, at_ms, now, bytes }, self.is_the_point)
    }
}
