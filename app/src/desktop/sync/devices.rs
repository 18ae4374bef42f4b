//! One device of the shop: whether it is in reach, and how it stands.

use crate::desktop::icon;
use crate::desktop::scene::Scene;
use crate::desktop::theme::{Weight, font, size, tokens};
use crate::desktop::widgets::{Tone, author, mark_of, paint_chip, put_fit, put_icon};
use crate::desktop::words::tr;
use egui::{Align2, Role, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};
use till_node::command::{DeviceView, PeerView};
use till_schema::body::EndReason;

/// Height of a row, points.
pub(super) const ROW_HEIGHT: f32 = 60.0;

/// How a device stands in the shop; `None` while it takes part.
pub(super) fn standing(device: &DeviceView, scene: &Scene<'_>) -> Option<(Tone, String)> {
    let words = scene.words;
    // The worst first: it says why the rest follows.
    if device.forked {
        return Some((Tone::Bad, tr!(words, "device-forked")));
    }
    if let Some(reason) = device.ended {
        let text = match reason {
            EndReason::Lost => tr!(words, "device-lost"),
            EndReason::Stolen => tr!(words, "device-stolen"),
            EndReason::RolledBack => tr!(words, "device-rolled-back"),
            EndReason::Forked => tr!(words, "device-forked"),
            EndReason::Replaced => tr!(words, "device-replaced"),
        };
        return Some((Tone::Bad, text));
    }
    if device.suspended {
        return Some((Tone::Bad, tr!(words, "device-suspended")));
    }
    device.retired.then(|| (Tone::Neutral, tr!(words, "device-retired")))
}

/// Draws another device. `device` says how it stands, once that is known.
pub(super) fn row(
    ui: &mut Ui,
    place: usize,
    peer: &PeerView,
    device: Option<&DeviceView>,
    scene: &Scene<'_>,
) {
    let t = tokens(ui);
    let words = scene.words;
    let row = vec2(ui.available_width() - 8.0, ROW_HEIGHT);
    let (rect, response) = ui.allocate_exact_size(row, Sense::hover());
    let top = [rect.left_top(), rect.right_top()];
    ui.painter().line_segment(top, Stroke::new(1.0, t.line));
    let gone = device.and_then(|device| standing(device, scene));
    let (tone, link) = if peer.linked {
        (Tone::Ok, tr!(words, "linked"))
    } else if gone.is_some() {
        (Tone::Neutral, tr!(words, "out-of-reach"))
    } else {
        (Tone::Bad, tr!(words, "out-of-reach"))
    };
    let y = rect.center().y;
    ui.painter().circle_filled(pos2(rect.left() + 18.0, y), 18.0, t.sunken);
    let icon = match (&gone, peer.linked) {
        (Some(_), _) => icon::TRIANGLE_ALERT,
        (None, true) => icon::MONITOR,
        (None, false) => icon::WIFI_OFF,
    };
    put_icon(ui, pos2(rect.left() + 18.0, y), icon, 16.0, t.ink2);
    let (left, right) = (rect.left() + 48.0, rect.right());

    // What is not known to have arrived matters for devices that take part.
    let mut chips: Vec<(Tone, String)> = Vec::new();
    match &gone {
        Some((tone, text)) => chips.push((*tone, text.clone())),
        None => {
            let count = |n: u64| if n == 0 { Tone::Neutral } else { Tone::Warn };
            chips.push((count(peer.they_lack), tr!(words, "they-lack", n = peer.they_lack)));
            chips.push((count(peer.we_lack), tr!(words, "we-lack", n = peer.we_lack)));
        }
    }
    let mut x = right;
    for (tone, text) in chips.iter().rev() {
        x = paint_chip(ui, pos2(x, y), Align2::RIGHT_CENTER, *tone, text).left() - 6.0;
    }
    let room = (x - left - 8.0).max(60.0);
    let strong = font(Weight::Semibold, size::BODY);
    let at = pos2(left, y - 10.0);
    let drawn = put_fit(ui, at, Align2::LEFT_CENTER, &peer.name, strong, t.ink, room);
    let admin = device.is_some_and(|device| device.admin);
    let administers = tr!(words, "administers");
    if admin && drawn.width() + 100.0 < room {
        let at = pos2(drawn.right() + 8.0, drawn.center().y);
        paint_chip(ui, at, Align2::LEFT_CENTER, Tone::Accent, &administers);
    }
    ui.painter().circle_filled(pos2(left + 4.0, y + 11.0), 4.0, mark_of(t, tone));
    let state = match &peer.trouble {
        Some(trouble) if !peer.linked && gone.is_none() => format!("{link} · {trouble}"),
        _ => link,
    };
    let regular = font(Weight::Regular, size::SMALL);
    let at = pos2(left + 14.0, y + 11.0);
    put_fit(ui, at, Align2::LEFT_CENTER, &state, regular, t.ink2, room - 14.0);
    let mut name = format!("{}: {state}", peer.name);
    for (_, text) in &chips {
        name.push_str(", ");
        name.push_str(text);
    }
    if admin {
        name.push_str(", ");
        name.push_str(&administers);
    }
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &name));
    author(ui, response.id, &format!("sync.peer.{place}"));
}
