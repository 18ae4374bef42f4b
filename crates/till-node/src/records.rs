//! Commands that write products, customers and stock.

use crate::Node;
use crate::catalogue;
use crate::command::{Command, CustomerDraft, ProductChange, ProductDraft, Reply, Written};
use crate::io::Now;
use crate::job::{Caller, InFlight, Job};
use crate::limits::IMPORT_RECORDS_MAX;
use crate::sell::{Done, REFERENCE, wrong};
use rand_core::RngCore;
use std::collections::BTreeMap;
use till_catalog::{Edit, barcode_field};
use till_codes::identity::Identity;
use till_schema::body::{Body, DocumentChange, StockMoved, StockReason};
use till_schema::catalogue::{DocumentId, FieldValue, customer, product};
use till_schema::limits::IMPORT_PRODUCTS_PER_CHANGE;
use till_schema::rows::{ProductRow, Rows, Table, get_row};
use till_schema::{ProductId, Quantity};
use till_shop::Need;

impl Node {
    /// Imports in parts, so that sales made meanwhile go in between.
    pub(crate) fn put_products(
        &mut self,
        now: Now,
        rows: &mut dyn Rows,
        caller: Caller,
        mut drafts: Vec<ProductDraft>,
        mut written: Written,
    ) -> Done {
        self.entitled(Need::EditDocuments)?;
        check_count(drafts.len())?;
        if written == Written::default() {
            drafts.iter().try_for_each(check_product)?;
        }
        let mut edits = Vec::new();
        let mut stock = Vec::new();
        // Codes met in this part: a code twice is one product.
        let mut made: BTreeMap<String, [u8; 16]> = BTreeMap::new();
        let mut changed = 0;
        let mut taken = 0;
        while changed < IMPORT_PRODUCTS_PER_CHANGE && taken < drafts.len() {
            let draft = &drafts[taken];
            taken += 1;
            let (id, new) = match made.get(&draft.sku) {
                Some(id) => (*id, false),
                None => match self.product_id(rows, &draft.sku) {
                    Some(id) => (id, false),
                    None => (self.draw_id(), true),
                },
            };
            made.insert(draft.sku.clone(), id);
            let before = edits.len();
            self.product_edits(rows, id, draft, &mut edits);
            if new {
                written.created += 1;
                stock.extend(draft.stock.map(|quantity| (ProductId(id), quantity)));
            } else if edits.len() > before {
                written.changed += 1;
            } else {
                written.unchanged += 1;
            }
            changed += usize::from(edits.len() > before);
        }
        let rest = drafts.split_off(taken);
        let next = (!rest.is_empty()).then_some(Job::Command {
            caller,
            command: Command::PutProducts(rest),
            written,
        });
        let mut extra: Vec<Body> = Vec::new();
        stock.retain(|(_, quantity)| quantity.0 != 0);
        if !stock.is_empty() {
            let note = "import".to_owned();
            let body = StockMoved {
                reason: StockReason::Receive,
                moves: stock,
                note,
                place: String::new(),
                to: None,
            };
            extra.push(body.into());
        }
        self.write_edits(now, rows, caller, DocumentId::Catalogue, edits, extra, next, written)
    }

    /// The product with this SKU, one that is not put away first.
    fn product_id(&self, rows: &dyn Rows, sku: &str) -> Option<[u8; 16]> {
        let found = self.search.exact(sku).into_iter();
        found
            .filter_map(|id| get_row::<ProductRow>(rows, Table::Products, &id.0))
            .filter(|row| row.sku == sku)
            .min_by_key(|row| (row.archived, row.id))
            .map(|row| row.id.0)
    }

    fn product_edits(
        &self,
        rows: &dyn Rows,
        id: [u8; 16],
        draft: &ProductDraft,
        edits: &mut Vec<Edit>,
    ) {
        let held: Option<ProductRow> = get_row(rows, Table::Products, &id);
        let text = |text: &String| FieldValue::Text(text.clone());
        let fields = [
            (product::NAME, text(&draft.name), held.as_ref().map(|row| text(&row.name))),
            (product::SKU, text(&draft.sku), held.as_ref().map(|row| text(&row.sku))),
            (
                product::PRICE,
                FieldValue::Int(draft.price),
                held.as_ref().map(|row| FieldValue::Int(row.price)),
            ),
            (product::TAX, text(&draft.tax), held.as_ref().map(|row| text(&row.tax))),
            (
                product::TAX_RATE,
                FieldValue::Int(i64::from(draft.tax_rate_bp)),
                held.as_ref().map(|row| FieldValue::Int(i64::from(row.tax_rate_bp))),
            ),
            (
                product::CATEGORY,
                text(&draft.category),
                held.as_ref().map(|row| text(&row.category)),
            ),
            (product::UNIT, text(&draft.unit), held.as_ref().map(|row| text(&row.unit))),
            (product::GROUP, text(&draft.group), held.as_ref().map(|row| text(&row.group))),
            (product::VARIANT, text(&draft.variant), held.as_ref().map(|row| text(&row.variant))),
            (product::PLU, text(&draft.plu), held.as_ref().map(|row| text(&row.plu))),
        ];
        for (field, value, current) in fields {
            let empty = value == FieldValue::Text(String::new());
            if current.as_ref() != Some(&value) && !(empty && current.is_none()) {
                edits.push(Edit::new(id, field, value));
            }
        }
        let numbers = [
            (product::COST, draft.cost, held.as_ref().and_then(|row| row.cost)),
            (
                product::LOW_STOCK,
                draft.low_stock.map(|mark| mark.0),
                held.as_ref().and_then(|row| row.low_stock).map(|mark| mark.0),
            ),
        ];
        for (field, wanted, current) in numbers {
            if let Some(number) = wanted.filter(|_| wanted != current) {
                edits.push(Edit::new(id, field, FieldValue::Int(number)));
            }
        }
        for (list, price) in &draft.lists {
            let listed =
                held.as_ref().is_some_and(|row| row.lists.contains(&(list.clone(), *price)));
            if !listed {
                edits.push(Edit::new(id, list_field(list), FieldValue::Int(*price)));
            }
        }
        let known = held.map(|row| row.barcodes).unwrap_or_default();
        for barcode in draft.barcodes.iter().filter(|barcode| !known.contains(barcode)) {
            edits.push(Edit::new(id, barcode_field(barcode), FieldValue::Flag(true)));
        }
    }

    pub(crate) fn put_customers(
        &mut self,
        now: Now,
        rows: &mut dyn Rows,
        caller: Caller,
        mut drafts: Vec<CustomerDraft>,
        mut written: Written,
    ) -> Done {
        self.entitled(Need::EditDocuments)?;
        check_count(drafts.len())?;
        if let Some(bad) = drafts.iter().find(|draft| draft.name.trim().is_empty()) {
            return Err(wrong(format!("customer “{}” has no name", bad.key)));
        }
        for draft in &mut drafts {
            let read = Identity::parse(&draft.tax_id_kind, &draft.tax_id)
                .map_err(|error| wrong(format!("“{}”: {error}", draft.name)))?;
            (draft.tax_id_kind, draft.tax_id) = (read.kind, read.number);
        }
        let rest = drafts.split_off(drafts.len().min(IMPORT_PRODUCTS_PER_CHANGE));
        let mut edits = Vec::new();
        // Identities met in this part: one twice is one customer.
        let mut made: BTreeMap<String, [u8; 16]> = BTreeMap::new();
        for draft in drafts {
            let (kind, number) = draft.identity();
            let identity = catalogue::identity(&kind, &number);
            let known = self.customer(rows, &identity);
            // One that nothing identifies is always another one.
            let met = made.get(&identity).filter(|_| !number.is_empty());
            let id = match (&known, met) {
                (Some(row), _) => row.id.0,
                (None, Some(id)) => *id,
                (None, None) => self.draw_id(),
            };
            made.insert(identity, id);
            let before = edits.len();
            let held = known.as_ref();
            let fields = [
                (customer::NAME, draft.name, held.map(|row| &row.name)),
                (customer::TAX_ID_KIND, kind, held.map(|row| &row.tax_id_kind)),
                (customer::TAX_ID, number, held.map(|row| &row.tax_id)),
                (customer::EMAIL, draft.email, held.map(|row| &row.email)),
                (customer::PHONE, draft.phone, held.map(|row| &row.phone)),
                (customer::ADDRESS, draft.address, held.map(|row| &row.address)),
                (customer::GROUP, draft.group, held.map(|row| &row.group)),
            ];
            let limit = draft.credit_limit;
            if let Some(limit) = limit.filter(|_| limit != held.and_then(|row| row.credit_limit)) {
                edits.push(Edit::new(id, customer::CREDIT_LIMIT, FieldValue::Int(limit)));
            }
            for (field, value, current) in fields {
                if !value.is_empty() && current != Some(&value) {
                    edits.push(Edit::new(id, field, FieldValue::Text(value)));
                }
            }
            match (held.is_some(), edits.len() > before) {
                (false, _) => written.created += 1,
                (true, true) => written.changed += 1,
                (true, false) => written.unchanged += 1,
            }
        }
        let next = (!rest.is_empty()).then_some(Job::Command {
            caller,
            command: Command::PutCustomers(rest),
            written,
        });
        self.write_edits(now, rows, caller, DocumentId::Customers, edits, Vec::new(), next, written)
    }

    pub(crate) fn edit_product(
        &mut self,
        now: Now,
        rows: &mut dyn Rows,
        caller: Caller,
        code: &str,
        change: ProductChange,
    ) -> Done {
        self.entitled(Need::EditDocuments)?;
        let row = self.product(rows, code)?;
        if change.price.is_some_and(|price| price < 0) {
            return Err(wrong("a price must not be negative"));
        }
        let texts = [
            (product::NAME, change.name),
            (product::CATEGORY, change.category),
            (product::TAX, change.tax),
            (product::UNIT, change.unit),
            (product::PLU, change.plu),
        ];
        let mut edits: Vec<Edit> = texts
            .into_iter()
            .filter_map(|(field, text)| Some(Edit::new(row.id.0, field, FieldValue::Text(text?))))
            .collect();
        edits.extend(change.price.map(|p| Edit::new(row.id.0, product::PRICE, FieldValue::Int(p))));
        edits.extend(
            change.archived.map(|a| Edit::new(row.id.0, product::ARCHIVED, FieldValue::Flag(a))),
        );
        let number = |value| FieldValue::Int(value);
        edits.extend(change.cost.map(|cost| Edit::new(row.id.0, product::COST, number(cost))));
        let mark = change.low_stock.map(|mark| number(mark.0));
        edits.extend(mark.map(|mark| Edit::new(row.id.0, product::LOW_STOCK, mark)));
        for (list, price) in &change.lists {
            edits.push(Edit::new(row.id.0, list_field(list), number(*price)));
        }
        for (codes, on) in [(&change.add_barcodes, true), (&change.remove_barcodes, false)] {
            for code in codes {
                edits.push(Edit::new(row.id.0, barcode_field(code), FieldValue::Flag(on)));
            }
        }
        if edits.is_empty() {
            return Err(wrong("nothing to change; give a name, price, category or another field"));
        }
        let written = Written { changed: 1, ..Written::default() };
        self.write_edits(now, rows, caller, DocumentId::Catalogue, edits, Vec::new(), None, written)
    }

    /// One document change and what goes with it, as one frame. Without
    /// anything to write, the rest goes on or the answer is given at once.
    #[expect(clippy::too_many_arguments, reason = "the parts of one frame and what follows it")]
    pub(crate) fn write_edits(
        &mut self,
        now: Now,
        rows: &mut dyn Rows,
        caller: Caller,
        document: DocumentId,
        edits: Vec<Edit>,
        extra: Vec<Body>,
        next: Option<Job>,
        written: Written,
    ) -> Done {
        let change = self
            .documents
            .edit(self.actor, document, &edits, now.wall_ms.div_euclid(1000))
            .map_err(|error| wrong(error.to_string()))?;
        let edited = change.is_some();
        let mut bodies: Vec<Body> = change
            .map(|change| DocumentChange { document, change: change.bytes }.into())
            .into_iter()
            .collect();
        bodies.extend(extra);
        let reply = Reply::Written(written);
        if bodies.is_empty() {
            match next {
                Some(next) => self.jobs.push_back(next),
                None => self.reply(caller.ticket, Ok(reply)),
            }
            return Ok(());
        }
        let reply = next.is_none().then_some((caller.ticket, reply));
        self.write(
            now,
            rows,
            bodies,
            InFlight { edited, reply, next, who: caller.who, ..InFlight::default() },
        )
    }

    pub(crate) fn move_stock(
        &mut self,
        now: Now,
        rows: &mut dyn Rows,
        caller: Caller,
        reason: StockReason,
        moves: Vec<(String, Quantity)>,
        note: String,
    ) -> Done {
        self.entitled(Need::Sell)?;
        if moves.is_empty() {
            return Err(wrong("no product to move"));
        }
        let mut resolved = Vec::with_capacity(moves.len());
        for (code, quantity) in moves {
            if reason == StockReason::Receive && quantity.0 <= 0 {
                return Err(wrong(format!("received quantity of “{code}” must be more than zero")));
            }
            resolved.push((self.product(rows, &code)?.id, quantity));
        }
        let body = StockMoved { reason, moves: resolved, note, place: String::new(), to: None };
        self.write_done(now, rows, caller, vec![body.into()])
    }

    pub(crate) fn write_done(
        &mut self,
        now: Now,
        rows: &mut dyn Rows,
        caller: Caller,
        bodies: Vec<Body>,
    ) -> Done {
        let then = InFlight {
            reply: Some((caller.ticket, Reply::Done)),
            who: caller.who,
            ..InFlight::default()
        };
        self.write(now, rows, bodies, then)
    }

    /// A random id, salt or token.
    pub(crate) fn draw_id(&mut self) -> [u8; 16] {
        let mut id = [0; 16];
        self.rng.fill_bytes(&mut id);
        id
    }
}

impl CustomerDraft {
    /// The identity that makes a second import a change.
    fn identity(&self) -> (String, String) {
        if self.tax_id.is_empty() {
            (REFERENCE.to_owned(), self.key.clone())
        } else {
            (self.tax_id_kind.clone(), self.tax_id.clone())
        }
    }
}

/// The field of a product that holds its price of a list.
fn list_field(list: &str) -> String {
    format!("{}{list}", product::LIST_PREFIX)
}

fn check_count(count: usize) -> Done {
    match count {
        0 => Err(wrong("there is nothing to import")),
        1..=IMPORT_RECORDS_MAX => Ok(()),
        _ => Err(wrong(format!("import at most {IMPORT_RECORDS_MAX} records at a time"))),
    }
}

fn check_product(draft: &ProductDraft) -> Done {
    if draft.sku.trim().is_empty() || draft.name.trim().is_empty() {
        return Err(wrong(format!("product “{}{}” needs a SKU and a name", draft.sku, draft.name)));
    }
    if draft.price < 0 {
        return Err(wrong(format!("the price of “{}” must not be negative", draft.sku)));
    }
    Ok(())
}
