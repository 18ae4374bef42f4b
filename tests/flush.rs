//! What a sale costs: one flush of the disk, no more and no less.

use crate::program::{Device, Serving, tillmesh};
use std::collections::BTreeMap;
use std::process::Command;

/// Sales of the shorter run. Both runs stay far from a checkpoint of the books
/// and from the end of a segment.
const FEW: usize = 10;
/// Sales that the longer run has more.
const MORE: usize = 20;

/// The file of the own log.
const SEGMENT: &str = "00000001.seg";

/// Flushes of a run of the program that sells so often, by file.
fn flushes(sales: usize) -> BTreeMap<String, usize> {
    let device = Device::founded();
    let trace = device.file("trace", b"");
    let mut command = Command::new("strace");
    command
        .args([
            "-f",
            "-qq",
            "-y",
            "-e",
            "trace=fsync,fdatasync,sync_file_range,msync,sync,syncfs",
            "-o",
        ])
        .arg(&trace)
        .arg(tillmesh())
        .arg("--data")
        .arg(device.data())
        .args(["serve", "--no-mdns", "--listen", "127.0.0.1:0"]);
    let running = Serving::start_command(&mut command, &device.data());
    let api = running.api();
    for sale in 0..sales {
        api.sold(&format!("{sale:032x}"));
    }
    assert!(running.stop().success());
    let trace = std::fs::read_to_string(trace).expect("strace wrote what it saw");
    // A call that another thread interrupts is written twice, its name once with “(”.
    let calls =
        trace.lines().filter(|line| line.contains("sync(") || line.contains("sync_file_range("));
    let mut by_file = BTreeMap::new();
    for call in calls {
        let file = call.split_once('<').and_then(|(_, rest)| rest.split_once('>'));
        let path = file.map_or(call, |(path, _)| path);
        let name = path.rsplit('/').next().unwrap_or(path).to_owned();
        *by_file.entry(name).or_default() += 1;
    }
    by_file
}

#[test]
fn a_sale_takes_exactly_one_flush() {
    let there = Command::new("strace").arg("--version").output();
    assert!(
        there.is_ok_and(|output| output.status.success()),
        "strace is missing; `bash tests/run` installs it"
    );
    let (few, many) = (flushes(FEW), flushes(FEW + MORE));
    let of_log = |flushes: &BTreeMap<String, usize>| flushes[SEGMENT];
    let others = |flushes: &BTreeMap<String, usize>| {
        flushes.iter().filter(|(name, _)| *name != SEGMENT).map(|(_, count)| count).sum::<usize>()
    };
    assert_eq!(of_log(&many) - of_log(&few), MORE, "few: {few:#?}, more: {many:#?}");
    // The books are flushed at the end, once more when their file has grown.
    let more = others(&many).abs_diff(others(&few));
    assert!(more <= 1, "no other file waits for a sale: few: {few:#?}, more: {many:#?}");
}
