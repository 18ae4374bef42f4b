//! Before the story: the shop is founded, its devices join, the catalogue is
//! imported, all over a perfect network.

use super::World;
use super::effects::Pending;
use super::queue::Due;
use crate::device::{Device, Parts};
use crate::net::Carriage;
use crate::people::catalogue;
use crate::scenario::Scenario;
use till_log::SigningKey;
use till_node::Founding;
use till_node::command::Command;
use till_schema::{Currency, LogId};

/// Each device is given so long to join, ms.
const JOIN_MS: u64 = 3_000;
/// The world is given so long to come to rest before a story, ms.
const SETTLE_MS: u64 = 30_000;
/// Products of one import command while the shop is set up.
const PRODUCTS_AT_ONCE: u32 = 1_000;

/// What the shop's recovery words carry.
pub(super) const RECOVERY: [u8; 16] = [7; 16];

/// How long setting a scenario's shop up takes, ms.
pub(super) fn takes_ms(scenario: &Scenario) -> u64 {
    let joining = scenario.devices.iter().skip(1).filter(|line| line.joins.is_none()).count();
    joining as u64 * JOIN_MS + SETTLE_MS
}

impl World {
    /// Sets the shop up and begins the story.
    ///
    /// # Errors
    /// When the shop cannot be founded as the scenario says.
    pub fn set_up(&mut self) -> anyhow::Result<()> {
        self.found()?;
        for line in 1..self.scenario.devices.len() {
            if self.scenario.devices[line].joins.is_none() {
                let joining = self.join_line(line);
                self.after(0, Due::Join { joining });
                self.run_until(self.now_ms + JOIN_MS);
            }
        }
        let drafts = catalogue(1, self.scenario.shop.products, self.scenario.shop.stock);
        for part in drafts.chunks(PRODUCTS_AT_ONCE as usize) {
            self.tell(0, Command::PutProducts(part.to_vec()), Pending::Other("import"));
        }
        self.run_until(self.story_ms);
        self.begin_story();
        Ok(())
    }

    fn found(&mut self) -> anyhow::Result<()> {
        let key = SigningKey::from_bytes(&self.key_dice.bytes());
        let founder = LogId(key.verifying_key().to_bytes());
        let line = self.scenario.devices[0].clone();
        let founding = Founding {
            nonce: self.key_dice.bytes(),
            shop_name: "Tienda".to_owned(),
            device_name: line.name.clone(),
            currency: Currency::Cop,
            country: "generic".to_owned(),
            tax_id: "900123456".to_owned(),
            prefix: "SETP".to_owned(),
            numbers: self.scenario.shop.numbers,
            recovery_key: Some(till_shop::recovery::public(&RECOVERY)),
        };
        let parts = Parts {
            name: line.name,
            key,
            shop: founding.shop_id(founder),
            founder,
            sponsor: None,
            relay: line.relay,
            network: self.scenario.shop.witness,
            disk_seed: self.disk_dice.number(),
            options: self.store_options(),
        };
        self.devices.push(Device::new(parts));
        self.people.arrives(0);
        self.start(0);
        let now = self.devices[0].now(self.now_ms);
        let device = &mut self.devices[0];
        let Ok(running) = &mut device.running else { anyhow::bail!("the first device is off") };
        running.node.found(now, &mut running.books, &founding)?;
        let effects = self.devices[0].drain_opening();
        self.carry_out(0, effects);
        self.input(0, till_node::Input::Tick);
        Ok(())
    }

    fn begin_story(&mut self) {
        self.begun = true;
        for index in 0..self.devices.len() {
            let line = self.scenario.devices.iter().find(|l| l.name == self.devices[index].name);
            if let Some(line) = line {
                self.devices[index].clock.offset_ms = line.clock.0;
                self.devices[index].clock.drift_ppm = line.drift_ppm;
            }
            self.plan_habits_of(index);
        }
        for link in self.scenario.links.clone() {
            let (Some(a), Some(b)) = (self.named(&link.between.0), self.named(&link.between.1))
            else {
                continue;
            };
            if !link.up {
                self.net.between(a, b).blocked = [1, 1];
            }
            if link.latency.is_some() || link.bandwidth.is_some() {
                let latency = link.latency.unwrap_or(self.scenario.network.latency);
                let bandwidth = link.bandwidth.unwrap_or(self.scenario.network.bandwidth);
                self.net.between(a, b).carriage = Some(Carriage::of(latency, bandwidth));
            }
        }
        for line in 1..self.scenario.devices.len() {
            if let Some(joins) = self.scenario.devices[line].joins {
                let joining = self.join_line(line);
                self.queue.push(self.moment(joins), Due::Join { joining });
            }
        }
        let breaks = self.scenario.network.breaks_per_hour;
        if breaks > 0.0 {
            let pause = self.net.dice.pause_ms(breaks);
            self.after(pause, Due::LinkBreaks);
        }
        self.plan_faults();
        if self.trace.keeps() {
            self.after(0, Due::Look);
        }
        self.network_changed(false);
    }
}
