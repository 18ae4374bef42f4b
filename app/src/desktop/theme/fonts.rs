//! Bundled fonts, so that every machine draws the same.

use egui::{FontData, FontDefinitions, FontFamily, FontId};
use std::sync::Arc;

static INTER: &[u8] = include_bytes!("../../../assets/fonts/InterTill.ttf");
static MONO: &[u8] = include_bytes!("../../../assets/fonts/JetBrainsMono-Medium.ttf");
static ICONS: &[u8] = include_bytes!("../../../assets/fonts/lucide-subset.ttf");

/// Weight of a text.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Weight {
    /// 400.
    Regular,
    /// 500.
    Medium,
    /// 600.
    Semibold,
    /// 700.
    Bold,
}

impl Weight {
    const ALL: [(Self, f32); 4] = [
        (Self::Regular, 400.0),
        (Self::Medium, 500.0),
        (Self::Semibold, 600.0),
        (Self::Bold, 700.0),
    ];

    const fn family(self) -> &'static str {
        match self {
            Self::Regular => "till400",
            Self::Medium => "till500",
            Self::Semibold => "till600",
            Self::Bold => "till700",
        }
    }
}

/// The text face at a weight and size in points.
pub(crate) fn font(weight: Weight, size: f32) -> FontId {
    FontId::new(size, FontFamily::Name(weight.family().into()))
}

/// The face of numbers of documents, hashes and invites.
pub(crate) fn mono(size: f32) -> FontId {
    FontId::monospace(size)
}

/// The icon face.
pub(crate) fn icon_font(size: f32) -> FontId {
    FontId::new(size, FontFamily::Name("icon".into()))
}

/// One variable file gives all weights.
pub(super) fn definitions() -> FontDefinitions {
    let mut fonts = FontDefinitions::empty();
    let mut add = |name: &str, data: FontData| {
        fonts.font_data.insert(name.to_owned(), Arc::new(data));
    };
    for (weight, value) in Weight::ALL {
        let mut data = FontData::from_static(INTER);
        data.tweak.coords.push("wght", value);
        data.tweak.hinting = Some(false);
        add(weight.family(), data);
    }
    add("mono", FontData::from_static(MONO));
    add("icon", FontData::from_static(ICONS));
    let mut family = |family: FontFamily, names: &[&str]| {
        fonts.families.insert(family, names.iter().map(|name| (*name).to_owned()).collect());
    };
    for (weight, _) in Weight::ALL {
        family(FontFamily::Name(weight.family().into()), &[weight.family(), "icon"]);
    }
    family(FontFamily::Name("icon".into()), &["icon"]);
    family(FontFamily::Proportional, &[Weight::Regular.family(), "icon"]);
    family(FontFamily::Monospace, &["mono", Weight::Regular.family()]);
    fonts
}
