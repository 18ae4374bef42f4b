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

const KEYS: [[KeypadKey; 3]; 4] = [
    [KeypadKey::Char('7'), KeypadKey::Char('8'), KeypadKey::Char('9')],
    [KeypadKey::Char('4'), KeypadKey::Char('5'), KeypadKey::Char('6')],
    [KeypadKey::Char('1'), KeypadKey::Char('2'), KeypadKey::Char('3')],
    [KeypadKey::Backspace, KeypadKey::Char('0'), KeypadKey::Char('.')],
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
    let t = tokens(ui);
    let width = (rect.width() - 2.0 * gap) / 3.0;
    let height = (rect.height() - 3.0 * gap) / 4.0;
    let mut pressed = None;
    for (row, keys) in KEYS.iter().enumerate() {
        for (column, key) in keys.iter().enumerate() {
            let offset = vec2(column as f32 * (width + gap), row as f32 * (height + gap));
            let at = Rect::from_min_size(rect.min + offset, vec2(width, height));
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
            let stroke =
                if response.has_focus() { Stroke::new(2.0, t.accent) } else { Stroke::NONE };
            ui.painter().rect(at, corners, fill, stroke, StrokeKind::Inside);
            match key {
                KeypadKey::Backspace => put_icon(ui, at.center(), icon::DELETE, 19.0, t.ink),
                KeypadKey::Char(char) => {
                    let font = font(Weight::Semibold, 19.0);
                    put(ui, at.center(), Align2::CENTER_CENTER, *char, font, t.ink);
                }
            }
            response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
            author(ui, response.id, &author_id);
            if response.clicked() {
                pressed = Some(*key);
            }
        }
    }
    pressed
}
