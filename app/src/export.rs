//! Writing what a shop holds into files that other programs read. Everything is
//! asked of the device page by page, so that a year of sales takes the memory
//! of one page.

mod customers;
mod log;
mod loyverse;
mod out;
mod pages;
mod products;
mod returns;
mod sales;
mod shifts;
mod shopify;
mod stock;
#[cfg(test)]
mod tests;

use crate::cli::{ExportArgs, ExportFormat, ExportWhat};
use crate::commands;
use crate::failure::Failure;
use crate::target::Target;
use out::Out;
pub(crate) use pages::pages;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

/// Writes one export.
pub(crate) async fn run(args: &ExportArgs, target: &mut Target) -> Result<(), Failure> {
    let foreign = matches!(args.format, ExportFormat::Loyverse | ExportFormat::Shopify);
    if foreign && args.what != ExportWhat::Products {
        return Err(Failure::Usage(
            "only products are written in the format of another program; use csv or jsonl"
                .to_owned(),
        ));
    }
    let Some(file) = &args.file else {
        write(args, Box::new(std::io::stdout().lock()), target).await?;
        return Ok(());
    };
    // Under another name until it is whole: half a file looks like all of it.
    let unfinished = file.with_added_extension("part");
    let failed = |error: std::io::Error| cannot_write(file, &error);
    let created = File::create(&unfinished).map_err(failed)?;
    let written = write(args, Box::new(BufWriter::new(created)), target).await;
    let rows = match written {
        Ok(rows) => rows,
        Err(failure) => {
            // The failure is told; a file that cannot be removed tells nothing new.
            let _ = std::fs::remove_file(&unfinished);
            return Err(failure);
        }
    };
    std::fs::rename(&unfinished, file).map_err(failed)?;
    eprintln!("{rows} rows written to {}", file.display());
    Ok(())
}

fn cannot_write(file: &Path, error: &std::io::Error) -> Failure {
    Failure::Trouble(format!("cannot write {}: {error}", file.display()))
}

async fn write(args: &ExportArgs, to: Box<dyn Write>, target: &mut Target) -> Result<u64, Failure> {
    let currency = commands::currency(target).await;
    let mut out = Out::new(to, args.format == ExportFormat::Jsonl);
    let sink = &mut out;
    match (args.what, args.format) {
        (ExportWhat::Products, ExportFormat::Loyverse) => {
            loyverse::write(target, currency, sink).await
        }
        (ExportWhat::Products, ExportFormat::Shopify) => {
            shopify::write(target, currency, sink).await
        }
        (ExportWhat::Products, _) => products::write(target, currency, sink).await,
        (ExportWhat::Customers, _) => customers::write(target, currency, sink).await,
        (ExportWhat::Orders, _) => sales::orders(target, currency, sink).await,
        (ExportWhat::Lines, _) => sales::lines(target, currency, sink).await,
        (ExportWhat::Payments, _) => sales::payments(target, currency, sink).await,
        (ExportWhat::Documents, _) => sales::documents(target, currency, sink).await,
        (ExportWhat::Returns, _) => returns::write(target, currency, sink).await,
        (ExportWhat::Shifts, _) => shifts::write(target, currency, sink).await,
        (ExportWhat::Stock, _) => stock::write(target, sink).await,
        (ExportWhat::Log, _) => log::write(target, sink).await,
    }?;
    out.finish()
}
