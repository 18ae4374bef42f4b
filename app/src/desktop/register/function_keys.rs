//! The keypad of the cart: digits, then the key that says what they are.

use super::Register;
use crate::desktop::cart::QUANTITY_MAX;
use crate::desktop::icon;
use crate::desktop::money;
use crate::desktop::scene::Scene;
use crate::desktop::theme::{Weight, font, icon_font, radius, size, tokens};
use crate::desktop::widgets::{Tone, author, keypad, put, sub};
use crate::desktop::words::tr;
use egui::{Align2, CornerRadius, Rect, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2};
use till_schema::Quantity;

const FUNCTIONS_WIDTH: f32 = 112.0;

/// A key that uses what was typed on the keypad.
#[derive(Clone, Copy)]
enum Function {
    Quantity,
    Discount,
    Price,
    Remove,
}

impl Register {
    /// Draws digits and function keys.
    pub(super) fn keys_on_screen(&mut self, ui: &mut Ui, rect: Rect, scene: &Scene<'_>) {
        let t = tokens(ui);
        let words = scene.words;
        let gap = 6.0;
        let digits =
            Rect::from_min_max(rect.min, pos2(rect.right() - FUNCTIONS_WIDTH - gap, rect.bottom()));
        let names = [tr!(words, "backspace"), tr!(words, "point")];
        let pressed = keypad(ui, digits, "register", [&names[0], &names[1]], gap);
        if let Some(key) = pressed {
            key.apply(&mut self.entry);
        }
        let functions = [
            (Function::Quantity, "register.key.qty", tr!(words, "quantity")),
            (Function::Discount, "register.key.disc", tr!(words, "discount")),
            (Function::Price, "register.key.price", tr!(words, "price")),
            (Function::Remove, "register.key.del", tr!(words, "remove")),
        ];
        let height = (rect.height() - 3.0 * gap) / 4.0;
        for (row, (function, id, name)) in functions.into_iter().enumerate() {
            let y = row as f32 * (height + gap);
            let at = sub(rect, rect.width() - FUNCTIONS_WIDTH, y, FUNCTIONS_WIDTH, height);
            let response = ui.interact(at, ui.scope_id().with(id), Sense::click());
            let down = response.is_pointer_button_down_on() || response.hovered();
            let fill = if down { t.line } else { t.panel };
            let border = if response.has_focus() { t.accent } else { t.line };
            let stroke = Stroke::new(1.0, border);
            let corners = CornerRadius::same(radius::MD);
            ui.painter().rect(at, corners, fill, stroke, StrokeKind::Inside);
            let removes = matches!(function, Function::Remove);
            let ink = if removes { t.bad } else { t.ink2 };
            let mut x = at.left() + 12.0;
            if removes {
                let middle = pos2(x + 6.0, at.center().y);
                put(ui, middle, Align2::CENTER_CENTER, icon::TRASH, icon_font(15.0), ink);
                x += 20.0;
            }
            let label = font(Weight::Semibold, size::SMALL);
            put(ui, pos2(x, at.center().y), Align2::LEFT_CENTER, &name, label, ink);
            response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
            author(ui, response.id, id);
            if response.clicked() {
                self.function(function, scene);
            }
        }
    }

    /// Uses the keypad's entry on the selected line.
    fn function(&mut self, function: Function, scene: &Scene<'_>) {
        let entry = std::mem::take(&mut self.entry);
        self.notice = None;
        let currency = scene.currency();
        let Some(line) = self.basket.line_mut() else {
            return;
        };
        let done = match function {
            Function::Remove => {
                self.basket.remove();
                return;
            }
            Function::Quantity => match Quantity::parse(&entry) {
                Ok(quantity) if quantity > Quantity(0) && quantity <= QUANTITY_MAX => {
                    line.quantity = quantity;
                    true
                }
                _ => false,
            },
            Function::Price => match money::parse(currency, &entry) {
                Ok(price) => {
                    line.own_price = Some(price);
                    true
                }
                Err(_) => false,
            },
            Function::Discount => match money::parse(currency, &entry) {
                Ok(discount) if discount <= line.gross() => {
                    line.discount = discount;
                    true
                }
                _ => false,
            },
        };
        line.discount = line.discount.min(line.gross());
        if !done {
            let text = tr!(scene.words, "entry-wrong", entry = entry);
            self.notice = Some((Tone::Warn, text));
        }
    }
}
