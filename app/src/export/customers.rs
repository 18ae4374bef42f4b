//! Customers in this program's own table, which an import reads back exactly.

use super::out::{Out, money, text};
use super::pages;
use crate::failure::Failure;
use crate::import::CUSTOMER_COLUMNS;
use crate::target::Target;
use serde_json::Value;
use till_node::command::PageOf;
use till_schema::Currency;
use till_schema::rows::CustomerRow;

pub(super) async fn write(
    target: &mut Target,
    currency: Currency,
    out: &mut Out,
) -> Result<(), Failure> {
    out.header(&CUSTOMER_COLUMNS)?;
    let take = |page: till_node::command::PageView| {
        page.customers.iter().try_for_each(|customer| out.row(row(customer, currency)))
    };
    pages::pages(target, PageOf::Customers, take).await
}

pub(super) fn row(customer: &CustomerRow, currency: Currency) -> Vec<Value> {
    vec![
        text(&customer.name),
        text(&customer.tax_id_kind),
        text(&customer.tax_id),
        text(&customer.email),
        text(&customer.phone),
        text(&customer.address),
        text(&customer.group),
        customer.credit_limit.map_or(Value::Null, |limit| money(limit, currency)),
    ]
}
