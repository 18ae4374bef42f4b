//! A receipt printer that knows what the encoder may send, written from Epson's
//! *ESC/POS Command Reference* and from nothing of the crate. Whatever it does not
//! know, and whatever would break a line that was laid out, is an error.

mod pages;

/// What came out of a job.
#[derive(Default, Debug)]
pub(crate) struct Output {
    /// Lines of letters, placed as on paper; large letters are ordinary ones.
    pub(crate) lines: Vec<Printed>,
    /// Data and module width of each symbol the printer drew.
    pub(crate) symbols: Vec<(String, u8)>,
    /// Width, height and dots of each picture.
    pub(crate) pictures: Vec<(usize, usize, Vec<bool>)>,
    /// Pin and times of each pulse, and how many lines were printed before.
    pub(crate) pulses: Vec<([u8; 3], usize)>,
    /// How many lines were printed before each cut.
    pub(crate) cuts: Vec<usize>,
}

/// A line of letters.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Printed {
    pub(crate) text: String,
    pub(crate) bold: bool,
    pub(crate) wide: bool,
    pub(crate) tall: bool,
}

impl Output {
    /// The lines with something on them.
    pub(crate) fn texts(&self) -> Vec<&str> {
        self.lines.iter().map(|line| line.text.as_str()).filter(|text| !text.is_empty()).collect()
    }
}

struct Printer<'a> {
    left: &'a [u8],
    columns: usize,
    output: Output,
    page: Option<&'static [u32; 128]>,
    align: u8,
    bold: bool,
    size: u8,
    buffer: String,
    symbol: Symbol,
}

#[derive(Default)]
struct Symbol {
    model: u8,
    module: u8,
    level: u8,
    data: Vec<u8>,
}

/// Prints a job on paper of so many columns of Font A.
pub(crate) fn print(job: &[u8], columns: usize) -> Result<Output, String> {
    let mut printer = Printer {
        left: job,
        columns,
        output: Output::default(),
        page: None,
        align: 0,
        bold: false,
        size: 0,
        buffer: String::new(),
        symbol: Symbol::default(),
    };
    if !job.starts_with(b"\x1b@") {
        return Err("a job begins with ESC @".to_owned());
    }
    while let Some(byte) = printer.next() {
        match byte {
            0x1B => printer.esc()?,
            0x1D => printer.gs()?,
            b'\n' => printer.line()?,
            0x20..=0x7E => printer.buffer.push(char::from(byte)),
            0x80.. => {
                let page = printer.page.ok_or("a letter before its code page")?;
                let point = page[usize::from(byte) - 0x80];
                let letter = char::from_u32(point).filter(|letter| *letter != '\u{fffd}');
                printer.buffer.push(letter.ok_or(format!("byte {byte:#04x} is no letter"))?);
            }
            _ => return Err(format!("control byte {byte:#04x}")),
        }
    }
    if !printer.buffer.is_empty() {
        return Err("the last line has no end".to_owned());
    }
    Ok(printer.output)
}

impl Printer<'_> {
    fn next(&mut self) -> Option<u8> {
        let (first, rest) = self.left.split_first()?;
        self.left = rest;
        Some(*first)
    }

    fn take<const N: usize>(&mut self) -> Result<[u8; N], String> {
        let (taken, rest) = self.left.split_first_chunk().ok_or("a command is cut short")?;
        self.left = rest;
        Ok(*taken)
    }

    fn some(&mut self, count: usize) -> Result<Vec<u8>, String> {
        let (taken, rest) = self.left.split_at_checked(count).ok_or("data are cut short")?;
        self.left = rest;
        Ok(taken.to_vec())
    }

    fn at_start_of_line(&self, command: &str) -> Result<(), String> {
        match self.buffer.is_empty() {
            true => Ok(()),
            false => Err(format!("{command} in the middle of a line")),
        }
    }

    fn esc(&mut self) -> Result<(), String> {
        match self.take()? {
            [b'@'] => {
                (self.page, self.align, self.bold, self.size) = (None, 0, false, 0);
                self.buffer.clear();
            }
            [b'R'] => {
                let [country] = self.take()?;
                if country != 0 {
                    return Err("another country's letters in ASCII".to_owned());
                }
            }
            [b't'] => {
                self.page = Some(match self.take()? {
                    [2] => &pages::PC850,
                    [19] => &pages::PC858,
                    [16] => &pages::WPC1252,
                    [other] => return Err(format!("code page {other}")),
                });
            }
            [b'a'] => {
                self.at_start_of_line("ESC a")?;
                [self.align] = self.take()?;
                if self.align > 2 {
                    return Err(format!("justification {}", self.align));
                }
            }
            [b'E'] => self.bold = self.take::<1>()?[0] & 1 == 1,
            [b'p'] => {
                let pulse = (self.take()?, self.output.lines.len());
                self.output.pulses.push(pulse);
            }
            [other] => return Err(format!("ESC {other:#04x}")),
        }
        Ok(())
    }

    fn gs(&mut self) -> Result<(), String> {
        match self.take()? {
            [b'!'] => [self.size] = self.take()?,
            [b'V'] => {
                self.at_start_of_line("GS V")?;
                match self.take()? {
                    [65 | 66, _feed] => self.output.cuts.push(self.output.lines.len()),
                    [other, _] => return Err(format!("GS V {other}")),
                }
            }
            [b'('] => self.qr()?,
            [b'v'] => self.picture()?,
            [other] => return Err(format!("GS {other:#04x}")),
        }
        Ok(())
    }

    fn qr(&mut self) -> Result<(), String> {
        let [b'k', low, high] = self.take()? else { return Err("GS ( of another kind".to_owned()) };
        let data = self.some(usize::from(u16::from_le_bytes([low, high])))?;
        match data.as_slice() {
            [49, 65, model, 0] => self.symbol.model = *model,
            [49, 67, module @ 1..=16] => self.symbol.module = *module,
            [49, 69, level @ 48..=51] => self.symbol.level = *level,
            [49, 80, 48, data @ ..] => self.symbol.data = data.to_vec(),
            [49, 81, 48] => {
                self.at_start_of_line("a symbol")?;
                let symbol = std::mem::take(&mut self.symbol);
                if (symbol.model, symbol.level, self.align) != (50, 49, 1) {
                    return Err("a symbol is of model 2 and level M, in the middle".to_owned());
                }
                let data = String::from_utf8(symbol.data).map_err(|error| error.to_string())?;
                self.output.symbols.push((data, symbol.module));
            }
            other => return Err(format!("GS ( k {other:?}")),
        }
        Ok(())
    }

    fn picture(&mut self) -> Result<(), String> {
        self.at_start_of_line("GS v 0")?;
        let [b'0', 0, xl, xh, yl, yh] = self.take()? else { return Err("GS v".to_owned()) };
        let across = usize::from(u16::from_le_bytes([xl, xh]));
        let down = usize::from(u16::from_le_bytes([yl, yh]));
        if across * 8 > self.columns * 12 {
            return Err("a picture wider than the paper".to_owned());
        }
        let bytes = self.some(across * down)?;
        let dots = bytes.iter().flat_map(|byte| (0..8).map(move |bit| byte & (0x80 >> bit) != 0));
        self.output.pictures.push((across * 8, down, dots.collect()));
        Ok(())
    }

    fn line(&mut self) -> Result<(), String> {
        let text = std::mem::take(&mut self.buffer);
        let (wide, tall) = match self.size {
            0x00 => (false, false),
            0x01 => (false, true),
            0x11 => (true, true),
            other => return Err(format!("letters of size {other:#04x}")),
        };
        let columns = if wide { self.columns / 2 } else { self.columns };
        let letters = text.chars().count();
        if letters > columns {
            return Err(format!("“{text}” is wider than {columns} columns"));
        }
        // As on ordinary columns: a wide text in the middle is there all the same.
        let free = if wide && self.align == 0 { 0 } else { self.columns - letters };
        let margin = [0, free / 2, free][usize::from(self.align)];
        let text = format!("{}{text}", " ".repeat(margin)).trim_end().to_owned();
        self.output.lines.push(Printed { text, bold: self.bold, wide, tall });
        Ok(())
    }
}
