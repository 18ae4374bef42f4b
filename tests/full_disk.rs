//! A disk that is full, or fails: a sale is whole or it is not there, and the
//! till goes on when there is space again.

use crate::program::{Api, Device, FENCES, tillmesh};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Room for one segment of the log and the books, and not for a second segment.
const DISK: &str = "size=7m";
/// The same disk after somebody has made space.
const MORE: &str = "remount,size=24m";
/// A long ticket, so that the segment fills soon.
const LINES: usize = 150;
/// More such tickets than the first segment takes.
const SALES_MAX: usize = 400;
/// What the API answers when the disk is full.
const INSUFFICIENT_STORAGE: u16 = 507;

/// A small disk on a folder; unmounted when dropped.
struct SmallDisk {
    at: PathBuf,
}

fn mount(options: &[&str], at: &Path) {
    let try_as = |program: &str, before: &[&str]| -> Option<Output> {
        let mut command = Command::new(program);
        command.args(before).args(options).arg(at).output().ok()
    };
    let worked = |output: &Option<Output>| output.as_ref().is_some_and(|o| o.status.success());
    let alone = try_as("mount", &[]);
    if !worked(&alone) && !worked(&try_as("sudo", &["-n", "mount"])) {
        panic!("this test fills a disk of its own and must be allowed to mount one: {alone:?}");
    }
}

impl SmallDisk {
    fn on(at: PathBuf) -> Self {
        std::fs::create_dir(&at).expect("a folder is made");
        mount(&["-t", "tmpfs", "-o", DISK, "tmpfs"], &at);
        if std::fs::write(at.join("probe"), b"").is_err() {
            panic!("the mounted disk cannot be written to");
        }
        Self { at }
    }

    fn grow(&self) {
        mount(&["-o", MORE], &self.at);
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let unmounted = Command::new("umount").arg("--lazy").arg(&self.at).status();
        if !unmounted.is_ok_and(|status| status.success()) {
            let _ = Command::new("sudo").args(["-n", "umount", "--lazy"]).arg(&self.at).status();
        }
    }
}

/// Sells a long ticket.
fn sell_many_lines(api: &Api, order: usize) -> (u16, Value) {
    let line = json!({ "code": "A1", "quantity": 1000 });
    let cart = json!({
        "order": format!("{order:032x}"),
        "lines": vec![line; LINES],
        "tenders": [{ "kind": "cash", "amount": LINES * 1000, "reference": "" }],
    });
    api.post("execute", &json!({ "sell": cart })).expect("the device answers")
}

#[test]
fn a_full_disk_refuses_sales_and_keeps_what_it_has() {
    let device = Device::empty();
    let disk = SmallDisk::on(device.data());
    device.found();
    let running = device.serve();
    let api = running.api();
    let mut acknowledged = 0;
    let refusal = loop {
        assert!(acknowledged < SALES_MAX, "the disk does not fill");
        match sell_many_lines(&api, acknowledged) {
            (200, _) => acknowledged += 1,
            refusal => break refusal,
        }
    };
    assert_eq!(refusal.0, INSUFFICIENT_STORAGE, "{}", refusal.1);
    let said = refusal.1.to_string();
    assert!(said.contains("disk is full") && said.contains("ree some space"), "{said}");
    let count = acknowledged as u64;
    assert!(count > 20, "the reserved segment takes sales: {count}");
    assert_eq!(device.orders(), count, "nothing is half-written");
    let before = device.digest();
    let sell = ["sell", "--item", "A1:900", "--pay", "cash"];
    let long: Vec<&str> = ["--item", "A1"].repeat(LINES - 1);
    let long = [&sell[..], &long].concat();
    device.run(&long).refused(1, &["disk is full", "free some space"]);
    assert_eq!(device.digest(), before);

    // The same after a restart on the full disk.
    assert!(running.stop().success());
    assert_eq!(device.digest(), before);
    device.run(&long).refused(1, &["disk is full", "free some space"]);
    assert_eq!(device.digest(), before);
    device.verify();

    disk.grow();
    let again = device.serve();
    let (status, answer) = sell_many_lines(&again.api(), acknowledged);
    assert_eq!(status, 200, "there is space again: {answer}");
    assert_eq!(device.orders(), count + 1);
    assert!(again.stop().success());
    device.verify();
}

#[test]
fn a_running_till_goes_on_when_there_is_space_again() {
    let device = Device::empty();
    let disk = SmallDisk::on(device.data());
    device.found();
    let running = device.serve();
    let api = running.api();
    let sold = (0..SALES_MAX).take_while(|order| sell_many_lines(&api, *order).0 == 200).count();
    assert!(sold < SALES_MAX, "the disk does not fill");
    disk.grow();
    let (status, answer) = sell_many_lines(&api, sold);
    assert_eq!(status, 200, "there is space again: {answer}");
    assert_eq!(answer["ok"]["sold"]["repeated"], false, "what was refused was not recorded");
    assert_eq!(device.orders(), sold as u64 + 1);
    assert!(running.stop().success());
    device.verify();
}

#[test]
fn no_shop_is_founded_on_a_disk_without_room() {
    let device = Device::empty();
    let disk = SmallDisk::on(device.data());
    let filler = disk.at.join("filler");
    std::fs::write(&filler, vec![1; 6 * 1024 * 1024]).expect("the disk takes this much");
    let create = ["shop", "create", "--name", "Tienda", "--tax-id", "900"];
    device.run(&create).refused(1, &["could not be saved", "free some space"]);
    device.run(&["digest"]).refused(2, &["no shop"]);
    std::fs::remove_file(filler).expect("space is made");
    device.found();
    device.sell();
    device.verify();
}

#[test]
fn a_disk_that_refuses_to_write_loses_nothing() {
    let device = Device::founded();
    device.sell();
    let before = device.digest();
    // Files may not grow past some blocks: writes fail in the middle of a sale.
    for blocks in ["4", "16"] {
        let script = format!(
            "trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" --data \"$1\" sell --item A1 --pay cash"
        );
        let output = Command::new("sh")
            .args(["-c", &script])
            .arg(tillmesh())
            .arg(device.data())
            .env(FENCES, device.fences())
            .output()
            .expect("a shell runs");
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(output.stdout.is_empty(), "nothing is shown that is not durable");
        assert!(said.contains("tillmesh: "), "{said}");
        assert_eq!(device.digest(), before, "limited to {blocks} blocks: {said}");
    }
    device.sell();
    assert_eq!(device.orders(), 2);
    device.verify();
}
