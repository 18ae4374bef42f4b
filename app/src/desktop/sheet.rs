//! An order as the paper the customer gets.

use super::cart::Basket;
use super::icon;
use super::scene::Scene;
use super::theme::{Tokens, Weight, font, mono, size, tokens};
use super::widgets::{Tone, child, dashed_line, line, paper_shape, say, wrapped};
use super::words::tr;
use egui::{Color32, FontId, Rect, Role, ScrollArea, Sense, Shape, Ui, WidgetInfo, pos2, vec2};
use till_node::command::{OrderView, Sold};
use till_schema::Quantity;
use till_schema::body::Outcome;
use till_schema::order::{Tender, TenderKind};

/// What the paper says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Sheet {
    label: String,
    /// Whether it is an internal document, the invoice of which follows.
    provisional: bool,
    register: String,
    when: String,
    customer: Option<String>,
    lines: Vec<SheetLine>,
    tax: i64,
    total: i64,
    tenders: Vec<Tender>,
    change: i64,
    code: String,
}

#[derive(Clone, PartialEq, Eq, Debug)]
struct SheetLine {
    name: String,
    quantity: Quantity,
    unit_price: i64,
    discount: i64,
    total: i64,
}

impl Sheet {
    /// The paper of an order that is in the books.
    pub(crate) fn of_order(view: &OrderView, scene: &Scene<'_>) -> Self {
        let order = &view.row.order;
        let customer = order
            .customer
            .as_ref()
            .map(|buyer| format!("{} · {} {}", buyer.name, buyer.tax_id_kind, buyer.tax_id));
        Self {
            label: view.label.clone(),
            provisional: is_provisional(view),
            register: view.register.clone(),
            when: scene.when(order.sold_at_ms),
            customer,
            lines: order
                .lines
                .iter()
                .map(|line| SheetLine {
                    name: line.name.clone(),
                    quantity: line.quantity,
                    unit_price: line.unit_price,
                    discount: line.discount,
                    total: line.total,
                })
                .collect(),
            tax: order.totals.taxes.iter().map(|row| row.amount).sum(),
            total: order.totals.total,
            tenders: order.tenders.clone(),
            change: order.change,
            code: view.row.code.clone(),
        }
    }

    /// The paper of a sale that the books will show in a moment.
    pub(crate) fn of_sale(
        basket: &Basket,
        sold: &Sold,
        tenders: &[Tender],
        scene: &Scene<'_>,
    ) -> Self {
        Self {
            label: sold.label.clone(),
            provisional: sold.provisional,
            register: scene.snapshot.device_name.clone(),
            when: scene.when(scene.now_ms),
            customer: basket.customer.as_ref().map(|b| format!("{} · {}", b.name, b.tax_id)),
            lines: basket
                .lines
                .iter()
                .map(|line| SheetLine {
                    name: line.name.clone(),
                    quantity: line.quantity,
                    unit_price: line.unit_price(),
                    discount: line.discount,
                    total: line.total(),
                })
                .collect(),
            tax: basket.sums().tax,
            total: sold.total,
            tenders: tenders.to_vec(),
            change: sold.change,
            code: sold.code.clone(),
        }
    }
}

/// Whether an order has no number yet.
pub(crate) fn is_provisional(view: &OrderView) -> bool {
    view.row.number == 0
}

/// How an order's document stands: waits for its number, or at the authority.
pub(crate) fn order_state(view: &OrderView, scene: &Scene<'_>) -> (Tone, char, String) {
    if is_provisional(view) { provisional_state(scene) } else { fiscal_state(view.outcome, scene) }
}

/// A document without a number: tone, icon and words.
pub(crate) fn provisional_state(scene: &Scene<'_>) -> (Tone, char, String) {
    (Tone::Warn, icon::CLOCK, tr!(scene.words, "provisional"))
}

/// How a document stands with the authority: tone, icon and words.
pub(crate) fn fiscal_state(outcome: Option<Outcome>, scene: &Scene<'_>) -> (Tone, char, String) {
    match outcome {
        None => (Tone::Warn, icon::CLOCK, tr!(scene.words, "fiscal-pending")),
        Some(Outcome::Accepted) => {
            (Tone::Ok, icon::CIRCLE_CHECK, tr!(scene.words, "fiscal-accepted"))
        }
        Some(Outcome::Rejected) => {
            (Tone::Bad, icon::CIRCLE_ALERT, tr!(scene.words, "fiscal-rejected"))
        }
    }
}

/// A tender in the window's language.
pub(crate) fn tender_name(kind: TenderKind, scene: &Scene<'_>) -> String {
    match kind {
        TenderKind::Cash => tr!(scene.words, "tender-cash"),
        TenderKind::Card => tr!(scene.words, "tender-card"),
        TenderKind::Transfer => tr!(scene.words, "tender-transfer"),
        TenderKind::Other => tr!(scene.words, "tender-other"),
        TenderKind::Account => tr!(scene.words, "tender-account"),
    }
}

/// Draws the paper, as long as its text; what does not fit into `rect` scrolls.
pub(crate) fn show(ui: &mut Ui, rect: Rect, sheet: &Sheet, scene: &Scene<'_>) {
    let t = tokens(ui);
    let ground = ui.painter().add(Shape::Noop);
    let margin = vec2(22.0, 20.0);
    let used = child(ui, rect.shrink2(margin), "sheet", |ui| {
        ui.spacing_mut().item_spacing.y = 4.0;
        let area = ScrollArea::vertical().auto_shrink([false, true]).show(ui, |ui| {
            head(ui, sheet, scene, t);
            tear(ui, t);
            for line in &sheet.lines {
                item(ui, line, scene, t);
            }
            tear(ui, t);
            foot(ui, sheet, scene, t);
        });
        area.content_size.y.min(area.inner_rect.height())
    });
    let height = (used + 2.0 * margin.y + 8.0).min(rect.height());
    let sheet = Rect::from_min_size(rect.min, vec2(rect.width(), height));
    ui.painter().set(ground, paper_shape(sheet, t));
}

fn head(ui: &mut Ui, sheet: &Sheet, scene: &Scene<'_>, t: &Tokens) {
    let shop = scene.snapshot.shop.as_ref().map_or("", |shop| shop.name.as_str());
    centered(ui, shop, font(Weight::Bold, size::STRONG), t.ink);
    let response = centered(ui, &sheet.label, mono(size::TITLE), t.ink);
    say(ui, response, "sheet.number", &tr!(scene.words, "sheet-number", label = &*sheet.label));
    if sheet.provisional {
        let text = tr!(scene.words, "provisional");
        let response = centered(ui, &text, font(Weight::Bold, size::BODY), t.ink);
        say(ui, response, "sheet.provisional", &text);
    }
    let place = format!("{} · {}", sheet.register, sheet.when);
    centered(ui, &place, font(Weight::Regular, size::SMALL), t.ink2);
    if let Some(customer) = &sheet.customer {
        centered(ui, customer, font(Weight::Regular, size::SMALL), t.ink2);
    }
}

fn item(ui: &mut Ui, line: &SheetLine, scene: &Scene<'_>, t: &Tokens) {
    let body = font(Weight::Medium, size::BODY);
    row(ui, &line.name, &scene.money(line.total), body, t.ink);
    let mut detail = format!("{} × {}", line.quantity, scene.money(line.unit_price));
    if line.discount > 0 {
        detail.push_str(&format!("  −{}", scene.money(line.discount)));
    }
    row(ui, &detail, "", font(Weight::Regular, size::SMALL), t.ink3);
}

fn foot(ui: &mut Ui, sheet: &Sheet, scene: &Scene<'_>, t: &Tokens) {
    let words = scene.words;
    let small = || font(Weight::Regular, size::SMALL);
    row(ui, &tr!(words, "tax-included"), &scene.money(sheet.tax), small(), t.ink2);
    let strong = font(Weight::Bold, size::TITLE);
    row(ui, &tr!(words, "total"), &scene.money(sheet.total), strong, t.ink);
    for tender in &sheet.tenders {
        row(ui, &tender_name(tender.kind, scene), &scene.money(tender.amount), small(), t.ink2);
    }
    if sheet.change > 0 {
        row(ui, &tr!(words, "change"), &scene.money(sheet.change), small(), t.ink2);
    }
    if sheet.code.is_empty() {
        return;
    }
    tear(ui, t);
    let galley = wrapped(ui, &sheet.code, mono(10.5), t.ink3, ui.available_width(), 4);
    let (rect, response) = ui.allocate_exact_size(galley.size(), Sense::hover());
    ui.painter().galley(rect.min, galley, t.ink3);
    let name = tr!(words, "sheet-code", code = &*sheet.code);
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &name));
}

/// A line centred on the paper; gives where it is.
fn centered(ui: &mut Ui, text: &str, font: FontId, color: Color32) -> Rect {
    let width = ui.available_width();
    let galley = wrapped(ui, text, font, color, width, 2);
    let (rect, _) = ui.allocate_exact_size(vec2(width, galley.size().y), Sense::hover());
    let at = pos2(rect.center().x - galley.size().x / 2.0, rect.top());
    ui.painter().galley(at, galley, color);
    rect
}

/// Text at the left, an amount at the right.
fn row(ui: &mut Ui, left: &str, right: &str, font: FontId, color: Color32) {
    let width = ui.available_width();
    let amount = line(ui, right, font.clone(), color);
    let room = width - amount.size().x - 12.0;
    let text = wrapped(ui, left, font, color, room, 2);
    let height = text.size().y.max(amount.size().y);
    let (rect, response) = ui.allocate_exact_size(vec2(width, height), Sense::hover());
    ui.painter().galley(rect.min, text, color);
    let at = pos2(rect.right() - amount.size().x, rect.bottom() - amount.size().y);
    ui.painter().galley(at, amount, color);
    let name = format!("{left} {right}");
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, name.trim_end()));
}

fn tear(ui: &mut Ui, t: &Tokens) {
    let size = vec2(ui.available_width(), 16.0);
    let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
    dashed_line(ui, rect.center().y, rect.left()..=rect.right(), t.line_strong);
}
