//! Tables as CSV or as one JSON object a line.

use crate::failure::Failure;
use serde_json::{Map, Value};
use std::io::Write;
use till_schema::Currency;

/// Where rows go.
pub(super) struct Out {
    form: Form,
    header: Vec<String>,
    rows: u64,
}

enum Form {
    Csv(Box<csv::Writer<Box<dyn Write>>>),
    Jsonl(Box<dyn Write>),
}

impl Out {
    pub(super) fn new(to: Box<dyn Write>, jsonl: bool) -> Self {
        let form = match jsonl {
            true => Form::Jsonl(to),
            false => Form::Csv(Box::new(csv::Writer::from_writer(to))),
        };
        Self { form, header: Vec::new(), rows: 0 }
    }

    /// Names the columns; before any row.
    pub(super) fn header<T: AsRef<str>>(&mut self, names: &[T]) -> Result<(), Failure> {
        self.header = names.iter().map(|name| name.as_ref().to_owned()).collect();
        match &mut self.form {
            Form::Csv(writer) => writer.write_record(&self.header).map_err(failed),
            Form::Jsonl(_) => Ok(()),
        }
    }

    /// One row, a value for each column. In JSON, what is not there is left out.
    pub(super) fn row(&mut self, values: Vec<Value>) -> Result<(), Failure> {
        debug_assert_eq!(values.len(), self.header.len(), "a value for each column");
        self.rows += 1;
        match &mut self.form {
            Form::Csv(writer) => writer.write_record(values.iter().map(plain)).map_err(failed),
            Form::Jsonl(writer) => {
                let named = self.header.iter().cloned().zip(values);
                let object: Map<String, Value> =
                    named.filter(|(_, value)| !value.is_null()).collect();
                writeln!(writer, "{}", Value::Object(object)).map_err(failed)
            }
        }
    }

    /// Ends the file; gives how many rows it has.
    pub(super) fn finish(self) -> Result<u64, Failure> {
        match self.form {
            Form::Csv(mut writer) => writer.flush().map_err(failed)?,
            Form::Jsonl(mut writer) => writer.flush().map_err(failed)?,
        }
        Ok(self.rows)
    }
}

/// A value as a cell of a table.
fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        other => other.to_string(),
    }
}

fn failed(error: impl std::fmt::Display) -> Failure {
    Failure::Trouble(format!("the export could not be written: {error}"))
}

/// Something that may be missing.
pub(super) fn maybe<T: ToString>(value: Option<T>) -> Value {
    value.map_or(Value::Null, |value| Value::String(value.to_string()))
}

/// A text.
pub(super) fn text(text: impl ToString) -> Value {
    Value::String(text.to_string())
}

/// An amount as programs write it, whatever the language: `-1234.50`.
pub(super) fn money(minor: i64, currency: Currency) -> Value {
    let decimals = currency.decimals() as usize;
    let sign = if minor < 0 { "-" } else { "" };
    let digits = format!("{:0>width$}", minor.unsigned_abs(), width = decimals + 1);
    let (whole, fraction) = digits.split_at(digits.len() - decimals);
    let point = if fraction.is_empty() { "" } else { "." };
    Value::String(format!("{sign}{whole}{point}{fraction}"))
}

/// A moment as its register's clock showed it.
pub(super) fn moment(unix_ms: i64, offset_min: i32) -> Value {
    let offset = offset_min.checked_mul(60).and_then(chrono::FixedOffset::east_opt);
    let moment = chrono::DateTime::from_timestamp_millis(unix_ms);
    let (Some(offset), Some(moment)) = (offset, moment) else {
        return Value::Null;
    };
    let moment = moment.with_timezone(&offset);
    Value::String(moment.to_rfc3339_opts(chrono::SecondsFormat::Millis, true))
}
