//! A CSV file as text, header and rows, whatever program wrote it: byte order
//! mark, line ends, and comma, semicolon or tab between the cells.

use super::cell::Cell;
use super::tap::Tap;
use super::{Fault, ImportError, RowError};
use std::cell::RefCell;
use std::io::{Cursor, Read};

const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();
/// How much of a file is looked at for its byte order mark and separator.
const START_BYTES: u64 = 64 * 1024;

/// A file that has a header, read row by row.
pub(crate) struct Sheet<'r> {
    reader: csv::Reader<Tap<'r>>,
    header: Header,
    /// Read, and not judged: only the last row shows a quotation mark that is
    /// never closed, and which one is last is known when no other follows.
    ahead: Option<Record>,
    /// Rows read, blank ones too.
    read: usize,
    blank: u64,
}

struct Record {
    cells: csv::StringRecord,
    line: u64,
    open_quote: bool,
}

/// The names of the columns.
pub(crate) struct Header {
    /// As the file writes them.
    names: Vec<String>,
    /// Folded for comparison, see [`fold`].
    keys: Vec<String>,
}

/// A column of the header; none when the file lacks it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Column {
    index: Option<usize>,
    name: String,
}

impl Column {
    /// Whether the file has it.
    pub(crate) fn exists(&self) -> bool {
        self.index.is_some()
    }

    /// Its name as the file writes it.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }
}

/// One row.
pub(crate) struct Row {
    /// Line where it begins; the header is line 1.
    pub(crate) line: u64,
    record: csv::StringRecord,
    /// What is odd about it and no reason to refuse it.
    warnings: RefCell<Vec<Fault>>,
}

impl Row {
    /// The row's cell; empty when the file lacks the column.
    pub(crate) fn cell<'a>(&'a self, column: &'a Column) -> Cell<'a> {
        let text = column.index.and_then(|index| self.record.get(index)).unwrap_or("");
        Cell { column: &column.name, text: text.trim(), row: self }
    }

    /// Notes what is odd, without refusing the row.
    pub(crate) fn warn(&self, fault: Fault) {
        self.warnings.borrow_mut().push(fault);
    }

    /// What was odd.
    pub(crate) fn warnings(&self) -> Vec<RowError> {
        self.warnings.take().into_iter().map(|fault| fault.at(self.line)).collect()
    }
}

/// What walking over the rows left behind.
pub(crate) struct Visited {
    /// Rows refused, in order.
    pub(crate) errors: Vec<RowError>,
}

impl<'r> Sheet<'r> {
    /// Takes in the header of a file.
    pub(crate) fn read(reader: impl Read + 'r) -> Result<Self, ImportError> {
        let mut reader = reader;
        let mut start = Vec::new();
        reader.by_ref().take(START_BYTES).read_to_end(&mut start)?;
        if start.starts_with(BYTE_ORDER_MARK) {
            start.drain(..BYTE_ORDER_MARK.len());
        }
        let delimiter = delimiter(&String::from_utf8_lossy(&start));
        let tap = Tap::new(Box::new(Cursor::new(start).chain(reader)));
        let reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(delimiter)
            .from_reader(tap);
        let header = Header { names: Vec::new(), keys: Vec::new() };
        let mut sheet = Self { reader, header, ahead: None, read: 0, blank: 0 };
        let first = sheet.record()?.ok_or(ImportError::Empty)?;
        sheet.header.names = first.cells.iter().map(|name| name.trim().to_owned()).collect();
        sheet.header.keys = sheet.header.names.iter().map(|name| fold(name)).collect();
        sheet.ahead = sheet.record()?;
        Ok(sheet)
    }

    /// The header.
    pub(crate) fn header(&self) -> &Header {
        &self.header
    }

    /// Rows without any text, so far.
    pub(crate) fn blank(&self) -> u64 {
        self.blank
    }

    /// The next row that has any text, unless its cells do not match the
    /// header; `None` at the end of the file.
    ///
    /// # Errors
    /// When the file as a whole is of no use.
    pub(crate) fn next(
        &mut self,
        rows_max: usize,
    ) -> Result<Option<Result<Row, RowError>>, ImportError> {
        while let Some(record) = self.ahead.take() {
            self.read += 1;
            if self.read > rows_max {
                return Err(ImportError::TooManyRows { max: rows_max });
            }
            self.ahead = self.record()?;
            if record.cells.iter().all(|cell| cell.trim().is_empty()) {
                self.blank += 1;
                continue;
            }
            let judged = self.check_shape(&record).map_err(|fault| fault.at(record.line));
            let warnings = RefCell::default();
            let row = Row { line: record.line, record: record.cells, warnings };
            return Ok(Some(judged.map(|()| row)));
        }
        Ok(None)
    }

    /// Hands every row to `take`, up to `rows_max`, and collects what it
    /// refuses.
    pub(crate) fn visit(
        &mut self,
        rows_max: usize,
        mut take: impl FnMut(&Row) -> Result<(), Fault>,
    ) -> Result<Visited, ImportError> {
        let mut visited = Visited { errors: Vec::new() };
        while let Some(row) = self.next(rows_max)? {
            let taken = row.and_then(|row| take(&row).map_err(|fault| fault.at(row.line)));
            visited.errors.extend(taken.err());
        }
        Ok(visited)
    }

    fn record(&mut self) -> Result<Option<Record>, ImportError> {
        let start = self.reader.position().byte();
        let mut cells = csv::StringRecord::new();
        let more = self.reader.read_record(&mut cells).map_err(|error| {
            let fault = self.reader.get_mut().fault();
            fault.unwrap_or_else(|| ImportError::Read(std::io::Error::from(error)))
        })?;
        let length = (self.reader.position().byte() - start) as usize;
        let (line, open_quote) = self.reader.get_mut().release(length);
        Ok(more.then_some(Record { cells, line, open_quote }))
    }

    /// Refuses a row whose cells stand under the wrong names, and a last row
    /// that swallowed others because a quotation mark is missing.
    fn check_shape(&self, record: &Record) -> Result<(), Fault> {
        let (cells, columns) = (record.cells.len(), self.header.names.len());
        if self.ahead.is_none() && record.open_quote {
            return Err(Fault::row(
                "a quotation mark opened in this row is never closed; close it or remove it",
            ));
        }
        // Not even an empty cell too many passes: `1,Bread,4,500,` under four
        // names would be bread at 4.
        if cells != columns {
            return Err(Fault::row(format_args!(
                "the row has {cells} cells, the header has {columns}; \
                 put texts that hold the separator between quotation marks"
            )));
        }
        Ok(())
    }
}

impl Header {
    /// Whether a column of this (folded) name exists.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.keys.iter().any(|found| found == key)
    }

    /// The column of the first of these (folded) names that exists.
    pub(crate) fn column(&self, keys: &[&str]) -> Result<Column, ImportError> {
        let Some(key) = keys.iter().find(|key| self.has(key)) else {
            return Ok(Column::default());
        };
        let mut found = (0..self.keys.len()).filter(|index| self.keys[*index] == *key);
        let index = found.next();
        let name = index.map(|index| self.names[index].clone()).unwrap_or_default();
        if found.next().is_some() {
            return Err(ImportError::RepeatedColumn(name));
        }
        Ok(Column { index, name })
    }

    /// The names as the file writes them.
    pub(crate) fn names(&self) -> &[String] {
        &self.names
    }

    /// All columns whose name, as the file writes it, passes.
    pub(crate) fn columns_where(&self, wanted: impl Fn(&str) -> bool) -> Vec<Column> {
        let named = self.names.iter().enumerate().filter(|(_, name)| wanted(name));
        named.map(|(index, name)| Column { index: Some(index), name: name.clone() }).collect()
    }

    /// Refuses a file that lacks one of these columns, each given with the
    /// name to ask for.
    pub(crate) fn require(
        &self,
        kind: &str,
        needed: &[(&Column, &str)],
    ) -> Result<(), ImportError> {
        let missing: Vec<String> = needed
            .iter()
            .filter(|(column, _)| !column.exists())
            .map(|(_, ask)| (*ask).to_owned())
            .collect();
        if missing.is_empty() {
            return Ok(());
        }
        let found = self.names.clone();
        Err(ImportError::MissingColumns { kind: kind.to_owned(), missing, found })
    }
}

/// The separator the header uses most, quoted text aside; a comma when none.
fn delimiter(text: &str) -> u8 {
    let header = text.trim_start_matches(['\r', '\n']).lines().next().unwrap_or("");
    let bare: String = header.split('"').step_by(2).collect();
    let count = |delimiter: u8| bare.bytes().filter(|byte| *byte == delimiter).count();
    // The last of equals wins, so the comma comes last.
    [b'\t', b';', b','].into_iter().max_by_key(|delimiter| count(*delimiter)).unwrap_or(b',')
}

/// A column's name without case, accents and punctuation: `Código_de barras`
/// and `CODIGO DE BARRAS` are one.
pub(crate) fn fold(name: &str) -> String {
    let plain = |letter: char| match letter {
        'á' => 'a',
        'é' => 'e',
        'í' => 'i',
        'ó' => 'o',
        'ú' | 'ü' => 'u',
        'ñ' => 'n',
        other if other.is_alphanumeric() => other,
        _ => ' ',
    };
    let combining = |letter: &char| ('\u{300}'..='\u{36f}').contains(letter);
    let folded: String =
        name.to_lowercase().chars().filter(|letter| !combining(letter)).map(plain).collect();
    folded.split_whitespace().collect::<Vec<_>>().join(" ")
}
