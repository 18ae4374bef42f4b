//! What is on a ticket, before it is known how wide the paper is.

/// A paper roll and what fits across it in Font A (12 × 24 dots at 203 dpi).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Paper {
    /// 58 mm, of which 48 mm are printed.
    Mm58,
    /// 80 mm, of which 72 mm are printed.
    #[default]
    Mm80,
}

impl Paper {
    /// Both of them.
    pub const ALL: [Self; 2] = [Self::Mm58, Self::Mm80];

    /// Characters of ordinary size in a line.
    pub const fn columns(self) -> usize {
        match self {
            Self::Mm58 => 32,
            Self::Mm80 => 48,
        }
    }

    /// Printed width in dots.
    pub const fn dots(self) -> usize {
        self.columns() * 12
    }
}

/// Where a text stands in its line.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Align {
    /// At the left edge.
    #[default]
    Left,
    /// In the middle.
    Center,
    /// At the right edge.
    Right,
}

/// How large letters are.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Size {
    /// As they are.
    #[default]
    Normal,
    /// Twice as high.
    Tall,
    /// Twice as high and twice as wide.
    Double,
}

impl Size {
    /// Columns that one letter takes.
    pub const fn width(self) -> usize {
        match self {
            Self::Normal | Self::Tall => 1,
            Self::Double => 2,
        }
    }

    /// Ordinary letters that one letter is high.
    pub const fn height(self) -> usize {
        match self {
            Self::Normal => 1,
            Self::Tall | Self::Double => 2,
        }
    }
}

/// One piece of a ticket.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Block {
    /// A text that wraps. Line ends start a new line, and spaces at the beginning
    /// of a line indent all that it wraps to. A no-break space holds words together.
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
    /// A text that wraps and, at the right edge of its last line, an amount that
    /// does not.
    Columns {
        /// What the amount is.
        left: String,
        /// The amount.
        right: String,
        /// In bold letters.
        bold: bool,
        /// How large. What would be too wide in double letters is printed tall.
        size: Size,
    },
    /// A line across the paper.
    Rule,
    /// A QR symbol, in the middle, with these data.
    Qr(String),
    /// So many empty lines.
    Feed(u8),
}

/// A ticket: its blocks from top to bottom.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Ticket {
    /// The blocks.
    pub blocks: Vec<Block>,
}

impl Ticket {
    /// An empty one.
    pub const fn new() -> Self {
        Self { blocks: Vec::new() }
    }

    /// Adds a text at the left edge.
    pub fn text(&mut self, text: impl Into<String>) {
        self.styled(text, Align::Left, false, Size::Normal);
    }

    /// Adds a text in the middle.
    pub fn center(&mut self, text: impl Into<String>) {
        self.styled(text, Align::Center, false, Size::Normal);
    }

    /// Adds a text in the middle that is seen first.
    pub fn banner(&mut self, text: impl Into<String>) {
        self.styled(text, Align::Center, true, Size::Double);
    }

    /// Adds a text at the left edge that names what follows.
    pub fn heading(&mut self, text: impl Into<String>) {
        self.styled(text, Align::Left, true, Size::Normal);
    }

    /// Adds a text.
    pub fn styled(&mut self, text: impl Into<String>, align: Align, bold: bool, size: Size) {
        self.blocks.push(Block::Text { text: text.into(), align, bold, size });
    }

    /// Adds a text with an amount at the right edge.
    pub fn row(&mut self, left: impl Into<String>, right: impl Into<String>) {
        let (left, right) = (left.into(), right.into());
        self.blocks.push(Block::Columns { left, right, bold: false, size: Size::Normal });
    }

    /// Adds a row in bold letters.
    pub fn bold_row(&mut self, left: impl Into<String>, right: impl Into<String>) {
        let (left, right) = (left.into(), right.into());
        self.blocks.push(Block::Columns { left, right, bold: true, size: Size::Normal });
    }

    /// Adds a row in bold and double letters.
    pub fn big_row(&mut self, left: impl Into<String>, right: impl Into<String>) {
        let (left, right) = (left.into(), right.into());
        self.blocks.push(Block::Columns { left, right, bold: true, size: Size::Double });
    }

    /// Adds a line across the paper.
    pub fn rule(&mut self) {
        self.blocks.push(Block::Rule);
    }

    /// Adds a QR symbol, when there are data for one.
    pub fn qr(&mut self, data: &str) {
        if !data.is_empty() {
            self.blocks.push(Block::Qr(data.to_owned()));
        }
    }

    /// Adds empty lines.
    pub fn feed(&mut self, lines: u8) {
        self.blocks.push(Block::Feed(lines));
    }
}
