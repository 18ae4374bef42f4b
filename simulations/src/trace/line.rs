//! An event as a line with fixed columns, to be read by eye and compared.

use super::{Event, EventKind, Trace};
use std::fmt;

impl Event {
    /// The event as a line: moment, device, what happened.
    pub fn line(&self, devices: &[String]) -> String {
        let name = |index: u8| {
            devices.get(usize::from(index)).map_or_else(|| format!("#{index}"), Clone::clone)
        };
        let device = self.device.map(name).unwrap_or_else(|| "·".to_owned());
        let mut text = String::new();
        // Writing to a string does not fail.
        let _ = self.kind.write(&mut text, &name);
        format!("{:>13}  {device:<12}  {text}", moment(self.at_ms))
    }
}

impl Trace {
    /// All events, a line each.
    pub fn lines(&self) -> impl Iterator<Item = String> + '_ {
        self.events.iter().map(|event| event.line(&self.devices))
    }
}

/// A moment of a story: days, hours, minutes, seconds and milliseconds.
fn moment(at_ms: i64) -> String {
    let sign = if at_ms < 0 { "-" } else { "" };
    let ms = at_ms.unsigned_abs();
    let (s, m, h, d) = (ms / 1000 % 60, ms / 60_000 % 60, ms / 3_600_000 % 24, ms / 86_400_000);
    let days = if d > 0 { format!("{d}d") } else { String::new() };
    format!("{sign}{days}{h:02}:{m:02}:{s:02}.{:03}", ms % 1000)
}

impl EventKind {
    fn write(&self, out: &mut impl fmt::Write, name: &dyn Fn(u8) -> String) -> fmt::Result {
        match self {
            Self::Started { start } => write!(out, "start       no. {start}"),
            Self::Stopped { how } => write!(out, "stop        {how}"),
            Self::LinkUp { peer } => write!(out, "link up     {}", name(*peer)),
            Self::LinkDown { peer, why } => write!(out, "link down   {} ({why})", name(*peer)),
            Self::PartitionBegan { islands } => {
                write!(out, "partition  ")?;
                for island in islands {
                    let names: Vec<String> = island.iter().map(|index| name(*index)).collect();
                    write!(out, " [{}]", names.join(", "))?;
                }
                Ok(())
            }
            Self::PartitionEnded => write!(out, "healed"),
            Self::Message { from, kind, bytes, sent_ms } => {
                let from = name(*from);
                write!(out, "message     {kind} from {from}, {bytes} B, sent {}", moment(*sent_ms))
            }
            Self::Appended { log, first, last, hash } => {
                write!(out, "appended    {log} {first}..={last} {hash:016x}")
            }
            Self::Entry { log, seq, kind } => write!(out, "  entry     {log} {seq} {kind}"),
            Self::SaleAcknowledged { order, label, total, repeated, provisional } => {
                let again = if *repeated { " (again)" } else { "" };
                let internal = if *provisional { " (provisional)" } else { "" };
                write!(out, "sold        {label} {total} order {order}{again}{internal}")
            }
            Self::SaleRefused { order, why } => write!(out, "not sold    order {order}: {why}"),
            Self::NumbersMoved { how, to, count } => {
                write!(out, "  numbers   {how}")?;
                count.map_or(Ok(()), |count| write!(out, " {count}"))?;
                to.as_ref().map_or(Ok(()), |to| write!(out, " to {to}"))
            }
            Self::Command { what, answer } => write!(out, "command     {what}: {answer}"),
            Self::ConflictOpened { kind, subject } => {
                write!(out, "  conflict  {kind} {subject} listed")
            }
            Self::ConflictStatus { kind, subject, status } => {
                write!(out, "  conflict  {kind} {subject} is {status}")
            }
            Self::FaultBegan { kind, detail } => write!(out, "fault       {kind} {detail}"),
            Self::FaultEnded { kind } => write!(out, "fault over  {kind}"),
            Self::Quarantined { why } => write!(out, "quarantine  {why}"),
            Self::DocumentForwarded { code, number } => {
                write!(out, "forward     {code} number {number}")
            }
            Self::DocumentAnswered { code, outcome } => {
                write!(out, "relay       {code} {outcome}")
            }
            Self::Refolded => write!(out, "refold"),
            Self::Joined { name } => write!(out, "joined      {name}"),
            Self::Violated { invariant, what } => write!(out, "VIOLATION   {invariant}: {what}"),
            Self::Note { text } => write!(out, "note        {text}"),
        }
    }
}
