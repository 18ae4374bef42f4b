//! A name from the list, and a PIN.

use crate::desktop::icon;
use crate::desktop::scan::Scanner;
use crate::desktop::scene::Scene;
use crate::desktop::search::fold;
use crate::desktop::theme::{Weight, font, radius, size, tokens};
use crate::desktop::widgets::{
    Button, Kind, Tone, author, avatar, child, cursor_to_end, digit_pad, field_id, initials,
    notice, paragraph, pin_field, put_fit, search,
};
use crate::desktop::words::tr;
use egui::{
    Align2, CornerRadius, Key, Modifiers, Rect, Role, ScrollArea, Sense, Stroke, StrokeKind, Ui,
    WidgetInfo, pos2, vec2,
};
use till_node::command::UserView;
use till_schema::UserId;
use till_schema::body::UserRole;

const ROW_HEIGHT: f32 = 56.0;
const GAP: f32 = 28.0;
/// Lowest and highest keypad, points.
const KEYS_HEIGHT: [f32; 2] = [140.0, 232.0];
const BUTTON_HEIGHT: f32 = 52.0;
/// Two rows of a sentence.
const PROBLEM_HEIGHT: f32 = 58.0;

/// Author ids and the button's label.
pub(super) struct Form<'a> {
    /// First part of the author ids.
    pub(super) prefix: &'a str,
    /// What the button does.
    pub(super) label: &'a str,
}

impl Form<'_> {
    fn id(&self, name: &str) -> String {
        format!("{}.{name}", self.prefix)
    }
}

/// Who is chosen and what is typed.
#[derive(Default)]
pub(super) struct Who {
    filter: String,
    scanner: Scanner,
    /// Place of the arrow keys in the list.
    at: usize,
    chosen: Option<UserId>,
    pin: String,
    pub(super) waiting: bool,
    problem: Option<String>,
}

impl Who {
    /// With a sentence on top.
    pub(super) fn with_problem(problem: Option<String>) -> Self {
        Self { problem, ..Self::default() }
    }

    /// Nothing is typed any more; who was chosen stays when `keep`.
    pub(super) fn clear(&mut self, keep: bool) {
        *self = Self { chosen: self.chosen.filter(|_| keep), ..Self::default() };
    }

    /// The PIN was not taken.
    pub(super) fn failed(&mut self, problem: String) {
        self.waiting = false;
        self.pin.clear();
        self.problem = Some(problem);
    }

    /// Takes back the choice; `false` when there was none.
    pub(super) fn step_back(&mut self) -> bool {
        self.pin.clear();
        self.problem = None;
        self.chosen.take().is_some()
    }

    /// Draws list and PIN side by side; gives name and PIN when they are
    /// entered.
    pub(super) fn show(
        &mut self,
        ui: &mut Ui,
        rect: Rect,
        form: &Form<'_>,
        people: &[&UserView],
        scene: &Scene<'_>,
    ) -> Option<(String, String)> {
        if !people.iter().any(|view| Some(view.user.user) == self.chosen) {
            self.chosen = None;
        }
        if let [only] = people {
            self.chosen = Some(only.user.user);
        }
        let entered = self.keys(ui, form, people);
        let half = ((rect.width() - GAP) / 2.0).round();
        let left = Rect::from_min_size(rect.min, vec2(half, rect.height()));
        let right = Rect::from_min_max(pos2(left.right() + GAP, rect.top()), rect.max);
        child(ui, left, "names", |ui| self.names(ui, form, people, scene));
        let pressed = child(ui, right, "pin", |ui| self.pin_ui(ui, form, people, scene));
        self.keep_keyboard(ui, form);
        let user = people.iter().find(|view| Some(view.user.user) == self.chosen)?;
        if (entered || pressed) && !self.pin.is_empty() && !self.waiting {
            self.waiting = true;
            self.problem = None;
            return Some((user.user.name.clone(), self.pin.clone()));
        }
        None
    }

    /// Enter picks the name, then sends the PIN; the arrows go along the list.
    fn keys(&mut self, ui: &Ui, form: &Form<'_>, people: &[&UserView]) -> bool {
        let typing = |name: &str| {
            let id = field_id(&form.id(name));
            ui.memory(|memory| memory.has_focus(id))
        };
        let pressed = |key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
        if typing("filter") {
            // What the scanner reads is nobody's name.
            if let Some(scan) = ui.input_mut(|input| self.scanner.watch(input)) {
                scan.untype(&mut self.filter);
            }
            let hits = self.hits(people);
            if pressed(Key::ArrowDown) {
                self.at = (self.at + 1).min(hits.len().saturating_sub(1));
            }
            if pressed(Key::ArrowUp) {
                self.at = self.at.saturating_sub(1);
            }
            if pressed(Key::Enter)
                && let Some(view) = hits.get(self.at).or(hits.first())
            {
                self.choose(ui, form, view.user.user);
            }
        } else if typing("pin") && pressed(Key::Enter) {
            return true;
        }
        false
    }

    fn hits<'a>(&self, people: &[&'a UserView]) -> Vec<&'a UserView> {
        let folded = fold(self.filter.trim());
        people.iter().filter(|view| fold(&view.user.name).contains(&folded)).copied().collect()
    }

    fn choose(&mut self, ui: &Ui, form: &Form<'_>, user: UserId) {
        self.chosen = Some(user);
        self.pin.clear();
        self.problem = None;
        ui.memory_mut(|memory| memory.request_focus(field_id(&form.id("pin"))));
    }

    fn names(&mut self, ui: &mut Ui, form: &Form<'_>, people: &[&UserView], scene: &Scene<'_>) {
        ui.spacing_mut().item_spacing.y = 10.0;
        let (name, hint) = (tr!(scene.words, "find-person"), tr!(scene.words, "find-person-hint"));
        if search(ui, &mut self.filter, &name, &hint, &form.id("filter"), None).changed() {
            self.at = 0;
        }
        let hits = self.hits(people);
        if hits.is_empty() {
            let text = tr!(scene.words, "no-person");
            paragraph(ui, &text, Weight::Medium, size::BODY, tokens(ui).ink2);
        }
        let marked = self.at;
        let rows = hits.len();
        ScrollArea::vertical().auto_shrink(false).show_rows(ui, ROW_HEIGHT, rows, |ui, range| {
            for place in range {
                let view = hits[place];
                let on = self.chosen == Some(view.user.user);
                let marked = self.chosen.is_none() && place == marked;
                if row(ui, form, view, on, marked, scene) {
                    self.choose(ui, form, view.user.user);
                }
            }
        });
    }

    fn pin_ui(
        &mut self,
        ui: &mut Ui,
        form: &Form<'_>,
        people: &[&UserView],
        scene: &Scene<'_>,
    ) -> bool {
        let words = scene.words;
        ui.spacing_mut().item_spacing.y = 10.0;
        let user = people.iter().find(|view| Some(view.user.user) == self.chosen);
        let width = ui.available_width() - 4.0;
        ui.set_max_width(width);
        let name = match user {
            Some(view) => tr!(words, "pin-of", name = &*view.user.name),
            None => tr!(words, "pin"),
        };
        let ready = user.is_some() && !self.waiting;
        ui.add_enabled_ui(ready, |ui| {
            pin_field(ui, &mut self.pin, &name, &form.id("pin"), width);
        });
        // The keys stay where they are when a PIN is refused.
        let below = BUTTON_HEIGHT + PROBLEM_HEIGHT + 36.0;
        let room = ui.available_height() - below;
        let height = room.clamp(KEYS_HEIGHT[0], KEYS_HEIGHT[1]);
        let (keys, _) = ui.allocate_exact_size(vec2(width, height), Sense::hover());
        let backspace = tr!(words, "backspace");
        let key = ui.add_enabled_ui(ready, |ui| digit_pad(ui, keys, form.prefix, &backspace, 8.0));
        if let Some(key) = key.inner {
            key.apply(&mut self.pin);
            cursor_to_end(ui, &form.id("pin"), &self.pin);
        }
        let label = if self.waiting { tr!(words, "working") } else { form.label.to_owned() };
        let id = form.id("enter");
        let button = Button::new(&label, &id, Kind::Primary)
            .icon(icon::KEY_ROUND)
            .height(BUTTON_HEIGHT)
            .width(width)
            .text(size::STRONG)
            .key("Enter")
            .enabled(ready && !self.pin.is_empty());
        let pressed = ui.add(button).clicked();
        if let Some(problem) = &self.problem {
            notice(ui, Tone::Bad, problem, &form.id("problem"));
        }
        pressed
    }

    /// Where typed text goes when no widget has the keyboard.
    fn keep_keyboard(&self, ui: &Ui, form: &Form<'_>) {
        if self.waiting {
            return;
        }
        let home = if self.chosen.is_some() { "pin" } else { "filter" };
        ui.memory_mut(|memory| {
            if memory.focused().is_none() {
                memory.request_focus(field_id(&form.id(home)));
            }
        });
    }
}

/// A person's row; says whether it is pressed.
fn row(
    ui: &mut Ui,
    form: &Form<'_>,
    view: &UserView,
    on: bool,
    marked: bool,
    scene: &Scene<'_>,
) -> bool {
    let t = tokens(ui);
    let row = vec2(ui.available_width() - 10.0, ROW_HEIGHT);
    let (rect, response) = ui.allocate_exact_size(row, Sense::click());
    let lively = response.hovered() || response.has_focus() || marked;
    let border =
        Stroke::new(if on { 2.0 } else { 1.0 }, if on || lively { t.accent } else { t.line });
    let fill = if on { t.accent_soft } else { t.surface };
    let corners = CornerRadius::same(radius::MD);
    ui.painter().rect(rect, corners, fill, border, StrokeKind::Inside);
    let name = &*view.user.name;
    avatar(ui, pos2(rect.left() + 30.0, rect.center().y), 17.0, &initials(name), t);
    let room = rect.width() - 72.0;
    let at = pos2(rect.left() + 60.0, rect.center().y - 9.0);
    put_fit(ui, at, Align2::LEFT_CENTER, name, font(Weight::Semibold, size::BODY), t.ink, room);
    let role = role_name(view.user.role, scene);
    let at = pos2(rect.left() + 60.0, rect.center().y + 10.0);
    put_fit(ui, at, Align2::LEFT_CENTER, &role, font(Weight::Regular, size::SMALL), t.ink2, room);
    let text = format!("{name}, {role}");
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, on, &text));
    author(ui, response.id, &form.id(&format!("person.{}", view.user.user)));
    response.clicked()
}

fn role_name(role: UserRole, scene: &Scene<'_>) -> String {
    match role {
        UserRole::Owner => tr!(scene.words, "role-owner"),
        UserRole::Manager => tr!(scene.words, "role-manager"),
        UserRole::Cashier => tr!(scene.words, "role-cashier"),
    }
}
