//! Who sees whom, what is still on one device only, and what the authority
//! has yet to answer.

mod devices;
mod lamps;

use super::icon;
use super::scene::{Outbox, Scene};
use super::theme::{Weight, font, mono, size, space, tokens};
use super::widgets::{
    Button, Kind, Tone, author, card, child, chip, field_id, notice, paint_chip, paragraph, put,
    put_fit, put_icon, say, sub,
};
use super::words::tr;
use egui::{Align2, Rect, Role, ScrollArea, Sense, TextEdit, Ui, WidgetInfo, pos2, vec2};
use till_node::command::{Command, CommandError, DeviceView, NumbersStatus, QueuedDocument, Reply};
use till_schema::body::{Outcome, Role as DeviceRole};

pub(crate) use lamps::lamp_words;

const LAMP_HEIGHT: f32 = 104.0;

/// State of the screen.
#[derive(Default)]
pub(crate) struct Sync {
    pending: Option<u64>,
    invite: Option<String>,
    problem: Option<String>,
    /// How the devices stand, as answered last.
    devices: Vec<DeviceView>,
    asking: Option<u64>,
    /// Version of the snapshot for which it was asked.
    asked: Option<u64>,
}

impl Sync {
    /// Draws the screen.
    pub(crate) fn show(&mut self, ui: &mut Ui, rect: Rect, scene: &Scene<'_>, out: &mut Outbox) {
        let version = scene.snapshot.version;
        if self.asking.is_none() && self.asked != Some(version) && !scene.covered {
            self.asked = Some(version);
            self.asking = Some(out.send(Command::Devices));
        }
        let rect = rect.shrink2(vec2(space::XL, 20.0));
        lamps::show(ui, sub(rect, 0.0, 0.0, rect.width(), LAMP_HEIGHT), scene);
        let y = LAMP_HEIGHT + space::LG;
        let height = rect.height() - y;
        let left = (rect.width() * 0.56).round();
        let peers = sub(rect, 0.0, y, left, height);
        child(ui, peers, "peers", |ui| self.peers(ui, peers, scene, out));
        let right = sub(rect, left + space::LG, y, rect.width() - left - space::LG, height);
        let half = (height - space::LG) / 2.0;
        let top = sub(right, 0.0, 0.0, right.width(), half);
        child(ui, top, "numbers", |ui| numbers(ui, top, scene));
        let low = sub(right, 0.0, half + space::LG, right.width(), half);
        child(ui, low, "documents", |ui| documents(ui, low, scene));
    }

    /// The node's answer to what was asked for here.
    pub(crate) fn answer(
        &mut self,
        ticket: u64,
        result: &Result<Reply, CommandError>,
        scene: &Scene<'_>,
    ) {
        if self.asking == Some(ticket) {
            self.asking = None;
            if let Ok(Reply::Devices(devices)) = result {
                self.devices.clone_from(devices);
            }
        }
        if self.pending != Some(ticket) {
            return;
        }
        self.pending = None;
        match result {
            Ok(Reply::Invited { invite }) => self.invite = Some(invite.clone()),
            Ok(_) => self.problem = Some(tr!(scene.words, "error-answer")),
            Err(error) => self.problem = Some(scene.error(error)),
        }
    }

    fn peers(&mut self, ui: &mut Ui, rect: Rect, scene: &Scene<'_>, out: &mut Outbox) {
        let words = scene.words;
        let body = panel(ui, rect, &tr!(words, "peers"));
        let at = Rect::from_min_max(
            pos2(rect.right() - 216.0, rect.top() + 8.0),
            pos2(rect.right() - 16.0, rect.top() + 48.0),
        );
        let label = tr!(words, "invite-device");
        let pressed = child(ui, at, "invite", |ui| {
            let button = Button::new(&label, "sync.invite", Kind::Secondary)
                .icon(icon::QR_CODE)
                .height(38.0)
                .width(200.0)
                .text(size::SMALL)
                .enabled(self.pending.is_none());
            ui.add(button).clicked()
        });
        if pressed {
            self.invite = None;
            self.problem = None;
            let roles = vec![DeviceRole::Register];
            self.pending = Some(out.send(Command::Invite { roles }));
        }
        child(ui, body, "rows", |ui| {
            self.invitation(ui, scene);
            let peers = &scene.snapshot.sync.peers;
            if peers.is_empty() {
                let color = tokens(ui).ink2;
                paragraph(ui, &tr!(words, "no-peers"), Weight::Regular, size::BODY, color);
            }
            self.standing(ui, scene);
            let (height, rows) = (devices::ROW_HEIGHT, peers.len());
            ScrollArea::vertical().auto_shrink(false).show_rows(ui, height, rows, |ui, range| {
                for place in range {
                    let peer = &peers[place];
                    let device = self.devices.iter().find(|device| device.log == peer.log);
                    devices::row(ui, place, peer, device, scene);
                }
            });
        });
    }

    /// Who administers, and how this device stands.
    fn standing(&self, ui: &mut Ui, scene: &Scene<'_>) {
        if let Some(this) = self.devices.iter().find(|device| device.this)
            && let Some((_, text)) = devices::standing(this, scene)
        {
            let text = format!("{}: {text}", tr!(scene.words, "this-device"));
            notice(ui, Tone::Bad, &text, "sync.this");
        }
        if let Some(admin) = self.devices.iter().find(|device| device.admin) {
            let text = if admin.this {
                tr!(scene.words, "admin-here")
            } else {
                tr!(scene.words, "admin-is", name = &*admin.name)
            };
            chip(ui, Tone::Neutral, icon::SHIELD_CHECK, &text, "sync.admin");
            ui.add_space(space::SM);
        }
    }

    /// The invite to copy, or why there is none.
    fn invitation(&mut self, ui: &mut Ui, scene: &Scene<'_>) {
        let words = scene.words;
        let t = tokens(ui);
        if self.pending.is_some() {
            notice(ui, Tone::Neutral, &tr!(words, "inviting"), "sync.inviting");
        }
        if let Some(problem) = &self.problem {
            notice(ui, Tone::Bad, problem, "sync.problem");
        }
        let Some(invite) = self.invite.clone() else {
            return;
        };
        paragraph(ui, &tr!(words, "invite-help"), Weight::Regular, size::SMALL, t.ink2);
        let width = ui.available_width();
        let id = field_id("sync.invite.text");
        let mut shown = invite.as_str();
        let edit = TextEdit::multiline(&mut shown).id(id).font(mono(12.0)).desired_rows(2);
        ui.add(edit.desired_width(width - 16.0).text_color(t.ink));
        ui.ctx().accesskit_node_builder(id, |node| node.set_label(tr!(words, "invite-text")));
        author(ui, id, "sync.invite.text");
        let copy = tr!(words, "copy");
        let button = Button::new(&copy, "sync.invite.copy", Kind::Primary).icon(icon::LINK);
        if ui.add(button).clicked() {
            ui.ctx().copy_text(invite);
        }
        ui.add_space(space::SM);
    }
}

/// A card with a title; gives the room below it.
fn panel(ui: &Ui, rect: Rect, title: &str) -> Rect {
    let t = tokens(ui);
    card(ui, rect);
    let bold = font(Weight::Bold, size::STRONG);
    let drawn = put(ui, rect.min + vec2(20.0, 28.0), Align2::LEFT_CENTER, title, bold, t.ink);
    say(ui, drawn, &format!("sync.panel.{:.0}.{:.0}", rect.left(), rect.top()), title);
    Rect::from_min_max(rect.min + vec2(20.0, 56.0), rect.max - vec2(16.0, 16.0))
}

fn numbers(ui: &mut Ui, rect: Rect, scene: &Scene<'_>) {
    let body = panel(ui, rect, &tr!(scene.words, "numbers-here"));
    child(ui, body, "rows", |ui| {
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            if scene.snapshot.numbers.is_empty() {
                let color = tokens(ui).ink2;
                let text = tr!(scene.words, "no-numbers");
                paragraph(ui, &text, Weight::Regular, size::BODY, color);
            }
            for status in &scene.snapshot.numbers {
                number_row(ui, status, scene);
            }
        });
    });
}

fn number_row(ui: &mut Ui, status: &NumbersStatus, scene: &Scene<'_>) {
    let t = tokens(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 48.0), Sense::hover());
    let tone = match (status.held, status.advice.is_empty()) {
        (0, _) => Tone::Bad,
        (_, false) => Tone::Warn,
        _ => Tone::Neutral,
    };
    let prefix = if status.prefix.is_empty() {
        tr!(scene.words, "no-prefix")
    } else {
        status.prefix.clone()
    };
    let bold = font(Weight::Bold, size::BODY);
    put(ui, rect.min + vec2(0.0, 12.0), Align2::LEFT_CENTER, &prefix, bold, t.ink);
    let held = held_words(status, scene);
    paint_chip(ui, rect.right_top() + vec2(0.0, 12.0), Align2::RIGHT_CENTER, tone, &held);
    let next = match status.next {
        Some(next) => tr!(scene.words, "next-number", number = next.to_string()),
        None => String::new(),
    };
    let below = if status.advice.is_empty() { next } else { status.advice.clone() };
    let regular = font(Weight::Regular, size::SMALL);
    let at = rect.min + vec2(0.0, 33.0);
    put_fit(ui, at, Align2::LEFT_CENTER, &below, regular, t.ink2, rect.width());
    let name = format!("{prefix}: {held}. {below}");
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &name));
    author(ui, response.id, &format!("sync.range.{}", status.prefix));
}

/// How many numbers are left, and for how long.
fn held_words(status: &NumbersStatus, scene: &Scene<'_>) -> String {
    let held = tr!(scene.words, "held", n = status.held);
    match status.days_left {
        Some(days) if status.held > 0 => {
            format!("{held} · {}", tr!(scene.words, "days-left", n = days))
        }
        _ => held,
    }
}

fn documents(ui: &mut Ui, rect: Rect, scene: &Scene<'_>) {
    let words = scene.words;
    let body = panel(ui, rect, &tr!(words, "fiscal-queue"));
    let queue = &scene.snapshot.fiscal;
    child(ui, body, "rows", |ui| {
        let text = tr!(
            words,
            "fiscal-counts",
            pending = queue.pending,
            accepted = queue.accepted,
            rejected = queue.rejected
        );
        let color = tokens(ui).ink2;
        paragraph(ui, &text, Weight::Regular, size::SMALL, color);
        let rows = queue.documents.len();
        ScrollArea::vertical().auto_shrink(false).show_rows(ui, 40.0, rows, |ui, range| {
            for place in range {
                document(ui, place, &queue.documents[place], scene);
            }
        });
    });
}

fn document(ui: &mut Ui, place: usize, document: &QueuedDocument, scene: &Scene<'_>) {
    let t = tokens(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 40.0), Sense::hover());
    let refused = document.outcome == Some(Outcome::Rejected);
    let (icon, color) = if refused { (icon::CIRCLE_ALERT, t.bad) } else { (icon::CLOCK, t.warn) };
    put_icon(ui, pos2(rect.left() + 10.0, rect.center().y), icon, 16.0, color);
    let at = pos2(rect.left() + 28.0, rect.center().y);
    let drawn = put(ui, at, Align2::LEFT_CENTER, &document.label, mono(13.0), t.ink);
    let state = if document.reason.is_empty() {
        super::sheet::fiscal_state(document.outcome, scene).2
    } else {
        document.reason.clone()
    };
    let medium = font(Weight::Medium, size::SMALL);
    let x = drawn.right() + 12.0;
    let room = rect.right() - x;
    let ink = if refused { t.bad } else { t.ink2 };
    put_fit(ui, pos2(x, rect.center().y), Align2::LEFT_CENTER, &state, medium, ink, room);
    let name = format!("{} {state}", document.label);
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &name));
    author(ui, response.id, &format!("sync.document.{place}"));
}
