//! What can be typed.

mod day;
mod files;
mod numbers;
mod printing;
mod shop;
mod users;

pub(crate) use day::{AccountCmd, CartCmd, DayCmd, ShiftCmd, StockMore};
pub(crate) use files::{ExportArgs, ExportFormat, ExportWhat, ImportCmd, ImportFile};
pub(crate) use numbers::{NumbersCmd, sharing};
pub(crate) use printing::{PaperArgs, Preview, PrintArgs, PrintCmd, QueueCmd, parse_paper};
pub(crate) use shop::ShopCmd;
pub(crate) use users::UsersCmd;

use crate::failure::Failure;
use clap::{Parser, Subcommand};
use std::net::SocketAddr;
use std::path::PathBuf;
use till_codes::entry::Entry;
use till_node::command::{Choice, Discount};
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
    /// Write what the shop holds to a file.
    Export(ExportArgs),
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
    /// After the sale, held carts, drawers, debts, reports and settings.
    #[command(flatten)]
    Day(DayCmd),
    /// Print a ticket, a report or a test, open the drawer, see what waits.
    Print(Box<PrintArgs>),
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

#[derive(Debug, Clone, clap::Args)]
#[command(group(clap::ArgGroup::new("what").required(true).multiple(true).args(["items", "cart"])))]
pub(crate) struct SellArgs {
    /// SKU or barcode, and how many: `7702001:2`. Repeat for more.
    #[arg(long = "item", value_parser = parse_item, value_name = "CODE[:QTY]")]
    pub(crate) items: Vec<(String, Quantity)>,
    /// How it is paid: `cash:20000`, `card:5000`, `cash:10usd`, `account`, or just
    /// `cash` for what is left. Repeat to split.
    #[arg(long = "pay", required = true, value_name = "KIND[:AMOUNT]")]
    pub(crate) pay: Vec<String>,
    /// Customer's tax id.
    #[arg(long)]
    pub(crate) customer: Option<String>,
    /// Sell on an internal document when there is no number; it follows.
    #[arg(long)]
    pub(crate) provisional: bool,
    /// Off the whole order: `10%` or an amount.
    #[arg(long)]
    pub(crate) discount: Option<String>,
    /// Off one item: `CODE=10%` or `CODE=AMOUNT`.
    #[arg(long, value_parser = parse_pair, value_name = "CODE=DISCOUNT")]
    pub(crate) line_discount: Vec<(String, String)>,
    /// Another price for one item.
    #[arg(long, value_parser = parse_pair, value_name = "CODE=PRICE")]
    pub(crate) price: Vec<(String, String)>,
    /// For whoever served.
    #[arg(long)]
    pub(crate) tip: Option<String>,
    /// A note for the ticket.
    #[arg(long)]
    pub(crate) note: Option<String>,
    /// Sell a cart that waits.
    #[arg(long)]
    pub(crate) cart: Option<till_schema::OrderId>,
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
    Edit(Box<EditArgs>),
    /// Who set a field when.
    History {
        /// SKU or barcode.
        code: String,
        /// Field: price, name, category, …
        #[arg(default_value = "price")]
        field: String,
    },
}

#[derive(Debug, Clone, clap::Args)]
pub(crate) struct EditArgs {
    /// SKU or barcode.
    pub(crate) code: String,
    /// New price, in units of the currency.
    #[arg(long)]
    pub(crate) price: Option<String>,
    /// New name.
    #[arg(long)]
    pub(crate) name: Option<String>,
    /// New category.
    #[arg(long)]
    pub(crate) category: Option<String>,
    /// Put away (true) or back (false).
    #[arg(long)]
    pub(crate) archived: Option<bool>,
    /// What one unit costs the shop.
    #[arg(long)]
    pub(crate) cost: Option<String>,
    /// At or below it the product is on the low-stock list.
    #[arg(long, value_parser = parse_quantity)]
    pub(crate) low_stock: Option<Quantity>,
    /// Tax class, as in `tillmesh settings tax.CLASS=…`.
    #[arg(long)]
    pub(crate) tax: Option<String>,
    /// Unit of measure.
    #[arg(long)]
    pub(crate) unit: Option<String>,
    /// Digits under which scales know it.
    #[arg(long)]
    pub(crate) plu: Option<String>,
    /// Price of a price list: `LIST=PRICE`.
    #[arg(long, value_parser = parse_pair, value_name = "LIST=PRICE")]
    pub(crate) list: Vec<(String, String)>,
    /// Put a barcode on it.
    #[arg(long)]
    pub(crate) add_barcode: Vec<String>,
    /// Take a barcode off it.
    #[arg(long)]
    pub(crate) remove_barcode: Vec<String>,
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
    /// Counts, waste, transfers, and what is known.
    #[command(flatten)]
    More(StockMore),
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
    /// Write all logs to a file, for a device that cannot be reached.
    Export {
        /// The file to write.
        file: PathBuf,
    },
    /// Take in what another device wrote.
    Import {
        /// The file.
        file: PathBuf,
    },
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

/// `CODE`, `CODE:QTY`, or as at a register `QTY*CODE`; the quantity's sign is
/// judged by the command.
fn parse_item(text: &str) -> Result<(String, Quantity), String> {
    if text.contains('*') {
        let entry = Entry::parse(text).map_err(|error| error.to_string())?;
        return Ok((entry.code, entry.quantity.unwrap_or(Quantity::ONE)));
    }
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

/// `10%` or an amount.
pub(crate) fn parse_discount(text: &str, currency: Currency) -> Result<Discount, String> {
    match text.strip_suffix('%') {
        Some(percent) => match parse_percent(percent)? {
            bp if bp <= 10_000 => Ok(Discount { amount: 0, bp }),
            _ => Err("a discount is at most 100%".to_owned()),
        },
        None => match currency.parse(text) {
            Ok(amount) => Ok(Discount { amount, bp: 0 }),
            Err(error) => Err(error.to_string()),
        },
    }
}

fn parse_quantity(text: &str) -> Result<Quantity, String> {
    Quantity::parse(text).map_err(|error| error.to_string())
}

fn parse_pair(text: &str) -> Result<(String, String), String> {
    text.split_once('=')
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .ok_or_else(|| format!("“{text}” is not like NAME=VALUE"))
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
    fn items_have_a_quantity_on_either_side() {
        let item = |code: &str, quantity| Ok((code.to_owned(), quantity));
        assert_eq!(parse_item("7702001:2"), item("7702001", Quantity::units(2)));
        assert_eq!(parse_item("770:0.250"), item("770", Quantity(250)));
        assert_eq!(parse_item("770"), item("770", Quantity::ONE));
        assert_eq!(parse_item("3*770"), item("770", Quantity::units(3)));
        assert!(parse_item("770:x").is_err() && parse_item(":2").is_err());
    }

    #[test]
    fn discounts_are_parts_or_amounts() {
        let discount = |text| parse_discount(text, Currency::Usd);
        assert_eq!(discount("12.5%"), Ok(Discount { amount: 0, bp: 1_250 }));
        assert_eq!(discount("3"), Ok(Discount { amount: 300, bp: 0 }));
        assert!(discount("101%").is_err() && discount("much").is_err());
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
