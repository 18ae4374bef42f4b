//! Rail and top bar: where one is, and whether all is well.

use super::icon;
use super::intent::{Intent, ThemeChoice};
use super::scene::{Outbox, Scene};
use super::sync::lamp_words;
use super::theme::{Weight, font, radius, size, tokens};
use super::widgets::{
    Button, Kind, Tone, author, child, line, mark_of, notice, put, put_fit, put_icon, say, sub,
    tone_colors,
};
use super::words::tr;
use egui::{
    Align2, CornerRadius, Key, Modifiers, Pos2, Rect, Role, Sense, Stroke, StrokeKind, Theme, Ui,
    WidgetInfo, pos2, vec2,
};

/// Width of the rail, points.
pub(crate) const RAIL: f32 = 88.0;
/// Height of the top bar, points.
pub(crate) const BAR: f32 = 64.0;

/// Longest name of a person in the bar.
const NAME_CHARS: usize = 18;

/// A screen of the rail.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) enum Screen {
    /// Selling.
    #[default]
    Register,
    /// What was sold.
    Receipts,
    /// What needs a person.
    Conflicts,
    /// Other devices and the authority.
    Sync,
}

impl Screen {
    const ALL: [Self; 4] = [Self::Register, Self::Receipts, Self::Conflicts, Self::Sync];

    fn name(self, scene: &Scene<'_>) -> String {
        match self {
            Self::Register => tr!(scene.words, "nav-register"),
            Self::Receipts => tr!(scene.words, "nav-receipts"),
            Self::Conflicts => tr!(scene.words, "nav-conflicts"),
            Self::Sync => tr!(scene.words, "nav-sync"),
        }
    }

    const fn look(self) -> (char, &'static str, Key) {
        match self {
            Self::Register => (icon::SHOPPING_BASKET, "nav.register", Key::Num1),
            Self::Receipts => (icon::RECEIPT_TEXT, "nav.receipts", Key::Num2),
            Self::Conflicts => (icon::GIT_PULL_REQUEST_ARROW, "nav.conflicts", Key::Num3),
            Self::Sync => (icon::WAYPOINTS, "nav.sync", Key::Num4),
        }
    }
}

/// What the bar asks of the window itself.
pub(crate) struct BarAnswer {
    /// Go to this screen.
    pub(crate) screen: Option<Screen>,
    /// Switch to the other language.
    pub(crate) switch_language: bool,
    /// Lock the window for the next person.
    pub(crate) lock: bool,
}

/// Draws the rail; gives the screen to go to.
pub(crate) fn rail(ui: &mut Ui, rect: Rect, now: Screen, scene: &Scene<'_>) -> Option<Screen> {
    let t = tokens(ui);
    ui.painter().rect_filled(rect, 0, t.rail);
    mark(ui, pos2(rect.center().x, rect.top() + 34.0));
    let mut chosen = None;
    for (place, screen) in Screen::ALL.into_iter().enumerate() {
        let (icon, author_id, key) = screen.look();
        let at = sub(rect, 8.0, 76.0 + place as f32 * 66.0, rect.width() - 16.0, 60.0);
        let response = ui.interact(at, ui.scope_id().with(author_id), Sense::click());
        let on = now == screen;
        let corners = CornerRadius::same(radius::LG);
        if on {
            ui.painter().rect_filled(at, corners, t.rail_active);
        } else if response.hovered() {
            ui.painter().rect_filled(at, corners, t.rail_hover);
        }
        if response.has_focus() {
            let stroke = Stroke::new(2.0, t.rail_spark);
            ui.painter().rect_stroke(at, corners, stroke, StrokeKind::Inside);
        }
        let ink = if on { t.on_rail } else { t.rail_ink };
        put_icon(ui, pos2(at.center().x, at.top() + 23.0), icon, 21.0, ink);
        let name = screen.name(scene);
        let weight = if on { Weight::Semibold } else { Weight::Medium };
        let below = pos2(at.center().x, at.bottom() - 14.0);
        put(ui, below, Align2::CENTER_CENTER, &name, font(weight, 11.5), ink);
        let waiting = match screen {
            Screen::Conflicts => scene.snapshot.open_conflicts(),
            _ => 0,
        };
        if waiting > 0 {
            let center = pos2(at.right() - 15.0, at.top() + 13.0);
            ui.painter().circle_filled(center, 9.0, t.bad_soft);
            let bold = font(Weight::Bold, 11.0);
            put(ui, center, Align2::CENTER_CENTER, waiting.to_string(), bold, t.bad);
        }
        let full = if waiting > 0 { format!("{name} ({waiting})") } else { name };
        response.widget_info(|| WidgetInfo::selected(Role::Button, true, on, &full));
        author(ui, response.id, author_id);
        let by_key = ui.input_mut(|input| input.consume_key(Modifiers::COMMAND, key));
        if response.clicked() || by_key {
            chosen = Some(screen);
        }
    }
    chosen
}

/// The mark: three linked nodes.
pub(crate) fn mark(ui: &Ui, center: Pos2) {
    let t = tokens(ui);
    let nodes = [vec2(-12.0, 9.0), vec2(12.0, 9.0), vec2(0.0, -11.0)].map(|offset| center + offset);
    let link = Stroke::new(2.0, t.on_rail.gamma_multiply(0.55));
    for place in 0..nodes.len() {
        let next = (place + 1) % nodes.len();
        ui.painter().line_segment([nodes[place], nodes[next]], link);
    }
    for (place, node) in nodes.into_iter().enumerate() {
        let color = if place == 2 { t.rail_spark } else { t.on_rail };
        ui.painter().circle_filled(node, 6.0, color);
    }
}

/// Draws the top bar; `person` acts, in a shop with people.
pub(crate) fn bar(
    ui: &mut Ui,
    rect: Rect,
    screen: Screen,
    person: Option<&str>,
    scene: &Scene<'_>,
    out: &mut Outbox,
) -> BarAnswer {
    let t = tokens(ui);
    let base = [rect.left_bottom(), rect.right_bottom()];
    ui.painter().line_segment(base, Stroke::new(1.0, t.line));
    let mut answer = BarAnswer { screen: None, switch_language: false, lock: false };
    let toggles = Rect::from_min_max(pos2(rect.right() - 140.0, rect.top() + 12.0), rect.max);
    child(ui, toggles, "toggles", |ui| answer.switch_language = toggles_ui(ui, scene, out));

    let mut x = toggles.left() - 8.0;
    if let Some(person) = person {
        let name = tr!(scene.words, "lock-till", name = person);
        let (icon, id) = (icon::LOG_OUT, "status.person");
        let text = short_name(person);
        let pill = Pill { tone: Tone::Neutral, icon, text: &text, detail: "F11", name: &name, id };
        answer.lock = pill.show(ui, rect, &mut x);
    }
    let (tone, icon, text, detail) = lamp_words(scene);
    let name = format!("{}: {text}, {detail}", tr!(scene.words, "sync-status"));
    let pill = Pill { tone, icon, text: &text, detail: &detail, name: &name, id: "status.sync" };
    if pill.show(ui, rect, &mut x) {
        answer.screen = Some(Screen::Sync);
    }
    let held: u64 = scene.snapshot.numbers.iter().map(|numbers| numbers.held).sum();
    let text = match scene.snapshot.numbers.first() {
        Some(first) if !first.prefix.is_empty() => {
            format!("{} · {}", first.prefix, tr!(scene.words, "numbers-chip", n = held))
        }
        _ => tr!(scene.words, "numbers-chip", n = held),
    };
    let tone = if held == 0 { Tone::Bad } else { Tone::Neutral };
    let id = "status.numbers";
    let pill = Pill { tone, icon: icon::HASH, text: &text, detail: "", name: &text, id };
    if pill.show(ui, rect, &mut x) {
        answer.screen = Some(Screen::Sync);
    }
    let waiting = scene.snapshot.open_conflicts();
    if waiting > 0 {
        let text = tr!(scene.words, "conflicts-chip", n = waiting);
        let id = "status.conflicts";
        let icon = icon::GIT_PULL_REQUEST_ARROW;
        let pill = Pill { tone: Tone::Warn, icon, text: &text, detail: "", name: &text, id };
        if pill.show(ui, rect, &mut x) {
            answer.screen = Some(Screen::Conflicts);
        }
    }
    let room = x - rect.left() - 24.0;
    let at = pos2(rect.left() + 24.0, rect.top() + 23.0);
    let bold = font(Weight::Bold, size::TITLE);
    put_fit(ui, at, Align2::LEFT_CENTER, &screen.name(scene), bold, t.ink, room);
    let shop = scene.snapshot.shop.as_ref().map_or("", |shop| shop.name.as_str());
    let place = format!("{shop} · {}", scene.snapshot.device_name);
    let regular = font(Weight::Regular, size::SMALL);
    let at = pos2(rect.left() + 24.0, rect.top() + 45.0);
    let drawn = put_fit(ui, at, Align2::LEFT_CENTER, &place, regular, t.ink2, room);
    say(ui, drawn, "status.place", &place);
    answer
}

/// A name as long as the bar has room for.
fn short_name(name: &str) -> String {
    if name.chars().count() <= NAME_CHARS {
        return name.to_owned();
    }
    let cut: String = name.chars().take(NAME_CHARS - 1).collect();
    format!("{}…", cut.trim_end())
}

/// Language and theme. Says whether the language is to be switched.
pub(crate) fn toggles_ui(ui: &mut Ui, scene: &Scene<'_>, out: &mut Outbox) -> bool {
    let mut switch = false;
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        // The name is in the language it leads to: that is who looks for it.
        let language = tr!(scene.words, "switch-language");
        let code = scene.words.language().other().code().to_uppercase();
        let button = Button::new(&code, "status.language", Kind::Ghost)
            .icon(icon::LANGUAGES)
            .text(size::SMALL);
        let response = ui.add(button).on_hover_text(&language);
        response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &language));
        switch = response.clicked();
        let dark = ui.visuals().dark_mode;
        let (icon, name, next, theme) = if dark {
            (icon::SUN, tr!(scene.words, "theme-light"), ThemeChoice::Light, Theme::Light)
        } else {
            (icon::MOON, tr!(scene.words, "theme-dark"), ThemeChoice::Dark, Theme::Dark)
        };
        let button = Button::new(&name, "status.theme", Kind::Ghost).icon_only(icon);
        if ui.add(button).clicked() {
            ui.ctx().set_theme(theme);
            out.push(Intent::SetTheme(next));
        }
    });
    switch
}

/// A fault that stops selling, over the whole width. Gives its height.
pub(crate) fn fault(ui: &mut Ui, rect: Rect, scene: &Scene<'_>) -> f32 {
    let Some(fault) = scene.fault() else {
        return 0.0;
    };
    let at =
        Rect::from_min_size(rect.min + vec2(24.0, 10.0), vec2(rect.width() - 48.0, rect.height()));
    let height =
        child(ui, at, "fault", |ui| notice(ui, Tone::Bad, &fault, "status.fault").rect.height());
    height + 10.0
}

/// The same on a page without a bar; gives the room that is left.
pub(crate) fn below_fault(ui: &mut Ui, rect: Rect, scene: &Scene<'_>) -> Rect {
    let below = Rect::from_min_max(pos2(rect.left(), rect.top() + 52.0), rect.max);
    match fault(ui, below, scene) {
        0.0 => rect,
        height => Rect::from_min_max(pos2(rect.left(), below.top() + height), rect.max),
    }
}

/// A state in the top bar that leads to its screen.
struct Pill<'a> {
    tone: Tone,
    icon: char,
    text: &'a str,
    detail: &'a str,
    name: &'a str,
    id: &'a str,
}

impl Pill<'_> {
    /// Draws it with its right end at `x`, and moves `x` to its left.
    fn show(&self, ui: &mut Ui, bar: Rect, x: &mut f32) -> bool {
        let t = tokens(ui);
        let (mut ground, ink) = tone_colors(t, self.tone);
        if self.tone == Tone::Neutral {
            ground = t.surface;
        }
        let text = line(ui, self.text, font(Weight::Semibold, size::SMALL), ink);
        let detail = line(ui, self.detail, font(Weight::Regular, size::CAPTION), ink);
        let gap = if self.detail.is_empty() { 0.0 } else { 10.0 };
        let width = text.size().x + gap + detail.size().x + 50.0;
        let rect = Rect::from_min_size(pos2(*x - width, bar.center().y - 18.0), vec2(width, 36.0));
        *x = rect.left() - 10.0;
        let response = ui.interact(rect, ui.scope_id().with(self.id), Sense::click());
        let on = response.hovered() || response.has_focus();
        let edge = if on { mark_of(t, self.tone) } else { t.line_strong };
        let corners = CornerRadius::same(radius::PILL);
        ui.painter().rect(rect, corners, ground, Stroke::new(1.0, edge), StrokeKind::Inside);
        put_icon(ui, pos2(rect.left() + 20.0, rect.center().y), self.icon, 15.0, ink);
        let at = pos2(rect.left() + 34.0, rect.center().y - text.size().y / 2.0);
        let end = at.x + text.size().x + gap;
        ui.painter().galley(at, text, ink);
        let at = pos2(end, rect.center().y - detail.size().y / 2.0);
        ui.painter().galley(at, detail, ink);
        response.widget_info(|| WidgetInfo::labeled(Role::Button, true, self.name));
        author(ui, response.id, self.id);
        response.clicked()
    }
}
