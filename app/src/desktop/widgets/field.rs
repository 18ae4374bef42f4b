//! Text fields.

use super::button::key_cap;
use super::{put, put_icon};
use crate::desktop::icon;
use crate::desktop::theme::{Weight, font, radius, size, tokens};
use egui::text::{CCursor, CCursorRange};
use egui::{
    Align2, CornerRadius, FontId, Frame, Id, Margin, Rect, Response, RichText, Sense, Stroke,
    StrokeKind, TextEdit, Ui, pos2, vec2,
};
use till_schema::limits::TEXT_BYTES_MAX;

/// The widget id of a field, so that a screen can give it the keyboard.
pub(crate) fn field_id(author_id: &str) -> Id {
    Id::unique(("field", author_id))
}

/// What a field looks like apart from its text.
struct Look<'a> {
    name: &'a str,
    hint: &'a str,
    author_id: &'a str,
    font: FontId,
    inset: [f32; 2],
    chars_max: usize,
    secret: bool,
}

/// Longest PIN.
const PIN_DIGITS_MAX: usize = 12;

/// Longest text of a common field: fits the bound of a stored text in UTF-8.
const CHARS_MAX: usize = TEXT_BYTES_MAX / 4;

/// Longest text of a field for invites and the like.
const LONG_CHARS_MAX: usize = 8 * 1024;

/// A search box with a magnifier and the key that reaches it.
pub(crate) fn search(
    ui: &mut Ui,
    text: &mut String,
    name: &str,
    hint: &str,
    author_id: &str,
    key: Option<&str>,
) -> Response {
    let t = tokens(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 52.0), Sense::hover());
    let right = if key.is_some() { 60.0 } else { 12.0 };
    let look = Look {
        name,
        hint,
        author_id,
        font: font(Weight::Medium, size::STRONG),
        inset: [44.0, right],
        chars_max: CHARS_MAX,
        secret: false,
    };
    let response = edit(ui, rect, text, &look);
    put_icon(ui, pos2(rect.left() + 24.0, rect.center().y), icon::SEARCH, 19.0, t.ink3);
    if let Some(key) = key {
        key_cap(ui, pos2(rect.right() - 12.0, rect.center().y), key, t.ink3);
    }
    response
}

/// A field with its label above; the label is also its accessible name.
pub(crate) fn field(
    ui: &mut Ui,
    text: &mut String,
    name: &str,
    hint: &str,
    author_id: &str,
    width: f32,
) -> Response {
    labelled(ui, text, [name, hint, author_id], width, CHARS_MAX, false)
}

/// A field for a text that is pasted, such as an invite.
pub(crate) fn long_field(
    ui: &mut Ui,
    text: &mut String,
    name: &str,
    hint: &str,
    author_id: &str,
    width: f32,
) -> Response {
    labelled(ui, text, [name, hint, author_id], width, LONG_CHARS_MAX, false)
}

/// A field for a PIN: digits, not shown.
pub(crate) fn pin_field(
    ui: &mut Ui,
    text: &mut String,
    name: &str,
    author_id: &str,
    width: f32,
) -> Response {
    let response = labelled(ui, text, [name, "", author_id], width, PIN_DIGITS_MAX, true);
    text.retain(|char| char.is_ascii_digit());
    text.truncate(PIN_DIGITS_MAX);
    response
}

/// Puts the cursor of a field behind its text, after the screen has changed it.
pub(crate) fn cursor_to_end(ui: &Ui, author_id: &str, text: &str) {
    let id = field_id(author_id);
    if let Some(mut state) = TextEdit::load_state(ui.ctx(), id) {
        let end = CCursor::new(text.chars().count());
        state.cursor.set_char_range(Some(CCursorRange::one(end)));
        TextEdit::store_state(ui.ctx(), id, state);
    }
}

fn labelled(
    ui: &mut Ui,
    text: &mut String,
    [name, hint, author_id]: [&str; 3],
    width: f32,
    chars_max: usize,
    secret: bool,
) -> Response {
    let t = tokens(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(width, 68.0), Sense::hover());
    let label = font(Weight::Semibold, size::SMALL);
    put(ui, rect.min + vec2(1.0, 9.0), Align2::LEFT_CENTER, name, label, t.ink2);
    let frame = Rect::from_min_max(pos2(rect.left(), rect.top() + 22.0), rect.max);
    let look = Look {
        name,
        hint,
        author_id,
        font: font(Weight::Medium, size::STRONG),
        inset: [14.0, 14.0],
        chars_max,
        secret,
    };
    edit(ui, frame, text, &look)
}

fn edit(ui: &mut Ui, rect: Rect, text: &mut String, look: &Look<'_>) -> Response {
    let t = tokens(ui);
    let id = field_id(look.author_id);
    let focused = ui.memory(|memory| memory.has_focus(id));
    let stroke = if focused { Stroke::new(2.0, t.accent) } else { Stroke::new(1.0, t.line_strong) };
    let corners = CornerRadius::same(radius::MD);
    ui.painter().rect(rect, corners, t.surface, stroke, StrokeKind::Inside);
    let [left, right] = look.inset;
    let inner = Rect::from_min_max(
        pos2(rect.left() + left, rect.top()),
        pos2(rect.right() - right, rect.bottom()),
    );
    let hint = RichText::new(look.hint).font(font(Weight::Regular, look.font.size)).color(t.ink3);
    let edit = TextEdit::singleline(text)
        .id(id)
        .frame(Frame::NONE)
        .font(look.font.clone())
        .password(look.secret)
        .text_color(t.ink)
        .hint_text(hint)
        .align(Align2::LEFT_CENTER)
        .char_limit(look.chars_max)
        .desired_width(inner.width())
        .margin(Margin::ZERO);
    let response = ui.put(inner, edit);
    ui.ctx().accesskit_node_builder(id, |node| {
        node.set_label(look.name.to_owned());
        node.set_author_id(look.author_id.to_owned());
    });
    response
}
