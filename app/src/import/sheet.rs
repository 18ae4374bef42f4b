//! A CSV file as text, header and rows, whatever program wrote it: byte order
//! mark, line ends, and comma, semicolon or tab between the cells.

use super::cell::Cell;
use super::{FILE_BYTES_MAX, Fault, ImportError, RowError};
use std::io::Read;

/// A file that is text and has a header.
pub(crate) struct Sheet {
    text: String,
    delimiter: u8,
    header: Header,
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
}

impl Row {
    /// The row's cell; empty when the file lacks the column.
    pub(crate) fn cell<'a>(&'a self, column: &'a Column) -> Cell<'a> {
        let text = column.index.and_then(|index| self.record.get(index)).unwrap_or("");
        Cell { column: &column.name, text: text.trim() }
    }
}

/// What walking over the rows left behind.
pub(crate) struct Visited {
    /// Rows refused, in order.
    pub(crate) errors: Vec<RowError>,
    /// Rows without any text.
    pub(crate) blank: u64,
}

impl Sheet {
    /// Reads a file up to its end and takes in its header.
    pub(crate) fn read(reader: impl Read) -> Result<Self, ImportError> {
        let mut bytes = Vec::new();
        reader.take(FILE_BYTES_MAX as u64 + 1).read_to_end(&mut bytes)?;
        if bytes.len() > FILE_BYTES_MAX {
            return Err(ImportError::TooLarge { max: FILE_BYTES_MAX });
        }
        let mut text = String::from_utf8(bytes).map_err(|error| {
            let valid = error.utf8_error().valid_up_to();
            ImportError::NotUtf8 { line: 1 + line_ends(&error.as_bytes()[..valid]) }
        })?;
        if text.starts_with('\u{feff}') {
            text.drain(..'\u{feff}'.len_utf8());
        }
        let delimiter = delimiter(&text);
        let mut record = csv::StringRecord::new();
        let found = csv_reader(&text, delimiter).read_record(&mut record);
        if !found.expect("text in memory is UTF-8 and cannot fail to be read") {
            return Err(ImportError::Empty);
        }
        let names: Vec<String> = record.iter().map(|name| name.trim().to_owned()).collect();
        let keys = names.iter().map(|name| fold(name)).collect();
        Ok(Self { text, delimiter, header: Header { names, keys } })
    }

    /// The header.
    pub(crate) fn header(&self) -> &Header {
        &self.header
    }

    /// Hands every row to `take`, up to `rows_max`, and collects what it
    /// refuses. Rows without text, and rows whose cells do not match the
    /// header, are not handed over.
    pub(crate) fn visit(
        &self,
        rows_max: usize,
        mut take: impl FnMut(&Row) -> Result<(), Fault>,
    ) -> Result<Visited, ImportError> {
        let mut reader = csv_reader(&self.text, self.delimiter);
        let mut record = csv::StringRecord::new();
        let mut visited = Visited { errors: Vec::new(), blank: 0 };
        let (mut counted, mut line) = (0, 1);
        for number in 0.. {
            let start = self.skip_line_ends(reader.position().byte() as usize);
            let more = reader.read_record(&mut record);
            if !more.expect("text in memory is UTF-8 and cannot fail to be read") {
                break;
            }
            let end = reader.position().byte() as usize;
            // The reader's own count is behind after blank lines and CR LF.
            line += line_ends(&self.text.as_bytes()[counted..start]);
            counted = start;
            if number == 0 {
                continue;
            }
            if number > rows_max {
                return Err(ImportError::TooManyRows { max: rows_max });
            }
            if record.iter().all(|cell| cell.trim().is_empty()) {
                visited.blank += 1;
                continue;
            }
            let row = Row { line, record: std::mem::take(&mut record) };
            if let Err(fault) = self.check_shape(&row, start, end).and_then(|()| take(&row)) {
                visited.errors.push(fault.at(line));
            }
            record = row.record;
        }
        Ok(visited)
    }

    /// Refuses a row whose cells stand under the wrong names, and a last row
    /// that swallowed others because a quotation mark is missing.
    fn check_shape(&self, row: &Row, start: usize, end: usize) -> Result<(), Fault> {
        let (cells, columns) = (row.record.len(), self.header.names.len());
        let raw = self.text[start..end].trim_end();
        let last = self.skip_line_ends(end) == self.text.len();
        if last && raw.contains('\n') && raw.matches('"').count() % 2 == 1 {
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

    fn skip_line_ends(&self, from: usize) -> usize {
        let rest = &self.text.as_bytes()[from..];
        from + rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count()
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

fn csv_reader(text: &str, delimiter: u8) -> csv::Reader<&[u8]> {
    csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .from_reader(text.as_bytes())
}

/// The separator the header uses most, quoted text aside; a comma when none.
fn delimiter(text: &str) -> u8 {
    let header = text.trim_start_matches(['\r', '\n']).lines().next().unwrap_or("");
    let bare: String = header.split('"').step_by(2).collect();
    let count = |delimiter: u8| bare.bytes().filter(|byte| *byte == delimiter).count();
    // The last of equals wins, so the comma comes last.
    [b'\t', b';', b','].into_iter().max_by_key(|delimiter| count(*delimiter)).unwrap_or(b',')
}

/// Line ends in a text: LF, CR LF, or CR alone.
fn line_ends(bytes: &[u8]) -> u64 {
    let ends = bytes.iter().enumerate().filter(|(index, byte)| match byte {
        b'\n' => true,
        b'\r' => bytes.get(index + 1) != Some(&b'\n'),
        _ => false,
    });
    ends.count() as u64
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
