//! Which printer: `tcp:HOST[:9100]`, `file:PATH` or `dev:PATH`.

use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// The port on which network printers take raw jobs.
const RAW_PORT: u16 = 9100;

/// Where a job goes. Written and read as in the settings.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Printer {
    /// A network printer.
    Tcp {
        /// Its name or address.
        host: String,
        /// Its port.
        port: u16,
    },
    /// A file that grows by each job.
    File(PathBuf),
    /// A device file that is there when the printer is: `/dev/usb/lp0`.
    Device(PathBuf),
}

/// The text names no printer.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("“{text}” is no printer: {why}; write tcp:HOST[:9100], file:PATH or dev:PATH")]
pub struct TargetError {
    text: String,
    why: &'static str,
}

impl Printer {
    /// The same with a path that means the same in any working folder: the job may
    /// be printed by another process.
    ///
    /// # Errors
    /// When the working folder is not known.
    pub fn absolute(self) -> std::io::Result<Self> {
        Ok(match self {
            Self::File(path) => Self::File(std::path::absolute(path)?),
            Self::Device(path) => Self::Device(std::path::absolute(path)?),
            tcp @ Self::Tcp { .. } => tcp,
        })
    }
}

impl std::str::FromStr for Printer {
    type Err = TargetError;

    fn from_str(text: &str) -> Result<Self, TargetError> {
        let wrong = |why| TargetError { text: text.to_owned(), why };
        let (kind, rest) =
            text.trim().split_once(':').ok_or_else(|| wrong("it does not say what it is"))?;
        match (kind, rest) {
            ("tcp", rest) => address(rest).map_err(wrong),
            ("file" | "dev", "") => Err(wrong("it has no path")),
            ("file", path) => Ok(Self::File(path.into())),
            ("dev", path) => Ok(Self::Device(path.into())),
            _ => Err(wrong("there is no such kind of printer")),
        }
    }
}

/// `HOST`, `HOST:PORT`, `[V6]` or `[V6]:PORT`.
fn address(text: &str) -> Result<Printer, &'static str> {
    let (host, port) = match text.strip_prefix('[') {
        Some(rest) => {
            let (host, port) = rest.split_once(']').ok_or("its address has no closing bracket")?;
            if host.parse::<std::net::Ipv6Addr>().is_err() {
                return Err("between brackets stands an IPv6 address");
            }
            match port {
                "" => (host, None),
                port => (host, Some(port.strip_prefix(':').ok_or("a port follows a colon")?)),
            }
        }
        None => match text.split_once(':') {
            Some((_, port)) if port.contains(':') => {
                return Err("an IPv6 address stands between brackets");
            }
            Some((host, port)) => (host, Some(port)),
            None => (text, None),
        },
    };
    if host.is_empty() {
        return Err("it has no host");
    }
    if host.contains(|c: char| c.is_whitespace() || c == '/') {
        return Err("its host is neither a name nor an address");
    }
    let port = match port {
        None => RAW_PORT,
        Some(port) => {
            port.parse().ok().filter(|port| *port > 0).ok_or("its port is not 1 to 65535")?
        }
    };
    Ok(Printer::Tcp { host: host.to_owned(), port })
}

impl std::fmt::Display for Printer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Tcp { host, port } if host.contains(':') => write!(f, "tcp:[{host}]:{port}"),
            Self::Tcp { host, port } => write!(f, "tcp:{host}:{port}"),
            Self::File(path) => write!(f, "file:{}", path.display()),
            Self::Device(path) => write!(f, "dev:{}", path.display()),
        }
    }
}

impl From<Printer> for String {
    fn from(printer: Printer) -> Self {
        printer.to_string()
    }
}

impl TryFrom<String> for Printer {
    type Error = TargetError;

    fn try_from(text: String) -> Result<Self, TargetError> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Printer {
        text.parse().expect("a printer")
    }

    #[test]
    fn printers_are_read_and_written_alike() {
        let tcp = |host: &str, port| Printer::Tcp { host: host.to_owned(), port };
        assert_eq!(read("tcp:192.168.1.50"), tcp("192.168.1.50", 9100));
        assert_eq!(read(" tcp:caja.local:9101 "), tcp("caja.local", 9101));
        assert_eq!(read("tcp:[fe80::1]"), tcp("fe80::1", 9100));
        assert_eq!(read("tcp:[fe80::1]:9102"), tcp("fe80::1", 9102));
        assert_eq!(read("file:tickets.bin"), Printer::File("tickets.bin".into()));
        assert_eq!(read("dev:/dev/usb/lp0"), Printer::Device("/dev/usb/lp0".into()));
        for text in ["tcp:a:9100", "tcp:[::1]:9100", "file:a b:c", "dev:/dev/usb/lp1"] {
            assert_eq!(read(text).to_string(), text);
        }
    }

    #[test]
    fn what_is_no_printer_is_said() {
        for (text, why) in [
            ("", "what it is"),
            ("192.168.1.50", "what it is"),
            ("usb:0", "no such kind"),
            ("tcp:", "no host"),
            ("tcp::9100", "no host"),
            ("tcp:a:0", "port"),
            ("tcp:a:70000", "port"),
            ("tcp:a:x", "port"),
            ("tcp:fe80::1", "brackets"),
            ("tcp:[fe80::1", "bracket"),
            ("tcp:[a]:1", "IPv6"),
            ("tcp:[::1]9100", "colon"),
            ("tcp:a b", "neither"),
            ("file:", "no path"),
            ("dev:", "no path"),
        ] {
            let error = text.parse::<Printer>().expect_err(text).to_string();
            assert!(error.contains(why), "{text}: {error}");
            assert!(error.contains("tcp:HOST[:9100]"), "{error}");
        }
    }

    #[test]
    fn a_path_is_made_whole() {
        let Ok(Printer::File(path)) = read("file:tickets.bin").absolute() else {
            panic!("a file stays one");
        };
        assert!(path.is_absolute() && path.ends_with("tickets.bin"));
        assert_eq!(read("tcp:a").absolute().expect("as it is"), read("tcp:a"));
    }
}
