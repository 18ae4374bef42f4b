//! What a person should do about a stock of numbers.

/// A stock of numbers and who could add to it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Stock<'a> {
    /// Numbers the device may issue today.
    pub held: u64,
    /// Its low-water mark, [`crate::Marks::low`].
    pub low: u64,
    /// How long they last, [`crate::days_left`].
    pub days_left: Option<u32>,
    /// The name of the device that mints; `None` when this one does.
    pub custodian: Option<&'a str>,
    /// Whether another device can be reached now.
    pub has_peers: bool,
}

/// One sentence that says what to do; empty when nothing has to be done.
pub fn advice(stock: Stock<'_>) -> String {
    if stock.held >= stock.low {
        return String::new();
    }
    let left = match (stock.held, stock.days_left) {
        (0, _) => "no numbers left".to_owned(),
        (1, _) => "1 number left".to_owned(),
        (held, None | Some(6..)) => format!("{held} numbers left"),
        (held, Some(0)) => format!("{held} numbers left, less than a day"),
        (held, Some(1)) => format!("{held} numbers left, about 1 day"),
        (held, Some(days)) => format!("{held} numbers left, about {days} days"),
    };
    let remedy = match (stock.custodian, stock.has_peers) {
        (None, _) => "import a new resolution".to_owned(),
        (Some(name), true) => format!("ask “{name}” or the owner for more"),
        (Some(name), false) => {
            format!("connect to “{name}” or another register, or ask the owner for more")
        }
    };
    format!("{left}: {remedy}")
}
