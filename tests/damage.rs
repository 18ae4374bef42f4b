//! Files that were damaged: what is derived comes back, what is not is never
//! continued, and nothing is made worse by looking.

use crate::program::Device;
use std::path::Path;

/// Where the records of a segment begin.
const RECORDS_AT: usize = 12_288;

/// Flips one bit of a file.
fn flip(path: &Path, at: usize) {
    let mut bytes = std::fs::read(path).expect("a file is read");
    assert!(bytes[at..].iter().any(|byte| *byte != 0), "there is something to damage");
    bytes[at] ^= 0b100;
    std::fs::write(path, bytes).expect("a file is written");
}

/// Every command refuses, in these words, and leaves the file as it is.
#[track_caller]
fn refuses_and_touches_nothing(device: &Device, file: &Path, words: &[&str]) {
    let before = std::fs::read(file).expect("a file is read");
    for args in [
        &["sell", "--item", "A1", "--pay", "cash"][..],
        &["digest"],
        &["verify"],
        &["serve", "--no-mdns", "--listen", "127.0.0.1:0"],
    ] {
        device.run(args).refused(1, words);
        assert!(std::fs::read(file).expect("a file is read") == before, "{args:?} changed it");
    }
}

#[test]
fn a_flipped_bit_in_an_acknowledged_sale() {
    let device = Device::founded();
    for _ in 0..4 {
        device.sell();
    }
    let segment = device.first_segment();
    let bytes = std::fs::read(&segment).expect("the segment is read");
    let end = bytes.iter().rposition(|byte| *byte != 0).expect("it has records");
    let middle = RECORDS_AT + (end - RECORDS_AT) / 2;
    flip(&segment, middle);
    let words = ["00000001.seg", "damaged", "keep this folder", "enrol the device again"];
    refuses_and_touches_nothing(&device, &segment, &words);
    // It was that bit and nothing else.
    flip(&segment, middle);
    assert_eq!(device.orders(), 4);
    device.verify();
}

#[test]
fn a_sale_cut_off_the_log_behind_its_back() {
    let device = Device::founded();
    for _ in 0..3 {
        device.sell();
    }
    let segment = device.first_segment();
    let mut bytes = std::fs::read(&segment).expect("the segment is read");
    let end = bytes.iter().rposition(|byte| *byte != 0).expect("it has records");
    bytes[end - 600..].fill(0);
    std::fs::write(&segment, bytes).expect("the segment is written");
    let words = ["damaged", "must not be continued", "enrol the device again"];
    refuses_and_touches_nothing(&device, &segment, &words);
}

#[test]
fn a_device_file_that_makes_no_sense() {
    let device = Device::founded();
    let file = device.data().join("device.json");
    let whole = std::fs::read(&file).expect("the file is read");
    for wrong in [&b"{\"format\""[..], b"", b"[]", &whole[..whole.len() / 2]] {
        std::fs::write(&file, wrong).expect("the file is replaced");
        refuses_and_touches_nothing(
            &device,
            &file,
            &["device.json", "damaged", "restore the file"],
        );
    }
    std::fs::write(&file, whole).expect("the file is put back");
    device.sell();
}

#[test]
fn a_key_that_is_gone_or_wrong() {
    let device = Device::founded();
    device.sell();
    let before = device.digest();
    let file = device.data().join("device.key");
    let whole = std::fs::read(&file).expect("the key is read");
    std::fs::write(&file, b"no key").expect("the key is replaced");
    refuses_and_touches_nothing(&device, &file, &["device.key", "damaged"]);
    std::fs::remove_file(&file).expect("the key is taken away");
    device.run(&["sell", "--item", "A1", "--pay", "cash"]).refused(1, &["device.key"]);
    assert!(!file.exists(), "no new key is drawn in silence");
    std::fs::write(&file, whole).expect("the key is put back");
    assert_eq!(device.digest(), before);
}
