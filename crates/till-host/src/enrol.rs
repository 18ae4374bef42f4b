//! Being let into a shop: by the text of an invite, or by a code of eight digits;
//! for the first time, or again under another key.

use crate::clock::draw;
use crate::fences;
use crate::folder::{DeviceFile, Folder, FolderError, log_of};
use std::collections::BTreeMap;
use till_log::SigningKey;
use till_net::{JoinConversation, connect_join};
use till_node::{CodeJoin, Invite, read_invite};
use till_schema::message::{
    CodeConfirm, CodeRequest, JoinAnswer, JoinAsk, JoinRequest, Replaces, Welcome, check_number,
    join_proof, replaces_digest,
};
use till_schema::{LogId, ShopId};

/// How a device joins.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Join {
    /// What was shown on the inviting device.
    pub by: JoinBy,
    /// The name the device gives itself.
    pub device_name: String,
    /// Whether the folder holds a device that goes on under another key: one
    /// that was set back or copied, or a backup that was restored.
    pub again: bool,
}

/// What the inviting device showed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum JoinBy {
    /// The text of an invite, also read from its QR code.
    Text(String),
    /// Eight digits, and where the device listens.
    Code {
        /// The digits.
        code: String,
        /// `host:port` or a multiaddr.
        addresses: Vec<String>,
    },
}

/// A device that was let in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Joined {
    /// Its description.
    pub device: DeviceFile,
    /// Six digits that the inviting device shows too.
    pub check: u32,
}

impl Folder {
    /// Asks the inviting device to be let in, and keeps what it answers.
    ///
    /// # Errors
    /// When what was shown is wrong, or the inviter can't be reached or refuses.
    /// The folder is then as before.
    pub async fn join(&self, join: &Join) -> Result<Joined, FolderError> {
        let held = Self::has_shop(self.root()).then(|| self.device()).transpose()?;
        if held.as_ref().is_some_and(|device| device.enrolled && !join.again) {
            return Err(FolderError::Taken(self.root().to_path_buf()));
        }
        let old = held.as_ref().filter(|device| device.enrolled);
        let key = self.joining_key(old.is_some())?;
        let me = log_of(&key);
        let old_key = old.map(|_| self.key()).transpose()?;
        let (welcome, sponsor, addresses, check) = match &join.by {
            JoinBy::Text(text) => {
                let invite = read_invite(text)?;
                if let Some(other) = held.as_ref().filter(|device| device.shop != invite.shop) {
                    return Err(other_shop(other));
                }
                by_text(&key, &invite, join, old_key.as_ref()).await?
            }
            JoinBy::Code { code, addresses } => {
                let shop = old.map(|device| device.shop);
                by_code(&key, code, addresses, join, old_key.as_ref().zip(shop)).await?
            }
        };
        if welcome.check != check {
            return Err(FolderError::Refused(
                "its check number is another; somebody may stand in between".to_owned(),
            ));
        }
        if let Some(other) = held.as_ref().filter(|device| device.shop != welcome.shop) {
            return Err(other_shop(other));
        }
        let mut device = held
            .clone()
            .unwrap_or_else(|| DeviceFile::new(&join.device_name, welcome.shop, welcome.founder));
        device.name.clone_from(&join.device_name);
        device.sponsor = Some(sponsor);
        device.enrolled = true;
        let known: BTreeMap<LogId, Vec<String>> = welcome.addresses.into_iter().collect();
        device.addresses.extend(known);
        device.addresses.insert(sponsor, addresses);
        device.addresses.remove(&me);
        fences::begin(me)?;
        if old.is_some() {
            // The new key first: without it the device would be let in for nothing.
            self.take_next_key()?;
            self.clear_stopped()?;
        }
        self.write_device(&device)?;
        Ok(Joined { device, check })
    }
}

fn other_shop(held: &DeviceFile) -> FolderError {
    FolderError::Refused(format!(
        "this folder holds a device of another shop ({}); choose another folder with --data",
        held.shop.short()
    ))
}

/// The old key's word that the new device is the old one.
fn replaces(old: Option<&SigningKey>, shop: ShopId, me: LogId) -> Option<Replaces> {
    let old = old?;
    let log = log_of(old);
    let digest = replaces_digest(shop, log, me);
    Some(Replaces { log, signature: ed25519_dalek::Signer::sign(old, &digest).to_bytes() })
}

type Answered = (Welcome, LogId, Vec<String>, u32);

async fn by_text(
    key: &SigningKey,
    invite: &Invite,
    join: &Join,
    old: Option<&SigningKey>,
) -> Result<Answered, FolderError> {
    let me = log_of(key);
    let request = JoinAsk::Invite(JoinRequest {
        invite: invite.id,
        proof: join_proof(&invite.secret, invite.inviter, me),
        name: join.device_name.clone(),
        replaces: replaces(old, invite.shop, me),
    });
    let mut conversation =
        connect_join(key.to_bytes(), &invite.addresses, Some(invite.inviter)).await?;
    let welcome = match ask(&mut conversation, &request).await? {
        JoinAnswer::Welcome(welcome) if welcome.shop == invite.shop => welcome,
        JoinAnswer::Welcome(_) => {
            return Err(FolderError::Refused("it is in another shop than the invite".to_owned()));
        }
        other => return Err(unexpected(other)),
    };
    let check = check_number(&invite.secret, invite.inviter, me);
    Ok((welcome, invite.inviter, invite.addresses.clone(), check))
}

async fn by_code(
    key: &SigningKey,
    code: &str,
    addresses: &[String],
    join: &Join,
    old: Option<(&SigningKey, ShopId)>,
) -> Result<Answered, FolderError> {
    let me = log_of(key);
    let mut conversation = connect_join(key.to_bytes(), addresses, None).await?;
    let inviter = conversation.peer();
    let (exchange, word) = CodeJoin::begin(code, inviter, me, draw())?;
    let request = JoinAsk::Code(CodeRequest { exchange: word });
    let answer = match ask(&mut conversation, &request).await? {
        JoinAnswer::Code(answer) => answer,
        other => return Err(unexpected(other)),
    };
    let proven = exchange.answered(&answer)?;
    let request = JoinAsk::Confirm(CodeConfirm {
        proof: proven.proof,
        name: join.device_name.clone(),
        replaces: old.and_then(|(old, shop)| replaces(Some(old), shop, me)),
    });
    match ask(&mut conversation, &request).await? {
        JoinAnswer::Welcome(welcome) => {
            let known = addresses.iter().map(|address| till_net::normalize_address(address));
            let known = known.collect::<Result<_, _>>().map_err(till_net::JoinError::from)?;
            Ok((welcome, inviter, known, proven.check))
        }
        other => Err(unexpected(other)),
    }
}

async fn ask(
    conversation: &mut JoinConversation,
    request: &JoinAsk,
) -> Result<JoinAnswer, FolderError> {
    let answer = conversation.ask(till_schema::to_bytes(request)).await?;
    till_schema::from_bytes(&answer)
        .map_err(|_| FolderError::Refused("its answer cannot be read".to_owned()))
}

fn unexpected(answer: JoinAnswer) -> FolderError {
    match answer {
        JoinAnswer::Refused(why) => FolderError::Refused(why),
        JoinAnswer::Welcome(_) | JoinAnswer::Code(_) => {
            FolderError::Refused("it answered something else".to_owned())
        }
    }
}
