//! The queue as a person sees it.

use super::outbox::{Outbox, now_ms, trouble};
use crate::cli::{PaperArgs, QueueCmd};
use crate::failure::Failure;
use crate::print;
use till_host::printing::Which;

pub(super) fn run(
    as_json: bool,
    command: QueueCmd,
    paper: PaperArgs,
    outbox: &Outbox,
) -> Result<(), Failure> {
    let queue = outbox.queue()?;
    match command {
        QueueCmd::List => {
            print::print_queue(as_json, &queue.list().map_err(trouble)?);
            Ok(())
        }
        QueueCmd::Drop { number } => {
            let label = queue.drop_job(number).map_err(trouble)?;
            println!("{label} was taken out and is not printed");
            Ok(())
        }
        QueueCmd::Retry { number } => {
            if let Some(printer) = paper.to {
                let printer = super::whole(printer)?;
                queue.redirect(number, &printer).map_err(trouble)?;
            }
            queue.retry().map_err(trouble)?;
            if outbox.is_running() {
                println!("the running tillmesh tries again now");
                return Ok(());
            }
            let worked = queue.work(Which::All, &now_ms).map_err(trouble)?;
            if worked.busy {
                return Err(Failure::Trouble("another tillmesh is printing".to_owned()));
            }
            println!("{} printed", worked.done.len());
            let away: Vec<String> = worked
                .away
                .into_iter()
                .map(|(printer, why)| format!("{printer} is away ({why})"))
                .collect();
            match away.is_empty() {
                true => Ok(()),
                false => Err(Failure::Trouble(away.join("; "))),
            }
        }
    }
}
