//! A whole shop on one machine, as real processes: a relay and registers with
//! folders of their own. They sell real baskets together, cut off from each
//! other, healed and drained; then everything is checked against the input.

mod board;
mod checks;
mod plan;
mod process;
mod registers;
mod verdict;

use crate::baskets::{self, Basket};
use crate::cli::{DemoArgs, Globals};
use crate::failure::Failure;
use crate::import::{self, Defaults};
use anyhow::{Context, Result, bail};
use board::Board;
use plan::{ALONE, Plan, REACHES_RELAY};
use process::Running;
use registers::{Register, agree, until};
use std::collections::BTreeSet;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::Instant;
use till_node::command::{
    Choice, Command, ConflictStatus, CustomerDraft, ProductChange, ProductDraft,
};
use till_schema::body::{ConflictKind, StockReason};
use till_schema::{Currency, LogId, Quantity};
use verdict::Verdict;

/// Products whose price is changed on both sides of the cut.
const PRICE_CONFLICTS: usize = 3;
/// Numbers minted at least.
const NUMBERS_MIN: u64 = 100_000;

/// What is sold.
struct Goods {
    products: Vec<ProductDraft>,
    customers: Vec<CustomerDraft>,
    baskets: Vec<Basket>,
    currency: Currency,
}

/// Runs the demo and judges it.
pub(crate) async fn run(globals: &Globals, args: DemoArgs) -> Result<(), Failure> {
    let goods = goods(&args).map_err(|error| Failure::Usage(format!("{error:#}")))?;
    let (root, keep) = match &globals.data {
        Some(root) => (root.clone(), true),
        None => (std::env::temp_dir().join(format!("tillmesh-demo-{}", std::process::id())), false),
    };
    if root.join("register-1").exists() {
        return Err(Failure::Usage(format!(
            "{} holds an earlier demo; delete it or choose another folder with --data",
            root.display()
        )));
    }
    std::fs::create_dir_all(&root)
        .map_err(|error| Failure::Usage(format!("cannot use {}: {error}", root.display())))?;
    let started = Instant::now();
    let mut verdict = Verdict::default();
    let mut board = Board::new(globals.json);
    let ran = tokio::select! {
        ran = play(&root, &args, &goods, &mut board, &mut verdict) => ran,
        _ = tokio::signal::ctrl_c() => Err(anyhow::anyhow!("stopped by hand")),
    };
    if let Err(error) = ran {
        verdict.failures.push(format!("{error:#}"));
    }
    verdict.seconds = started.elapsed().as_secs_f64();
    verdict.verdict = if verdict.is_ok() { "ok" } else { "failed" };
    if globals.json {
        println!("{}", serde_json::to_string(&verdict).expect("a verdict writes as JSON"));
    } else {
        verdict.tell();
    }
    if verdict.is_ok() {
        if !keep {
            let _ = std::fs::remove_dir_all(&root);
        }
        Ok(())
    } else {
        Err(Failure::Trouble(format!(
            "the demo failed; its folders and logs are in {}",
            root.display()
        )))
    }
}

fn goods(args: &DemoArgs) -> Result<Goods> {
    let defaults = Defaults { tax: "TAX".to_owned(), tax_rate_bp: 0, unit: "u".to_owned() };
    let currency = baskets::SHIPPED_CURRENCY;
    let (products, mut all) = match (&args.products, &args.baskets) {
        (Some(products), Some(file)) => (
            read_products(products, currency, &defaults)?,
            baskets::read_baskets(open(file)?, currency)
                .with_context(|| file.display().to_string())?,
        ),
        _ => (baskets::shipped_products(&defaults), baskets::shipped_baskets()),
    };
    if let Some(orders) = args.orders {
        if orders == 0 {
            bail!("--orders must be at least 1");
        }
        all.truncate(orders);
    }
    if all.is_empty() {
        bail!("there are no baskets to sell");
    }
    let keys: BTreeSet<String> = all.iter().filter_map(|basket| basket.customer.clone()).collect();
    let customers = keys
        .into_iter()
        .map(|key| CustomerDraft { name: format!("Household {key}"), key, ..Default::default() })
        .collect();
    Ok(Goods { products, customers, baskets: all, currency })
}

fn open(file: &Path) -> Result<File> {
    File::open(file).with_context(|| format!("cannot read {}", file.display()))
}

fn read_products(
    file: &Path,
    currency: Currency,
    defaults: &Defaults,
) -> Result<Vec<ProductDraft>> {
    let imported = import::products(open(file)?, currency, defaults)
        .with_context(|| file.display().to_string())?;
    if let Some(error) = imported.errors.first() {
        bail!("{}: {error}", file.display());
    }
    Ok(imported.rows)
}

async fn play(
    root: &Path,
    args: &DemoArgs,
    goods: &Goods,
    board: &mut Board,
    verdict: &mut Verdict,
) -> Result<()> {
    let count = usize::from(args.registers);
    let plan = Plan::new(&goods.baskets, count, args.seed);
    verdict.orders.input = plan.orders as u64;
    verdict.money.input = plan.money;
    board.phase(&format!(
        "{} baskets on {count} registers, {} products; folders in {}",
        plan.orders,
        goods.products.len(),
        root.display()
    ));
    let relay = Running::start(&root.join("relay"), &["relay", "--listen", "127.0.0.1:0"]).await?;
    let address = (relay.said("listening")?, relay.said("public_key")?);
    let registers = open_shop(root, count, goods, (&address.0, &address.1)).await?;
    board.phase("opening: the devices join and receive the catalogue");
    board.during(&registers, stock_up(&registers, goods)).await?;

    board.phase("together: everyone sees everyone");
    board.during(&registers, sell(&registers, &plan.carts[0])).await?;

    board.phase(&format!(
        "cut: {} is alone, only {} reaches the relay",
        registers[ALONE].name, registers[REACHES_RELAY].name
    ));
    prepare_cut(&registers, &plan).await?;
    cut(&registers).await?;
    let edits = edit_both_sides(&registers, goods);
    let (sold, edited) = board
        .during(&registers, async { tokio::join!(sell(&registers, &plan.carts[1]), edits) })
        .await;
    sold?;
    edited?;

    board.phase("healed: logs meet, conflicts are listed and decided");
    heal(&registers).await?;
    let healed = async {
        sell(&registers, &plan.carts[2]).await?;
        until("all registers hold the same", || agree(&registers)).await
    };
    board.during(&registers, healed).await?;
    let expected = PRICE_CONFLICTS + 1 + usize::from(plan.last_pieces.is_some());
    decide(&registers, expected, verdict).await?;

    board.phase("drained: every document reaches the authority");
    let drained = async {
        sell(&registers, &plan.carts[3]).await?;
        until("every document has its answer", || settled(&registers)).await?;
        until("all registers hold the same", || agree(&registers)).await
    };
    board.during(&registers, drained).await?;

    checks::running(&registers, &plan, verdict).await?;
    checks::relay(&address.0, &address.1, &registers, verdict).await?;
    let folders: Vec<(String, PathBuf)> =
        registers.iter().map(|register| (register.name.clone(), register.folder.clone())).collect();
    for register in registers {
        register.stop().await?;
    }
    relay.kill().await;
    board.phase("verify: every chain, signature, book and number from the beginning");
    checks::stopped(&folders, verdict).await
}

/// Founds the shop, starts its first register and lets the others join.
async fn open_shop(
    root: &Path,
    count: usize,
    goods: &Goods,
    relay: (&str, &str),
) -> Result<Vec<Register>> {
    let place = |index: usize| root.join(format!("register-{}", index + 1));
    let name = |index: usize| format!("Register {}", index + 1);
    let last = NUMBERS_MIN.max(4 * goods.baskets.len() as u64);
    Register::found(&place(0), &name(0), goods.currency.code(), last).await?;
    let mut registers = vec![Register::start(name(0), place(0), relay).await?];
    for index in 1..count {
        registers[0].invite(&place(index), &name(index)).await?;
        registers.push(Register::start(name(index), place(index), relay).await?);
    }
    Ok(registers)
}

async fn stock_up(registers: &[Register], goods: &Goods) -> Result<()> {
    registers[0].execute(Command::PutProducts(goods.products.clone())).await?;
    if !goods.customers.is_empty() {
        registers[0].execute(Command::PutCustomers(goods.customers.clone())).await?;
    }
    until("all registers hold the catalogue", || agree(registers)).await?;
    until("all registers hold numbers", || async {
        for register in registers {
            if register.numbers_held().await? == 0 {
                return Ok(false);
            }
        }
        Ok(true)
    })
    .await
}

/// Each register sells its carts, all registers at once.
async fn sell(registers: &[Register], carts: &[Vec<till_node::command::Cart>]) -> Result<()> {
    let tills = registers.iter().zip(carts).map(|(register, carts)| async move {
        for cart in carts {
            register.sell(cart).await?;
        }
        Ok::<(), anyhow::Error>(())
    });
    futures::future::try_join_all(tills).await?;
    Ok(())
}

/// What must be so before the network is cut: enough numbers on each side, and
/// few pieces of one product.
async fn prepare_cut(registers: &[Register], plan: &Plan) -> Result<()> {
    until("all registers hold the same", || agree(registers)).await?;
    if let Some((code, enough)) = &plan.last_pieces {
        let products = registers[0]
            .execute(Command::Products { query: code.clone(), limit: usize::MAX })
            .await?;
        let till_node::command::Reply::Products(found) = products else { bail!("no products") };
        let stock =
            found.iter().find(|view| view.product.sku == *code).map_or(0, |view| view.stock.0);
        let moves = vec![(code.clone(), Quantity(enough - stock))];
        let note = "the last pieces".to_owned();
        let reason = StockReason::Adjust;
        registers[0].execute(Command::MoveStock { reason, moves, note }).await?;
    }
    for (register, carts) in registers.iter().zip(&plan.carts[1]).skip(1) {
        let needed = carts.len() as u64;
        let held = register.numbers_held().await?;
        if held < needed {
            let count = needed - held;
            let to = register.log;
            registers[0]
                .execute(Command::GrantNumbers { space: None, to: to.to_string(), count })
                .await?;
        }
    }
    until("all registers hold the same", || agree(registers)).await?;
    until("numbers have arrived", || async {
        for (register, carts) in registers.iter().zip(&plan.carts[1]) {
            if register.numbers_held().await? < carts.len() as u64 {
                return Ok(false);
            }
        }
        Ok(true)
    })
    .await
}

async fn cut(registers: &[Register]) -> Result<()> {
    let alone = registers[ALONE].log;
    let others: BTreeSet<LogId> =
        registers.iter().map(|register| register.log).filter(|log| *log != alone).collect();
    for (index, register) in registers.iter().enumerate() {
        let blocked = if index == ALONE { others.clone() } else { BTreeSet::from([alone]) };
        register.reach(blocked, index != REACHES_RELAY).await?;
    }
    until("the network is cut", || async {
        let sync = registers[ALONE].sync().await?;
        Ok(sync.peers.iter().all(|peer| !peer.linked))
    })
    .await
}

async fn heal(registers: &[Register]) -> Result<()> {
    for register in registers {
        register.reach(BTreeSet::new(), false).await?;
    }
    Ok(())
}

/// Both sides change the same prices and make the same customer, apart.
async fn edit_both_sides(registers: &[Register], goods: &Goods) -> Result<()> {
    for product in goods.products.iter().take(PRICE_CONFLICTS) {
        for (register, more) in [(&registers[0], 100), (&registers[ALONE], 250)] {
            let change =
                ProductChange { price: Some(product.price + more), ..ProductChange::default() };
            let code = product.sku.clone();
            register.execute(Command::EditProduct { code, change }).await?;
        }
    }
    for (register, name) in [(&registers[0], "Ana María Ruiz"), (&registers[ALONE], "Ana Ruiz")] {
        let customer = CustomerDraft {
            name: name.to_owned(),
            tax_id_kind: "CC".to_owned(),
            tax_id: "1020304050".to_owned(),
            ..CustomerDraft::default()
        };
        register.execute(Command::PutCustomers(vec![customer])).await?;
    }
    Ok(())
}

/// All registers list the same conflicts; one decides them all, each price in
/// another way; then all list them closed.
async fn decide(registers: &[Register], expected: usize, verdict: &mut Verdict) -> Result<()> {
    let listed = registers[0].conflicts().await?;
    verdict.conflicts.opened = listed.len() as u64;
    verdict.conflicts.listed_alike = true;
    for register in &registers[1..] {
        verdict.conflicts.listed_alike &= register.conflicts().await? == listed;
    }
    verdict.expect(
        listed.len() == expected,
        format!("{} conflicts were listed, {expected} were made", listed.len()),
    );
    let alike = verdict.conflicts.listed_alike;
    verdict.expect(alike, "the registers list different conflicts");
    let mut prices =
        [Choice::Keep(0), Choice::Keep(1), Choice::Other("9.99".to_owned())].into_iter();
    for conflict in &listed {
        let choice = match conflict.key.kind {
            ConflictKind::Field => prices.next().unwrap_or(Choice::Keep(0)),
            ConflictKind::CustomerDuplicate => Choice::Keep(0),
            ConflictKind::Oversold => Choice::Other("0".to_owned()),
            _ => Choice::Acknowledge,
        };
        let note = "decided in the demo".to_owned();
        let conflict = conflict.key.clone();
        registers[0].execute(Command::Resolve { conflict, choice, note }).await?;
    }
    let closed = until("all conflicts are closed everywhere", || async {
        for register in registers {
            let conflicts = register.conflicts().await?;
            if conflicts.iter().any(|conflict| conflict.status != ConflictStatus::Closed) {
                return Ok(false);
            }
        }
        Ok(true)
    });
    closed.await
}

async fn settled(registers: &[Register]) -> Result<bool> {
    for register in registers {
        if register.fiscal().await?.pending > 0 {
            return Ok(false);
        }
    }
    Ok(true)
}
