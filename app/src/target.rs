//! Where a command runs: in the instance that is running on the data folder,
//! or here, on the files, when none is.

use crate::cli::Globals;
use crate::failure::Failure;
use std::path::Path;
use till_host::proof::NumberProof;
use till_host::remote::Remote;
use till_host::{Device, Folder, Surroundings, VerifyReport};
use till_node::command::{Acting, Command, Reply, Token};

/// The device a command is for, and on whose word.
pub(crate) struct Target {
    place: Place,
    acting: Acting,
}

enum Place {
    /// Running in another process.
    Running(Remote),
    /// Opened here, without a network.
    Opened(Box<Device>),
}

impl Target {
    pub(crate) async fn open(folder: &Path) -> Result<Self, Failure> {
        let acting = Acting::default();
        if let Some(remote) = Remote::find(folder).await {
            return Ok(Self { place: Place::Running(remote), acting });
        }
        if !Folder::has_shop(folder) {
            return Err(till_host::FolderError::NoShop(folder.to_path_buf()).into());
        }
        let device = Device::open(Folder::lock(folder)?, Surroundings::default())?;
        for note in device.notes() {
            eprintln!("tillmesh: {note}");
        }
        Ok(Self { place: Place::Opened(Box::new(device)), acting })
    }

    /// Logs in whoever the options name.
    pub(crate) async fn act_as(&mut self, globals: &Globals) -> Result<(), Failure> {
        if let Some(name) = globals.user.clone() {
            let pin = pin_of(&name, globals.pin.as_ref())?;
            self.acting.session = self.token(Command::Login { name, pin }).await?;
        }
        if let Some(name) = globals.approve_user.clone() {
            let pin = pin_of(&name, globals.approve_pin.as_ref())?;
            self.acting.approval = self.token(Command::Approve { name, pin }).await?;
        }
        Ok(())
    }

    async fn token(&mut self, command: Command) -> Result<Option<Token>, Failure> {
        match self.execute(command).await? {
            Reply::Session(session) => Ok(session.token),
            _ => Err(Failure::Trouble("the device answered something else".to_owned())),
        }
    }

    /// Whether another process runs the device.
    pub(crate) fn is_running(&self) -> bool {
        matches!(self.place, Place::Running(_))
    }

    pub(crate) async fn execute(&mut self, command: Command) -> Result<Reply, Failure> {
        match &mut self.place {
            Place::Running(remote) => Ok(remote.execute_as(&command, self.acting).await?),
            Place::Opened(device) => Ok(device.execute_as(command, self.acting)?),
        }
    }

    pub(crate) async fn verify(&mut self) -> Result<VerifyReport, Failure> {
        match &mut self.place {
            Place::Running(remote) => Ok(remote.verify().await?),
            Place::Opened(device) => Ok(device.verify()?),
        }
    }

    /// The path of one number.
    pub(crate) async fn proof(&mut self, number: &str) -> Result<NumberProof, Failure> {
        match &mut self.place {
            Place::Running(remote) => Ok(remote.proof(number).await?),
            Place::Opened(device) => {
                device.number_proof(number).map_err(|error| Failure::Usage(error.to_string()))
            }
        }
    }

    /// Writes a backup; gives frames and bytes written.
    pub(crate) async fn backup(&mut self, file: &Path) -> Result<(u64, u64), Failure> {
        match &mut self.place {
            Place::Running(remote) => {
                let done = remote.backup(file).await?;
                Ok((done.frames, done.bytes))
            }
            Place::Opened(device) => {
                let done =
                    device.backup(file).map_err(|error| Failure::Trouble(error.to_string()))?;
                Ok((done.frames, done.bytes))
            }
        }
    }

    /// Takes in a bundle that another device wrote.
    pub(crate) async fn carry(&mut self, file: &Path) -> Result<till_host::Carried, Failure> {
        match &mut self.place {
            Place::Running(remote) => Ok(remote.carry(file).await?),
            Place::Opened(device) => {
                let done = device.carry(file).map_err(|error| Failure::Usage(error.to_string()))?;
                Ok(done.0)
            }
        }
    }

    /// An orderly end of what was opened here.
    pub(crate) fn close(self) {
        if let Place::Opened(device) = self.place
            && let Err(error) = device.close()
        {
            tracing::warn!(%error, "the books were not closed in order; the next start folds the rest");
        }
    }
}

fn pin_of(name: &str, given: Option<&String>) -> Result<String, Failure> {
    match given {
        Some(pin) => Ok(pin.clone()),
        None => ask(&format!("PIN of {name}: ")),
    }
}

/// Asks for something on the terminal, or takes a line of the input.
pub(crate) fn ask(prompt: &str) -> Result<String, Failure> {
    eprint!("{prompt}");
    let mut line = String::new();
    let read = std::io::stdin().read_line(&mut line);
    match read {
        Ok(1..) => Ok(line.trim().to_owned()),
        Ok(0) | Err(_) => Err(Failure::Usage(format!("nothing was given for “{}”", prompt.trim()))),
    }
}

/// Random bytes for an id.
pub(crate) fn draw<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the system gives random bytes");
    bytes
}
