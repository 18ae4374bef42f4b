//! What two devices said differently, and a person's decision.

mod detail;
mod value;

use super::icon;
use super::scene::{Outbox, Scene};
use super::theme::{Weight, font, icon_font, radius, size, tokens};
use super::widgets::{Tone, author, child, paint_chip, put, put_fit, put_icon, say, toggle_chip};
use super::words::tr;
use egui::{
    Align2, CornerRadius, Rect, Role, ScrollArea, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2,
    vec2,
};
use till_node::command::{Choice, Command, CommandError, ConflictStatus, ConflictView, Reply};
use till_schema::body::{ConflictKey, ConflictKind};

const LIST_WIDTH: f32 = 380.0;
const ROW_HEIGHT: f32 = 92.0;

/// Which conflicts are listed.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
enum Tab {
    /// Those that wait for a person.
    #[default]
    Open,
    /// Those decided.
    Closed,
}

/// What is picked on the card and not yet sent.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Pick {
    /// The candidate at this place.
    Keep(usize),
    /// The value that is typed.
    Other,
}

/// State of the screen.
#[derive(Default)]
pub(crate) struct Conflicts {
    tab: Tab,
    /// What pick, other value and note belong to.
    selected: Option<ConflictKey>,
    pick: Option<Pick>,
    other: String,
    note: String,
    pending: Option<u64>,
    notice: Option<(Tone, String)>,
}

impl Conflicts {
    /// Draws the screen.
    pub(crate) fn show(&mut self, ui: &mut Ui, rect: Rect, scene: &Scene<'_>, out: &mut Outbox) {
        let t = tokens(ui);
        let list = Rect::from_min_size(rect.min, vec2(LIST_WIDTH, rect.height()));
        ui.painter().rect_filled(list, 0, t.panel);
        let edge = [list.right_top(), list.right_bottom()];
        ui.painter().line_segment(edge, Stroke::new(1.0, t.line));
        let (open, closed): (Vec<&ConflictView>, Vec<&ConflictView>) =
            scene.snapshot.conflicts.iter().partition(|view| view.status != ConflictStatus::Closed);
        let counts = [open.len(), closed.len()];
        let listed = if self.tab == Tab::Open { open } else { closed };
        child(ui, list.shrink(12.0), "list", |ui| self.list(ui, &listed, counts, scene));
        let room = Rect::from_min_max(list.right_top(), rect.max).shrink2(vec2(28.0, 20.0));
        let chosen = listed.iter().find(|view| Some(&view.key) == self.selected.as_ref());
        match chosen.or(listed.first()) {
            Some(view) => {
                if self.selected.as_ref() != Some(&view.key) {
                    self.select(view);
                }
                child(ui, room, "detail", |ui| self.detail(ui, room, view, scene, out));
            }
            None => self.nothing(ui, room, scene),
        }
    }

    /// The node's answer to a decision of this screen.
    pub(crate) fn answer(
        &mut self,
        ticket: u64,
        result: &Result<Reply, CommandError>,
        scene: &Scene<'_>,
    ) {
        if self.pending != Some(ticket) {
            return;
        }
        self.pending = None;
        self.notice = Some(match result {
            Ok(_) => (Tone::Ok, tr!(scene.words, "decision-saved")),
            Err(error) => (Tone::Bad, scene.error(error)),
        });
    }

    fn select(&mut self, view: &ConflictView) {
        self.selected = Some(view.key.clone());
        self.pick = None;
        self.other.clear();
        self.note.clear();
    }

    fn send(&mut self, view: &ConflictView, choice: Choice, out: &mut Outbox) {
        let note = self.note.trim().to_owned();
        let command = Command::Resolve { conflict: view.key.clone(), choice, note };
        self.pending = Some(out.send(command));
        self.notice = None;
    }

    fn list(
        &mut self,
        ui: &mut Ui,
        listed: &[&ConflictView],
        counts: [usize; 2],
        scene: &Scene<'_>,
    ) {
        ui.spacing_mut().item_spacing.y = 8.0;
        ui.horizontal(|ui| {
            let open = tr!(scene.words, "conflicts-open", n = counts[0]);
            let on = self.tab == Tab::Open;
            if toggle_chip(ui, on, None, &open, "conflicts.tab.open").clicked() {
                self.tab = Tab::Open;
            }
            let closed = tr!(scene.words, "conflicts-closed", n = counts[1]);
            if toggle_chip(ui, !on, None, &closed, "conflicts.tab.resolved").clicked() {
                self.tab = Tab::Closed;
            }
        });
        let rows = listed.len();
        ScrollArea::vertical().auto_shrink(false).show_rows(ui, ROW_HEIGHT, rows, |ui, range| {
            for place in range {
                self.row(ui, place, listed[place], scene);
            }
        });
    }

    fn row(&mut self, ui: &mut Ui, place: usize, view: &ConflictView, scene: &Scene<'_>) {
        let t = tokens(ui);
        let row = vec2(ui.available_width() - 8.0, ROW_HEIGHT);
        let (rect, response) = ui.allocate_exact_size(row, Sense::click());
        let on = self.selected.as_ref() == Some(&view.key);
        let corners = CornerRadius::same(radius::LG);
        let stroke = if on { Stroke::new(1.5, t.accent) } else { Stroke::new(1.0, t.line) };
        let fill =
            if on || response.hovered() || response.has_focus() { t.surface } else { t.panel };
        ui.painter().rect(rect, corners, fill, stroke, StrokeKind::Inside);
        let left = rect.left() + 16.0;
        let room = rect.width() - 32.0;
        let at = pos2(left, rect.top() + 12.0);
        let strong = font(Weight::Semibold, size::BODY);
        let title = value::title(view, scene);
        put_fit(ui, at, Align2::LEFT_TOP, &title, strong, t.ink, room);
        let middle = rect.top() + 45.0;
        let icon = kind_icon(view.kind());
        put(ui, pos2(left + 7.0, middle), Align2::CENTER_CENTER, icon, icon_font(13.0), t.ink3);
        let about = value::about(view, scene);
        let regular = font(Weight::Regular, size::SMALL);
        let at = pos2(left + 20.0, middle);
        put_fit(ui, at, Align2::LEFT_CENTER, &about, regular, t.ink2, room - 20.0);
        let (tone, state) = status(view.status, scene);
        let at = pos2(left, rect.bottom() - 12.0);
        let mut x = paint_chip(ui, at, Align2::LEFT_BOTTOM, tone, &state).right() + 8.0;
        for device in &view.devices {
            if x > rect.right() - 60.0 {
                break;
            }
            let at = pos2(x, rect.bottom() - 12.0);
            x = paint_chip(ui, at, Align2::LEFT_BOTTOM, Tone::Neutral, device).right() + 4.0;
        }
        let name = format!("{title}, {about}, {state}");
        response.widget_info(|| WidgetInfo::selected(Role::Button, true, on, &name));
        author(ui, response.id, &format!("conflicts.item.{place}"));
        if response.clicked() && !on {
            self.select(view);
            self.notice = None;
        }
    }

    fn nothing(&mut self, ui: &mut Ui, rect: Rect, scene: &Scene<'_>) {
        let t = tokens(ui);
        put_icon(ui, rect.center() - vec2(0.0, 24.0), icon::SHIELD_CHECK, 30.0, t.ink3);
        let text = tr!(scene.words, "no-conflicts");
        let medium = font(Weight::Medium, size::BODY);
        let at = rect.center() + vec2(0.0, 14.0);
        let drawn = put(ui, at, Align2::CENTER_CENTER, &text, medium, t.ink2);
        say(ui, drawn, "conflicts.empty", &text);
        if let Some((tone, text)) = &self.notice {
            child(ui, rect, "notice", |ui| {
                super::widgets::notice(ui, *tone, text, "conflicts.notice");
            });
        }
    }
}

fn status(status: ConflictStatus, scene: &Scene<'_>) -> (Tone, String) {
    match status {
        ConflictStatus::Open => (Tone::Warn, tr!(scene.words, "status-open")),
        ConflictStatus::Contested => (Tone::Bad, tr!(scene.words, "status-contested")),
        ConflictStatus::Closed => (Tone::Ok, tr!(scene.words, "status-closed")),
    }
}

fn kind_icon(kind: ConflictKind) -> char {
    match kind {
        ConflictKind::Field => icon::TAG,
        ConflictKind::Oversold | ConflictKind::EditVsArchive => icon::PACKAGE,
        ConflictKind::CustomerDuplicate => icon::USER,
        ConflictKind::CodeDuplicate => icon::QR_CODE,
        ConflictKind::NumberDuplicate
        | ConflictKind::OutsideValidity
        | ConflictKind::DoubleFiscalised => icon::HASH,
        ConflictKind::FiscalRejected
        | ConflictKind::ProvisionalOpen
        | ConflictKind::DoubleRefund => icon::RECEIPT_TEXT,
        ConflictKind::AdminFork => icon::USERS,
        ConflictKind::Malformed | ConflictKind::Fork | ConflictKind::Unentitled => {
            icon::TRIANGLE_ALERT
        }
    }
}
