//! The shop's day as it is typed.

use super::{parse_item, parse_pair};
use clap::Subcommand;
use till_node::command::ReportBy;
use till_schema::{OrderId, Quantity};

#[derive(Debug, Subcommand)]
pub(crate) enum DayCmd {
    /// Take goods of an order back and pay out.
    Return {
        /// The order's number as printed, or its id.
        order: String,
        /// A line, from 1, and how much of it: `2:1`. All that is left without.
        #[arg(long, value_parser = parse_item, value_name = "LINE[:QTY]")]
        line: Vec<(String, Quantity)>,
        /// Do not put the goods back on the shelf.
        #[arg(long)]
        no_restock: bool,
        /// How it is paid back; all in cash without.
        #[arg(long, value_name = "KIND:AMOUNT")]
        pay: Vec<String>,
        /// Why.
        #[arg(long, default_value = "")]
        reason: String,
        /// Return id: doing it again changes nothing.
        #[arg(long)]
        id: Option<OrderId>,
    },
    /// Undo a whole order, paid back as it was paid.
    Void {
        /// The order's number as printed, or its id.
        order: String,
        /// Why.
        #[arg(long)]
        reason: String,
        /// Return id: doing it again changes nothing.
        #[arg(long)]
        id: Option<OrderId>,
    },
    /// Everything a ticket says; `--again` counts it as a copy.
    Ticket {
        /// Number as printed, or id, of an order or a return.
        order: String,
        /// It is printed again.
        #[arg(long)]
        again: bool,
    },
    /// Find orders by date, amount, customer or product.
    Find {
        /// Sold on or after this day or moment (UTC offset of this device).
        #[arg(long)]
        from: Option<String>,
        /// Sold before.
        #[arg(long)]
        before: Option<String>,
        /// With this total.
        #[arg(long)]
        total: Option<String>,
        /// To this customer.
        #[arg(long)]
        customer: Option<String>,
        /// With this product.
        #[arg(long)]
        product: Option<String>,
        /// At most this many.
        #[arg(long, default_value_t = 20)]
        limit: usize,
    },
    /// Carts that wait.
    #[command(subcommand)]
    Cart(CartCmd),
    /// The drawer: shifts, money in and out, X and Z reports.
    #[command(subcommand)]
    Shift(ShiftCmd),
    /// What customers owe.
    #[command(subcommand)]
    Account(AccountCmd),
    /// Sums of the whole shop, from any device.
    Report {
        /// day, hour, product, category, tender, user, tax, register or stock-value.
        by: ReportBy,
        /// First day, such as 2026-11-25; today without.
        #[arg(long)]
        from: Option<String>,
        /// Last day, included; the first without.
        #[arg(long)]
        to: Option<String>,
        /// As CSV, amounts in units of the currency.
        #[arg(long)]
        csv: bool,
    },
    /// The shop's settings: shows them, or changes those given as NAME=VALUE.
    Settings {
        /// Settings to change.
        #[arg(value_parser = parse_pair, value_name = "NAME=VALUE")]
        set: Vec<(String, String)>,
        /// Lists all names and what they are for.
        #[arg(long)]
        names: bool,
        /// Who set this one to what, when.
        #[arg(long, value_name = "NAME")]
        history: Option<String>,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum CartCmd {
    /// Let a cart wait, or add to one that waits.
    Hold {
        /// SKU or barcode, and how many.
        #[arg(long = "item", value_parser = parse_item, value_name = "CODE[:QTY]")]
        items: Vec<(String, Quantity)>,
        /// What people call it.
        #[arg(long, default_value = "")]
        label: String,
        /// The customer.
        #[arg(long)]
        customer: Option<String>,
        /// One that waits.
        #[arg(long)]
        cart: Option<OrderId>,
        /// Take a line out, by its id.
        #[arg(long)]
        take: Vec<u64>,
    },
    /// List the carts that wait.
    List,
    /// Give a cart up.
    Drop {
        /// The cart.
        cart: OrderId,
        /// Why.
        #[arg(long)]
        reason: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum ShiftCmd {
    /// Open the drawer with money in it.
    Open {
        /// Cash in it.
        #[arg(long, default_value = "0")]
        float: String,
        /// A note.
        #[arg(long, default_value = "")]
        note: String,
    },
    /// Put money in.
    PayIn {
        /// How much.
        amount: String,
        /// What for.
        #[arg(long)]
        note: String,
    },
    /// Take money out.
    PayOut {
        /// How much.
        amount: String,
        /// What for.
        #[arg(long)]
        note: String,
    },
    /// Open the drawer for nothing.
    NoSale {
        /// Why.
        #[arg(long, default_value = "")]
        note: String,
    },
    /// Somebody else goes on with the drawer.
    HandOver {
        /// Their name.
        to: String,
        /// Cash counted.
        #[arg(long)]
        counted: Option<String>,
    },
    /// The open shift so far (X).
    X,
    /// Close the shift (Z). Count before it tells what was expected.
    Close {
        /// Counted by means of payment: `cash:250000`.
        #[arg(long, value_name = "KIND:AMOUNT")]
        counted: Vec<String>,
        /// Notes and coins of one value: `50000=3`.
        #[arg(long, value_parser = parse_pair, value_name = "VALUE=PIECES")]
        cash: Vec<(String, String)>,
        /// A note.
        #[arg(long, default_value = "")]
        note: String,
    },
    /// Shifts of all devices, newest first, with what is known of each as of when.
    List {
        /// Only of this device.
        #[arg(long)]
        device: Option<String>,
        /// At most this many of each device.
        #[arg(long, default_value_t = 10)]
        limit: usize,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum AccountCmd {
    /// What a customer owes.
    Show {
        /// Tax id, key or id.
        customer: String,
    },
    /// A customer pays.
    Pay {
        /// Tax id, key or id.
        customer: String,
        /// How: `cash:20000`.
        #[arg(long, required = true, value_name = "KIND:AMOUNT")]
        pay: Vec<String>,
        /// A note.
        #[arg(long, default_value = "")]
        note: String,
        /// Payment id: doing it again changes nothing.
        #[arg(long)]
        id: Option<OrderId>,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum StockMore {
    /// What a count found.
    Count {
        /// `CODE:QTY`, repeated.
        #[arg(required = true, value_parser = parse_item)]
        items: Vec<(String, Quantity)>,
        /// The place; the shelf without.
        #[arg(long, default_value = "")]
        place: String,
        /// A note.
        #[arg(long, default_value = "")]
        note: String,
    },
    /// Spoilt, broken or stolen.
    Waste {
        /// `CODE:QTY`, repeated.
        #[arg(required = true, value_parser = parse_item)]
        items: Vec<(String, Quantity)>,
        /// The place; the shelf without.
        #[arg(long, default_value = "")]
        place: String,
        /// Why.
        #[arg(long, default_value = "")]
        note: String,
    },
    /// From one place of the shop to another.
    Transfer {
        /// `CODE:QTY`, repeated.
        #[arg(required = true, value_parser = parse_item)]
        items: Vec<(String, Quantity)>,
        /// From; the shelf without.
        #[arg(long, default_value = "")]
        from: String,
        /// To; empty for the shelf.
        #[arg(long)]
        to: String,
        /// A note.
        #[arg(long, default_value = "")]
        note: String,
    },
    /// One product's stock by device and place.
    Show {
        /// SKU or barcode.
        code: String,
    },
    /// Products at or below their mark, and those below zero.
    Low,
}
