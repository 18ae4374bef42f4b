//! The device with its hands: one loop joins the node with its disk, the
//! network, the fiscal relay, the clocks and chance.
//!
//! [`Device`] is the node on real files, without a network: what the command
//! line uses when nothing else is running. [`Host`] adds the network, the relay
//! and the local HTTP API, and is driven through a [`Handle`]: send a command,
//! watch the snapshot.

pub mod api;
mod backup;
mod carry;
mod clock;
mod device;
mod enrol;
mod fences;
mod folder;
mod host;
mod listing;
pub mod printing;
pub mod proof;
pub mod remote;
pub mod snapshot;
mod verify;

pub use backup::BackupError;
pub use carry::{Carried, CarryError};
pub use device::{Device, OpenError, Surroundings};
pub use enrol::{Join, JoinBy, Joined};
pub use folder::{DeviceFile, Folder, FolderError, NewShop};
pub use host::{Handle, Host, HostError, HostOptions, Reach};
pub use listing::{ListedEntry, list_entries};
pub use till_shop::recovery::WordLanguage;
pub use verify::VerifyReport;
