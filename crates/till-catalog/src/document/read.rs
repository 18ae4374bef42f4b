//! Reading objects and fields.

use super::Document;
use crate::index::OpId;
use crate::shape::{self, setting};
use crate::{ChangeHash, ObjectKey};
use automerge::{ReadDoc, Value, ValueRef};
use std::collections::BTreeMap;
use till_schema::catalogue::{FieldValue, customer, product};
use till_schema::rows::{CustomerRow, ProductRow};
use till_schema::{CustomerId, ProductId, Quantity};

/// An object's fields, each with the value that counts.
struct Fields(BTreeMap<String, FieldValue>);

impl Document {
    /// All objects, rising.
    pub(crate) fn objects(&self) -> impl Iterator<Item = ObjectKey> + '_ {
        self.index.objects()
    }

    /// Heads, rising.
    pub(crate) fn heads(&self) -> Vec<ChangeHash> {
        let mut heads: Vec<_> = self.doc.get_heads().iter().map(|hash| hash.0).collect();
        heads.sort_unstable();
        heads
    }

    /// All values of a field that no later edit has replaced, oldest first; the
    /// last one counts. `None` stands for a value of a type unknown here.
    pub(crate) fn values(
        &self,
        object: &ObjectKey,
        field: &str,
    ) -> Vec<(Option<FieldValue>, OpId)> {
        let mut values = Vec::new();
        for map in self.index.maps(object) {
            // The only error is a map that does not exist; the index has none.
            for (value, id) in self.doc.get_all(map.to_automerge(), field).unwrap_or_default() {
                let value = match &value {
                    Value::Scalar(scalar) => shape::from_scalar(scalar),
                    Value::Object(_) => None,
                };
                values.extend(OpId::from_automerge(&id).map(|id| (value, id)));
            }
        }
        values.sort_by_key(|(_, id)| *id);
        values
    }

    /// The value of a field that counts.
    pub(crate) fn winner(&self, object: &ObjectKey, field: &str) -> Option<FieldValue> {
        self.values(object, field).into_iter().rev().find_map(|(value, _)| value)
    }

    /// See [`Documents::candidates`](crate::Documents::candidates).
    pub(crate) fn candidates(
        &self,
        object: &ObjectKey,
        field: &str,
    ) -> Vec<(FieldValue, ChangeHash)> {
        let values = self.values(object, field);
        if values.len() < 2 {
            return Vec::new();
        }
        let mut candidates: Vec<_> = values
            .into_iter()
            .filter_map(|(value, id)| {
                let hash = self.doc.hash_for_opid(&id.to_automerge())?;
                Some((value?, hash.0))
            })
            .collect();
        candidates.sort_unstable();
        candidates.dedup();
        let several = candidates.windows(2).any(|pair| pair[0].0 != pair[1].0);
        if several { candidates } else { Vec::new() }
    }

    /// A product, if it is there.
    pub(crate) fn product(&self, id: ProductId) -> Option<ProductRow> {
        let mut fields = self.fields(&id.0)?;
        Some(ProductRow {
            id,
            sku: fields.text(product::SKU),
            name: fields.text(product::NAME),
            price: fields.integer(product::PRICE),
            tax: fields.text(product::TAX),
            tax_rate_bp: u32::try_from(fields.integer(product::TAX_RATE)).unwrap_or_default(),
            category: fields.text(product::CATEGORY),
            unit: fields.text(product::UNIT),
            barcodes: fields.flags_under(product::BARCODE_PREFIX),
            archived: fields.flag(product::ARCHIVED),
            cost: fields.optional(product::COST),
            low_stock: fields.optional(product::LOW_STOCK).map(Quantity),
            group: fields.text(product::GROUP),
            variant: fields.text(product::VARIANT),
            plu: fields.text(product::PLU),
            lists: fields.integers_under(product::LIST_PREFIX),
        })
    }

    /// A customer, if it is there.
    pub(crate) fn customer(&self, id: CustomerId) -> Option<CustomerRow> {
        let mut fields = self.fields(&id.0)?;
        Some(CustomerRow {
            id,
            name: fields.text(customer::NAME),
            tax_id_kind: fields.text(customer::TAX_ID_KIND),
            tax_id: fields.text(customer::TAX_ID),
            email: fields.text(customer::EMAIL),
            phone: fields.text(customer::PHONE),
            archived: fields.flag(customer::ARCHIVED),
            address: fields.text(customer::ADDRESS),
            group: fields.text(customer::GROUP),
            credit_limit: fields.optional(customer::CREDIT_LIMIT),
        })
    }

    /// The name and value of a setting's object.
    pub(crate) fn setting(&self, object: &ObjectKey) -> Option<(String, FieldValue)> {
        let mut fields = self.fields(object)?;
        Some((fields.text(setting::NAME), fields.0.remove(setting::VALUE)?))
    }

    fn fields(&self, object: &ObjectKey) -> Option<Fields> {
        let maps = self.index.maps(object);
        if maps.is_empty() {
            return None;
        }
        let mut fields: BTreeMap<String, (OpId, FieldValue)> = BTreeMap::new();
        for map in maps {
            for item in self.doc.map_range(map.to_automerge(), ..) {
                let (ValueRef::Scalar(scalar), Some(id)) =
                    (&item.value, OpId::from_automerge(&item.id()))
                else {
                    continue;
                };
                let Some(value) = shape::from_scalar_ref(scalar) else {
                    continue;
                };
                let key = item.key.as_ref();
                if fields.get(key).is_none_or(|(other, _)| *other < id) {
                    fields.insert(key.to_owned(), (id, value));
                }
            }
        }
        Some(Fields(fields.into_iter().map(|(key, (_, value))| (key, value)).collect()))
    }
}

impl Fields {
    fn text(&mut self, field: &str) -> String {
        match self.0.remove(field) {
            Some(FieldValue::Text(text)) => text,
            Some(FieldValue::Int(_) | FieldValue::Flag(_)) | None => String::new(),
        }
    }

    fn integer(&self, field: &str) -> i64 {
        match self.0.get(field) {
            Some(FieldValue::Int(value)) => *value,
            Some(FieldValue::Text(_) | FieldValue::Flag(_)) | None => 0,
        }
    }

    fn flag(&self, field: &str) -> bool {
        matches!(self.0.get(field), Some(FieldValue::Flag(true)))
    }

    fn optional(&self, field: &str) -> Option<i64> {
        match self.0.get(field) {
            Some(FieldValue::Int(value)) => Some(*value),
            Some(FieldValue::Text(_) | FieldValue::Flag(_)) | None => None,
        }
    }

    /// What follows the prefix in the names of integers, with them, rising.
    fn integers_under(&self, prefix: &str) -> Vec<(String, i64)> {
        self.0
            .range(prefix.to_owned()..)
            .map_while(|(field, value)| field.strip_prefix(prefix).map(|rest| (rest, value)))
            .filter_map(|(rest, value)| match value {
                FieldValue::Int(value) => Some((rest.to_owned(), *value)),
                FieldValue::Text(_) | FieldValue::Flag(_) => None,
            })
            .collect()
    }

    /// What follows the prefix in the names of flags that are set, rising.
    fn flags_under(&self, prefix: &str) -> Vec<String> {
        self.0
            .range(prefix.to_owned()..)
            .map_while(|(field, value)| field.strip_prefix(prefix).map(|rest| (rest, value)))
            .filter(|(_, value)| **value == FieldValue::Flag(true))
            .map(|(rest, _)| rest.to_owned())
            .collect()
    }
}
