//! A device's data folder: its key, who it is, and where it found others.
//!
//! ```text
//! device.key     the signing key; never in a backup, never exported
//! device.json    shop, name, addresses, relay: what a person may look at
//! invites.json   invites given out and not used
//! api.json       address and token of the running instance, while it runs
//! logs/          the truth
//! books.redb     derived; may be deleted
//! ```

use crate::clock::draw;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use till_log::SigningKey;
use till_node::command::CommandError;
use till_node::{Founding, OpenInvite, read_invite};
use till_schema::message::{JoinAnswer, JoinRequest, join_proof};
use till_schema::{Currency, LogId, ShopId};
use till_store::{DataLock, LockError, synced_folder};

const KEY: &str = "device.key";
const DEVICE: &str = "device.json";
const INVITES: &str = "invites.json";

/// What `device.json` says.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct DeviceFile {
    /// Layout of the data folder.
    pub format: u32,
    /// The device's name when it joined.
    pub name: String,
    /// The shop.
    pub shop: ShopId,
    /// The log of its administration.
    pub founder: LogId,
    /// Where this device listens, as last used.
    #[serde(default)]
    pub listen: Vec<String>,
    /// The relay's address.
    #[serde(default)]
    pub relay: Option<String>,
    /// The relay's public key; answers under another key are not believed.
    #[serde(default)]
    pub relay_key: Option<String>,
    /// Where other devices were reached.
    #[serde(default)]
    pub addresses: BTreeMap<LogId, Vec<String>>,
}

/// What a new shop is made of.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewShop {
    /// The shop's name.
    pub shop_name: String,
    /// The founding device's name.
    pub device_name: String,
    /// Currency of the books.
    pub currency: Currency,
    /// The issuer's tax id.
    pub tax_id: String,
    /// Prefix of the first number space.
    pub prefix: String,
    /// First and last number.
    pub numbers: (u64, u64),
}

/// How a device joins.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Join {
    /// The invite's text.
    pub invite: String,
    /// The name the device gives itself.
    pub device_name: String,
}

/// Why a data folder can't be used.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// Another program has it.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// No shop in it.
    #[error("there is no shop in {0}; run `tillmesh shop create` or `tillmesh shop join` first")]
    NoShop(PathBuf),
    /// A shop in it already.
    #[error("{0} holds a device of a shop already; choose another folder with --data")]
    Taken(PathBuf),
    /// A file that cannot be read or written.
    #[error("cannot use {path}: {source}; check the disk and the folder's permissions")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file that makes no sense.
    #[error("{path} is damaged ({why}); restore the file or enrol the device anew")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// A folder that is copied behind the program's back.
    #[error(
        "{path} is inside a {service} folder; its copies would use fiscal numbers twice. Choose a folder on this machine's own disk"
    )]
    Synced {
        /// The folder.
        path: PathBuf,
        /// The service.
        service: &'static str,
    },
    /// Wrong input.
    #[error(transparent)]
    Command(#[from] CommandError),
    /// The text is no invite.
    #[error(transparent)]
    Invite(#[from] till_node::InviteError),
    /// The inviter could not be asked.
    #[error("could not join: {0}")]
    Join(#[from] till_net::JoinError),
    /// The inviter said no.
    #[error("the other device refused: {0}")]
    Refused(String),
}

/// A locked data folder.
#[derive(Debug)]
pub struct Folder {
    root: PathBuf,
    _lock: DataLock,
}

impl Folder {
    /// Locks a data folder, making it when it is missing.
    ///
    /// # Errors
    /// When another program has it or it lies where copies are made of it.
    pub fn lock(root: &Path) -> Result<Self, FolderError> {
        if let Some(service) = synced_folder(root) {
            return Err(FolderError::Synced { path: root.to_path_buf(), service });
        }
        let lock = DataLock::acquire(root)?;
        Ok(Self { root: root.to_path_buf(), _lock: lock })
    }

    /// Where it is.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Whether a folder holds a device of a shop.
    pub fn has_shop(root: &Path) -> bool {
        root.join(DEVICE).exists()
    }

    /// Makes this folder the founding device of a new shop. The shop's first
    /// entries are written when the device is opened with the result.
    ///
    /// # Errors
    /// When there is a shop already or the input is wrong.
    pub fn create(&self, new: &NewShop) -> Result<Founding, FolderError> {
        if Self::has_shop(&self.root) {
            return Err(FolderError::Taken(self.root.clone()));
        }
        let founding = Founding {
            nonce: draw(),
            shop_name: new.shop_name.clone(),
            device_name: new.device_name.clone(),
            currency: new.currency,
            country: "generic".to_owned(),
            tax_id: new.tax_id.clone(),
            prefix: new.prefix.clone(),
            numbers: new.numbers,
        };
        founding.check()?;
        let me = log_of(&self.make_key()?);
        self.write_device(&DeviceFile {
            format: 1,
            name: new.device_name.clone(),
            shop: founding.shop_id(me),
            founder: me,
            listen: Vec::new(),
            relay: None,
            relay_key: None,
            addresses: BTreeMap::new(),
        })?;
        Ok(founding)
    }

    /// Takes back a [`Folder::create`] whose first entries could not be written.
    pub fn uncreate(&self) {
        let _ = fs::remove_file(self.root.join(DEVICE));
    }

    /// Asks the inviting device to be let in, and keeps what it answers.
    ///
    /// # Errors
    /// When the invite is no invite, or the inviter can't be reached or refuses.
    pub async fn join(&self, join: &Join) -> Result<DeviceFile, FolderError> {
        if Self::has_shop(&self.root) {
            return Err(FolderError::Taken(self.root.clone()));
        }
        let invite = read_invite(&join.invite)?;
        let key = self.make_key()?;
        let me = log_of(&key);
        let request = till_schema::to_bytes(&JoinRequest {
            invite: invite.id,
            proof: join_proof(&invite.secret, invite.inviter, me),
            name: join.device_name.clone(),
        });
        let answer =
            till_net::join(key.to_bytes(), &invite.addresses, invite.inviter, request).await?;
        let answer: JoinAnswer = till_schema::from_bytes(&answer)
            .map_err(|_| FolderError::Refused("its answer cannot be read".to_owned()))?;
        let welcome = match answer {
            JoinAnswer::Welcome(welcome) => welcome,
            JoinAnswer::Refused(why) => return Err(FolderError::Refused(why)),
        };
        if welcome.shop != invite.shop {
            return Err(FolderError::Refused("it is in another shop than the invite".to_owned()));
        }
        let mut addresses: BTreeMap<LogId, Vec<String>> = welcome.addresses.into_iter().collect();
        addresses.insert(invite.inviter, invite.addresses);
        addresses.remove(&me);
        let device = DeviceFile {
            format: 1,
            name: join.device_name.clone(),
            shop: welcome.shop,
            founder: welcome.founder,
            listen: Vec::new(),
            relay: None,
            relay_key: None,
            addresses,
        };
        self.write_device(&device)?;
        Ok(device)
    }

    /// The device's description.
    ///
    /// # Errors
    /// When there is none or it is damaged.
    pub fn device(&self) -> Result<DeviceFile, FolderError> {
        match self.read_json(DEVICE)? {
            Some(device) => Ok(device),
            None => Err(FolderError::NoShop(self.root.clone())),
        }
    }

    /// Replaces the device's description.
    ///
    /// # Errors
    /// When the disk refuses; the old one is still there.
    pub fn write_device(&self, device: &DeviceFile) -> Result<(), FolderError> {
        self.write_json(DEVICE, device)
    }

    pub(crate) fn invites(&self) -> Result<Vec<OpenInvite>, FolderError> {
        Ok(self.read_json(INVITES)?.unwrap_or_default())
    }

    pub(crate) fn write_invites(&self, invites: &[OpenInvite]) -> Result<(), FolderError> {
        self.write_json(INVITES, &invites)
    }

    pub(crate) fn key(&self) -> Result<SigningKey, FolderError> {
        let path = self.root.join(KEY);
        let bytes =
            fs::read(&path).map_err(|source| FolderError::Io { path: path.clone(), source })?;
        let seed = data_encoding::HEXLOWER_PERMISSIVE
            .decode(bytes.trim_ascii())
            .ok()
            .and_then(|seed| <[u8; 32]>::try_from(seed).ok())
            .ok_or_else(|| FolderError::Damaged { path, why: "not a key".to_owned() })?;
        Ok(SigningKey::from_bytes(&seed))
    }

    /// The folder's key, drawn when there is none.
    fn make_key(&self) -> Result<SigningKey, FolderError> {
        if self.root.join(KEY).exists() {
            return self.key();
        }
        let seed: [u8; 32] = draw();
        let text = data_encoding::HEXLOWER.encode(&seed);
        self.write_file(KEY, text.as_bytes())?;
        Ok(SigningKey::from_bytes(&seed))
    }

    fn read_json<T: for<'a> Deserialize<'a>>(&self, name: &str) -> Result<Option<T>, FolderError> {
        let path = self.root.join(name);
        match fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes)
                .map(Some)
                .map_err(|error| FolderError::Damaged { path, why: error.to_string() }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(FolderError::Io { path, source }),
        }
    }

    fn write_json<T: Serialize>(&self, name: &str, value: &T) -> Result<(), FolderError> {
        let bytes = serde_json::to_vec_pretty(value).expect("plain data writes as JSON");
        self.write_file(name, &bytes)
    }

    fn write_file(&self, name: &str, bytes: &[u8]) -> Result<(), FolderError> {
        Self::write_beside(&self.root, name, bytes)
    }

    /// Whole or not at all: a new file, synced, then renamed over the old one.
    pub(crate) fn write_beside(root: &Path, name: &str, bytes: &[u8]) -> Result<(), FolderError> {
        let path = root.join(name);
        let write = || -> io::Result<()> {
            let next = root.join(format!("{name}.new"));
            let mut options = File::options();
            options.write(true).create(true).truncate(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            let mut file = options.open(&next)?;
            file.write_all(bytes)?;
            file.sync_all()?;
            fs::rename(&next, &path)?;
            File::open(root)?.sync_all()
        };
        write().map_err(|source| FolderError::Io { path: path.clone(), source })
    }
}

pub(crate) fn log_of(key: &SigningKey) -> LogId {
    LogId(key.verifying_key().to_bytes())
}
