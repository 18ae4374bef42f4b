//! Asking the device for everything, a page at a time.

use crate::failure::Failure;
use crate::target::Target;
use std::collections::BTreeSet;
use till_node::command::{Command, DayReply, Look, OrderView, PageOf, PageView, Reply};
use till_schema::OrderId;

/// Records asked for at a time.
const PAGE: usize = 2_000;

fn unexpected() -> Failure {
    Failure::Trouble("the device answered something else".to_owned())
}

/// What the device says to a question about the day.
pub(super) async fn look(target: &mut Target, look: Look) -> Result<DayReply, Failure> {
    match target.execute(Command::Look(look)).await? {
        Reply::Day(reply) => Ok(reply),
        _ => Err(unexpected()),
    }
}

/// Hands all records of a kind to `take`, page by page.
pub(crate) async fn pages(
    target: &mut Target,
    of: PageOf,
    mut take: impl FnMut(PageView) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let mut after = None;
    loop {
        let DayReply::Page(page) = look(target, Look::Page { of, after, limit: PAGE }).await?
        else {
            return Err(unexpected());
        };
        after = page.next;
        take(page)?;
        if after.is_none() {
            return Ok(());
        }
    }
}

/// Hands all orders to `take`, newest first.
pub(super) async fn orders(
    target: &mut Target,
    mut take: impl FnMut(OrderView) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let mut before_ms = None;
    // Orders of the moment at which the last page ended: they come again.
    let mut met: BTreeSet<OrderId> = BTreeSet::new();
    loop {
        let asked = Look::FindOrders {
            from_ms: None,
            before_ms,
            total: None,
            customer: None,
            product: None,
            limit: PAGE,
        };
        let DayReply::Orders(orders) = look(target, asked).await? else {
            return Err(unexpected());
        };
        let is_last = orders.len() < PAGE;
        let oldest = orders.last().map(|view| view.row.order.sold_at_ms);
        let mut ended: BTreeSet<OrderId> = BTreeSet::new();
        let mut any_new = false;
        for view in orders {
            let id = view.row.order.id;
            if Some(view.row.order.sold_at_ms) == oldest {
                ended.insert(id);
            }
            if !met.contains(&id) {
                any_new = true;
                take(view)?;
            }
        }
        match oldest {
            _ if is_last => return Ok(()),
            Some(oldest) if any_new => before_ms = Some(oldest.saturating_add(1)),
            _ => {
                return Err(Failure::Trouble(format!(
                    "more than {PAGE} orders have the same time; they cannot be told apart"
                )));
            }
        }
        met = ended;
    }
}

/// Hands all products to `take`.
pub(super) async fn products(
    target: &mut Target,
    mut take: impl FnMut(&till_node::command::ProductView) -> Result<(), Failure>,
) -> Result<(), Failure> {
    pages(target, PageOf::Products, |page| page.products.iter().try_for_each(&mut take)).await
}
