//! A token bucket per source address.

use crate::bounds::{SOURCE_BURST, SOURCE_PER_SECOND, SOURCES_MAX};
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::{Duration, Instant};

/// How long one token takes to come back.
const TOKEN_EVERY: Duration = Duration::from_millis(1000 / SOURCE_PER_SECOND as u64);

/// Remembers per source only the moment at which its bucket is full again:
/// each connection moves it on by one token, and a moment further ahead than the
/// burst allows means that the bucket is empty.
#[derive(Default)]
pub(crate) struct Buckets {
    full_at: BTreeMap<IpAddr, Instant>,
}

impl Buckets {
    /// Takes a token; false when there is none.
    pub(crate) fn take(&mut self, ip: IpAddr, now: Instant) -> bool {
        let source = source(ip);
        if self.full_at.len() >= SOURCES_MAX && !self.full_at.contains_key(&source) {
            self.full_at.retain(|_, full_at| *full_at > now);
            if self.full_at.len() >= SOURCES_MAX {
                return false;
            }
        }
        let full_at = self.full_at.entry(source).or_insert(now);
        let next = (*full_at).max(now) + TOKEN_EVERY;
        if next > now + TOKEN_EVERY * SOURCE_BURST {
            return false;
        }
        *full_at = next;
        true
    }
}

/// A host can take any address of its IPv6 /64, so the /64 counts as one source.
pub(super) fn source(ip: IpAddr) -> IpAddr {
    match ip.to_canonical() {
        IpAddr::V4(ip) => IpAddr::V4(ip),
        IpAddr::V6(ip) => {
            let [a, b, c, d, ..] = ip.segments();
            IpAddr::from([a, b, c, d, 0, 0, 0, 0])
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_then_the_long_run_rate() {
        let mut buckets = Buckets::default();
        let ip = IpAddr::from([10, 0, 0, 1]);
        let start = Instant::now();
        let granted =
            |buckets: &mut Buckets, now| (0..100).filter(|_| buckets.take(ip, now)).count();
        assert_eq!(granted(&mut buckets, start), SOURCE_BURST as usize);
        let later = start + Duration::from_secs(1);
        assert_eq!(granted(&mut buckets, later), SOURCE_PER_SECOND as usize);
        assert!(buckets.take(IpAddr::from([10, 0, 0, 2]), later), "others are not touched");
        let much_later = later + Duration::from_secs(3600);
        assert_eq!(granted(&mut buckets, much_later), SOURCE_BURST as usize);
    }

    #[test]
    fn a_network_is_one_source_in_ipv6() {
        let mut buckets = Buckets::default();
        let now = Instant::now();
        for host in 0..SOURCE_BURST as u16 {
            assert!(buckets.take(IpAddr::from([0xfd00, 0, 0, 1, 0, 0, 0, host]), now));
        }
        assert!(!buckets.take(IpAddr::from([0xfd00, 0, 0, 1, 0, 0, 9, 9]), now));
        assert!(buckets.take(IpAddr::from([0xfd00, 0, 0, 2, 0, 0, 9, 9]), now));
    }

    #[test]
    fn the_memory_for_sources_is_bounded_and_forgets_quiet_ones() {
        let mut buckets = Buckets::default();
        let now = Instant::now();
        for number in 0..SOURCES_MAX as u32 {
            assert!(buckets.take(IpAddr::from(number.to_be_bytes()), now));
        }
        let new = IpAddr::from([200, 0, 0, 1]);
        assert!(!buckets.take(new, now));
        assert!(buckets.take(new, now + Duration::from_secs(1)));
        assert_eq!(buckets.full_at.len(), 1);
    }
}
