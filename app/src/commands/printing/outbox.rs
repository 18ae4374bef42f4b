//! What a command has to print, sent once its device is closed.

use crate::failure::Failure;
use std::path::{Path, PathBuf};
use till_host::printing::{Job, Kind, Printer, Queue, QueueError, Which};

/// The papers of one command.
pub(crate) struct Outbox {
    data: PathBuf,
    /// Whether another process runs the device: it works the queue.
    is_running: bool,
    posted: Option<Posted>,
}

/// A job in the queue.
struct Posted {
    queue: Queue,
    number: u64,
    kind: Kind,
    label: String,
    printer: Printer,
    /// Whether the command was about this paper: then it fails without.
    is_the_point: bool,
}

pub(super) fn trouble(error: QueueError) -> Failure {
    match error {
        QueueError::NoJob(_) => Failure::Usage(error.to_string()),
        other => Failure::Trouble(other.to_string()),
    }
}

/// The machine's clock, Unix ms.
pub(super) fn now_ms() -> i64 {
    chrono::Utc::now().timestamp_millis()
}

impl Outbox {
    pub(crate) fn new(data: &Path, is_running: bool) -> Self {
        Self { data: data.to_path_buf(), is_running, posted: None }
    }

    /// Whether another process works the queue.
    pub(super) fn is_running(&self) -> bool {
        self.is_running
    }

    pub(super) fn queue(&self) -> Result<Queue, Failure> {
        Queue::open(&self.data).map_err(trouble)
    }

    /// Puts a job into the queue.
    pub(super) fn put(&mut self, job: &Job, is_the_point: bool) -> Result<(), Failure> {
        let queue = self.queue()?;
        let put = queue.put(job).map_err(trouble)?;
        for label in put.dropped {
            eprintln!(
                "tillmesh: too much waits for printers; {label} made room and is not printed"
            );
        }
        self.posted = Some(Posted {
            queue,
            number: put.number,
            kind: job.kind,
            label: job.label.clone(),
            printer: job.printer.clone(),
            is_the_point,
        });
        Ok(())
    }

    /// Sends what was put in, when nobody else does. A paper that was not the
    /// point of the command only warns.
    pub(crate) fn send(self, as_json: bool) -> Result<(), Failure> {
        let Some(posted) = self.posted else { return Ok(()) };
        let Posted { number, printer, .. } = &posted;
        if self.is_running {
            posted.tell(as_json, false, &format!("left to the running tillmesh, for {printer}"));
            return Ok(());
        }
        let worked = posted.queue.work(Which::Of(printer), &now_ms).map_err(trouble);
        let why = match worked {
            Ok(worked) if worked.done.contains(number) => {
                let done = if posted.kind == Kind::Drawer { "opened by" } else { "printed on" };
                posted.tell(as_json, true, &format!("{done} {printer}"));
                return Ok(());
            }
            Ok(worked) if worked.busy => "another tillmesh is printing".to_owned(),
            Ok(worked) => {
                let why = worked.away.into_iter().next().map(|(_, why)| why).unwrap_or_default();
                format!("{printer} is away ({why})")
            }
            Err(Failure::Usage(why) | Failure::Trouble(why)) => why,
        };
        let failed = match posted.kind {
            Kind::Drawer => {
                // Nobody wants it opened later.
                let _ = posted.queue.drop_job(*number);
                format!("{why}; the drawer was not opened")
            }
            _ => format!(
                "{why}; {} waits as job {number}: it is printed with the next ticket, by a running device, or by `tillmesh print queue retry`",
                posted.label
            ),
        };
        if posted.is_the_point {
            return Err(Failure::Trouble(failed));
        }
        eprintln!("tillmesh: {failed}");
        Ok(())
    }
}

impl Posted {
    fn tell(&self, as_json: bool, printed: bool, text: &str) {
        if !self.is_the_point {
            return;
        }
        if as_json {
            let told = serde_json::json!({
                "job": self.number,
                "label": self.label,
                "printer": self.printer,
                "printed": printed,
            });
            println!("{told}");
        } else {
            println!("{}: {text}", self.label);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A printer that is away.
    fn away() -> Printer {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        Printer::Tcp { host: "127.0.0.1".to_owned(), port }
    }

    fn job(kind: Kind, printer: Printer) -> Job {
        let label = "T1-1".to_owned();
        Job { kind, label, printer, at_ms: now_ms(), now: b"kick\n".to_vec(), bytes: Vec::new() }
    }

    fn waiting(data: &Path) -> usize {
        Queue::open(data).expect("a queue").list().expect("a list").len()
    }

    #[test]
    fn a_sale_does_not_fail_with_its_printer() {
        let data = tempfile::tempdir().expect("a folder");
        let mut outbox = Outbox::new(data.path(), false);
        outbox.put(&job(Kind::Ticket, away()), false).expect("kept");
        outbox.send(true).expect("a printer that is away is no failure of the sale");
        assert_eq!(waiting(data.path()), 1);

        let mut outbox = Outbox::new(data.path(), false);
        outbox.put(&job(Kind::Copy, away()), true).expect("kept");
        assert!(matches!(outbox.send(true), Err(Failure::Trouble(why)) if why.contains("job 2")));
        assert_eq!(waiting(data.path()), 2);
    }

    #[test]
    fn a_drawer_that_did_not_open_is_not_opened_later() {
        let data = tempfile::tempdir().expect("a folder");
        let mut outbox = Outbox::new(data.path(), false);
        outbox.put(&job(Kind::Drawer, away()), true).expect("kept");
        assert!(matches!(outbox.send(true), Err(Failure::Trouble(_))));
        assert_eq!(waiting(data.path()), 0);
    }

    #[test]
    fn a_running_device_prints_what_a_command_puts_in() {
        let data = tempfile::tempdir().expect("a folder");
        let paper = data.path().join("paper.bin");
        let mut outbox = Outbox::new(data.path(), true);
        outbox.put(&job(Kind::Ticket, Printer::File(paper.clone())), true).expect("kept");
        outbox.send(true).expect("left to the running device");
        assert_eq!((waiting(data.path()), paper.exists()), (1, false));
    }
}
