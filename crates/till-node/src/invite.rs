//! Letting a device in: a one-time secret, told by text, proven without being
//! told again.

use crate::Node;
use crate::command::CommandError;
use crate::io::{Now, Output};
use crate::job::Job;
use crate::limits::{INVITE_LIFE_MS, INVITES_MAX};
use data_encoding::BASE32_NOPAD;
use rand_core::RngCore;
use serde::{Deserialize, Serialize};
use till_schema::LogId;
use till_schema::body::{DeviceAdd, Role};
use till_schema::limits::TEXT_BYTES_MAX;
use till_schema::message::{JoinAnswer, JoinRequest, Welcome, join_proof};

pub use till_schema::message::Invite;

/// First letters of an invite's text; tells it from anything else pasted.
const PREFIX: &str = "TILL1-";
/// Bytes of check at the end of the text.
const CHECK_BYTES: usize = 4;

/// An invite that has not been used, as the inviting device keeps it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct OpenInvite {
    /// Which, public.
    pub id: [u8; 8],
    /// The secret.
    pub secret: [u8; 16],
    /// What the device may do.
    pub roles: Vec<Role>,
    /// Until when it works, Unix ms.
    pub expires_ms: i64,
}

/// Why a text is not an invite.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InviteError {
    /// Something else was pasted.
    #[error("this is not an invite: it should begin with {PREFIX}; copy the whole text")]
    NotAnInvite,
    /// Letters are missing or wrong.
    #[error("the invite is damaged or incomplete; copy the whole text again")]
    Damaged,
}

/// An invite as text to type or paste: base 32, so that it survives any keyboard.
pub(crate) fn to_text(invite: &Invite) -> String {
    let mut bytes = till_schema::to_bytes(invite);
    let check = till_schema::entry::body_hash(&bytes);
    bytes.extend_from_slice(&check[..CHECK_BYTES]);
    format!("{PREFIX}{}", BASE32_NOPAD.encode(&bytes))
}

/// Reads an invite, forgiving spaces, line breaks and lower case.
///
/// # Errors
/// When the text is not a whole invite.
pub fn from_text(text: &str) -> Result<Invite, InviteError> {
    let clean: String =
        text.chars().filter(|letter| !letter.is_whitespace()).collect::<String>().to_uppercase();
    let encoded = clean.strip_prefix(PREFIX).ok_or(InviteError::NotAnInvite)?;
    let bytes = BASE32_NOPAD.decode(encoded.as_bytes()).map_err(|_| InviteError::Damaged)?;
    let split = bytes.len().checked_sub(CHECK_BYTES).ok_or(InviteError::Damaged)?;
    let (body, check) = bytes.split_at(split);
    if till_schema::entry::body_hash(body)[..CHECK_BYTES] != *check {
        return Err(InviteError::Damaged);
    }
    till_schema::from_bytes(body).map_err(|_| InviteError::Damaged)
}

impl Node {
    /// Draws an invite. Only the device that administers the shop may: devices
    /// are added in its log.
    pub(crate) fn invite(&mut self, now: Now, roles: Vec<Role>) -> Result<String, CommandError> {
        if self.me != self.founder {
            return Err(CommandError::NotAllowed(format!(
                "only “{}” can let devices in; make the invite there",
                self.device_name(self.founder)
            )));
        }
        if roles.is_empty() {
            return Err(CommandError::Wrong("an invite needs at least one role".to_owned()));
        }
        self.invites.retain(|invite| invite.expires_ms > now.wall_ms);
        if self.invites.len() >= INVITES_MAX {
            return Err(CommandError::Wrong(format!(
                "{INVITES_MAX} invites are open already; use one or wait until they expire"
            )));
        }
        let addresses = self.own_addresses();
        if addresses.is_empty() {
            return Err(CommandError::Wrong(
                "this device is not listening on the network; start it with `tillmesh serve` first"
                    .to_owned(),
            ));
        }
        let (mut id, mut secret) = ([0; 8], [0; 16]);
        self.rng.fill_bytes(&mut id);
        self.rng.fill_bytes(&mut secret);
        let expires_ms = now.wall_ms + INVITE_LIFE_MS;
        self.invites.push(OpenInvite { id, secret, roles, expires_ms });
        self.out.push(Output::Invites(self.invites.clone()));
        Ok(to_text(&Invite { shop: self.shop, inviter: self.me, id, secret, addresses }))
    }

    /// A stranger asks to join.
    pub(crate) fn join_request(&mut self, now: Now, peer: LogId, request: &[u8], reply: u64) {
        match self.admit(now, peer, request) {
            Ok(body) => self.jobs.push_back(Job::Admit { body, reply }),
            Err(why) => {
                let answer = JoinAnswer::Refused(why.to_owned());
                self.out.push(Output::JoinAnswer { reply, answer });
            }
        }
    }

    fn admit(&mut self, now: Now, peer: LogId, request: &[u8]) -> Result<DeviceAdd, &'static str> {
        let request: JoinRequest =
            till_schema::from_bytes(request).map_err(|_| "the request cannot be read")?;
        if request.name.trim().is_empty() || request.name.len() > TEXT_BYTES_MAX {
            return Err("give the device a name");
        }
        if self.devices.contains_key(&peer) {
            return Err("this device is in the shop already");
        }
        let unknown =
            "the invite was used, has expired, or belongs to another shop; ask for a new one";
        let index = self
            .invites
            .iter()
            .position(|invite| invite.id == request.invite && invite.expires_ms > now.wall_ms)
            .ok_or(unknown)?;
        let proof = join_proof(&self.invites[index].secret, self.me, peer);
        // One try: a wrong proof uses the invite up, so it cannot be guessed at.
        let invite = self.invites.remove(index);
        self.out.push(Output::Invites(self.invites.clone()));
        if proof != request.proof {
            return Err(unknown);
        }
        Ok(DeviceAdd { log: peer, name: request.name.trim().to_owned(), roles: invite.roles })
    }

    /// What a device that was let in needs to begin.
    pub(crate) fn welcome(&self) -> JoinAnswer {
        JoinAnswer::Welcome(Welcome {
            shop: self.shop,
            founder: self.founder,
            addresses: self.addresses_known(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use till_schema::ShopId;

    fn invite() -> Invite {
        Invite {
            shop: ShopId([1; 32]),
            inviter: LogId([2; 32]),
            id: [3; 8],
            secret: [4; 16],
            addresses: vec!["/ip4/192.168.1.20/tcp/4001".into()],
        }
    }

    #[test]
    fn an_invite_survives_a_careless_copy() {
        let text = to_text(&invite());
        let sloppy = format!("  {}\n {} ", &text[..20].to_lowercase(), &text[20..]);
        assert_eq!(from_text(&sloppy), Ok(invite()));
    }

    #[test]
    fn a_wrong_letter_is_noticed() {
        let text = to_text(&invite());
        assert_eq!(from_text("hola"), Err(InviteError::NotAnInvite));
        assert_eq!(from_text(&text[..text.len() - 8]), Err(InviteError::Damaged));
        for at in PREFIX.len()..text.len() {
            let other = if &text[at..=at] == "A" { "B" } else { "A" };
            let wrong = format!("{}{other}{}", &text[..at], &text[at + 1..]);
            assert_ne!(from_text(&wrong), Ok(invite()), "letter {at}");
        }
    }
}
