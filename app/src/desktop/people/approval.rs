//! Another person's word for a command that was refused.

use super::Answer;
use super::who::{Form, Who};
use crate::desktop::icon;
use crate::desktop::scene::{Outbox, Scene};
use crate::desktop::theme::{Weight, size, tokens};
use crate::desktop::widgets::{Button, Kind, card, child, paragraph};
use crate::desktop::words::tr;
use egui::{Key, Modifiers, Rect, Ui, pos2, vec2};
use till_node::command::{Cart, Command, CommandError, UserView};
use till_schema::body::Right;

const CARD: [f32; 2] = [860.0, 640.0];
/// Lines of a sale that are listed; the total of the rest is on the cart.
const LINES_MAX: usize = 3;

/// A command that waits for somebody's word.
pub(super) struct Approval {
    pub(super) ticket: u64,
    pub(super) command: Command,
    pub(super) who: Who,
    /// What the screens get when nobody gives it.
    refusal: String,
}

/// What the sheet asks for.
pub(super) struct ApprovalAnswer {
    /// Ticket of an approval that was sent.
    pub(super) sent: Option<u64>,
    /// The command is not to be done.
    pub(super) cancelled: bool,
}

/// Whether another person's word can help: something a person lacks, not the
/// device.
pub(super) fn helps(command: &Command, rights: &[Right]) -> bool {
    let lacks = |right| !rights.contains(&right);
    match command {
        Command::Sell(cart) => {
            let own_price = cart.lines.iter().any(|line| line.unit_price.is_some());
            // How much a person may take off is for the node to say.
            let discount = cart.lines.iter().any(|line| line.discount > 0);
            lacks(Right::Sell) || discount || (own_price && lacks(Right::PriceOverride))
        }
        Command::Resolve { .. } => lacks(Right::ResolveConflicts),
        Command::Invite { .. } => lacks(Right::ManageDevices),
        _ => false,
    }
}

impl Approval {
    pub(super) fn new(
        ticket: u64,
        command: Command,
        problem: Option<String>,
        scene: &Scene<'_>,
    ) -> Self {
        let refusal = tr!(scene.words, "approval-missing");
        Self { ticket, command, who: Who::with_problem(problem), refusal }
    }

    /// The answer for the screens when nobody gave their word.
    pub(super) fn refused(self) -> Answer {
        (self.ticket, Err(CommandError::NotAllowed(self.refusal)))
    }

    /// Draws the sheet; `acting` is who may not.
    pub(super) fn show(
        &mut self,
        ui: &mut Ui,
        rect: Rect,
        acting: &str,
        scene: &Scene<'_>,
        out: &mut Outbox,
    ) -> ApprovalAnswer {
        let words = scene.words;
        let escape = ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape));
        let size_of = vec2(CARD[0].min(rect.width() - 32.0), CARD[1].min(rect.height() - 32.0));
        let page = Rect::from_center_size(rect.center(), size_of);
        card(ui, page);
        let inner = page.shrink(28.0);
        let bar = Rect::from_min_max(inner.left_bottom() - vec2(0.0, 44.0), inner.max);
        let top = child(ui, inner, "approval", |ui| {
            ui.spacing_mut().item_spacing.y = 6.0;
            let t = tokens(ui);
            paragraph(ui, &tr!(words, "approval-title"), Weight::Bold, size::FIGURE, t.ink);
            let text = tr!(words, "approval-text", name = acting);
            paragraph(ui, &text, Weight::Regular, size::BODY, t.ink2);
            for line in subject(&self.command, scene) {
                paragraph(ui, &line, Weight::Semibold, size::BODY, t.ink);
            }
            ui.cursor().top() + 10.0
        });
        let room = Rect::from_min_max(pos2(inner.left(), top), bar.right_top() - vec2(0.0, 10.0));
        let others = scene.snapshot.people.iter().filter(|view| view.user.name != acting);
        let people: Vec<&UserView> = others.collect();
        let label = tr!(words, "approve");
        let form = Form { prefix: "approval", label: &label };
        let entered = child(ui, room, "who", |ui| self.who.show(ui, room, &form, &people, scene));
        let cancel = tr!(words, "cancel");
        let pressed = child(ui, bar, "bar", |ui| {
            let button = Button::new(&cancel, "approval.cancel", Kind::Ghost)
                .icon(icon::ARROW_LEFT)
                .height(44.0)
                .key("Esc");
            ui.add(button).clicked()
        });
        let sent = entered.map(|(name, pin)| out.send(Command::Approve { name, pin }));
        // While a PIN is being checked its answer decides.
        let cancelled = (escape || pressed) && !self.who.waiting;
        ApprovalAnswer { sent, cancelled }
    }
}

/// What is to be approved, in words.
fn subject(command: &Command, scene: &Scene<'_>) -> Vec<String> {
    let words = scene.words;
    match command {
        Command::Sell(cart) => {
            let lines = changed_lines(cart, scene);
            if lines.is_empty() { vec![tr!(words, "approval-sell")] } else { lines }
        }
        Command::Resolve { .. } => vec![tr!(words, "approval-resolve")],
        Command::Invite { .. } => vec![tr!(words, "approval-invite")],
        _ => Vec::new(),
    }
}

/// The lines whose price the cashier changed.
fn changed_lines(cart: &Cart, scene: &Scene<'_>) -> Vec<String> {
    let words = scene.words;
    let mut lines = Vec::new();
    for line in &cart.lines {
        let product = scene.snapshot.products.iter().find(|view| view.product.sku == line.code);
        let name = product.map_or(&*line.code, |view| &*view.product.name);
        if let Some(price) = line.unit_price {
            let price = scene.money(price);
            lines.push(tr!(words, "approval-price", name = name, price = price));
        }
        if line.discount > 0 {
            let discount = scene.money(line.discount);
            lines.push(tr!(words, "approval-discount", name = name, discount = discount));
        }
    }
    let more = lines.len().saturating_sub(LINES_MAX);
    lines.truncate(LINES_MAX);
    if more > 0 {
        lines.push(tr!(words, "approval-more", n = more));
    }
    lines
}
