//! A till without a window.

use super::data::NOW_MS;
use crate::desktop::ui::Ui;
use crate::desktop::{Intent, Language, theme};
use egui::{Event, Key};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use egui_kittest::{Harness, Node};
use till_host::snapshot::Snapshot;
use till_node::command::{Acting, Command, CommandError, Reply};

/// What the frame function works on.
pub(crate) struct Desk {
    ui: Ui,
    snapshot: Snapshot,
    now_ms: i64,
    sent: Vec<Intent>,
}

/// A till to press keys on. Widgets are found by their author ids; unnamed
/// ones fail every step by the harness's accessibility check.
pub(crate) struct Till {
    harness: Harness<'static, Desk>,
}

impl Till {
    /// Opens a till on a snapshot.
    pub(crate) fn open(language: Language, snapshot: Snapshot) -> Self {
        Self::with(language, snapshot, true, egui::Theme::Light)
    }

    /// Opens one that belongs to no shop.
    pub(crate) fn without_shop(language: Language) -> Self {
        Self::with(language, Snapshot::default(), false, egui::Theme::Light)
    }

    /// Opens one in a theme.
    pub(crate) fn with(
        language: Language,
        snapshot: Snapshot,
        has_shop: bool,
        theme: egui::Theme,
    ) -> Self {
        let mut drawn = 0;
        let mut ui = Ui::new(
            language,
            Box::new(move || {
                drawn += 1;
                [drawn; 16]
            }),
        );
        ui.set_has_shop(has_shop);
        ui.set_utc_offset(-300);
        let desk = Desk { ui, snapshot, now_ms: NOW_MS, sent: Vec::new() };
        let harness = Harness::builder()
            .with_size(egui::vec2(1440.0, 900.0))
            .with_pixels_per_point(1.0)
            // A scan over several frames has pauses of this length.
            .with_step_dt(0.02)
            .with_max_steps(8)
            .with_theme(theme)
            .with_context_setup(theme::install)
            .renderer(super::look::Soft::default())
            .build_ui_state(
                |ui, desk: &mut Desk| {
                    let intents = desk.ui.show(ui, &desk.snapshot, desk.now_ms);
                    desk.sent.extend(intents);
                },
                desk,
            );
        let mut till = Self { harness };
        till.settle();
        till
    }

    /// Draws until nothing asks to be drawn again.
    pub(crate) fn settle(&mut self) {
        self.harness.run();
    }

    /// The harness, for what is not about one widget.
    pub(crate) fn harness(&mut self) -> &mut Harness<'static, Desk> {
        &mut self.harness
    }

    /// The widget with an author id.
    pub(crate) fn find(&self, author_id: &str) -> Option<Node<'_>> {
        let wanted = author_id.to_owned();
        self.harness.query_by(move |node| node.author_id() == Some(&wanted))
    }

    fn get(&self, author_id: &str) -> Node<'_> {
        self.find(author_id).unwrap_or_else(|| panic!("no widget {author_id}: {:?}", self.harness))
    }

    /// The name of a widget, or the text of a label.
    pub(crate) fn text(&self, author_id: &str) -> String {
        let node = self.get(author_id);
        // Money has a no-break space after its sign.
        node.accesskit_node().label().or(node.value()).unwrap_or_default().replace('\u{a0}', " ")
    }

    /// Whether a button can be pressed.
    pub(crate) fn enabled(&self, author_id: &str) -> bool {
        !self.get(author_id).accesskit_node().is_disabled()
    }

    /// Clicks it.
    pub(crate) fn click(&mut self, author_id: &str) {
        self.get(author_id).click();
        self.settle();
    }

    /// Types into a field.
    pub(crate) fn type_into(&mut self, author_id: &str, text: &str) {
        self.get(author_id).focus();
        self.settle();
        self.type_text(text);
    }

    /// Types where the keyboard is.
    pub(crate) fn type_text(&mut self, text: &str) {
        self.harness.event(Event::Text(text.to_owned()));
        self.settle();
    }

    /// Presses and releases a key.
    pub(crate) fn press(&mut self, key: Key) {
        self.harness.key_press(key);
        self.settle();
    }

    /// Reads a barcode: its keys and Enter within one frame.
    pub(crate) fn scan(&mut self, code: &str) {
        for digit in code.chars() {
            self.harness.event(Event::Text(digit.to_string()));
        }
        self.press(Key::Enter);
    }

    /// Reads a barcode over as many frames as it has digits.
    pub(crate) fn scan_slowly(&mut self, code: &str) {
        for digit in code.chars() {
            self.harness.event(Event::Text(digit.to_string()));
            self.harness.step();
        }
        self.press(Key::Enter);
    }

    /// Changes the device's state.
    pub(crate) fn change(&mut self, change: impl FnOnce(&mut Snapshot)) {
        change(&mut self.harness.state_mut().snapshot);
        self.settle();
    }

    /// Answers a command.
    pub(crate) fn answer(&mut self, ticket: u64, result: Result<Reply, CommandError>) {
        self.harness.state_mut().ui.answer(ticket, result);
        self.settle();
    }

    /// Lets time pass in which nobody touches the till.
    pub(crate) fn pass_time(&mut self, ms: i64) {
        self.harness.state_mut().now_ms += ms;
        self.settle();
    }

    /// Shows the recovery words of a shop just created.
    pub(crate) fn show_words(&mut self, phrase: &str) {
        self.harness.state_mut().ui.show_recovery_words(phrase);
        self.settle();
    }

    /// Tells that the device belongs to a shop now.
    pub(crate) fn set_has_shop(&mut self) {
        self.harness.state_mut().ui.set_has_shop(true);
        self.settle();
    }

    /// Tells that the first run's intent failed.
    pub(crate) fn wizard_failed(&mut self, text: &str) {
        self.harness.state_mut().ui.wizard_failed(text.to_owned());
        self.settle();
    }

    /// Takes what was wanted since the last call.
    pub(crate) fn sent(&mut self) -> Vec<Intent> {
        std::mem::take(&mut self.harness.state_mut().sent)
    }

    /// Takes the one thing that a screen asked by itself.
    pub(crate) fn asked(&mut self) -> (u64, Command) {
        match &self.sent()[..] {
            [Intent::Send { ticket, command, .. }] => (*ticket, command.clone()),
            other => panic!("one question expected, not {other:?}"),
        }
    }

    /// Takes the one command that was sent; what a screen asks by itself aside.
    pub(crate) fn command(&mut self) -> (u64, Command) {
        let (ticket, command, _) = self.command_as();
        (ticket, command)
    }

    /// The same with whose word it was sent on.
    pub(crate) fn command_as(&mut self) -> (u64, Command, Acting) {
        let mut sent = self.sent();
        sent.retain(|intent| !matches!(intent, Intent::Send { command: Command::Devices, .. }));
        match &sent[..] {
            [Intent::Send { ticket, command, acting }] => (*ticket, command.clone(), *acting),
            other => panic!("one command expected, not {other:?}"),
        }
    }
}
