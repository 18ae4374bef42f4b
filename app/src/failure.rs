//! How a command ends when it does not end well: a sentence that says what to
//! do, and an exit code that scripts can tell apart.

use std::process::ExitCode;
use till_host::remote::RemoteError;
use till_host::{BackupError, FolderError, HostError, OpenError};
use till_node::command::CommandError;

/// Why a command failed.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Wrong use: the input, the folder, the address. Exit code 2.
    Usage(String),
    /// Something was found wrong or did not work. Exit code 1.
    Trouble(String),
}

impl Failure {
    pub(crate) fn exit_code(&self) -> ExitCode {
        match self {
            Self::Usage(_) => ExitCode::from(2),
            Self::Trouble(_) => ExitCode::from(1),
        }
    }

    pub(crate) fn tell(&self) {
        let (Self::Usage(text) | Self::Trouble(text)) = self;
        eprintln!("tillmesh: {text}");
    }
}

impl From<CommandError> for Failure {
    fn from(error: CommandError) -> Self {
        match &error {
            CommandError::Wrong(_)
            | CommandError::NotFound(_)
            | CommandError::NoNumbers(_)
            | CommandError::NotAllowed(_)
            | CommandError::Login(_) => Self::Usage(error.to_string()),
            CommandError::Storage(_) | CommandError::Busy => Self::Trouble(error.to_string()),
        }
    }
}

impl From<RemoteError> for Failure {
    fn from(error: RemoteError) -> Self {
        match error {
            RemoteError::Command(error) => error.into(),
            other => Self::Trouble(other.to_string()),
        }
    }
}

impl From<FolderError> for Failure {
    fn from(error: FolderError) -> Self {
        match error {
            FolderError::Io { .. } | FolderError::Damaged { .. } => {
                Self::Trouble(error.to_string())
            }
            _ => Self::Usage(error.to_string()),
        }
    }
}

impl From<BackupError> for Failure {
    fn from(error: BackupError) -> Self {
        Self::Trouble(error.to_string())
    }
}

impl From<OpenError> for Failure {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::Folder(error) => error.into(),
            OpenError::Found(error) => error.into(),
            other => Self::Trouble(other.to_string()),
        }
    }
}

impl From<HostError> for Failure {
    fn from(error: HostError) -> Self {
        match error {
            HostError::Open(error) => error.into(),
            HostError::Folder(error) => error.into(),
            HostError::Net(_) | HostError::Address(_) | HostError::Relay(_) => {
                Self::Usage(error.to_string())
            }
            HostError::Thread(_) | HostError::Stopped => Self::Trouble(error.to_string()),
        }
    }
}

/// What a shell gives for a program that wrote into a closed pipe: 128 + SIGPIPE.
const NOBODY_READS: i32 = 141;

/// `tillmesh … | head` is no fault of ours: when the reader of the output has
/// gone, the program ends and tells nothing. What was to be kept is on the disk
/// before anything is printed.
pub(crate) fn end_quietly_when_nobody_reads() {
    let told = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        // How `println!` says it; there is no other sign of it.
        let nobody_reads = panic.payload_as_str().is_some_and(|text| {
            text.starts_with("failed printing to stdout") && text.contains("Broken pipe")
        });
        if nobody_reads {
            std::process::exit(NOBODY_READS);
        }
        told(panic);
    }));
}
