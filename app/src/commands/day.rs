//! The shop's day from the command line.

use super::{currency, sell};
use crate::cli::{AccountCmd, CartCmd, DayCmd, Globals, ShiftCmd, StockMore};
use crate::failure::Failure;
use crate::print;
use crate::target::{Target, draw};
use chrono::{Local, NaiveDate, NaiveDateTime, TimeZone};
use till_catalog::settings;
use till_node::command::{CartLine, Command, Day, DayReply, Look, Quote, Reply};
use till_schema::body::{Denomination, DrawerReason, StockReason};
use till_schema::order::{Tender, TenderKind};
use till_schema::{Currency, OrderId, Quantity};

fn usage(error: impl std::fmt::Display) -> Failure {
    Failure::Usage(error.to_string())
}

pub(super) async fn run(
    globals: &Globals,
    command: DayCmd,
    target: &mut Target,
) -> Result<(), Failure> {
    let currency = currency(target).await;
    let command = match command {
        DayCmd::Settings { names: true, .. } => {
            print::setting_names(globals.json);
            return Ok(());
        }
        DayCmd::Report { by, from, to, csv } => {
            let from_day = day(from.as_deref())?;
            let to_day = to.map_or(Ok(from_day), |to| day(Some(&to)))?;
            let look = Command::Look(Look::Report { by, from_day, to_day });
            let reply = target.execute(look).await?;
            return match (csv, &reply) {
                (true, Reply::Day(DayReply::Report(rows))) => print::report_csv(rows, currency),
                _ => {
                    print::reply(globals.json, &reply, currency);
                    Ok(())
                }
            };
        }
        other => to_command(other, target, currency).await?,
    };
    let reply = target.execute(command).await?;
    print::reply(globals.json, &reply, currency);
    Ok(())
}

async fn to_command(
    command: DayCmd,
    target: &mut Target,
    currency: Currency,
) -> Result<Command, Failure> {
    Ok(match command {
        DayCmd::Return { order, line, no_restock, pay, reason, id } => Command::Day(Day::Return {
            id: id.unwrap_or_else(|| OrderId(draw())),
            order,
            lines: line.into_iter().map(place).collect::<Result<_, _>>()?,
            restock: !no_restock,
            tenders: tenders(&pay, currency)?,
            reason,
        }),
        DayCmd::Void { order, reason, id } => {
            let id = id.unwrap_or_else(|| OrderId(draw()));
            Command::Day(Day::VoidSale { id, order, reason })
        }
        DayCmd::Ticket { order, again: true } => Command::Day(Day::Reprint { order }),
        DayCmd::Ticket { order, again: false } => Command::Look(Look::Ticket { order }),
        DayCmd::Find { from, before, total, customer, product, limit } => {
            Command::Look(Look::FindOrders {
                from_ms: from.as_deref().map(moment).transpose()?,
                before_ms: before.as_deref().map(moment).transpose()?,
                total: total.map(|total| currency.parse(&total)).transpose().map_err(usage)?,
                customer,
                product,
                limit,
            })
        }
        DayCmd::Cart(cart) => cart_command(cart),
        DayCmd::Shift(shift) => shift_command(shift, currency)?,
        DayCmd::Account(AccountCmd::Show { customer }) => {
            Command::Look(Look::Customer { customer })
        }
        DayCmd::Account(AccountCmd::Pay { customer, pay, note, id }) => {
            let quote = Quote::default();
            let tenders = sell::tenders(target, &pay, &quote, 0, currency).await?;
            let id = id.unwrap_or_else(|| OrderId(draw()));
            Command::Day(Day::PayAccount { id, customer, tenders, note })
        }
        DayCmd::Settings { history: Some(name), .. } => {
            Command::Look(Look::SettingHistory { name })
        }
        DayCmd::Settings { set, .. } if set.is_empty() => Command::Look(Look::Settings),
        DayCmd::Settings { set, .. } => {
            let parsed = set.into_iter().map(|(name, text)| {
                settings::parse(&name, &text, currency).map(|value| (name, value)).map_err(usage)
            });
            Command::Day(Day::PutSettings(parsed.collect::<Result<_, _>>()?))
        }
        DayCmd::Report { .. } => unreachable!("printed with its columns"),
    })
}

fn cart_command(command: CartCmd) -> Command {
    match command {
        CartCmd::Hold { items, label, customer, cart, take } => Command::Day(Day::HoldCart {
            cart: cart.unwrap_or_else(|| OrderId(draw())),
            label,
            put: items.into_iter().map(|(code, quantity)| CartLine::new(code, quantity)).collect(),
            taken: take,
            customer,
        }),
        CartCmd::List => Command::Look(Look::HeldCarts),
        CartCmd::Drop { cart, reason } => {
            Command::Day(Day::DropCart { cart, lines: Vec::new(), reason })
        }
    }
}

fn shift_command(command: ShiftCmd, currency: Currency) -> Result<Command, Failure> {
    let amount = |text: &str| currency.parse(text).map_err(usage);
    let drawer = |reason, amount, note| Command::Day(Day::Drawer { reason, amount, note });
    Ok(match command {
        ShiftCmd::Open { float, note } => {
            Command::Day(Day::OpenShift { float: amount(&float)?, note })
        }
        ShiftCmd::PayIn { amount: sum, note } => drawer(DrawerReason::PayIn, amount(&sum)?, note),
        ShiftCmd::PayOut { amount: sum, note } => drawer(DrawerReason::PayOut, amount(&sum)?, note),
        ShiftCmd::NoSale { note } => drawer(DrawerReason::NoSale, 0, note),
        ShiftCmd::HandOver { to, counted } => {
            let counted = counted.as_deref().map(amount).transpose()?;
            Command::Day(Day::HandOver { to, counted })
        }
        ShiftCmd::X => Command::Look(Look::Shift),
        ShiftCmd::Close { counted, cash, note } => {
            let counted = counted
                .iter()
                .map(|text| {
                    let (kind, sum) = text
                        .split_once(':')
                        .ok_or_else(|| usage(format!("“{text}” is not like cash:250000")))?;
                    Ok((kind.parse::<TenderKind>().map_err(usage)?, amount(sum)?))
                })
                .collect::<Result<_, Failure>>()?;
            let denominations = cash
                .iter()
                .map(|(value, pieces)| {
                    let pieces = pieces
                        .parse()
                        .map_err(|_| usage(format!("“{pieces}” is not a number of pieces")))?;
                    Ok(Denomination { value: amount(value)?, pieces })
                })
                .collect::<Result<_, Failure>>()?;
            Command::Day(Day::CloseShift { counted, denominations, note })
        }
        ShiftCmd::List { device, limit } => Command::Look(Look::Shifts { device, limit }),
    })
}

/// Counts, waste, transfers, and what is known of stock.
pub(super) fn stock(command: StockMore) -> Command {
    let moved = |reason, moves, place, to, note| {
        Command::Day(Day::MoveStockAt { reason, moves, place, to, note })
    };
    match command {
        StockMore::Count { items, place, note } => {
            Command::Day(Day::CountStock { counts: items, place, note })
        }
        StockMore::Waste { items, place, note } => {
            moved(StockReason::Waste, items, place, None, note)
        }
        StockMore::Transfer { items, from, to, note } => {
            moved(StockReason::Transfer, items, from, Some(to), note)
        }
        StockMore::Show { code } => Command::Look(Look::Stock { code }),
        StockMore::Low => Command::Look(Look::LowStock),
    }
}

/// `2:1`: so much of the second line.
fn place((line, quantity): (String, Quantity)) -> Result<(u16, Quantity), Failure> {
    match line.parse::<u16>() {
        Ok(line) if line > 0 => Ok((line - 1, quantity)),
        _ => Err(usage(format!("“{line}” is not the place of a line, from 1"))),
    }
}

fn tenders(pay: &[String], currency: Currency) -> Result<Vec<Tender>, Failure> {
    pay.iter()
        .map(|text| {
            let (kind, sum) = text
                .split_once(':')
                .ok_or_else(|| usage(format!("“{text}” is not like cash:20000")))?;
            let kind: TenderKind = kind.parse().map_err(usage)?;
            Ok(Tender::new(kind, currency.parse(sum).map_err(usage)?))
        })
        .collect()
}

/// A civil day, days since 1970-01-01; today without.
fn day(text: Option<&str>) -> Result<i32, Failure> {
    let date = match text {
        None | Some("today") => Local::now().date_naive(),
        Some(text) => text
            .parse::<NaiveDate>()
            .map_err(|_| usage(format!("“{text}” is not a day; write it like 2026-11-25")))?,
    };
    let days = date.signed_duration_since(NaiveDate::default()).num_days();
    i32::try_from(days).map_err(usage)
}

/// A day's beginning or a moment here, Unix ms.
fn moment(text: &str) -> Result<i64, Failure> {
    let bad = || usage(format!("“{text}” is no moment; write 2026-11-25 or 2026-11-25T13:00"));
    let local = match text.split_once('T') {
        Some(_) => NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M").map_err(|_| bad())?,
        None => {
            text.parse::<NaiveDate>().map_err(|_| bad())?.and_hms_opt(0, 0, 0).ok_or_else(bad)?
        }
    };
    let moment = Local.from_local_datetime(&local).earliest().ok_or_else(bad)?;
    Ok(moment.timestamp_millis())
}
