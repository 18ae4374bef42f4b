//! The events as compact JSON: rows of numbers, and a table of strings.

use crate::trace::{Event, Trace};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Whole numbers that JavaScript keeps exactly.
const EXACT_MAX: u64 = 1 << 53;

/// A kind of event: its fields in order, and which of them are text.
#[derive(Default)]
struct Shape {
    index: usize,
    fields: BTreeMap<String, bool>,
}

/// Strings by their place in the table.
#[derive(Default)]
struct Strings {
    places: BTreeMap<String, usize>,
    table: Vec<String>,
}

impl Strings {
    fn place(&mut self, text: String) -> usize {
        if let Some(place) = self.places.get(&text) {
            return *place;
        }
        self.places.insert(text.clone(), self.table.len());
        self.table.push(text);
        self.table.len() - 1
    }
}

/// All of a run, without a `<` in it.
pub(super) fn json(trace: &Trace, title: &str, summary: &[(String, String)]) -> String {
    let shapes = shapes(&trace.events);
    let mut strings = Strings::default();
    let mut rows = Vec::with_capacity(trace.events.len());
    let mut before_ms = 0;
    for event in &trace.events {
        let (name, fields) = parts(event);
        let Some(shape) = shapes.get(&name) else { continue };
        let device = event.device.map_or(json!(-1), |index| json!(index));
        let mut row = vec![json!(event.at_ms - before_ms), device, json!(shape.index)];
        before_ms = event.at_ms;
        for (field, is_text) in &shape.fields {
            let value = fields.get(field).cloned().unwrap_or_default();
            row.push(if *is_text { text(value, &mut strings) } else { value });
        }
        rows.push(Value::Array(row));
    }
    let mut kinds: Vec<(&String, &Shape)> = shapes.iter().collect();
    kinds.sort_by_key(|(_, shape)| shape.index);
    let kinds: Vec<Value> = kinds
        .into_iter()
        .map(|(name, shape)| json!([name, shape.fields.iter().collect::<Vec<_>>()]))
        .collect();
    let page = json!({
        "title": title,
        "summary": summary,
        "devices": trace.devices,
        "kinds": kinds,
        "strings": strings.table,
        "events": rows,
    });
    // Outside of its strings JSON has no `<`, so this only changes how they
    // are written.
    page.to_string().replace('<', "\\u003c").replace('\u{2028}', "\\u2028")
}

/// An event's name and its own fields.
fn parts(event: &Event) -> (String, Map<String, Value>) {
    let mut fields = match serde_json::to_value(&event.kind) {
        Ok(Value::Object(fields)) => fields,
        _ => Map::new(),
    };
    let name = match fields.remove("event") {
        Some(Value::String(name)) => name,
        _ => "unknown".to_owned(),
    };
    (name, fields)
}

fn shapes(events: &[Event]) -> BTreeMap<String, Shape> {
    let mut shapes: BTreeMap<String, Shape> = BTreeMap::new();
    for event in events {
        let (name, fields) = parts(event);
        let index = shapes.len();
        let shape = shapes.entry(name).or_insert_with(|| Shape { index, ..Shape::default() });
        for (field, value) in fields {
            let is_text = value.is_string() || value.as_u64().is_some_and(|n| n > EXACT_MAX);
            *shape.fields.entry(field).or_default() |= is_text;
        }
    }
    shapes
}

fn text(value: Value, strings: &mut Strings) -> Value {
    match value {
        Value::Null => Value::Null,
        Value::String(text) => json!(strings.place(text)),
        Value::Number(number) => {
            let hash = number.as_u64().map(|number| format!("{number:016x}"));
            json!(strings.place(hash.unwrap_or_else(|| number.to_string())))
        }
        other => json!(strings.place(other.to_string())),
    }
}
