//! Values and subjects of conflicts, in words.

use crate::desktop::money;
use crate::desktop::scene::Scene;
use crate::desktop::words::tr;
use till_node::command::ConflictView;
use till_schema::Quantity;
use till_schema::body::ConflictKind;
use till_schema::catalogue::{FieldValue, customer, product};
use till_schema::money::AmountError;
use till_schema::rows::Candidate;

/// The field a conflict is about: the end of its subject.
pub(super) fn field(view: &ConflictView) -> &str {
    view.key.subject.rsplit('/').next().unwrap_or_default()
}

/// Whether its values are amounts of money.
pub(super) fn is_price(view: &ConflictView) -> bool {
    view.kind() == ConflictKind::Field && field(view) == product::PRICE
}

/// What a conflict is about, by name.
pub(super) fn title(view: &ConflictView, scene: &Scene<'_>) -> String {
    match view.kind() {
        ConflictKind::AdminFork => tr!(scene.words, "title-admin"),
        // As on the paper.
        ConflictKind::ProvisionalOpen | ConflictKind::DoubleFiscalised => {
            format!("P-{}", view.title)
        }
        _ => view.title.clone(),
    }
}

/// What a conflict is about, short: its field, or its kind.
pub(super) fn about(view: &ConflictView, scene: &Scene<'_>) -> String {
    let words = scene.words;
    match view.kind() {
        ConflictKind::Field => match field(view) {
            product::NAME => tr!(words, "field-name"),
            product::SKU => tr!(words, "field-sku"),
            product::PRICE => tr!(words, "field-price"),
            product::TAX => tr!(words, "field-tax"),
            product::TAX_RATE => tr!(words, "field-tax-rate"),
            product::CATEGORY => tr!(words, "field-category"),
            product::UNIT => tr!(words, "field-unit"),
            product::ARCHIVED => tr!(words, "field-archived"),
            customer::TAX_ID_KIND => tr!(words, "field-tax-id-kind"),
            customer::TAX_ID => tr!(words, "field-tax-id"),
            customer::EMAIL => tr!(words, "field-email"),
            customer::PHONE => tr!(words, "field-phone"),
            barcode if barcode.starts_with(product::BARCODE_PREFIX) => tr!(words, "field-barcode"),
            other => other.to_owned(),
        },
        ConflictKind::Oversold => tr!(words, "kind-oversold"),
        ConflictKind::CustomerDuplicate => tr!(words, "kind-customer-duplicate"),
        ConflictKind::CodeDuplicate => tr!(words, "kind-code-duplicate"),
        ConflictKind::NumberDuplicate => tr!(words, "kind-number-duplicate"),
        ConflictKind::FiscalRejected => tr!(words, "kind-fiscal-rejected"),
        ConflictKind::Malformed => tr!(words, "kind-malformed"),
        ConflictKind::Fork => tr!(words, "kind-fork"),
        ConflictKind::EditVsArchive => tr!(words, "kind-edit-vs-archive"),
        ConflictKind::Unentitled => tr!(words, "kind-unentitled"),
        ConflictKind::AdminFork => tr!(words, "kind-admin-fork"),
        ConflictKind::OutsideValidity => tr!(words, "kind-outside-validity"),
        ConflictKind::ProvisionalOpen => tr!(words, "kind-provisional-open"),
        ConflictKind::DoubleFiscalised => tr!(words, "kind-double-fiscalised"),
        ConflictKind::DoubleRefund => tr!(words, "kind-double-refund"),
    }
}

/// What happened, in a sentence.
pub(super) fn story(view: &ConflictView, scene: &Scene<'_>) -> String {
    let words = scene.words;
    let (title, detail) = (&*title(view, scene), &*view.detail);
    match view.kind() {
        ConflictKind::Field | ConflictKind::EditVsArchive => {
            let steps: Vec<String> = (0..view.candidates.len())
                .map(|place| {
                    let value = value(view, &view.candidates[place].value, scene);
                    let when = scene.when(view.candidates[place].set_by.wall_ms);
                    let device = device(view, place);
                    tr!(words, "story-set", device = device, value = value, when = when)
                })
                .collect();
            format!("{} {}", steps.join(" "), tr!(words, "story-field"))
        }
        ConflictKind::Oversold => tr!(words, "story-oversold", title = title, detail = detail),
        ConflictKind::CustomerDuplicate => tr!(words, "story-customer-duplicate", title = title),
        ConflictKind::CodeDuplicate => tr!(words, "story-code-duplicate", title = title),
        ConflictKind::NumberDuplicate => tr!(words, "story-number-duplicate", title = title),
        ConflictKind::FiscalRejected => {
            tr!(words, "story-fiscal-rejected", title = title, detail = detail)
        }
        ConflictKind::Malformed => tr!(words, "story-malformed", detail = detail),
        ConflictKind::Fork => tr!(words, "story-fork", title = title),
        ConflictKind::Unentitled => tr!(words, "story-unentitled", title = title),
        ConflictKind::AdminFork => tr!(words, "story-admin-fork"),
        ConflictKind::OutsideValidity => tr!(words, "story-outside-validity", title = title),
        ConflictKind::ProvisionalOpen => tr!(words, "story-provisional-open", title = title),
        ConflictKind::DoubleFiscalised => tr!(words, "story-double-fiscalised", title = title),
        ConflictKind::DoubleRefund => {
            tr!(words, "story-double-refund", title = title, detail = detail)
        }
    }
}

/// Name of the device that set the candidate at a place.
pub(super) fn device(view: &ConflictView, place: usize) -> String {
    match view.devices.get(place) {
        Some(name) => name.clone(),
        None => view.candidates[place].set_by.log.short(),
    }
}

/// A candidate's value as people read it.
pub(super) fn value(view: &ConflictView, value: &FieldValue, scene: &Scene<'_>) -> String {
    let archived = view.kind() == ConflictKind::EditVsArchive || field(view) == product::ARCHIVED;
    match value {
        FieldValue::Int(minor) if is_price(view) => scene.money(*minor),
        FieldValue::Int(points) if field(view) == product::TAX_RATE => {
            format!("{} %", money::plain(*points))
        }
        FieldValue::Int(number) => number.to_string(),
        FieldValue::Flag(true) if archived => tr!(scene.words, "value-archived"),
        FieldValue::Flag(false) if archived => tr!(scene.words, "value-in-use"),
        FieldValue::Flag(true) => tr!(scene.words, "yes"),
        FieldValue::Flag(false) => tr!(scene.words, "no"),
        FieldValue::Text(text) if text.is_empty() => tr!(scene.words, "value-empty"),
        FieldValue::Text(text) => text.clone(),
    }
}

/// What tills use meanwhile, as people read it.
pub(super) fn current(view: &ConflictView, scene: &Scene<'_>) -> String {
    let known = view.candidates.iter().find(|known| known.value.to_string() == view.current);
    match known {
        Some(candidate) => value(view, &candidate.value, scene),
        None => view.current.clone(),
    }
}

/// Whether its candidates are records, of which one stays and the others are
/// put away.
pub(super) fn is_duplicate(view: &ConflictView) -> bool {
    matches!(view.kind(), ConflictKind::CustomerDuplicate | ConflictKind::CodeDuplicate)
}

/// Whether something else than the candidates may be typed: another text or
/// price, or what was counted on the shelf. A tax rate or a yes-or-no is chosen
/// among what was set.
pub(super) fn takes_other(view: &ConflictView) -> bool {
    let texts = || {
        let is_text = |known: &Candidate| matches!(known.value, FieldValue::Text(_));
        !view.candidates.is_empty() && view.candidates.iter().all(is_text)
    };
    match view.kind() {
        ConflictKind::Field => is_price(view) || texts(),
        ConflictKind::Oversold => true,
        _ => false,
    }
}

/// A typed value, as the node reads it and as people do. Prices are sent as
/// plain decimals (`18200`, `12.35`): a thousands mark must not decide a price.
///
/// # Errors
/// When an amount or a count is typed that is none.
pub(super) fn typed(
    view: &ConflictView,
    text: &str,
    scene: &Scene<'_>,
) -> Result<(String, String), AmountError> {
    if view.kind() == ConflictKind::Oversold {
        let counted = Quantity::parse(text)?;
        if counted < Quantity(0) {
            return Err(AmountError::NotANumber(text.to_owned()));
        }
        Ok((counted.to_string(), counted.to_string()))
    } else if is_price(view) {
        let minor = money::parse(scene.currency(), text)?;
        Ok((money::plain(minor), scene.money(minor)))
    } else {
        Ok((text.trim().to_owned(), text.trim().to_owned()))
    }
}
