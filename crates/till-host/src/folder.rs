//! A device's data folder: its key, who it is, and where it found others.
//!
//! ```text
//! device.key     the signing key; never in a backup, never exported
//! next.key       the key that the device goes on under once it is let in again
//! device.json    shop, name, addresses, relay: what a person may look at
//! stopped.json   why nothing may be signed with the key any more
//! invites.json   invites given out and not used
//! api.json       address and token of the running instance, while it runs
//! logs/          the truth
//! print/         tickets that wait for their printer
//! books.redb     derived; may be deleted
//! ```

use crate::clock::draw;
use crate::fences;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use till_log::SigningKey;
use till_node::command::CommandError;
use till_node::{Founding, OpenInvite};
use till_schema::{Currency, LogId, ShopId};
use till_shop::recovery::{self, WordLanguage};
use till_store::{DataLock, LockError, synced_folder};

const KEY: &str = "device.key";
const NEXT_KEY: &str = "next.key";
const STOPPED: &str = "stopped.json";
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
    /// Who let this device in.
    #[serde(default)]
    pub sponsor: Option<LogId>,
    /// Whether the shop has let this device in; a restored backup waits for it.
    #[serde(default = "yes")]
    pub enrolled: bool,
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

impl DeviceFile {
    pub(crate) fn new(name: &str, shop: ShopId, founder: LogId) -> Self {
        Self {
            format: 1,
            name: name.to_owned(),
            shop,
            founder,
            sponsor: None,
            enrolled: true,
            listen: Vec::new(),
            relay: None,
            relay_key: None,
            addresses: BTreeMap::new(),
        }
    }
}

fn yes() -> bool {
    true
}

/// What `stopped.json` says.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
struct Stopped {
    why: String,
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
    /// Language of the recovery words.
    pub words: WordLanguage,
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
    /// The code is none, or the wrong one.
    #[error(transparent)]
    Code(#[from] till_node::CodeError),
    /// The inviter could not be asked.
    #[error("could not join: {0}")]
    Join(#[from] till_net::JoinError),
    /// The inviter said no.
    #[error("the other device refused: {0}")]
    Refused(String),
    /// Nothing outside of the folder can remember how far the device came.
    #[error("no fence can be written: {0}")]
    Fence(#[from] till_store::fence::FenceError),
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
    /// entries are written when the device is opened with the result. The words
    /// are for paper: they are kept nowhere.
    ///
    /// # Errors
    /// When there is a shop already or the input is wrong.
    pub fn create(&self, new: &NewShop) -> Result<(Founding, String), FolderError> {
        if Self::has_shop(&self.root) {
            return Err(FolderError::Taken(self.root.clone()));
        }
        let entropy = draw();
        let founding = Founding {
            nonce: draw(),
            shop_name: new.shop_name.clone(),
            device_name: new.device_name.clone(),
            currency: new.currency,
            country: "generic".to_owned(),
            tax_id: new.tax_id.clone(),
            prefix: new.prefix.clone(),
            numbers: new.numbers,
            recovery_key: Some(recovery::public(&entropy)),
        };
        founding.check()?;
        let me = log_of(&self.make_key(KEY)?);
        fences::begin(me)?;
        self.write_device(&DeviceFile::new(&new.device_name, founding.shop_id(me), me))?;
        Ok((founding, recovery::phrase(&entropy, new.words)))
    }

    /// Takes back a [`Folder::create`] whose first entries could not be written.
    pub fn uncreate(&self) {
        let _ = fs::remove_file(self.root.join(DEVICE));
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
        self.read_key(KEY)
    }

    /// The key of this device, or of the next it will be.
    pub(crate) fn joining_key(&self, again: bool) -> Result<SigningKey, FolderError> {
        self.make_key(if again { NEXT_KEY } else { KEY })
    }

    /// The next key becomes the key; the old one is gone for good.
    pub(crate) fn take_next_key(&self) -> Result<(), FolderError> {
        let (next, path) = (self.root.join(NEXT_KEY), self.root.join(KEY));
        fs::rename(next, &path)
            .and_then(|()| File::open(&self.root)?.sync_all())
            .map_err(|source| FolderError::Io { path, source })
    }

    /// Why nothing may be signed with the key any more.
    pub(crate) fn stopped(&self) -> Result<Option<String>, FolderError> {
        Ok(self.read_json::<Stopped>(STOPPED)?.map(|stopped| stopped.why))
    }

    pub(crate) fn write_stopped(&self, why: &str) -> Result<(), FolderError> {
        self.write_json(STOPPED, &Stopped { why: why.to_owned() })
    }

    /// The device goes on under another key: what was said of the old one, and
    /// what was folded for it, does not hold.
    pub(crate) fn clear_stopped(&self) -> Result<(), FolderError> {
        for name in [STOPPED, INVITES, till_store::BOOKS_FILE] {
            let path = self.root.join(name);
            match fs::remove_file(&path) {
                Err(source) if source.kind() != io::ErrorKind::NotFound => {
                    return Err(FolderError::Io { path, source });
                }
                Ok(()) | Err(_) => {}
            }
        }
        Ok(())
    }

    fn read_key(&self, name: &str) -> Result<SigningKey, FolderError> {
        let path = self.root.join(name);
        let bytes =
            fs::read(&path).map_err(|source| FolderError::Io { path: path.clone(), source })?;
        let seed = data_encoding::HEXLOWER_PERMISSIVE
            .decode(bytes.trim_ascii())
            .ok()
            .and_then(|seed| <[u8; 32]>::try_from(seed).ok())
            .ok_or_else(|| FolderError::Damaged { path, why: "not a key".to_owned() })?;
        Ok(SigningKey::from_bytes(&seed))
    }

    /// A key of the folder, drawn when there is none.
    fn make_key(&self, name: &str) -> Result<SigningKey, FolderError> {
        if self.root.join(name).exists() {
            return self.read_key(name);
        }
        let seed: [u8; 32] = draw();
        let text = data_encoding::HEXLOWER.encode(&seed);
        self.write_file(name, text.as_bytes())?;
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
