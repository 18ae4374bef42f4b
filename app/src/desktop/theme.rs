//! The look of the window, "ink and paper": warm receipt-paper neutrals,
//! ballpoint blue as the only accent, an ink-navy rail. Green, orange and red
//! are kept for sync and fiscal state.

mod fonts;
mod style;
mod tokens;

pub(crate) use fonts::{Weight, font, icon_font, mono};
pub(crate) use tokens::{DARK, HUES, LIGHT, Tokens};

use egui::Theme;

/// Spacing, points.
pub(crate) mod space {
    /// Between parts of one thing.
    pub(crate) const SM: f32 = 8.0;
    /// Inside controls.
    pub(crate) const MD: f32 = 12.0;
    /// Between cards.
    pub(crate) const LG: f32 = 16.0;
    /// Around a screen.
    pub(crate) const XL: f32 = 24.0;
}

/// Corner radii, points.
pub(crate) mod radius {
    /// Chips.
    pub(crate) const SM: u8 = 6;
    /// Controls.
    pub(crate) const MD: u8 = 8;
    /// Cards and tiles.
    pub(crate) const LG: u8 = 12;
    /// Pills.
    pub(crate) const PILL: u8 = 18;
}

/// Type scale, points.
pub(crate) mod size {
    /// Chips, hints.
    pub(crate) const CAPTION: f32 = 12.0;
    /// Secondary text.
    pub(crate) const SMALL: f32 = 13.0;
    /// Text.
    pub(crate) const BODY: f32 = 14.5;
    /// Emphasised text.
    pub(crate) const STRONG: f32 = 16.0;
    /// Titles.
    pub(crate) const TITLE: f32 = 20.0;
    /// Figures.
    pub(crate) const FIGURE: f32 = 28.0;
    /// The total.
    pub(crate) const TOTAL: f32 = 40.0;
}

/// The tokens of the theme this `Ui` is drawn in.
pub(crate) fn tokens(ui: &egui::Ui) -> &'static Tokens {
    if ui.visuals().dark_mode { &DARK } else { &LIGHT }
}

/// Fonts and both themes' styles. Once, before the first frame.
pub(crate) fn install(ctx: &egui::Context) {
    ctx.set_fonts(fonts::definitions());
    for (theme, tokens) in [(Theme::Light, &LIGHT), (Theme::Dark, &DARK)] {
        ctx.style_mut_of(theme, |style| style::apply(style, tokens));
    }
}
