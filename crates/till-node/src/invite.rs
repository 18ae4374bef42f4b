//! Letting a device in: a one-time secret, told by text, proven without being
//! told again.

use crate::Node;
use crate::command::{CommandError, JoinView};
use crate::io::{Now, Output};
use crate::job::Job;
use crate::limits::{INVITE_LIFE_MS, INVITES_MAX};
use data_encoding::BASE32_NOPAD;
use rand_core::RngCore;
use serde::{Deserialize, Serialize};
use till_schema::LogId;
use till_schema::body::{Body, DeviceAdd, EndReason, Role};
use till_schema::limits::TEXT_BYTES_MAX;
use till_schema::message::{
    JoinAnswer, JoinAsk, JoinRequest, Replaces, Welcome, check_number, join_proof, replaces_digest,
};

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

/// A device that has proven what it had to.
pub(crate) struct Newcomer {
    pub(crate) log: LogId,
    pub(crate) name: String,
    pub(crate) roles: Vec<Role>,
    pub(crate) replaces: Option<Replaces>,
    pub(crate) check: u32,
}

/// The one answer to whoever proves nothing: it tells nothing either.
pub(crate) const JOIN_REFUSED: &str =
    "the invite was used, has expired, or belongs to another shop; ask for a new one";

impl Node {
    /// Where this device listens, if it may let devices in: they are added in
    /// the log of the one that administers the shop.
    pub(crate) fn may_invite(&self, roles: &[Role]) -> Result<Vec<String>, CommandError> {
        self.administers()?;
        if roles.is_empty() {
            return Err(CommandError::Wrong("an invite needs at least one role".to_owned()));
        }
        let addresses = self.own_addresses();
        if addresses.is_empty() {
            return Err(CommandError::Wrong(
                "this device is not listening on the network; start it with `tillmesh serve` first"
                    .to_owned(),
            ));
        }
        Ok(addresses)
    }

    /// Draws an invite.
    pub(crate) fn invite(&mut self, now: Now, roles: Vec<Role>) -> Result<String, CommandError> {
        let addresses = self.may_invite(&roles)?;
        self.invites.retain(|invite| invite.expires_ms > now.wall_ms);
        if self.invites.len() >= INVITES_MAX {
            return Err(CommandError::Wrong(format!(
                "{INVITES_MAX} invites are open already; use one or wait until they expire"
            )));
        }
        let (mut id, mut secret) = ([0; 8], [0; 16]);
        self.rng.fill_bytes(&mut id);
        self.rng.fill_bytes(&mut secret);
        let expires_ms = now.wall_ms + INVITE_LIFE_MS;
        self.invites.push(OpenInvite { id, secret, roles, expires_ms });
        self.keep_invites(now);
        Ok(to_text(&Invite { shop: self.shop, inviter: self.me, id, secret, addresses }))
    }

    fn keep_invites(&mut self, now: Now) {
        self.out.push(Output::Invites(self.invites.clone()));
        self.tell_join_open(now);
    }

    /// A stranger asks to join.
    pub(crate) fn join_request(
        &mut self,
        now: Now,
        peer: LogId,
        conversation: u64,
        request: &[u8],
        reply: u64,
    ) {
        let admitted = match till_schema::from_bytes(request) {
            Ok(JoinAsk::Invite(request)) => self.prove_invite(now, peer, request),
            Ok(JoinAsk::Code(request)) => {
                let answer = self.code_request(now, peer, conversation, &request.exchange);
                return self.out.push(Output::JoinAnswer { reply, answer });
            }
            Ok(JoinAsk::Confirm(confirm)) => self.code_confirm(now, peer, conversation, confirm),
            Err(_) => Err("the request cannot be read"),
        };
        let admitted = admitted.and_then(|newcomer| self.admit(now, newcomer));
        match admitted {
            Ok((bodies, join)) => self.jobs.push_back(Job::Admit { bodies, join, reply }),
            Err(why) => {
                let answer = JoinAnswer::Refused(why.to_owned());
                self.out.push(Output::JoinAnswer { reply, answer });
            }
        }
    }

    /// One try: an invite that is named is used up, so it cannot be guessed at.
    fn prove_invite(
        &mut self,
        now: Now,
        peer: LogId,
        request: JoinRequest,
    ) -> Result<Newcomer, &'static str> {
        check_name(&request.name)?;
        let index = self
            .invites
            .iter()
            .position(|invite| invite.id == request.invite && invite.expires_ms > now.wall_ms)
            .ok_or(JOIN_REFUSED)?;
        let invite = self.invites.remove(index);
        self.keep_invites(now);
        if join_proof(&invite.secret, self.me, peer) != request.proof {
            return Err(JOIN_REFUSED);
        }
        Ok(Newcomer {
            log: peer,
            name: request.name,
            roles: invite.roles,
            replaces: request.replaces,
            check: check_number(&invite.secret, self.me, peer),
        })
    }

    /// The entries that let a newcomer in. One that takes the place of another
    /// ends that one.
    fn admit(
        &mut self,
        now: Now,
        newcomer: Newcomer,
    ) -> Result<(Vec<Body>, JoinView), &'static str> {
        let Newcomer { log, name, roles, replaces, check } = newcomer;
        check_name(&name)?;
        let name = name.trim().to_owned();
        if self.devices.contains_key(&log) {
            return Err("this device is in the shop already");
        }
        if self.administers().is_err() {
            return Err("another device administers the shop now; ask for an invite there");
        }
        let mut bodies: Vec<Body> = Vec::new();
        let old = match replaces {
            Some(replaces) => Some(self.proven_old(log, &replaces)?),
            None => None,
        };
        let add = DeviceAdd { log, name: name.clone(), roles, replaces: old };
        bodies.push(add.into());
        if let Some(old) = old.filter(|old| self.devices[old].ended.is_none()) {
            bodies.push(self.end_of(old, EndReason::RolledBack).into());
        }
        Ok((bodies, JoinView { log, name, check, at_ms: now.wall_ms }))
    }

    /// The device that a newcomer was: its old key says so.
    fn proven_old(&self, new: LogId, replaces: &Replaces) -> Result<LogId, &'static str> {
        let digest = replaces_digest(self.shop, replaces.log, new);
        let signature = ed25519_dalek::Signature::from_bytes(&replaces.signature);
        let proven = ed25519_dalek::VerifyingKey::from_bytes(&replaces.log.0)
            .is_ok_and(|key| key.verify_strict(&digest, &signature).is_ok());
        if !proven || !self.devices.contains_key(&replaces.log) {
            return Err("it does not prove which device it was");
        }
        Ok(replaces.log)
    }

    /// What a device that was let in needs to begin.
    pub(crate) fn welcome(&self, check: u32) -> JoinAnswer {
        JoinAnswer::Welcome(Welcome {
            shop: self.shop,
            founder: self.founder,
            addresses: self.addresses_known(),
            check,
        })
    }
}

fn check_name(name: &str) -> Result<(), &'static str> {
    if name.trim().is_empty() || name.len() > TEXT_BYTES_MAX {
        return Err("give the device a name");
    }
    Ok(())
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
