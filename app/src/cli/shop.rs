//! Commands about the shop and its devices.

use super::{parse_currency, parse_numbers};
use clap::Subcommand;
use till_host::WordLanguage;
use till_schema::Currency;
use till_schema::body::{EndReason, Role};

#[derive(Debug, Subcommand)]
pub(crate) enum ShopCmd {
    /// Found a shop; this device administers it. Prints the recovery words.
    Create {
        /// The shop's name.
        #[arg(long)]
        name: String,
        /// This device's name.
        #[arg(long, default_value = "Caja 1")]
        device: String,
        /// Tax id of the issuer (NIT, RUC, …).
        #[arg(long)]
        tax_id: String,
        /// Currency of the books.
        #[arg(long, default_value = "COP", value_parser = parse_currency)]
        currency: Currency,
        /// Prefix of the fiscal numbers.
        #[arg(long, default_value = "T1")]
        prefix: String,
        /// Numbers granted by the authority.
        #[arg(long, default_value = "1-100000", value_parser = parse_numbers, value_name = "FROM-TO")]
        numbers: (u64, u64),
        /// Language of the recovery words: es or en.
        #[arg(long, default_value = "es", value_parser = parse_words)]
        words: WordLanguage,
    },
    /// Print a text invite for one device; the running device lets it in.
    Invite {
        /// What it may do: owner, manager, register or forwarder.
        #[arg(long, default_value = "register")]
        role: Vec<Role>,
        /// Show it as a QR code too.
        #[arg(long)]
        qr: bool,
    },
    /// Show a code of eight digits for one device: one try, two minutes.
    Code {
        /// What it may do: owner, manager, register or forwarder.
        #[arg(long, default_value = "register")]
        role: Vec<Role>,
        /// Do not wait for the device.
        #[arg(long)]
        no_wait: bool,
    },
    /// Join a shop with an invite or a code.
    Join {
        /// The invite's text.
        #[arg(required_unless_present = "code", conflicts_with = "code")]
        invite: Option<String>,
        /// The eight digits that the other device shows.
        #[arg(long, requires = "at")]
        code: Option<String>,
        /// Where the other device listens: `host:port`. Repeat for more.
        #[arg(long, value_name = "ADDRESS")]
        at: Vec<String>,
        /// This device's name.
        #[arg(long, default_value = "Caja 2")]
        device: String,
        /// Go on under another key: for a device that was set back or copied.
        #[arg(long)]
        again: bool,
    },
    /// List the devices.
    Devices,
    /// Devices that joined lately, with their check numbers.
    Joins,
    /// Say what a device may do from now on.
    Roles {
        /// Its name or log.
        device: String,
        /// owner, manager, register or forwarder. Repeat for more.
        #[arg(long, required = true)]
        role: Vec<Role>,
    },
    /// Take a device out: it is lost, stolen, broken.
    Remove {
        /// Its name or log.
        device: String,
        /// lost, stolen, rolled-back, forked or replaced.
        #[arg(long, default_value = "lost")]
        reason: EndReason,
    },
    /// A device that was taken out is found: all of it that is here counts.
    AcceptTail {
        /// Its name or log.
        device: String,
    },
    /// Stop a device at once (any owner's device may).
    Suspend {
        /// Its name or log.
        device: String,
        /// Why.
        #[arg(long)]
        reason: String,
    },
    /// Let a stopped device go on.
    Reinstate {
        /// Its name or log.
        device: String,
    },
    /// Give the administration to another device.
    MoveAdmin {
        /// Its name or log.
        to: String,
    },
    /// Take the administration with the recovery words, on this device.
    Recover {
        /// The words; asked for when not given.
        #[arg(long)]
        words: Option<String>,
    },
    /// Give all numbers back and leave the shop with this device.
    Retire,
}

fn parse_words(text: &str) -> Result<WordLanguage, String> {
    match text {
        "es" => Ok(WordLanguage::Spanish),
        "en" => Ok(WordLanguage::English),
        _ => Err("recovery words come in es or en".to_owned()),
    }
}
