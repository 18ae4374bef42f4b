//! A ticket as a picture, one dot of the printer a pixel.

use crate::qr::Symbol;
use crate::text::apart;
use crate::wrap::letters;
use crate::{Align, Line, Paper, Size, Ticket, lines};
use embedded_graphics::geometry::{OriginDimensions, Point};
use embedded_graphics::image::GetPixel;
use embedded_graphics::mono_font::{MonoFont, iso_8859_15::FONT_10X20};
use embedded_graphics::pixelcolor::BinaryColor;
use image::{GrayImage, ImageFormat, Luma};

/// Dots of one letter: Font A of a printer.
const LETTER: (usize, usize) = (12, 24);

/// Dots between the feet of two lines, as printers do it (1/6 inch at 180 dpi).
const PITCH: usize = 30;

/// White dots above and below.
const EDGE: usize = 24;

/// The font, ISO 8859-15 in 10 × 20 dots: the letters a ticket may have.
const FONT: MonoFont<'static> = FONT_10X20;

const BLACK: Luma<u8> = Luma([0]);
const WHITE: Luma<u8> = Luma([255]);

/// The ticket as a PNG, as wide as the paper has dots.
pub fn png(ticket: &Ticket, paper: Paper) -> Vec<u8> {
    let lines = lines(ticket, paper, None);
    let height = lines.iter().map(height).sum::<usize>() + 2 * EDGE;
    let pixels = |dots: usize| u32::try_from(dots).unwrap_or(u32::MAX);
    let mut sheet =
        Sheet { image: GrayImage::from_pixel(pixels(paper.dots()), pixels(height), WHITE), paper };
    let mut top = EDGE;
    for line in &lines {
        match line {
            Line::Text { text, align, bold, size } => {
                sheet.write(text, *align, *bold, *size, top);
            }
            Line::Columns { left, right, bold, size } => {
                let text = apart(left, right, paper.columns() / size.width());
                sheet.write(&text, Align::Left, *bold, *size, top);
            }
            Line::Qr(symbol) => sheet.draw(symbol, top),
        }
        top += self::height(line);
    }
    let mut file = std::io::Cursor::new(Vec::new());
    sheet.image.write_to(&mut file, ImageFormat::Png).expect("a picture fits into memory");
    file.into_inner()
}

fn height(line: &Line) -> usize {
    match line {
        Line::Text { size, .. } | Line::Columns { size, .. } => {
            LETTER.1 * size.height() + (PITCH - LETTER.1)
        }
        Line::Qr(symbol) => symbol.dots(),
    }
}

struct Sheet {
    image: GrayImage,
    paper: Paper,
}

impl Sheet {
    fn write(&mut self, text: &str, align: Align, bold: bool, size: Size, top: usize) {
        let free = self.paper.dots().saturating_sub(letters(text) * LETTER.0 * size.width());
        let start = match align {
            Align::Left => 0,
            Align::Center => free / 2,
            Align::Right => free,
        };
        for (place, letter) in text.chars().enumerate().filter(|(_, letter)| *letter != ' ') {
            let left = start + place * LETTER.0 * size.width();
            for (x, y) in dots(letter) {
                // In the middle of its place, and again a dot further when bold.
                let (x, y) = ((x + 1) * size.width(), (y + 2) * size.height());
                for dot in 0..size.width() * size.height() {
                    let (x, y) = (left + x + dot % size.width(), top + y + dot / size.width());
                    self.dot(x, y);
                    if bold {
                        self.dot(x + 1, y);
                    }
                }
            }
        }
    }

    fn draw(&mut self, symbol: &Symbol, top: usize) {
        let left = self.paper.dots().saturating_sub(symbol.dots()) / 2;
        for y in 0..symbol.dots() {
            for x in (0..symbol.dots()).filter(|x| symbol.is_dark(*x, y)) {
                self.dot(left + x, top + y);
            }
        }
    }

    fn dot(&mut self, x: usize, y: usize) {
        let place = u32::try_from(x).ok().zip(u32::try_from(y).ok());
        if let Some(pixel) = place.and_then(|(x, y)| self.image.get_pixel_mut_checked(x, y)) {
            *pixel = BLACK;
        }
    }
}

/// The black dots of a letter, from its upper left corner.
fn dots(letter: char) -> impl Iterator<Item = (usize, usize)> {
    let size = FONT.character_size;
    let in_row = FONT.image.size().width / size.width;
    let glyph = u32::try_from(FONT.glyph_mapping.index(letter)).unwrap_or(0);
    let (left, top) = (glyph % in_row * size.width, glyph / in_row * size.height);
    (0..size.height).flat_map(move |y| (0..size.width).map(move |x| (x, y))).filter_map(
        move |(x, y)| {
            let at = |offset: u32, dot: u32| i32::try_from(offset + dot).unwrap_or(i32::MAX);
            let pixel = FONT.image.pixel(Point::new(at(left, x), at(top, y)));
            (pixel == Some(BinaryColor::On)).then_some((x as usize, y as usize))
        },
    )
}
