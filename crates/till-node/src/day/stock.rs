//! Stock: counts, waste, transfers, and what is known of it.

use crate::Node;
use crate::command::{CommandError, LowStockView, StockByDevice, StockView};
use crate::io::Now;
use crate::job::Caller;
use crate::sell::{Done, wrong};
use till_schema::body::{StockMoved, StockReason};
use till_schema::limits::TEXT_BYTES_MAX;
use till_schema::rows::{ProductRow, Rows, Table, collect_rows, get_row};
use till_schema::{ProductId, Quantity};
use till_shop::Need;

impl Node {
    pub(super) fn count_stock(
        &mut self,
        now: Now,
        rows: &mut dyn Rows,
        caller: Caller,
        counts: Vec<(String, Quantity)>,
        place: String,
        note: String,
    ) -> Done {
        self.entitled(Need::Sell)?;
        check_place(&place)?;
        let mut moves = Vec::with_capacity(counts.len());
        for (code, counted) in counts {
            if counted.0 < 0 {
                return Err(wrong(format!("nobody can count {counted} of “{code}”")));
            }
            let product = self.product(rows, &code)?.id;
            moves.push((product, Quantity(counted.0.wrapping_sub(there(rows, product, &place).0))));
        }
        if moves.is_empty() {
            return Err(wrong("no product was counted"));
        }
        let body = StockMoved { reason: StockReason::Count, moves, note, place, to: None };
        self.write_done(now, rows, caller, vec![body.into()])
    }

    pub(super) fn move_stock_at(
        &mut self,
        now: Now,
        rows: &mut dyn Rows,
        caller: Caller,
        reason: StockReason,
        moves: Vec<(String, Quantity)>,
        (place, to, note): (String, Option<String>, String),
    ) -> Done {
        self.entitled(Need::Sell)?;
        check_place(&place)?;
        match (reason, &to) {
            (StockReason::Transfer, None) => return Err(wrong("say where the goods go")),
            (StockReason::Transfer, Some(to)) => {
                check_place(to)?;
                if *to == place {
                    return Err(wrong("the goods are there already"));
                }
            }
            (StockReason::Count, _) => return Err(wrong("a count says how much there is")),
            (_, Some(_)) => return Err(wrong("only a transfer goes to another place")),
            (_, None) => {}
        }
        let takes = matches!(reason, StockReason::Waste | StockReason::Transfer);
        let mut all = Vec::with_capacity(moves.len());
        for (code, quantity) in moves {
            let one_way = takes || reason == StockReason::Receive;
            if one_way && quantity.0 <= 0 {
                return Err(wrong(format!("the quantity of “{code}” must be more than zero")));
            }
            let change = if takes { quantity.0.wrapping_neg() } else { quantity.0 };
            all.push((self.product(rows, &code)?.id, Quantity(change)));
        }
        if all.is_empty() {
            return Err(wrong("no product to move"));
        }
        let body = StockMoved { reason, moves: all, note, place, to };
        self.write_done(now, rows, caller, vec![body.into()])
    }

    pub(super) fn stock_view(
        &self,
        rows: &dyn Rows,
        code: &str,
    ) -> Result<StockView, CommandError> {
        let row = self.product(rows, code)?;
        let devices = till_books::stock_by_device(rows, row.id)
            .into_iter()
            .map(|(log, moved)| StockByDevice {
                device: self.device_name(log),
                moved,
                as_of_ms: get_row(rows, Table::LastWall, &log.0).unwrap_or_default(),
                linked: log == self.me || self.is_linked(log),
            })
            .collect();
        Ok(StockView {
            shelf: till_books::stock(rows, row.id),
            places: till_books::places(rows, row.id),
            devices,
            sku: row.sku,
            name: row.name,
        })
    }

    pub(super) fn low_stock(rows: &dyn Rows) -> Vec<LowStockView> {
        let mut low: Vec<LowStockView> = collect_rows::<ProductRow>(rows, Table::Products, &[])
            .into_iter()
            .map(|(_, row)| row)
            .filter(|row| !row.archived)
            .filter_map(|row| {
                let shelf = till_books::stock(rows, row.id);
                let mark = row.low_stock;
                let runs_low = mark.map_or(shelf.0 < 0, |mark| shelf <= mark);
                runs_low.then_some(LowStockView { sku: row.sku, name: row.name, shelf, mark })
            })
            .collect();
        low.sort_by(|a, b| (&a.name, &a.sku).cmp(&(&b.name, &b.sku)));
        low
    }
}

fn there(rows: &dyn Rows, product: ProductId, place: &str) -> Quantity {
    if place.is_empty() {
        return till_books::stock(rows, product);
    }
    till_books::places(rows, product).get(place).copied().unwrap_or_default()
}

fn check_place(place: &str) -> Done {
    if place.len() > TEXT_BYTES_MAX || place.chars().any(char::is_control) {
        return Err(wrong("the place's name is too long or cannot be read"));
    }
    Ok(())
}
