//! The keypad on screen, for tills without a keyboard.

use super::{author, put, put_icon};
use crate::desktop::icon;
use crate::desktop::theme::{Weight, font, radius, tokens};
use egui::{Align2, CornerRadius, Rect, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, vec2};

/// What was pressed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum KeypadKey {
    /// A digit, or the decimal point.
    Char(char),
    /// The last character goes.
    Backspace,
}

impl KeypadKey {
    /// Does to a text what the key says.
    pub(crate) fn apply(self, text: &mut String) {
        match self {
            Self::Char(char) => text.push(char),
            Self::Backspace => {
                text.pop();
            }
        }
    }
}

const DIGITS: [[KeypadKey; 3]; 3] = [
    [KeypadKey::Char('7'), KeypadKey::Char('8'), KeypadKey::Char('9')],
    [KeypadKey::Char('4'), KeypadKey::Char('5'), KeypadKey::Char('6')],
    [KeypadKey::Char('1'), KeypadKey::Char('2'), KeypadKey::Char('3')],
];

/// Ten digits, a point and backspace in four rows. `names` are the accessible
/// names of backspace and of the point.
pub(crate) fn keypad(
    ui: &mut Ui,
    rect: Rect,
    prefix: &str,
    names: [&str; 2],
    gap: f32,
) -> Option<KeypadKey> {
    let last = [Some(KeypadKey::Backspace), Some(KeypadKey::Char('0')), Some(KeypadKey::Char('.'))];
    pad(ui, rect, prefix, names, gap, last)
}

/// The same without a point, for PINs.
pub(crate) fn digit_pad(
    ui: &mut Ui,
    rect: Rect,
    prefix: &str,
    backspace: &str,
    gap: f32,
) -> Option<KeypadKey> {
    let last = [None, Some(KeypadKey::Char('0')), Some(KeypadKey::Backspace)];
    pad(ui, rect, prefix, [backspace, ""], gap, last)
}

fn pad(
    ui: &mut Ui,
    rect: Rect,
    prefix: &str,
    names: [&str; 2],
    gap: f32,
    last: [Option<KeypadKey>; 3],
) -> Option<KeypadKey> {
    let size = vec2((rect.width() - 2.0 * gap) / 3.0, (rect.height() - 3.0 * gap) / 4.0);
    let rows = DIGITS.map(|row| row.map(Some)).into_iter().chain([last]);
    let mut pressed = None;
    for (row, keys) in rows.enumerate() {
        for (column, key) in keys.into_iter().enumerate() {
            let offset = vec2(column as f32 * (size.x + gap), row as f32 * (size.y + gap));
            let at = Rect::from_min_size(rect.min + offset, size);
            if key.is_some_and(|key| draw(ui, at, key, prefix, names)) {
                pressed = key;
            }
        }
    }
    pressed
}

/// Draws one key; says whether it is pressed.
fn draw(ui: &mut Ui, at: Rect, key: KeypadKey, prefix: &str, names: [&str; 2]) -> bool {
    let t = tokens(ui);
    let (name, id) = match key {
        KeypadKey::Char('.') => (names[1].to_owned(), "point".to_owned()),
        KeypadKey::Char(digit) => (digit.to_string(), digit.to_string()),
        KeypadKey::Backspace => (names[0].to_owned(), "backspace".to_owned()),
    };
    let author_id = format!("{prefix}.key.{id}");
    let response = ui.interact(at, ui.scope_id().with(&author_id), Sense::click());
    let fill = match (response.is_pointer_button_down_on(), response.hovered()) {
        (true, _) => t.line_strong,
        (false, true) => t.line,
        (false, false) => t.sunken,
    };
    let corners = CornerRadius::same(radius::MD);
    let stroke = if response.has_focus() { Stroke::new(2.0, t.accent) } else { Stroke::NONE };
    ui.painter().rect(at, corners, fill, stroke, StrokeKind::Inside);
    match key {
        KeypadKey::Backspace => put_icon(ui, at.center(), icon::DELETE, 19.0, t.ink),
        KeypadKey::Char(char) => {
            let font = font(Weight::Semibold, 19.0);
            put(ui, at.center(), Align2::CENTER_CENTER, char, font, t.ink);
        }
    }
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
    author(ui, response.id, &author_id);
    response.clicked()
}
