//! The live table: what each register says while the demo runs.

use super::registers::Register;
use comfy_table::Table;
use comfy_table::presets::UTF8_HORIZONTAL_ONLY;
use std::io::{IsTerminal, Write};
use std::time::Duration;
use till_node::command::{Command, RelayState, Reply};

/// How often it is drawn on a terminal.
const DRAW_EVERY: Duration = Duration::from_millis(700);

/// Draws the registers' own answers, over and over on a terminal, once a
/// phase elsewhere.
pub(super) struct Board {
    live: bool,
    quiet: bool,
    lines: usize,
}

impl Board {
    pub(super) fn new(quiet: bool) -> Self {
        Self { live: std::io::stdout().is_terminal() && !quiet, quiet, lines: 0 }
    }

    /// A new phase begins.
    pub(super) fn phase(&mut self, text: &str) {
        if !self.quiet {
            println!("{text}");
            self.lines = 0;
        }
    }

    /// Draws now and then until the work is done.
    pub(super) async fn during<T>(
        &mut self,
        registers: &[Register],
        work: impl Future<Output = T>,
    ) -> T {
        let mut work = std::pin::pin!(work);
        if self.live {
            loop {
                tokio::select! {
                    done = &mut work => {
                        self.draw(registers).await;
                        return done;
                    }
                    () = tokio::time::sleep(DRAW_EVERY) => self.draw(registers).await,
                }
            }
        }
        let done = work.await;
        if !self.quiet {
            self.lines = 0;
            self.draw(registers).await;
        }
        done
    }

    async fn draw(&mut self, registers: &[Register]) {
        let mut table = Table::new();
        table.load_preset(UTF8_HORIZONTAL_ONLY).set_header([
            "register",
            "links",
            "orders",
            "lacks",
            "numbers",
            "conflicts",
            "unsent",
            "relay",
        ]);
        for register in registers {
            table.add_row(row(register).await);
        }
        let text = table.to_string();
        let mut out = std::io::stdout().lock();
        if self.lines > 0 {
            let _ = write!(out, "\x1b[{}A\x1b[J", self.lines);
        }
        let _ = writeln!(out, "{text}");
        let _ = out.flush();
        self.lines = text.lines().count();
    }
}

async fn row(register: &Register) -> [String; 8] {
    let mut cells: [String; 8] = Default::default();
    cells[0].clone_from(&register.name);
    if let Ok(Reply::SyncStatus(sync)) = register.api.execute(&Command::SyncStatus).await {
        cells[1] = sync.peers.iter().filter(|peer| peer.linked).count().to_string();
        cells[3] = sync.peers.iter().map(|peer| peer.we_lack).max().unwrap_or(0).to_string();
    }
    if let Ok(Reply::Totals(totals)) = register.api.execute(&Command::Totals).await {
        cells[2] = totals.orders.to_string();
    }
    if let Ok(Reply::NumbersStatus(spaces)) = register.api.execute(&Command::NumbersStatus).await {
        cells[4] = spaces.iter().map(|space| space.held).sum::<u64>().to_string();
    }
    if let Ok(Reply::Conflicts(conflicts)) = register.api.execute(&Command::Conflicts).await {
        cells[5] = conflicts.len().to_string();
    }
    if let Ok(Reply::FiscalQueue(queue)) = register.api.execute(&Command::FiscalQueue).await {
        cells[6] = queue.pending.to_string();
        cells[7] = match queue.relay {
            RelayState::NotSet => "not set",
            RelayState::Unknown => "?",
            RelayState::Up => "up",
            RelayState::Down(_) => "down",
        }
        .to_owned();
    }
    cells
}
