//! Commands that only read.

use crate::Node;
use crate::catalogue;
use crate::command::{
    BooksTotals, Command, CommandError, ConflictStatus, ConflictView, FiscalQueue, NumbersAudit,
    OrderView, ProductView, QueuedDocument, Reply, ShopView, SyncStatus,
};
use crate::io::Now;
use crate::limits::{QUERY_ROWS_MAX, QUEUE_LISTED_MAX};
use std::collections::BTreeMap;
use till_conflicts::{Conflict, Status};
use till_schema::body::ConflictKind;
use till_schema::catalogue::DocumentId;
use till_schema::numbering::Ranges;
use till_schema::rows::{
    AnomalyRow, CustomerRow, DocumentRow, NumberRow, OrderRow, ProductRow, Rows, Table,
    collect_rows, decode_row, get_row,
};
use till_schema::{LogId, OrderId, ProductId};

impl Node {
    /// Answers a reading command.
    ///
    /// # Errors
    /// When there is nothing by that name.
    pub(crate) fn query(
        &mut self,
        now: Now,
        rows: &dyn Rows,
        command: Command,
    ) -> Result<Reply, CommandError> {
        Ok(match command {
            Command::Shop => Reply::Shop(self.shop_view(rows).ok_or_else(crate::sell::not_synced)?),
            Command::Quote(quote) => Reply::Quote(self.quote(now, rows, &quote)?),
            Command::Look(look) => Reply::Day(self.look(now, rows, look)?),
            Command::Products { query, limit } => {
                Reply::Products(self.products(rows, &query, limit))
            }
            Command::Customers { query, limit } => Reply::Customers(customers(rows, &query, limit)),
            Command::History { code, field } => {
                let id = self.product(rows, &code)?.id;
                Reply::History(catalogue::history(rows, DocumentId::Catalogue, &id.0, &field))
            }
            Command::Orders { limit } => Reply::Orders(self.orders(rows, limit)),
            Command::Order { reference } => Reply::Orders(vec![self.order(rows, &reference)?]),
            Command::Totals => Reply::Totals(totals(rows)),
            Command::NumbersStatus => Reply::NumbersStatus(self.numbers_status(rows, now)),
            Command::NumbersAudit => Reply::NumbersAudit(self.numbers_audit(rows)),
            Command::Conflicts => Reply::Conflicts(self.conflicts(rows)),
            Command::Devices => Reply::Devices(self.device_views(rows)),
            Command::Joins => Reply::Joins(self.joins.clone()),
            Command::Users => Reply::Users(Self::user_views(rows)),
            Command::SyncStatus => Reply::SyncStatus(self.sync_status()),
            Command::FiscalQueue => Reply::FiscalQueue(self.fiscal_queue(rows)),
            Command::Digest => Reply::Digest(
                till_schema::rows::digests(rows)
                    .into_iter()
                    .map(|(name, digest)| (name.to_owned(), digest))
                    .collect(),
            ),
            _ => unreachable!("other commands become jobs, or are answered before"),
        })
    }

    /// Products found, with their stock; all by name for an empty search.
    pub fn products(&self, rows: &dyn Rows, query: &str, limit: usize) -> Vec<ProductView> {
        let limit = limit.min(QUERY_ROWS_MAX);
        let view = |product: ProductRow| {
            let stock = till_books::stock(rows, product.id);
            ProductView { product, stock }
        };
        if query.trim().is_empty() {
            return self.all_products(rows).into_iter().take(limit).collect();
        }
        let found: Vec<ProductId> = self.search.find(query, limit);
        found.into_iter().filter_map(|id| get_row(rows, Table::Products, &id.0)).map(view).collect()
    }

    /// All products that are not put away, by name, with their stock.
    pub fn all_products(&self, rows: &dyn Rows) -> Vec<ProductView> {
        let mut stock: BTreeMap<ProductId, i64> = BTreeMap::new();
        rows.scan(Table::Stock, &[], &mut |key, value| {
            let row: till_schema::rows::StockRow = decode_row(Table::Stock, value);
            let product = ProductId(key[..16].try_into().expect("a product"));
            let sum = stock.entry(product).or_default();
            *sum = sum.wrapping_add(row.moved);
            true
        });
        let mut all: Vec<ProductView> = collect_rows::<ProductRow>(rows, Table::Products, &[])
            .into_iter()
            .map(|(_, product)| product)
            .filter(|product| !product.archived)
            .map(|product| {
                let stock = stock.get(&product.id).copied().unwrap_or_default();
                ProductView { product, stock: till_schema::Quantity(stock) }
            })
            .collect();
        all.sort_by(|a, b| (&a.product.name, a.product.id).cmp(&(&b.product.name, b.product.id)));
        all
    }

    /// The newest orders.
    pub fn orders(&self, rows: &dyn Rows, limit: usize) -> Vec<OrderView> {
        till_books::orders(rows, limit.min(QUERY_ROWS_MAX))
            .into_iter()
            .map(|row| self.order_view(rows, row))
            .collect()
    }

    fn order(&self, rows: &dyn Rows, reference: &str) -> Result<OrderView, CommandError> {
        Ok(self.order_view(rows, self.order_row(rows, reference)?))
    }

    /// An order by id, or by its number as printed.
    pub(crate) fn order_row(
        &self,
        rows: &dyn Rows,
        reference: &str,
    ) -> Result<OrderRow, CommandError> {
        let by_id = reference.parse::<OrderId>().ok().and_then(|id| till_books::order(rows, id));
        by_id
            .or_else(|| self.numbered(rows, reference, till_books::order))
            .ok_or_else(|| CommandError::NotFound(format!("no order is known as “{reference}”")))
    }

    /// What a number as printed is on: a sale, or a return.
    pub(crate) fn numbered<T>(
        &self,
        rows: &dyn Rows,
        reference: &str,
        read: impl Fn(&dyn Rows, OrderId) -> Option<T>,
    ) -> Option<T> {
        let digits = reference.rsplit('-').next()?;
        let number: u64 = digits.parse().ok()?;
        for (space, row) in till_numbers::spaces(rows) {
            if reference != digits && reference != row.space.label(number) {
                continue;
            }
            let mut order = None;
            let prefix = till_schema::rows::key(&[&space.0, &number.to_be_bytes()]);
            rows.scan(Table::Numbers, &prefix, &mut |_, value| {
                let row: NumberRow = decode_row(Table::Numbers, value);
                order = read(rows, row.order);
                order.is_none()
            });
            if order.is_some() {
                return order;
            }
        }
        None
    }

    pub(crate) fn order_view(&self, rows: &dyn Rows, row: OrderRow) -> OrderView {
        let document: Option<DocumentRow> = get_row(rows, Table::Documents, row.code.as_bytes());
        OrderView {
            label: self.order_label(rows, &row),
            register: self.device_name(row.entry.log),
            outcome: document.and_then(|document| document.outcome),
            row,
        }
    }

    fn numbers_audit(&self, rows: &dyn Rows) -> Vec<NumbersAudit> {
        till_numbers::spaces(rows)
            .into_iter()
            .map(|(space, row)| {
                let audit = till_numbers::audit(rows, space);
                let sums = audit.totals();
                let by_name = |class: &BTreeMap<LogId, Ranges>| {
                    let mut named: BTreeMap<String, u64> = BTreeMap::new();
                    for (log, ranges) in class {
                        *named.entry(self.device_name(*log)).or_default() += ranges.count();
                    }
                    named
                };
                NumbersAudit {
                    space,
                    prefix: row.space.prefix,
                    minted: sums.minted,
                    held: by_name(&audit.held),
                    in_transit: sums.in_transit,
                    issued: by_name(&audit.issued),
                    voided: sums.voided,
                    lost: by_name(&audit.lost),
                    declared_lost: sums.declared_lost,
                    duplicates: audit
                        .duplicates
                        .iter()
                        .flat_map(|(from, to)| from..=to)
                        .take(QUERY_ROWS_MAX)
                        .collect(),
                    unaccounted: sums.unaccounted,
                    heads: self.applied.clone(),
                }
            })
            .collect()
    }

    /// All conflicts, those that wait for a person first.
    pub fn conflicts(&self, rows: &dyn Rows) -> Vec<ConflictView> {
        let mut views: Vec<ConflictView> = till_conflicts::conflicts(rows)
            .into_iter()
            .map(|conflict| self.conflict_view(conflict))
            .collect();
        views.sort_by(|a, b| {
            (a.status == ConflictStatus::Closed, &a.key)
                .cmp(&(b.status == ConflictStatus::Closed, &b.key))
        });
        views
    }

    fn conflict_view(&self, conflict: Conflict) -> ConflictView {
        let status = match conflict.status {
            Status::Open => ConflictStatus::Open,
            Status::Contested => ConflictStatus::Contested,
            Status::Closed => ConflictStatus::Closed,
        };
        ConflictView {
            devices: conflict
                .candidates
                .iter()
                .map(|candidate| self.device_name(candidate.set_by.log))
                .collect(),
            key: conflict.key,
            status,
            evidence: conflict.evidence,
            title: conflict.title,
            candidates: conflict.candidates,
            current: conflict.current,
            detail: conflict.detail,
            resolutions: conflict.resolutions,
        }
    }

    /// What this device holds and who it sees.
    pub fn sync_status(&self) -> SyncStatus {
        SyncStatus {
            vector: self.heads.iter().map(|(log, head)| (*log, head.seq)).collect(),
            gated: self.gate.values().map(std::collections::VecDeque::len).sum(),
            peers: self.peer_views(),
        }
    }

    /// Documents on their way, and those refused.
    pub fn fiscal_queue(&self, rows: &dyn Rows) -> FiscalQueue {
        let [pending, rejected, accepted] = till_books::counts(rows);
        let refused = till_schema::rows::suspects(rows, ConflictKind::FiscalRejected);
        let waiting = till_books::unsettled(rows, QUEUE_LISTED_MAX);
        let codes = refused.into_iter().chain(waiting.into_iter().map(|document| document.code));
        let documents = codes
            .take(QUEUE_LISTED_MAX)
            .filter_map(|code| {
                let row: DocumentRow = get_row(rows, Table::Documents, code.as_bytes())?;
                let label = self.label(rows, row.space?, row.number);
                Some(QueuedDocument { code, label, outcome: row.outcome, reason: row.reason })
            })
            .collect();
        FiscalQueue { relay: self.relay_state(), pending, accepted, rejected, documents }
    }

    /// The shop as headers show it.
    pub fn shop_view(&self, rows: &dyn Rows) -> Option<ShopView> {
        self.shop(rows).map(|row| ShopView { id: row.id, name: row.name, currency: row.currency })
    }
}

/// All customers that are not put away and match, by name.
pub fn customers(rows: &dyn Rows, query: &str, limit: usize) -> Vec<CustomerRow> {
    let words: Vec<String> = query.to_lowercase().split_whitespace().map(str::to_owned).collect();
    let mut found: Vec<CustomerRow> = collect_rows::<CustomerRow>(rows, Table::Customers, &[])
        .into_iter()
        .map(|(_, row)| row)
        .filter(|row| {
            let text = format!("{} {} {}", row.name, row.tax_id, row.phone).to_lowercase();
            !row.archived && words.iter().all(|word| text.contains(word))
        })
        .collect();
    found.sort_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
    found.truncate(limit.min(QUERY_ROWS_MAX));
    found
}

fn totals(rows: &dyn Rows) -> BooksTotals {
    let (orders, totals, tenders) = till_books::totals(rows);
    let twice = collect_rows::<AnomalyRow>(rows, Table::Anomalies, &[])
        .into_iter()
        .filter(|(_, row)| row.what == till_books::COMMITTED_TWICE)
        .count() as u64;
    BooksTotals {
        orders,
        duplicates: twice.saturating_sub(u64::from(twice > 0)),
        totals,
        tenders: tenders
            .into_iter()
            .map(|(kind, amount)| (format!("{kind:?}").to_lowercase(), amount))
            .collect(),
    }
}
