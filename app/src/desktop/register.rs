//! The register: search and tiles at the left, the cart as receipt paper at
//! the right. Payment, the choice of a customer and the result of a sale take
//! the left side, so that the cart stays in sight.

mod cart_panel;
mod catalogue;
mod customers;
mod function_keys;
mod payment;
mod result;

use super::cart::Basket;
use super::scan::{Scan, Scanner};
use super::scene::{Outbox, Scene};
use super::search::{CodeHit, ProductIndex};
use super::theme::space;
use super::widgets::{Tone, child, field_id};
use super::words::tr;
use catalogue::Hits;
use customers::Customers;
use egui::{Event, Id, InputState, Key, Modifiers, Rect, Ui, pos2, vec2};
use payment::{Paper, Payment};
use result::Finished;
use till_codes::entry::Entry;
use till_node::command::{Command, CommandError, Reply};
use till_schema::{OrderId, Quantity};

/// Draws the bytes of a new order id; must be random.
pub(crate) type DrawId = Box<dyn FnMut() -> [u8; 16]>;

/// Author id of the search box.
const SEARCH: &str = "register.search";

/// Width of the cart, points.
const CART_WIDTH: f32 = 412.0;

/// What the left side shows.
enum Stage {
    /// Tiles.
    Selling,
    /// Whom to sell to.
    Customers(Customers),
    /// How it is paid; waits for the node while a sale is on its way.
    Paying(Payment),
    /// What was sold.
    Finished(Box<Finished>),
}

/// State of the register.
pub(crate) struct Register {
    draw_id: DrawId,
    index: ProductIndex,
    scanner: Scanner,
    basket: Basket,
    stage: Stage,
    query: String,
    category: Option<String>,
    hits: Hits,
    /// Typed on the keypad, for the next function key.
    entry: String,
    notice: Option<(Tone, String)>,
}

impl Register {
    /// An empty register.
    pub(crate) fn new(mut draw_id: DrawId) -> Self {
        let basket = Basket::new(OrderId(draw_id()));
        Self {
            draw_id,
            index: ProductIndex::default(),
            scanner: Scanner::default(),
            basket,
            stage: Stage::Selling,
            query: String::new(),
            category: None,
            hits: Hits::default(),
            entry: String::new(),
            notice: None,
        }
    }

    /// Takes over a changed catalogue and listens for the scanner, on every
    /// screen. Says whether a scan asks for the register to be shown.
    pub(crate) fn watch(&mut self, ui: &Ui, scene: &Scene<'_>, shown: bool) -> bool {
        if self.index.update(&scene.snapshot.products) {
            self.basket.refresh(&self.index);
        }
        let taken = if shown {
            matches!(self.stage, Stage::Customers(_))
        } else {
            // The field that has the keyboard on another screen wants the code.
            ui.memory(|memory| memory.focused().is_some())
        };
        if taken {
            return false;
        }
        let Some(scan) = ui.input_mut(|input| self.scanner.watch(input)) else {
            return false;
        };
        self.scanned(&scan, scene);
        true
    }

    /// Draws the screen.
    pub(crate) fn show(&mut self, ui: &mut Ui, rect: Rect, scene: &Scene<'_>, out: &mut Outbox) {
        if !scene.covered {
            self.keys(ui, scene, out);
        }
        let pad = space::XL;
        let split = rect.right() - CART_WIDTH - pad;
        let left =
            Rect::from_min_max(rect.min + vec2(pad, pad - 4.0), pos2(split - pad, rect.bottom()));
        let right = Rect::from_min_max(
            pos2(split, rect.top() + pad - 4.0),
            pos2(rect.right() - pad, rect.bottom() - space::LG),
        );
        child(ui, left, "left", |ui| match self.stage {
            Stage::Selling => self.catalogue(ui, scene),
            Stage::Customers(_) => self.customers(ui, scene),
            Stage::Paying(_) => self.payment(ui, scene, out),
            Stage::Finished(_) => self.finished(ui, scene),
        });
        child(ui, right, "right", |ui| match &self.stage {
            Stage::Finished(finished) => finished.paper(ui, right, scene),
            _ => self.cart(ui, right, scene),
        });
        if !scene.covered {
            self.keep_keyboard(ui);
        }
    }

    /// Pieces in the cart.
    pub(crate) fn pieces(&self) -> i64 {
        self.basket.pieces()
    }

    /// The node's answer to a sale of this register.
    pub(crate) fn answer(
        &mut self,
        ticket: u64,
        result: &Result<Reply, CommandError>,
        scene: &Scene<'_>,
    ) {
        let Stage::Paying(payment) = &mut self.stage else {
            return;
        };
        if payment.pending != Some(ticket) {
            return;
        }
        payment.pending = None;
        match result {
            Ok(Reply::Sold(sold)) => {
                let finished = Finished::new(&self.basket, sold, &payment.sent, scene);
                self.stage = Stage::Finished(Box::new(finished));
                self.basket = Basket::new(OrderId((self.draw_id)()));
                self.notice = None;
            }
            Ok(_) => payment.problem = Some(tr!(scene.words, "error-answer")),
            Err(error) => {
                if matches!(error, CommandError::NoNumbers(_)) {
                    payment.refused = Some(numbers_held(scene));
                }
                payment.problem = Some(scene.error(error));
            }
        }
    }

    /// Why nothing can be paid now; `None` when it can.
    pub(crate) fn blocked(&self, scene: &Scene<'_>) -> Option<String> {
        scene.fault()
    }

    fn scanned(&mut self, scan: &Scan, scene: &Scene<'_>) {
        match &mut self.stage {
            Stage::Paying(payment) => {
                scan.untype(&mut payment.amount);
                scan.untype(&mut payment.reference);
                payment.problem = Some(tr!(scene.words, "scan-while-paying"));
                return;
            }
            Stage::Finished(_) => self.stage = Stage::Selling,
            Stage::Selling | Stage::Customers(_) => {}
        }
        scan.untype(&mut self.query);
        let (quantity, _) = split_quantity(&self.query);
        if self.add_code(&scan.code, quantity, scene) {
            self.query.clear();
        }
    }

    /// Adds by exact code; otherwise says what is wrong.
    fn add_code(&mut self, code: &str, quantity: Quantity, scene: &Scene<'_>) -> bool {
        match self.index.code(code) {
            Some(CodeHit::One(place)) => self.add(place, quantity, scene),
            Some(CodeHit::Many) => {
                code.clone_into(&mut self.query);
                let text = tr!(scene.words, "code-shared", code = code);
                self.notice = Some((Tone::Warn, text));
                false
            }
            None => {
                let text = tr!(scene.words, "code-unknown", code = code);
                self.notice = Some((Tone::Bad, text));
                false
            }
        }
    }

    /// Adds the product at a place of the list.
    fn add(&mut self, place: usize, quantity: Quantity, scene: &Scene<'_>) -> bool {
        let Some(view) = self.index.product(place) else {
            return false;
        };
        if self.basket.add(view, quantity) {
            self.notice = None;
            true
        } else {
            self.notice = Some((Tone::Bad, tr!(scene.words, "order-full")));
            false
        }
    }

    /// Enter in the search box: an exact code, or the only hit.
    fn submit_search(&mut self, scene: &Scene<'_>) {
        let query = self.query.clone();
        let (quantity, rest) = split_quantity(&query);
        if rest.is_empty() {
            return;
        }
        let only = match self.index.find(&rest, self.category.as_deref())[..] {
            [place] if self.index.code(&rest).is_none() => Some(place),
            _ => None,
        };
        let added = match only {
            Some(place) => self.add(place, quantity, scene),
            None => self.add_code(&rest, quantity, scene),
        };
        if added {
            self.query.clear();
        }
    }

    /// From the cart to the payment, when it may be.
    fn pay(&mut self, scene: &Scene<'_>) {
        if !self.basket.lines.is_empty() && self.blocked(scene).is_none() {
            self.entry.clear();
            self.notice = None;
            self.stage = Stage::Paying(Payment::default());
        }
    }

    /// Sends the sale, when it is paid in full and nothing is on its way:
    /// under a number, or on an internal document when there is none.
    fn finish(&mut self, paper: Paper, scene: &Scene<'_>, out: &mut Outbox) {
        let total = self.basket.sums().total;
        let blocked = self.blocked(scene);
        let Stage::Paying(payment) = &mut self.stage else {
            return;
        };
        let shortage = payment.shortage(scene);
        if payment.pending.is_some() || blocked.is_some() || !shortage.allows(paper) {
            return;
        }
        match payment.check(total, scene) {
            Ok(due) if due.ready() => {
                payment.sent = payment.all_tenders(&due);
                payment.problem = None;
                let provisional = paper == Paper::Internal;
                let cart = self.basket.to_cart(payment.sent.clone(), provisional);
                payment.pending = Some(out.send(Command::Sell(cart)));
            }
            Ok(due) => {
                let left = scene.money(due.missing);
                payment.problem = Some(tr!(scene.words, "payment-short", left = left));
            }
            Err(problem) => payment.problem = Some(problem),
        }
    }

    fn keys(&mut self, ui: &Ui, scene: &Scene<'_>, out: &mut Outbox) {
        // Before the plain key, which a key with shift is too.
        if ui.input_mut(|input| input.consume_key(Modifiers::SHIFT, Key::F12)) {
            self.finish(Paper::Internal, scene, out);
        }
        let pressed = |key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
        if pressed(Key::F12) {
            match self.stage {
                Stage::Selling | Stage::Customers(_) => self.pay(scene),
                Stage::Paying(_) => self.finish(Paper::Invoice, scene, out),
                Stage::Finished(_) => {}
            }
        }
        let waits = matches!(&self.stage, Stage::Paying(payment) if payment.pending.is_some());
        if waits {
            return;
        }
        if pressed(Key::F4) && matches!(self.stage, Stage::Selling) {
            self.stage = Stage::Customers(Customers::default());
        }
        if pressed(Key::F2) {
            self.stage = Stage::Selling;
            ui.memory_mut(|memory| memory.request_focus(field_id(SEARCH)));
        }
        if pressed(Key::Escape) {
            match self.stage {
                Stage::Selling => self.query.clear(),
                _ => self.stage = Stage::Selling,
            }
        }
        match self.stage {
            Stage::Selling if keyboard_free(ui, &[SEARCH]) => {
                if pressed(Key::Enter) {
                    self.submit_search(scene);
                }
                if self.query.is_empty() {
                    self.line_keys(ui);
                }
            }
            Stage::Paying(_)
                if keyboard_free(ui, &[payment::AMOUNT, payment::REFERENCE])
                    && pressed(Key::Enter) =>
            {
                self.finish(Paper::Invoice, scene, out);
            }
            Stage::Finished(_)
                if keyboard_free(ui, &[payment::AMOUNT, payment::REFERENCE, SEARCH])
                    && pressed(Key::Enter) =>
            {
                self.stage = Stage::Selling;
            }
            _ => {}
        }
    }

    /// Keys that act on the selected line while nothing is searched for.
    fn line_keys(&mut self, ui: &Ui) {
        ui.input_mut(|input| {
            if input.consume_key(Modifiers::NONE, Key::Delete) {
                self.basket.remove();
            }
            let last = self.basket.lines.len().saturating_sub(1);
            if input.consume_key(Modifiers::NONE, Key::ArrowDown) {
                self.basket.selected = (self.basket.selected + 1).min(last);
            }
            if input.consume_key(Modifiers::NONE, Key::ArrowUp) {
                self.basket.selected = self.basket.selected.saturating_sub(1);
            }
            self.basket.step(consume_text(input, "+") - consume_text(input, "-"));
        });
    }

    /// Where typed text goes when no widget has the keyboard.
    fn keep_keyboard(&self, ui: &Ui) {
        let home = match &self.stage {
            Stage::Selling => SEARCH,
            Stage::Customers(_) => customers::SEARCH,
            Stage::Paying(payment) if payment.pending.is_none() => payment::AMOUNT,
            Stage::Paying(_) | Stage::Finished(_) => return,
        };
        ui.memory_mut(|memory| {
            if memory.focused().is_none() {
                memory.request_focus(field_id(home));
            }
        });
    }
}

/// Numbers that this device may issue.
fn numbers_held(scene: &Scene<'_>) -> u64 {
    scene.snapshot.numbers.iter().map(|numbers| numbers.held).sum()
}

/// Whether no widget has the keyboard but the ones named.
fn keyboard_free(ui: &Ui, own: &[&str]) -> bool {
    let focused: Option<Id> = ui.memory(|memory| memory.focused());
    focused.is_none_or(|id| own.iter().any(|name| field_id(name) == id))
}

/// Takes a typed text out of the frame; how often it was there.
fn consume_text(input: &mut InputState, wanted: &str) -> i64 {
    let before = input.events.len();
    input.events.retain(|event| !matches!(event, Event::Text(text) if text == wanted));
    i64::try_from(before - input.events.len()).expect("a frame has few events")
}

/// `3*café`: three of what follows. One when no quantity is written. Words are
/// typed here too, so that an `x` is a letter and not a sign.
fn split_quantity(query: &str) -> (Quantity, String) {
    let query = query.trim();
    let one = || (Quantity::ONE, query.to_owned());
    if !query.contains(['*', '×']) {
        return one();
    }
    // What is multiplied may still have to be scanned.
    let is_open = query.ends_with(['*', '×']);
    let whole = if is_open { format!("{query}1") } else { query.to_owned() };
    match Entry::parse(&whole) {
        Ok(Entry { quantity: Some(quantity), code, .. }) => {
            (quantity, if is_open { String::new() } else { code })
        }
        _ => one(),
    }
}

#[cfg(test)]
mod unit {
    use super::*;

    #[test]
    fn a_quantity_before_a_star_goes_with_the_next_product() {
        assert_eq!(split_quantity("3*café "), (Quantity::units(3), "café".to_owned()));
        assert_eq!(split_quantity("0,25*"), (Quantity(250), String::new()));
        assert_eq!(split_quantity("0*x"), (Quantity::ONE, "0*x".to_owned()));
        assert_eq!(split_quantity("1000000*x"), (Quantity::ONE, "1000000*x".to_owned()));
        assert_eq!(split_quantity("café"), (Quantity::ONE, "café".to_owned()));
        assert_eq!(split_quantity("3xl"), (Quantity::ONE, "3xl".to_owned()));
    }
}
