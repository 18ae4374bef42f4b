//! The queue with printers that are there, away, and back.

use super::super::worker::Worker;
use super::*;
use std::io::Read;
use std::net::TcpListener;
use std::sync::mpsc;
use tempfile::TempDir;

fn queue() -> (TempDir, Queue) {
    let data = tempfile::tempdir().expect("a folder");
    let queue = Queue::open(data.path()).expect("a queue");
    (data, queue)
}

fn job(kind: Kind, label: &str, printer: &Printer) -> Job {
    let bytes = format!("{label}\n").into_bytes();
    let (label, printer) = (label.to_owned(), printer.clone());
    Job { kind, label, printer, at_ms: 0, now: Vec::new(), bytes }
}

fn put(queue: &Queue, kind: Kind, label: &str, printer: &Printer) -> Put {
    queue.put(&job(kind, label, printer)).expect("kept")
}

fn labels(queue: &Queue) -> Vec<String> {
    queue.list().expect("a list").into_iter().map(|waiting| waiting.label).collect()
}

/// Works the queue at a moment.
fn work(queue: &Queue, which: Which<'_>, now_ms: i64) -> Worked {
    queue.work(which, &|| now_ms).expect("worked")
}

/// Longest wait for a job that must come.
const WAIT: std::time::Duration = std::time::Duration::from_secs(30);

/// A network printer that tells each job it got.
struct FakePrinter {
    printer: Printer,
    jobs: mpsc::Receiver<Vec<u8>>,
}

/// The address of a printer that is away.
fn away() -> Printer {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    Printer::Tcp { host: "127.0.0.1".to_owned(), port }
}

impl FakePrinter {
    fn at(printer: &Printer) -> Self {
        let Printer::Tcp { host, port } = printer else { panic!("a network printer") };
        let listener = TcpListener::bind((host.as_str(), *port)).expect("the port is free");
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
        Self { printer: printer.clone(), jobs }
    }

    /// The next so many jobs, and that there are no more.
    fn got(&self, count: usize) -> Vec<String> {
        let next = || self.jobs.recv_timeout(WAIT).expect("a job");
        let jobs = (0..count).map(|_| String::from_utf8(next()).expect("text")).collect();
        assert!(self.jobs.try_recv().is_err(), "no more than {count}");
        jobs
    }
}

#[test]
fn jobs_arrive_whole_and_in_order() {
    let (_data, queue) = queue();
    let fake = FakePrinter::at(&away());
    for n in 1..=12 {
        put(&queue, Kind::Ticket, &format!("T1-{n}"), &fake.printer);
    }
    let worked = work(&queue, Which::Due, 0);
    assert_eq!(worked.done, (1..=12).collect::<Vec<u64>>());
    let wanted: Vec<String> = (1..=12).map(|n| format!("T1-{n}\n")).collect();
    assert_eq!(fake.got(12), wanted);
    assert_eq!(queue.list().expect("a list"), []);
    assert_eq!(work(&queue, Which::All, 0), Worked::default());
}

#[test]
fn a_printer_that_is_away_is_waited_for_and_gets_it_once() {
    let (data, queue) = queue();
    let printer = away();
    let there = Printer::File(data.path().join("other.bin"));
    put(&queue, Kind::Ticket, "T1-1", &printer);
    put(&queue, Kind::Ticket, "T1-2", &printer);
    put(&queue, Kind::Ticket, "K1", &there);
    let worked = work(&queue, Which::Due, 0);
    assert_eq!(worked.done, [3], "another printer's job does not wait for it");
    assert_eq!(worked.away.len(), 1, "the second job was not even tried");
    assert_eq!(labels(&queue), ["T1-1", "T1-2"]);
    let trouble = queue.list().expect("a list")[0].trouble.clone().expect("it is away");
    assert_eq!((trouble.times, trouble.again_at_ms), (1, 1_000));
    assert!(!trouble.why.is_empty());

    let fake = FakePrinter::at(&printer);
    assert_eq!(work(&queue, Which::Due, 999), Worked::default(), "it is left alone for now");
    assert_eq!(work(&queue, Which::Due, 1_000).done, [1, 2]);
    assert_eq!(fake.got(2), ["T1-1\n", "T1-2\n"]);
    assert_eq!(work(&queue, Which::All, 1_000), Worked::default(), "once");
}

#[test]
fn a_person_may_have_it_tried_at_once_elsewhere_or_not_at_all() {
    let (data, queue) = queue();
    let printer = away();
    for label in ["T1-1", "T1-2", "T1-3"] {
        put(&queue, Kind::Ticket, label, &printer);
    }
    work(&queue, Which::Due, 0);
    queue.retry().expect("said");
    assert_eq!(work(&queue, Which::Due, 0).away.len(), 1, "it was tried again");
    assert_eq!(queue.drop_job(2).expect("dropped"), "T1-2");
    assert!(matches!(queue.drop_job(2), Err(QueueError::NoJob(2))));
    let other = Printer::File(data.path().join("other.bin"));
    assert!(matches!(queue.redirect(Some(2), &other), Err(QueueError::NoJob(2))));
    queue.redirect(Some(3), &other).expect("sent elsewhere");
    assert_eq!(work(&queue, Which::Of(&other), 0).done, [3]);
    queue.redirect(None, &other).expect("sent elsewhere");
    assert_eq!(work(&queue, Which::Due, 0).done, [1]);
    assert_eq!(std::fs::read(data.path().join("other.bin")).expect("a file"), b"T1-3\nT1-1\n");
}

#[test]
fn what_a_power_cut_left_half_written_is_no_job() {
    let (data, queue) = queue();
    let there = Printer::File(data.path().join("paper.bin"));
    put(&queue, Kind::Ticket, "T1-1", &there);
    let folder = data.path().join(FOLDER);
    // Cut before the rename, and a file that a failing disk has shortened.
    let half = folder.join("0002-T1-2.bin.new");
    let whole = job(Kind::Ticket, "T1-2", &there).to_file();
    std::fs::write(&half, &whole[..9]).expect("a file");
    std::fs::write(folder.join("0003-T1-3.bin"), &whole[..9]).expect("a file");
    assert_eq!(labels(&queue), ["T1-1", "T1-3"], "what is unfinished is not listed");

    let queue = Queue::open(data.path()).expect("opened again");
    assert!(!half.exists(), "it is cleaned up");
    assert_eq!(work(&queue, Which::Due, 0).done, [1]);
    let left = queue.list().expect("a list");
    assert_eq!((left.len(), left[0].kind), (1, None), "what is damaged is told and not sent");
    assert_eq!(put(&queue, Kind::Ticket, "T1-4", &there).number, 4);
    queue.drop_job(3).expect("dropped");
    assert_eq!(work(&queue, Which::Due, 0).done, [4]);
    assert_eq!(std::fs::read(data.path().join("paper.bin")).expect("a file"), b"T1-1\nT1-4\n");
}

#[test]
fn the_queue_is_bounded() {
    let (_data, queue) = queue();
    let printer = away();
    for n in 1..=JOBS_MAX {
        let kind = if n == 50 { Kind::Copy } else { Kind::Ticket };
        assert_eq!(put(&queue, kind, &format!("T1-{n}"), &printer).dropped, [""; 0]);
    }
    let full = put(&queue, Kind::Ticket, "new-1", &printer);
    assert_eq!(full.dropped, ["T1-50"], "a copy goes first");
    let full = put(&queue, Kind::Ticket, "new-2", &printer);
    assert_eq!(full.dropped, ["T1-1"], "then the oldest");
    assert_eq!(full.number, JOBS_MAX as u64 + 2);
    let left = labels(&queue);
    assert_eq!(left.len(), JOBS_MAX);
    assert_eq!(left.last().map(String::as_str), Some("new-2"));
}

#[test]
fn a_drawer_that_waited_too_long_stays_shut() {
    let (data, queue) = queue();
    let path = data.path().join("paper.bin");
    let there = Printer::File(path.clone());
    let mut ticket = job(Kind::Ticket, "T1-1", &there);
    ticket.now = b"kick\n".to_vec();
    queue.put(&ticket).expect("kept");
    let drawer = Job { bytes: Vec::new(), kind: Kind::Drawer, ..ticket };
    queue.put(&drawer).expect("kept");
    assert_eq!(work(&queue, Which::Due, 3_600_000).done, [1, 2]);
    assert_eq!(std::fs::read(&path).expect("a file"), b"T1-1\n");
    queue.put(&drawer).expect("kept");
    assert_eq!(work(&queue, Which::Due, 5_000).done, [1]);
    assert_eq!(std::fs::read(&path).expect("a file"), b"T1-1\nkick\n");
}

#[test]
fn two_processes_never_send_at_once() {
    let (_data, queue) = queue();
    put(&queue, Kind::Ticket, "T1-1", &away());
    let sending = queue.lock(SEND_LOCK).expect("a lock");
    assert!(work(&queue.clone(), Which::All, 0).busy);
    drop(sending);
    assert!(!work(&queue, Which::All, 0).busy);
}

#[test]
fn a_running_device_prints_what_was_kept() {
    let (data, queue) = queue();
    let printer = away();
    put(&queue, Kind::Ticket, "T1-1", &printer);
    work(&queue, Which::All, 0);
    // The printer is back before the device runs, and the pause is long over.
    let fake = FakePrinter::at(&printer);
    let worker = Worker::start(data.path()).expect("a worker");
    assert_eq!(fake.got(1), ["T1-1\n"]);
    put(&queue, Kind::Copy, "T1-2", &printer);
    assert_eq!(fake.got(1), ["T1-2\n"]);
    drop(worker);
}
