//! Messages that a person must not miss.

use super::{Tone, author, put_icon, tone_colors, wrapped};
use crate::desktop::icon;
use crate::desktop::theme::{Weight, font, radius, size, tokens};
use egui::{CornerRadius, Response, Role, Sense, Ui, WidgetInfo, pos2, vec2};

/// A message over the whole width, read out by screen readers. It stays until
/// the next action: nothing on a till disappears before it was read.
pub(crate) fn notice(ui: &mut Ui, tone: Tone, text: &str, author_id: &str) -> Response {
    let (ground, ink) = tone_colors(tokens(ui), tone);
    let width = ui.available_width();
    let galley = wrapped(ui, text, font(Weight::Medium, size::BODY), ink, width - 60.0, 4);
    let size = vec2(width, galley.size().y + 22.0);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    ui.painter().rect_filled(rect, CornerRadius::same(radius::MD), ground);
    let icon = match tone {
        Tone::Bad => icon::CIRCLE_ALERT,
        Tone::Warn => icon::TRIANGLE_ALERT,
        Tone::Ok => icon::CIRCLE_CHECK,
        Tone::Neutral | Tone::Accent => icon::CLOCK,
    };
    put_icon(ui, pos2(rect.left() + 22.0, rect.top() + 20.0), icon, 17.0, ink);
    let at = pos2(rect.left() + 42.0, rect.center().y - galley.size().y / 2.0);
    ui.painter().galley(at, galley, ink);
    response.widget_info(|| WidgetInfo::labeled(Role::Alert, true, text));
    author(ui, response.id, author_id);
    response
}
