//! Importing a file: it is read twice. The first time everything is checked and
//! nothing is written; the second time it goes to the device in parts, so that
//! a file of any length takes little memory. A part that is written again
//! changes nothing, so an interrupted import is simply run again.

use super::currency;
use crate::cli::{Globals, ImportCmd, ImportFile};
use crate::export::pages;
use crate::failure::Failure;
use crate::import::{self, CustomerDraft, Defaults, ImportError, ProductDraft};
use crate::import::{Reading, Report, Rules, Unique};
use crate::print;
use crate::target::Target;
use indicatif::{ProgressBar, ProgressStyle};
use std::collections::BTreeSet;
use std::fs::File;
use std::io::{Seek, SeekFrom};
use std::path::Path;
use till_node::command::{Command, PageOf, Reply, Written};
use tokio::sync::mpsc;

#[cfg(test)]
mod tests;

/// Drafts sent to the device at a time.
const PART: usize = 5_000;

pub(super) async fn run(
    globals: &Globals,
    command: ImportCmd,
    target: &mut Target,
) -> Result<(), Failure> {
    let currency = currency(target).await;
    let written = match command {
        ImportCmd::Products { file, tax, tax_rate } => {
            let defaults = Defaults { tax, tax_rate_bp: tax_rate, unit: "u".to_owned() };
            let rules = Rules { currency, defaults, format: file.format };
            read_twice::<ProductDraft>(globals, &file, rules, target).await?
        }
        ImportCmd::Customers { file } => {
            let defaults = Defaults { tax: String::new(), tax_rate_bp: 0, unit: String::new() };
            let rules = Rules { currency, defaults, format: file.format };
            read_twice::<CustomerDraft>(globals, &file, rules, target).await?
        }
    };
    if let Some(written) = written {
        print::reply(globals.json, &Reply::Written(written), currency);
    }
    Ok(())
}

/// What is imported: how it is read and written.
trait Kind: Unique + print::Listed + Clone + Send + 'static {
    /// What makes a second import a change.
    fn identity(&self) -> String;
    /// The identities the shop has.
    async fn known(target: &mut Target) -> Result<BTreeSet<String>, Failure>;
    fn read(file: File, rules: &Rules) -> Result<Reading<'static, Self>, ImportError>;
    fn put(part: Vec<Self>) -> Command;
}

impl Kind for ProductDraft {
    fn identity(&self) -> String {
        self.sku.clone()
    }

    async fn known(target: &mut Target) -> Result<BTreeSet<String>, Failure> {
        let mut known = BTreeSet::new();
        pages(target, PageOf::Products, |page| {
            known.extend(page.products.into_iter().map(|view| view.product.sku));
            Ok(())
        })
        .await?;
        Ok(known)
    }

    fn read(file: File, rules: &Rules) -> Result<Reading<'static, Self>, ImportError> {
        import::read_products(file, rules)
    }

    fn put(part: Vec<Self>) -> Command {
        Command::PutProducts(part)
    }
}

impl Kind for CustomerDraft {
    /// The document; failing that the key, which the device keeps as a reference.
    fn identity(&self) -> String {
        match self.tax_id.is_empty() {
            true => format!("REF {}", self.key),
            false => format!("{} {}", self.tax_id_kind, self.tax_id),
        }
    }

    async fn known(target: &mut Target) -> Result<BTreeSet<String>, Failure> {
        let mut known = BTreeSet::new();
        pages(target, PageOf::Customers, |page| {
            let customers = page.customers.into_iter();
            known.extend(customers.map(|row| format!("{} {}", row.tax_id_kind, row.tax_id)));
            Ok(())
        })
        .await?;
        Ok(known)
    }

    fn read(file: File, rules: &Rules) -> Result<Reading<'static, Self>, ImportError> {
        import::read_customers(file, rules)
    }

    fn put(part: Vec<Self>) -> Command {
        Command::PutCustomers(part)
    }
}

/// Checks a file, tells of it, and writes it; `None` when it was only to be told of.
async fn read_twice<D: Kind>(
    globals: &Globals,
    args: &ImportFile,
    rules: Rules,
    target: &mut Target,
) -> Result<Option<Written>, Failure> {
    let path = &args.file;
    let refused = |error: ImportError| Failure::Usage(format!("{}: {error}", path.display()));
    let mut file = File::open(path).map_err(|error| unreadable(path, &error))?;
    let first = file.try_clone().map_err(|error| unreadable(path, &error))?;
    // Only a preview says how many are new; an import counts them as it writes.
    let known = if args.preview { D::known(target).await? } else { BTreeSet::new() };
    let mut new = 0;
    let read = D::read(first, &rules).and_then(|reading| {
        Report::of(reading, |draft| {
            new += u64::from(!known.contains(&draft.identity()));
            true
        })
    });
    let mut report = read.map_err(refused)?;
    report.new = args.preview.then_some(new);
    print::preview(globals.json && args.preview, args.preview, &report, path, rules.currency);
    if report.broken > 0 && !args.skip_bad {
        return Err(Failure::Usage(format!(
            "{} of {} rows are broken and nothing was imported; mend them, or add --skip-bad to import the others",
            report.broken,
            report.broken + report.good
        )));
    }
    if args.preview {
        return Ok(None);
    }
    if report.good == 0 {
        return Err(Failure::Usage(format!("{} holds nothing to import", path.display())));
    }
    file.seek(SeekFrom::Start(0)).map_err(|error| unreadable(path, &error))?;
    write::<D>(file, rules, &report, target).await.map(Some)
}

fn unreadable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::Usage(format!("cannot read {}: {error}", path.display()))
}

/// Reads the checked file again and sends it on in parts. The reader waits
/// while the device writes, so no more than three parts are in memory.
async fn write<D: Kind>(
    file: File,
    rules: Rules,
    checked: &Report<D>,
    target: &mut Target,
) -> Result<Written, Failure> {
    let (parts, mut arriving) = mpsc::channel::<Vec<D>>(1);
    let reading = tokio::task::spawn_blocking(move || {
        let mut part = Vec::with_capacity(PART);
        let report = Report::of(D::read(file, &rules)?, |draft| {
            part.push(draft);
            part.len() < PART || parts.blocking_send(std::mem::take(&mut part)).is_ok()
        })?;
        if !part.is_empty() {
            // Whoever no longer listens has failed and says why.
            let _ = parts.blocking_send(part);
        }
        Ok::<Report<D>, ImportError>(report)
    });
    let bar = progress(checked.good);
    let mut sum = Written::default();
    while let Some(part) = arriving.recv().await {
        let count = part.len() as u64;
        let Reply::Written(written) = target.execute(D::put(part)).await? else {
            return Err(Failure::Trouble("the device answered something else".to_owned()));
        };
        sum.created += written.created;
        sum.changed += written.changed;
        sum.unchanged += written.unchanged;
        bar.inc(count);
    }
    bar.finish_and_clear();
    let again = reading.await.map_err(|error| Failure::Trouble(error.to_string()))?;
    match again {
        Ok(again) if (again.good, again.broken) == (checked.good, checked.broken) => Ok(sum),
        Ok(_) => Err(Failure::Trouble(
            "the file changed while it was imported; import it again".to_owned(),
        )),
        Err(error) => Err(Failure::Usage(error.to_string())),
    }
}

/// On the error output, and only when that is a terminal.
fn progress(rows: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} rows, {eta} left");
    ProgressBar::new(rows).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
