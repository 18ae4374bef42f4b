//! A run as a page a person would rather look at than read.
//!
//! One file that needs nothing else: the events as compact JSON, and a small
//! program that draws what is visible of them. Text of a run reaches the page
//! only as JSON without `<`, and the program puts it there only as text.

mod data;

use crate::trace::Trace;
use std::io;
use std::path::Path;

/// Bare parts of the page, in the order they stand in it.
const PAGE: &str = include_str!("timeline/page.html");
const STYLE: &str = include_str!("timeline/page.css");
const SCRIPTS: [&str; 6] = [
    include_str!("timeline/run.js"),
    include_str!("timeline/view.js"),
    include_str!("timeline/lanes.js"),
    include_str!("timeline/marks.js"),
    include_str!("timeline/draw.js"),
    include_str!("timeline/panel.js"),
];

/// The page. `summary` is a handful of figures about the run, each with its
/// name, shown at the top.
pub fn html(trace: &Trace, title: &str, summary: &[(String, String)]) -> String {
    let data = data::json(trace, title, summary);
    // One pass, so that nothing of the run is taken for a place to fill in.
    let mut page = String::with_capacity(data.len() + 64 * 1024);
    for part in PAGE.split_inclusive("}}") {
        let (text, place) = part.split_once("{{").unwrap_or((part, ""));
        page.push_str(text);
        match place {
            "TITLE}}" => page.push_str(&escaped(title)),
            "STYLE}}" => page.push_str(STYLE),
            "RUN}}" => page.push_str(&data),
            "SCRIPT}}" => SCRIPTS.iter().for_each(|script| page.push_str(script)),
            _ => {}
        }
    }
    page
}

/// Writes the page to a file.
///
/// # Errors
/// When the file cannot be written.
pub fn write(
    path: &Path,
    trace: &Trace,
    title: &str,
    summary: &[(String, String)],
) -> io::Result<()> {
    std::fs::write(path, html(trace, title, summary))
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::{Event, EventKind};

    const ROGUE: &str = "Caja </script><b>\"1\" & 'x' {{RUN}}";

    fn small() -> Trace {
        let at = |at_ms, device, kind| Event { at_ms, device, kind };
        let label = "P-1".to_owned();
        let sale = EventKind::SaleAcknowledged {
            order: "ab".to_owned(),
            label,
            total: 100,
            repeated: false,
            provisional: false,
        };
        Trace {
            devices: vec![ROGUE.to_owned(), "Caja 2".to_owned(), "Bodega ñ".to_owned()],
            events: vec![
                at(-5, Some(0), EventKind::Started { start: 1 }),
                at(0, None, EventKind::PartitionBegan { islands: vec![vec![0], vec![1, 2]] }),
                at(40, Some(0), sale),
                at(50, Some(1), EventKind::Note { text: "<!-- \u{2028} \\ \"".to_owned() }),
                at(60, None, EventKind::PartitionEnded),
            ],
        }
    }

    #[test]
    fn every_device_is_on_the_page_and_nothing_of_a_run_is_markup() {
        let trace = small();
        let page = html(&trace, ROGUE, &[("violations".to_owned(), "0 </script>".to_owned())]);
        assert!(page.contains("Caja 2") && page.contains("Bodega ñ"));
        assert!(page.contains(r#""Caja \u003c/script>\u003cb>\"1\" & 'x' {{RUN}}""#));
        assert!(page.contains("<title>Caja &lt;/script&gt;&lt;b&gt;&quot;1&quot;"));
        let own = SCRIPTS.iter().map(|script| script.matches("</script").count()).sum::<usize>();
        assert_eq!(own, 0);
        assert_eq!(page.matches("</script>").count(), PAGE.matches("</script>").count());
        assert!(!page.contains("<!-- \u{2028}"));
    }

    #[test]
    fn one_run_is_one_page() {
        let (once, again) = (html(&small(), "a", &[]), html(&small(), "a", &[]));
        assert_eq!(once, again);
    }

    #[test]
    fn the_page_needs_nothing_else() {
        let page = html(&small(), "a", &[]);
        for outside in ["http:", "https:", "src=", "@import", "url(", "fetch("] {
            assert!(!page.contains(outside), "{outside}");
        }
    }
}
