//! The command line's commands, one by one.

mod numbers;
mod shop;
mod users;

use crate::baskets;
use crate::cli::{
    Cmd, ConflictsCmd, FiscalCmd, Globals, ImportCmd, ProductsCmd, SellArgs, ShopCmd, StockCmd,
    SyncCmd, parse_tender,
};
use crate::failure::Failure;
use crate::import::{self, Defaults, ImportError, Imported};
use crate::target::Target;
use crate::{demo, print, serve};
use std::fs::File;
use std::path::Path;
use till_host::{Join, JoinBy, NewShop};
use till_node::command::{Cart, CartLine, Choice, Command, ConflictView, ProductChange, Reply};
use till_schema::body::StockReason;
use till_schema::order::Tender;
use till_schema::{Currency, OrderId};

/// Runs one command.
pub(crate) async fn run(globals: Globals, command: Cmd) -> Result<(), Failure> {
    match command {
        Cmd::Demo(args) => demo::run(&globals, args).await,
        Cmd::Serve(args) => serve::serve(&globals.folder()?, args).await,
        Cmd::Relay(args) => serve::relay(&globals.folder()?.join("relay"), &args).await,
        Cmd::Shop(ShopCmd::Create { name, device, tax_id, currency, prefix, numbers, words }) => {
            let (shop_name, device_name) = (name, device);
            let new = NewShop { shop_name, device_name, currency, tax_id, prefix, numbers, words };
            shop::create(&globals, &new)
        }
        Cmd::Shop(ShopCmd::Join { invite, code, at, device, again }) => {
            let by = match (invite, code) {
                (Some(invite), _) => JoinBy::Text(invite),
                (None, Some(code)) => JoinBy::Code { code, addresses: at },
                (None, None) => return Err(Failure::Usage("give an invite or --code".to_owned())),
            };
            shop::join(&globals, &Join { by, device_name: device, again }).await
        }
        Cmd::Verify { proof: Some(file) } => numbers::check_proof(&globals, &file),
        Cmd::Restore { file, device } => shop::restore(&globals, &file, &device),
        other => {
            let mut target = Target::open(&globals.folder()?).await?;
            target.act_as(&globals).await?;
            let result = on_device(&globals, other, &mut target).await;
            target.close();
            result
        }
    }
}

async fn on_device(globals: &Globals, command: Cmd, target: &mut Target) -> Result<(), Failure> {
    let reply = match command {
        Cmd::Shop(command) => return shop::run(globals, command, target).await,
        Cmd::Numbers(command) => return numbers::run(globals, command, target).await,
        Cmd::Users(command) => users::run(globals, command, target).await?,
        Cmd::Backup { file } => return shop::backup(globals, &file, target).await,
        Cmd::Import(import) => return run_import(globals, import, target).await,
        Cmd::Sell(args) => sell(args, target).await?,
        Cmd::Products(ProductsCmd::History { code, field }) => {
            let asked = Command::History { code, field: field.clone() };
            let steps = target.execute(asked).await?;
            print::history(globals.json, &steps, &field, currency(target).await);
            return Ok(());
        }
        Cmd::Products(products) => run_products(products, target).await?,
        Cmd::Customers { query } => {
            target.execute(Command::Customers { query, limit: 100 }).await?
        }
        Cmd::Stock(StockCmd::Receive { items }) => {
            let reason = StockReason::Receive;
            target.execute(Command::MoveStock { reason, moves: items, note: String::new() }).await?
        }
        Cmd::Stock(StockCmd::Adjust { items, note }) => {
            let reason = StockReason::Adjust;
            target.execute(Command::MoveStock { reason, moves: items, note }).await?
        }
        Cmd::Orders { reference: Some(reference), .. } => {
            target.execute(Command::Order { reference }).await?
        }
        Cmd::Orders { reference: None, limit } => target.execute(Command::Orders { limit }).await?,
        Cmd::Totals => target.execute(Command::Totals).await?,
        Cmd::Conflicts(conflicts) => return run_conflicts(globals, conflicts, target).await,
        Cmd::Sync(SyncCmd::Status) => target.execute(Command::SyncStatus).await?,
        Cmd::Fiscal(FiscalCmd::Queue) => target.execute(Command::FiscalQueue).await?,
        Cmd::Digest => target.execute(Command::Digest).await?,
        Cmd::Verify { .. } => {
            let report = target.verify().await?;
            print::verified(globals.json, &report);
            return if report.ok {
                Ok(())
            } else {
                Err(Failure::Trouble(format!("{} things are wrong", report.failures.len())))
            };
        }
        Cmd::Demo(_) | Cmd::Serve(_) | Cmd::Relay(_) | Cmd::Restore { .. } => {
            unreachable!("commands that open no device were handled before")
        }
    };
    print::reply(globals.json, &reply, currency(target).await);
    Ok(())
}

/// Currency of the shop's books, for printing.
pub(crate) async fn currency(target: &mut Target) -> Currency {
    match target.execute(Command::Shop).await {
        Ok(Reply::Shop(shop)) => shop.currency,
        _ => Currency::Cop,
    }
}

async fn sell(args: SellArgs, target: &mut Target) -> Result<Reply, Failure> {
    let currency = currency(target).await;
    let order = match args.order {
        Some(order) => order,
        None => OrderId(crate::target::draw()),
    };
    let lines: Vec<CartLine> = args
        .items
        .into_iter()
        .map(|(code, quantity)| CartLine { code, quantity, unit_price: None, discount: 0 })
        .collect();
    let mut tenders = Vec::new();
    for text in &args.pay {
        let (kind, amount) = parse_tender(text, currency)?;
        let amount = match amount {
            Some(amount) => amount,
            // The exact amount: what the node's own engine says the cart costs.
            None => match target.execute(Command::Quote(lines.clone())).await? {
                Reply::Quote(totals) => totals.total,
                _ => return Err(Failure::Trouble("no price was given".to_owned())),
            },
        };
        tenders.push(Tender { kind, amount, reference: String::new() });
    }
    let customer = args.customer;
    let provisional = args.provisional;
    let cart = Cart { order, lines, customer, tenders, sold_at_ms: None, provisional };
    target.execute(Command::Sell(cart)).await
}

async fn run_products(command: ProductsCmd, target: &mut Target) -> Result<Reply, Failure> {
    match command {
        ProductsCmd::Find { query, limit } => {
            target.execute(Command::Products { query, limit }).await
        }
        ProductsCmd::Edit { code, price, name, category, archived } => {
            let currency = currency(target).await;
            let price = price
                .map(|price| currency.parse(&price))
                .transpose()
                .map_err(|error| Failure::Usage(error.to_string()))?;
            let change = ProductChange { name, price, category, archived };
            target.execute(Command::EditProduct { code, change }).await
        }
        ProductsCmd::History { .. } => unreachable!("printed with its field's notation"),
    }
}

async fn conflicts(target: &mut Target) -> Result<Vec<ConflictView>, Failure> {
    match target.execute(Command::Conflicts).await? {
        Reply::Conflicts(conflicts) => Ok(conflicts),
        _ => Err(Failure::Trouble("the device answered something else".to_owned())),
    }
}

async fn run_conflicts(
    globals: &Globals,
    command: ConflictsCmd,
    target: &mut Target,
) -> Result<(), Failure> {
    let all = conflicts(target).await?;
    let at = |place: usize| {
        place.checked_sub(1).and_then(|index| all.get(index)).ok_or_else(|| {
            Failure::Usage(format!(
                "there are {} conflicts; see `tillmesh conflicts list`",
                all.len()
            ))
        })
    };
    let currency = currency(target).await;
    match command {
        ConflictsCmd::List => print::reply(globals.json, &Reply::Conflicts(all), currency),
        ConflictsCmd::Show { place } => {
            print::conflict(globals.json, at(place)?, currency);
        }
        ConflictsCmd::Resolve { place, keep, other, acknowledge, note } => {
            let choice = match (keep, other, acknowledge) {
                (Some(keep), _, _) => keep,
                (None, Some(text), _) => Choice::Other(text),
                (None, None, true) => Choice::Acknowledge,
                (None, None, false) => {
                    return Err(Failure::Usage(
                        "say what to do: --keep A, --other VALUE or --acknowledge".to_owned(),
                    ));
                }
            };
            let conflict = at(place)?.key.clone();
            let reply = target.execute(Command::Resolve { conflict, choice, note }).await?;
            print::reply(globals.json, &reply, currency);
        }
    }
    Ok(())
}

async fn run_import(
    globals: &Globals,
    command: ImportCmd,
    target: &mut Target,
) -> Result<(), Failure> {
    let (command, preview) = match command {
        ImportCmd::Products { file, preview, skip_bad, tax, tax_rate } => {
            let defaults = Defaults { tax, tax_rate_bp: tax_rate, unit: "u".to_owned() };
            let currency = currency(target).await;
            let read = import::products(open(&file)?, currency, &defaults);
            let rows = usable(globals, &file, read, skip_bad, preview)?;
            (Command::PutProducts(rows), preview)
        }
        ImportCmd::Customers { file, preview, skip_bad } => {
            let read = import::customers(open(&file)?);
            let rows = usable(globals, &file, read, skip_bad, preview)?;
            (Command::PutCustomers(rows), preview)
        }
    };
    if preview {
        return Ok(());
    }
    let reply = target.execute(command).await?;
    print::reply(globals.json, &reply, Currency::Cop);
    Ok(())
}

fn open(file: &Path) -> Result<File, Failure> {
    File::open(file)
        .map_err(|error| Failure::Usage(format!("cannot read {}: {error}", file.display())))
}

/// The rows to import. Broken rows stop the whole import unless told
/// otherwise: nothing is half-written.
fn usable<T: serde::Serialize>(
    globals: &Globals,
    file: &Path,
    read: Result<Imported<T>, ImportError>,
    skip_bad: bool,
    preview: bool,
) -> Result<Vec<T>, Failure> {
    let imported = read.map_err(|error| Failure::Usage(format!("{}: {error}", file.display())))?;
    print::import_preview(globals.json && preview, &imported, file);
    if !imported.errors.is_empty() && !skip_bad {
        return Err(Failure::Usage(format!(
            "{} of {} rows are broken and nothing was imported; mend them, or add --skip-bad to import the others",
            imported.errors.len(),
            imported.errors.len() + imported.rows.len()
        )));
    }
    Ok(imported.rows)
}

/// The sample shop's records.
pub(crate) fn sample() -> (Vec<Command>, Currency) {
    let commands = vec![
        Command::PutProducts(baskets::sample_products()),
        Command::PutCustomers(baskets::sample_customers()),
    ];
    (commands, baskets::SAMPLE_CURRENCY)
}
