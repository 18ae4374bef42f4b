//! Bundles: what goes in comes out, and what is not whole is refused.

use crate::world::{OTHER, OWN, frame, nth};
use std::fs;
use std::path::Path;
use till_schema::limits::FRAME_BYTES_MAX;
use till_schema::{LogId, ShopId};
use till_store::FrameRecord;
use till_store::bundle::{BundleError, BundleHeader, BundleReader, BundleSummary, BundleWriter};

const HEADER: BundleHeader = BundleHeader {
    shop: ShopId([1; 32]),
    founder: LogId([2; 32]),
    created_ms: 1_700_000_000_000,
    writer: OWN,
};

fn write(path: &Path, frames: &[FrameRecord]) -> BundleSummary {
    let mut writer = BundleWriter::create(path, &HEADER).unwrap();
    for frame in frames {
        writer.push(frame).unwrap();
    }
    writer.finish().unwrap()
}

fn read(path: &Path) -> Result<Vec<FrameRecord>, BundleError> {
    let reader = BundleReader::open(path)?;
    assert_eq!(*reader.header(), HEADER);
    reader.collect()
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn what_goes_in_comes_out() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shop.bundle");
    let mut frames: Vec<_> = (0..50).flat_map(|n| [nth(OWN, n), nth(OTHER, n)]).collect();
    frames.push(frame(OTHER, 101, 101, FRAME_BYTES_MAX));
    let summary = write(&path, &frames);
    assert_eq!(summary, BundleSummary { frames: 101, bytes: path.metadata().unwrap().len() });
    assert_eq!(read(&path).unwrap(), frames);
    assert_eq!(BundleReader::check(&path).unwrap(), (HEADER, summary));
    assert_eq!(names(folder.path()), ["shop.bundle"]);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }
}

#[test]
fn an_empty_one_is_whole() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shop.bundle");
    assert_eq!(write(&path, &[]).frames, 0);
    assert_eq!(read(&path).unwrap(), []);
}

#[test]
fn one_that_is_cut_off_anywhere_is_refused_with_the_place() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shop.bundle");
    let frames = [frame(OWN, 1, 2, 40), frame(OWN, 3, 3, 7), frame(OTHER, 1, 1, 1)];
    write(&path, &frames);
    let whole = fs::read(&path).unwrap();
    for length in 0..whole.len() {
        fs::write(&path, &whole[..length]).unwrap();
        match read(&path).unwrap_err() {
            BundleError::NotABundle { .. } => assert_eq!(length, 0),
            error @ BundleError::Damaged { offset, .. } => {
                assert!(offset <= length as u64, "{length}: {error}");
                assert!(error.to_string().contains("cut off"), "{length}: {error}");
            }
            other => panic!("{length}: {other}"),
        }
        // What was given before the end is what was written.
        let given: Vec<_> = BundleReader::open(&path)
            .map(|reader| reader.map_while(Result::ok).collect())
            .unwrap_or_default();
        assert!(frames.starts_with(&given), "{length}");
    }
    fs::write(&path, [&whole[..], b"\n"].concat()).unwrap();
    let error = read(&path).unwrap_err().to_string();
    assert!(error.contains("follows its end"), "{error}");
}

#[test]
fn one_with_a_flipped_bit_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shop.bundle");
    let frames = [frame(OWN, 1, 2, 20), frame(OTHER, 1, 1, 3)];
    write(&path, &frames);
    let whole = fs::read(&path).unwrap();
    for at in 0..whole.len() {
        for bit in 0..8 {
            let mut flipped = whole.clone();
            flipped[at] ^= 1 << bit;
            fs::write(&path, &flipped).unwrap();
            let error = read(&path).unwrap_err();
            match &error {
                BundleError::NotABundle { .. } => assert!(at < 16, "{at}: {error}"),
                BundleError::Newer { .. } => assert!((16..18).contains(&at), "{at}: {error}"),
                BundleError::Damaged { offset, .. } => {
                    assert!(*offset <= at as u64, "{at}: {error}");
                }
                other => panic!("{at}: {other}"),
            }
        }
    }
}

#[test]
fn records_that_change_places_or_vanish_are_missed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shop.bundle");
    let frames = [frame(OWN, 1, 1, 30), frame(OTHER, 1, 1, 30)];
    let empty = write(&path, &[]).bytes as usize;
    let bytes = write(&path, &frames).bytes as usize;
    let whole = fs::read(&path).unwrap();
    let end = 1 + 8 + 32;
    let record = (bytes - empty) / 2;
    let (head, rest) = whole.split_at(empty - end);
    let (first, rest) = rest.split_at(record);
    let (second, end) = rest.split_at(record);
    for parts in [[second, first], [first, first], [first, &[]]] {
        fs::write(&path, [head, parts[0], parts[1], end].concat()).unwrap();
        let error = read(&path).unwrap_err().to_string();
        assert!(error.contains("the whole does not match"), "{error}");
    }
}

#[test]
fn it_has_its_name_only_when_it_is_whole() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shop.bundle");
    write(&path, &[nth(OWN, 0)]);
    let before = fs::read(&path).unwrap();
    let mut writer = BundleWriter::create(&path, &HEADER).unwrap();
    writer.push(&nth(OWN, 1)).unwrap();
    assert_eq!(fs::read(&path).unwrap(), before);
    drop(writer);
    assert_eq!(names(folder.path()), ["shop.bundle"], "nothing is left of it");
    assert_eq!(fs::read(&path).unwrap(), before);
    write(&path, &[nth(OWN, 1)]);
    assert_eq!(read(&path).unwrap(), [nth(OWN, 1)]);
}

#[test]
fn frames_that_cannot_be_are_refused_and_others_may_follow() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shop.bundle");
    let mut writer = BundleWriter::create(&path, &HEADER).unwrap();
    for bad in [
        frame(OWN, 1, 1, 0),
        frame(OWN, 1, 1, FRAME_BYTES_MAX + 1),
        frame(OWN, 2, 1, 9),
        frame(OWN, 0, 1, 9),
    ] {
        let refused = writer.push(&bad).unwrap_err();
        assert!(matches!(refused, BundleError::BadFrame { .. }), "{refused}");
    }
    writer.push(&nth(OWN, 0)).unwrap();
    assert_eq!(writer.finish().unwrap().frames, 1);
    assert_eq!(read(&path).unwrap(), [nth(OWN, 0)]);
}

#[test]
fn other_files_and_missing_ones_say_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shop.bundle");
    assert!(matches!(BundleReader::open(&path), Err(BundleError::Io { .. })));
    fs::write(&path, "a shopping list, long enough to be read").unwrap();
    assert!(matches!(BundleReader::open(&path), Err(BundleError::NotABundle { .. })));
    fs::write(&path, "TILLMESH BUNDLE 2\nand what comes with it").unwrap();
    let error = BundleReader::open(&path).unwrap_err();
    assert!(error.to_string().contains("update tillmesh"), "{error}");
    let nowhere = folder.path().join("missing/shop.bundle");
    assert!(matches!(BundleWriter::create(&nowhere, &HEADER), Err(BundleError::Io { .. })));
}
