//! The lock: a name and a PIN before anything else.

use super::who::{Form, Who};
use crate::desktop::scene::{Outbox, Scene};
use crate::desktop::shell;
use crate::desktop::theme::{Weight, size, tokens};
use crate::desktop::widgets::{Tone, child, notice, paragraph};
use crate::desktop::wizard::{page_card, page_toggles};
use crate::desktop::words::tr;
use egui::{Key, Modifiers, Rect, Ui, pos2};
use till_node::command::{Command, UserView};

const CARD: [f32; 2] = [860.0, 600.0];

/// State of the lock.
#[derive(Default)]
pub(super) struct Lock {
    pub(super) who: Who,
}

/// What the lock asks for.
pub(super) struct LockAnswer {
    /// Ticket of a login that was sent.
    pub(super) sent: Option<u64>,
    /// Switch to the other language.
    pub(super) switch_language: bool,
}

impl Lock {
    /// Locks. Whoever was chosen is chosen again, except for a hand-over.
    pub(super) fn begin(&mut self, hand_over: bool) {
        self.who.clear(!hand_over);
    }

    /// Somebody is in.
    pub(super) fn end(&mut self) {
        self.who.clear(true);
    }

    pub(super) fn show(
        &mut self,
        ui: &mut Ui,
        rect: Rect,
        pieces: i64,
        scene: &Scene<'_>,
        out: &mut Outbox,
    ) -> LockAnswer {
        let words = scene.words;
        let switch_language = page_toggles(ui, rect, scene, out);
        let room = shell::below_fault(ui, rect, scene);
        if ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape)) {
            self.who.step_back();
        }
        let inner = page_card(ui, room, CARD).shrink(32.0);
        let top = child(ui, inner, "lock", |ui| {
            ui.spacing_mut().item_spacing.y = 8.0;
            let t = tokens(ui);
            paragraph(ui, &tr!(words, "lock-title"), Weight::Bold, size::FIGURE, t.ink);
            let shop = scene.snapshot.shop.as_ref().map_or("", |shop| shop.name.as_str());
            let place = format!("{shop} · {}", scene.snapshot.device_name);
            paragraph(ui, &place, Weight::Regular, size::BODY, t.ink2);
            if pieces > 0 {
                let text = tr!(words, "lock-cart", n = pieces);
                notice(ui, Tone::Neutral, &text, "lock.cart");
            }
            ui.cursor().top() + 10.0
        });
        let room = Rect::from_min_max(pos2(inner.left(), top), inner.max);
        let people: Vec<&UserView> = scene.snapshot.people.iter().collect();
        let label = tr!(words, "log-in");
        let form = Form { prefix: "lock", label: &label };
        let entered = child(ui, room, "who", |ui| self.who.show(ui, room, &form, &people, scene));
        let sent = entered.map(|(name, pin)| out.send(Command::Login { name, pin }));
        LockAnswer { sent, switch_language }
    }
}
