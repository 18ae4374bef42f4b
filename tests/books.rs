//! The books are derived: taken away or broken, they come back the same.

use crate::program::{Device, until};

const BOOKS: &str = "books.redb";

/// A device with sales, edits, moves of stock and entries of another device.
fn busy() -> (Device, Device) {
    let first = Device::founded();
    let running = first.serve();
    let second = first.admit("Caja 2");
    let joined = second.serve();
    until("both hold the same", || first.digest() == second.digest());
    for _ in 0..6 {
        first.sell();
    }
    first.run(&["stock", "receive", "A1:5", "B2:7"]).ok();
    second.run(&["products", "edit", "B2", "--price", "2.75", "--name", "Pan de yuca"]).ok();
    until("both hold the same", || first.digest() == second.digest() && first.orders() == 6);
    assert!(running.stop().success() && joined.stop().success());
    (first, second)
}

#[test]
fn deleted_books_are_folded_again_to_equal_digests() {
    let (first, second) = busy();
    let before = first.digest();
    for device in [&first, &second] {
        std::fs::remove_file(device.data().join(BOOKS)).expect("the books are there");
        assert_eq!(device.digest(), before);
        device.verify();
        assert!(device.data().join(BOOKS).exists());
    }
    first.sell();
    assert_eq!(first.orders(), 7);
}

#[test]
fn books_of_an_earlier_day_are_folded_forward() {
    let device = Device::founded();
    device.sell();
    let old = std::fs::read(device.data().join(BOOKS)).expect("the books are read");
    device.sell();
    device.run(&["products", "edit", "A1", "--price", "11"]).ok();
    let before = device.digest();
    std::fs::write(device.data().join(BOOKS), old).expect("the old books are put back");
    assert_eq!(device.digest(), before);
    device.verify();
}

#[test]
fn broken_books_are_rebuilt_and_it_is_said() {
    let (device, _) = busy();
    let before = device.digest();
    let path = device.data().join(BOOKS);
    let whole = std::fs::read(&path).expect("the books are read");
    let breaks: [(&str, Vec<u8>); 3] = [
        ("something else", b"these are no books at all".repeat(400)),
        ("nothing", Vec::new()),
        ("cut short", whole[..whole.len() / 3].to_vec()),
    ];
    for (how, bytes) in breaks {
        std::fs::write(&path, &bytes).expect("the books are replaced");
        let told = device.run(&["digest", "--json"]).ok();
        assert_eq!(told.json(), before, "books that are {how}");
        // An empty file is what a new device has: nothing to tell.
        if !bytes.is_empty() {
            assert!(told.stderr.contains("rebuilt"), "books that are {how}: {told:?}");
        }
        device.verify();
    }
}
