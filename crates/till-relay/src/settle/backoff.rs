//! Growing pauses with decorrelated jitter.

use std::time::Duration;

/// Each pause is random between the floor and three times the one before, at most the
/// cap, so that many waiting documents spread out.
pub(super) struct Backoff {
    floor: Duration,
    cap: Duration,
    previous: Duration,
}

impl Backoff {
    pub(super) fn new(floor: Duration, cap: Duration) -> Self {
        Self { floor, cap: cap.max(floor), previous: floor }
    }

    pub(super) fn pause(&mut self) -> Duration {
        let high = self.previous.saturating_mul(3).min(self.cap);
        let span = high.saturating_sub(self.floor).as_millis() as u64;
        // Without entropy the pauses still grow, they only are not spread.
        let random = getrandom::u64().unwrap_or(span);
        self.previous = self.floor + Duration::from_millis(random % (span + 1));
        self.previous
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_stay_between_floor_and_cap_and_reach_high() {
        let floor = Duration::from_millis(10);
        let cap = Duration::from_millis(500);
        let mut backoff = Backoff::new(floor, cap);
        let pauses: Vec<_> = (0..1000).map(|_| backoff.pause()).collect();
        assert!(pauses.iter().all(|pause| (floor..=cap).contains(pause)));
        assert!(pauses[0] <= floor * 3);
        assert!(pauses.iter().any(|pause| *pause > cap / 2));
    }
}
