//! Fences: what they notice, what they let pass, what they survive.

use crate::world::{OTHER, OWN, hash};
use std::fs;
use till_schema::{EntryHash, Seq};
use till_store::fence::{Alarm, Fence, FenceError, Mark, UNKNOWN_MACHINE, judge, read_fences};

const HERE: &str = "this machine";

fn mark(seq: u64) -> Mark {
    let machine = HERE.to_owned();
    Mark { log: OWN, run_nonce: 7, seq: Seq(seq), hash: hash(OWN, seq), machine }
}

/// The verdict on a log that ends at `head` and is as [`hash`] says.
fn verdict(head: u64, marks: &[Option<Mark>]) -> Result<(), Alarm> {
    judge(Some(Seq(head)), honest(head), marks, HERE, OWN, false)
}

fn honest(head: u64) -> impl Fn(Seq) -> Option<EntryHash> {
    move |seq| (1..=head).contains(&seq.0).then(|| hash(OWN, seq.0))
}

#[test]
fn a_log_that_ends_before_its_fence_was_set_back() {
    let rolled_back = |has, had| Err(Alarm::RolledBack { has: Seq(has), had: Seq(had) });
    assert_eq!(verdict(9, &[Some(mark(10))]), rolled_back(9, 10));
    // One fence was set back with the data; the other still knows.
    for marks in [[Some(mark(5)), Some(mark(10))], [Some(mark(10)), Some(mark(5))]] {
        assert_eq!(verdict(5, &marks), rolled_back(5, 10));
    }
    assert_eq!(verdict(5, &[None, Some(mark(10))]), rolled_back(5, 10));
    assert_eq!(verdict(5, &[Some(mark(12)), Some(mark(10))]), rolled_back(5, 12));
    let empty = judge(None, |_| None, &[Some(mark(3))], HERE, OWN, true);
    assert_eq!(empty, rolled_back(0, 3), "also when it looks like a first run");
}

#[test]
fn an_entry_that_is_another_one_is_a_fork() {
    let forked = Mark { hash: hash(OTHER, 4), ..mark(4) };
    assert_eq!(verdict(9, &[Some(forked.clone())]), Err(Alarm::Forked { at: Seq(4) }));
    assert_eq!(verdict(9, &[Some(mark(8)), Some(forked)]), Err(Alarm::Forked { at: Seq(4) }));
    let unreadable = judge(Some(Seq(9)), |_| None, &[Some(mark(4))], HERE, OWN, false);
    assert_eq!(unreadable, Err(Alarm::Forked { at: Seq(4) }));
}

#[test]
fn another_machine_is_a_clone_if_both_are_known() {
    let elsewhere = |machine: &str| Some(Mark { machine: machine.to_owned(), ..mark(4) });
    assert_eq!(verdict(4, &[elsewhere("another")]), Err(Alarm::Cloned));
    assert_eq!(verdict(4, &[Some(mark(4)), elsewhere("another")]), Err(Alarm::Cloned));
    assert_eq!(verdict(4, &[elsewhere(UNKNOWN_MACHINE)]), Ok(()));
    let unknown_here =
        judge(Some(Seq(4)), honest(4), &[elsewhere("x")], UNKNOWN_MACHINE, OWN, false);
    assert_eq!(unknown_here, Ok(()));
}

#[test]
fn missing_fences_are_an_alarm_only_for_a_log_that_was_used() {
    let of_another_log = Mark { log: OTHER, ..mark(20) };
    for marks in [&[][..], &[None, None], &[Some(of_another_log), None]] {
        assert_eq!(verdict(4, marks), Err(Alarm::FencesMissing));
        assert_eq!(judge(Some(Seq(1)), honest(1), marks, HERE, OWN, true), Ok(()));
        assert_eq!(judge(None, honest(0), marks, HERE, OWN, false), Ok(()), "nothing written yet");
    }
    assert_eq!(verdict(4, &[None, Some(mark(4))]), Ok(()), "one is enough");
}

#[test]
fn a_fence_that_lags_is_normal() {
    assert_eq!(verdict(9, &[Some(mark(9)), Some(mark(2))]), Ok(()));
    assert_eq!(verdict(9, &[Some(mark(0))]), Ok(()), "written before the first entry");
}

#[test]
fn a_mark_comes_back_and_the_last_one_counts() {
    let folder = tempfile::tempdir().unwrap();
    let fence = Fence { path: folder.path().join("made/when/needed/a.json") };
    assert_eq!(fence.read().unwrap(), None);
    fence.sync().unwrap();
    fence.write(&mark(1)).unwrap();
    assert_eq!(fence.read().unwrap(), Some(mark(1)));
    fence.sync().unwrap();
    fence.write(&mark(2)).unwrap();
    assert_eq!(fence.read().unwrap(), Some(mark(2)));
    // A device that was enrolled again begins at the beginning.
    let fresh = Mark { log: OTHER, ..mark(1) };
    fence.write(&fresh).unwrap();
    assert_eq!(fence.read().unwrap(), Some(fresh));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fence.path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }
}

#[test]
fn a_power_cut_costs_what_was_not_synced() {
    let folder = tempfile::tempdir().unwrap();
    let fence = Fence { path: folder.path().join("a.json") };
    fence.write(&mark(3)).unwrap();
    fence.sync().unwrap();
    fence.write(&mark(4)).unwrap();
    // The name is durable and the content is not, as some file systems have it.
    fs::write(&fence.path, "").unwrap();
    assert_eq!(fence.read().unwrap(), Some(mark(3)));
    fs::remove_file(&fence.path).unwrap();
    assert_eq!(fence.read().unwrap(), Some(mark(3)));
}

#[test]
fn a_damaged_fence_is_missing_with_a_note() {
    let folder = tempfile::tempdir().unwrap();
    let [good, bad] = ["good", "bad"].map(|name| Fence { path: folder.path().join(name) });
    good.write(&mark(4)).unwrap();
    for text in ["", "{\"log\":", "{}", &"x".repeat(10_000)] {
        fs::write(&bad.path, text).unwrap();
        assert!(matches!(bad.read(), Err(FenceError::Damaged { .. })), "{text:.9}");
        let (marks, notes) = read_fences(&[bad.clone(), good.clone()]);
        assert_eq!(marks, [None, Some(mark(4))]);
        assert!(notes[0].to_string().contains(&bad.path.display().to_string()), "{}", notes[0]);
        assert_eq!(verdict(4, &marks), Ok(()));
        let (marks, notes) = read_fences(std::slice::from_ref(&bad));
        assert_eq!((marks.len(), notes.len()), (1, 1));
        assert_eq!(verdict(4, &marks), Err(Alarm::FencesMissing));
    }
    // The next entry mends it.
    bad.write(&mark(5)).unwrap();
    assert_eq!(bad.read().unwrap(), Some(mark(5)));
}

#[test]
fn a_fence_that_cannot_be_written_says_where() {
    let folder = tempfile::tempdir().unwrap();
    let in_the_way = folder.path().join("file");
    fs::write(&in_the_way, "").unwrap();
    let fence = Fence { path: in_the_way.join("a.json") };
    let error = fence.write(&mark(1)).unwrap_err();
    assert!(matches!(error, FenceError::Io { .. }));
    assert!(error.to_string().contains("TILLMESH_FENCES"), "{error}");
}
