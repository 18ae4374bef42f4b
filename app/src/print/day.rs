//! The shop's day as tables.

use super::{table, time};
use crate::failure::Failure;
use till_catalog::settings::{FAMILIES, KNOWN};
use till_node::command::{
    CustomerView, DayReply, HeldCartView, ReportRow, Returned, ShiftView, StockView, TicketView,
};
use till_schema::Currency;
use till_schema::order::TenderKind;

pub(super) fn reply(reply: &DayReply, currency: Currency) {
    match reply {
        DayReply::Returned(note) => returned(note, currency),
        DayReply::Held(view) => carts(std::slice::from_ref(view), currency),
        DayReply::HeldCarts(views) => carts(views, currency),
        DayReply::Paid { change, balance } => println!(
            "change {}, still owed {}",
            currency.format(*change),
            currency.format(*balance)
        ),
        DayReply::Shift(view) => shift(view, currency),
        DayReply::Shifts(views) => shifts(views, currency),
        DayReply::Orders(orders) => println!("{}", super::order_table(orders, currency)),
        DayReply::Ticket(view) => ticket(view, currency),
        DayReply::Customer(view) => customer(view, currency),
        DayReply::Stock(view) => stock(view),
        DayReply::LowStock(rows) => {
            let mut low = table(&["SKU", "Name", "Shelf", "Mark"]);
            for row in rows {
                let mark = row.mark.map(|mark| mark.to_string()).unwrap_or_default();
                low.add_row([row.sku.clone(), row.name.clone(), row.shelf.to_string(), mark]);
            }
            println!("{low}");
        }
        DayReply::Report(rows) => report(rows, currency),
        DayReply::Settings(all) => {
            let mut rows = table(&["Setting", "Value"]);
            for (name, value) in all {
                rows.add_row([name.clone(), value.to_string()]);
            }
            println!("{rows}");
        }
        DayReply::Page(_) => println!("see `tillmesh export`"),
        DayReply::History(steps) => {
            let mut rows = table(&["When", "Log", "Value"]);
            for step in steps {
                let set_by = step.set_by;
                let (when, log) = (time(set_by.wall_ms), set_by.log.short());
                rows.add_row([when, log, step.value.to_string()]);
            }
            println!("{rows}");
        }
    }
}

fn returned(note: &Returned, currency: Currency) {
    let again = if note.repeated { " (returned before; nothing changed)" } else { "" };
    println!("{}  {} paid back{again}", note.label, currency.format(note.paid));
}

fn carts(views: &[HeldCartView], currency: Currency) {
    let mut rows = table(&["Cart", "Name", "Lines", "Total", "Register", "Since"]);
    for view in views {
        rows.add_row([
            view.cart.to_string(),
            view.row.label.clone(),
            view.row.lines.len().to_string(),
            view.total.map(|total| currency.format(total)).unwrap_or_default(),
            view.register.clone(),
            view.row.last.map(|last| time(last.wall_ms)).unwrap_or_default(),
        ]);
    }
    println!("{rows}");
}

fn shift(view: &ShiftView, currency: Currency) {
    let (row, sums) = (&view.row, &view.row.sums);
    let title = match &row.closed {
        Some(closed) => format!("Z {} — shift {}", closed.report.z, row.number),
        None => format!("X — shift {} (open)", row.number),
    };
    println!("{title} of “{}”, as of {}", view.register, time(view.as_of_ms));
    let by = |name: &str| if name.is_empty() { String::new() } else { format!(" by {name}") };
    println!("opened {}{}", time(row.opened.wall_ms), by(&view.opened_by_name));
    if let Some(closed) = &row.closed {
        println!("closed {}{}", time(closed.entry.wall_ms), by(&view.closed_by_name));
    }
    let money = |amount| currency.format(amount);
    let mut rows = table(&["", "Count", "Amount"]);
    let mut add = |what: &str, count: Option<u64>, amount: i64| {
        let count = count.map(|count| count.to_string()).unwrap_or_default();
        rows.add_row([what.to_owned(), count, money(amount)]);
    };
    add("Float", None, row.float);
    add("Gross", None, sums.gross);
    add("Discounts", None, sums.discount.wrapping_neg());
    add("Sales", Some(sums.sales), sums.total);
    for tax in &sums.taxes {
        add(&format!("  {} {} %", tax.tax, percent(tax.rate_bp)), None, tax.amount);
    }
    add("Returns", Some(sums.returns), sums.returned.wrapping_neg());
    add("  of them voids", Some(sums.voids), 0);
    add("Tips", None, sums.tips);
    add("Rounding", None, sums.rounding.wrapping_sub(sums.returned_rounding));
    add("Pay-ins", None, sums.pay_in);
    add("Pay-outs", None, sums.pay_out.wrapping_neg());
    add("Carts dropped", Some(sums.dropped), sums.dropped_total);
    add("Drawer opened without sale", Some(sums.no_sales), 0);
    add("Tickets printed again", Some(sums.copies), 0);
    println!("{rows}");
    let mut rows = table(&["Tender", "Expected", "Counted", "Difference"]);
    match &row.closed {
        Some(closed) => {
            for count in &closed.report.counted {
                let difference = count.counted.map(|counted| counted - count.expected);
                rows.add_row([
                    count.kind.name().to_owned(),
                    money(count.expected),
                    count.counted.map(money).unwrap_or_default(),
                    difference.map(money).unwrap_or_default(),
                ]);
            }
        }
        None => {
            for kind in TenderKind::ALL {
                let float = if kind == TenderKind::Cash { row.float } else { 0 };
                let expected = sums.expected(kind).wrapping_add(float);
                if expected != 0 {
                    let name = kind.name().to_owned();
                    rows.add_row([name, money(expected), String::new(), String::new()]);
                }
            }
        }
    }
    println!("{rows}");
    if let Some(closed) = &row.closed {
        let report = &closed.report;
        if report.unsent > 0 {
            println!("{} documents wait for the authority; they go out later", report.unsent);
        }
        if report.held_carts > 0 {
            println!("{} carts wait and are carried over", report.held_carts);
        }
    }
}

fn percent(bp: u32) -> String {
    let text = format!("{}.{:02}", bp / 100, bp % 100);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn shifts(views: &[ShiftView], currency: Currency) {
    if let [view] = views {
        return shift(view, currency);
    }
    let mut rows = table(&["Register", "Shift", "Z", "Opened", "Sales", "Total", "Cash", "As of"]);
    for view in views {
        let (row, sums) = (&view.row, &view.row.sums);
        let z = row.closed.as_ref().map_or("open".to_owned(), |c| c.report.z.to_string());
        rows.add_row([
            view.register.clone(),
            row.number.to_string(),
            z,
            time(row.opened.wall_ms),
            sums.sales.to_string(),
            currency.format(sums.total),
            currency.format(view.expected_cash),
            time(view.as_of_ms),
        ]);
    }
    println!("{rows}");
}

fn ticket(view: &TicketView, currency: Currency) {
    let copy = if view.copy > 0 { format!("  COPY {}", view.copy) } else { String::new() };
    println!("{}{copy}  {}  {}", view.label, view.register, view.cashier);
    let mut rows = table(&["", "Item", "Quantity", "Price", "Discount", "Total", "Back"]);
    let sale = view.sale.iter().flat_map(|sale| &sale.row.order.lines);
    let back = view.returned.iter().flat_map(|row| row.note.lines.iter().map(|line| &line.part));
    for (place, line) in sale.chain(back).enumerate() {
        rows.add_row([
            (place + 1).to_string(),
            line.name.clone(),
            format!("{} {}", line.quantity, line.unit),
            currency.format(line.unit_price),
            currency.format(line.discount),
            currency.format(line.total),
            view.back.get(place).filter(|b| b.0 != 0).map(ToString::to_string).unwrap_or_default(),
        ]);
    }
    println!("{rows}");
    let totals = match (&view.sale, &view.returned) {
        (Some(sale), _) => &sale.row.order.totals,
        (None, Some(row)) => &row.note.totals,
        (None, None) => return,
    };
    println!("total {}", currency.format(totals.total));
    for note in &view.returns {
        println!("returned {} of it", currency.format(note.note.totals.total));
    }
}

fn customer(view: &CustomerView, currency: Currency) {
    let row = &view.row;
    println!("{}  {} {}", row.name, row.tax_id_kind, row.tax_id);
    let limit = row.credit_limit.map(|limit| currency.format(limit)).unwrap_or_default();
    println!("owes {}  may owe {limit}", currency.format(view.balance));
}

fn stock(view: &StockView) {
    println!("{} {}: {} on the shelf", view.sku, view.name, view.shelf);
    if view.shelf.0 < 0 {
        println!("below zero: more was sold than anybody had entered; count it, or receive it");
    }
    for (place, there) in &view.places {
        println!("{place}: {there}");
    }
    let mut rows = table(&["Device", "Moved", "As of", "Linked"]);
    for device in &view.devices {
        let linked = if device.linked { "yes" } else { "no" };
        let (moved, as_of) = (device.moved.to_string(), time(device.as_of_ms));
        rows.add_row([device.device.clone(), moved, as_of, linked.to_owned()]);
    }
    println!("{rows}");
}

/// Gross margin of what was sold and whose cost was known, in per cent.
fn margin(row: &ReportRow) -> Option<String> {
    let (costed, cost) = (row.sums.costed, row.sums.cost);
    (costed > 0).then(|| format!("{:.1} %", (costed - cost) as f64 * 100.0 / costed as f64))
}

fn report(rows: &[ReportRow], currency: Currency) {
    let mut shown =
        table(&["", "Count", "Quantity", "Discount", "Tax", "Total", "Returned", "Cost", "Margin"]);
    for row in rows {
        let sums = &row.sums;
        shown.add_row([
            row.of.clone(),
            sums.count.to_string(),
            till_schema::Quantity(sums.quantity).to_string(),
            currency.format(sums.discount),
            currency.format(sums.tax),
            currency.format(sums.total),
            currency.format(sums.returned),
            currency.format(sums.cost),
            margin(row).unwrap_or_default(),
        ]);
    }
    println!("{shown}");
}

/// A report as CSV; amounts in units of the currency, with a point.
pub(crate) fn report_csv(rows: &[ReportRow], currency: Currency) -> Result<(), Failure> {
    let plain = |amount: i64| {
        let unit = 10_i64.pow(currency.decimals());
        let sign = if amount < 0 { "-" } else { "" };
        let (whole, part) =
            (amount.unsigned_abs() / unit as u64, amount.unsigned_abs() % unit as u64);
        format!("{sign}{whole}.{part:02}")
    };
    let mut writer = csv::Writer::from_writer(std::io::stdout().lock());
    let fail = |error: csv::Error| Failure::Trouble(error.to_string());
    writer
        .write_record([
            "of",
            "count",
            "quantity",
            "gross",
            "discount",
            "tax",
            "total",
            "cost",
            "returns",
            "returned_quantity",
            "returned",
            "returned_tax",
        ])
        .map_err(fail)?;
    for row in rows {
        let sums = &row.sums;
        writer
            .write_record([
                row.of.clone(),
                sums.count.to_string(),
                till_schema::Quantity(sums.quantity).to_string(),
                plain(sums.gross),
                plain(sums.discount),
                plain(sums.tax),
                plain(sums.total),
                plain(sums.cost),
                sums.returns.to_string(),
                till_schema::Quantity(sums.returned_quantity).to_string(),
                plain(sums.returned),
                plain(sums.returned_tax),
            ])
            .map_err(fail)?;
    }
    writer.flush().map_err(|error| Failure::Trouble(error.to_string()))
}

/// All settings and what they are for.
pub(crate) fn setting_names(as_json: bool) {
    let all: Vec<(String, String)> = KNOWN
        .iter()
        .map(|(name, _, what)| ((*name).to_owned(), (*what).to_owned()))
        .chain(FAMILIES.iter().map(|(name, _, what)| (format!("{name}…"), (*what).to_owned())))
        .collect();
    if as_json {
        return super::json(&all);
    }
    let mut rows = table(&["Setting", "What for"]);
    for (name, what) in all {
        rows.add_row([name, what]);
    }
    println!("{rows}");
}
