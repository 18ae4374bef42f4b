//! The whole window's state.

use super::conflicts::Conflicts;
use super::intent::Intent;
use super::people::{Answer, People};
use super::receipts::Receipts;
use super::recovery::Recovery;
use super::register::{DrawId, Register};
use super::scene::{Outbox, Scene};
use super::shell::{self, Screen};
use super::sync::Sync;
use super::theme::tokens;
use super::widgets::{child, sub};
use super::wizard::{self, Wizard};
use super::words::{Language, Words};
use egui::Rect;
use till_host::snapshot::Snapshot;
use till_node::command::{CommandError, Reply};

/// The window, without the window: draws a snapshot, keeps what is typed and
/// chosen, gives back what is wanted.
pub(crate) struct Ui {
    words: Words,
    utc_offset_min: i32,
    desk: Desk,
}

/// What is typed and chosen, on all screens.
struct Desk {
    screen: Screen,
    has_shop: bool,
    /// Come between frames; taken in with the next one's scene.
    answers: Vec<Answer>,
    wizard: Wizard,
    /// Words of a shop just created, until they are on paper.
    recovery: Option<Recovery>,
    people: People,
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
        let desk = Desk {
            screen: Screen::default(),
            has_shop: true,
            answers: Vec::new(),
            wizard: Wizard::default(),
            recovery: None,
            people: People::default(),
            register: Register::new(draw_id),
            receipts: Receipts::default(),
            conflicts: Conflicts::default(),
            sync: Sync::default(),
            out: Outbox::default(),
        };
        Self { words: Words::new(language), utc_offset_min: 0, desk }
    }

    /// Whether this device belongs to a shop; without one the first run shows.
    pub(crate) fn set_has_shop(&mut self, has_shop: bool) {
        if has_shop && !self.desk.has_shop {
            self.desk.wizard = Wizard::default();
        }
        self.desk.has_shop = has_shop;
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
        let (words, utc_offset_min) = (&self.words, self.utc_offset_min);
        let scene = Scene { snapshot, words, now_ms, utc_offset_min, covered: false };
        if self.desk.page(ui, full, &scene) {
            let language = self.words.language().other();
            self.words = Words::new(language);
            self.desk.out.push(Intent::SetLanguage(language));
            ui.ctx().request_repaint();
        }
        self.desk.out.take()
    }

    /// The answer to an [`Intent::Send`]; shows with the next frame. Each ticket
    /// is answered once.
    pub(crate) fn answer(&mut self, ticket: u64, result: Result<Reply, CommandError>) {
        self.desk.answers.push((ticket, result));
    }

    /// A shop was created: its recovery words are to be written on paper before
    /// anything else.
    pub(crate) fn show_recovery_words(&mut self, phrase: &str) {
        self.desk.recovery = Some(Recovery::new(phrase));
    }

    /// The first run's intent failed; `text` says what to do.
    pub(crate) fn wizard_failed(&mut self, text: String) {
        self.desk.wizard.failed(text);
    }
}

impl Desk {
    /// Draws what is to be seen. Says whether the language is to be switched.
    fn page(&mut self, ui: &mut egui::Ui, full: Rect, scene: &Scene<'_>) -> bool {
        for answer in std::mem::take(&mut self.answers) {
            if let Some(answer) = self.people.answer(answer, scene, &mut self.out) {
                self.tell(&answer, scene);
            }
        }
        if let Some(recovery) = &mut self.recovery {
            let answer = recovery.show(ui, full, scene, &mut self.out);
            if answer.done {
                self.recovery = None;
                ui.ctx().request_repaint();
            }
            return answer.switch_language;
        }
        if !self.has_shop {
            return self.wizard.show(ui, full, scene, &mut self.out);
        }
        if scene.snapshot.shop.is_none() {
            wizard::waiting(ui, full, scene);
            return false;
        }
        self.people.watch(ui, scene, &mut self.out);
        let switch = if self.people.locked(scene) {
            let pieces = self.register.pieces();
            self.people.lock_screen(ui, full, pieces, scene, &mut self.out)
        } else {
            let covered = self.people.asks();
            let scene = Scene { covered, ..*scene };
            let switch = child(ui, full, "desk", |ui| {
                if covered {
                    ui.disable();
                }
                self.screens(ui, full, &scene)
            });
            self.people.approval_sheet(ui, full, &scene, &mut self.out);
            switch
        };
        for answer in self.people.take_back() {
            self.tell(&answer, scene);
        }
        switch
    }

    /// Tells the screens an answer; each knows its own tickets.
    fn tell(&mut self, (ticket, result): &Answer, scene: &Scene<'_>) {
        self.register.answer(*ticket, result, scene);
        self.conflicts.answer(*ticket, result, scene);
        self.sync.answer(*ticket, result, scene);
    }

    /// Rail, bar and the chosen screen.
    fn screens(&mut self, ui: &mut egui::Ui, full: Rect, scene: &Scene<'_>) -> bool {
        let shown = self.screen == Screen::Register;
        if !scene.covered && self.register.watch(ui, scene, shown) {
            self.screen = Screen::Register;
        }
        let rail = sub(full, 0.0, 0.0, shell::RAIL, full.height());
        let chosen = child(ui, rail, "rail", |ui| shell::rail(ui, rail, self.screen, scene));
        let right = full.width() - shell::RAIL;
        let bar = sub(full, shell::RAIL, 0.0, right, shell::BAR);
        let (screen, person, out) = (self.screen, self.people.name(), &mut self.out);
        let answer = child(ui, bar, "bar", |ui| shell::bar(ui, bar, screen, person, scene, out));
        let mut body = sub(full, shell::RAIL, shell::BAR, right, full.height() - shell::BAR);
        body.min.y += shell::fault(ui, body, scene);
        child(ui, body, "body", |ui| match self.screen {
            Screen::Register => self.register.show(ui, body, scene, &mut self.out),
            Screen::Receipts => self.receipts.show(ui, body, scene),
            Screen::Conflicts => self.conflicts.show(ui, body, scene, &mut self.out),
            Screen::Sync => self.sync.show(ui, body, scene, &mut self.out),
        });
        if answer.lock {
            self.people.lock(true, &mut self.out);
            ui.ctx().request_repaint();
        }
        if let Some(screen) = chosen.or(answer.screen).filter(|_| !scene.covered) {
            self.screen = screen;
            ui.ctx().request_repaint();
        }
        answer.switch_language
    }
}
