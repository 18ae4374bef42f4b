//! Who acts: the lock in front of the window, and another person's word for
//! one command.

mod approval;
mod lock;
mod who;

use super::scene::{Outbox, Scene};
use super::words::tr;
use approval::Approval;
use egui::{Event, Key, Modifiers, Rect, Ui};
use lock::Lock;
use std::collections::BTreeMap;
use std::time::Duration;
use till_node::command::{Command, CommandError, Reply, SessionView};
use till_schema::body::Right;

/// An answer on its way to the screens.
pub(crate) type Answer = (u64, Result<Reply, CommandError>);

/// Somebody who is logged in.
struct Session {
    name: String,
    rights: Vec<Right>,
    idle_ms: i64,
}

/// What a command of this module is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Own {
    Login,
    Approve,
    /// Asks whether the session lives, which keeps it alive.
    Alive,
    Logout,
}

/// State of who acts. Everybody may do everything in a shop without people.
#[derive(Default)]
pub(crate) struct People {
    session: Option<Session>,
    lock: Lock,
    approval: Option<Approval>,
    /// Who approved commands that are on their way, by ticket.
    approved: BTreeMap<u64, String>,
    own: BTreeMap<u64, Own>,
    /// Answers that were held back for an approval that was not given.
    back: Vec<Answer>,
    last_input_ms: i64,
    last_call_ms: i64,
    seen_ticket: u64,
}

impl People {
    /// Who acts.
    pub(crate) fn name(&self) -> Option<&str> {
        self.session.as_ref().map(|session| session.name.as_str())
    }

    /// Whether somebody must log in before anything else.
    pub(crate) fn locked(&self, scene: &Scene<'_>) -> bool {
        scene.snapshot.login_needed && self.session.is_none()
    }

    /// Whether a sheet asks for another person's word.
    pub(crate) fn asks(&self) -> bool {
        self.approval.is_some()
    }

    /// Watches for the key that locks, for idleness, and for a session that
    /// would end while its person works.
    pub(crate) fn watch(&mut self, ui: &Ui, scene: &Scene<'_>, out: &mut Outbox) {
        let Some(session) = &self.session else {
            return;
        };
        if !scene.snapshot.login_needed {
            self.leave(out);
            return;
        }
        let (now, idle_ms) = (scene.now_ms, session.idle_ms);
        if out.last_ticket() != self.seen_ticket {
            self.seen_ticket = out.last_ticket();
            self.last_call_ms = now;
        }
        let locks = ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::F11));
        if ui.input(|input| input.events.iter().any(is_input)) {
            self.last_input_ms = now;
            if now - self.last_call_ms > idle_ms / 3 {
                let ticket = out.send(Command::Session);
                self.own.insert(ticket, Own::Alive);
            }
        }
        // A clock that was set back must not keep the till open.
        self.last_input_ms = self.last_input_ms.min(now);
        let left = self.last_input_ms + idle_ms - now;
        if locks || left <= 0 {
            self.lock(locks, out);
        } else {
            let left = Duration::from_millis(left.unsigned_abs());
            ui.ctx().request_repaint_after(left);
        }
    }

    /// Locks the window. `hand_over`: for somebody else, not for a while.
    pub(crate) fn lock(&mut self, hand_over: bool, out: &mut Outbox) {
        if self.session.is_some() {
            let ticket = out.send(Command::Logout);
            self.own.insert(ticket, Own::Logout);
        }
        self.leave(out);
        self.lock.begin(hand_over);
    }

    /// The session is over.
    fn leave(&mut self, out: &mut Outbox) {
        self.session = None;
        out.act_in(None);
        if let Some(approval) = self.approval.take() {
            self.back.push(approval.refused());
        }
    }

    /// Takes the answers that are the screens' again.
    pub(crate) fn take_back(&mut self) -> Vec<Answer> {
        std::mem::take(&mut self.back)
    }

    /// Looks at an answer first; what is for the screens comes back.
    pub(crate) fn answer(
        &mut self,
        (ticket, result): Answer,
        scene: &Scene<'_>,
        out: &mut Outbox,
    ) -> Option<Answer> {
        let command = out.settle(ticket);
        if let Some(own) = self.own.remove(&ticket) {
            self.own_answer(own, result, scene, out);
            return None;
        }
        let approver = self.approved.remove(&ticket);
        if !scene.snapshot.login_needed {
            return Some((ticket, result));
        }
        match (&result, command, &self.session) {
            (Err(CommandError::Login(_)), _, Some(_)) => {
                self.leave(out);
                self.lock.begin(false);
                Some((ticket, result))
            }
            (Err(CommandError::NotAllowed(_)), Some(command), Some(session))
                if self.approval.is_none() && approval::helps(&command, &session.rights) =>
            {
                let problem =
                    approver.map(|name| tr!(scene.words, "approval-refused", name = name));
                self.approval = Some(Approval::new(ticket, command, problem, scene));
                None
            }
            _ => Some((ticket, result)),
        }
    }

    fn own_answer(
        &mut self,
        own: Own,
        result: Result<Reply, CommandError>,
        scene: &Scene<'_>,
        out: &mut Outbox,
    ) {
        match (own, result) {
            (
                Own::Login,
                Ok(Reply::Session(SessionView {
                    token: Some(token), name, rights, idle_ms, ..
                })),
            ) => {
                let idle_ms = i64::try_from(idle_ms).unwrap_or(i64::MAX / 2);
                let name = name.unwrap_or_default();
                self.session = Some(Session { name, rights, idle_ms });
                (self.last_input_ms, self.last_call_ms) = (scene.now_ms, scene.now_ms);
                out.act_in(Some(token));
                self.lock.end();
            }
            (Own::Login, Ok(_)) => self.lock.who.failed(tr!(scene.words, "error-answer")),
            (Own::Login, Err(error)) => self.lock.who.failed(login_failed(&error, scene)),
            (Own::Approve, Ok(Reply::Session(SessionView { token: Some(token), name, .. }))) => {
                if let Some(Approval { ticket, command, .. }) = self.approval.take() {
                    out.send_approved(ticket, command, token);
                    self.approved.insert(ticket, name.unwrap_or_default());
                }
            }
            (Own::Approve, result) => {
                let problem = match result {
                    Err(error) => login_failed(&error, scene),
                    Ok(_) => tr!(scene.words, "error-answer"),
                };
                if let Some(approval) = &mut self.approval {
                    approval.who.failed(problem);
                }
            }
            (Own::Alive, Ok(Reply::Session(SessionView { token: None, .. }))) => {
                self.leave(out);
                self.lock.begin(false);
            }
            (Own::Alive | Own::Logout, _) => {}
        }
    }

    /// Draws the lock over the whole window. `pieces` wait in the cart. Says
    /// whether the language is to be switched.
    pub(crate) fn lock_screen(
        &mut self,
        ui: &mut Ui,
        rect: Rect,
        pieces: i64,
        scene: &Scene<'_>,
        out: &mut Outbox,
    ) -> bool {
        let answer = self.lock.show(ui, rect, pieces, scene, out);
        if let Some(ticket) = answer.sent {
            self.own.insert(ticket, Own::Login);
        }
        answer.switch_language
    }

    /// Draws the sheet that asks for another person's word, when one is wanted.
    pub(crate) fn approval_sheet(
        &mut self,
        ui: &mut Ui,
        rect: Rect,
        scene: &Scene<'_>,
        out: &mut Outbox,
    ) {
        let acting = self.session.as_ref().map(|session| session.name.clone()).unwrap_or_default();
        let Some(approval) = &mut self.approval else {
            return;
        };
        let answer = approval.show(ui, rect, &acting, scene, out);
        if let Some(ticket) = answer.sent {
            self.own.insert(ticket, Own::Approve);
        }
        if answer.cancelled
            && let Some(approval) = self.approval.take()
        {
            self.back.push(approval.refused());
            ui.ctx().request_repaint();
        }
    }
}

/// Why somebody was not let in, with the node's sentence.
fn login_failed(error: &CommandError, scene: &Scene<'_>) -> String {
    match error {
        CommandError::Login(why) => format!("{}: {why}", tr!(scene.words, "login-failed")),
        other => scene.error(other),
    }
}

/// Whether an event shows that somebody is there.
fn is_input(event: &Event) -> bool {
    matches!(
        event,
        Event::Key { .. }
            | Event::Text(_)
            | Event::Paste(_)
            | Event::PointerButton { .. }
            | Event::PointerMoved(_)
            | Event::MouseWheel { .. }
            | Event::Touch { .. }
            | Event::AccessKitActionRequest(_)
    )
}
