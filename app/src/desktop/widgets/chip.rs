//! Chips: states (not to be pressed) and filters (to be pressed).

use super::{author, line, put_icon};
use crate::desktop::theme::{Tokens, Weight, font, radius, size, tokens};
use egui::{
    Align2, Color32, CornerRadius, Pos2, Rect, Response, Role, Sense, Stroke, StrokeKind, Ui,
    WidgetInfo, pos2, vec2,
};

/// What a state means. The text says it; the colour only repeats it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Tone {
    /// Nothing.
    Neutral,
    /// Chosen, or of this register.
    Accent,
    /// Done.
    Ok,
    /// On its way, or low.
    Warn,
    /// Refused, or cut off.
    Bad,
}

/// Ground and text of a tone.
pub(crate) fn tone_colors(t: &Tokens, tone: Tone) -> (Color32, Color32) {
    match tone {
        Tone::Neutral => (t.sunken, t.ink2),
        Tone::Accent => (t.accent_soft, t.accent),
        Tone::Ok => (t.ok_soft, t.ok),
        Tone::Warn => (t.warn_soft, t.warn),
        Tone::Bad => (t.bad_soft, t.bad),
    }
}

/// The vivid colour of a tone, for dots and lines.
pub(crate) fn mark_of(t: &Tokens, tone: Tone) -> Color32 {
    match tone {
        Tone::Neutral => t.line_strong,
        Tone::Accent => t.accent,
        Tone::Ok => t.ok_mark,
        Tone::Warn => t.warn_mark,
        Tone::Bad => t.bad_mark,
    }
}

/// A state with an icon, in the layout.
pub(crate) fn chip(ui: &mut Ui, tone: Tone, icon: char, text: &str, author_id: &str) -> Response {
    let (ground, ink) = tone_colors(tokens(ui), tone);
    let galley = line(ui, text, font(Weight::Semibold, size::CAPTION), ink);
    let size = vec2(galley.size().x + 36.0, 26.0);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    ui.painter().rect_filled(rect, CornerRadius::same(13), ground);
    put_icon(ui, pos2(rect.left() + 16.0, rect.center().y), icon, 14.0, ink);
    let at = pos2(rect.left() + 27.0, rect.center().y - galley.size().y / 2.0);
    ui.painter().galley(at, galley, ink);
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, text));
    author(ui, response.id, author_id);
    response
}

/// A small state painted at a point; its text belongs in the name of the
/// widget it is painted on.
pub(crate) fn paint_chip(ui: &Ui, at: Pos2, anchor: Align2, tone: Tone, text: &str) -> Rect {
    let (ground, ink) = tone_colors(tokens(ui), tone);
    let galley = line(ui, text, font(Weight::Semibold, 11.0), ink);
    let rect = anchor.anchor_size(at, galley.size() + vec2(12.0, 5.0));
    ui.painter().rect_filled(rect, CornerRadius::same(radius::SM), ground);
    ui.painter().galley(rect.min + vec2(6.0, 2.5), galley, ink);
    rect
}

/// A filter or a choice of one among few.
pub(crate) fn toggle_chip(
    ui: &mut Ui,
    on: bool,
    dot: Option<Color32>,
    text: &str,
    author_id: &str,
) -> Response {
    let t = tokens(ui);
    let ink = if on { t.on_accent } else { t.ink2 };
    let galley = line(ui, text, font(Weight::Semibold, size::SMALL), ink);
    let dot_width = if dot.is_some() { 16.0 } else { 0.0 };
    let size = vec2(galley.size().x + dot_width + 26.0, 36.0);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    let fill = match (on, response.hovered()) {
        (true, _) => t.accent,
        (false, true) => t.sunken,
        (false, false) => t.surface,
    };
    let stroke = if on { Stroke::NONE } else { Stroke::new(1.0, t.line_strong) };
    let corners = CornerRadius::same(radius::PILL);
    ui.painter().rect(rect, corners, fill, stroke, StrokeKind::Inside);
    if response.has_focus() {
        super::button::focus_ring(ui, rect.shrink(2.0), t);
    }
    if let Some(hue) = dot {
        let at = pos2(rect.left() + 17.0, rect.center().y);
        ui.painter().circle_filled(at, 4.5, if on { t.on_accent } else { hue });
    }
    let at = pos2(rect.left() + 13.0 + dot_width, rect.center().y - galley.size().y / 2.0);
    ui.painter().galley(at, galley, ink);
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, on, text));
    author(ui, response.id, author_id);
    response
}
