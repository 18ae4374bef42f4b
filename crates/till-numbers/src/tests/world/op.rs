//! What can happen in a world.

/// One thing that happens. Devices, counts and picks are taken modulo what
/// there is, so that any sequence is a history.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::tests) enum Op {
    Sell { device: u8 },
    SellAndCrash { device: u8 },
    Provisional { device: u8 },
    Fiscalise { device: u8 },
    Import { device: u8, renew: bool, size: u8 },
    MoveCustody { device: u8, to: u8 },
    Cede { device: u8, to: u8, count: u8 },
    Grant { device: u8, to: u8 },
    Accept { device: u8, pick: u8 },
    TakeBack { device: u8 },
    Void { device: u8, count: u8 },
    Retire { device: u8 },
    End { device: u8 },
    DeclareLost,
    Assign { to: u8 },
    Send { from: u8, to: u8, log: u8, count: u8 },
    Deliver { pick: u8, again: bool },
    Drop { pick: u8 },
    Sync { from: u8, to: u8 },
    Crash { device: u8 },
    Backup { device: u8 },
    Restore { device: u8, peer: u8 },
    Day,
}

impl Op {
    /// An operation from four bytes; the common ones come up more often.
    pub(in crate::tests) fn decode([kind, a, b, c]: [u8; 4]) -> Self {
        match kind % 54 {
            0..=11 => Self::Sell { device: a },
            12 | 13 => Self::SellAndCrash { device: a },
            14 => Self::Provisional { device: a },
            15 => Self::Fiscalise { device: a },
            16 | 17 => Self::Import { device: a, renew: b % 2 == 0, size: c },
            18 => Self::MoveCustody { device: a, to: b },
            19..=21 => Self::Cede { device: a, to: b, count: c },
            22 | 23 => Self::Grant { device: a, to: b },
            24..=28 => Self::Accept { device: a, pick: b },
            29 | 30 => Self::TakeBack { device: a },
            31 => Self::Void { device: a, count: b },
            32 => Self::Retire { device: if c % 4 == 0 { a } else { 0 } },
            33 => Self::End { device: a },
            34 => Self::DeclareLost,
            35 => Self::Assign { to: a },
            36 | 37 => Self::Send { from: a, to: b, log: c, count: kind },
            38 | 39 => Self::Deliver { pick: a, again: b % 3 == 0 },
            40 => Self::Drop { pick: a },
            41..=44 => Self::Sync { from: a, to: b },
            45 => Self::Crash { device: a },
            46..=48 => Self::Backup { device: a },
            49..=51 => Self::Restore { device: a, peer: b },
            _ => Self::Day,
        }
    }
}
