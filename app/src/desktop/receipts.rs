//! The newest orders, and the chosen one as paper.

use super::icon;
use super::scene::Scene;
use super::sheet::{self, Sheet, order_state};
use super::theme::{Weight, font, mono, radius, size, tokens};
use super::widgets::{author, child, chip, paint_chip, put, put_fit, put_icon, say};
use super::words::tr;
use egui::{
    Align2, CornerRadius, Rect, Role, ScrollArea, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2,
    vec2,
};
use till_node::command::OrderView;
use till_schema::OrderId;

const LIST_WIDTH: f32 = 460.0;
const PAPER_WIDTH: f32 = 412.0;
const ROW_HEIGHT: f32 = 68.0;

/// State of the screen.
#[derive(Default)]
pub(crate) struct Receipts {
    selected: Option<OrderId>,
}

impl Receipts {
    /// Draws the screen.
    pub(crate) fn show(&mut self, ui: &mut Ui, rect: Rect, scene: &Scene<'_>) {
        let t = tokens(ui);
        let orders = &scene.snapshot.orders;
        if orders.is_empty() {
            empty(ui, rect, scene);
            return;
        }
        let list = Rect::from_min_size(rect.min, vec2(LIST_WIDTH, rect.height()));
        ui.painter().rect_filled(list, 0, t.panel);
        let edge = [list.right_top(), list.right_bottom()];
        ui.painter().line_segment(edge, Stroke::new(1.0, t.line));
        child(ui, list.shrink(12.0), "list", |ui| {
            ui.spacing_mut().item_spacing.y = 4.0;
            let rows = orders.len();
            ScrollArea::vertical().auto_shrink(false).show_rows(
                ui,
                ROW_HEIGHT,
                rows,
                |ui, range| {
                    for view in &orders[range] {
                        self.row(ui, view, scene);
                    }
                },
            );
        });
        let shown = self.shown(orders);
        let room = Rect::from_min_max(list.right_top(), rect.max).shrink2(vec2(24.0, 20.0));
        let (tone, icon, text) = order_state(shown, scene);
        let top = Rect::from_min_size(room.min, vec2(room.width(), 32.0));
        child(ui, top, "state", |ui| chip(ui, tone, icon, &text, "receipts.state"));
        let paper = Rect::from_min_size(
            room.min + vec2(0.0, 40.0),
            vec2(room.width().min(PAPER_WIDTH), room.height() - 40.0),
        );
        child(ui, paper, "paper", |ui| {
            sheet::show(ui, paper, &Sheet::of_order(shown, scene), scene);
        });
    }

    /// The order chosen, or the newest.
    fn shown<'a>(&self, orders: &'a [OrderView]) -> &'a OrderView {
        let chosen = orders.iter().find(|view| Some(view.row.order.id) == self.selected);
        chosen.unwrap_or(&orders[0])
    }

    fn row(&mut self, ui: &mut Ui, view: &OrderView, scene: &Scene<'_>) {
        let t = tokens(ui);
        let order = &view.row.order;
        let on = self.shown(&scene.snapshot.orders).row.order.id == order.id;
        let row = vec2(ui.available_width() - 8.0, ROW_HEIGHT);
        let (rect, response) = ui.allocate_exact_size(row, Sense::click());
        let corners = CornerRadius::same(radius::LG);
        let stroke = if on { Stroke::new(1.5, t.accent) } else { Stroke::new(1.0, t.line) };
        let fill =
            if on || response.hovered() || response.has_focus() { t.surface } else { t.panel };
        ui.painter().rect(rect, corners, fill, stroke, StrokeKind::Inside);
        let (top, low) = (rect.top() + 22.0, rect.bottom() - 21.0);
        let (left, right) = (rect.left() + 16.0, rect.right() - 16.0);
        put(ui, pos2(left, top), Align2::LEFT_CENTER, &view.label, mono(14.0), t.ink);
        let total = order.currency.format(order.totals.total);
        let strong = font(Weight::Bold, size::STRONG);
        put(ui, pos2(right, top), Align2::RIGHT_CENTER, &total, strong, t.ink);
        let (tone, _, state) = order_state(view, scene);
        let drawn = paint_chip(ui, pos2(right, low), Align2::RIGHT_CENTER, tone, &state);
        let place = format!("{} · {}", scene.when(order.sold_at_ms), view.register);
        let regular = font(Weight::Regular, size::SMALL);
        let room = drawn.left() - left - 8.0;
        put_fit(ui, pos2(left, low), Align2::LEFT_CENTER, &place, regular, t.ink2, room);
        let name = format!("{} {total} {place} {state}", view.label);
        response.widget_info(|| WidgetInfo::selected(Role::Button, true, on, &name));
        author(ui, response.id, &format!("receipts.row.{}", view.label));
        if response.clicked() {
            self.selected = Some(order.id);
        }
    }
}

fn empty(ui: &Ui, rect: Rect, scene: &Scene<'_>) {
    let t = tokens(ui);
    put_icon(ui, rect.center() - vec2(0.0, 24.0), icon::RECEIPT_TEXT, 30.0, t.ink3);
    let text = tr!(scene.words, "no-receipts");
    let medium = font(Weight::Medium, size::BODY);
    let at = rect.center() + vec2(0.0, 14.0);
    let drawn = put(ui, at, Align2::CENTER_CENTER, &text, medium, t.ink2);
    say(ui, drawn, "receipts.empty", &text);
}
