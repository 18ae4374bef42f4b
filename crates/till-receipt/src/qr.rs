//! QR symbols: which modules are dark, and how large they are drawn.

use crate::Paper;
use fast_qr::{ECL, QRBuilder};

/// Modules that stay white around a symbol (ISO/IEC 18004, 6.3.8: four).
pub(crate) const QUIET: usize = 4;

/// Dots that a module is wide at least where the paper allows it: 0.375 mm at
/// 203 dpi, which telephones read.
const DOTS_MIN: usize = 3;

/// Dots that a module is wide at most: small symbols need not fill the paper.
const DOTS_MAX: usize = 8;

/// A QR symbol of error correction level M.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Symbol {
    /// What it says.
    pub data: String,
    /// Modules in a row and in a column.
    side: usize,
    /// Whether each is dark, row by row.
    dark: Vec<bool>,
    /// Dots that a module is wide.
    pub(crate) module_dots: usize,
}

impl Symbol {
    /// The symbol for these data on this paper; none when they are more than a
    /// symbol holds (2,331 bytes).
    pub(crate) fn new(data: &str, paper: Paper) -> Option<Self> {
        let code = QRBuilder::new(data).ecl(ECL::M).build().ok()?;
        let side = code.size;
        let dark = (0..side)
            .flat_map(|row| code[row].iter().take(side).map(|module| module.value()))
            .collect();
        let across = side + 2 * QUIET;
        // Some three fifths of the paper are enough, all of it is the most.
        let wanted = (paper.dots() * 3 / 5 / across).clamp(DOTS_MIN, DOTS_MAX);
        let module_dots = wanted.min(paper.dots() / across).max(1);
        Some(Self { data: data.to_owned(), side, dark, module_dots })
    }

    /// Width and height in dots, the white edge included.
    pub fn dots(&self) -> usize {
        (self.side + 2 * QUIET) * self.module_dots
    }

    /// Whether the dot at `x`, `y` from the upper left corner of the white edge is
    /// black.
    pub fn is_dark(&self, x: usize, y: usize) -> bool {
        let module = |dot: usize| (dot / self.module_dots).checked_sub(QUIET);
        match (module(x), module(y)) {
            (Some(column), Some(row)) if column < self.side && row < self.side => {
                self.dark[row * self.side + column]
            }
            _ => false,
        }
    }
}
