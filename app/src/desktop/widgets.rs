//! Widgets of the window's look. Every one that can be acted on has a name in
//! the language of the window, and a language-free author id
//! (`screen.thing[.key]`) by which tests and outside drivers find it.

mod button;
mod check;
mod chip;
mod field;
mod keypad;
mod notice;
mod paper;

pub(crate) use button::{Button, Kind};
pub(crate) use check::check;
pub(crate) use chip::{Tone, chip, mark_of, paint_chip, toggle_chip, tone_colors};
pub(crate) use field::{cursor_to_end, field, field_id, long_field, pin_field, search};
pub(crate) use keypad::{digit_pad, keypad};
pub(crate) use notice::notice;
pub(crate) use paper::{dashed_line, paper, paper_shape};

use super::theme::{Tokens, Weight, font, icon_font, radius, size, tokens};
use egui::{
    Align, Align2, Color32, CornerRadius, FontId, Galley, Layout, Pos2, Rect, Response, Role,
    Sense, Stroke, StrokeKind, Ui, UiBuilder, WidgetInfo, vec2,
};
use std::sync::Arc;

/// Gives a widget its language-free name.
pub(crate) fn author(ui: &Ui, id: egui::Id, name: &str) {
    ui.ctx().accesskit_node_builder(id, |node| node.set_author_id(name.to_owned()));
}

/// Paints text. What only repeats a widget's name needs no node of its own;
/// everything else goes through [`say`].
pub(crate) fn put(
    ui: &Ui,
    at: Pos2,
    anchor: Align2,
    text: impl Into<String>,
    font: FontId,
    color: Color32,
) -> Rect {
    ui.painter().text(at, anchor, text.into(), font, color)
}

/// Paints an icon centred on a point.
pub(crate) fn put_icon(ui: &Ui, center: Pos2, icon: char, size: f32, color: Color32) {
    put(ui, center, Align2::CENTER_CENTER, icon, icon_font(size), color);
}

/// One line of text, not cut.
pub(crate) fn line(ui: &Ui, text: &str, font: FontId, color: Color32) -> Arc<Galley> {
    ui.fonts_mut(|fonts| fonts.layout_no_wrap(text.to_owned(), font, color))
}

/// Text laid out in at most `rows` rows of a width, the rest cut with an ellipsis.
pub(crate) fn wrapped(
    ui: &Ui,
    text: &str,
    font: FontId,
    color: Color32,
    width: f32,
    rows: usize,
) -> Arc<Galley> {
    let mut job = egui::text::LayoutJob::simple(text.to_owned(), font, color, width.max(8.0));
    job.wrap.max_rows = rows;
    ui.fonts_mut(|fonts| fonts.layout_job(job))
}

/// Paints one line cut to a width.
pub(crate) fn put_fit(
    ui: &Ui,
    at: Pos2,
    anchor: Align2,
    text: &str,
    font: FontId,
    color: Color32,
    width: f32,
) -> Rect {
    let galley = wrapped(ui, text, font, color, width, 1);
    let rect = anchor.anchor_size(at, galley.size());
    ui.painter().galley(rect.min, galley, color);
    rect
}

/// Puts a text that is painted into `rect` into the accessibility tree.
pub(crate) fn say(ui: &Ui, rect: Rect, author_id: &str, text: &str) -> Response {
    let id = ui.scope_id().with(("say", author_id));
    let response = ui.interact(rect, id, Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, text));
    author(ui, id, author_id);
    response
}

/// A paragraph that wraps at the available width.
pub(crate) fn paragraph(ui: &mut Ui, text: &str, weight: Weight, size: f32, color: Color32) {
    let galley = wrapped(ui, text, font(weight, size), color, ui.available_width(), usize::MAX);
    let (rect, response) = ui.allocate_exact_size(galley.size(), Sense::hover());
    ui.painter().galley(rect.min, galley, color);
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, text));
}

/// A figure under its caption, named "caption value"; the value is one line.
pub(crate) fn figure(
    ui: &mut Ui,
    author_id: &str,
    caption: &str,
    value: &str,
    font_of_value: FontId,
    color: Color32,
) {
    let t = tokens(ui);
    let caption_line = line(ui, caption, font(Weight::Medium, size::SMALL), t.ink2);
    let width = ui.available_width();
    let value_line = wrapped(ui, value, font_of_value, color, width, 1);
    let gap = 2.0;
    let height = caption_line.size().y + gap + value_line.size().y;
    let (rect, response) = ui.allocate_exact_size(vec2(width, height), Sense::hover());
    let top = rect.top() + caption_line.size().y + gap;
    ui.painter().galley(rect.min, caption_line, t.ink2);
    ui.painter().galley(egui::pos2(rect.left(), top), value_line, color);
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, format!("{caption} {value}")));
    author(ui, response.id, author_id);
}

/// A card's ground.
pub(crate) fn card(ui: &Ui, rect: Rect) {
    let t = tokens(ui);
    let stroke = Stroke::new(1.0, t.line);
    ui.painter().rect(rect, CornerRadius::same(radius::LG), t.surface, stroke, StrokeKind::Inside);
}

/// A disc with initials.
pub(crate) fn avatar(ui: &Ui, center: Pos2, radius: f32, initials: &str, t: &Tokens) {
    ui.painter().circle_filled(center, radius, t.sunken);
    let font = font(Weight::Bold, radius * 0.8);
    put(ui, center, Align2::CENTER_CENTER, initials, font, t.ink2);
}

/// The first letters of the first two words.
pub(crate) fn initials(name: &str) -> String {
    let firsts = name.split_whitespace().take(2).filter_map(|word| word.chars().next());
    firsts.flat_map(char::to_uppercase).collect()
}

/// A rectangle at an offset inside another.
pub(crate) fn sub(rect: Rect, x: f32, y: f32, width: f32, height: f32) -> Rect {
    Rect::from_min_size(rect.min + vec2(x, y), vec2(width.max(0.0), height.max(0.0)))
}

/// Lays widgets out in a rectangle, from its top, cut at its edge. Takes no
/// room in the layout around it.
pub(crate) fn child<R>(ui: &mut Ui, rect: Rect, id: &str, add: impl FnOnce(&mut Ui) -> R) -> R {
    let builder = UiBuilder::new().max_rect(rect).id_salt(id).layout(Layout::top_down(Align::Min));
    let clip = ui.clip_rect();
    let mut inner = ui.new_child(builder);
    // Focus rings are drawn just outside of their widgets.
    inner.set_clip_rect(rect.expand(3.0).intersect(clip));
    add(&mut inner)
}
