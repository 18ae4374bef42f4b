//! The picture shows the ticket.

use crate::samples::{QR, facts, order, texts};
use till_receipt::{Language, Paper, Ticket, png, text};

/// What the QR symbols in a picture say; `dark` says which dots are black.
pub(crate) fn read_qr(
    width: usize,
    height: usize,
    dark: impl Fn(usize, usize) -> bool,
) -> Vec<String> {
    let mut image = rqrr::PreparedImage::prepare_from_bitmap(width, height, dark);
    let grids = image.detect_grids();
    grids.iter().map(|grid| grid.decode().expect("a symbol that reads").1).collect()
}

fn picture(ticket: &Ticket, paper: Paper) -> image::GrayImage {
    image::load_from_memory(&png(ticket, paper)).expect("a picture").into_luma8()
}

#[test]
fn a_picture_is_as_wide_as_the_paper_and_as_high_as_its_lines() {
    let mut ticket = Ticket::new();
    ticket.text("uno");
    ticket.banner("dos");
    for (paper, dots) in [(Paper::Mm58, 384), (Paper::Mm80, 576)] {
        let picture = picture(&ticket, paper);
        assert_eq!(picture.dimensions(), (dots, 24 + 30 + 54 + 24));
        assert!(picture.pixels().any(|pixel| pixel.0 == [0]), "letters are black");
        assert!(picture.pixels().any(|pixel| pixel.0 == [255]), "paper is white");
    }
}

#[test]
fn each_line_of_the_text_is_drawn_where_it_stands() {
    let mut ticket = Ticket::new();
    ticket.row("Café", "$\u{a0}9.500");
    ticket.feed(1);
    ticket.center("¡Gracias!");
    ticket.rule();
    let paper = Paper::Mm58;
    let picture = picture(&ticket, paper);
    for (row, line) in text(&ticket, paper).lines().enumerate() {
        for column in 0..paper.columns() {
            let letter = line.chars().nth(column).unwrap_or(' ');
            let (left, top) = (column as u32 * 12, 24 + row as u32 * 30);
            let mut cell = (0..24).flat_map(|y| (0..12).map(move |x| (left + x, top + y)));
            // A centred text may stand half a column beside where the text has it.
            let drawn = cell.any(|(x, y)| picture.get_pixel(x, y).0 == [0]);
            if row != 2 {
                assert_eq!(drawn, letter != ' ', "“{letter}” in row {row}, column {column}");
            }
        }
    }
}

#[test]
fn spanish_letters_are_drawn_as_themselves() {
    let of = |letter: char| {
        let mut ticket = Ticket::new();
        ticket.text(letter);
        picture(&ticket, Paper::Mm58).into_raw()
    };
    let letters: Vec<char> = "aáeéiíoóuúüñnÑN¿?¡!€".chars().collect();
    let drawn: std::collections::BTreeSet<Vec<u8>> =
        letters.iter().map(|letter| of(*letter)).collect();
    assert_eq!(drawn.len(), letters.len(), "no two of them look alike");
}

#[test]
fn the_symbol_reads_from_the_picture() {
    let ticket = till_receipt::sale(&order(), &facts(), &texts(), Language::Es);
    for paper in Paper::ALL {
        let picture = picture(&ticket, paper);
        let (width, height) = picture.dimensions();
        let dark = |x: usize, y: usize| picture.get_pixel(x as u32, y as u32).0 == [0];
        assert_eq!(read_qr(width as usize, height as usize, dark), [QR]);
    }
}

#[test]
fn what_is_too_much_for_a_symbol_is_written_out() {
    let mut ticket = Ticket::new();
    ticket.qr(&"x".repeat(2_331));
    assert!(text(&ticket, Paper::Mm58).starts_with("[QR]"));
    let mut ticket = Ticket::new();
    ticket.qr(&"x".repeat(2_332));
    let text = text(&ticket, Paper::Mm58);
    assert_eq!(text.chars().filter(|letter| *letter == 'x').count(), 2_332);
    assert!(!text.contains("[QR]"));
}
