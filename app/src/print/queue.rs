//! What waits for its printer, as a table.

use super::{json, table, time};
use till_host::printing::Waiting;

/// The print queue.
pub(crate) fn print_queue(as_json: bool, waiting: &[Waiting]) {
    if as_json {
        return json(&waiting);
    }
    if waiting.is_empty() {
        println!("nothing waits for a printer");
        return;
    }
    let mut rows = table(&["Job", "Since", "What", "Number", "Printer", "Tried", "Trouble"]);
    for job in waiting {
        let (times, why) = match &job.trouble {
            Some(trouble) => (trouble.times.to_string(), trouble.why.clone()),
            None => Default::default(),
        };
        rows.add_row([
            job.number.to_string(),
            time(job.at_ms),
            job.kind.map_or("damaged", |kind| kind.name()).to_owned(),
            job.label.clone(),
            job.printer.as_ref().map(ToString::to_string).unwrap_or_default(),
            times,
            why,
        ]);
    }
    println!("{rows}");
}
