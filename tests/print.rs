//! Paper: previews, printers that are there, and printers that are away.

use crate::program::{DEADLINE, Device, free_address, until};
use std::io::Read;
use std::net::{SocketAddr, TcpListener};
use std::sync::mpsc;

/// `ESC @`: every job begins with it.
const INITIALIZE: &[u8] = b"\x1b@";
/// `ESC p`: opens the drawer.
const KICK: &[u8] = b"\x1bp";

/// A network printer that tells each job it got.
fn printer(address: SocketAddr) -> mpsc::Receiver<Vec<u8>> {
    let listener = TcpListener::bind(address).expect("the port is free");
    let (got, jobs) = mpsc::channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut job = Vec::new();
            stream.and_then(|mut stream| stream.read_to_end(&mut job)).expect("a job");
            if got.send(job).is_err() {
                return;
            }
        }
    });
    jobs
}

/// A shop whose printer is at this address.
fn shop(printer: &str) -> Device {
    let device = Device::founded();
    device.run(&["settings", &format!("printer.target={printer}")]).ok();
    device
}

fn has(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

/// Labels of what waits.
fn waiting(device: &Device) -> Vec<String> {
    let queue = device.json(&["print", "queue", "list"]);
    let jobs = queue.as_array().expect("a list").iter();
    jobs.map(|job| job["label"].as_str().expect("a label").to_owned()).collect()
}

#[test]
fn a_dead_printer_undoes_no_sale_and_prints_when_it_is_back() {
    let address = free_address();
    let device = shop(&format!("tcp:{address}"));
    let sold = device.run(&["sell", "--item", "A1", "--pay", "cash", "--json"]).ok();
    assert_eq!(sold.json()["label"], "T1-1", "the answer is as without a printer");
    assert!(sold.stderr.contains("away") && sold.stderr.contains("job 1"), "{}", sold.stderr);
    assert_eq!((device.orders(), waiting(&device)), (1, vec!["T1-1".to_owned()]));

    let retry = ["print", "queue", "retry"];
    device.run(&retry).refused(1, &["away"]);
    device.run(&["print", "T1-1", "--again"]).refused(1, &["away", "job 2"]);
    device.run(&["print", "queue", "drop", "2"]).ok();
    device.run(&["print", "queue", "drop", "2"]).refused(2, &["no job 2"]);

    let jobs = printer(address);
    device.run(&retry).ok();
    let paper = jobs.recv_timeout(DEADLINE).expect("printed");
    assert!(paper.starts_with(INITIALIZE) && has(&paper, b"T1-1") && has(&paper, b"Arroz"));
    assert!(waiting(&device).is_empty());
    device.run(&retry).ok();
    assert!(jobs.try_recv().is_err(), "it is printed once");
    device.verify();
}

#[test]
fn a_running_device_prints_what_waits_and_what_is_sold() {
    let address = free_address();
    let device = shop(&format!("tcp:{address}"));
    device.sell();
    assert_eq!(waiting(&device), ["T1-1"]);
    let running = device.serve();
    let jobs = printer(address);
    let paper = jobs.recv_timeout(DEADLINE).expect("printed");
    assert!(has(&paper, b"T1-1"));
    device.sell();
    let paper = jobs.recv_timeout(DEADLINE).expect("printed");
    assert!(has(&paper, b"T1-2") && has(&paper, KICK), "cash opens the drawer");
    until("nothing waits any more", || waiting(&device).is_empty());
    assert!(running.stop().success());
}

#[test]
fn a_file_takes_tickets_and_cash_opens_the_drawer() {
    let device = Device::founded();
    let file = device.file("paper.bin", b"");
    let take = || {
        let paper = std::fs::read(&file).expect("a file");
        std::fs::write(&file, b"").expect("a new roll");
        paper
    };
    device.sell();
    assert!(take().is_empty(), "no printer is set");
    device.run(&["settings", &format!("printer.target=file:{file}")]).ok();
    device.sell();
    let paper = take();
    assert!(paper.starts_with(&[INITIALIZE, KICK].concat()) && has(&paper, b"T1-2"));
    let order = ["--order", "00112233445566778899aabbccddeeff"];
    let sell = [&["sell", "--item", "A1", "--pay", "card"][..], &order].concat();
    device.run(&sell).ok();
    let paper = take();
    assert!(has(&paper, b"T1-3") && !has(&paper, KICK), "a card does not");
    device.run(&sell).ok();
    assert!(take().is_empty(), "what was sold before was printed before");

    device.run(&["print", "T1-3"]).ok();
    assert!(!has(&take(), b"COPIA"));
    device.run(&["print", "T1-3", "--again"]).ok();
    assert!(has(&take(), b"COPIA"), "it is marked");
    device.run(&["print", "test"]).ok();
    assert!(take().starts_with(INITIALIZE));
    device.run(&["print", "drawer"]).ok();
    assert!(has(&take(), KICK));
    device.run(&["shift", "open"]).ok();
    device.run(&["print", "x"]).ok();
    assert!(has(&take(), b"Informe X"));
    device.run(&["print", "shift"]).refused(2, &["print x"]);
    device.run(&["shift", "close", "--counted", "cash:0"]).ok();
    for args in [&["print", "shift"][..], &["print", "shift", "--z", "1"]] {
        device.run(args).ok();
        assert!(has(&take(), b"Cierre Z"), "{args:?}");
    }
    device.run(&["print", "shift", "--z", "7"]).refused(2, &["no z report 7"]);
}

#[test]
fn a_ticket_is_looked_at_without_a_printer() {
    let device = Device::founded();
    device.sell();
    device.run(&["print", "T1-1"]).refused(2, &["printer.target=", "--preview"]);
    device.run(&["print", "test"]).refused(2, &["printer.target=", "--preview"]);
    let wide = device.run(&["print", "T1-1", "--preview", "text"]).ok().stdout;
    assert!(wide.contains("T1-1") && wide.contains("Arroz"), "{wide}");
    let narrow = ["print", "T1-1", "--preview", "text", "--paper", "58"];
    let narrow = device.run(&narrow).ok().stdout;
    let width = |text: &str| text.lines().map(|line| line.chars().count()).max();
    assert_eq!((width(&wide), width(&narrow)), (Some(48), Some(32)));
    let again = ["print", "T1-1", "--preview", "text", "--again"];
    let again = [device.run(&again).ok().stdout, device.run(&again).ok().stdout];
    assert!(again[0].contains("COPIA") && again[0] == again[1], "a look is not counted");

    let picture = device.data().with_file_name("ticket.png");
    let out = picture.to_str().expect("a path");
    device.run(&["print", "T1-1", "--preview", "png", "--out", out]).ok();
    assert!(std::fs::read(&picture).expect("a picture").starts_with(b"\x89PNG"));
    device.run(&["print", "T1-1", "--preview", "png"]).refused(2, &["--out"]);
    device.run(&["print", "T1-1", "--out", out]).refused(2, &["--preview"]);
    device.run(&["print", "T1-1", "--to", "usb:0"]).refused(2, &["tcp:HOST", "dev:PATH"]);
    device.run(&["print", "T1-1", "--paper", "76"]).refused(2, &["58 or 80"]);
    device.run(&["print", "T1-9", "--preview", "text"]).refused(2, &["T1-9"]);
    device.run(&["print"]).refused(2, &["test"]);
}
