//! Prints what waits, for as long as a device runs.

use super::queue::{Queue, QueueError, Which};
use std::path::Path;
use std::sync::mpsc;
use std::time::Duration;

/// Pause between two looks at the queue: what another process put in is printed
/// after so long.
const LOOK_EVERY: Duration = Duration::from_millis(300);

/// A thread that works the queue until this is dropped. A job that is on its way
/// then is still sent to its end, or again later.
#[derive(Debug)]
pub struct Worker {
    /// Never used: that it is gone ends the thread.
    _alive: mpsc::Sender<()>,
}

impl Worker {
    /// Starts on the queue of a data folder. A device runs without, so trouble is
    /// told and not returned.
    pub fn start(data: &Path) -> Option<Self> {
        let queue = Queue::open(data);
        let queue =
            queue.inspect_err(|error| tracing::error!(%error, "nothing is printed")).ok()?;
        let (alive, gone) = mpsc::channel();
        std::thread::Builder::new()
            .name("till-print".to_owned())
            .spawn(move || run(&queue, &gone))
            .inspect_err(|error| tracing::error!(%error, "nothing is printed"))
            .ok()?;
        Some(Self { _alive: alive })
    }
}

fn run(queue: &Queue, gone: &mpsc::Receiver<()>) {
    let mut told = None;
    loop {
        let trouble = work(queue).err().map(|error| error.to_string());
        if let Some(trouble) = &trouble
            && told.as_ref() != Some(trouble)
        {
            tracing::warn!("printing: {trouble}");
        }
        told = trouble;
        if gone.recv_timeout(LOOK_EVERY) == Err(mpsc::RecvTimeoutError::Disconnected) {
            return;
        }
    }
}

fn work(queue: &Queue) -> Result<(), QueueError> {
    let now = || chrono::Utc::now().timestamp_millis();
    let worked = queue.work(Which::Due, &now)?;
    for (printer, why) in worked.away {
        tracing::info!(%printer, why, "the printer is away; its jobs wait");
    }
    Ok(())
}
