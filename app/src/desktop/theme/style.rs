//! Tokens applied to egui's own widgets (text fields, scroll bars, menus).

use super::{Tokens, Weight, font, mono, radius, size, space};
use egui::epaint::Shadow;
use egui::{CornerRadius, Stroke, TextStyle};

/// Makes a style of the tokens.
pub(super) fn apply(style: &mut egui::Style, t: &Tokens) {
    style.text_styles = [
        (TextStyle::Small, font(Weight::Regular, size::SMALL)),
        (TextStyle::Body, font(Weight::Regular, size::BODY)),
        (TextStyle::Button, font(Weight::Semibold, size::BODY)),
        (TextStyle::Heading, font(Weight::Bold, size::TITLE)),
        (TextStyle::Monospace, mono(size::SMALL)),
    ]
    .into();
    style.spacing.item_spacing = egui::vec2(space::SM, space::SM);
    style.spacing.button_padding = egui::vec2(space::MD, space::SM);
    style.spacing.interact_size.y = 32.0;
    style.spacing.scroll.bar_width = 8.0;
    style.animation_time = 0.08;
    colors(&mut style.visuals, t);
}

fn colors(visuals: &mut egui::Visuals, t: &Tokens) {
    *visuals = if t.dark { egui::Visuals::dark() } else { egui::Visuals::light() };
    visuals.panel_fill = t.bg;
    visuals.window_fill = t.surface;
    visuals.window_stroke = Stroke::new(1.0, t.line);
    visuals.window_corner_radius = CornerRadius::same(radius::LG);
    visuals.menu_corner_radius = CornerRadius::same(radius::MD);
    visuals.extreme_bg_color = t.surface;
    visuals.text_edit_bg_color = Some(t.surface);
    visuals.faint_bg_color = t.panel;
    visuals.override_text_color = None;
    visuals.weak_text_color = Some(t.ink3);
    visuals.hyperlink_color = t.accent;
    visuals.selection.bg_fill = t.accent.gamma_multiply(0.25);
    visuals.selection.stroke = Stroke::new(2.0, t.accent);
    visuals.warn_fg_color = t.warn;
    visuals.error_fg_color = t.bad;
    // A blinking cursor would wake an idle till twice a second.
    visuals.text_cursor.blink = false;
    let shadow = Shadow { offset: [0, 6], blur: 20, spread: 0, color: t.shadow };
    visuals.window_shadow = shadow;
    visuals.popup_shadow = shadow;
    for (widget, fill) in [
        (&mut visuals.widgets.noninteractive, t.panel),
        (&mut visuals.widgets.inactive, t.surface),
        (&mut visuals.widgets.hovered, t.sunken),
        (&mut visuals.widgets.active, t.sunken),
        (&mut visuals.widgets.open, t.sunken),
    ] {
        widget.bg_fill = fill;
        widget.weak_bg_fill = fill;
        widget.fg_stroke = Stroke::new(1.0, t.ink);
        widget.bg_stroke = Stroke::new(1.0, t.line_strong);
        widget.corner_radius = CornerRadius::same(radius::MD);
        widget.expansion = 0.0;
    }
    visuals.widgets.noninteractive.bg_stroke = Stroke::new(1.0, t.line);
}
