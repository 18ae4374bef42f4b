//! How a cart is paid: one tender or several, the last one with change.

use super::{Register, Stage, numbers_held};
use crate::desktop::icon;
use crate::desktop::money;
use crate::desktop::scene::{Outbox, Scene};
use crate::desktop::sheet::tender_name;
use crate::desktop::theme::{Weight, font, mono, size, tokens};
use crate::desktop::widgets::{
    Button, Kind, Tone, card, child, cursor_to_end, field, figure, keypad, notice, paragraph,
    toggle_chip,
};
use crate::desktop::words::tr;
use egui::{Rect, ScrollArea, Ui, vec2};
use till_schema::limits::ORDER_TENDERS_MAX;
use till_schema::order::{Tender, TenderKind};

/// Author id of the amount.
pub(super) const AMOUNT: &str = "payment.amount";
/// Author id of the approval code.
pub(super) const REFERENCE: &str = "payment.reference";

const KINDS: [(TenderKind, &str); 3] = [
    (TenderKind::Cash, "payment.tender.cash"),
    (TenderKind::Card, "payment.tender.card"),
    (TenderKind::Transfer, "payment.tender.transfer"),
];

/// State of the payment.
pub(super) struct Payment {
    kind: TenderKind,
    /// As typed; empty means exactly what is left.
    pub(super) amount: String,
    /// Approval code of a card or transfer, as typed.
    pub(super) reference: String,
    /// Tenders taken already; always less than the total.
    tenders: Vec<Tender>,
    /// What was sent with the sale.
    pub(super) sent: Vec<Tender>,
    /// Ticket of the sale on its way.
    pub(super) pending: Option<u64>,
    /// Why it did not work.
    pub(super) problem: Option<String>,
    /// Numbers that were held when the node refused to use one.
    pub(super) refused: Option<u64>,
}

/// What the customer gets.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Paper {
    /// An invoice, under a number.
    Invoice,
    /// An internal document; the invoice follows.
    Internal,
}

/// Whether there are numbers to sell under.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Shortage {
    /// There are.
    None,
    /// The node refused those that are here.
    Refused,
    /// There are none.
    Dry,
}

impl Shortage {
    /// Whether the customer may get this. An internal document is for want of
    /// numbers only.
    pub(super) fn allows(self, paper: Paper) -> bool {
        match paper {
            Paper::Invoice => self != Self::Dry,
            Paper::Internal => self != Self::None,
        }
    }
}

impl Default for Payment {
    fn default() -> Self {
        Self {
            kind: TenderKind::Cash,
            amount: String::new(),
            reference: String::new(),
            tenders: Vec::new(),
            sent: Vec::new(),
            pending: None,
            problem: None,
            refused: None,
        }
    }
}

/// Where a payment stands with the tender that is being typed, minor units.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Due {
    /// Before this tender.
    left: i64,
    /// This tender.
    current: i64,
    /// After it.
    pub(super) missing: i64,
    /// To give back.
    change: i64,
}

impl Due {
    /// Whether the total is reached.
    pub(super) fn ready(&self) -> bool {
        self.missing == 0
    }
}

impl Payment {
    /// Counts what is typed; the error is a sentence for the cashier.
    pub(super) fn check(&self, total: i64, scene: &Scene<'_>) -> Result<Due, String> {
        let paid: i64 = self.tenders.iter().map(|tender| tender.amount).sum();
        let left = (total - paid).max(0);
        let current = if self.amount.trim().is_empty() {
            left
        } else {
            money::parse(scene.currency(), &self.amount)
                .map_err(|_| tr!(scene.words, "amount-wrong", amount = &*self.amount))?
        };
        if self.kind != TenderKind::Cash && current > left {
            return Err(tr!(scene.words, "payment-no-change", left = scene.money(left)));
        }
        let missing = (left - current).max(0);
        Ok(Due { left, current, missing, change: (current - left).max(0) })
    }

    /// Whether there are numbers; new ones end a refusal.
    pub(super) fn shortage(&self, scene: &Scene<'_>) -> Shortage {
        match (numbers_held(scene), self.refused) {
            (0, _) => Shortage::Dry,
            (held, Some(refused)) if held <= refused => Shortage::Refused,
            _ => Shortage::None,
        }
    }

    /// The tenders of a sale that is paid.
    pub(super) fn all_tenders(&self, due: &Due) -> Vec<Tender> {
        let mut tenders = self.tenders.clone();
        if due.current > 0 {
            tenders.push(self.tender(due.current));
        }
        tenders
    }

    fn tender(&self, amount: i64) -> Tender {
        let cash = self.kind == TenderKind::Cash;
        let reference = if cash { String::new() } else { self.reference.trim().to_owned() };
        Tender { kind: self.kind, amount, reference, foreign: None }
    }

    /// Takes a part payment.
    fn take_part(&mut self, due: &Due) {
        self.tenders.push(self.tender(due.current));
        self.amount.clear();
        self.reference.clear();
        self.problem = None;
    }
}

impl Register {
    /// Draws the payment.
    pub(super) fn payment(&mut self, ui: &mut Ui, scene: &Scene<'_>, out: &mut Outbox) {
        let total = self.basket.sums().total;
        let blocked = self.blocked(scene);
        let Stage::Paying(payment) = &mut self.stage else {
            return;
        };
        let rect = ui.max_rect();
        let rect = Rect::from_min_size(rect.min, vec2(rect.width(), rect.height() - 16.0));
        card(ui, rect);
        let inner = rect.shrink(24.0);
        let bar = Rect::from_min_max(inner.left_bottom() - vec2(0.0, 56.0), inner.max);
        let body = Rect::from_min_max(inner.min, bar.right_top() - vec2(0.0, 12.0));
        let due = payment.check(total, scene);
        child(ui, body, "payment", |ui| {
            ui.spacing_mut().item_spacing.y = 12.0;
            ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
                payment.body(ui, total, &due, scene);
            });
        });
        let ready = blocked.is_none() && due.as_ref().is_ok_and(Due::ready);
        let finish = child(ui, bar, "bar", |ui| payment.bar(ui, &due, ready, scene));
        match finish {
            Some(Pressed::Back) => self.stage = Stage::Selling,
            Some(Pressed::Finish(paper)) => self.finish(paper, scene, out),
            None => {}
        }
    }
}

/// A button of the bar.
enum Pressed {
    Back,
    Finish(Paper),
}

impl Payment {
    fn body(&mut self, ui: &mut Ui, total: i64, due: &Result<Due, String>, scene: &Scene<'_>) {
        let t = tokens(ui);
        let words = scene.words;
        ui.columns(2, |columns| {
            let big = || font(Weight::Bold, size::TOTAL);
            let caption = tr!(words, "to-pay");
            let value = scene.money(total);
            figure(&mut columns[0], "payment.total", &caption, &value, big(), t.ink);
            match due {
                Ok(due) if due.change > 0 => {
                    let (caption, value) = (tr!(words, "change"), scene.money(due.change));
                    figure(&mut columns[1], "payment.change", &caption, &value, big(), t.accent);
                }
                Ok(due) if due.missing > 0 => {
                    let (caption, value) = (tr!(words, "left-to-pay"), scene.money(due.missing));
                    figure(&mut columns[1], "payment.left", &caption, &value, big(), t.ink2);
                }
                Ok(_) | Err(_) => {}
            }
        });
        self.taken(ui, total, scene);
        let live = self.pending.is_none();
        ui.add_enabled_ui(live, |ui| {
            ui.horizontal(|ui| {
                for (kind, id) in KINDS {
                    let name = tender_name(kind, scene);
                    if toggle_chip(ui, self.kind == kind, None, &name, id).clicked() {
                        self.kind = kind;
                        self.problem = None;
                    }
                }
            });
            ui.horizontal(|ui| {
                let left = due.as_ref().map_or(0, |due| due.left);
                let (name, hint) = (tr!(words, "amount"), scene.money(left));
                field(ui, &mut self.amount, &name, &hint, AMOUNT, 240.0);
                if self.kind != TenderKind::Cash {
                    let (name, hint) = (tr!(words, "approval"), tr!(words, "optional"));
                    field(ui, &mut self.reference, &name, &hint, REFERENCE, 240.0);
                }
            });
            if self.kind == TenderKind::Cash {
                self.quick(ui, total, scene);
            }
            let keys_width = ui.available_width().min(420.0);
            let (rect, _) = ui.allocate_exact_size(vec2(keys_width, 200.0), egui::Sense::hover());
            let names = [tr!(words, "backspace"), tr!(words, "point")];
            if let Some(key) = keypad(ui, rect, "payment", [&names[0], &names[1]], 6.0) {
                key.apply(&mut self.amount);
                cursor_to_end(ui, AMOUNT, &self.amount);
            }
        });
        if let Err(problem) = due {
            notice(ui, Tone::Warn, problem, "payment.amount-wrong");
        }
        if let Some(problem) = &self.problem {
            notice(ui, Tone::Bad, problem, "payment.problem");
        }
        if self.shortage(scene) != Shortage::None {
            notice(ui, Tone::Warn, &tr!(words, "provisional-offer"), "payment.no-numbers");
        }
    }

    /// Part payments, each with a way to take it back.
    fn taken(&mut self, ui: &mut Ui, total: i64, scene: &Scene<'_>) {
        let mut removed = None;
        for (place, tender) in self.tenders.iter().enumerate() {
            ui.horizontal(|ui| {
                let name = tender_name(tender.kind, scene);
                let amount = scene.money(tender.amount);
                let label = tr!(scene.words, "remove-tender", name = &*name, amount = &*amount);
                let id = format!("payment.split.{place}.remove");
                let button = Button::new(&label, &id, Kind::Ghost)
                    .icon_only(icon::X)
                    .height(32.0)
                    .enabled(self.pending.is_none());
                if ui.add(button).clicked() {
                    removed = Some(place);
                }
                let text = format!("{name} {amount} {}", tender.reference);
                let color = tokens(ui).ink2;
                paragraph(ui, text.trim_end(), Weight::Medium, size::STRONG, color);
            });
        }
        if let Some(place) = removed {
            self.tenders.remove(place);
        }
        if !self.tenders.is_empty() {
            let paid: i64 = self.tenders.iter().map(|tender| tender.amount).sum();
            let left = scene.money((total - paid).max(0));
            let text = tr!(scene.words, "left-to-pay");
            let color = tokens(ui).ink;
            figure(ui, "payment.rest", &text, &left, mono(size::STRONG), color);
        }
    }

    fn quick(&mut self, ui: &mut Ui, total: i64, scene: &Scene<'_>) {
        let paid: i64 = self.tenders.iter().map(|tender| tender.amount).sum();
        let left = (total - paid).max(0);
        ui.horizontal_wrapped(|ui| {
            let exact = tr!(scene.words, "exact");
            let button = Button::new(&exact, "payment.quick.exact", Kind::Secondary).height(44.0);
            if ui.add(button).clicked() {
                self.amount.clear();
            }
            for amount in money::quick_cash(scene.currency(), left) {
                let label = scene.money(amount);
                let id = format!("payment.quick.{}", money::plain(amount));
                let button = Button::new(&label, &id, Kind::Secondary).height(44.0);
                if ui.add(button).clicked() {
                    self.amount = money::plain(amount);
                    cursor_to_end(ui, AMOUNT, &self.amount);
                }
            }
        });
    }

    fn bar(
        &mut self,
        ui: &mut Ui,
        due: &Result<Due, String>,
        ready: bool,
        scene: &Scene<'_>,
    ) -> Option<Pressed> {
        let words = scene.words;
        let live = self.pending.is_none();
        let mut pressed = None;
        ui.horizontal(|ui| {
            let back = tr!(words, "back");
            let button = Button::new(&back, "payment.back", Kind::Ghost)
                .icon(icon::ARROW_LEFT)
                .height(56.0)
                .enabled(live);
            if ui.add(button).clicked() {
                pressed = Some(Pressed::Back);
            }
            let part = due.as_ref().ok().filter(|due| due.missing > 0 && due.current > 0);
            if let Some(due) = part {
                let label = tr!(words, "take-part");
                let button = Button::new(&label, "payment.part", Kind::Secondary)
                    .icon(icon::PLUS)
                    .height(56.0)
                    .enabled(live && self.tenders.len() + 1 < ORDER_TENDERS_MAX);
                if ui.add(button).clicked() {
                    self.take_part(due);
                }
            }
            if let Some(paper) = self.finish_buttons(ui, ready, scene) {
                pressed = Some(Pressed::Finish(paper));
            }
        });
        pressed
    }

    /// The button that finishes; without numbers the one that finishes on an
    /// internal document, beside it or instead of it.
    fn finish_buttons(&self, ui: &mut Ui, ready: bool, scene: &Scene<'_>) -> Option<Paper> {
        let words = scene.words;
        let live = self.pending.is_none();
        let shortage = self.shortage(scene);
        let mut pressed = None;
        if live && shortage != Shortage::None {
            if shortage == Shortage::Refused {
                let again = tr!(words, "finish");
                let button = Button::new(&again, "payment.finish", Kind::Secondary)
                    .height(56.0)
                    .key("F12")
                    .enabled(ready);
                if ui.add(button).clicked() {
                    pressed = Some(Paper::Invoice);
                }
            }
            let label = tr!(words, "finish-provisionally");
            let button = Button::new(&label, "payment.provisional", Kind::Primary)
                .icon(icon::RECEIPT_TEXT)
                .height(56.0)
                .width(ui.available_width())
                .text(size::STRONG)
                .key("Shift F12")
                .enabled(ready);
            if ui.add(button).clicked() {
                pressed = Some(Paper::Internal);
            }
            return pressed;
        }
        let label = if live { tr!(words, "finish") } else { tr!(words, "saving") };
        let button = Button::new(&label, "payment.finish", Kind::Primary)
            .icon(if live { icon::CHECK } else { icon::CLOCK })
            .height(56.0)
            .width(ui.available_width())
            .text(18.0)
            .key("F12")
            .enabled(live && ready);
        if ui.add(button).clicked() {
            pressed = Some(Paper::Invoice);
        }
        pressed
    }
}
