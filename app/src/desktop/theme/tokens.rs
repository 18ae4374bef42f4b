//! One colour a role. The only file that names a raw colour.
#![allow(clippy::disallowed_methods)]

use egui::Color32;

const fn hex(rgb: u32) -> Color32 {
    Color32::from_rgb((rgb >> 16) as u8, (rgb >> 8) as u8, rgb as u8)
}

/// One value per role.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tokens {
    /// Whether this is the dark theme.
    pub(crate) dark: bool,
    /// The desk behind everything.
    pub(crate) bg: Color32,
    /// Side lists.
    pub(crate) panel: Color32,
    /// Cards and paper.
    pub(crate) surface: Color32,
    /// Keypad and tracks.
    pub(crate) sunken: Color32,
    /// Hairlines.
    pub(crate) line: Color32,
    /// Borders of inputs, tear lines.
    pub(crate) line_strong: Color32,
    /// Text.
    pub(crate) ink: Color32,
    /// Secondary text.
    pub(crate) ink2: Color32,
    /// Hints.
    pub(crate) ink3: Color32,
    /// Primary action, selection, focus.
    pub(crate) accent: Color32,
    /// Primary action under the pointer.
    pub(crate) accent_hover: Color32,
    /// Primary action held down.
    pub(crate) accent_press: Color32,
    /// Selected row.
    pub(crate) accent_soft: Color32,
    /// Text on the accent.
    pub(crate) on_accent: Color32,
    /// Synced, accepted.
    pub(crate) ok: Color32,
    /// Behind it.
    pub(crate) ok_soft: Color32,
    /// Sending, low.
    pub(crate) warn: Color32,
    /// Behind it.
    pub(crate) warn_soft: Color32,
    /// Offline, refused, destructive.
    pub(crate) bad: Color32,
    /// Behind it.
    pub(crate) bad_soft: Color32,
    /// Dots and lines: 3:1 is enough, so they may be vivid.
    pub(crate) ok_mark: Color32,
    /// See `ok_mark`.
    pub(crate) warn_mark: Color32,
    /// See `ok_mark`; also the rail's badge.
    pub(crate) bad_mark: Color32,
    /// Navigation.
    pub(crate) rail: Color32,
    /// Text on it.
    pub(crate) rail_ink: Color32,
    /// The screen shown.
    pub(crate) rail_active: Color32,
    /// Under the pointer.
    pub(crate) rail_hover: Color32,
    /// Text on `rail_active`, and the mark.
    pub(crate) on_rail: Color32,
    /// The mark's third node.
    pub(crate) rail_spark: Color32,
    /// Shadow of paper.
    pub(crate) shadow: Color32,
}

/// Daylight.
pub(crate) const LIGHT: Tokens = Tokens {
    dark: false,
    bg: hex(0xF3EFE6),
    panel: hex(0xFAF8F3),
    surface: hex(0xFFFFFF),
    sunken: hex(0xEAE5D9),
    line: hex(0xE3DDD0),
    line_strong: hex(0xC9C0AE),
    ink: hex(0x1B1A17),
    ink2: hex(0x56524A),
    ink3: hex(0x6C665B),
    accent: hex(0x2A45D6),
    accent_hover: hex(0x2038B8),
    accent_press: hex(0x182C96),
    accent_soft: hex(0xE6EAFC),
    on_accent: hex(0xFFFFFF),
    ok: hex(0x187A45),
    ok_soft: hex(0xDFF1E5),
    warn: hex(0x985300),
    warn_soft: hex(0xFBEBD0),
    bad: hex(0xBE2B27),
    bad_soft: hex(0xFBE2DF),
    ok_mark: hex(0x1C9A56),
    warn_mark: hex(0xDD7A00),
    bad_mark: hex(0xDB3B36),
    rail: hex(0x141A33),
    rail_ink: hex(0xA3ABCB),
    rail_active: hex(0x2A45D6),
    rail_hover: hex(0x222846),
    on_rail: hex(0xFFFFFF),
    rail_spark: hex(0x8096FF),
    shadow: Color32::from_black_alpha(18),
};

/// Evening.
pub(crate) const DARK: Tokens = Tokens {
    dark: true,
    bg: hex(0x13141A),
    panel: hex(0x1A1C23),
    surface: hex(0x21242D),
    sunken: hex(0x0E0F14),
    line: hex(0x30343F),
    line_strong: hex(0x474C5A),
    ink: hex(0xF1EEE7),
    ink2: hex(0xB9BAC2),
    ink3: hex(0x8E919C),
    accent: hex(0x8096FF),
    accent_hover: hex(0x98AAFF),
    accent_press: hex(0x6A81F0),
    accent_soft: hex(0x272E52),
    on_accent: hex(0x0C1130),
    ok: hex(0x55C588),
    ok_soft: hex(0x17321F),
    warn: hex(0xF2A94B),
    warn_soft: hex(0x3A2A10),
    bad: hex(0xF47C75),
    bad_soft: hex(0x401D1B),
    ok_mark: hex(0x43BE7B),
    warn_mark: hex(0xF29A2E),
    bad_mark: hex(0xF0625B),
    rail: hex(0x0B0D16),
    rail_ink: hex(0x8C93AE),
    rail_active: hex(0x2E46C7),
    rail_hover: hex(0x1A1D29),
    on_rail: hex(0xFFFFFF),
    rail_spark: hex(0x8096FF),
    shadow: Color32::from_black_alpha(70),
};

/// Hues of categories: readable as a dot and as a soft tint.
pub(crate) const HUES: [Color32; 8] = [
    hex(0x8A5A3B),
    hex(0xC0831A),
    hex(0x3C7CC4),
    hex(0x4E9438),
    hex(0x22908A),
    hex(0xB23F6E),
    hex(0x7A55C4),
    hex(0x5C6675),
];

impl Tokens {
    /// A hue mixed into the surface, for the ground of a category's icon.
    pub(crate) fn tint(&self, hue: Color32) -> Color32 {
        mix(hue, self.surface, if self.dark { 0.26 } else { 0.12 })
    }

    /// A hue to draw on its own tint.
    pub(crate) fn on_tint(&self, hue: Color32) -> Color32 {
        if self.dark { mix(hue, self.on_rail, 0.55) } else { hue }
    }
}

fn mix(a: Color32, b: Color32, share: f32) -> Color32 {
    let part = |a: u8, b: u8| (f32::from(a) * share + f32::from(b) * (1.0 - share)) as u8;
    Color32::from_rgb(part(a.r(), b.r()), part(a.g(), b.g()), part(a.b(), b.b()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative luminance of WCAG 2.
    fn luminance(color: Color32) -> f64 {
        let linear = |channel: u8| {
            let value = f64::from(channel) / 255.0;
            if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(color.r()) + 0.7152 * linear(color.g()) + 0.0722 * linear(color.b())
    }

    fn contrast(a: Color32, b: Color32) -> f64 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn text_is_readable_on_every_ground_it_stands_on() {
        for t in [&LIGHT, &DARK] {
            let grounds = [t.bg, t.panel, t.surface, t.sunken];
            let mut pairs = vec![
                ("on accent", t.on_accent, t.accent),
                ("on accent, hover", t.on_accent, t.accent_hover),
                ("on accent, press", t.on_accent, t.accent_press),
                ("accent, soft", t.accent, t.accent_soft),
                ("ink, soft accent", t.ink, t.accent_soft),
                ("ink2, soft accent", t.ink2, t.accent_soft),
                ("ok", t.ok, t.ok_soft),
                ("warn", t.warn, t.warn_soft),
                ("bad", t.bad, t.bad_soft),
                ("bad on surface", t.bad, t.surface),
                ("bad on panel", t.bad, t.panel),
                ("bad on desk", t.bad, t.bg),
                ("warn on surface", t.warn, t.surface),
                ("rail", t.rail_ink, t.rail),
                ("rail, active", t.on_rail, t.rail_active),
            ];
            for ground in grounds {
                pairs.extend([("ink", t.ink, ground), ("ink2", t.ink2, ground)]);
                pairs.push(("ink3", t.ink3, ground));
            }
            for (name, text, ground) in pairs {
                let ratio = contrast(text, ground);
                assert!(ratio >= 4.5, "{name}, dark {}: {ratio:.2}", t.dark);
            }
            for mark in [t.ok_mark, t.warn_mark, t.bad_mark] {
                assert!(contrast(mark, t.surface) >= 3.0, "mark, dark {}", t.dark);
            }
        }
    }
}
