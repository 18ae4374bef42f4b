//! Whole tables, page by page.

use crate::Node;
use crate::command::{AccountPaymentView, PageOf, PageView, ProductView, ReturnView};
use crate::limits::QUERY_ROWS_MAX;
use till_schema::body::AccountPaid;
use till_schema::rows::{
    CustomerRow, DocumentRow, ProductRow, ReturnRow, Rows, Table, decode_row, get_row,
};

impl Node {
    pub(super) fn page(
        &self,
        rows: &dyn Rows,
        of: PageOf,
        after: Option<[u8; 16]>,
        limit: usize,
    ) -> PageView {
        let table = match of {
            PageOf::Products => Table::Products,
            PageOf::Customers => Table::Customers,
            PageOf::Returns => Table::Returns,
            PageOf::AccountPayments => Table::AccountPayments,
        };
        // The first key that is greater than the one before.
        let from = after.map_or_else(Vec::new, |id| [&id[..], &[0]].concat());
        let limit = limit.clamp(1, QUERY_ROWS_MAX);
        let (mut page, mut last, mut seen) = (PageView::default(), None, 0);
        rows.scan_from(table, &[], &from, &mut |key, value| {
            if seen == limit {
                page.next = last;
                return false;
            }
            (last, seen) = (key.try_into().ok(), seen + 1);
            match of {
                PageOf::Products => {
                    let product: ProductRow = decode_row(table, value);
                    if !product.archived {
                        let stock = till_books::stock(rows, product.id);
                        let places = till_books::places(rows, product.id).into_iter();
                        page.places.extend(places.map(|(place, there)| (product.id, place, there)));
                        page.products.push(ProductView { product, stock });
                    }
                }
                PageOf::Customers => {
                    let customer: CustomerRow = decode_row(table, value);
                    page.customers.extend((!customer.archived).then_some(customer));
                }
                PageOf::Returns => {
                    page.returns.push(self.return_view(rows, decode_row(table, value)))
                }
                PageOf::AccountPayments => {
                    page.payments.push(payment_view(rows, decode_row(table, value)));
                }
            }
            true
        });
        page
    }

    fn return_view(&self, rows: &dyn Rows, row: ReturnRow) -> ReturnView {
        let document: Option<DocumentRow> = get_row(rows, Table::Documents, row.code.as_bytes());
        ReturnView {
            label: self.label(rows, row.space, row.number),
            register: self.device_name(row.entry.log),
            outcome: document.and_then(|document| document.outcome),
            row,
        }
    }
}

fn payment_view(rows: &dyn Rows, paid: AccountPaid) -> AccountPaymentView {
    let customer: Option<CustomerRow> = get_row(rows, Table::Customers, &paid.customer.0);
    AccountPaymentView {
        id: paid.id,
        customer: customer.map(|row| row.name).unwrap_or_default(),
        tenders: paid.tenders,
        change: paid.change,
        note: paid.note,
    }
}
