//! The whole window's state.

use super::conflicts::Conflicts;
use super::intent::Intent;
use super::receipts::Receipts;
use super::register::{DrawId, Register};
use super::scene::{Outbox, Scene};
use super::shell::{self, Screen};
use super::sync::Sync;
use super::theme::tokens;
use super::widgets::{child, sub};
use super::wizard::{self, Wizard};
use super::words::{Language, Words};
use till_host::snapshot::Snapshot;
use till_node::command::{CommandError, Reply};

/// The window, without the window: draws a snapshot, keeps what is typed and
/// chosen, gives back what is wanted.
pub(crate) struct Ui {
    words: Words,
    screen: Screen,
    has_shop: bool,
    utc_offset_min: i32,
    /// Come between frames; taken in with the next one's scene.
    answers: Vec<(u64, Result<Reply, CommandError>)>,
    wizard: Wizard,
    register: Register,
    receipts: Receipts,
    conflicts: Conflicts,
    sync: Sync,
    out: Outbox,
}

impl Ui {
    /// A window in a language. `draw_id` draws the ids of new orders: sixteen
    /// bytes that must be random.
    pub(crate) fn new(language: Language, draw_id: DrawId) -> Self {
        Self {
            words: Words::new(language),
            screen: Screen::default(),
            has_shop: true,
            utc_offset_min: 0,
            answers: Vec::new(),
            wizard: Wizard::default(),
            register: Register::new(draw_id),
            receipts: Receipts::default(),
            conflicts: Conflicts::default(),
            sync: Sync::default(),
            out: Outbox::default(),
        }
    }

    /// Whether this device belongs to a shop; without one the first run shows.
    pub(crate) fn set_has_shop(&mut self, has_shop: bool) {
        if has_shop && !self.has_shop {
            self.wizard = Wizard::default();
        }
        self.has_shop = has_shop;
    }

    /// Minutes that the wall clock is ahead of UTC, for times on the screen.
    pub(crate) fn set_utc_offset(&mut self, minutes: i32) {
        self.utc_offset_min = minutes;
    }

    /// Draws the snapshot as of `now_ms` (Unix ms) over the whole of `ui`, and
    /// gives what is wanted, in order.
    pub(crate) fn show(
        &mut self,
        ui: &mut egui::Ui,
        snapshot: &Snapshot,
        now_ms: i64,
    ) -> Vec<Intent> {
        let full = ui.ctx().content_rect();
        ui.set_clip_rect(full);
        ui.painter().rect_filled(full, 0, tokens(ui).bg);
        let scene =
            Scene { snapshot, words: &self.words, now_ms, utc_offset_min: self.utc_offset_min };
        for (ticket, result) in self.answers.drain(..) {
            self.register.answer(ticket, &result, &scene);
            self.conflicts.answer(ticket, &result, &scene);
            self.sync.answer(ticket, &result, &scene);
        }
        let mut switch = false;
        if !self.has_shop {
            switch = self.wizard.show(ui, full, &scene, &mut self.out);
        } else if snapshot.shop.is_none() {
            wizard::waiting(ui, full, &scene);
        } else {
            let shown = self.screen == Screen::Register;
            if self.register.watch(ui, &scene, shown) {
                self.screen = Screen::Register;
            }
            let rail = sub(full, 0.0, 0.0, shell::RAIL, full.height());
            let chosen = child(ui, rail, "rail", |ui| shell::rail(ui, rail, self.screen, &scene));
            let right = full.width() - shell::RAIL;
            let bar = sub(full, shell::RAIL, 0.0, right, shell::BAR);
            let (screen, out) = (self.screen, &mut self.out);
            let answer = child(ui, bar, "bar", |ui| shell::bar(ui, bar, screen, &scene, out));
            switch = answer.switch_language;
            let mut body = sub(full, shell::RAIL, shell::BAR, right, full.height() - shell::BAR);
            body.min.y += shell::fault(ui, body, &scene);
            child(ui, body, "body", |ui| match self.screen {
                Screen::Register => self.register.show(ui, body, &scene, &mut self.out),
                Screen::Receipts => self.receipts.show(ui, body, &scene),
                Screen::Conflicts => self.conflicts.show(ui, body, &scene, &mut self.out),
                Screen::Sync => self.sync.show(ui, body, &scene, &mut self.out),
            });
            if let Some(screen) = chosen.or(answer.screen) {
                self.screen = screen;
                ui.ctx().request_repaint();
            }
        }
        if switch {
            let language = self.words.language().other();
            self.words = Words::new(language);
            self.out.push(Intent::SetLanguage(language));
            ui.ctx().request_repaint();
        }
        self.out.take()
    }

    /// The answer to an [`Intent::Send`]; shows with the next frame. Each ticket
    /// is answered once.
    pub(crate) fn answer(&mut self, ticket: u64, result: Result<Reply, CommandError>) {
        self.answers.push((ticket, result));
    }

    /// The first run's intent failed; `text` says what to do.
    pub(crate) fn wizard_failed(&mut self, text: String) {
        self.wizard.failed(text);
    }
}
