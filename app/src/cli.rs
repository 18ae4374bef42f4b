//! What can be typed.

mod numbers;
mod shop;
mod users;

pub(crate) use numbers::{NumbersCmd, sharing};
pub(crate) use shop::ShopCmd;
pub(crate) use users::UsersCmd;

use crate::failure::Failure;
use clap::{Parser, Subcommand};
use std::net::SocketAddr;
use std::path::PathBuf;
use till_node::command::Choice;
use till_schema::order::TenderKind;
use till_schema::{Currency, LogId, Quantity};

/// An offline-first point of sale whose registers replicate peer to peer.
///
/// Without a command, tillmesh opens its window.
#[derive(Debug, Parser)]
#[command(name = "tillmesh", version)]
pub(crate) struct Args {
    #[command(flatten)]
    pub(crate) globals: Globals,
    #[command(subcommand)]
    pub(crate) command: Option<Cmd>,
}

/// Options that go with every command.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Globals {
    /// The data folder of this device.
    #[arg(long, global = true, env = "TILLMESH_DATA", value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// Print JSON instead of text.
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Language of the window: es or en.
    #[arg(long, global = true, value_name = "LANG")]
    pub(crate) language: Option<String>,
    /// Who acts, in a shop with people.
    #[arg(long, global = true, env = "TILLMESH_USER", value_name = "NAME")]
    pub(crate) user: Option<String>,
    /// Their PIN; asked for when not given.
    #[arg(long, global = true, env = "TILLMESH_PIN", hide_env_values = true, requires = "user")]
    pub(crate) pin: Option<String>,
    /// Who allows what the first may not do.
    #[arg(long, global = true, value_name = "NAME")]
    pub(crate) approve_user: Option<String>,
    /// Their PIN; asked for when not given.
    #[arg(long, global = true, requires = "approve_user", value_name = "PIN")]
    pub(crate) approve_pin: Option<String>,
}

impl Globals {
    /// The data folder: as given, or the platform's.
    pub(crate) fn folder(&self) -> Result<PathBuf, Failure> {
        if let Some(folder) = &self.data {
            return Ok(folder.clone());
        }
        directories::ProjectDirs::from("", "", "tillmesh")
            .map(|folders| folders.data_dir().to_path_buf())
            .ok_or_else(|| Failure::Usage("no home folder is known; give --data DIR".to_owned()))
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Cmd {
    /// Run a whole shop on this machine: cut it, heal it, and check the result.
    Demo(DemoArgs),
    /// The shop and its devices.
    #[command(subcommand)]
    Shop(ShopCmd),
    /// Run this device without a window: a peer, a forwarder and a local API.
    Serve(ServeArgs),
    /// Run the fiscal relay with the authority simulator.
    Relay(RelayArgs),
    /// Import products or customers from a CSV file.
    #[command(subcommand)]
    Import(ImportCmd),
    /// Sell items.
    Sell(SellArgs),
    /// Products: search, change, history.
    #[command(subcommand)]
    Products(ProductsCmd),
    /// Customers: search.
    Customers {
        /// Search text.
        #[arg(default_value = "")]
        query: String,
    },
    /// Receive or adjust stock.
    #[command(subcommand)]
    Stock(StockCmd),
    /// List orders, newest first, or show one.
    Orders {
        /// An order's id or number as printed.
        reference: Option<String>,
        /// At most this many.
        #[arg(long, default_value_t = 20)]
        limit: usize,
    },
    /// Sums over all orders known here.
    Totals,
    /// Fiscal numbers.
    #[command(subcommand)]
    Numbers(NumbersCmd),
    /// The people of the shop.
    #[command(subcommand)]
    Users(UsersCmd),
    /// Disagreements that need a person.
    #[command(subcommand)]
    Conflicts(ConflictsCmd),
    /// What this device holds and who it sees.
    #[command(subcommand)]
    Sync(SyncCmd),
    /// Documents on their way to the authority.
    #[command(subcommand)]
    Fiscal(FiscalCmd),
    /// Check every chain, signature, projection and number from the beginning.
    Verify {
        /// Check the proof of one number instead; needs no shop.
        #[arg(long, value_name = "FILE")]
        proof: Option<PathBuf>,
    },
    /// Write all logs to one file, without the key.
    Backup {
        /// The file to write.
        file: PathBuf,
    },
    /// Make a new device of a backup; the shop must let it in afterwards.
    Restore {
        /// The backup.
        file: PathBuf,
        /// The new device's name.
        #[arg(long, default_value = "Caja 1")]
        device: String,
    },
    /// Digest of each projection: equal on devices that hold the same.
    Digest,
}

#[derive(Debug, Clone, clap::Args)]
pub(crate) struct ServeArgs {
    /// Where to listen for other devices, `host:port` or a multiaddr.
    #[arg(long)]
    pub(crate) listen: Vec<String>,
    /// Where to serve the local API.
    #[arg(long, default_value = "127.0.0.1:0")]
    pub(crate) api: SocketAddr,
    /// Address of the fiscal relay, kept for later runs.
    #[arg(long)]
    pub(crate) relay: Option<String>,
    /// The relay's public key, kept for later runs.
    #[arg(long)]
    pub(crate) relay_key: Option<String>,
    /// Where another device listens: `LOG@host:port`, kept for later runs.
    #[arg(long, value_parser = parse_peer, value_name = "LOG@ADDRESS")]
    pub(crate) peer: Vec<(LogId, String)>,
    /// Do not look for devices on the LAN.
    #[arg(long)]
    pub(crate) no_mdns: bool,
}

#[derive(Debug, Clone, clap::Args)]
pub(crate) struct RelayArgs {
    /// Where to listen.
    #[arg(long, default_value = "127.0.0.1:8787")]
    pub(crate) listen: SocketAddr,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ImportCmd {
    /// Products: Shopify (old and new header), or a table in English or Spanish.
    Products {
        /// The CSV file.
        file: PathBuf,
        /// Only say what would be imported.
        #[arg(long)]
        preview: bool,
        /// Import the good rows although others are broken.
        #[arg(long)]
        skip_bad: bool,
        /// Tax class of products whose row names none.
        #[arg(long, default_value = "IVA")]
        tax: String,
        /// Tax rate in percent of products whose row names none.
        #[arg(long, default_value = "0", value_parser = parse_percent)]
        tax_rate: u32,
    },
    /// Customers.
    Customers {
        /// The CSV file.
        file: PathBuf,
        /// Only say what would be imported.
        #[arg(long)]
        preview: bool,
        /// Import the good rows although others are broken.
        #[arg(long)]
        skip_bad: bool,
    },
}

#[derive(Debug, Clone, clap::Args)]
pub(crate) struct SellArgs {
    /// SKU or barcode, and how many: `7702001:2`. Repeat for more.
    #[arg(long = "item", required = true, value_parser = parse_item, value_name = "CODE[:QTY]")]
    pub(crate) items: Vec<(String, Quantity)>,
    /// How it is paid: `cash:20000`, `card:5000`, or just `cash` for the exact amount.
    #[arg(long = "pay", required = true, value_name = "KIND[:AMOUNT]")]
    pub(crate) pay: Vec<String>,
    /// Customer's tax id.
    #[arg(long)]
    pub(crate) customer: Option<String>,
    /// Sell on an internal document when there is no number; it follows.
    #[arg(long)]
    pub(crate) provisional: bool,
    /// Order id (32 hexadecimal digits): selling it again changes nothing.
    #[arg(long)]
    pub(crate) order: Option<till_schema::OrderId>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ProductsCmd {
    /// Find products by name, SKU or barcode.
    Find {
        /// Search text.
        #[arg(default_value = "")]
        query: String,
        /// At most this many.
        #[arg(long, default_value_t = 20)]
        limit: usize,
    },
    /// Change a product.
    Edit {
        /// SKU or barcode.
        code: String,
        /// New price, in units of the currency.
        #[arg(long)]
        price: Option<String>,
        /// New name.
        #[arg(long)]
        name: Option<String>,
        /// New category.
        #[arg(long)]
        category: Option<String>,
        /// Put away (true) or back (false).
        #[arg(long)]
        archived: Option<bool>,
    },
    /// Who set a field when.
    History {
        /// SKU or barcode.
        code: String,
        /// Field: price, name, category, …
        #[arg(default_value = "price")]
        field: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum StockCmd {
    /// Goods came in.
    Receive {
        /// `CODE:QTY`, repeated.
        #[arg(required = true, value_parser = parse_item)]
        items: Vec<(String, Quantity)>,
    },
    /// Correct the stock by a difference, such as `CODE:-2`.
    Adjust {
        /// `CODE:QTY`, repeated.
        #[arg(required = true, value_parser = parse_item)]
        items: Vec<(String, Quantity)>,
        /// Why.
        #[arg(long, default_value = "")]
        note: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum ConflictsCmd {
    /// List all, those that wait first.
    List,
    /// Show one.
    Show {
        /// Its place in the list, from 1.
        place: usize,
    },
    /// Decide one.
    Resolve {
        /// Its place in the list, from 1.
        place: usize,
        /// Keep the value with this letter: A, B, …
        #[arg(long, value_parser = parse_letter, group = "choice")]
        keep: Option<Choice>,
        /// Use another value.
        #[arg(long, group = "choice")]
        other: Option<String>,
        /// Leave it as it is.
        #[arg(long, group = "choice")]
        acknowledge: bool,
        /// A note for the record.
        #[arg(long, default_value = "")]
        note: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum SyncCmd {
    /// Peers, and what they or this device lack.
    Status,
}

#[derive(Debug, Subcommand)]
pub(crate) enum FiscalCmd {
    /// Documents without a final answer, and those refused.
    Queue,
}

#[derive(Debug, Clone, clap::Args)]
pub(crate) struct DemoArgs {
    /// Products to sell; those shipped with the program when not given.
    #[arg(long, requires = "baskets")]
    pub(crate) products: Option<PathBuf>,
    /// Baskets to sell; those shipped with the program when not given.
    #[arg(long, requires = "products")]
    pub(crate) baskets: Option<PathBuf>,
    /// How many registers, 3 to 8.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u8).range(3..=8))]
    pub(crate) registers: u8,
    /// How many baskets; all when not given.
    #[arg(long)]
    pub(crate) orders: Option<usize>,
    /// What is left to chance: the same seed sells the same.
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
}

fn parse_currency(text: &str) -> Result<Currency, String> {
    text.parse().map_err(|error: till_schema::money::AmountError| error.to_string())
}

fn parse_numbers(text: &str) -> Result<(u64, u64), String> {
    text.split_once('-')
        .and_then(|(from, to)| Some((from.trim().parse().ok()?, to.trim().parse().ok()?)))
        .filter(|(from, to)| *from >= 1 && from <= to)
        .ok_or_else(|| "write the first and last number, like 1-5000".to_owned())
}

/// A civil day, as days since 1970-01-01.
fn parse_day(text: &str) -> Result<i32, String> {
    let day: chrono::NaiveDate =
        text.parse().map_err(|_| "write a day like 2026-12-31".to_owned())?;
    let days = day.signed_duration_since(chrono::NaiveDate::default()).num_days();
    i32::try_from(days).map_err(|_| "this day is out of range".to_owned())
}

fn parse_percent(text: &str) -> Result<u32, String> {
    // A percentage with two decimals is a number of basis points.
    Currency::Usd
        .parse(text)
        .ok()
        .and_then(|points| u32::try_from(points).ok())
        .filter(|points| *points <= 10_000)
        .ok_or_else(|| "write a percentage between 0 and 100, like 19".to_owned())
}

/// `CODE` or `CODE:QTY`; the quantity's sign is judged by the command.
fn parse_item(text: &str) -> Result<(String, Quantity), String> {
    let (code, quantity) = match text.rsplit_once(':') {
        Some((code, quantity)) => {
            (code, Quantity::parse(quantity).map_err(|error| error.to_string())?)
        }
        None => (text, Quantity::ONE),
    };
    if code.is_empty() {
        return Err("write a SKU or barcode, like 7702001:2".to_owned());
    }
    Ok((code.to_owned(), quantity))
}

fn parse_peer(text: &str) -> Result<(LogId, String), String> {
    let (log, address) = text.split_once('@').ok_or("write LOG@host:port")?;
    let log = log.parse().map_err(|error: till_schema::ids::IdError| error.to_string())?;
    Ok((log, address.to_owned()))
}

fn parse_letter(text: &str) -> Result<Choice, String> {
    match text.trim().to_ascii_uppercase().as_bytes() {
        [letter @ b'A'..=b'Z'] => Ok(Choice::Keep(usize::from(letter - b'A'))),
        _ => Err("name the value by its letter: A, B, …".to_owned()),
    }
}

/// `cash:20000`, `card`, …
pub(crate) fn parse_tender(
    text: &str,
    currency: Currency,
) -> Result<(TenderKind, Option<i64>), Failure> {
    let (kind, amount) = text.split_once(':').map_or((text, None), |(k, a)| (k, Some(a)));
    let kind = match kind {
        "cash" => TenderKind::Cash,
        "card" => TenderKind::Card,
        "transfer" => TenderKind::Transfer,
        "other" => TenderKind::Other,
        _ => {
            return Err(Failure::Usage(format!(
                "“{kind}” is not a means of payment; use cash, card, transfer or other"
            )));
        }
    };
    let amount = amount
        .map(|amount| currency.parse(amount))
        .transpose()
        .map_err(|error| Failure::Usage(error.to_string()))?;
    Ok((kind, amount))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_sound() {
        Args::command().debug_assert();
    }

    #[test]
    fn items_and_payments_are_read() {
        assert_eq!(parse_item("770:2"), Ok(("770".to_owned(), Quantity::units(2))));
        assert_eq!(parse_item("770:0.250"), Ok(("770".to_owned(), Quantity(250))));
        assert_eq!(parse_item("770"), Ok(("770".to_owned(), Quantity::ONE)));
        assert!(parse_item("770:x").is_err());
        assert!(parse_item(":2").is_err());
        let cash = parse_tender("cash:20.50", Currency::Usd).expect("a tender");
        assert_eq!(cash, (TenderKind::Cash, Some(2050)));
        assert!(parse_tender("gold:1", Currency::Usd).is_err());
    }

    #[test]
    fn ranges_and_letters_are_read() {
        assert_eq!(parse_numbers("1-5000"), Ok((1, 5000)));
        assert!(parse_numbers("0-5").is_err() && parse_numbers("9-5").is_err());
        assert_eq!(parse_letter("b"), Ok(Choice::Keep(1)));
        assert_eq!(parse_percent("19"), Ok(1900));
        assert!(parse_percent("101").is_err());
    }
}
