//! The command line's commands, one by one.

mod day;
mod import;
mod numbers;
mod printing;
mod sell;
mod shop;
mod users;

use crate::baskets;
use crate::cli::{Cmd, ConflictsCmd, FiscalCmd, Globals, ProductsCmd, ShopCmd, StockCmd, SyncCmd};
use crate::failure::Failure;
use crate::target::Target;
use crate::{demo, export, print, serve};
use printing::Outbox;
use till_host::{Join, JoinBy, NewShop};
use till_node::command::{Choice, Command, ConflictView, ProductChange, Reply};
use till_schema::Currency;
use till_schema::body::StockReason;

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
            let folder = globals.folder()?;
            let mut target = Target::open(&folder).await?;
            target.act_as(&globals).await?;
            let mut outbox = Outbox::new(&folder, target.is_running());
            let result = on_device(&globals, other, &mut target, &mut outbox).await;
            target.close();
            // With the device closed: a printer may keep one waiting.
            result.and_then(|()| outbox.send(globals.json))
        }
    }
}

async fn on_device(
    globals: &Globals,
    command: Cmd,
    target: &mut Target,
    outbox: &mut Outbox,
) -> Result<(), Failure> {
    let reply = match command {
        Cmd::Shop(command) => return shop::run(globals, command, target).await,
        Cmd::Numbers(command) => return numbers::run(globals, command, target).await,
        Cmd::Users(command) => users::run(globals, command, target).await?,
        Cmd::Backup { file } => return shop::backup(globals, &file, target).await,
        Cmd::Export(args) => return export::run(&args, target).await,
        Cmd::Import(import) => return import::run(globals, import, target).await,
        Cmd::Sell(args) => {
            let reply = sell::run(args, target).await?;
            print::reply(globals.json, &reply, currency(target).await);
            printing::after_sale(globals, &reply, target, outbox).await;
            return Ok(());
        }
        Cmd::Print(args) => return printing::run(globals, *args, target, outbox).await,
        Cmd::Day(command) => return day::run(globals, command, target).await,
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
        Cmd::Stock(StockCmd::More(more)) => target.execute(day::stock(more)).await?,
        Cmd::Orders { reference: Some(reference), .. } => {
            target.execute(Command::Order { reference }).await?
        }
        Cmd::Orders { reference: None, limit } => target.execute(Command::Orders { limit }).await?,
        Cmd::Totals => target.execute(Command::Totals).await?,
        Cmd::Conflicts(conflicts) => return run_conflicts(globals, conflicts, target).await,
        Cmd::Sync(SyncCmd::Export { file }) => return shop::backup(globals, &file, target).await,
        Cmd::Sync(SyncCmd::Import { file }) => return shop::carry(globals, &file, target).await,
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

async fn run_products(command: ProductsCmd, target: &mut Target) -> Result<Reply, Failure> {
    match command {
        ProductsCmd::Find { query, limit } => {
            target.execute(Command::Products { query, limit }).await
        }
        ProductsCmd::Edit(args) => {
            let currency = currency(target).await;
            let amount = |text: Option<String>| {
                text.map(|text| currency.parse(&text))
                    .transpose()
                    .map_err(|error| Failure::Usage(error.to_string()))
            };
            let mut lists = Vec::new();
            for (list, price) in args.list {
                lists.extend(amount(Some(price))?.map(|price| (list, price)));
            }
            let change = ProductChange {
                name: args.name,
                price: amount(args.price)?,
                category: args.category,
                archived: args.archived,
                cost: amount(args.cost)?,
                low_stock: args.low_stock,
                tax: args.tax,
                unit: args.unit,
                plu: args.plu,
                lists,
                add_barcodes: args.add_barcode,
                remove_barcodes: args.remove_barcode,
            };
            target.execute(Command::EditProduct { code: args.code, change }).await
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

/// The sample shop's records.
pub(crate) fn sample() -> (Vec<Command>, Currency) {
    let commands = vec![
        Command::PutProducts(baskets::sample_products()),
        Command::PutCustomers(baskets::sample_customers()),
    ];
    (commands, baskets::SAMPLE_CURRENCY)
}
