//! Commands about people.

use super::parse_percent;
use clap::Subcommand;
use till_schema::body::{Right, UserRole};

#[derive(Debug, Subcommand)]
pub(crate) enum UsersCmd {
    /// List the people and what they may do.
    List,
    /// Make a person, or change one. The first must be an owner.
    Set {
        /// Name.
        name: String,
        /// owner, manager or cashier; its rights replace those before.
        #[arg(long)]
        role: Option<UserRole>,
        /// PIN of 4 to 12 digits for the new or changed person; asked for when
        /// the person is new and it is not given.
        #[arg(long, value_name = "PIN")]
        new_pin: Option<String>,
        /// Another name.
        #[arg(long)]
        rename: Option<String>,
        /// A right to add, such as price-override. Repeat for more.
        #[arg(long, value_name = "RIGHT")]
        allow: Vec<Right>,
        /// A right to take away. Repeat for more.
        #[arg(long, value_name = "RIGHT")]
        deny: Vec<Right>,
        /// Highest discount on a line, in percent.
        #[arg(long, value_parser = parse_percent, value_name = "PERCENT")]
        discount_limit: Option<u32>,
        /// Whether they may log in.
        #[arg(long)]
        active: Option<bool>,
    },
    /// Check a name and PIN.
    Check,
}
