//! What was sold: number, change, and how its document stands.

use super::{Register, Stage};
use crate::desktop::cart::Basket;
use crate::desktop::icon;
use crate::desktop::scene::Scene;
use crate::desktop::sheet::{self, Sheet, fiscal_state, order_state, provisional_state};
use crate::desktop::theme::{Weight, font, mono, size, tokens};
use crate::desktop::widgets::{Button, Kind, Tone, card, child, chip, figure, notice, put_icon};
use crate::desktop::words::tr;
use egui::{Rect, Sense, Ui, vec2};
use till_node::command::{OrderView, Sold};
use till_schema::order::Tender;

/// A sale that is durable.
pub(super) struct Finished {
    sold: Sold,
    /// From the cart, until the books show the order.
    draft: Sheet,
}

impl Finished {
    /// Keeps what the node answered and what the cart looked like.
    pub(super) fn new(basket: &Basket, sold: &Sold, tenders: &[Tender], scene: &Scene<'_>) -> Self {
        let draft = Sheet::of_sale(basket, sold, tenders, scene);
        Self { sold: sold.clone(), draft }
    }

    fn in_books<'a>(&self, scene: &Scene<'a>) -> Option<&'a OrderView> {
        scene.snapshot.orders.iter().find(|view| view.row.order.id == self.sold.order)
    }

    /// Draws the ticket.
    pub(super) fn paper(&self, ui: &mut Ui, rect: Rect, scene: &Scene<'_>) {
        match self.in_books(scene) {
            Some(view) => sheet::show(ui, rect, &Sheet::of_order(view, scene), scene),
            None => sheet::show(ui, rect, &self.draft, scene),
        }
    }
}

impl Register {
    /// Draws the result.
    pub(super) fn finished(&mut self, ui: &mut Ui, scene: &Scene<'_>) {
        let Stage::Finished(finished) = &self.stage else {
            return;
        };
        let t = tokens(ui);
        let words = scene.words;
        let sold = &finished.sold;
        let in_books = finished.in_books(scene);
        // Its number may come while the ticket is shown.
        let provisional = in_books.map_or(sold.provisional, sheet::is_provisional);
        let label = in_books.map_or(&*sold.label, |view| &*view.label);
        let rect = ui.max_rect();
        let rect = Rect::from_min_size(rect.min, vec2(rect.width(), rect.height() - 16.0));
        card(ui, rect);
        let mut again = false;
        child(ui, rect.shrink(32.0), "finished", |ui| {
            ui.spacing_mut().item_spacing.y = 18.0;
            let (mark, _) = ui.allocate_exact_size(vec2(64.0, 64.0), Sense::hover());
            ui.painter().circle_filled(mark.center(), 32.0, t.accent_soft);
            put_icon(ui, mark.center(), icon::CHECK, 32.0, t.accent);
            let number = if provisional { tr!(words, "internal") } else { tr!(words, "number") };
            figure(ui, "ticket.number", &number, label, mono(size::FIGURE), t.ink);
            let total = scene.money(sold.total);
            let strong = font(Weight::Bold, size::FIGURE);
            figure(ui, "ticket.total", &tr!(words, "total"), &total, strong, t.ink);
            let change = scene.money(sold.change);
            let big = font(Weight::Bold, 56.0);
            figure(ui, "ticket.change", &tr!(words, "change"), &change, big, t.accent);
            let (tone, icon, text) = match in_books {
                Some(view) => order_state(view, scene),
                None if provisional => provisional_state(scene),
                None => fiscal_state(None, scene),
            };
            chip(ui, tone, icon, &text, "ticket.fiscal");
            if provisional {
                let text = tr!(words, "provisional-help");
                notice(ui, Tone::Warn, &text, "ticket.provisional");
            }
            if sold.repeated {
                let text = tr!(words, "sold-before");
                notice(ui, Tone::Warn, &text, "ticket.repeated");
            }
            let label = tr!(words, "new-sale");
            let button = Button::new(&label, "ticket.new-sale", Kind::Primary)
                .icon(icon::PLUS)
                .height(56.0)
                .width(ui.available_width().min(360.0))
                .text(18.0)
                .key("Enter");
            again = ui.add(button).clicked();
        });
        if again {
            self.stage = Stage::Selling;
        }
    }
}
