//! Bytes as text, where something stored is shown as JSON.

use data_encoding::HEXLOWER;
use minicbor::bytes::ByteVec;
use serde::Serializer;

/// Bytes as lower-case hexadecimal.
pub(crate) fn bytes<S: Serializer>(bytes: impl AsRef<[u8]>, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(&HEXLOWER.encode_display(bytes.as_ref()))
}

/// The same for bytes that encode as such by themselves.
pub(crate) fn byte_vec<S: Serializer>(bytes: &ByteVec, to: S) -> Result<S::Ok, S::Error> {
    self::bytes(bytes.as_slice(), to)
}

/// The same for what may be missing.
pub(crate) fn maybe<S: Serializer>(
    bytes: &Option<impl AsRef<[u8]>>,
    to: S,
) -> Result<S::Ok, S::Error> {
    match bytes {
        Some(given) => self::bytes(given, to),
        None => to.serialize_none(),
    }
}
