//! Whom to sell to.

use super::{Register, Stage};
use crate::desktop::cart::Buyer;
use crate::desktop::icon;
use crate::desktop::scene::Scene;
use crate::desktop::search::fold;
use crate::desktop::theme::{Weight, font, radius, size, tokens};
use crate::desktop::widgets::{
    Button, Kind, author, avatar, initials, paragraph, put, put_fit, search,
};
use crate::desktop::words::tr;
use egui::{
    Align2, CornerRadius, Role, ScrollArea, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2,
};
use till_schema::rows::CustomerRow;

/// Author id of the search box.
pub(super) const SEARCH: &str = "customers.search";

const ROW_HEIGHT: f32 = 56.0;

/// What is typed.
#[derive(Default)]
pub(super) struct Customers {
    query: String,
}

impl Register {
    /// Draws the list of customers.
    pub(super) fn customers(&mut self, ui: &mut Ui, scene: &Scene<'_>) {
        let Stage::Customers(state) = &mut self.stage else {
            return;
        };
        let words = scene.words;
        ui.spacing_mut().item_spacing.y = 14.0;
        let name = tr!(words, "search-customers");
        let hint = tr!(words, "search-customers-hint");
        search(ui, &mut state.query, &name, &hint, SEARCH, None);
        let query = state.query.clone();
        let mut done = false;
        ui.horizontal(|ui| {
            let back = tr!(words, "back");
            let button = Button::new(&back, "customers.back", Kind::Ghost).icon(icon::ARROW_LEFT);
            done |= ui.add(button).clicked();
            let nobody = tr!(words, "final-consumer");
            let button = Button::new(&nobody, "customers.none", Kind::Secondary).icon(icon::USER);
            if ui.add(button).clicked() {
                self.basket.customer = None;
                done = true;
            }
        });
        // Filtered per frame: this list is open for seconds, and short.
        let folded = fold(query.trim());
        let hits: Vec<&CustomerRow> = scene
            .snapshot
            .customers
            .iter()
            .filter(|customer| {
                let text = fold(&format!("{} {}", customer.name, customer.tax_id));
                folded.split_whitespace().all(|word| text.contains(word))
            })
            .collect();
        if hits.is_empty() {
            let text = tr!(words, "no-customer");
            paragraph(ui, &text, Weight::Medium, size::BODY, tokens(ui).ink2);
        }
        let rows = hits.len();
        ScrollArea::vertical().auto_shrink(false).show_rows(ui, ROW_HEIGHT, rows, |ui, range| {
            for customer in &hits[range] {
                if row(ui, customer) {
                    self.basket.customer = Some(Buyer {
                        reference: customer.id.to_string(),
                        name: customer.name.clone(),
                        tax_id: tax_id(customer),
                    });
                    done = true;
                }
            }
        });
        if done {
            self.stage = Stage::Selling;
        }
    }
}

fn tax_id(customer: &CustomerRow) -> String {
    format!("{} {}", customer.tax_id_kind, customer.tax_id).trim().to_owned()
}

fn row(ui: &mut Ui, customer: &CustomerRow) -> bool {
    let t = tokens(ui);
    let row = vec2(ui.available_width() - 10.0, ROW_HEIGHT);
    let (rect, response) = ui.allocate_exact_size(row, Sense::click());
    let on = response.hovered() || response.has_focus();
    let stroke = Stroke::new(1.0, if on { t.accent } else { t.line });
    let corners = CornerRadius::same(radius::MD);
    ui.painter().rect(rect, corners, t.surface, stroke, StrokeKind::Inside);
    let center = pos2(rect.left() + 30.0, rect.center().y);
    avatar(ui, center, 17.0, &initials(&customer.name), t);
    let at = pos2(rect.left() + 60.0, rect.center().y - 9.0);
    let name_font = font(Weight::Semibold, size::BODY);
    put_fit(ui, at, Align2::LEFT_CENTER, &customer.name, name_font, t.ink, rect.width() - 80.0);
    let tax_id = tax_id(customer);
    let at = pos2(rect.left() + 60.0, rect.center().y + 10.0);
    let font = font(Weight::Regular, size::SMALL);
    put(ui, at, Align2::LEFT_CENTER, &tax_id, font, t.ink3);
    let name = format!("{} {tax_id}", customer.name);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
    author(ui, response.id, &format!("customers.row.{}", customer.id));
    response.clicked()
}
