//! The window's device: opens or founds it, runs it, and carries intents to it.

use crate::commands::sample;
use crate::desktop::{self, Backend, CreateShop, Intent, Language, WindowOptions};
use crate::failure::Failure;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use till_host::snapshot::Snapshot;
use till_host::{
    Device, Folder, Handle, Host, HostOptions, Join, JoinBy, NewShop, WordLanguage, api,
};
use till_node::command::{CommandError, Reply};
use tokio::runtime::Runtime;

/// Numbers of a shop founded in the window, until a resolution is imported.
const FIRST_NUMBERS: (u64, u64) = (1, 100_000);

/// Opens the window on a data folder, with or without a shop in it.
pub(crate) fn open(
    runtime: &Runtime,
    folder: PathBuf,
    language: Option<&str>,
) -> Result<(), Failure> {
    let language = match language {
        None | Some("es") => Language::Spanish,
        Some("en") => Language::English,
        Some(other) => {
            return Err(Failure::Usage(format!("“{other}” is not a language; use es or en")));
        }
    };
    let shared = Arc::new(Shared::default());
    if Folder::has_shop(&folder) {
        let _entered = runtime.enter();
        let handle = start(&folder)?;
        runtime.block_on(shared.attach(handle, &folder))?;
    }
    let till = Till { shared: shared.clone(), folder, runtime: runtime.handle().clone() };
    let options = WindowOptions { language, ..WindowOptions::default() };
    let shown = desktop::run(till, options).map_err(|error| Failure::Usage(format!("{error:#}")));
    if let Some(handle) = lock(&shared.state).handle.take() {
        runtime.block_on(handle.stop());
    }
    shown
}

fn start(folder: &Path) -> Result<Handle, Failure> {
    let options = HostOptions { mdns: true, pictures: true, ..HostOptions::default() };
    Ok(Host::start(Folder::lock(folder)?, options)?)
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    handle: Option<Handle>,
    answers: Vec<(u64, Result<Reply, CommandError>)>,
    wizard_failure: Option<String>,
    recovery_words: Option<String>,
    repaint: Option<Arc<dyn Fn() + Send + Sync>>,
}

/// A window thread that panicked leaves plain data behind.
fn lock(state: &Mutex<State>) -> std::sync::MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shared {
    /// Takes a running device: wakes the window when its picture changes, and
    /// lets the command line in through the local API.
    async fn attach(self: &Arc<Self>, handle: Handle, folder: &Path) -> Result<(), Failure> {
        let local = std::net::SocketAddr::from(([127, 0, 0, 1], 0));
        api::serve(handle.clone(), folder, local)
            .await
            .map_err(|error| Failure::Trouble(error.to_string()))?;
        let mut pictures = handle.snapshots();
        lock(&self.state).handle = Some(handle);
        let shared = self.clone();
        tokio::spawn(async move {
            while pictures.changed().await.is_ok() {
                shared.repaint();
            }
        });
        self.repaint();
        Ok(())
    }

    fn repaint(&self) {
        let repaint = lock(&self.state).repaint.clone();
        if let Some(repaint) = repaint {
            repaint();
        }
    }

    fn answer(&self, ticket: u64, result: Result<Reply, CommandError>) {
        lock(&self.state).answers.push((ticket, result));
        self.repaint();
    }
}

struct Till {
    shared: Arc<Shared>,
    folder: PathBuf,
    runtime: tokio::runtime::Handle,
}

impl Till {
    /// Runs one way of getting a shop; a failure is shown in the wizard.
    fn begin(&self, way: Way) {
        let (shared, folder) = (self.shared.clone(), self.folder.clone());
        self.runtime.spawn(async move {
            if let Err(Failure::Usage(text) | Failure::Trouble(text)) =
                begin(&shared, &folder, way).await
            {
                lock(&shared.state).wizard_failure = Some(text);
                shared.repaint();
            }
        });
    }
}

enum Way {
    Create(CreateShop),
    Join(Join),
    Sample { device_name: String, language: Language },
}

async fn begin(shared: &Arc<Shared>, folder: &Path, way: Way) -> Result<(), Failure> {
    let mut first = Vec::new();
    match way {
        Way::Create(shop) => {
            found(shared, folder, &shop)?;
        }
        Way::Join(join) => {
            Folder::lock(folder)?.join(&join).await?;
        }
        Way::Sample { device_name, language } => {
            let (commands, currency) = sample();
            first = commands;
            let shop = CreateShop {
                shop_name: "Tienda La Esquina".to_owned(),
                device_name,
                currency,
                tax_id: "900123456".to_owned(),
                language,
            };
            found(shared, folder, &shop)?;
        }
    }
    let handle = start(folder)?;
    for command in first {
        handle.execute(command).await?;
    }
    shared.attach(handle, folder).await
}

/// Founds a shop, and has the window show its recovery words.
fn found(shared: &Shared, folder: &Path, shop: &CreateShop) -> Result<(), Failure> {
    let folder = Folder::lock(folder)?;
    let (founding, words) = folder.create(&NewShop {
        shop_name: shop.shop_name.clone(),
        device_name: shop.device_name.clone(),
        currency: shop.currency,
        tax_id: shop.tax_id.clone(),
        prefix: "T1".to_owned(),
        numbers: FIRST_NUMBERS,
        words: match shop.language {
            Language::Spanish => WordLanguage::Spanish,
            Language::English => WordLanguage::English,
        },
    })?;
    let device = Device::found(folder, &founding)?;
    lock(&shared.state).recovery_words = Some(words);
    shared.repaint();
    device.close().map_err(|error| Failure::Trouble(error.to_string()))
}

impl Backend for Till {
    fn snapshot(&self) -> Arc<Snapshot> {
        let state = lock(&self.shared.state);
        let handle = state.handle.as_ref();
        handle.map_or_else(Arc::default, |handle| handle.snapshots().borrow().clone())
    }

    fn send(&self, intent: Intent) {
        match intent {
            Intent::Send { ticket, command, acting } => {
                let handle = lock(&self.shared.state).handle.clone();
                let shared = self.shared.clone();
                self.runtime.spawn(async move {
                    let result = match handle {
                        Some(handle) => handle.execute_as(command, acting).await,
                        None => Err(CommandError::NotFound("there is no shop yet".to_owned())),
                    };
                    shared.answer(ticket, result);
                });
            }
            Intent::CreateShop(shop) => self.begin(Way::Create(shop)),
            Intent::JoinShop { invite, device_name } => {
                let by = JoinBy::Text(invite);
                self.begin(Way::Join(Join { by, device_name, again: false }));
            }
            Intent::OpenSample { device_name, language } => {
                self.begin(Way::Sample { device_name, language });
            }
            // Kept for this run only, until there are settings of the device.
            Intent::SetLanguage(_) | Intent::SetTheme(_) => {}
        }
    }

    fn poll_answers(&self) -> Vec<(u64, Result<Reply, CommandError>)> {
        std::mem::take(&mut lock(&self.shared.state).answers)
    }

    fn poll_wizard_failure(&self) -> Option<String> {
        lock(&self.shared.state).wizard_failure.take()
    }

    fn poll_recovery_words(&self) -> Option<String> {
        lock(&self.shared.state).recovery_words.take()
    }

    fn has_shop(&self) -> bool {
        lock(&self.shared.state).handle.is_some()
    }

    fn set_repaint(&self, repaint: Box<dyn Fn() + Send + Sync>) {
        lock(&self.shared.state).repaint = Some(Arc::from(repaint));
    }
}
