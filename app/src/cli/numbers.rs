//! Commands about fiscal numbers.

use super::{parse_day, parse_numbers};
use clap::Subcommand;
use std::path::PathBuf;
use till_schema::body::Sharing;
use till_schema::{OrderId, SpaceId};

#[derive(Debug, Subcommand)]
pub(crate) enum NumbersCmd {
    /// Numbers this device holds, and their dates.
    Status,
    /// Where every minted number is.
    Audit,
    /// The path of one number with all signatures, as a file that anybody can check.
    Proof {
        /// The number as printed, like T1-42.
        number: String,
        /// Where to write it; printed when not given.
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Give numbers to another device.
    Grant {
        /// The device's name or log.
        to: String,
        /// How many.
        count: u64,
        /// The series; the first when not given (see `numbers status --json`).
        #[arg(long)]
        space: Option<SpaceId>,
    },
    /// Give up the lowest numbers held here.
    Void {
        /// How many.
        count: u64,
        /// Why.
        #[arg(long)]
        reason: String,
        /// The series; the first when not given.
        #[arg(long)]
        space: Option<SpaceId>,
    },
    /// Take in a resolution of the authority (on the device that mints). Numbers
    /// that are known get its dates and are not minted again.
    Import {
        /// The authority's number of it.
        resolution: String,
        /// First and last number.
        #[arg(value_parser = parse_numbers, value_name = "FROM-TO")]
        numbers: (u64, u64),
        /// First day of validity, like 2026-01-31.
        #[arg(long, value_parser = parse_day, value_name = "DAY")]
        valid_from: Option<i32>,
        /// Last day of validity.
        #[arg(long, value_parser = parse_day, value_name = "DAY")]
        valid_to: Option<i32>,
        /// The series; the first when not given.
        #[arg(long)]
        space: Option<SpaceId>,
    },
    /// Open another series of numbers (on the administering device).
    Open {
        /// Prefix or emission point.
        #[arg(long)]
        prefix: String,
        /// Document kind, in the authority's code list.
        #[arg(long, default_value = "POS")]
        kind: String,
        /// The device that mints: its name or log.
        #[arg(long)]
        custodian: String,
        /// Only that device issues from it: a prefix of one register.
        #[arg(long)]
        single: bool,
    },
    /// Give the right to mint to another device.
    MoveCustody {
        /// Its name or log.
        to: String,
        /// The series; the first when not given.
        #[arg(long)]
        space: Option<SpaceId>,
    },
    /// Report the numbers of a device that is out as lost.
    DeclareLost {
        /// Its name or log.
        device: String,
        /// Reference of the report to the authority.
        #[arg(long)]
        reference: String,
        /// The series; the first when not given.
        #[arg(long)]
        space: Option<SpaceId>,
    },
    /// Let a device fiscalise a provisional sale of one that is gone.
    Assign {
        /// The order's id.
        order: OrderId,
        /// The device's name or log.
        to: String,
    },
    /// This device's clock is right although the relay's is far from it.
    ConfirmClock,
}

/// Who may hold numbers of a new series.
pub(crate) fn sharing(single: bool) -> Sharing {
    if single { Sharing::Single } else { Sharing::Shared }
}
