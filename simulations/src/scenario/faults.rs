//! What can go wrong, as lines of a scenario and as the world carries them out.

use super::Span;
use serde::{Deserialize, Serialize};

/// A line of a scenario: `kind` says which of the other fields it takes.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FaultLine {
    /// When it begins.
    pub at: Span,
    /// Again and again, with this pause from one beginning to the next.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub every: Option<Span>,
    /// How long it lasts; until the end when not given.
    #[serde(rename = "for", skip_serializing_if = "Option::is_none")]
    pub lasts: Option<Span>,
    /// Which fault.
    pub kind: String,
    /// Whom it meets.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
    /// Several it meets.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub devices: Option<Vec<String>>,
    /// Who still reaches whom.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub islands: Option<Vec<Vec<String>>>,
    /// The ends of a link.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub between: Option<(String, String)>,
    /// How it stops: `power-cut` or `kill`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub how: Option<How>,
    /// At the so many-th operation of the disk from then on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<u64>,
    /// How far a clock jumps.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<Span>,
    /// How long a link is up, and down, in turns.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub period: Option<Span>,
    /// A message takes between these.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latency: Option<(Span, Span)>,
    /// Bytes a second.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bandwidth: Option<u64>,
    /// How many.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<u64>,
    /// Which part.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub part: Option<f64>,
    /// What rots: `books`, `own-log`, `other-log`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<Rot>,
    /// So many of the two fences are set back together with the disk.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fences_set_back: Option<u8>,
    /// Whether the copy takes the fences along, as a whole virtual machine does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub with_fences: Option<bool>,
}

/// How a program stops.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum How {
    /// What was not durable is gone in part.
    #[default]
    PowerCut,
    /// The system keeps what was written.
    Kill,
}

/// What rots.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rot {
    /// The database, which is derived.
    Books,
    /// The device's own log.
    OwnLog,
    /// The log of another device.
    OtherLog,
}

/// What goes wrong. Devices are named, since some come into being in a run.
#[derive(Clone, PartialEq, Debug)]
#[allow(missing_docs)]
pub enum Fault {
    Partition { islands: Vec<Vec<String>> },
    LinkDown { between: (String, String) },
    OneWay { from: String, to: String },
    Flap { between: (String, String), period_ms: u64 },
    SlowLink { between: (String, String), latency: (Span, Span), bandwidth: u64 },
    Crash { device: String, how: How },
    CrashAtOperation { device: String, how: How, operation: u64 },
    DiskFull { device: String },
    SyncError { device: String, operation: u64 },
    WriteError { device: String, operation: u64 },
    BitRot { device: String, file: Rot },
    Image { device: String },
    Restore { device: String, fences_set_back: usize },
    Clone { device: String, with_fences: bool },
    Clock { device: String, by: Span },
    NoInternet { devices: Vec<String> },
    RelayDown,
    RelayBusy { part: f64 },
    RelayLoses { part: f64 },
    RelaySlow { by: Span },
    RelayForgets,
    RelayTwice { part: f64 },
    RelayMixesUp { part: f64 },
    AuthorityRejects { part: f64 },
    AuthorityDown,
    Gone { device: String },
    Byzantine { device: String, per_minute: u64 },
    LaterVersion { device: String },
}

impl Fault {
    /// Every kind, as written in a scenario.
    pub const KINDS: [&'static str; 28] = [
        "partition",
        "link-down",
        "one-way",
        "flap",
        "slow-link",
        "crash",
        "crash-at-operation",
        "disk-full",
        "sync-error",
        "write-error",
        "bit-rot",
        "image",
        "restore",
        "clone",
        "clock",
        "no-internet",
        "relay-down",
        "relay-busy",
        "relay-loses",
        "relay-slow",
        "relay-forgets",
        "relay-twice",
        "relay-mixes-up",
        "authority-rejects",
        "authority-down",
        "gone",
        "byzantine",
        "later-version",
    ];

    /// Its kind, as written in a scenario.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Partition { .. } => "partition",
            Self::LinkDown { .. } => "link-down",
            Self::OneWay { .. } => "one-way",
            Self::Flap { .. } => "flap",
            Self::SlowLink { .. } => "slow-link",
            Self::Crash { .. } => "crash",
            Self::CrashAtOperation { .. } => "crash-at-operation",
            Self::DiskFull { .. } => "disk-full",
            Self::SyncError { .. } => "sync-error",
            Self::WriteError { .. } => "write-error",
            Self::BitRot { .. } => "bit-rot",
            Self::Image { .. } => "image",
            Self::Restore { .. } => "restore",
            Self::Clone { .. } => "clone",
            Self::Clock { .. } => "clock",
            Self::NoInternet { .. } => "no-internet",
            Self::RelayDown => "relay-down",
            Self::RelayBusy { .. } => "relay-busy",
            Self::RelayLoses { .. } => "relay-loses",
            Self::RelaySlow { .. } => "relay-slow",
            Self::RelayForgets => "relay-forgets",
            Self::RelayTwice { .. } => "relay-twice",
            Self::RelayMixesUp { .. } => "relay-mixes-up",
            Self::AuthorityRejects { .. } => "authority-rejects",
            Self::AuthorityDown => "authority-down",
            Self::Gone { .. } => "gone",
            Self::Byzantine { .. } => "byzantine",
            Self::LaterVersion { .. } => "later-version",
        }
    }
}

/// A field that is missing: which, and why it is needed.
pub(super) type Missing = (&'static str, String);

impl FaultLine {
    /// Names of the devices it speaks of, with the field that does.
    pub fn names(&self) -> Vec<(&'static str, &String)> {
        let mut names: Vec<(&'static str, &String)> = Vec::new();
        names.extend(self.device.iter().map(|name| ("device", name)));
        names.extend(self.devices.iter().flatten().map(|name| ("devices", name)));
        names.extend(self.islands.iter().flatten().flatten().map(|name| ("islands", name)));
        if let Some((a, b)) = &self.between {
            names.extend([("between", a), ("between", b)]);
        }
        names
    }

    /// The fault.
    ///
    /// # Errors
    /// The field that is missing for this kind, or wrong.
    pub fn fault(&self) -> Result<Fault, Missing> {
        let needs = |field| (field, format!("a fault of kind “{}” needs `{field}`", self.kind));
        let device = || self.device.clone().ok_or_else(|| needs("device"));
        let between = || self.between.clone().ok_or_else(|| needs("between"));
        let operation = || self.operation.ok_or_else(|| needs("operation"));
        let part = || self.part.ok_or_else(|| needs("part"));
        Ok(match self.kind.as_str() {
            "partition" => {
                Fault::Partition { islands: self.islands.clone().ok_or_else(|| needs("islands"))? }
            }
            "link-down" => Fault::LinkDown { between: between()? },
            "one-way" => {
                let (from, to) = between()?;
                Fault::OneWay { from, to }
            }
            "flap" => Fault::Flap {
                between: between()?,
                period_ms: self.period.ok_or_else(|| needs("period"))?.as_ms().max(100),
            },
            "slow-link" => Fault::SlowLink {
                between: between()?,
                latency: self.latency.ok_or_else(|| needs("latency"))?,
                bandwidth: self.bandwidth.unwrap_or_default(),
            },
            "crash" => Fault::Crash { device: device()?, how: self.how.unwrap_or_default() },
            "crash-at-operation" => Fault::CrashAtOperation {
                device: device()?,
                how: self.how.unwrap_or_default(),
                operation: operation()?,
            },
            "disk-full" => Fault::DiskFull { device: device()? },
            "sync-error" => Fault::SyncError { device: device()?, operation: operation()? },
            "write-error" => Fault::WriteError { device: device()?, operation: operation()? },
            "bit-rot" => {
                Fault::BitRot { device: device()?, file: self.file.ok_or_else(|| needs("file"))? }
            }
            "image" => Fault::Image { device: device()? },
            "restore" => {
                let fences = self.fences_set_back.ok_or_else(|| needs("fences_set_back"))?;
                Fault::Restore { device: device()?, fences_set_back: usize::from(fences.min(2)) }
            }
            "clone" => Fault::Clone {
                device: device()?,
                with_fences: self.with_fences.unwrap_or_default(),
            },
            "clock" => Fault::Clock { device: device()?, by: self.by.ok_or_else(|| needs("by"))? },
            "no-internet" => Fault::NoInternet {
                devices: match (&self.devices, &self.device) {
                    (Some(devices), _) => devices.clone(),
                    (None, Some(device)) => vec![device.clone()],
                    (None, None) => return Err(needs("devices")),
                },
            },
            "relay-down" => Fault::RelayDown,
            "relay-busy" => Fault::RelayBusy { part: part()? },
            "relay-loses" => Fault::RelayLoses { part: part()? },
            "relay-slow" => Fault::RelaySlow { by: self.by.ok_or_else(|| needs("by"))? },
            "relay-forgets" => Fault::RelayForgets,
            "relay-twice" => Fault::RelayTwice { part: part()? },
            "relay-mixes-up" => Fault::RelayMixesUp { part: part()? },
            "authority-rejects" => Fault::AuthorityRejects { part: part()? },
            "authority-down" => Fault::AuthorityDown,
            "gone" => Fault::Gone { device: device()? },
            "byzantine" => {
                Fault::Byzantine { device: device()?, per_minute: self.count.unwrap_or(6) }
            }
            "later-version" => Fault::LaterVersion { device: device()? },
            other => {
                let kinds = Fault::KINDS.join(", ");
                return Err(("kind", format!("“{other}” is no kind of fault; use one of {kinds}")));
            }
        })
    }
}
