//! From blocks to lines: the one layout that paper, text and picture share.

use crate::characters::{CodePage, NO_BREAK, clean};
use crate::qr::Symbol;
use crate::wrap::{letters, wrap};
use crate::{Align, Block, Paper, Size, Ticket};

/// One line of a ticket as it is printed. Its letters are all on paper and, when a
/// code page was named, in it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Line {
    /// A text no wider than the paper.
    Text {
        /// The text.
        text: String,
        /// Where it stands.
        align: Align,
        /// In bold letters.
        bold: bool,
        /// How large.
        size: Size,
    },
    /// A text at the left edge and one at the right, with a space between them.
    Columns {
        /// At the left edge.
        left: String,
        /// At the right edge.
        right: String,
        /// In bold letters.
        bold: bool,
        /// How large.
        size: Size,
    },
    /// A QR symbol in the middle.
    Qr(Symbol),
}

/// Lays a ticket out for a paper, and for a code page when it goes to a printer.
///
/// ```
/// use till_receipt::{Line, Paper, Ticket, lines, text};
///
/// let mut ticket = Ticket::new();
/// ticket.row("Panela orgánica de la finca La Esperanza", "$\u{a0}12.400");
/// assert_eq!(lines(&ticket, Paper::Mm58, None).len(), 2);
/// assert_eq!(
///     text(&ticket, Paper::Mm58),
///     "Panela orgánica de la\n\
///      finca La Esperanza      $ 12.400\n",
/// );
/// ```
pub fn lines(ticket: &Ticket, paper: Paper, page: Option<CodePage>) -> Vec<Line> {
    let mut lines = Vec::new();
    for block in &ticket.blocks {
        match block {
            Block::Text { text, align, bold, size } => {
                text_lines(text, *align, *bold, *size, paper, page, &mut lines);
            }
            Block::Columns { left, right, bold, size } => {
                let (left, right) = (clean(left, page), clean(right, page).join(" "));
                column_lines(&left, right.trim(), *bold, *size, paper, &mut lines);
            }
            Block::Rule => lines.push(plain("-".repeat(paper.columns()), Align::Left)),
            Block::Qr(data) => match Symbol::new(data, paper) {
                Some(symbol) => lines.push(Line::Qr(symbol)),
                // More than a symbol holds can still be read by people.
                None => {
                    text_lines(data, Align::Left, false, Size::Normal, paper, page, &mut lines);
                }
            },
            Block::Feed(count) => {
                lines.extend((0..*count).map(|_| plain(String::new(), Align::Left)));
            }
        }
    }
    lines
}

fn plain(text: String, align: Align) -> Line {
    Line::Text { text, align, bold: false, size: Size::Normal }
}

/// The end of laying out: what was held together no longer needs to be.
fn spaced(text: &str) -> String {
    text.replace(NO_BREAK, " ")
}

fn text_lines(
    text: &str,
    align: Align,
    bold: bool,
    size: Size,
    paper: Paper,
    page: Option<CodePage>,
    lines: &mut Vec<Line>,
) {
    let columns = paper.columns() / size.width();
    for paragraph in clean(text, page) {
        // Spaces at the beginning indent, which means nothing in other places.
        let paragraph = if align == Align::Left { paragraph.as_str() } else { paragraph.trim() };
        for text in wrap(paragraph, columns) {
            lines.push(Line::Text { text: spaced(&text), align, bold, size });
        }
    }
}

fn column_lines(
    left: &[String],
    right: &str,
    bold: bool,
    size: Size,
    paper: Paper,
    lines: &mut Vec<Line>,
) {
    let size = match size {
        Size::Double if letters(right) > paper.columns() / 2 => Size::Tall,
        size => size,
    };
    let columns = paper.columns() / size.width();
    let right_lines = wrap(right, columns);
    // What is left of the line goes to the left text, unless that cuts its words.
    let room = columns.saturating_sub(letters(right) + 1);
    let longest = left.iter().flat_map(|line| line.split(' ')).map(letters).max().unwrap_or(0);
    let beside = right_lines.len() == 1 && longest <= room;
    let wrapped: Vec<String> =
        left.iter().flat_map(|line| wrap(line, if beside { room } else { columns })).collect();

    let (last, above) = match wrapped.split_last() {
        Some((last, above)) if beside => (last.as_str(), above),
        _ => ("", wrapped.as_slice()),
    };
    let align = Align::Left;
    lines.extend(above.iter().filter(|text| beside || !text.is_empty()).map(|text| Line::Text {
        text: spaced(text),
        align,
        bold,
        size,
    }));
    match right_lines.as_slice() {
        [right] => {
            let (left, right) = (spaced(last), spaced(right));
            lines.push(Line::Columns { left, right, bold, size });
        }
        many => lines.extend(many.iter().map(|text| {
            let (text, align) = (spaced(text), Align::Right);
            Line::Text { text, align, bold, size }
        })),
    }
}
