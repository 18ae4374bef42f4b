//! A ticket as bytes for a receipt printer.
//!
//! The commands are those of Epson's *ESC/POS Command Reference* (TM printers),
//! named there as here. Lines end with `LF` ("print and line feed") alone, and
//! commands that need an empty line buffer (`ESC a`, `GS V`, `GS v 0`) come right
//! after one.

use crate::characters::CodePage;
use crate::qr::Symbol;
use crate::text::apart;
use crate::{Align, Line, Paper, Size, Ticket, lines};

const ESC: u8 = 0x1B;
const GS: u8 = 0x1D;
const LF: u8 = b'\n';

/// `ESC @`, initialize printer: nothing of an earlier job stays set.
const INITIALIZE: [u8; 2] = [ESC, b'@'];

/// `ESC R 0`, select an international character set: the ASCII one, so that `#`,
/// `$` and brackets are what they are whatever country the printer is set to.
const ASCII: [u8; 3] = [ESC, b'R', 0];

/// `ESC p m t1 t2`, generate pulse: on pin 2 (`m` = 0), 25 × 2 ms on and 250 × 2 ms
/// off. Without both times a printer takes the next two bytes of the job for them.
const PULSE: [u8; 5] = [ESC, b'p', 0, 25, 250];

/// `GS V 66 0`, select cut mode and cut paper (function B): feeds to the cutter and
/// cuts, leaving a point where the cutter can.
const CUT: [u8; 4] = [GS, b'V', 66, 0];

/// How a printer is given QR symbols.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum QrPrinting {
    /// The printer draws them from their data (`GS ( k`).
    #[default]
    Native,
    /// As a picture (`GS v 0`), for printers that draw none.
    Raster,
}

/// What a job does beside printing.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Options {
    /// Cuts the paper after the ticket.
    pub cut: bool,
    /// Opens the drawer before the ticket is printed.
    pub drawer: bool,
    /// How QR symbols are given.
    pub qr: QrPrinting,
}

/// The job that prints the ticket.
pub fn escpos(ticket: &Ticket, paper: Paper, page: CodePage, options: Options) -> Vec<u8> {
    let mut job =
        Job { bytes: Vec::new(), page, align: Align::Left, bold: false, size: Size::Normal };
    job.bytes.extend(INITIALIZE);
    if options.drawer {
        job.bytes.extend(PULSE);
    }
    job.bytes.extend(ASCII);
    // `ESC t n`, select character code table.
    job.bytes.extend([ESC, b't', page.number()]);
    for line in lines(ticket, paper, Some(page)) {
        match line {
            Line::Text { text, align, bold, size } => {
                job.style(align, bold, size);
                job.line(&text);
            }
            Line::Columns { left, right, bold, size } => {
                job.style(Align::Left, bold, size);
                job.line(&apart(&left, &right, paper.columns() / size.width()));
            }
            Line::Qr(symbol) => {
                job.style(Align::Center, false, Size::Normal);
                match options.qr {
                    QrPrinting::Native => job.native(&symbol),
                    QrPrinting::Raster => job.raster(&symbol),
                }
            }
        }
    }
    if options.cut {
        job.bytes.extend(CUT);
    }
    job.bytes
}

/// The job that opens the drawer and prints nothing.
pub fn open_drawer() -> Vec<u8> {
    [INITIALIZE.as_slice(), PULSE.as_slice()].concat()
}

/// Bytes so far and what the printer is set to.
struct Job {
    bytes: Vec<u8>,
    page: CodePage,
    align: Align,
    bold: bool,
    size: Size,
}

impl Job {
    /// Sets what differs from the line before.
    fn style(&mut self, align: Align, bold: bool, size: Size) {
        if align != self.align {
            self.align = align;
            let n = match align {
                Align::Left => 0,
                Align::Center => 1,
                Align::Right => 2,
            };
            // `ESC a n`, select justification.
            self.bytes.extend([ESC, b'a', n]);
        }
        if bold != self.bold {
            self.bold = bold;
            // `ESC E n`, turn emphasized mode on or off.
            self.bytes.extend([ESC, b'E', u8::from(bold)]);
        }
        if size != self.size {
            self.size = size;
            let n = match size {
                Size::Normal => 0x00,
                Size::Tall => 0x01,
                Size::Double => 0x11,
            };
            // `GS ! n`, select character size: width in the upper half of the
            // byte, height in the lower, each less one.
            self.bytes.extend([GS, b'!', n]);
        }
    }

    fn line(&mut self, text: &str) {
        let page = self.page;
        // The layout left only letters of the page.
        self.bytes.extend(text.chars().map(|letter| page.byte(letter).unwrap_or(b'?')));
        self.bytes.push(LF);
    }

    /// `GS ( k pL pH cn fn …`, set up and print symbols, with `cn` = 49: QR Code.
    fn qr(&mut self, function: u8, parameters: &[u8]) {
        let length = u16::try_from(parameters.len() + 2).unwrap_or(u16::MAX);
        self.bytes.extend([GS, b'(', b'k']);
        self.bytes.extend(length.to_le_bytes());
        self.bytes.extend([49, function]);
        self.bytes.extend(parameters);
    }

    fn native(&mut self, symbol: &Symbol) {
        // Function 165, select the model: model 2.
        self.qr(65, &[50, 0]);
        // Function 167, set the size of module, in dots.
        self.qr(67, &[u8::try_from(symbol.module_dots).unwrap_or(16)]);
        // Function 169, select the error correction level: M.
        self.qr(69, &[49]);
        // Function 180, store the data in the symbol storage area.
        self.qr(80, &[&[48], symbol.data.as_bytes()].concat());
        // Function 181, print the symbol data in the symbol storage area. The
        // printer leaves no white edge by itself: lines above and below are it.
        self.bytes.push(LF);
        self.qr(81, &[48]);
        self.bytes.push(LF);
    }

    /// `GS v 0 m xL xH yL yH d1…dk`, print raster bit image: `x` bytes across, `y`
    /// dots down, a set bit is black.
    fn raster(&mut self, symbol: &Symbol) {
        let dots = symbol.dots();
        let across = dots.div_ceil(8);
        let le = |count: usize| u16::try_from(count).unwrap_or(u16::MAX).to_le_bytes();
        self.bytes.extend([GS, b'v', b'0', 0]);
        self.bytes.extend(le(across));
        self.bytes.extend(le(dots));
        for y in 0..dots {
            for first in (0..across * 8).step_by(8) {
                let bits = (first..first + 8)
                    .fold(0_u8, |byte, x| byte << 1 | u8::from(symbol.is_dark(x, y)));
                self.bytes.push(bits);
            }
        }
    }
}
