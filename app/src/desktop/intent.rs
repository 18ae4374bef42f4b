//! What the window asks for.

use super::words::Language;
use till_node::command::{Acting, Command};
use till_schema::Currency;

/// Something a view wants done. Views only push these.
#[derive(Clone, PartialEq, Debug)]
#[expect(clippy::large_enum_variant, reason = "one at a time, and moved once")]
pub(crate) enum Intent {
    /// A command for the node; its answer comes back with the ticket.
    Send {
        /// Rises with each command of this window.
        ticket: u64,
        /// What to do.
        command: Command,
        /// On whose word.
        acting: Acting,
    },
    /// Found a shop on this device.
    CreateShop(CreateShop),
    /// Join a shop that exists.
    JoinShop {
        /// As pasted, without surrounding space.
        invite: String,
        /// What the others will call this device.
        device_name: String,
    },
    /// Open a shop with products, to try the program.
    OpenSample {
        /// What this device is called in it.
        device_name: String,
        /// Language of its recovery words.
        language: Language,
    },
    /// Remember the language. The window has switched already.
    SetLanguage(Language),
    /// Remember the theme. The window has switched already.
    SetTheme(ThemeChoice),
}

/// The facts of a new shop.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct CreateShop {
    /// The shop's name, not empty.
    pub(crate) shop_name: String,
    /// This device's name, not empty.
    pub(crate) device_name: String,
    /// Currency of the books; cannot change later.
    pub(crate) currency: Currency,
    /// The issuer's tax id, not empty.
    pub(crate) tax_id: String,
    /// Language of the recovery words.
    pub(crate) language: Language,
}

/// How bright.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) enum ThemeChoice {
    /// As the desktop says.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl From<ThemeChoice> for egui::ThemePreference {
    fn from(choice: ThemeChoice) -> Self {
        match choice {
            ThemeChoice::System => Self::System,
            ThemeChoice::Light => Self::Light,
            ThemeChoice::Dark => Self::Dark,
        }
    }
}
