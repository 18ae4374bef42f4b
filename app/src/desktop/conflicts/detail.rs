//! One conflict: its story, the values as cards, and the decision.

use super::value;
use super::{Conflicts, Pick};
use crate::desktop::icon;
use crate::desktop::scene::{Outbox, Scene};
use crate::desktop::theme::{Weight, font, mono, radius, size, tokens};
use crate::desktop::widgets::{
    Button, Kind, Tone, author, avatar, card, child, dashed_line, field, figure, initials, notice,
    paint_chip, paragraph, put, put_fit, put_icon, sub, wrapped,
};
use crate::desktop::words::tr;
use egui::{
    Align2, CornerRadius, Rect, Role, ScrollArea, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2,
    vec2,
};
use till_node::command::{Choice, ConflictStatus, ConflictView};
use till_schema::LogId;
use till_schema::body::Decision;

const CARD_HEIGHT: f32 = 168.0;
const CARDS_A_ROW: usize = 3;
const BAR_HEIGHT: f32 = 72.0;
const APPLY_WIDTH: f32 = 300.0;

impl Conflicts {
    /// Draws the conflict that is selected.
    pub(super) fn detail(
        &mut self,
        ui: &mut Ui,
        rect: Rect,
        view: &ConflictView,
        scene: &Scene<'_>,
        out: &mut Outbox,
    ) {
        let decided = view.status == ConflictStatus::Closed;
        let bar_height = if decided { 0.0 } else { BAR_HEIGHT + 12.0 };
        let body = Rect::from_min_max(rect.min, rect.max - vec2(0.0, bar_height));
        child(ui, body, "body", |ui| {
            ui.spacing_mut().item_spacing.y = 14.0;
            ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
                self.body(ui, view, scene);
            });
        });
        if !decided {
            let bar = Rect::from_min_max(rect.left_bottom() - vec2(0.0, BAR_HEIGHT), rect.max);
            child(ui, bar, "bar", |ui| self.bar(ui, bar, view, scene, out));
        }
    }

    fn body(&mut self, ui: &mut Ui, view: &ConflictView, scene: &Scene<'_>) {
        let t = tokens(ui);
        let words = scene.words;
        let title = format!("{} — {}", value::title(view, scene), value::about(view, scene));
        paragraph(ui, &title, Weight::Bold, 26.0, t.ink);
        let story = value::story(view, scene);
        paragraph(ui, &story, Weight::Regular, size::BODY, t.ink2);
        if let Some((tone, text)) = &self.notice {
            notice(ui, *tone, text, "conflicts.notice");
        }
        if !view.current.is_empty() {
            meanwhile(ui, &value::current(view, scene), scene);
        }
        let decided = view.status == ConflictStatus::Closed;
        for row in 0..view.candidates.len().div_ceil(CARDS_A_ROW) {
            let (rect, _) =
                ui.allocate_exact_size(vec2(ui.available_width(), CARD_HEIGHT), Sense::hover());
            let from = row * CARDS_A_ROW;
            let in_row = (view.candidates.len() - from).min(CARDS_A_ROW);
            let gap = 16.0;
            let width = (rect.width() - gap * (in_row as f32 - 1.0)) / in_row as f32;
            for column in 0..in_row {
                let x = column as f32 * (width + gap);
                let at = sub(rect, x, 0.0, width, CARD_HEIGHT);
                self.candidate(ui, at, from + column, view, decided, scene);
            }
        }
        if value::takes_other(view) && !decided {
            let (name, hint) = if view.candidates.is_empty() {
                (tr!(words, "counted"), tr!(words, "counted-hint"))
            } else {
                (tr!(words, "other-value"), tr!(words, "other-hint"))
            };
            let width = ui.available_width().min(360.0);
            let response = field(ui, &mut self.other, &name, &hint, "conflicts.other", width);
            if response.changed() {
                self.pick = (!self.other.trim().is_empty()).then_some(Pick::Other);
            }
        }
        for row in &view.resolutions {
            let decision = match &row.decision {
                Decision::Keep(hash) => view
                    .candidates
                    .iter()
                    .find(|known| known.set_by.hash == *hash)
                    .map_or_else(|| hash.short(), |known| value::value(view, &known.value, scene)),
                Decision::Other(text) => text.clone(),
                Decision::Acknowledge => tr!(words, "acknowledged"),
            };
            let who = device_name(row.entry.log, scene);
            let when = scene.when(row.entry.wall_ms);
            let text = tr!(words, "decided", decision = decision, who = who, when = when);
            paragraph(ui, &text, Weight::Medium, size::SMALL, t.ink2);
            if !row.note.is_empty() {
                paragraph(ui, &row.note, Weight::Regular, size::SMALL, t.ink3);
            }
        }
    }

    /// A value as a radio card.
    fn candidate(
        &mut self,
        ui: &mut Ui,
        rect: Rect,
        place: usize,
        view: &ConflictView,
        decided: bool,
        scene: &Scene<'_>,
    ) {
        let t = tokens(ui);
        let known = &view.candidates[place];
        let author_id = format!("conflicts.keep.{place}");
        let sense = if decided { Sense::hover() } else { Sense::click() };
        let response = ui.interact(rect, ui.scope_id().with(&author_id), sense);
        let on = self.pick == Some(Pick::Keep(place));
        let border = if on || response.has_focus() {
            Stroke::new(2.0, t.accent)
        } else if response.hovered() && !decided {
            Stroke::new(1.0, t.line_strong)
        } else {
            Stroke::new(1.0, t.line)
        };
        let corners = CornerRadius::same(radius::LG);
        ui.painter().rect(rect, corners, t.surface, border, StrokeKind::Inside);
        let device = value::device(view, place);
        avatar(ui, rect.min + vec2(36.0, 36.0), 18.0, &initials(&device), t);
        let strong = font(Weight::Semibold, size::BODY);
        let room = rect.width() - 64.0 - 56.0;
        let at = rect.min + vec2(64.0, 27.0);
        let drawn = put_fit(ui, at, Align2::LEFT_CENTER, &device, strong, t.ink, room);
        if Some(known.set_by.log) == scene.snapshot.device && drawn.width() + 100.0 < room {
            let text = tr!(scene.words, "this-device");
            let at = pos2(drawn.right() + 8.0, drawn.center().y);
            paint_chip(ui, at, Align2::LEFT_CENTER, Tone::Accent, &text);
        }
        let when = scene.when(known.set_by.wall_ms);
        let regular = font(Weight::Regular, size::SMALL);
        let at = rect.min + vec2(64.0, 46.0);
        put(ui, at, Align2::LEFT_CENTER, &when, regular, t.ink2);
        if !decided {
            let center = pos2(rect.right() - 28.0, rect.top() + 36.0);
            let edge = Stroke::new(1.5, if on { t.accent } else { t.line_strong });
            ui.painter().circle(center, 10.0, if on { t.accent } else { t.surface }, edge);
            if on {
                ui.painter().circle_filled(center, 4.0, t.on_accent);
            }
        }
        let shown = value::value(view, &known.value, scene);
        let size_of_value = if shown.chars().count() > 14 { size::TITLE } else { 34.0 };
        let bold = font(Weight::Bold, size_of_value);
        let galley = wrapped(ui, &shown, bold, t.ink, rect.width() - 40.0, 2);
        let y = rect.top() + 100.0 - galley.size().y / 2.0;
        ui.painter().galley(pos2(rect.left() + 20.0, y), galley, t.ink);
        let letter = char::from(b'A' + u8::try_from(place % 26).expect("below 26"));
        let mark = format!("{letter} · #{}  {}", known.set_by.seq, known.set_by.hash.short());
        let at = pos2(rect.left() + 20.0, rect.bottom() - 20.0);
        put(ui, at, Align2::LEFT_CENTER, mark, mono(11.5), t.ink3);
        let name = tr!(scene.words, "keep-from", value = shown, device = device, when = when);
        response.widget_info(|| WidgetInfo::selected(Role::RadioButton, !decided, on, &name));
        author(ui, response.id, &author_id);
        if response.clicked() {
            // Pressed again it is taken back: a duplicate may stay as it is.
            self.pick = (!on).then_some(Pick::Keep(place));
        }
    }

    fn bar(
        &mut self,
        ui: &mut Ui,
        rect: Rect,
        view: &ConflictView,
        scene: &Scene<'_>,
        out: &mut Outbox,
    ) {
        let words = scene.words;
        let note = sub(rect, 0.0, 0.0, rect.width() - APPLY_WIDTH - 16.0, 68.0);
        child(ui, note, "note", |ui| {
            let (name, hint) = (tr!(words, "note"), tr!(words, "note-hint"));
            field(ui, &mut self.note, &name, &hint, "conflicts.note", note.width());
        });
        let (label, choice) = self.decision(view, scene);
        let live = self.pending.is_none();
        let label = if live { label } else { tr!(words, "saving") };
        let at = sub(rect, rect.width() - APPLY_WIDTH, 20.0, APPLY_WIDTH, 48.0);
        let pressed = child(ui, at, "apply", |ui| {
            let button = Button::new(&label, "conflicts.apply", Kind::Primary)
                .icon(icon::CHECK)
                .height(48.0)
                .width(APPLY_WIDTH)
                .enabled(live && choice.is_some());
            ui.add(button).clicked()
        });
        if pressed && let Some(choice) = choice {
            self.send(view, choice, out);
        }
    }

    /// What the button would do: its label says the effect.
    fn decision(&self, view: &ConflictView, scene: &Scene<'_>) -> (String, Option<Choice>) {
        let words = scene.words;
        match self.pick {
            Some(Pick::Keep(place)) => match view.candidates.get(place) {
                Some(known) => {
                    let value = value::value(view, &known.value, scene);
                    let label = if value::is_duplicate(view) {
                        tr!(words, "keep-record", value = value)
                    } else {
                        tr!(words, "set-to", value = value)
                    };
                    (label, Some(Choice::Keep(place)))
                }
                None => (tr!(words, "choose-value"), None),
            },
            Some(Pick::Other) => match value::typed(view, &self.other, scene) {
                Ok((sent, shown)) => {
                    (tr!(words, "set-to", value = shown), Some(Choice::Other(sent)))
                }
                Err(_) => (tr!(words, "value-wrong"), None),
            },
            None if view.candidates.is_empty() || value::is_duplicate(view) => {
                (tr!(words, "acknowledge"), Some(Choice::Acknowledge))
            }
            None => (tr!(words, "choose-value"), None),
        }
    }
}

/// The value that tills use until someone decides, under a dashed line: it is
/// not yet common.
fn meanwhile(ui: &mut Ui, current: &str, scene: &Scene<'_>) {
    let t = tokens(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 76.0), Sense::hover());
    card(ui, rect);
    dashed_line(ui, rect.bottom() - 6.0, rect.left() + 16.0..=rect.right() - 16.0, t.line_strong);
    put_icon(ui, pos2(rect.left() + 28.0, rect.center().y - 2.0), icon::CLOCK, 17.0, t.ink3);
    child(ui, sub(rect, 52.0, 12.0, rect.width() - 68.0, 54.0), "meanwhile", |ui| {
        let caption = tr!(scene.words, "meanwhile");
        let bold = font(Weight::Bold, size::TITLE);
        figure(ui, "conflicts.current", &caption, current, bold, t.ink);
    });
}

/// A device's name, or the start of its key.
fn device_name(log: LogId, scene: &Scene<'_>) -> String {
    let snapshot = scene.snapshot;
    if snapshot.device == Some(log) {
        return snapshot.device_name.clone();
    }
    let peer = snapshot.sync.peers.iter().find(|peer| peer.log == log);
    peer.map_or_else(|| log.short(), |peer| peer.name.clone())
}
