//! A file of 100,000 rows is read in the memory of its codes.

use super::*;
use std::cell::Cell;
use std::io::Read;
use std::rc::Rc;

const ROWS: usize = 100_000;

/// Rows made when they are asked for, so that the file itself is nowhere.
struct Generated {
    next: usize,
    buffer: Vec<u8>,
    given: Rc<Cell<usize>>,
}

impl Read for Generated {
    fn read(&mut self, to: &mut [u8]) -> std::io::Result<usize> {
        while self.buffer.len() < to.len() && self.next <= ROWS {
            let row = match self.next {
                0 => "sku,name,price,category,stock\n".to_owned(),
                row if row % 10_000 == 0 => format!("A{row},Product {row},x,Goods,1\n"),
                row => format!("A{row},\"Product, {row}\",{}.50,Goods,{}\n", row % 100, row % 9),
            };
            self.buffer.extend_from_slice(row.as_bytes());
            self.next += 1;
        }
        let length = self.buffer.len().min(to.len());
        to[..length].copy_from_slice(&self.buffer[..length]);
        self.buffer.drain(..length);
        self.given.set(self.given.get() + length);
        Ok(length)
    }
}

fn rules() -> Rules {
    Rules { currency: Currency::Usd, defaults: defaults(), format: None }
}

#[test]
fn a_hundred_thousand_rows_are_read_as_a_stream() {
    let given = Rc::new(Cell::new(0));
    let file = Generated { next: 0, buffer: Vec::new(), given: Rc::clone(&given) };
    let reading = read_products(file, &rules()).unwrap();
    let (mut drafts, mut early) = (0u64, 0);
    let report = Report::of(reading, |draft| {
        if drafts == 0 {
            // The first draft is out while the file has hardly begun.
            early = given.get();
        }
        drafts += 1;
        assert!(draft.price > 0);
        true
    })
    .unwrap();
    assert!(early < 256 * 1024, "{early} bytes were read before the first row was given");
    assert!(given.get() > 2_500_000);
    assert_eq!((report.good, report.broken, report.odd), (ROWS as u64 - 10, 10, 0));
    assert_eq!(drafts, report.good);
    // What is kept of it does not grow with the file.
    assert_eq!((report.first.len(), report.errors.len()), (10, 10));
    assert_eq!(
        report.errors[0].to_string(),
        "line 10001, column price: “x” is not a number; write it like 12.50"
    );
}

#[test]
fn reading_stops_when_nobody_takes_any_more() {
    let given = Rc::new(Cell::new(0));
    let file = Generated { next: 0, buffer: Vec::new(), given: Rc::clone(&given) };
    let report = Report::of(read_products(file, &rules()).unwrap(), |_| false).unwrap();
    assert_eq!(report.good, 1);
    assert!(given.get() < 256 * 1024);
}

#[test]
fn a_long_list_of_errors_is_only_counted() {
    let csv = format!("sku,name,price\n{}", "1,Pan,x\n".repeat(2_000));
    let report = Report::of(read_products(csv.as_bytes(), &rules()).unwrap(), |_| true).unwrap();
    assert_eq!((report.broken, report.errors.len()), (2_000, 500));
}

#[test]
fn a_person_may_say_the_format() {
    let csv = "handle,sku,name,price\na,1,Pan,2\n";
    let generic = Rules { format: Some(Format::Generic), ..rules() };
    let read = read_products(csv.as_bytes(), &generic).unwrap().collect().unwrap();
    assert_eq!((read.format, read.rows[0].price), (Format::Generic, 200));
    let odoo = Rules { format: Some(Format::Odoo), ..rules() };
    let refused = read_products(csv.as_bytes(), &odoo).err().unwrap().to_string();
    assert!(refused.starts_with("this looks like a product file (Odoo), but lacks “Sales Price”"));
    assert_eq!("square".parse(), Ok(Format::Square));
    assert!("excel".parse::<Format>().unwrap_err().contains("loyverse, woocommerce, odoo"));
}
