//! Search box, category chips and the grid of tiles.

use super::{Register, SEARCH, split_quantity};
use crate::desktop::icon;
use crate::desktop::scene::Scene;
use crate::desktop::search::fold;
use crate::desktop::theme::{HUES, Weight, font, radius, size, tokens};
use crate::desktop::widgets::{
    Tone, author, notice, paint_chip, paragraph, put, put_fit, put_icon, search, sub, toggle_chip,
};
use crate::desktop::words::tr;
use egui::{
    Align2, CornerRadius, Rect, Role, ScrollArea, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2,
    vec2,
};
use till_node::command::ProductView;
use till_schema::Quantity;

const TILE_HEIGHT: f32 = 112.0;
const TILE_WIDTH_MIN: f32 = 174.0;
const GAP: f32 = 12.0;

/// At or below this many units a tile warns.
const LOW_STOCK: Quantity = Quantity::units(5);

/// The last search, kept while nothing it depends on has changed.
#[derive(Default)]
pub(super) struct Hits {
    query: String,
    category: Option<String>,
    generation: u64,
    places: Vec<usize>,
}

impl Register {
    /// Draws the left side while selling.
    pub(super) fn catalogue(&mut self, ui: &mut Ui, scene: &Scene<'_>) {
        let words = scene.words;
        ui.spacing_mut().item_spacing.y = 14.0;
        let name = tr!(words, "search-products");
        let hint = tr!(words, "search-hint");
        search(ui, &mut self.query, &name, &hint, SEARCH, Some("F2"));
        if let Some((tone, text)) = &self.notice {
            notice(ui, *tone, text, "register.notice");
        }
        self.category_chips(ui, scene);
        self.search_again();
        if self.index.generation() > 0 && scene.snapshot.products.is_empty() {
            let text = tr!(words, "no-products");
            paragraph(ui, &text, Weight::Medium, size::BODY, tokens(ui).ink2);
        } else if self.hits.places.is_empty() {
            let text = tr!(words, "no-hit");
            paragraph(ui, &text, Weight::Medium, size::BODY, tokens(ui).ink2);
        } else if let Some(place) = self.grid(ui, scene) {
            let (quantity, _) = split_quantity(&self.query);
            let counted = quantity != Quantity::ONE;
            if self.add(place, quantity, scene) && counted {
                self.query.clear();
            }
        }
    }

    fn category_chips(&mut self, ui: &mut Ui, scene: &Scene<'_>) {
        if self.index.categories().is_empty() {
            return;
        }
        let mut chosen = None;
        ScrollArea::horizontal().id_salt("categories").auto_shrink([false, true]).show(ui, |ui| {
            ui.horizontal(|ui| {
                let all = tr!(scene.words, "all");
                let none = self.category.is_none();
                if toggle_chip(ui, none, None, &all, "register.cat.all").clicked() {
                    chosen = Some(None);
                }
                for (place, name) in self.index.categories().iter().enumerate() {
                    let on = self.category.as_deref() == Some(name);
                    let hue = HUES[place % HUES.len()];
                    let id = format!("register.cat.{place}");
                    if toggle_chip(ui, on, Some(hue), name, &id).clicked() {
                        chosen = Some(Some(name.clone()));
                    }
                }
            });
        });
        if let Some(category) = chosen {
            self.category = category;
        }
    }

    fn search_again(&mut self) {
        let (_, query) = split_quantity(&self.query);
        let hits = &mut self.hits;
        let generation = self.index.generation();
        if hits.generation != generation || hits.query != query || hits.category != self.category {
            if self
                .category
                .as_deref()
                .is_some_and(|name| self.index.category_place(name).is_none())
            {
                self.category = None;
            }
            hits.places = self.index.find(&query, self.category.as_deref());
            hits.query = query;
            hits.category.clone_from(&self.category);
            hits.generation = generation;
        }
    }

    /// Draws the rows in sight; gives the place of the tile that was pressed.
    fn grid(&self, ui: &mut Ui, scene: &Scene<'_>) -> Option<usize> {
        // The scroll bar floats at the right.
        let width = ui.available_width() - 10.0;
        let columns = ((width + GAP) / (TILE_WIDTH_MIN + GAP)).floor().max(1.0) as usize;
        let tile_width = (width - GAP * (columns as f32 - 1.0)) / columns as f32;
        let rows = self.hits.places.len().div_ceil(columns);
        let mut pressed = None;
        ui.spacing_mut().item_spacing.y = GAP;
        ScrollArea::vertical().auto_shrink(false).show_rows(ui, TILE_HEIGHT, rows, |ui, range| {
            for row in range {
                let (rect, _) = ui.allocate_exact_size(vec2(width, TILE_HEIGHT), Sense::hover());
                let places = self.hits.places.iter().skip(row * columns).take(columns);
                for (column, place) in places.enumerate() {
                    let Some(view) = self.index.product(*place) else {
                        continue;
                    };
                    let x = column as f32 * (tile_width + GAP);
                    if self.tile(ui, sub(rect, x, 0.0, tile_width, TILE_HEIGHT), view, scene) {
                        pressed = Some(*place);
                    }
                }
            }
        });
        pressed
    }

    fn tile(&self, ui: &mut Ui, rect: Rect, view: &ProductView, scene: &Scene<'_>) -> bool {
        let t = tokens(ui);
        let product = &view.product;
        let response = ui.interact(rect, ui.scope_id().with(product.id.0), Sense::click());
        let place = self.index.category_place(&product.category);
        let hue = place.map_or(HUES[HUES.len() - 1], |place| HUES[place % HUES.len()]);
        let (fill, stroke) = if response.is_pointer_button_down_on() {
            (t.tint(hue), Stroke::new(1.5, hue))
        } else if response.hovered() || response.has_focus() {
            (t.surface, Stroke::new(1.5, hue))
        } else {
            (t.surface, Stroke::new(1.0, t.line))
        };
        let corners = CornerRadius::same(radius::LG);
        ui.painter().rect(rect, corners, fill, stroke, StrokeKind::Inside);

        // Found by colour and shape before it is read.
        let square = sub(rect, 12.0, 12.0, 34.0, 34.0);
        ui.painter().rect_filled(square, CornerRadius::same(9), t.tint(hue));
        put_icon(ui, square.center(), category_icon(&product.category), 18.0, t.on_tint(hue));
        let at = pos2(rect.left() + 12.0, rect.top() + 54.0);
        let name_font = font(Weight::Medium, size::SMALL);
        put_fit(ui, at, Align2::LEFT_TOP, &product.name, name_font, t.ink, rect.width() - 22.0);
        let price = scene.money(product.price);
        let at = pos2(rect.left() + 12.0, rect.bottom() - 12.0);
        put(ui, at, Align2::LEFT_BOTTOM, &price, font(Weight::Bold, 17.0), t.ink);

        let (tone, stock) = stock_words(view.stock, scene);
        let at = rect.right_bottom() - vec2(10.0, 11.0);
        paint_chip(ui, at, Align2::RIGHT_BOTTOM, tone, &stock);
        if let Some(quantity) = self.basket.quantity_of(&product.sku) {
            let text = quantity.to_string();
            let center = pos2(rect.right() - 22.0, rect.top() + 24.0);
            ui.painter().circle_filled(center, 12.0, t.accent);
            let font = font(Weight::Bold, if text.len() > 3 { 9.0 } else { 12.5 });
            put(ui, center, Align2::CENTER_CENTER, text, font, t.on_accent);
        }
        let name = format!("{} {price}", product.name);
        response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
        author(ui, response.id, &format!("register.tile.{}", product.sku));
        response.clicked()
    }
}

/// Stock is an estimate while other devices are out of reach: it warns, and
/// never blocks a sale.
fn stock_words(stock: Quantity, scene: &Scene<'_>) -> (Tone, String) {
    if stock <= Quantity(0) {
        (Tone::Bad, tr!(scene.words, "stock-none"))
    } else if stock <= LOW_STOCK {
        (Tone::Warn, tr!(scene.words, "stock-low", stock = stock.to_string()))
    } else {
        (Tone::Neutral, stock.to_string())
    }
}

/// An icon by a word in the category's name, in either language.
fn category_icon(category: &str) -> char {
    const ICONS: &[(&[&str], char)] = &[
        (&["cafe", "coffee", "tea", "te "], icon::COFFEE),
        (&["pan", "bread", "bak", "repost"], icon::CROISSANT),
        (&["lact", "leche", "dairy", "milk", "queso", "chees"], icon::MILK),
        (&["frut", "fruit", "verdur", "vegetab", "produce"], icon::APPLE),
        (&["carn", "meat", "beef", "poll", "pesc", "fish"], icon::BEEF),
        (&["aseo", "clean", "limp", "househ", "laundry"], icon::SPRAY_CAN),
        (&["bebid", "drink", "bever", "gaseos", "jug", "juice"], icon::CUP_SODA),
        (&["pasab", "snack", "dulc", "sweet", "gallet", "cookie", "candy"], icon::COOKIE),
        (&["hogar", "home"], icon::HOUSE),
    ];
    let name = fold(category);
    ICONS
        .iter()
        .find(|(words, _)| words.iter().any(|word| name.contains(word)))
        .map_or(icon::PACKAGE, |(_, icon)| *icon)
}
