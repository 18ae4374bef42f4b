//! The relay's signing key and its file.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write as _},
    path::Path,
};

use data_encoding::HEXLOWER;
use ed25519_dalek::{Signer as _, SigningKey};

use crate::store::sync_dir;

/// Name of the key file in the data folder: the secret seed in hexadecimal, readable by
/// its owner only.
const FILE: &str = "relay.key";

/// The key all receipts of a relay are signed with.
pub(crate) struct RelayKey(SigningKey);

impl RelayKey {
    /// The key that grows from this secret.
    pub(crate) fn from_seed(seed: [u8; 32]) -> Self {
        Self(SigningKey::from_bytes(&seed))
    }

    /// Reads the key of this data folder; `None` when it has none yet.
    pub(crate) fn load(dir: &Path) -> io::Result<Option<Self>> {
        let text = match fs::read_to_string(dir.join(FILE)) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let seed = HEXLOWER
            .decode(text.trim_end().as_bytes())
            .ok()
            .and_then(|bytes| bytes.try_into().ok())
            .ok_or_else(|| {
                io::Error::new(
                    io::ErrorKind::InvalidData,
                    format!("{FILE} is damaged; put it back from a copy"),
                )
            })?;
        Ok(Some(Self::from_seed(seed)))
    }

    /// Makes a new key and stores it durably. The caller holds the data folder's lock.
    pub(crate) fn create(dir: &Path) -> io::Result<Self> {
        let mut seed = [0; 32];
        getrandom::fill(&mut seed).map_err(io::Error::other)?;
        // Written aside and renamed: a crash leaves no key or a whole one.
        let fresh = dir.join(format!("{FILE}.new"));
        if let Err(error) = fs::remove_file(&fresh)
            && error.kind() != io::ErrorKind::NotFound
        {
            return Err(error);
        }
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&fresh)?;
        writeln!(file, "{}", HEXLOWER.encode(&seed))?;
        file.sync_all()?;
        fs::rename(&fresh, dir.join(FILE))?;
        sync_dir(dir)?;
        Ok(Self::from_seed(seed))
    }

    /// The public key, hexadecimal.
    pub(crate) fn public_hex(&self) -> String {
        HEXLOWER.encode(self.0.verifying_key().as_bytes())
    }

    /// The signature over `message`, hexadecimal.
    pub(crate) fn sign_hex(&self, message: &[u8]) -> String {
        HEXLOWER.encode(&self.0.sign(message).to_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_made_once_kept_private_and_refused_when_damaged() {
        let dir = tempfile::tempdir().expect("a folder");
        assert!(RelayKey::load(dir.path()).expect("no key yet").is_none());
        let made = RelayKey::create(dir.path()).expect("a key");
        let read = RelayKey::load(dir.path()).expect("readable").expect("there");
        assert_eq!(made.public_hex(), read.public_hex());

        let file = dir.path().join(FILE);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = fs::metadata(&file).expect("there").permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        fs::write(&file, "half a ke").expect("writable");
        let error = RelayKey::load(dir.path()).err().expect("damaged");
        assert!(error.to_string().contains("relay.key"), "{error}");
    }
}
