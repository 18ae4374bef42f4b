//! What a sale costs: one flush of the disk, no more and no less.

use crate::program::{Device, Serving, tillmesh};
use std::process::Command;

/// Sales of the shorter run. Both runs stay far from a checkpoint of the books
/// and from the end of a segment.
const FEW: usize = 10;
/// Sales that the longer run has more.
const MORE: usize = 20;

/// Flushes of a run of the program that sells so often.
fn flushes(sales: usize) -> usize {
    let device = Device::founded();
    let trace = device.file("trace", b"");
    let mut command = Command::new("strace");
    command
        .args(["-f", "-qq", "-e", "trace=fsync,fdatasync,sync_file_range,msync,sync,syncfs", "-o"])
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
    trace.lines().filter(|line| line.contains("sync(") || line.contains("sync_file_range(")).count()
}

#[test]
fn a_sale_takes_exactly_one_flush() {
    let there = Command::new("strace").arg("--version").output();
    assert!(
        there.is_ok_and(|output| output.status.success()),
        "strace is missing; `bash tests/run` installs it"
    );
    let (few, many) = (flushes(FEW), flushes(FEW + MORE));
    assert_eq!(many - few, MORE, "{few} flushes with {FEW} sales, {many} with {}", FEW + MORE);
}
