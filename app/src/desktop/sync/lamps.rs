//! The lamps: other tills, relay, queue, numbers; and the one lamp of the bar.

use crate::desktop::icon;
use crate::desktop::scene::Scene;
use crate::desktop::theme::{Weight, font, radius, size, tokens};
use crate::desktop::widgets::{Tone, author, put, put_fit, put_icon, sub, tone_colors};
use crate::desktop::words::tr;
use egui::{Align2, CornerRadius, Rect, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, vec2};
use till_host::snapshot::Lamp;
use till_node::command::RelayState;

/// A lamp's card.
struct LampCard {
    id: &'static str,
    icon: char,
    tone: Tone,
    caption: String,
    value: String,
    hint: String,
}

/// Tone, headline and detail of the one lamp. The text always names the cause.
pub(crate) fn lamp_words(scene: &Scene<'_>) -> (Tone, char, String, String) {
    let snapshot = scene.snapshot;
    let words = scene.words;
    let peers = &snapshot.sync.peers;
    let linked = peers.iter().filter(|peer| peer.linked).count();
    let detail = tr!(words, "peers-linked", linked = linked, all = peers.len());
    match snapshot.lamp() {
        Lamp::Red => (Tone::Bad, icon::WIFI_OFF, tr!(words, "lamp-red"), detail),
        Lamp::Green => (Tone::Ok, icon::CHECK, tr!(words, "lamp-green"), detail),
        Lamp::Orange => {
            let text = if snapshot.fiscal.pending > 0 {
                tr!(words, "lamp-sending", n = snapshot.fiscal.pending)
            } else if snapshot.numbers.iter().any(|numbers| !numbers.advice.is_empty()) {
                tr!(words, "lamp-numbers-low")
            } else {
                tr!(words, "lamp-alone")
            };
            (Tone::Warn, icon::SEND, text, detail)
        }
    }
}

/// Draws the row of lamps.
pub(super) fn show(ui: &mut Ui, rect: Rect, scene: &Scene<'_>) {
    let cards = [peers(scene), relay(scene), queue(scene), numbers(scene)];
    let gap = 16.0;
    let width = (rect.width() - gap * (cards.len() as f32 - 1.0)) / cards.len() as f32;
    for (place, card) in cards.iter().enumerate() {
        let x = place as f32 * (width + gap);
        draw(ui, sub(rect, x, 0.0, width, rect.height()), card);
    }
}

fn peers(scene: &Scene<'_>) -> LampCard {
    let peers = &scene.snapshot.sync.peers;
    let linked = peers.iter().filter(|peer| peer.linked).count();
    let lacking: u64 = peers.iter().map(|peer| peer.they_lack).min().unwrap_or(0);
    let tone = match (linked, peers.len()) {
        (_, 0) => Tone::Neutral,
        (0, _) => Tone::Bad,
        _ if lacking > 0 => Tone::Warn,
        _ => Tone::Ok,
    };
    let hint = match scene.snapshot.sync.gated {
        0 if lacking > 0 => tr!(scene.words, "entries-alone", n = lacking),
        0 => tr!(scene.words, "lan-hint"),
        gated => tr!(scene.words, "gated", n = gated),
    };
    LampCard {
        id: "sync.lamp.lan",
        icon: icon::WAYPOINTS,
        tone,
        caption: tr!(scene.words, "lan"),
        value: format!("{linked} / {}", peers.len()),
        hint,
    }
}

fn relay(scene: &Scene<'_>) -> LampCard {
    let words = scene.words;
    let (tone, value, hint) = match &scene.snapshot.fiscal.relay {
        RelayState::NotSet => {
            (Tone::Neutral, tr!(words, "relay-not-set"), tr!(words, "relay-not-set-hint"))
        }
        RelayState::Unknown => (Tone::Neutral, tr!(words, "relay-unknown"), String::new()),
        RelayState::Up => (Tone::Ok, tr!(words, "relay-up"), String::new()),
        RelayState::Down(why) => (Tone::Bad, tr!(words, "relay-down"), why.clone()),
    };
    let caption = tr!(words, "relay");
    LampCard { id: "sync.lamp.relay", icon: icon::SERVER, tone, caption, value, hint }
}

fn queue(scene: &Scene<'_>) -> LampCard {
    let queue = &scene.snapshot.fiscal;
    let (tone, hint) = if queue.rejected > 0 {
        (Tone::Bad, tr!(scene.words, "queue-rejected", n = queue.rejected))
    } else if queue.pending > 0 {
        (Tone::Warn, tr!(scene.words, "queue-pending"))
    } else {
        (Tone::Ok, tr!(scene.words, "queue-empty"))
    };
    LampCard {
        id: "sync.lamp.queue",
        icon: icon::CLOUD_UPLOAD,
        tone,
        caption: tr!(scene.words, "queue"),
        value: queue.pending.to_string(),
        hint,
    }
}

fn numbers(scene: &Scene<'_>) -> LampCard {
    let numbers = &scene.snapshot.numbers;
    let held: u64 = numbers.iter().map(|status| status.held).sum();
    let days = numbers.iter().filter_map(|status| status.days_left).min();
    let advice = numbers.iter().find(|status| !status.advice.is_empty());
    let tone = match (held, advice) {
        (0, _) => Tone::Bad,
        (_, Some(_)) => Tone::Warn,
        _ => Tone::Ok,
    };
    LampCard {
        id: "sync.lamp.numbers",
        icon: icon::HASH,
        tone,
        caption: tr!(scene.words, "numbers-left"),
        value: held.to_string(),
        hint: match (advice, days) {
            (Some(status), _) => status.advice.clone(),
            (None, Some(days)) if held > 0 => tr!(scene.words, "days-left", n = days),
            _ => String::new(),
        },
    }
}

fn draw(ui: &mut Ui, rect: Rect, card: &LampCard) {
    let t = tokens(ui);
    let response = ui.interact(rect, ui.scope_id().with(card.id), Sense::hover());
    let border = Stroke::new(1.0, t.line);
    let corners = CornerRadius::same(radius::LG);
    ui.painter().rect(rect, corners, t.surface, border, StrokeKind::Inside);
    let (ground, ink) = tone_colors(t, card.tone);
    let square = sub(rect, 18.0, 18.0, 40.0, 40.0);
    ui.painter().rect_filled(square, CornerRadius::same(11), ground);
    put_icon(ui, square.center(), card.icon, 20.0, ink);
    let medium = font(Weight::Medium, size::SMALL);
    let room = rect.width() - 84.0;
    let at = rect.min + vec2(72.0, 26.0);
    put_fit(ui, at, Align2::LEFT_CENTER, &card.caption, medium, t.ink2, room);
    let bold = font(Weight::Bold, 24.0);
    let at = rect.min + vec2(72.0, 51.0);
    put(ui, at, Align2::LEFT_CENTER, &card.value, bold, t.ink);
    let regular = font(Weight::Regular, size::CAPTION);
    let at = rect.min + vec2(18.0, 74.0);
    put_fit(ui, at, Align2::LEFT_TOP, &card.hint, regular, t.ink2, rect.width() - 34.0);
    let name = format!("{}: {}. {}", card.caption, card.value, card.hint);
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, name.trim_end_matches(". ")));
    author(ui, response.id, card.id);
}
