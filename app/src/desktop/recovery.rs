//! The recovery words of a new shop: shown once, for paper.

use super::icon;
use super::scene::{Outbox, Scene};
use super::theme::{Weight, font, mono, radius, size, tokens};
use super::widgets::{
    Button, Kind, Tone, check, child, dashed_line, notice, paragraph, put, put_fit, say, sub,
};
use super::wizard::{page_card, page_toggles};
use super::words::tr;
use egui::{Align2, CornerRadius, Rect, ScrollArea, Sense, Stroke, StrokeKind, Ui, pos2, vec2};

const CARD: [f32; 2] = [720.0, 570.0];
const COLUMNS: usize = 3;
const WORD_HEIGHT: f32 = 42.0;

/// The words, until a person has them on paper.
pub(crate) struct Recovery {
    words: Vec<String>,
    written: bool,
}

/// What the page asks for.
pub(crate) struct RecoveryAnswer {
    /// The words are on paper.
    pub(crate) done: bool,
    /// Switch to the other language.
    pub(crate) switch_language: bool,
}

impl Recovery {
    /// The words of a phrase.
    pub(crate) fn new(phrase: &str) -> Self {
        let words = phrase.split_whitespace().map(str::to_owned).collect();
        Self { words, written: false }
    }

    /// Draws the page. There is no way to copy the words but by hand.
    pub(crate) fn show(
        &mut self,
        ui: &mut Ui,
        rect: Rect,
        scene: &Scene<'_>,
        out: &mut Outbox,
    ) -> RecoveryAnswer {
        let words = scene.words;
        let switch_language = page_toggles(ui, rect, scene, out);
        let page = page_card(ui, rect, CARD);
        let done = child(ui, page.shrink(32.0), "recovery", |ui| {
            ui.spacing_mut().item_spacing.y = 12.0;
            let t = tokens(ui);
            let area = ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
                ui.set_max_width(ui.available_width() - 8.0);
                paragraph(ui, &tr!(words, "recovery"), Weight::Bold, size::FIGURE, t.ink);
                let text = tr!(words, "recovery-text");
                paragraph(ui, &text, Weight::Regular, size::BODY, t.ink2);
                self.list(ui);
                notice(ui, Tone::Warn, &tr!(words, "recovery-warning"), "recovery.warning");
                let text = tr!(words, "recovery-written");
                check(ui, &mut self.written, &text, "recovery.written");
                let label = tr!(words, "go-on");
                let button = Button::new(&label, "recovery.done", Kind::Primary)
                    .icon(icon::CHECK)
                    .height(52.0)
                    .width(ui.available_width())
                    .text(size::STRONG)
                    .enabled(self.written);
                ui.add(button).clicked()
            });
            area.inner
        });
        RecoveryAnswer { done, switch_language }
    }

    fn list(&self, ui: &mut Ui) {
        let t = tokens(ui);
        let rows = self.words.len().div_ceil(COLUMNS);
        let size_of = vec2(ui.available_width(), rows as f32 * WORD_HEIGHT + 24.0);
        let (rect, _) = ui.allocate_exact_size(size_of, Sense::hover());
        let corners = CornerRadius::same(radius::MD);
        let border = Stroke::new(1.0, t.line_strong);
        ui.painter().rect(rect, corners, t.panel, border, StrokeKind::Inside);
        let width = (rect.width() - 32.0) / COLUMNS as f32;
        for (place, word) in self.words.iter().enumerate() {
            let (column, row) = ((place / rows) as f32, (place % rows) as f32);
            let at = sub(
                rect,
                16.0 + column * width,
                12.0 + row * WORD_HEIGHT,
                width - 16.0,
                WORD_HEIGHT,
            );
            let number = (place + 1).to_string();
            let middle = at.center().y;
            let right = pos2(at.left() + 24.0, middle);
            put(ui, right, Align2::RIGHT_CENTER, &number, mono(size::SMALL), t.ink3);
            let bold = font(Weight::Semibold, size::TITLE);
            let left = pos2(at.left() + 36.0, middle);
            put_fit(ui, left, Align2::LEFT_CENTER, word, bold, t.ink, at.width() - 36.0);
            let ends = at.left() + 36.0..=at.right();
            dashed_line(ui, at.bottom() - 4.0, ends, t.line_strong);
            say(ui, at, &format!("recovery.word.{number}"), &format!("{number}. {word}"));
        }
    }
}
