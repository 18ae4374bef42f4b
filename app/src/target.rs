//! Where a command runs: in the instance that is running on the data folder,
//! or here, on the files, when none is.

use crate::failure::Failure;
use std::path::Path;
use till_host::remote::Remote;
use till_host::{Device, Folder, VerifyReport};
use till_node::command::{Command, Reply};

/// The device a command is for.
pub(crate) enum Target {
    /// Running in another process.
    Running(Remote),
    /// Opened here, without a network.
    Opened(Box<Device>),
}

impl Target {
    pub(crate) async fn open(folder: &Path) -> Result<Self, Failure> {
        if let Some(remote) = Remote::find(folder).await {
            return Ok(Self::Running(remote));
        }
        if !Folder::has_shop(folder) {
            return Err(till_host::FolderError::NoShop(folder.to_path_buf()).into());
        }
        let device = Device::open(Folder::lock(folder)?, false)?;
        for note in device.notes() {
            eprintln!("tillmesh: {note}");
        }
        Ok(Self::Opened(Box::new(device)))
    }

    pub(crate) async fn execute(&mut self, command: Command) -> Result<Reply, Failure> {
        match self {
            Self::Running(remote) => Ok(remote.execute(&command).await?),
            Self::Opened(device) => Ok(device.execute(command)?),
        }
    }

    pub(crate) async fn verify(&mut self) -> Result<VerifyReport, Failure> {
        match self {
            Self::Running(remote) => Ok(remote.verify().await?),
            Self::Opened(device) => Ok(device.verify()?),
        }
    }

    /// An orderly end of what was opened here.
    pub(crate) fn close(self) {
        if let Self::Opened(device) = self
            && let Err(error) = device.close()
        {
            tracing::warn!(%error, "the books were not closed in order; the next start folds the rest");
        }
    }
}

/// Random bytes for an id.
pub(crate) fn draw<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the system gives random bytes");
    bytes
}
