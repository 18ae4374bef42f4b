//! A box to tick.

use super::{author, put_icon, wrapped};
use crate::desktop::icon;
use crate::desktop::theme::{Weight, font, radius, size, tokens};
use egui::{CornerRadius, Response, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2};

/// A box with its sentence over the whole width; a press anywhere on it, or the
/// space bar, ticks it.
pub(crate) fn check(ui: &mut Ui, on: &mut bool, text: &str, author_id: &str) -> Response {
    let t = tokens(ui);
    let width = ui.available_width();
    let galley = wrapped(ui, text, font(Weight::Semibold, size::BODY), t.ink, width - 60.0, 3);
    let height = (galley.size().y + 20.0).max(48.0);
    let (rect, response) = ui.allocate_exact_size(vec2(width, height), Sense::click());
    if response.clicked() {
        *on = !*on;
    }
    let corners = CornerRadius::same(radius::MD);
    let fill = if *on { t.accent_soft } else { t.surface };
    let lively = response.hovered() || response.has_focus();
    let border = Stroke::new(1.0, if *on || lively { t.accent } else { t.line_strong });
    ui.painter().rect(rect, corners, fill, border, StrokeKind::Inside);
    if response.has_focus() {
        super::button::focus_ring(ui, rect, t);
    }
    let center = pos2(rect.left() + 26.0, rect.center().y);
    let square = egui::Rect::from_center_size(center, vec2(22.0, 22.0));
    let fill = if *on { t.accent } else { t.surface };
    let corners = CornerRadius::same(radius::SM);
    ui.painter().rect(square, corners, fill, Stroke::new(1.5, t.accent), StrokeKind::Inside);
    if *on {
        put_icon(ui, center, icon::CHECK, 15.0, t.on_accent);
    }
    let at = pos2(rect.left() + 50.0, rect.center().y - galley.size().y / 2.0);
    ui.painter().galley(at, galley, t.ink);
    let ticked = *on;
    response.widget_info(|| WidgetInfo::selected(Role::CheckBox, true, ticked, text));
    author(ui, response.id, author_id);
    response
}
