//! The production loop, input by input, until its disk stops.

use super::{Device, Off};
use till_driver::Effect;

/// What became of one step.
pub enum Advanced {
    /// It is done, with these effects.
    Done(Vec<Effect>),
    /// The machine stopped in the middle: nothing of the step left it.
    Crashed,
}

impl Device {
    /// Works on one input.
    pub fn advance(&mut self, tick_ms: u64) -> Advanced {
        let now = self.now(tick_ms);
        let Ok(driver) = &mut self.running else { return Advanced::Done(Vec::new()) };
        let effects = driver.advance(now);
        if self.disk.crashed() {
            return Advanced::Crashed;
        }
        if !self.is_busy() {
            self.note_fences();
        }
        self.keep(&effects);
        Advanced::Done(effects)
    }

    /// Carries out what opening asks for.
    pub fn drain_opening(&mut self) -> Vec<Effect> {
        let effects = self.running.as_mut().map(|driver| driver.drain()).unwrap_or_default();
        self.keep(&effects);
        effects
    }

    /// Keeps what `till-host` writes into small files.
    fn keep(&mut self, effects: &[Effect]) {
        for effect in effects {
            match effect {
                Effect::Invites(invites) => self.invites.clone_from(invites),
                Effect::Quarantine(why) => self.quarantine = Some(why.clone()),
                _ => {}
            }
        }
    }

    fn note_fences(&mut self) {
        let Ok(driver) = &self.running else { return };
        if let Some(head) = driver.own_head() {
            self.fences.note(driver.node.me(), driver.node.run_nonce(), head);
        }
    }

    /// Housekeeping for idle moments, as the host does it.
    pub fn rest(&mut self) -> Advanced {
        self.note_fences();
        self.fences.sync();
        let Ok(driver) = &mut self.running else { return Advanced::Done(Vec::new()) };
        let effects = driver.rest();
        if self.disk.crashed() { Advanced::Crashed } else { Advanced::Done(effects) }
    }

    /// An orderly end: everything written is durable.
    pub fn close(&mut self) {
        if matches!(self.rest(), Advanced::Crashed) {
            return;
        }
        if let Ok(driver) = std::mem::replace(&mut self.running, Err(Off::Waiting)) {
            let _ = driver.close();
        }
        self.halt(Off::Waiting);
    }
}
