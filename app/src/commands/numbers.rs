//! Fiscal numbers.

use crate::cli::{Globals, NumbersCmd, sharing};
use crate::commands::currency;
use crate::failure::Failure;
use crate::print;
use crate::target::Target;
use std::path::Path;
use till_host::proof::{self, NumberProof};
use till_node::command::{Command, Reply};

/// Checks a proof by itself; no shop is opened.
pub(super) fn check_proof(globals: &Globals, file: &Path) -> Result<(), Failure> {
    let bytes = std::fs::read(file)
        .map_err(|error| Failure::Usage(format!("cannot read {}: {error}", file.display())))?;
    let read: NumberProof = serde_json::from_slice(&bytes).map_err(|error| {
        Failure::Usage(format!("{} is not a proof of a number: {error}", file.display()))
    })?;
    let proven = proof::check(&read).map_err(|error| Failure::Trouble(error.to_string()))?;
    print::proven(globals.json, &proven);
    Ok(())
}

pub(super) async fn run(
    globals: &Globals,
    command: NumbersCmd,
    target: &mut Target,
) -> Result<(), Failure> {
    let command = match command {
        NumbersCmd::Proof { number, out } => {
            let proof = target.proof(&number).await?;
            return print::proof(globals.json, &proof, out.as_deref());
        }
        NumbersCmd::Status => Command::NumbersStatus,
        NumbersCmd::Audit => Command::NumbersAudit,
        NumbersCmd::Grant { to, count, space } => Command::GrantNumbers { space, to, count },
        NumbersCmd::Void { count, reason, space } => Command::VoidNumbers { space, count, reason },
        NumbersCmd::Import { resolution, numbers: (from, to), valid_from, valid_to, space } => {
            Command::ImportResolution {
                space,
                resolution,
                from,
                to,
                valid_from_day: valid_from,
                valid_to_day: valid_to,
            }
        }
        NumbersCmd::Open { prefix, kind, custodian, single } => {
            Command::OpenSpace { document_kind: kind, prefix, custodian, sharing: sharing(single) }
        }
        NumbersCmd::MoveCustody { to, space } => Command::MoveCustody { space, to },
        NumbersCmd::DeclareLost { device, reference, space } => {
            Command::DeclareLost { space, device, reference }
        }
        NumbersCmd::Assign { order, to } => Command::AssignProvisional { order, to },
        NumbersCmd::ConfirmClock => Command::ConfirmClock,
    };
    let reply = target.execute(command).await?;
    print::reply(globals.json, &reply, currency(target).await);
    match &reply {
        Reply::NumbersAudit(audits) if audits.iter().any(|audit| !audit.balances()) => {
            Err(Failure::Trouble("the numbers do not add up".to_owned()))
        }
        _ => Ok(()),
    }
}
