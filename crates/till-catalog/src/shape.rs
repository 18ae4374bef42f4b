//! The shape of the documents: where an object lives and what its fields hold.
//! Local edits and foreign changes are held to the same rules.

use crate::ObjectKey;
use crate::limits::{BARCODE_BYTES_MAX, FIELD_NAME_BYTES_MAX, PRICE_MAX, TAX_RATE_BP_MAX};
use automerge::{ScalarValue, ScalarValueRef};
use data_encoding::HEXLOWER;
use till_schema::catalogue::{DocumentId, FieldValue, customer, product};
use till_schema::limits::TEXT_BYTES_MAX;
use till_schema::money::AMOUNT_MAX;

/// Fields of a setting.
pub mod setting {
    /// Text: the setting's name, from which its object's key is made.
    pub const NAME: &str = "name";
    /// Integer, text or flag.
    pub const VALUE: &str = "value";
}

/// What is wrong with a field or its value.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum FieldFault {
    /// No such field in this version of the program.
    #[error("is not a field of this document")]
    Unknown,
    /// The name is empty, too long, or holds control characters.
    #[error("has an empty, too long or unreadable name")]
    Name,
    /// The value is of another type.
    #[error("needs a value of type {0}")]
    Type(&'static str),
    /// The text does not fit.
    #[error("is longer than {TEXT_BYTES_MAX} bytes; shorten it")]
    TooLong,
    /// The number is outside of what the field may hold.
    #[error("must lie between {min} and {max}")]
    Range {
        /// Lowest value.
        min: i64,
        /// Highest value.
        max: i64,
    },
    /// A setting's name that does not belong to its object.
    #[error("names another setting than its object")]
    OtherSetting,
}

/// What a field holds.
enum Rule {
    Text,
    Integer { min: i64, max: i64 },
    Flag,
    SettingName,
    AnyValue,
}

/// The field of a product that says whether a barcode is on it.
pub fn barcode_field(barcode: &str) -> String {
    format!("{}{barcode}", product::BARCODE_PREFIX)
}

/// The object of a setting: the same on every device, so that two devices
/// that set it at once disagree about one field, not about which object it is.
pub fn setting_id(name: &str) -> ObjectKey {
    let hash = blake3::derive_key("tillmesh setting v1", name.as_bytes());
    std::array::from_fn(|i| hash[i])
}

/// The bucket of an object.
pub(crate) fn bucket_of(object: &ObjectKey) -> u8 {
    blake3::hash(object).as_bytes()[0]
}

/// The key of a bucket.
pub(crate) fn bucket_name(bucket: u8) -> String {
    HEXLOWER.encode(&[bucket])
}

/// The key of an object in its bucket.
pub(crate) fn object_name(object: &ObjectKey) -> String {
    HEXLOWER.encode(object)
}

/// The object a key of a bucket names, if it is one that belongs there.
pub(crate) fn object_named(bucket: u8, key: &str) -> Option<ObjectKey> {
    let object: ObjectKey = HEXLOWER.decode(key.as_bytes()).ok()?.try_into().ok()?;
    (bucket_of(&object) == bucket).then_some(object)
}

/// Holds a value that is to be written by this version to the shape.
pub(crate) fn check_known(
    document: DocumentId,
    object: &ObjectKey,
    field: &str,
    value: &FieldValue,
) -> Result<(), FieldFault> {
    match rule(document, field)? {
        Some(rule) => check_rule(&rule, object, value),
        None => Err(FieldFault::Unknown),
    }
}

/// Holds a value written elsewhere to the shape. Fields this version does not
/// know pass as long as they are small scalars: a newer version may have them.
pub(crate) fn check_foreign(
    document: DocumentId,
    object: &ObjectKey,
    field: &str,
    value: &ScalarValue,
) -> Result<(), FieldFault> {
    match rule(document, field)? {
        Some(rule) => match from_scalar(value) {
            Some(value) => check_rule(&rule, object, &value),
            None => Err(FieldFault::Type("text, integer or flag")),
        },
        None => match value {
            ScalarValue::Str(text) if text.len() > TEXT_BYTES_MAX => Err(FieldFault::TooLong),
            ScalarValue::Bytes(bytes) if bytes.len() > TEXT_BYTES_MAX => Err(FieldFault::TooLong),
            ScalarValue::Counter(_) | ScalarValue::Unknown { .. } => {
                Err(FieldFault::Type("plain scalar"))
            }
            ScalarValue::Str(_)
            | ScalarValue::Bytes(_)
            | ScalarValue::Int(_)
            | ScalarValue::Uint(_)
            | ScalarValue::F64(_)
            | ScalarValue::Timestamp(_)
            | ScalarValue::Boolean(_)
            | ScalarValue::Null => Ok(()),
        },
    }
}

/// The rule of a field; `None` when this version does not know the field.
fn rule(document: DocumentId, field: &str) -> Result<Option<Rule>, FieldFault> {
    if field.is_empty() || field.len() > FIELD_NAME_BYTES_MAX || field.chars().any(char::is_control)
    {
        return Err(FieldFault::Name);
    }
    Ok(match document {
        DocumentId::Catalogue => match field {
            product::NAME
            | product::SKU
            | product::TAX
            | product::CATEGORY
            | product::UNIT
            | product::GROUP
            | product::VARIANT
            | product::PLU => Some(Rule::Text),
            product::PRICE | product::COST => Some(Rule::Integer { min: 0, max: PRICE_MAX }),
            product::LOW_STOCK => Some(Rule::Integer { min: 0, max: AMOUNT_MAX }),
            product::TAX_RATE => Some(Rule::Integer { min: 0, max: TAX_RATE_BP_MAX }),
            product::ARCHIVED => Some(Rule::Flag),
            _ => match field.strip_prefix(product::BARCODE_PREFIX) {
                Some(code) if code.is_empty() || code.len() > BARCODE_BYTES_MAX => {
                    return Err(FieldFault::Name);
                }
                Some(_) => Some(Rule::Flag),
                None => match field.strip_prefix(product::LIST_PREFIX) {
                    Some("") => return Err(FieldFault::Name),
                    Some(_) => Some(Rule::Integer { min: 0, max: PRICE_MAX }),
                    None => None,
                },
            },
        },
        DocumentId::Customers => match field {
            customer::NAME
            | customer::TAX_ID_KIND
            | customer::TAX_ID
            | customer::EMAIL
            | customer::PHONE
            | customer::ADDRESS
            | customer::GROUP => Some(Rule::Text),
            customer::CREDIT_LIMIT => Some(Rule::Integer { min: 0, max: AMOUNT_MAX }),
            customer::ARCHIVED => Some(Rule::Flag),
            _ => None,
        },
        DocumentId::Settings => match field {
            setting::NAME => Some(Rule::SettingName),
            setting::VALUE => Some(Rule::AnyValue),
            _ => None,
        },
    })
}

fn check_rule(rule: &Rule, object: &ObjectKey, value: &FieldValue) -> Result<(), FieldFault> {
    if let FieldValue::Text(text) = value
        && text.len() > TEXT_BYTES_MAX
    {
        return Err(FieldFault::TooLong);
    }
    match (rule, value) {
        (Rule::Text, FieldValue::Text(_))
        | (Rule::Flag, FieldValue::Flag(_))
        | (Rule::AnyValue, _) => Ok(()),
        (Rule::Integer { min, max }, FieldValue::Int(value)) => {
            if (*min..=*max).contains(value) {
                Ok(())
            } else {
                Err(FieldFault::Range { min: *min, max: *max })
            }
        }
        (Rule::SettingName, FieldValue::Text(name)) => {
            if setting_id(name) == *object {
                Ok(())
            } else {
                Err(FieldFault::OtherSetting)
            }
        }
        (Rule::Text | Rule::SettingName, _) => Err(FieldFault::Type("text")),
        (Rule::Integer { .. }, _) => Err(FieldFault::Type("integer")),
        (Rule::Flag, _) => Err(FieldFault::Type("flag")),
    }
}

/// A field's value as Automerge holds it.
pub(crate) fn to_scalar(value: &FieldValue) -> ScalarValue {
    match value {
        FieldValue::Int(value) => ScalarValue::Int(*value),
        FieldValue::Text(text) => ScalarValue::Str(text.as_str().into()),
        FieldValue::Flag(flag) => ScalarValue::Boolean(*flag),
    }
}

/// A scalar as a field's value; `None` for types no field of this version has.
pub(crate) fn from_scalar(value: &ScalarValue) -> Option<FieldValue> {
    match value {
        ScalarValue::Int(value) => Some(FieldValue::Int(*value)),
        ScalarValue::Str(text) => Some(FieldValue::Text(text.to_string())),
        ScalarValue::Boolean(flag) => Some(FieldValue::Flag(*flag)),
        ScalarValue::Bytes(_)
        | ScalarValue::Uint(_)
        | ScalarValue::F64(_)
        | ScalarValue::Counter(_)
        | ScalarValue::Timestamp(_)
        | ScalarValue::Unknown { .. }
        | ScalarValue::Null => None,
    }
}

/// The same for a scalar that is borrowed from a document.
pub(crate) fn from_scalar_ref(value: &ScalarValueRef<'_>) -> Option<FieldValue> {
    match value {
        ScalarValueRef::Int(value) => Some(FieldValue::Int(*value)),
        ScalarValueRef::Str(text) => Some(FieldValue::Text(text.to_string())),
        ScalarValueRef::Boolean(flag) => Some(FieldValue::Flag(*flag)),
        ScalarValueRef::Bytes(_)
        | ScalarValueRef::Uint(_)
        | ScalarValueRef::F64(_)
        | ScalarValueRef::Counter(_)
        | ScalarValueRef::Timestamp(_)
        | ScalarValueRef::Unknown { .. }
        | ScalarValueRef::Null => None,
    }
}
