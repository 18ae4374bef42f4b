//! Addresses as people type them, as they are stored, and as they are dialed.

use crate::bounds::{LOOKUP_ADDRESSES_MAX, LOOKUP_WITHIN};
use libp2p::Multiaddr;
use libp2p::multiaddr::Protocol;
use std::net::{IpAddr, SocketAddr};

/// Why a text is not an address a device can be reached at.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// There is no port.
    #[error("'{0}' has no port; write it like 192.168.1.20:4001")]
    NoPort(String),
    /// The port is not a number from 0 to 65535.
    #[error("the port of '{0}' is not a number from 0 to 65535")]
    Port(String),
    /// The host is neither an IP address nor a host name.
    #[error("the host of '{0}' is neither an IP address nor a host name; IPv6 goes in brackets")]
    Host(String),
    /// A multiaddr that is not an address followed by a TCP port.
    #[error("'{0}' is not of the form /ip4/192.168.1.20/tcp/4001")]
    Multiaddr(String),
    /// A host name where an own IP address is needed.
    #[error("'{0}' is a host name; to listen, write an IP address of this device or 0.0.0.0")]
    NameToListen(String),
}

/// The one spelling under which an address is stored and compared.
///
/// Takes `192.168.1.20:4001`, `[fe80::1]:4001`, `till.example:4001` or a
/// multiaddr (`/ip4|ip6|dns|dns4|dns6/…/tcp/…`, a trailing `/p2p/…` is dropped
/// because the identity of a device is not part of its address) and returns the
/// multiaddr text. Names are kept and looked up at each dial.
///
/// # Errors
/// [`AddressError`] says what is wrong with the text.
pub fn normalize_address(text: &str) -> Result<String, AddressError> {
    parse(text).map(|address| address.to_string())
}

pub(crate) fn parse(text: &str) -> Result<Multiaddr, AddressError> {
    let text = text.trim();
    if text.starts_with('/') {
        return parse_multiaddr(text);
    }
    if let Ok(socket) = text.parse::<SocketAddr>() {
        return Ok(from_socket(socket));
    }
    if text.parse::<IpAddr>().is_ok() {
        return Err(AddressError::NoPort(text.to_owned()));
    }
    let (host, port) =
        text.rsplit_once(':').ok_or_else(|| AddressError::NoPort(text.to_owned()))?;
    let port: u16 = port.parse().map_err(|_| AddressError::Port(text.to_owned()))?;
    if !is_host_name(host) {
        return Err(AddressError::Host(text.to_owned()));
    }
    let host = host.to_ascii_lowercase();
    Ok(Multiaddr::empty().with(Protocol::Dns(host.into())).with(Protocol::Tcp(port)))
}

fn parse_multiaddr(text: &str) -> Result<Multiaddr, AddressError> {
    let wrong = || AddressError::Multiaddr(text.to_owned());
    let address: Multiaddr = text.parse().map_err(|_| wrong())?;
    let mut parts = address.iter();
    let host = parts.next().ok_or_else(wrong)?;
    let named = match &host {
        Protocol::Ip4(_) | Protocol::Ip6(_) => true,
        Protocol::Dns(name) | Protocol::Dns4(name) | Protocol::Dns6(name) => is_host_name(name),
        _ => false,
    };
    let port = parts.next().ok_or_else(wrong)?;
    let rest_is_identity = match parts.next() {
        None => true,
        Some(Protocol::P2p(_)) => parts.next().is_none(),
        Some(_) => false,
    };
    if !named || !matches!(port, Protocol::Tcp(_)) || !rest_is_identity {
        return Err(wrong());
    }
    Ok(Multiaddr::empty().with(host).with(port))
}

/// Letters, digits, dots and hyphens; a name of digits and dots alone is a
/// mistyped IPv4 address.
fn is_host_name(host: &str) -> bool {
    (1..=253).contains(&host.len())
        && host.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'.')
        && host.bytes().any(|b| b.is_ascii_alphabetic())
        && host.split('.').all(|label| !label.is_empty() && label.len() <= 63)
}

pub(crate) fn from_socket(socket: SocketAddr) -> Multiaddr {
    Multiaddr::from(socket.ip()).with(Protocol::Tcp(socket.port()))
}

/// The socket address of a literal; `None` for a name.
pub(crate) fn to_socket(address: &Multiaddr) -> Option<SocketAddr> {
    let mut parts = address.iter();
    let ip: IpAddr = match parts.next()? {
        Protocol::Ip4(ip) => ip.into(),
        Protocol::Ip6(ip) => ip.into(),
        _ => return None,
    };
    match parts.next()? {
        Protocol::Tcp(port) => Some(SocketAddr::new(ip, port)),
        _ => None,
    }
}

/// The source of an inbound connection, as the door counts it.
pub(crate) fn source_ip(address: &Multiaddr) -> Option<IpAddr> {
    to_socket(address).map(|socket| socket.ip())
}

/// Replaces host names by what they stand for now. Names that cannot be looked
/// up in time are left out; the next round tries again.
pub(crate) async fn resolve(addresses: Vec<Multiaddr>) -> Vec<Multiaddr> {
    let mut found = Vec::new();
    let lookups = addresses.into_iter().map(|address| async move {
        if to_socket(&address).is_some() {
            return vec![address];
        }
        let mut parts = address.iter();
        let (Some(host), Some(Protocol::Tcp(port))) = (parts.next(), parts.next()) else {
            return Vec::new();
        };
        let (name, want_v4, want_v6) = match &host {
            Protocol::Dns(name) => (name, true, true),
            Protocol::Dns4(name) => (name, true, false),
            Protocol::Dns6(name) => (name, false, true),
            _ => return Vec::new(),
        };
        let lookup = tokio::net::lookup_host((name.as_ref(), port));
        match tokio::time::timeout(LOOKUP_WITHIN, lookup).await {
            Ok(Ok(sockets)) => sockets
                .filter(|socket| if socket.is_ipv4() { want_v4 } else { want_v6 })
                .take(LOOKUP_ADDRESSES_MAX)
                .map(from_socket)
                .collect(),
            Ok(Err(error)) => {
                tracing::debug!(%address, %error, "host name not found");
                Vec::new()
            }
            Err(_) => {
                tracing::debug!(%address, "host name lookup took too long");
                Vec::new()
            }
        }
    });
    for address in futures::future::join_all(lookups).await.into_iter().flatten() {
        if !found.contains(&address) {
            found.push(address);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn one_spelling_for_each_address() {
        for (typed, stored) in [
            ("127.0.0.1:4001", "/ip4/127.0.0.1/tcp/4001"),
            (" 127.0.0.1:4001 ", "/ip4/127.0.0.1/tcp/4001"),
            ("[::1]:4001", "/ip6/::1/tcp/4001"),
            ("Till-2.example:4001", "/dns/till-2.example/tcp/4001"),
            ("/ip4/10.0.0.7/tcp/0", "/ip4/10.0.0.7/tcp/0"),
            ("/dns4/hub.example/tcp/9", "/dns4/hub.example/tcp/9"),
            (
                "/ip4/10.0.0.7/tcp/9/p2p/12D3KooWEyoppNCUx8Yx66oV9fJnriXwCcXwDDUA2kj6vnc6iDEp",
                "/ip4/10.0.0.7/tcp/9",
            ),
        ] {
            assert_eq!(normalize_address(typed).as_deref(), Ok(stored), "{typed}");
            assert_eq!(normalize_address(stored).as_deref(), Ok(stored), "{stored}");
        }
    }

    #[test]
    fn wrong_addresses_say_what_is_wrong() {
        use AddressError as E;
        type Fault = fn(String) -> AddressError;
        let cases: [(&str, Fault); 9] = [
            ("127.0.0.1", E::NoPort),
            ("till", E::NoPort),
            ("::1", E::NoPort),
            ("till:x", E::Port),
            ("till:70000", E::Port),
            ("300.0.0.1:4001", E::Host),
            ("a b:4001", E::Host),
            ("/ip4/10.0.0.7/udp/9", E::Multiaddr),
            ("/ip4/10.0.0.7/tcp/9/ws", E::Multiaddr),
        ];
        for (typed, error) in cases {
            assert_eq!(normalize_address(typed), Err(error(typed.to_owned())), "{typed}");
        }
    }

    #[tokio::test]
    async fn names_are_looked_up_and_literals_kept() {
        let literal = parse("127.0.0.1:1").unwrap();
        let name = parse("localhost:1").unwrap();
        let nobody = parse("no-such-host.invalid:1").unwrap();
        let found = resolve(vec![literal.clone(), name, nobody]).await;
        assert!(found.contains(&literal));
        assert!(found.iter().all(|address| to_socket(address).is_some()));
    }
}
