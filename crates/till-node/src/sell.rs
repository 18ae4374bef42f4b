//! Commands that write: each becomes one frame, or an error and nothing.

use crate::Node;
use crate::catalogue;
use crate::command::{
    Cart, CartLine, Choice, Command, CommandError, CustomerDraft, ProductChange, ProductDraft,
    Reply, Sold, Written,
};
use crate::io::Now;
use crate::job::{InFlight, Job};
use crate::limits::IMPORT_RECORDS_MAX;
use rand_core::RngCore;
use std::collections::BTreeMap;
use till_books::pricing::{self, PricingError};
use till_catalog::{Edit, barcode_field};
use till_conflicts::Status;
use till_schema::body::{
    Body, Cede, ConflictKey, ConflictKind, Decision, DocumentChange, Resolution, ResolutionImport,
    SaleCommitted, StockMoved, StockReason, Void,
};
use till_schema::catalogue::{DocumentId, FieldValue, customer, product};
use till_schema::limits::{IMPORT_PRODUCTS_PER_CHANGE, TEXT_BYTES_MAX};
use till_schema::order::{Buyer, Order, OrderLine, Totals};
use till_schema::rows::{CustomerRow, OrderRow, ProductRow, Rows, SpaceRow, Table, get_row};
use till_schema::{Currency, CustomerId, LogId, ProductId, Quantity, SpaceId};

type Done = Result<(), CommandError>;

fn wrong(text: impl Into<String>) -> CommandError {
    CommandError::Wrong(text.into())
}

impl Node {
    /// The sale and its number are one entry; nothing is shown before it is
    /// durable; the same order id twice is one sale.
    pub(crate) fn sell(&mut self, now: Now, rows: &mut dyn Rows, ticket: u64, cart: Cart) -> Done {
        if let Some(row) = till_books::order(rows, cart.order) {
            self.reply(ticket, Ok(Reply::Sold(self.sold(rows, &row, true))));
            return Ok(());
        }
        let (space, space_row) = self.first_space(rows)?;
        let shop = self.shop(rows).ok_or_else(not_synced)?;
        let (lines, totals) = self.price_cart(rows, &cart.lines, shop.currency)?;
        let change = pricing::change(totals.total, &cart.tenders)
            .map_err(|error| explain(&error, shop.currency))?;
        let customer = match cart.customer.as_deref() {
            Some(reference) => Some(self.buyer(rows, reference)?),
            None => None,
        };
        let order = Order {
            id: cart.order,
            sold_at_ms: cart.sold_at_ms.unwrap_or(now.wall_ms),
            utc_offset_min: self.utc_offset_min,
            currency: shop.currency,
            lines,
            customer,
            tenders: cart.tenders,
            change,
            totals,
        };
        let number = till_numbers::next_number(rows, space, self.me).ok_or_else(|| {
            let custodian = space_row.custodian == self.me;
            CommandError::NoNumbers(till_numbers::advice(0, custodian))
        })?;
        let document = till_fiscal::generic::document(&space_row.space, number, &shop.name, &order);
        let code = till_fiscal::code_of(&document);
        let sold = Sold {
            order: order.id,
            label: space_row.space.label(number),
            total: order.totals.total,
            change,
            code: code.clone(),
            repeated: false,
        };
        let sale = SaleCommitted { order, space, number, document, code };
        let then = InFlight { reply: Some((ticket, Reply::Sold(sold))), ..InFlight::default() };
        self.write(now, rows, vec![sale.into()], then)
    }

    fn sold(&self, rows: &dyn Rows, row: &OrderRow, repeated: bool) -> Sold {
        Sold {
            order: row.order.id,
            label: self.label(rows, row.space, row.number),
            total: row.order.totals.total,
            change: row.order.change,
            code: row.code.clone(),
            repeated,
        }
    }

    /// A number as printed.
    pub(crate) fn label(&self, rows: &dyn Rows, space: SpaceId, number: u64) -> String {
        get_row::<SpaceRow>(rows, Table::Spaces, &space.0)
            .map_or_else(|| number.to_string(), |row| row.space.label(number))
    }

    /// What a cart's lines cost.
    pub(crate) fn quote(
        &self,
        rows: &dyn Rows,
        lines: &[CartLine],
    ) -> Result<Totals, CommandError> {
        let shop = self.shop(rows).ok_or_else(not_synced)?;
        Ok(self.price_cart(rows, lines, shop.currency)?.1)
    }

    fn price_cart(
        &self,
        rows: &dyn Rows,
        cart: &[CartLine],
        currency: Currency,
    ) -> Result<(Vec<OrderLine>, Totals), CommandError> {
        let lines = cart
            .iter()
            .map(|line| self.price(rows, line, currency))
            .collect::<Result<Vec<_>, _>>()?;
        let totals = pricing::totals(&lines).map_err(|error| explain(&error, currency))?;
        Ok((lines, totals))
    }

    fn price(
        &self,
        rows: &dyn Rows,
        line: &CartLine,
        currency: Currency,
    ) -> Result<OrderLine, CommandError> {
        let row = self.product(rows, &line.code)?;
        let line = OrderLine {
            product: row.id,
            quantity: line.quantity,
            unit_price: line.unit_price.unwrap_or(row.price),
            discount: line.discount,
            total: 0,
            tax: row.tax,
            tax_rate_bp: row.tax_rate_bp,
            stock_before: till_books::stock(rows, row.id).0,
            sku: row.sku,
            name: row.name,
        };
        pricing::price_line(line).map_err(|error| explain(&error, currency))
    }

    /// The product a code names. Of several, the first that is not put away.
    pub(crate) fn product(&self, rows: &dyn Rows, code: &str) -> Result<ProductRow, CommandError> {
        let mut found: Vec<ProductRow> = self
            .search
            .exact(code)
            .into_iter()
            .filter_map(|id| get_row(rows, Table::Products, &id.0))
            .collect();
        found.sort_by_key(|row: &ProductRow| (row.archived, row.id));
        found.into_iter().next().ok_or_else(|| {
            CommandError::NotFound(format!(
                "no product has the code “{code}”; check it, or import the product first"
            ))
        })
    }

    fn buyer(&self, rows: &dyn Rows, reference: &str) -> Result<Buyer, CommandError> {
        let row = self.customer(rows, reference).ok_or_else(|| {
            CommandError::NotFound(format!(
                "no customer is known as “{reference}”; create the customer or leave it out"
            ))
        })?;
        Ok(Buyer { id: row.id, name: row.name, tax_id_kind: row.tax_id_kind, tax_id: row.tax_id })
    }

    /// A customer by id, `KIND:NUMBER`, or the number of any kind in use here.
    fn customer(&self, rows: &dyn Rows, reference: &str) -> Option<CustomerRow> {
        if let Ok(id) = reference.parse::<CustomerId>() {
            return get_row(rows, Table::Customers, &id.0);
        }
        let as_is = std::iter::once(reference.to_owned());
        let of_kind = KINDS.iter().map(|kind| catalogue::identity(kind, reference));
        as_is
            .chain(of_kind)
            .flat_map(|identity| catalogue::collect_ids(rows, Table::CustomerTaxIds, &identity))
            .find_map(|id| get_row(rows, Table::Customers, &id))
    }

    fn first_space(&self, rows: &dyn Rows) -> Result<(SpaceId, SpaceRow), CommandError> {
        till_numbers::spaces(rows).into_iter().next().ok_or_else(not_synced)
    }

    fn space(
        &self,
        rows: &dyn Rows,
        wanted: Option<SpaceId>,
    ) -> Result<(SpaceId, SpaceRow), CommandError> {
        match wanted {
            None => self.first_space(rows),
            Some(id) => get_row(rows, Table::Spaces, &id.0)
                .map(|row| (id, row))
                .ok_or_else(|| CommandError::NotFound("there is no such number space".to_owned())),
        }
    }

    /// Imports in parts, so that sales made meanwhile go in between.
    pub(crate) fn put_products(
        &mut self,
        now: Now,
        rows: &mut dyn Rows,
        ticket: u64,
        mut drafts: Vec<ProductDraft>,
        mut written: Written,
    ) -> Done {
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
            ticket,
            command: Command::PutProducts(rest),
            written,
        });
        let mut extra: Vec<Body> = Vec::new();
        stock.retain(|(_, quantity)| quantity.0 != 0);
        if !stock.is_empty() {
            let note = "import".to_owned();
            extra.push(StockMoved { reason: StockReason::Receive, moves: stock, note }.into());
        }
        self.write_edits(now, rows, ticket, DocumentId::Catalogue, edits, extra, next, written)
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
        ];
        for (field, value, current) in fields {
            let empty = value == FieldValue::Text(String::new());
            if current.as_ref() != Some(&value) && !(empty && current.is_none()) {
                edits.push(Edit::new(id, field, value));
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
        ticket: u64,
        mut drafts: Vec<CustomerDraft>,
        mut written: Written,
    ) -> Done {
        check_count(drafts.len())?;
        if let Some(bad) = drafts.iter().find(|draft| draft.name.trim().is_empty()) {
            return Err(wrong(format!("customer “{}” has no name", bad.key)));
        }
        let rest = drafts.split_off(drafts.len().min(IMPORT_PRODUCTS_PER_CHANGE));
        let mut edits = Vec::new();
        // Identities met in this part: one twice is one customer.
        let mut made: BTreeMap<String, [u8; 16]> = BTreeMap::new();
        for draft in drafts {
            let (kind, number) = draft.identity();
            let identity = catalogue::identity(&kind, &number);
            let known = self.customer(rows, &identity);
            let id = match (&known, made.get(&identity)) {
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
            ];
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
            ticket,
            command: Command::PutCustomers(rest),
            written,
        });
        self.write_edits(now, rows, ticket, DocumentId::Customers, edits, Vec::new(), next, written)
    }

    pub(crate) fn edit_product(
        &mut self,
        now: Now,
        rows: &mut dyn Rows,
        ticket: u64,
        code: &str,
        change: ProductChange,
    ) -> Done {
        let row = self.product(rows, code)?;
        if change.price.is_some_and(|price| price < 0) {
            return Err(wrong("a price must not be negative"));
        }
        let texts = [(product::NAME, change.name), (product::CATEGORY, change.category)];
        let mut edits: Vec<Edit> = texts
            .into_iter()
            .filter_map(|(field, text)| Some(Edit::new(row.id.0, field, FieldValue::Text(text?))))
            .collect();
        edits.extend(change.price.map(|p| Edit::new(row.id.0, product::PRICE, FieldValue::Int(p))));
        edits.extend(
            change.archived.map(|a| Edit::new(row.id.0, product::ARCHIVED, FieldValue::Flag(a))),
        );
        if edits.is_empty() {
            return Err(wrong("nothing to change; give a name, price, category or archived"));
        }
        let written = Written { changed: 1, ..Written::default() };
        self.write_edits(now, rows, ticket, DocumentId::Catalogue, edits, Vec::new(), None, written)
    }

    /// One document change and what goes with it, as one frame. Without
    /// anything to write, the rest goes on or the answer is given at once.
    #[expect(clippy::too_many_arguments, reason = "the parts of one frame and what follows it")]
    fn write_edits(
        &mut self,
        now: Now,
        rows: &mut dyn Rows,
        ticket: u64,
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
                None => self.reply(ticket, Ok(reply)),
            }
            return Ok(());
        }
        let reply = next.is_none().then_some((ticket, reply));
        self.write(now, rows, bodies, InFlight { edited, reply, next, ..InFlight::default() })
    }

    pub(crate) fn move_stock(
        &mut self,
        now: Now,
        rows: &mut dyn Rows,
        ticket: u64,
        reason: StockReason,
        moves: Vec<(String, Quantity)>,
        note: String,
    ) -> Done {
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
        let body = StockMoved { reason, moves: resolved, note };
        self.write_done(now, rows, ticket, vec![body.into()])
    }

    pub(crate) fn import_resolution(
        &mut self,
        now: Now,
        rows: &mut dyn Rows,
        ticket: u64,
        space: Option<SpaceId>,
        resolution: String,
        (from, to): (u64, u64),
    ) -> Done {
        let (space, row) = self.space(rows, space)?;
        if row.custodian != self.me {
            return Err(CommandError::NotAllowed(format!(
                "only “{}” mints numbers of this space; import the resolution there",
                self.device_name(row.custodian)
            )));
        }
        if from == 0 || from > to {
            return Err(wrong("the first number must be at least 1 and not above the last"));
        }
        let (valid_from_day, valid_to_day) = (None, None);
        let body = ResolutionImport { space, resolution, from, to, valid_from_day, valid_to_day };
        self.write_done(now, rows, ticket, vec![body.into()])
    }

    pub(crate) fn grant_numbers(
        &mut self,
        now: Now,
        rows: &mut dyn Rows,
        ticket: u64,
        space: Option<SpaceId>,
        to: LogId,
        count: u64,
    ) -> Done {
        let (space, _) = self.space(rows, space)?;
        if !self.devices.contains_key(&to) || to == self.me {
            return Err(wrong("numbers go to another device of the shop"));
        }
        let held = till_numbers::holding(rows, space, self.me).held;
        if count == 0 || count > held.count() {
            return Err(CommandError::NoNumbers(format!(
                "this device holds {} numbers; give away between 1 and that many",
                held.count()
            )));
        }
        let ranges = held.minus(&held.take(held.count() - count));
        self.write_done(now, rows, ticket, vec![Cede { space, ranges, to }.into()])
    }

    pub(crate) fn void_numbers(
        &mut self,
        now: Now,
        rows: &mut dyn Rows,
        ticket: u64,
        space: Option<SpaceId>,
        count: u64,
        reason: String,
    ) -> Done {
        let (space, _) = self.space(rows, space)?;
        if reason.trim().is_empty() || reason.len() > TEXT_BYTES_MAX {
            return Err(wrong("say in a few words why the numbers are given up"));
        }
        let held = till_numbers::holding(rows, space, self.me).held;
        if count == 0 || count > held.count() {
            return Err(CommandError::NoNumbers(format!(
                "this device holds {} numbers; void between 1 and that many",
                held.count()
            )));
        }
        let body = Void { space, ranges: held.take(count), reason };
        self.write_done(now, rows, ticket, vec![body.into()])
    }

    fn write_done(
        &mut self,
        now: Now,
        rows: &mut dyn Rows,
        ticket: u64,
        bodies: Vec<Body>,
    ) -> Done {
        let then = InFlight { reply: Some((ticket, Reply::Done)), ..InFlight::default() };
        self.write(now, rows, bodies, then)
    }

    /// A decision, and in the same frame the facts that carry it out.
    pub(crate) fn resolve(
        &mut self,
        now: Now,
        rows: &mut dyn Rows,
        ticket: u64,
        key: ConflictKey,
        choice: Choice,
        note: String,
    ) -> Done {
        if !self.may_resolve(self.me) {
            return Err(CommandError::NotAllowed(
                "only a device of the owner or a manager decides conflicts".to_owned(),
            ));
        }
        let conflict = till_conflicts::conflict(rows, &key)
            .ok_or_else(|| CommandError::NotFound("there is no such conflict".to_owned()))?;
        if conflict.status == Status::Closed && conflict.candidates.is_empty() {
            return Err(wrong("this conflict is closed; there is nothing left to decide"));
        }
        let kept = match &choice {
            Choice::Keep(index) => Some(conflict.candidates.get(*index).ok_or_else(|| {
                wrong(format!("there are {} values to keep", conflict.candidates.len()))
            })?),
            Choice::Other(_) | Choice::Acknowledge => None,
        };
        let decision = match (&choice, kept) {
            (Choice::Other(text), _) => Decision::Other(text.trim().to_owned()),
            (Choice::Keep(_), Some(candidate)) => Decision::Keep(candidate.set_by.hash),
            (Choice::Keep(_), None) | (Choice::Acknowledge, _) => Decision::Acknowledge,
        };
        let value = kept.map(|candidate| candidate.value.clone());
        let (document, edits, extra) = self.carry_out(rows, &key, &conflict, &choice, value)?;
        let live = till_conflicts::live(&conflict.resolutions);
        let resolution = Resolution {
            conflict: key,
            covers: conflict.evidence.clone(),
            supersedes: live.iter().map(|row| row.entry.hash).collect(),
            decision,
            note,
        };
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
        bodies.push(resolution.into());
        let reply = Some((ticket, Reply::Done));
        self.write(now, rows, bodies, InFlight { edited, reply, ..InFlight::default() })
    }

    /// The facts a decision adds, by kind. History is never edited.
    fn carry_out(
        &self,
        rows: &dyn Rows,
        key: &ConflictKey,
        conflict: &till_conflicts::Conflict,
        choice: &Choice,
        kept: Option<FieldValue>,
    ) -> Result<(DocumentId, Vec<Edit>, Vec<Body>), CommandError> {
        let nothing = (DocumentId::Catalogue, Vec::new(), Vec::new());
        match (key.kind, choice) {
            (ConflictKind::Field, Choice::Acknowledge) => {
                Err(wrong("choose one of the values, or give another"))
            }
            (ConflictKind::Field, _) => {
                let (document, object, field) =
                    till_conflicts::parse_field_subject(&key.subject)
                        .ok_or_else(|| wrong("the conflict's subject cannot be read"))?;
                let value = match (kept, choice) {
                    (Some(value), _) => value,
                    (None, Choice::Other(text)) => self.parse_field(rows, conflict, text)?,
                    (None, _) => return Ok(nothing),
                };
                Ok((document, vec![Edit::new(object, field, value)], Vec::new()))
            }
            (
                ConflictKind::CustomerDuplicate | ConflictKind::CodeDuplicate,
                Choice::Keep(index),
            ) => Ok(self.archive_others(rows, key, conflict, *index)),
            (ConflictKind::Oversold, Choice::Other(counted)) => {
                let product: ProductId =
                    key.subject.parse().map_err(|_| wrong("the product cannot be read"))?;
                let counted = Quantity::parse(counted).map_err(|e| wrong(e.to_string()))?;
                let change = Quantity(counted.0 - till_books::stock(rows, product).0);
                let moved = StockMoved {
                    reason: StockReason::Adjust,
                    moves: vec![(product, change)],
                    note: "counted again".to_owned(),
                };
                Ok((DocumentId::Catalogue, Vec::new(), vec![moved.into()]))
            }
            (_, Choice::Acknowledge) => Ok(nothing),
            (_, Choice::Keep(_) | Choice::Other(_)) => {
                Err(wrong("this kind of conflict can be acknowledged, not chosen from"))
            }
        }
    }

    /// Another value for a field, in the notation of the values there.
    fn parse_field(
        &self,
        rows: &dyn Rows,
        conflict: &till_conflicts::Conflict,
        text: &str,
    ) -> Result<FieldValue, CommandError> {
        let text = text.trim();
        let currency = self.shop(rows).map_or(Currency::Cop, |shop| shop.currency);
        match conflict.candidates.first().map(|candidate| &candidate.value) {
            Some(FieldValue::Int(_)) if conflict.detail == product::PRICE => {
                let price = currency.parse(text).map_err(|error| wrong(error.to_string()))?;
                if price < 0 {
                    return Err(wrong("a price must not be negative"));
                }
                Ok(FieldValue::Int(price))
            }
            Some(FieldValue::Int(_)) => text
                .parse()
                .map(FieldValue::Int)
                .map_err(|_| wrong(format!("“{text}” is not a whole number"))),
            Some(FieldValue::Flag(_)) => {
                text.parse().map(FieldValue::Flag).map_err(|_| wrong("answer true or false"))
            }
            Some(FieldValue::Text(_)) | None => Ok(FieldValue::Text(text.to_owned())),
        }
    }

    /// Keeps one record of several with the same code; the others are put away.
    fn archive_others(
        &self,
        rows: &dyn Rows,
        key: &ConflictKey,
        conflict: &till_conflicts::Conflict,
        keep: usize,
    ) -> (DocumentId, Vec<Edit>, Vec<Body>) {
        let (document, table, field) = if key.kind == ConflictKind::CustomerDuplicate {
            (DocumentId::Customers, Table::CustomerTaxIds, customer::ARCHIVED)
        } else {
            (DocumentId::Catalogue, Table::ProductCodes, product::ARCHIVED)
        };
        let kept = conflict.candidates[keep].set_by.hash;
        let setters = match document {
            DocumentId::Customers => vec![customer::TAX_ID.to_owned()],
            DocumentId::Catalogue | DocumentId::Settings => {
                vec![product::SKU.to_owned(), barcode_field(&key.subject)]
            }
        };
        let edits = catalogue::collect_ids(rows, table, &key.subject)
            .into_iter()
            .filter(|id| {
                let last = setters
                    .iter()
                    .find_map(|field| catalogue::history(rows, document, id, field).pop());
                last.is_none_or(|row| row.set_by.hash != kept)
            })
            .map(|id| Edit::new(id, field, FieldValue::Flag(true)))
            .collect();
        (document, edits, Vec::new())
    }

    fn draw_id(&mut self) -> [u8; 16] {
        let mut id = [0; 16];
        self.rng.fill_bytes(&mut id);
        id
    }
}

/// Kinds of identity a bare number is tried under; `REF` is a source's own id.
const KINDS: [&str; 6] = ["NIT", "CC", "RUC", "CE", "PA", REFERENCE];
/// Kind of a customer known by another program's id only.
const REFERENCE: &str = "REF";

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

pub(crate) fn not_synced() -> CommandError {
    CommandError::NotFound(
        "this device has not received the shop's data yet; connect it to another device".to_owned(),
    )
}

/// Says amounts as people read them.
fn explain(error: &PricingError, currency: Currency) -> CommandError {
    wrong(match error {
        PricingError::Short { short } => format!(
            "the payment is {} below the total; add another tender",
            currency.format(*short)
        ),
        PricingError::NoChange { over } => format!(
            "card and transfer payments are {} above the total; only cash gives change",
            currency.format(*over)
        ),
        other => other.to_string(),
    })
}
