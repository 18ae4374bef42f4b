//! The people of the shop.

use crate::cli::{Globals, UsersCmd};
use crate::failure::Failure;
use crate::target::{Target, ask};
use till_node::command::{Command, Reply, UserDraft};

pub(super) async fn run(
    globals: &Globals,
    command: UsersCmd,
    target: &mut Target,
) -> Result<Reply, Failure> {
    match command {
        UsersCmd::List => target.execute(Command::Users).await,
        UsersCmd::Set { name, role, new_pin, rename, allow, deny, discount_limit, active } => {
            let known = match target.execute(Command::Users).await? {
                Reply::Users(users) => {
                    users.iter().any(|view| view.user.name.eq_ignore_ascii_case(name.trim()))
                }
                _ => false,
            };
            let pin = match new_pin {
                None if !known && role.is_some() => Some(ask(&format!("PIN for {name}: "))?),
                given => given,
            };
            let draft = UserDraft {
                name,
                rename,
                role,
                pin,
                allow,
                deny,
                discount_limit_bp: discount_limit,
                active,
            };
            target.execute(Command::SetUser(draft)).await
        }
        UsersCmd::Check => {
            if globals.user.is_none() {
                return Err(Failure::Usage("say who: --user NAME".to_owned()));
            }
            // Logging in was the check.
            target.execute(Command::Session).await
        }
    }
}
