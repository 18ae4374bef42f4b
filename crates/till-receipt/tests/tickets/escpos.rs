//! What a printer makes of the bytes.

use crate::printer::{Output, print};
use crate::samples::{QR, credit_note, facts, line, order, texts};
use till_receipt::{
    CodePage, Language, Options, Paper, QrPrinting, TestFacts, Ticket, escpos, open_drawer, text,
};

pub(crate) fn printed(ticket: &Ticket, paper: Paper, page: CodePage, options: Options) -> Output {
    print(&escpos(ticket, paper, page, options), paper.columns()).expect("the printer understands")
}

/// Lines with their runs of spaces as one: what stands on paper, wherever. Large
/// letters leave less room between them than ordinary ones do in a text.
pub(crate) fn said<'a>(lines: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    lines
        .into_iter()
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
        .filter(|line| !line.is_empty())
        .collect()
}

fn sample(language: Language) -> Ticket {
    let facts = till_receipt::SaleFacts { qr: String::new(), ..facts() };
    till_receipt::sale(&order(), &facts, &texts(), language)
}

#[test]
fn paper_and_text_are_the_same_lines() {
    for language in Language::ALL {
        for paper in Paper::ALL {
            for page in CodePage::ALL {
                let output = printed(&sample(language), paper, page, Options::default());
                let text = text(&sample(language), paper);
                assert_eq!(said(output.texts()), said(text.lines()));
                // Ordinary lines stand in the very same columns.
                let narrow = output.lines.iter().filter(|line| !line.wide);
                for line in narrow {
                    assert!(text.lines().any(|other| other == line.text), "{line:?}");
                }
            }
        }
    }
}

#[test]
fn spanish_letters_survive_every_code_page() {
    let mut ticket = Ticket::new();
    ticket.text("áéíóúüñ ÁÉÍÓÚÜÑ ¿¡ ªº 900.123.456-7 €");
    for page in CodePage::ALL {
        let output = printed(&ticket, Paper::Mm80, page, Options::default());
        let euro = if page == CodePage::Pc850 { "EUR" } else { "€" };
        assert_eq!(output.texts(), [format!("áéíóúüñ ÁÉÍÓÚÜÑ ¿¡ ªº 900.123.456-7 {euro}")]);
    }
}

#[test]
fn each_letter_of_each_page_comes_back_as_itself() {
    let letters: String = ('!'..'\u{180}').chain(['€']).collect();
    for page in CodePage::ALL {
        for letter in letters.chars().filter(|letter| page.byte(*letter).is_some()) {
            let byte = page.byte(letter).expect("filtered");
            let job = [b"\x1b@\x1bt", [page.number(), byte, b'\n'].as_slice()].concat();
            let output = print(&job, 32).expect("a letter");
            assert_eq!(output.lines[0].text, letter.to_string(), "{page:?}");
        }
    }
}

#[test]
fn a_job_starts_clean_and_says_its_code_page() {
    let bytes = escpos(&Ticket::new(), Paper::Mm58, CodePage::Pc858, Options::default());
    assert_eq!(bytes, b"\x1b@\x1bR\x00\x1bt\x13");
}

#[test]
fn the_drawer_opens_first_and_only_when_asked() {
    let options = Options { drawer: true, ..Options::default() };
    let ticket = sample(Language::Es);
    let output = printed(&ticket, Paper::Mm80, CodePage::Pc858, options);
    assert_eq!(output.pulses, [([0, 25, 250], 0)]);
    let output = printed(&ticket, Paper::Mm80, CodePage::Pc858, Options::default());
    assert_eq!(output.pulses, []);

    assert_eq!(open_drawer(), b"\x1b@\x1bp\x00\x19\xfa");
    let output = print(&open_drawer(), 32).expect("the printer understands");
    assert_eq!((output.pulses.len(), output.lines.len()), (1, 0));
}

#[test]
fn the_cut_comes_last_and_only_when_asked() {
    let options = Options { cut: true, ..Options::default() };
    let ticket = sample(Language::Es);
    let output = printed(&ticket, Paper::Mm80, CodePage::Pc858, options);
    assert_eq!(output.cuts, [output.lines.len()]);
    assert!(escpos(&ticket, Paper::Mm80, CodePage::Pc858, options).ends_with(b"\x1dVB\x00"));
    let output = printed(&ticket, Paper::Mm80, CodePage::Pc858, Options::default());
    assert_eq!(output.cuts, []);
}

#[test]
fn the_total_is_large_and_bold() {
    let output = printed(&sample(Language::Es), Paper::Mm58, CodePage::Pc858, Options::default());
    let total = output.lines.iter().find(|line| line.text.starts_with("TOTAL")).expect("a total");
    assert!(total.wide && total.tall && total.bold, "{total:?}");
    assert_eq!(total.text, "TOTAL   $ 43.270");
    let subtotal = output.lines.iter().find(|line| line.text.starts_with("Subtotal"));
    assert!(subtotal.is_some_and(|line| !line.wide && !line.tall && !line.bold));
}

#[test]
fn a_total_too_wide_for_large_letters_is_tall_and_whole() {
    let mut order = order();
    order.totals.total = 1_000_000_000_000_000;
    let ticket = till_receipt::sale(&order, &facts(), &texts(), Language::Es);
    let output = printed(&ticket, Paper::Mm58, CodePage::Pc858, Options::default());
    let total = output.lines.iter().find(|line| line.text.starts_with("TOTAL")).expect("a total");
    assert_eq!(total.text, "TOTAL       $ 10.000.000.000.000");
    assert!(!total.wide && total.tall && total.bold);
}

#[test]
fn the_printer_draws_the_symbol_from_its_data() {
    let ticket = till_receipt::sale(&order(), &facts(), &texts(), Language::Es);
    for (paper, module) in [(Paper::Mm58, 3), (Paper::Mm80, 5)] {
        let output = printed(&ticket, paper, CodePage::Pc858, Options::default());
        assert_eq!(output.symbols, [(QR.to_owned(), module)]);
        assert!(output.pictures.is_empty());
    }
}

#[test]
fn a_printer_that_draws_no_symbols_is_given_a_picture() {
    let ticket = till_receipt::sale(&order(), &facts(), &texts(), Language::Es);
    for paper in Paper::ALL {
        let options = Options { qr: QrPrinting::Raster, ..Options::default() };
        let output = printed(&ticket, paper, CodePage::Pc858, options);
        assert!(output.symbols.is_empty());
        let [(width, height, dots)] = output.pictures.as_slice() else { panic!("one picture") };
        let read = crate::picture::read_qr(*width, *height, |x, y| dots[y * width + x]);
        assert_eq!(read, [QR]);
    }
}

#[test]
fn no_text_can_command_the_printer() {
    let pulse = "\u{1b}p\u{0}\u{19}\u{fa}\u{1d}V\u{42}\u{0}\r\u{9b}\u{7f}";
    let mut order = order();
    order.lines = vec![line(&format!("Café {pulse}"), 1_000, 100, 100)];
    order.note = pulse.to_owned();
    let mut facts = facts();
    facts.cashier = pulse.to_owned();
    facts.qr = format!("https://example.org/{pulse}");
    let ticket = till_receipt::sale(&order, &facts, &texts(), Language::Es);
    for page in CodePage::ALL {
        let output = printed(&ticket, Paper::Mm58, page, Options::default());
        assert!(output.pulses.is_empty() && output.cuts.is_empty());
    }
}

#[test]
fn credit_notes_and_tests_print_too() {
    let facts = TestFacts { qr: "tillmesh".to_owned(), ..TestFacts::default() };
    for language in Language::ALL {
        for paper in Paper::ALL {
            let test = till_receipt::test(&facts, &texts(), language);
            let output = printed(&test, paper, CodePage::Pc850, Options::default());
            assert_eq!(output.symbols[0].0, "tillmesh");
            let rule = "-".repeat(paper.columns());
            assert!(output.texts().contains(&rule.as_str()));
            let note = credit_note();
            let ticket = till_receipt::credit_note(
                &note,
                None,
                &crate::samples::facts(),
                &texts(),
                language,
            );
            printed(&ticket, paper, CodePage::Pc850, Options::default());
        }
    }
}
