//! Barcode scanners are keyboards that type very fast and press Enter.

use egui::{Event, InputState, Key};

/// Longest pause between two keys of a scan, seconds. Scanners take 5 to
/// 60 ms; a slow frame of the window may hold a key back a little longer.
const GAP_MAX_S: f64 = 0.1;

/// Shortest code taken for a scan: EAN-8.
const DIGITS_MIN: usize = 8;

/// Longest code kept: GS1 element strings end here.
const DIGITS_MAX: usize = 48;

/// A code that was read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Scan {
    /// Its digits.
    pub(crate) code: String,
    /// How many of them, the first ones, have already been typed into the
    /// field that has the keyboard.
    pub(crate) typed: usize,
}

impl Scan {
    /// Takes out of a field what the scanner typed into it.
    pub(crate) fn untype(&self, text: &mut String) {
        let typed = &self.code[..self.typed];
        if let Some(rest) = text.strip_suffix(typed) {
            text.truncate(rest.len());
        }
    }
}

/// Watches the keys of every frame for a burst of digits that ends in Enter.
#[derive(Default)]
pub(crate) struct Scanner {
    digits: String,
    last_s: f64,
}

impl Scanner {
    /// Looks at the frame's keys. When a scan ends in it, its keys are taken
    /// out of the input, so that they press no button and enter no field.
    pub(crate) fn watch(&mut self, input: &mut InputState) -> Option<Scan> {
        let now = input.time;
        let mut end = None;
        for (place, event) in input.events.iter().enumerate() {
            match event {
                Event::Text(text) if text.bytes().all(|byte| byte.is_ascii_digit()) => {
                    if now - self.last_s > GAP_MAX_S {
                        self.digits.clear();
                    }
                    self.digits.push_str(text);
                    self.last_s = now;
                }
                Event::Text(_) => self.digits.clear(),
                Event::Key { key: Key::Enter, pressed: true, .. } => {
                    let quick = now - self.last_s <= GAP_MAX_S;
                    if quick && (DIGITS_MIN..=DIGITS_MAX).contains(&self.digits.len()) {
                        end = Some(place);
                        break;
                    }
                    self.digits.clear();
                }
                _ => {}
            }
        }
        let end = end?;
        let code = std::mem::take(&mut self.digits);
        let in_frame: usize = input.events[..end]
            .iter()
            .map(|event| if let Event::Text(text) = event { text.len() } else { 0 })
            .sum();
        let mut place = 0;
        input.events.retain(|event| {
            let keep = place > end || !matches!(event, Event::Text(_) | Event::Key { .. });
            place += 1;
            keep
        });
        Some(Scan { typed: code.len().saturating_sub(in_frame), code })
    }
}
