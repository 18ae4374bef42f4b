//! The native window around [`Ui`]: the only place with a clock, a generator
//! and an event loop.

use super::intent::{Intent, ThemeChoice};
use super::theme;
use super::ui::Ui;
use super::words::Language;
use anyhow::{Context as _, bail};
use std::sync::Arc;
use till_host::snapshot::Snapshot;
use till_node::command::{CommandError, Reply};

/// The device behind the window. Called on the window's thread; nothing here
/// may block.
pub(crate) trait Backend {
    /// The newest state.
    fn snapshot(&self) -> Arc<Snapshot>;

    /// Takes an intent. An [`Intent::Send`] is answered later by its ticket,
    /// also when it cannot be carried out.
    fn send(&self, intent: Intent);

    /// Answers since the last call, in order.
    fn poll_answers(&self) -> Vec<(u64, Result<Reply, CommandError>)>;

    /// Why the last [`Intent::CreateShop`], [`Intent::JoinShop`] or
    /// [`Intent::OpenSample`] failed, once; the text says what to do.
    fn poll_wizard_failure(&self) -> Option<String>;

    /// The recovery words of a shop that was just created, once: they are kept
    /// nowhere.
    fn poll_recovery_words(&self) -> Option<String>;

    /// Whether this device belongs to a shop.
    fn has_shop(&self) -> bool;

    /// Takes what to call after the snapshot changed or an answer arrived:
    /// the window sleeps otherwise. Call it at most a few times a second for
    /// changes that nobody waits for.
    fn set_repaint(&self, repaint: Box<dyn Fn() + Send + Sync>);
}

/// How the window opens.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct WindowOptions {
    /// Its language.
    pub(crate) language: Language,
    /// Width and height, points.
    pub(crate) size: [f32; 2],
    /// Its theme.
    pub(crate) theme: ThemeChoice,
}

impl Default for WindowOptions {
    fn default() -> Self {
        Self { language: Language::default(), size: [1440.0, 900.0], theme: ThemeChoice::default() }
    }
}

/// Smallest window in which every screen fits, points.
const SIZE_MIN: [f32; 2] = [1180.0, 680.0];

const NO_DISPLAY: &str = "no display: run `tillmesh serve` for a till without a window, \
     or start from a graphical session";

/// Opens the window and runs it until it is closed. On the main thread.
///
/// # Errors
/// When there is no display, or no OpenGL on it.
pub(crate) fn run(backend: impl Backend + 'static, options: WindowOptions) -> anyhow::Result<()> {
    if cfg!(target_os = "linux") && !linux_display() {
        bail!(NO_DISPLAY);
    }
    let viewport = egui::ViewportBuilder::default()
        .with_title("tillmesh")
        .with_app_id("tillmesh")
        .with_inner_size(options.size)
        .with_min_inner_size(SIZE_MIN);
    let native = eframe::NativeOptions { viewport, ..Default::default() };
    let create: eframe::AppCreator<'_> = Box::new(move |cc| {
        theme::install(&cc.egui_ctx);
        cc.egui_ctx.set_theme(options.theme);
        let ctx = cc.egui_ctx.clone();
        backend.set_repaint(Box::new(move || ctx.request_repaint()));
        let ui = Ui::new(options.language, Box::new(random_id));
        Ok(Box::new(Window { backend, ui }))
    });
    match eframe::run_native("tillmesh", native, create) {
        Ok(()) => Ok(()),
        Err(error @ (eframe::Error::WinitEventLoop(_) | eframe::Error::Winit(_))) => {
            Err(anyhow::anyhow!("{error}")).context(NO_DISPLAY)
        }
        Err(error) => Err(anyhow::anyhow!("{error}"))
            .context("the window needs OpenGL: install libgl1, or run `tillmesh serve`"),
    }
}

fn linux_display() -> bool {
    ["DISPLAY", "WAYLAND_DISPLAY", "WAYLAND_SOCKET"]
        .iter()
        .any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()))
}

fn random_id() -> [u8; 16] {
    let mut id = [0; 16];
    getrandom::fill(&mut id).expect("the system has a source of random bytes");
    id
}

struct Window<B> {
    backend: B,
    ui: Ui,
}

impl<B: Backend> eframe::App for Window<B> {
    fn logic(&mut self, _ctx: &egui::Context, _frame: &mut eframe::Frame) {
        for (ticket, result) in self.backend.poll_answers() {
            self.ui.answer(ticket, result);
        }
        if let Some(text) = self.backend.poll_wizard_failure() {
            self.ui.wizard_failed(text);
        }
        if let Some(words) = self.backend.poll_recovery_words() {
            self.ui.show_recovery_words(&words);
        }
        self.ui.set_has_shop(self.backend.has_shop());
    }

    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        let now = chrono::Local::now();
        self.ui.set_utc_offset(now.offset().local_minus_utc() / 60);
        let snapshot = self.backend.snapshot();
        for intent in self.ui.show(ui, &snapshot, now.timestamp_millis()) {
            self.backend.send(intent);
        }
    }
}
