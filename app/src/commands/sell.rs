//! Selling from the command line.

use super::currency;
use crate::cli::{SellArgs, parse_discount};
use crate::failure::Failure;
use crate::target::{Target, draw};
use till_node::command::{Cart, CartLine, Command, DayReply, Discount, Look, Quote, Reply};
use till_schema::order::{ForeignCash, Tender, TenderKind};
use till_schema::{Currency, OrderId};

pub(super) async fn run(args: SellArgs, target: &mut Target) -> Result<Reply, Failure> {
    let currency = currency(target).await;
    let mut lines: Vec<CartLine> =
        args.items.into_iter().map(|(code, quantity)| CartLine::new(code, quantity)).collect();
    let customer = args.customer;
    match (lines.is_empty(), args.cart.is_some()) {
        (true, false) => {
            return Err(Failure::Usage("nothing to sell; give --item or --cart".to_owned()));
        }
        (false, true) => {
            return Err(Failure::Usage(
                "a cart is sold as it waits; add to it first (`tillmesh cart hold`)".to_owned(),
            ));
        }
        _ => {}
    }
    for (code, price) in args.price {
        let price = amount(&price, currency)?;
        line(&mut lines, &code)?.unit_price = Some(price);
    }
    for (code, text) in args.line_discount {
        let Discount { amount, bp } = parse_discount(&text, currency).map_err(Failure::Usage)?;
        let line = line(&mut lines, &code)?;
        (line.discount, line.discount_bp) = (amount, bp);
    }
    let discount = match args.discount {
        Some(text) => parse_discount(&text, currency).map_err(Failure::Usage)?,
        None => Discount::default(),
    };
    let tip = args.tip.map_or(Ok(0), |tip| amount(&tip, currency))?;
    let quote =
        Quote { lines: lines.clone(), discount, customer: customer.clone(), resumes: args.cart };
    let tenders = tenders(target, &args.pay, &quote, tip, currency).await?;
    let cart = Cart {
        order: args.order.unwrap_or_else(|| OrderId(draw())),
        lines,
        customer,
        tenders,
        sold_at_ms: None,
        provisional: args.provisional,
        discount,
        tip,
        note: args.note.unwrap_or_default(),
        resumes: args.cart,
    };
    target.execute(Command::Sell(cart)).await
}

fn amount(text: &str, currency: Currency) -> Result<i64, Failure> {
    currency.parse(text).map_err(|error| Failure::Usage(error.to_string()))
}

fn line<'a>(lines: &'a mut [CartLine], code: &str) -> Result<&'a mut CartLine, Failure> {
    lines
        .iter_mut()
        .find(|line| line.code == code)
        .ok_or_else(|| Failure::Usage(format!("no --item is “{code}”")))
}

/// Payments as typed: `cash:20000`, `card` for what is left, `cash:10usd`.
pub(super) async fn tenders(
    target: &mut Target,
    pay: &[String],
    quote: &Quote,
    tip: i64,
    currency: Currency,
) -> Result<Vec<Tender>, Failure> {
    let mut tenders: Vec<Tender> = Vec::with_capacity(pay.len());
    for text in pay {
        let (kind, rest) = text.split_once(':').unwrap_or((text, ""));
        let kind: TenderKind = kind.parse().map_err(Failure::Usage)?;
        let (digits, of) = rest.split_at(rest.trim_end_matches(char::is_alphabetic).len());
        let foreign = match of.is_empty() {
            true => None,
            false => Some(of.parse::<Currency>().map_err(|e| Failure::Usage(e.to_string()))?),
        };
        let tender = match foreign.filter(|of| *of != currency) {
            Some(of) => {
                let amount = amount(digits, of)?;
                let cash = ForeignCash { currency: of, amount, rate_micro: 0 };
                // What it is worth here is for the device to say.
                Tender { foreign: Some(cash), ..Tender::new(kind, 1) }
            }
            None if digits.is_empty() => {
                // What is left: what the node's own engine says the cart costs.
                let total = match target.execute(Command::Quote(quote.clone())).await? {
                    Reply::Quote(totals) => totals.total,
                    _ => return Err(Failure::Trouble("no price was given".to_owned())),
                };
                let paid: i64 = tenders.iter().map(|tender| tender.amount).sum();
                let left = total + tip - paid;
                if left <= 0 {
                    continue;
                }
                let coin = match kind {
                    TenderKind::Cash => coin(target).await?,
                    _ => 0,
                };
                Tender::new(kind, to_coins(left, coin))
            }
            None => Tender::new(kind, amount(digits, currency)?),
        };
        tenders.push(tender);
    }
    Ok(tenders)
}

/// The smallest coin of the shop, minor units; 0 for none.
pub(super) async fn coin(target: &mut Target) -> Result<i64, Failure> {
    match target.execute(Command::Look(Look::Settings)).await? {
        Reply::Day(DayReply::Settings(all)) => match all.get("cash.rounding") {
            Some(till_schema::catalogue::FieldValue::Int(coin)) => Ok(*coin),
            _ => Ok(0),
        },
        _ => Err(Failure::Trouble("no settings were given".to_owned())),
    }
}

/// The nearest amount that coins can make; the device's own engine agrees.
fn to_coins(amount: i64, coin: i64) -> i64 {
    if coin <= 1 {
        return amount;
    }
    let rest = amount % coin;
    if 2 * rest > coin { amount - rest + coin } else { amount - rest }
}
