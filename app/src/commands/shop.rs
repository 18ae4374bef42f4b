//! The shop and its devices.

use crate::cli::{Globals, ShopCmd};
use crate::commands::currency;
use crate::failure::Failure;
use crate::print;
use crate::target::{Target, ask};
use std::path::Path;
use std::time::Duration;
use till_host::{BackupError, Device, Folder, Join, NewShop};
use till_node::command::{CodeView, Command, JoinView, Reply};

/// How often a shown code looks whether somebody has used it.
const LOOK_EVERY: Duration = Duration::from_millis(300);

pub(super) fn create(globals: &Globals, new: &NewShop) -> Result<(), Failure> {
    let folder = Folder::lock(&globals.folder()?)?;
    let (founding, words) = folder.create(new)?;
    let device = Device::found(folder, &founding)?;
    let me = device.me();
    device.close().map_err(|error| Failure::Trouble(error.to_string()))?;
    print::created(globals.json, &new.shop_name, me, &words);
    Ok(())
}

pub(super) async fn join(globals: &Globals, join: &Join) -> Result<(), Failure> {
    let folder = Folder::lock(&globals.folder()?)?;
    let joined = folder.join(join).await?;
    print::joined(globals.json, &joined);
    Ok(())
}

pub(super) fn restore(globals: &Globals, file: &Path, device: &str) -> Result<(), Failure> {
    let folder = Folder::lock(&globals.folder()?)?;
    let restored = folder.restore(file, device).map_err(|error| match error {
        BackupError::Folder(error) => error.into(),
        BackupError::Bundle(_) | BackupError::Verify { .. } => Failure::Usage(error.to_string()),
        other => Failure::Trouble(other.to_string()),
    })?;
    print::restored(globals.json, &restored);
    Ok(())
}

pub(super) async fn backup(
    globals: &Globals,
    file: &Path,
    target: &mut Target,
) -> Result<(), Failure> {
    // The running device has another working folder.
    let file = std::path::absolute(file).map_err(|error| Failure::Usage(error.to_string()))?;
    let (frames, bytes) = target.backup(&file).await?;
    print::backed_up(globals.json, &file, frames, bytes);
    Ok(())
}

pub(super) async fn carry(
    globals: &Globals,
    file: &Path,
    target: &mut Target,
) -> Result<(), Failure> {
    let file = std::path::absolute(file).map_err(|error| Failure::Usage(error.to_string()))?;
    let carried = target.carry(&file).await?;
    print::carried(globals.json, &carried);
    Ok(())
}

pub(super) async fn run(
    globals: &Globals,
    command: ShopCmd,
    target: &mut Target,
) -> Result<(), Failure> {
    let command = match command {
        ShopCmd::Invite { role, qr } => {
            must_run(target)?;
            let reply = target.execute(Command::Invite { roles: role }).await?;
            if let (true, Reply::Invited { invite }) = (qr && !globals.json, &reply) {
                print::qr(invite);
            }
            print::reply(globals.json, &reply, currency(target).await);
            return Ok(());
        }
        ShopCmd::Code { role, no_wait } => {
            must_run(target)?;
            return code(globals, Command::InviteCode { roles: role }, !no_wait, target).await;
        }
        ShopCmd::Devices => Command::Devices,
        ShopCmd::Joins => Command::Joins,
        ShopCmd::Roles { device, role } => Command::SetRoles { device, roles: role },
        ShopCmd::Remove { device, reason } => Command::EndDevice { device, reason },
        ShopCmd::AcceptTail { device } => Command::AcceptTail { device },
        ShopCmd::Suspend { device, reason } => Command::Suspend { device, reason },
        ShopCmd::Reinstate { device } => Command::Reinstate { device },
        ShopCmd::MoveAdmin { to } => Command::MoveAdmin { to },
        ShopCmd::Recover { words } => {
            let words = match words {
                Some(words) => words,
                None => ask("Recovery words: ")?,
            };
            Command::Recover { words }
        }
        ShopCmd::Retire => Command::Retire,
        ShopCmd::Create { .. } | ShopCmd::Join { .. } => {
            unreachable!("commands that open no device were handled before")
        }
    };
    let reply = target.execute(command).await?;
    print::reply(globals.json, &reply, currency(target).await);
    Ok(())
}

fn must_run(target: &Target) -> Result<(), Failure> {
    if target.is_running() {
        return Ok(());
    }
    Err(Failure::Usage(
        "start the device first (`tillmesh serve`, or its window): it must be running to let another in"
            .to_owned(),
    ))
}

/// Shows a code and waits for the device that uses it.
async fn code(
    globals: &Globals,
    command: Command,
    wait: bool,
    target: &mut Target,
) -> Result<(), Failure> {
    let before = joins(target).await?;
    let Reply::Code(shown) = target.execute(command).await? else {
        return Err(Failure::Trouble("the device answered something else".to_owned()));
    };
    if !wait || !globals.json {
        print::code(globals.json, &shown);
    }
    if !wait {
        return Ok(());
    }
    while is_open(&shown) {
        tokio::time::sleep(LOOK_EVERY).await;
        if let Some(join) = joins(target).await?.into_iter().find(|join| !before.contains(join)) {
            print::admitted(globals.json, &join);
            return Ok(());
        }
    }
    Err(Failure::Trouble("nobody used the code in time; show a new one".to_owned()))
}

fn is_open(shown: &CodeView) -> bool {
    chrono::Utc::now().timestamp_millis() < shown.expires_ms
}

async fn joins(target: &mut Target) -> Result<Vec<JoinView>, Failure> {
    match target.execute(Command::Joins).await? {
        Reply::Joins(joins) => Ok(joins),
        _ => Err(Failure::Trouble("the device answered something else".to_owned())),
    }
}
