//! The cart, as a sheet of receipt paper.

use super::customers::Customers;
use super::{Register, Stage, numbers_held};
use crate::desktop::cart::Line;
use crate::desktop::icon;
use crate::desktop::scene::Scene;
use crate::desktop::theme::{Weight, font, mono, radius, size, tokens};
use crate::desktop::widgets::{
    Button, Kind, Tone, author, avatar, child, dashed_line, initials, notice, paint_chip, paper,
    put, put_fit, put_icon, say, sub,
};
use crate::desktop::words::tr;
use egui::{
    Align2, CornerRadius, Rect, Role, ScrollArea, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2,
    vec2,
};

const LINE_HEIGHT: f32 = 50.0;
const KEYPAD_HEIGHT: f32 = 196.0;
const TOTALS_HEIGHT: f32 = 112.0;
const PAY_HEIGHT: f32 = 56.0;
/// Room for the reason why nothing can be paid.
const BLOCKED_HEIGHT: f32 = 98.0;
/// Room for the word that there are no numbers.
const SHORTAGE_HEIGHT: f32 = 84.0;

/// Lower than this, the keypad gives its room to the lines.
const ROOM_FOR_KEYPAD: f32 = 560.0;

impl Register {
    /// Draws the cart.
    pub(super) fn cart(&mut self, ui: &mut Ui, rect: Rect, scene: &Scene<'_>) {
        let t = tokens(ui);
        let open = matches!(self.stage, Stage::Selling | Stage::Customers(_));
        paper(ui, rect, t);
        let (x0, x1) = (rect.left() + 18.0, rect.right() - 18.0);
        let head = sub(rect, 18.0, 16.0, rect.width() - 36.0, 40.0);
        self.buyer(ui, head, open, scene);
        dashed_line(ui, head.bottom() + 12.0, x0..=x1, t.line_strong);

        let bottom = rect.bottom() - 26.0;
        let blocked = self.blocked(scene);
        let pay_height = match blocked {
            Some(_) => BLOCKED_HEIGHT,
            None if numbers_held(scene) == 0 => PAY_HEIGHT + SHORTAGE_HEIGHT,
            None => PAY_HEIGHT,
        };
        let pay = Rect::from_min_max(pos2(x0, bottom - pay_height), pos2(x1, bottom));
        let totals_bottom = if open { pay.top() - 8.0 } else { bottom };
        let totals =
            Rect::from_min_max(pos2(x0, totals_bottom - TOTALS_HEIGHT), pos2(x1, totals_bottom));
        let with_keys = open && rect.height() >= ROOM_FOR_KEYPAD;
        let keys_height = if with_keys { KEYPAD_HEIGHT } else { 0.0 };
        let keys =
            Rect::from_min_max(pos2(x0, totals.top() - keys_height), pos2(x1, totals.top() - 8.0));
        let lines = Rect::from_min_max(
            pos2(rect.left() + 8.0, head.bottom() + 18.0),
            pos2(rect.right() - 8.0, keys.top() - 10.0),
        );
        child(ui, lines, "lines", |ui| self.lines(ui, open, scene));
        if with_keys {
            child(ui, keys, "keys", |ui| self.keys_on_screen(ui, keys, scene));
        }
        dashed_line(ui, totals.top() + 2.0, x0..=x1, t.line_strong);
        child(ui, totals, "totals", |ui| self.totals(ui, totals, scene));
        if open {
            child(ui, pay, "pay", |ui| self.pay_button(ui, blocked.as_deref(), scene));
        }
    }

    fn buyer(&mut self, ui: &mut Ui, rect: Rect, open: bool, scene: &Scene<'_>) {
        let t = tokens(ui);
        let (name, tax_id) = match &self.basket.customer {
            Some(buyer) => (buyer.name.clone(), buyer.tax_id.clone()),
            None => (tr!(scene.words, "final-consumer"), String::new()),
        };
        let center = pos2(rect.left() + 18.0, rect.center().y);
        avatar(ui, center, 18.0, &initials(&name), t);
        let room = rect.width() - 48.0 - 136.0;
        let offset = if tax_id.is_empty() { 0.0 } else { 9.0 };
        let at = pos2(rect.left() + 48.0, rect.center().y - offset);
        let strong = font(Weight::Semibold, size::BODY);
        let drawn = put_fit(ui, at, Align2::LEFT_CENTER, &name, strong, t.ink, room);
        let at = pos2(rect.left() + 48.0, rect.center().y + 10.0);
        put(ui, at, Align2::LEFT_CENTER, &tax_id, mono(11.5), t.ink3);
        say(ui, drawn, "register.buyer", format!("{name} {tax_id}").trim_end());
        let at = Rect::from_min_max(pos2(rect.right() - 128.0, rect.top() + 2.0), rect.max);
        let pressed = child(ui, at, "customer", |ui| {
            let label = tr!(scene.words, "customer");
            let button = Button::new(&label, "register.customer", Kind::Secondary)
                .height(36.0)
                .width(128.0)
                .text(size::SMALL)
                .key("F4")
                .enabled(open);
            ui.add(button).clicked()
        });
        if pressed {
            self.stage = Stage::Customers(Customers::default());
        }
    }

    fn lines(&mut self, ui: &mut Ui, open: bool, scene: &Scene<'_>) {
        if self.basket.lines.is_empty() {
            let t = tokens(ui);
            let center = ui.max_rect().center();
            put_icon(ui, center - vec2(0.0, 18.0), icon::SHOPPING_BASKET, 26.0, t.ink3);
            let text = tr!(scene.words, "cart-empty");
            let regular = font(Weight::Regular, size::SMALL);
            let at = center + vec2(0.0, 14.0);
            let drawn = put(ui, at, Align2::CENTER_CENTER, &text, regular, t.ink3);
            say(ui, drawn, "register.empty", &text);
            return;
        }
        ui.spacing_mut().item_spacing.y = 2.0;
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            for place in 0..self.basket.lines.len() {
                self.line(ui, place, open, scene);
            }
        });
    }

    fn line(&mut self, ui: &mut Ui, place: usize, open: bool, scene: &Scene<'_>) {
        let t = tokens(ui);
        let line = self.basket.lines[place].clone();
        let sense = if open { Sense::click() } else { Sense::hover() };
        let (rect, response) =
            ui.allocate_exact_size(vec2(ui.available_width(), LINE_HEIGHT), sense);
        let selected = open && self.basket.selected == place;
        let corners = CornerRadius::same(radius::MD);
        if selected {
            ui.painter().rect_filled(rect, corners, t.accent_soft);
            let bar = sub(rect, 0.0, 8.0, 3.0, rect.height() - 16.0);
            ui.painter().rect_filled(bar, CornerRadius::same(2), t.accent);
        } else if open && response.hovered() {
            ui.painter().rect_filled(rect, corners, t.panel);
        }
        if response.has_focus() {
            let stroke = Stroke::new(2.0, t.accent);
            ui.painter().rect_stroke(rect, corners, stroke, StrokeKind::Inside);
        }
        let quantity = line.quantity.to_string();
        let name_x = rect.left() + if selected { 112.0 } else { 50.0 };
        let quantity_x = rect.left() + if selected { 56.0 } else { 25.0 };
        let ink = if selected { t.accent } else { t.ink };
        let figure = font(Weight::Bold, if quantity.len() > 3 { 13.0 } else { 17.0 });
        let at = pos2(quantity_x, rect.center().y);
        put(ui, at, Align2::CENTER_CENTER, &quantity, figure, ink);
        let total = scene.money(line.total());
        let at = pos2(rect.right() - 12.0, rect.center().y);
        let drawn = put(ui, at, Align2::RIGHT_CENTER, &total, font(Weight::Semibold, 15.5), t.ink);
        let room = drawn.left() - name_x - 8.0;
        let medium = font(Weight::Medium, size::BODY);
        let at = pos2(name_x, rect.top() + 7.0);
        put_fit(ui, at, Align2::LEFT_TOP, &line.name, medium, t.ink, room);
        line_detail(ui, &line, pos2(name_x, rect.bottom() - 8.0), scene);
        let name = format!("{quantity} {} {total}", line.name);
        response.widget_info(|| WidgetInfo::selected(Role::Button, open, selected, &name));
        author(ui, response.id, &format!("register.line.{}", line.code));
        if open && response.clicked() {
            self.basket.selected = place;
        }
        if selected {
            self.steppers(ui, rect, scene);
        }
    }

    /// Plus and minus on the selected line.
    fn steppers(&mut self, ui: &mut Ui, rect: Rect, scene: &Scene<'_>) {
        let keys = [
            (-1, 22.0, icon::MINUS, "register.line-minus", tr!(scene.words, "one-less")),
            (1, 90.0, icon::PLUS, "register.line-plus", tr!(scene.words, "one-more")),
        ];
        for (units, x, icon, id, name) in keys {
            let center = pos2(rect.left() + x, rect.center().y);
            let at = Rect::from_center_size(center, vec2(34.0, 44.0));
            let pressed = child(ui, at, id, |ui| {
                let button =
                    Button::new(&name, id, Kind::Ghost).icon_only(icon).height(44.0).width(34.0);
                ui.add(button).clicked()
            });
            if pressed {
                self.basket.step(units);
            }
        }
    }

    fn totals(&self, ui: &mut Ui, rect: Rect, scene: &Scene<'_>) {
        let t = tokens(ui);
        let words = scene.words;
        let sums = self.basket.sums();
        let rows = [
            (20.0, tr!(words, "net"), scene.money(sums.total - sums.tax)),
            (40.0, tr!(words, "tax-included"), scene.money(sums.tax)),
        ];
        for (y, name, value) in rows {
            let y = rect.top() + y;
            let regular = font(Weight::Regular, size::SMALL);
            put(ui, pos2(rect.left(), y), Align2::LEFT_CENTER, name, regular, t.ink2);
            let medium = font(Weight::Medium, size::SMALL);
            put(ui, pos2(rect.right(), y), Align2::RIGHT_CENTER, value, medium, t.ink2);
        }
        let y = rect.top() + 80.0;
        let name = tr!(words, "total");
        let strong = font(Weight::Semibold, size::STRONG);
        put(ui, pos2(rect.left(), y - 9.0), Align2::LEFT_CENTER, &name, strong, t.ink);
        let pieces = tr!(words, "items", n = self.basket.pieces());
        let regular = font(Weight::Regular, size::SMALL);
        put(ui, pos2(rect.left(), y + 11.0), Align2::LEFT_CENTER, pieces, regular, t.ink3);
        let total = scene.money(sums.total);
        let big = if total.chars().count() > 13 { size::FIGURE } else { size::TOTAL };
        let at = pos2(rect.right(), y);
        let drawn = put(ui, at, Align2::RIGHT_CENTER, &total, font(Weight::Bold, big), t.ink);
        say(ui, drawn, "register.total", &format!("{name} {total}"));
        if !self.entry.is_empty() {
            let at = rect.left_top() + vec2(rect.width() / 2.0, 4.0);
            let chip = paint_chip(ui, at, Align2::CENTER_TOP, Tone::Accent, &self.entry);
            say(ui, chip, "register.entry", &self.entry);
        }
    }

    fn pay_button(&mut self, ui: &mut Ui, blocked: Option<&str>, scene: &Scene<'_>) {
        if let Some(reason) = blocked {
            notice(ui, Tone::Bad, reason, "register.blocked");
            return;
        }
        if numbers_held(scene) == 0 {
            notice(ui, Tone::Warn, &tr!(scene.words, "no-numbers-left"), "register.no-numbers");
        }
        let label = tr!(scene.words, "pay");
        let button = Button::new(&label, "register.pay", Kind::Primary)
            .icon(icon::BANKNOTE)
            .height(PAY_HEIGHT)
            .width(ui.available_width())
            .text(18.0)
            .key("F12")
            .enabled(!self.basket.lines.is_empty());
        if ui.add(button).clicked() {
            self.pay(scene);
        }
    }
}

/// Unit price, and what the cashier changed.
fn line_detail(ui: &Ui, line: &Line, at: egui::Pos2, scene: &Scene<'_>) {
    let t = tokens(ui);
    let price = format!("× {}", scene.money(line.unit_price()));
    let regular = font(Weight::Regular, size::CAPTION);
    let drawn = put(ui, at, Align2::LEFT_BOTTOM, price, regular, t.ink2);
    let mut x = drawn.right() + 8.0;
    if line.own_price.is_some() {
        let text = tr!(scene.words, "own-price");
        let at = pos2(x, drawn.center().y);
        x = paint_chip(ui, at, Align2::LEFT_CENTER, Tone::Accent, &text).right() + 4.0;
    }
    if line.discount > 0 {
        let text = scene.money(-line.discount);
        paint_chip(ui, pos2(x, drawn.center().y), Align2::LEFT_CENTER, Tone::Accent, &text);
    }
}
