//! Paper as it is asked for.

use clap::{Subcommand, ValueEnum};
use std::path::PathBuf;
use till_host::printing::Printer;
use till_receipt::Paper;

#[derive(Debug, clap::Args)]
pub(crate) struct PrintArgs {
    /// An order or a return: its number as printed, or its id.
    pub(crate) order: Option<String>,
    /// It was printed before: the paper is counted and marked as a copy.
    #[arg(long)]
    pub(crate) again: bool,
    #[command(flatten)]
    pub(crate) paper: PaperArgs,
    #[command(subcommand)]
    pub(crate) what: Option<PrintCmd>,
}

/// Where it goes, and on what.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct PaperArgs {
    /// Another printer than that of the settings: tcp:HOST[:9100], file:PATH or
    /// dev:PATH.
    #[arg(long, global = true, value_name = "PRINTER")]
    pub(crate) to: Option<Printer>,
    /// Width of the paper in millimetres: 58 or 80.
    #[arg(long, global = true, value_parser = parse_paper, value_name = "MM")]
    pub(crate) paper: Option<Paper>,
    /// Show it instead of printing it.
    #[arg(long, global = true)]
    pub(crate) preview: Option<Preview>,
    /// The file for the preview.
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
}

/// How a ticket is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Preview {
    /// Lines of letters.
    Text,
    /// A picture; needs --out.
    Png,
}

#[derive(Debug, Subcommand)]
pub(crate) enum PrintCmd {
    /// A ticket that shows whether paper, letters and QR are right.
    Test,
    /// Open the drawer; it is written down as opened without a sale.
    Drawer {
        /// Why.
        #[arg(long, default_value = "")]
        note: String,
    },
    /// The open shift so far (X).
    X,
    /// The last closed shift of this device (Z).
    Shift {
        /// Another one, by the number of its Z report.
        #[arg(long)]
        z: Option<u64>,
    },
    /// What waits for its printer.
    Queue {
        #[command(subcommand)]
        what: Option<QueueCmd>,
    },
}

#[derive(Debug, Clone, Copy, Subcommand)]
pub(crate) enum QueueCmd {
    /// List what waits, oldest first.
    List,
    /// Try again at once; with --to on another printer.
    Retry {
        /// Send only this job to another printer.
        #[arg(requires = "to")]
        number: Option<u64>,
    },
    /// Take a job out; its ticket can be printed from the books.
    Drop {
        /// Its number in the list.
        number: u64,
    },
}

/// Width of a paper.
pub(crate) fn parse_paper(text: &str) -> Result<Paper, String> {
    match text {
        "58" => Ok(Paper::Mm58),
        "80" => Ok(Paper::Mm80),
        other => Err(format!("there is no paper of “{other}” mm here; use 58 or 80")),
    }
}
