//! A ticket as plain text.

use crate::characters::clean;
use crate::wrap::{letters, wrap};
use crate::{Align, Line, Paper, Ticket, lines};

/// The ticket as lines of letters, each ended and none wider than the paper. Large
/// letters are written as ordinary ones, a QR symbol as what it says.
pub fn text(ticket: &Ticket, paper: Paper) -> String {
    let columns = paper.columns();
    let mut all = String::new();
    let mut put = |line: &str| {
        all.push_str(line.trim_end());
        all.push('\n');
    };
    for line in lines(ticket, paper, None) {
        match line {
            Line::Text { text, align, .. } => {
                let free = columns.saturating_sub(letters(&text));
                let margin = match align {
                    Align::Left => 0,
                    Align::Center => free / 2,
                    Align::Right => free,
                };
                put(&format!("{}{text}", " ".repeat(margin)));
            }
            Line::Columns { left, right, .. } => put(&apart(&left, &right, columns)),
            Line::Qr(symbol) => {
                let said = format!("[QR] {}", symbol.data);
                for line in clean(&said, None) {
                    wrap(&line, columns).iter().for_each(|line| put(line));
                }
            }
        }
    }
    all
}

/// Two texts at the ends of a line of so many columns.
pub(crate) fn apart(left: &str, right: &str, columns: usize) -> String {
    let gap = columns.saturating_sub(letters(left) + letters(right));
    format!("{left}{}{right}", " ".repeat(gap))
}
