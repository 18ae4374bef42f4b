//! Tickets, and who bought them.

use crate::Node;
use crate::command::{CommandError, CustomerView, OrderView, TicketView};
use crate::limits::QUERY_ROWS_MAX;
use std::collections::BTreeMap;
use till_books::Wanted;
use till_schema::catalogue::FieldValue;
use till_schema::rows::{CustomerRow, Rows};

impl Node {
    /// A customer by any reference.
    pub(crate) fn known_customer(
        &self,
        rows: &dyn Rows,
        reference: &str,
    ) -> Result<CustomerRow, CommandError> {
        self.customer(rows, reference).ok_or_else(|| {
            CommandError::NotFound(format!(
                "no customer is known as “{reference}”; create the customer or leave it out"
            ))
        })
    }

    pub(super) fn customer_view(
        &self,
        rows: &dyn Rows,
        reference: &str,
    ) -> Result<CustomerView, CommandError> {
        let row = self.known_customer(rows, reference)?;
        Ok(CustomerView { balance: till_books::balance(rows, row.id), row })
    }

    pub(super) fn find_orders(
        &self,
        rows: &dyn Rows,
        (from_ms, before_ms, total): (Option<i64>, Option<i64>, Option<i64>),
        customer: Option<String>,
        product: Option<String>,
        limit: usize,
    ) -> Result<Vec<OrderView>, CommandError> {
        let wanted = Wanted {
            from_ms,
            before_ms,
            total,
            customer: match customer {
                Some(reference) => Some(self.known_customer(rows, &reference)?.id),
                None => None,
            },
            product: match product {
                Some(code) => Some(self.product(rows, &code)?.id),
                None => None,
            },
        };
        let found = till_books::find(rows, &wanted, limit.min(QUERY_ROWS_MAX));
        Ok(found.into_iter().map(|row| self.order_view(rows, row)).collect())
    }

    pub(super) fn ticket_view(
        &self,
        rows: &dyn Rows,
        reference: &str,
    ) -> Result<TicketView, CommandError> {
        let texts: BTreeMap<String, FieldValue> = self
            .settings(rows)
            .all()
            .iter()
            .filter(|(name, _)| name.starts_with("business.") || name.starts_with("ticket."))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        if let Some(row) = self.return_by(rows, reference) {
            return Ok(TicketView {
                label: self.label(rows, row.space, row.number),
                register: self.device_name(row.entry.log),
                cashier: Self::person(rows, row.user),
                sale: None,
                returns: Vec::new(),
                back: Vec::new(),
                copy: till_books::copies(rows, row.note.id),
                returned: Some(row),
                texts,
            });
        }
        let row = self.order_row(rows, reference)?;
        Ok(TicketView {
            label: self.order_label(rows, &row),
            register: self.device_name(row.entry.log),
            cashier: Self::person(rows, row.user),
            returns: till_books::returns_of(rows, row.order.id),
            back: till_books::returned_quantities(rows, &row),
            copy: till_books::copies(rows, row.order.id),
            sale: Some(self.order_view(rows, row)),
            returned: None,
            texts,
        })
    }
}
