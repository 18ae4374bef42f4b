//! Joining by a code of eight digits, for tills without a camera.
//!
//! SPAKE2 (RFC 9382) makes one strong key of the short code on both sides, so
//! that whoever listens or guesses learns nothing: each guess needs the other
//! side, and there is one. The exchange names both devices' keys, which the
//! connection has proven.

use crate::Node;
use crate::command::{CodeView, CommandError, Reply};
use crate::invite::{JOIN_REFUSED, Newcomer};
use crate::io::{Now, Output};
use crate::limits::{CODE_EXCHANGES_MAX, CODE_LIFE_MS};
use rand_chacha::ChaCha20Rng;
use rand_core::RngCore;
use spake2::{Ed25519Group, Identity, Password, Spake2};
use till_schema::LogId;
use till_schema::body::Role;
use till_schema::message::{CodeAnswer, CodeConfirm, JoinAnswer, check_number, code_proof};

/// Digits of a code.
const DIGITS: usize = 8;
/// Sides of [`code_proof`].
const INVITER: u8 = 0;
const JOINER: u8 = 1;

/// A code shown and not used.
#[derive(Debug)]
pub(crate) struct OpenCode {
    code: String,
    roles: Vec<Role>,
    /// Tick after which it does not work.
    until: u64,
}

/// A joining device that must still prove the key.
#[derive(Debug)]
pub(crate) struct Exchange {
    peer: LogId,
    key: Vec<u8>,
    roles: Vec<Role>,
    until: u64,
}

/// The joining side of an exchange, between its first and its second word.
pub struct CodeJoin {
    state: Spake2<Ed25519Group>,
    inviter: LogId,
    joiner: LogId,
}

/// What the joining side knows once the inviting one has answered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CodeKey {
    /// Proves to the inviting side that this one has the key.
    pub proof: [u8; 32],
    /// The number that both screens show.
    pub check: u32,
}

/// Why a join by code ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CodeError {
    /// Not eight digits.
    #[error("a code has {DIGITS} digits; type the one that the other device shows")]
    NotACode,
    /// The sides did not come to the same key.
    #[error(
        "the code is wrong, or another device answered; show a new code there and type that one"
    )]
    WrongCode,
}

impl CodeJoin {
    /// Begins a join: the first word is to be sent in a `CodeRequest`.
    ///
    /// # Errors
    /// When the text is not a code. Spaces and dashes are forgiven.
    pub fn begin(
        code: &str,
        inviter: LogId,
        joiner: LogId,
        entropy: [u8; 32],
    ) -> Result<(Self, Vec<u8>), CodeError> {
        let code: String = code.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
        if code.len() != DIGITS || !code.bytes().all(|digit| digit.is_ascii_digit()) {
            return Err(CodeError::NotACode);
        }
        let mut rng = <ChaCha20Rng as rand_core::SeedableRng>::from_seed(entropy);
        let (state, word) = Spake2::<Ed25519Group>::start_a_with_rng(
            &Password::new(code.as_bytes()),
            &Identity::new(&joiner.0),
            &Identity::new(&inviter.0),
            OldRng(&mut rng),
        );
        Ok((Self { state, inviter, joiner }, word))
    }

    /// Takes the inviting side's answer.
    ///
    /// # Errors
    /// When it does not know the code: nothing is to be told to it then.
    pub fn answered(self, answer: &CodeAnswer) -> Result<CodeKey, CodeError> {
        let key = self.state.finish(&answer.exchange).map_err(|_| CodeError::WrongCode)?;
        if code_proof(&key, INVITER, self.inviter, self.joiner) != answer.proof {
            return Err(CodeError::WrongCode);
        }
        Ok(CodeKey {
            proof: code_proof(&key, JOINER, self.inviter, self.joiner),
            check: check_number(&key, self.inviter, self.joiner),
        })
    }
}

impl Node {
    /// Shows a code. There is one at a time.
    pub(crate) fn invite_code(
        &mut self,
        now: Now,
        roles: Vec<Role>,
    ) -> Result<Reply, CommandError> {
        let addresses = self.may_invite(&roles)?;
        // Eight digits without bias: what does not fit evenly is drawn again.
        let space = 10u64.pow(DIGITS as u32);
        let number = loop {
            let drawn = self.rng.next_u64();
            if drawn < u64::MAX - u64::MAX % space {
                break drawn % space;
            }
        };
        let code = format!("{number:0DIGITS$}");
        let until = now.tick_ms + CODE_LIFE_MS;
        self.code = Some(OpenCode { code: code.clone(), roles, until });
        self.tell_join_open(now);
        let expires_ms = now.wall_ms.saturating_add_unsigned(CODE_LIFE_MS);
        Ok(Reply::Code(CodeView { code, addresses, expires_ms }))
    }

    /// The first word of a device that joins by code. It uses the code up.
    pub(crate) fn code_request(
        &mut self,
        now: Now,
        peer: LogId,
        conversation: u64,
        word: &[u8],
    ) -> JoinAnswer {
        let refused = JoinAnswer::Refused(JOIN_REFUSED.to_owned());
        self.exchanges.retain(|_, exchange| exchange.until > now.tick_ms);
        if self.exchanges.len() >= CODE_EXCHANGES_MAX {
            return refused;
        }
        let open = self.code.take();
        self.tell_join_open(now);
        let Some(open) = open.filter(|open| open.until > now.tick_ms) else { return refused };
        let (state, exchange) = Spake2::<Ed25519Group>::start_b_with_rng(
            &Password::new(open.code.as_bytes()),
            &Identity::new(&peer.0),
            &Identity::new(&self.me.0),
            OldRng(&mut self.rng),
        );
        let Ok(key) = state.finish(word) else { return refused };
        let proof = code_proof(&key, INVITER, self.me, peer);
        let until = open.until;
        self.exchanges.insert(conversation, Exchange { peer, key, roles: open.roles, until });
        self.tell_join_open(now);
        JoinAnswer::Code(CodeAnswer { exchange, proof })
    }

    /// The second word: who has the key is let in.
    pub(crate) fn code_confirm(
        &mut self,
        now: Now,
        peer: LogId,
        conversation: u64,
        confirm: CodeConfirm,
    ) -> Result<Newcomer, &'static str> {
        let exchange = self.exchanges.remove(&conversation);
        self.tell_join_open(now);
        let exchange = exchange
            .filter(|exchange| exchange.peer == peer && exchange.until > now.tick_ms)
            .ok_or(JOIN_REFUSED)?;
        if code_proof(&exchange.key, JOINER, self.me, peer) != confirm.proof {
            return Err(JOIN_REFUSED);
        }
        Ok(Newcomer {
            log: peer,
            name: confirm.name,
            roles: exchange.roles,
            replaces: confirm.replaces,
            check: check_number(&exchange.key, self.me, peer),
        })
    }

    /// Codes and exchanges end by themselves.
    pub(crate) fn tick_code(&mut self, now: Now) {
        let late = self.code.as_ref().is_some_and(|open| open.until <= now.tick_ms);
        let before = self.exchanges.len();
        self.exchanges.retain(|_, exchange| exchange.until > now.tick_ms);
        if late {
            self.code = None;
        }
        if late || self.exchanges.len() != before {
            self.tell_join_open(now);
        }
    }

    pub(crate) fn code_deadline(&self) -> Option<u64> {
        let exchanges = self.exchanges.values().map(|exchange| exchange.until);
        exchanges.chain(self.code.iter().map(|open| open.until)).min()
    }

    /// Strangers may knock while there is something to prove.
    pub(crate) fn tell_join_open(&mut self, now: Now) {
        let invited = self.invites.iter().any(|invite| invite.expires_ms > now.wall_ms);
        let open = invited || self.code.is_some() || !self.exchanges.is_empty();
        if self.join_open != open {
            self.join_open = open;
            self.out.push(Output::JoinOpen(open));
        }
    }
}

/// The generator behind the traits that the SPAKE2 crate knows.
struct OldRng<'a>(&'a mut ChaCha20Rng);

impl rand_core_06::RngCore for OldRng<'_> {
    fn next_u32(&mut self) -> u32 {
        self.0.next_u32()
    }

    fn next_u64(&mut self) -> u64 {
        self.0.next_u64()
    }

    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        self.0.fill_bytes(bytes);
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), rand_core_06::Error> {
        self.0.fill_bytes(bytes);
        Ok(())
    }
}

impl rand_core_06::CryptoRng for OldRng<'_> {}
