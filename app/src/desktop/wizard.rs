//! The first run: found a shop, join one, or try the sample.

use super::icon;
use super::intent::{CreateShop, Intent};
use super::scene::{Outbox, Scene};
use super::shell::toggles_ui;
use super::theme::{Weight, radius, size, tokens};
use super::widgets::{
    Button, Kind, Tone, card, child, field, long_field, notice, paragraph, sub, toggle_chip,
};
use super::words::tr;
use egui::{CornerRadius, Rect, ScrollArea, Ui, pos2, vec2};
use till_schema::Currency;

const CARD: [f32; 2] = [620.0, 640.0];
/// Lower than this, a page's card takes the room of the mark.
const ROOM_FOR_MARK: f32 = 620.0;

/// A way to begin.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
enum Way {
    /// A new shop.
    #[default]
    Create,
    /// A shop that exists.
    Join,
    /// A shop to play with.
    Sample,
}

/// State of the first run.
pub(crate) struct Wizard {
    way: Way,
    shop_name: String,
    device_name: String,
    currency: Currency,
    tax_id: String,
    invite: String,
    /// Whether the intent is being carried out.
    waiting: bool,
    problem: Option<String>,
}

impl Default for Wizard {
    fn default() -> Self {
        Self {
            way: Way::default(),
            shop_name: String::new(),
            device_name: String::new(),
            currency: Currency::Cop,
            tax_id: String::new(),
            invite: String::new(),
            waiting: false,
            problem: None,
        }
    }
}

impl Wizard {
    /// The intent could not be carried out; what was typed stays.
    pub(crate) fn failed(&mut self, text: String) {
        self.waiting = false;
        self.problem = Some(text);
    }

    /// Draws the page. Says whether the language is to be switched.
    pub(crate) fn show(
        &mut self,
        ui: &mut Ui,
        rect: Rect,
        scene: &Scene<'_>,
        out: &mut Outbox,
    ) -> bool {
        let t = tokens(ui);
        let words = scene.words;
        let switch = page_toggles(ui, rect, scene, out);
        let page = page_card(ui, rect, CARD);
        child(ui, page.shrink(32.0), "wizard", |ui| {
            ui.spacing_mut().item_spacing.y = 14.0;
            ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
                paragraph(ui, &tr!(words, "welcome"), Weight::Bold, size::FIGURE, t.ink);
                let text = tr!(words, "welcome-text");
                paragraph(ui, &text, Weight::Regular, size::BODY, t.ink2);
                self.ways(ui, scene);
                match self.way {
                    Way::Create => self.create(ui, scene),
                    Way::Join => self.join(ui, scene),
                    Way::Sample => {
                        let text = tr!(words, "sample-text");
                        paragraph(ui, &text, Weight::Regular, size::BODY, t.ink2);
                        self.device(ui, scene);
                    }
                }
                if let Some(problem) = &self.problem {
                    notice(ui, Tone::Bad, problem, "wizard.problem");
                }
                self.submit(ui, scene, out);
            });
        });
        switch
    }

    fn ways(&mut self, ui: &mut Ui, scene: &Scene<'_>) {
        let ways = [
            (Way::Create, "wizard.create", tr!(scene.words, "way-create")),
            (Way::Join, "wizard.join", tr!(scene.words, "way-join")),
            (Way::Sample, "wizard.sample", tr!(scene.words, "way-sample")),
        ];
        ui.horizontal(|ui| {
            for (way, id, name) in ways {
                let pressed = toggle_chip(ui, self.way == way, None, &name, id).clicked();
                if pressed && !self.waiting {
                    self.way = way;
                    self.problem = None;
                }
            }
        });
    }

    fn create(&mut self, ui: &mut Ui, scene: &Scene<'_>) {
        let words = scene.words;
        let width = ui.available_width() - 8.0;
        let hint = tr!(words, "shop-name-hint");
        let name = tr!(words, "shop-name");
        field(ui, &mut self.shop_name, &name, &hint, "wizard.shop-name", width);
        self.device(ui, scene);
        let (name, hint) = (tr!(words, "tax-id"), tr!(words, "tax-id-hint"));
        field(ui, &mut self.tax_id, &name, &hint, "wizard.tax-id", width);
        let color = tokens(ui).ink2;
        paragraph(ui, &tr!(words, "currency"), Weight::Semibold, size::SMALL, color);
        ui.horizontal(|ui| {
            for currency in [Currency::Cop, Currency::Usd, Currency::Pab] {
                let id = format!("wizard.currency.{}", currency.code().to_lowercase());
                let on = self.currency == currency;
                if toggle_chip(ui, on, None, currency.code(), &id).clicked() {
                    self.currency = currency;
                }
            }
        });
    }

    fn join(&mut self, ui: &mut Ui, scene: &Scene<'_>) {
        let words = scene.words;
        let width = ui.available_width() - 8.0;
        let color = tokens(ui).ink2;
        paragraph(ui, &tr!(words, "join-text"), Weight::Regular, size::BODY, color);
        let (name, hint) = (tr!(words, "invite"), tr!(words, "invite-hint"));
        long_field(ui, &mut self.invite, &name, &hint, "wizard.invite", width);
        self.device(ui, scene);
    }

    fn device(&mut self, ui: &mut Ui, scene: &Scene<'_>) {
        let (name, hint) = (tr!(scene.words, "device-name"), tr!(scene.words, "device-hint"));
        let width = ui.available_width() - 8.0;
        field(ui, &mut self.device_name, &name, &hint, "wizard.device-name", width);
    }

    fn submit(&mut self, ui: &mut Ui, scene: &Scene<'_>, out: &mut Outbox) {
        let words = scene.words;
        let label = match (self.waiting, self.way) {
            (true, _) => tr!(words, "working"),
            (false, Way::Create) => tr!(words, "do-create"),
            (false, Way::Join) => tr!(words, "do-join"),
            (false, Way::Sample) => tr!(words, "do-sample"),
        };
        let button = Button::new(&label, "wizard.submit", Kind::Primary)
            .icon(icon::CHECK)
            .height(52.0)
            .width(ui.available_width() - 8.0)
            .text(size::STRONG)
            .enabled(!self.waiting);
        if ui.add(button).clicked() {
            match self.intent(scene) {
                Ok(intent) => {
                    self.waiting = true;
                    self.problem = None;
                    out.push(intent);
                }
                Err(problem) => self.problem = Some(problem),
            }
        }
    }

    /// What is asked for; the error names what is missing.
    fn intent(&self, scene: &Scene<'_>) -> Result<Intent, String> {
        let words = scene.words;
        let typed = |text: &str, missing: String| match text.trim() {
            "" => Err(missing),
            text => Ok(text.to_owned()),
        };
        let device = || typed(&self.device_name, tr!(words, "missing-device-name"));
        match self.way {
            Way::Create => Ok(Intent::CreateShop(CreateShop {
                shop_name: typed(&self.shop_name, tr!(words, "missing-shop-name"))?,
                device_name: device()?,
                currency: self.currency,
                tax_id: typed(&self.tax_id, tr!(words, "missing-tax-id"))?,
                language: words.language(),
            })),
            Way::Join => Ok(Intent::JoinShop {
                invite: typed(&self.invite, tr!(words, "missing-invite"))?,
                device_name: device()?,
            }),
            Way::Sample => {
                // A person who only tries the program need not name anything.
                let device_name = device().unwrap_or_else(|_| tr!(words, "device-hint"));
                Ok(Intent::OpenSample { device_name, language: words.language() })
            }
        }
    }
}

/// The page between joining and the arrival of the shop's first entry.
pub(crate) fn waiting(ui: &mut Ui, rect: Rect, scene: &Scene<'_>) {
    let room = super::shell::below_fault(ui, rect, scene);
    let page = page_card(ui, room, CARD);
    child(ui, page.shrink(32.0), "waiting", |ui| {
        ui.spacing_mut().item_spacing.y = 14.0;
        let color = tokens(ui).ink;
        let title = tr!(scene.words, "waiting-shop");
        paragraph(ui, &title, Weight::Bold, size::TITLE, color);
        let text = tr!(scene.words, "waiting-shop-text");
        notice(ui, Tone::Neutral, &text, "wizard.waiting");
        for peer in &scene.snapshot.sync.peers {
            if let Some(trouble) = &peer.trouble {
                let text = format!("{}: {trouble}", peer.name);
                notice(ui, Tone::Warn, &text, "wizard.trouble");
            }
        }
    });
}

/// Language and theme in the corner of a page without a bar. Says whether the
/// language is to be switched.
pub(super) fn page_toggles(ui: &mut Ui, rect: Rect, scene: &Scene<'_>, out: &mut Outbox) -> bool {
    let toggles = Rect::from_min_max(
        pos2(rect.right() - 140.0, rect.top() + 12.0),
        pos2(rect.right(), rect.top() + 64.0),
    );
    child(ui, toggles, "toggles", |ui| toggles_ui(ui, scene, out))
}

/// A card of a size in the middle, the mark above its text where there is room.
pub(super) fn page_card(ui: &Ui, rect: Rect, [width, height]: [f32; 2]) -> Rect {
    let t = tokens(ui);
    let marked = rect.height() >= ROOM_FOR_MARK;
    let (margin, shift) = if marked { (120.0, 30.0) } else { (24.0, 0.0) };
    let size = vec2(width.min(rect.width() - 32.0), height.min(rect.height() - margin));
    let page = Rect::from_center_size(rect.center() + vec2(0.0, shift), size);
    if marked {
        let badge = sub(page, 0.0, -76.0, 60.0, 60.0);
        ui.painter().rect_filled(badge, CornerRadius::same(radius::LG), t.rail);
        super::shell::mark(ui, badge.center());
    }
    card(ui, page);
    page
}
