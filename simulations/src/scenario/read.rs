//! Reading a scenario, with errors that name line and field.

use super::{ActionLine, FaultLine, Scenario};
use serde::Deserialize;
use std::collections::BTreeSet;
use std::fmt::Display;
use std::path::Path;
use toml::Spanned;

/// What ends the name of a copied machine, and of one that joined again.
const ADDED_NAMES: [&str; 2] = ["(copy)", "(again)"];
/// Devices of a scenario at most.
const DEVICES_MAX: usize = 64;

/// What is wrong with a scenario.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScenarioError {
    /// The file.
    #[error("cannot read {0}")]
    File(String),
    /// A line of it.
    #[error("line {line}, field `{field}`: {what}")]
    Wrong {
        /// From 1.
        line: usize,
        /// Which field.
        field: String,
        /// What is wrong.
        what: String,
    },
}

/// The lists once more, with where each of their tables stands.
#[derive(Deserialize)]
struct Places {
    #[serde(default)]
    device: Vec<Spanned<toml::Table>>,
    #[serde(default)]
    link: Vec<Spanned<toml::Table>>,
    #[serde(default)]
    fault: Vec<Spanned<FaultLine>>,
    #[serde(default)]
    action: Vec<Spanned<ActionLine>>,
}

/// Reads a scenario file.
///
/// # Errors
/// Names the line and the field.
pub fn load(path: &Path) -> Result<Scenario, ScenarioError> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| ScenarioError::File(format!("{}: {error}", path.display())))?;
    from_toml(&text)
}

/// Reads a scenario.
///
/// # Errors
/// Names the line and the field.
pub fn from_toml(text: &str) -> Result<Scenario, ScenarioError> {
    let scenario: Scenario = toml::from_str(text).map_err(|error| syntax(text, &error))?;
    let places: Places = toml::from_str(text).map_err(|error| syntax(text, &error))?;
    check(text, &scenario, &places)?;
    Ok(scenario)
}

fn line_of(text: &str, at: usize) -> usize {
    text[..at.min(text.len())].matches('\n').count() + 1
}

/// What the parser says, with the field it speaks of where that can be told.
fn syntax(text: &str, error: &toml::de::Error) -> ScenarioError {
    let span = error.span().unwrap_or(0..0);
    let message = error.message().to_owned();
    let quoted = message.split('`').nth(1).unwrap_or_default().to_owned();
    let told = message.starts_with("unknown field") || message.starts_with("missing field");
    let line = line_of(text, span.start);
    let written = text.lines().nth(line - 1).unwrap_or_default();
    let key = written.split('=').next().unwrap_or_default().trim().to_owned();
    let field = if told { quoted } else { key };
    ScenarioError::Wrong { line, field, what: message }
}

/// The line of a field within the table that begins at a place.
fn field_line(text: &str, table: usize, field: &str) -> usize {
    let first = line_of(text, table);
    let rest = text.lines().enumerate().skip(first - 1);
    for (index, line) in rest {
        if index + 1 > first && line.trim_start().starts_with('[') {
            break;
        }
        if line.split('=').next().is_some_and(|key| key.trim() == field) {
            return index + 1;
        }
    }
    first
}

fn wrong(text: &str, table: usize, field: &str, what: impl Display) -> ScenarioError {
    let line = field_line(text, table, field);
    ScenarioError::Wrong { line, field: field.to_owned(), what: what.to_string() }
}

fn check(text: &str, scenario: &Scenario, places: &Places) -> Result<(), ScenarioError> {
    let top = |field: &str, what: &str| Err(wrong(text, 0, field, what));
    if scenario.duration.0 <= 0 {
        return top("duration", "a story takes some time, like 2h");
    }
    if scenario.devices.is_empty() || scenario.devices.len() > DEVICES_MAX {
        return top("device", "a shop has 1 to 64 devices");
    }
    let mut names: BTreeSet<String> = BTreeSet::new();
    for (device, place) in scenario.devices.iter().zip(&places.device) {
        if !names.insert(device.name.clone()) {
            return Err(wrong(text, place.span().start, "name", "two devices have this name"));
        }
    }
    if scenario.devices[0].joins.is_some() {
        let place = places.device[0].span().start;
        return Err(wrong(text, place, "joins", "the first device founds the shop"));
    }
    let known = |name: &str| {
        let bare = ADDED_NAMES.iter().fold(name, |name, end| name.trim_end_matches(end).trim_end());
        names.contains(bare)
    };
    let stranger = |place: usize, field: &str, name: &str| {
        let all: Vec<&str> = names.iter().map(String::as_str).collect();
        let what = format!("there is no device “{name}”; there are {}", all.join(", "));
        wrong(text, place, field, what)
    };
    for (link, place) in scenario.links.iter().zip(&places.link) {
        for name in [&link.between.0, &link.between.1] {
            if !known(name) {
                return Err(stranger(place.span().start, "between", name));
            }
        }
    }
    for place in &places.fault {
        let (line, at) = (place.as_ref(), place.span().start);
        line.fault().map_err(|(field, what)| wrong(text, at, field, what))?;
        if let Some((field, name)) = line.names().into_iter().find(|(_, name)| !known(name)) {
            return Err(stranger(at, field, name));
        }
        if line.every.is_some_and(|every| every.0 <= 0) {
            return Err(wrong(text, at, "every", "a pause takes some time"));
        }
    }
    for place in &places.action {
        let (line, at) = (place.as_ref(), place.span().start);
        line.action().map_err(|(field, what)| wrong(text, at, field, what))?;
        if let Some((field, name)) = line.names().into_iter().find(|(_, name)| !known(name)) {
            return Err(stranger(at, field, name));
        }
    }
    Ok(())
}
