//! Promises that hold for any order, whatever was typed.

use crate::escpos::{printed, said};
use crate::samples::{credit_note, facts, line, order, shift_facts, texts};
use proptest::collection::vec;
use proptest::prelude::*;
use till_receipt::{
    CodePage, Language, Line, Options, Paper, QrPrinting, SaleFacts, Texts, Ticket, lines, png,
    text,
};
use till_schema::money::AMOUNT_MAX;
use till_schema::order::{Buyer, Order, OrderLine, Tender, TenderKind};
use till_schema::rows::ShiftRow;
use till_schema::{Currency, CustomerId};

/// Names, notes and what else people type: words, long ones, signs of any script,
/// controls, line ends.
fn typed() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-zA-ZáéíóúñÑ ]{0,60}",
        "[a-z0-9]{0,120}",
        "( {0,3}[A-Za-z€–−½őŒ\u{a0}\n]{0,20}){0,4}",
        any::<String>(),
    ]
}

fn amount() -> impl Strategy<Value = i64> {
    prop_oneof![0..10_000_000_i64, -AMOUNT_MAX..=AMOUNT_MAX, any::<i64>()]
}

fn currency() -> impl Strategy<Value = Currency> {
    prop_oneof![Just(Currency::Cop), Just(Currency::Usd), Just(Currency::Pab)]
}

prop_compose! {
    fn any_line()(
        (name, note, unit) in (typed(), typed(), "[a-zñ]{0,12}"),
        (quantity, unit_price, discount, total) in (any::<i64>(), amount(), amount(), amount()),
    ) -> OrderLine {
        OrderLine { discount, note, unit, ..line(&name, quantity, unit_price, total) }
    }
}

prop_compose! {
    fn any_order()(
        lines in vec(any_line(), 0..6),
        currency in currency(),
        (total, tip, rounding, change) in (amount(), amount(), amount(), amount()),
        tenders in vec((0..5_usize, amount(), typed()), 0..4),
        buyer in proptest::option::of((typed(), typed(), typed())),
        (sold_at_ms, utc_offset_min, note) in (any::<i64>(), any::<i32>(), typed()),
    ) -> Order {
        let mut order = Order {
            lines, currency, tip, rounding, change, sold_at_ms, utc_offset_min, note, ..order()
        };
        order.totals.total = total;
        for tax in &mut order.totals.taxes {
            (tax.base, tax.amount) = (total, tip);
        }
        order.tenders = tenders
            .into_iter()
            .map(|(kind, amount, reference)| Tender {
                reference,
                ..Tender::new(TenderKind::ALL[kind], amount)
            })
            .collect();
        order.customer = buyer.map(|(name, tax_id_kind, tax_id)| Buyer {
            id: CustomerId([5; 16]), name, tax_id_kind, tax_id,
        });
        order
    }
}

prop_compose! {
    fn any_ticket()(
        order in any_order(),
        (shop_name, header, label, code) in (typed(), typed(), typed(), typed()),
        qr in prop_oneof!["[a-z0-9:/]{0,200}", any::<String>()],
        (provisional, copy, english) in (any::<bool>(), any::<u32>(), any::<bool>()),
    ) -> (Order, Ticket) {
        let facts = SaleFacts { label, code, qr, provisional, copy, ..facts() };
        let texts = Texts { shop_name, header, ..texts() };
        let language = if english { Language::En } else { Language::Es };
        let ticket = till_receipt::sale(&order, &facts, &texts, language);
        (order, ticket)
    }
}

/// The columns that a line of the layout takes.
fn width(line: &Line) -> usize {
    match line {
        Line::Text { text, size, .. } => text.chars().count() * size.width(),
        Line::Columns { left, right, size, .. } => {
            (left.chars().count() + right.chars().count()) * size.width()
        }
        Line::Qr(symbol) => symbol.dots().div_ceil(12),
    }
}

/// As an amount is written on paper.
fn on_paper(amount: i64, currency: Currency) -> String {
    currency.format(amount).replace('\u{a0}', " ").replace('−', "-")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn nothing_is_wider_than_the_paper((_, ticket) in any_ticket()) {
        for paper in Paper::ALL {
            for page in [None, Some(CodePage::Pc850), Some(CodePage::Pc858)] {
                for line in lines(&ticket, paper, page) {
                    prop_assert!(width(&line) <= paper.columns(), "{:?}", line);
                }
            }
            for line in text(&ticket, paper).lines() {
                prop_assert!(line.chars().count() <= paper.columns(), "{}", line);
            }
        }
    }

    #[test]
    fn amounts_stand_whole_at_the_right_edge((order, ticket) in any_ticket()) {
        for paper in Paper::ALL {
            let text = text(&ticket, paper);
            let amounts = order.lines.iter().map(|line| line.total).chain([order.totals.total]);
            for amount in amounts {
                let amount = on_paper(amount, order.currency);
                let stands = |line: &str| {
                    line.chars().count() == paper.columns() && line.ends_with(&amount)
                };
                prop_assert!(text.lines().any(stands), "{} in\n{}", amount, text);
            }
            for line in &order.lines {
                let price = on_paper(line.unit_price, order.currency);
                prop_assert!(text.lines().any(|line| line.contains(&price)), "{}", price);
            }
        }
    }

    // Windows 1252 has all letters that a ticket may have.
    #[test]
    fn paper_says_what_the_text_says(order in any_order()) {
        let facts = SaleFacts { qr: String::new(), ..facts() };
        let ticket = till_receipt::sale(&order, &facts, &texts(), Language::Es);
        for paper in Paper::ALL {
            let output = printed(&ticket, paper, CodePage::Wpc1252, Options::default());
            prop_assert_eq!(said(output.texts()), said(text(&ticket, paper).lines()));
        }
    }

    #[test]
    fn reports_and_returns_fit_too(
        (number, float, sums) in (any::<u64>(), amount(), vec(amount(), 12)),
        (reason, lines) in (typed(), vec(any_line(), 0..3)),
    ) {
        let mut row = ShiftRow { number, float, ..crate::samples::closed_shift() };
        let closed = row.closed.as_mut().expect("a closed shift");
        let all = &mut closed.report.sums;
        (all.gross, all.discount, all.total) = (sums[0], sums[1], sums[2]);
        (all.tips, all.rounding, all.returned) = (sums[3], sums[4], sums[5]);
        (all.pay_in, all.pay_out, all.dropped_total) = (sums[6], sums[7], sums[8]);
        all.taken[0].amount = sums[9];
        closed.report.counted[0].expected = sums[10];
        closed.report.counted[0].counted = Some(sums[11]);
        let mut note = credit_note();
        note.reason = reason;
        for (line, part) in note.lines.iter_mut().zip(lines) {
            line.part = part;
        }
        for language in Language::ALL {
            for paper in Paper::ALL {
                let shift = till_receipt::shift(&row, &shift_facts(), &texts(), language);
                printed(&shift, paper, CodePage::Pc858, Options::default());
                let note = till_receipt::credit_note(&note, None, &facts(), &texts(), language);
                printed(&note, paper, CodePage::Pc858, Options::default());
            }
        }
    }
}

proptest! {
    // Pictures and symbols take their time.
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn every_printer_understands_every_ticket((_, ticket) in any_ticket()) {
        for paper in Paper::ALL {
            for page in CodePage::ALL {
                for qr in [QrPrinting::Native, QrPrinting::Raster] {
                    let options = Options { cut: true, drawer: true, qr };
                    let output = printed(&ticket, paper, page, options);
                    prop_assert_eq!((output.pulses.len(), output.cuts.len()), (1, 1));
                }
            }
        }
    }

    #[test]
    fn every_ticket_has_a_picture_as_wide_as_the_paper((_, ticket) in any_ticket()) {
        for paper in Paper::ALL {
            let picture = image::load_from_memory(&png(&ticket, paper)).expect("a picture");
            prop_assert_eq!(picture.width() as usize, paper.dots());
        }
    }
}
