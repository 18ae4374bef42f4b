//! Buttons.

use super::{author, line, put_icon};
use crate::desktop::theme::{Tokens, Weight, font, mono, radius, size, tokens};
use egui::{
    Align2, Color32, CornerRadius, Pos2, Rect, Response, Role, Sense, Stroke, StrokeKind, Ui,
    WidgetInfo, pos2, vec2,
};

/// How much a button calls for attention.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The one thing to do next.
    Primary,
    /// Anything else.
    Secondary,
    /// Ways back.
    Ghost,
}

/// A button: label, optional icon and key cap.
pub(crate) struct Button<'a> {
    label: &'a str,
    author_id: &'a str,
    kind: Kind,
    icon: Option<char>,
    height: f32,
    width: Option<f32>,
    key: Option<&'a str>,
    text: f32,
    enabled: bool,
    icon_only: bool,
}

const PADDING: f32 = 14.0;
const ICON_GAP: f32 = 8.0;

impl<'a> Button<'a> {
    /// A button with a label and its author id.
    pub(crate) fn new(label: &'a str, author_id: &'a str, kind: Kind) -> Self {
        Self {
            label,
            author_id,
            kind,
            icon: None,
            height: 40.0,
            width: None,
            key: None,
            text: size::BODY,
            enabled: true,
            icon_only: false,
        }
    }

    /// With an icon before the label.
    pub(crate) fn icon(mut self, icon: char) -> Self {
        self.icon = Some(icon);
        self
    }

    /// Shows the icon alone; the label stays as the name.
    pub(crate) fn icon_only(mut self, icon: char) -> Self {
        self.icon = Some(icon);
        self.icon_only = true;
        self
    }

    /// Height in points.
    pub(crate) fn height(mut self, height: f32) -> Self {
        self.height = height;
        self
    }

    /// Width in points; as wide as its content when not given.
    pub(crate) fn width(mut self, width: f32) -> Self {
        self.width = Some(width);
        self
    }

    /// With the key that does the same.
    pub(crate) fn key(mut self, key: &'a str) -> Self {
        self.key = Some(key);
        self
    }

    /// Size of the label.
    pub(crate) fn text(mut self, size: f32) -> Self {
        self.text = size;
        self
    }

    /// Whether it can be pressed.
    pub(crate) fn enabled(mut self, enabled: bool) -> Self {
        self.enabled = enabled;
        self
    }

    fn colors(&self, t: &Tokens, response: &Response) -> (Color32, Color32, Stroke) {
        let border = Stroke::new(1.0, t.line_strong);
        let (fill, ink, stroke) = match self.kind {
            Kind::Primary => (t.accent, t.on_accent, Stroke::NONE),
            Kind::Secondary => (t.surface, t.ink, border),
            Kind::Ghost => (Color32::TRANSPARENT, t.ink2, Stroke::NONE),
        };
        if !self.enabled {
            // A dead primary button must not look like the live one.
            let fill = if self.kind == Kind::Ghost { fill } else { t.sunken };
            return (fill, t.ink3, stroke);
        }
        let held = response.is_pointer_button_down_on();
        let fill = match (self.kind, held, response.hovered()) {
            (Kind::Primary, true, _) => t.accent_press,
            (Kind::Primary, false, true) => t.accent_hover,
            (_, true, _) | (_, _, true) => t.sunken,
            _ => fill,
        };
        (fill, ink, stroke)
    }
}

impl egui::Widget for Button<'_> {
    fn ui(self, ui: &mut Ui) -> Response {
        let t = tokens(ui);
        let shown = if self.icon_only { "" } else { self.label };
        let galley = line(ui, shown, font(Weight::Semibold, self.text), Color32::PLACEHOLDER);
        let icon_size = self.text + 3.0;
        let gap = if self.icon_only { 0.0 } else { ICON_GAP };
        let icon_width = if self.icon.is_some() { icon_size + gap } else { 0.0 };
        let key = self.key.map(|key| line(ui, key, mono(11.0), Color32::PLACEHOLDER));
        let key_width = key.as_ref().map_or(0.0, |key| key.size().x + 22.0);
        let padding = if self.icon_only { (self.height - icon_size) / 2.0 } else { PADDING };
        let content = galley.size().x + icon_width;
        let width = self.width.unwrap_or(content + key_width + 2.0 * padding);
        let sense = if self.enabled { Sense::click() } else { Sense::hover() };
        let (rect, response) = ui.allocate_exact_size(vec2(width, self.height), sense);

        let (fill, ink, stroke) = self.colors(t, &response);
        let corners = CornerRadius::same(radius::MD);
        ui.painter().rect(rect, corners, fill, stroke, StrokeKind::Inside);
        if response.has_focus() {
            focus_ring(ui, rect, t);
        }
        let mut x =
            if key.is_some() { rect.left() + padding } else { rect.center().x - content / 2.0 };
        if let Some(icon) = self.icon {
            put_icon(ui, pos2(x + icon_size / 2.0, rect.center().y), icon, icon_size, ink);
            x += icon_width;
        }
        let at = pos2(x, rect.center().y - galley.size().y / 2.0);
        ui.painter().galley_with_override_text_color(at, galley, ink);
        if let Some(key) = self.key {
            key_cap(ui, pos2(rect.right() - padding, rect.center().y), key, ink);
        }
        let (label, enabled) = (self.label, self.enabled);
        response.widget_info(|| WidgetInfo::labeled(Role::Button, enabled, label));
        author(ui, response.id, self.author_id);
        response
    }
}

/// The outline of the widget that has the keyboard.
pub(super) fn focus_ring(ui: &Ui, rect: Rect, t: &Tokens) {
    ui.painter().rect_stroke(
        rect.expand(2.0),
        CornerRadius::same(radius::MD + 2),
        Stroke::new(2.0, t.accent.gamma_multiply(0.6)),
        StrokeKind::Outside,
    );
}

/// A small key cap, its right end at a point.
pub(super) fn key_cap(ui: &Ui, right: Pos2, key: &str, color: Color32) {
    let galley = line(ui, key, mono(11.0), color);
    let rect = Align2::RIGHT_CENTER.anchor_size(right, galley.size() + vec2(10.0, 5.0));
    let stroke = Stroke::new(1.0, color.gamma_multiply(0.35));
    let fill = color.gamma_multiply(0.10);
    ui.painter().rect(rect, CornerRadius::same(4), fill, stroke, StrokeKind::Inside);
    ui.painter().galley(rect.min + vec2(5.0, 2.5), galley, color);
}
