//! Comparing what two devices hold, as plain data.

use till_schema::{LogId, Seq, Vector};

/// What `theirs` has beyond `mine`: log and the last position held here.
pub fn missing(mine: &Vector, theirs: &Vector) -> Vec<(LogId, Seq)> {
    theirs
        .iter()
        .filter_map(|(log, seq)| {
            let held = mine.get(log).copied().unwrap_or_default();
            (*seq > held).then_some((*log, held))
        })
        .collect()
}

/// What the writer of `own` has applied and has not said yet, rising by log.
pub fn seen_delta(said: &Vector, applied: &Vector, own: LogId) -> Vec<(LogId, Seq)> {
    applied
        .iter()
        .filter(|(log, seq)| **log != own && **seq > said.get(*log).copied().unwrap_or_default())
        .map(|(log, seq)| (*log, *seq))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::log_of;

    #[test]
    fn only_what_is_missing_is_asked_for() {
        let mine = Vector::from([(log_of(1), Seq(5)), (log_of(2), Seq(2)), (log_of(4), Seq(1))]);
        let theirs = Vector::from([(log_of(1), Seq(3)), (log_of(2), Seq(7)), (log_of(3), Seq(1))]);
        let mut wanted = missing(&mine, &theirs);
        wanted.sort();
        let mut expected = [(log_of(2), Seq(2)), (log_of(3), Seq(0))];
        expected.sort();
        assert_eq!(wanted, expected);
        assert!(missing(&mine, &mine).is_empty());
    }
}
