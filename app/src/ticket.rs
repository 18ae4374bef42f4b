//! Tickets: from what the device answers and the shop's settings to blocks.

mod look;
mod shift;

#[cfg(test)]
mod tests;

pub(crate) use look::{Look, language, texts};
pub(crate) use shift::{Around, shift};

use till_node::command::TicketView;
use till_receipt::{Language, SaleFacts, Texts, Ticket};
use till_schema::order::{Buyer, TenderKind};

/// The ticket of a sale or a return; none when the answer holds neither. `buyer`
/// is the one of a return's order.
pub(crate) fn ticket(
    view: &TicketView,
    buyer: Option<&Buyer>,
    texts: &Texts,
    language: Language,
) -> Option<Ticket> {
    if let Some(sale) = &view.sale {
        // Until its number has come the paper is an internal document.
        let provisional = sale.row.ticket.is_some() && sale.row.code.is_empty();
        let facts = facts(view, &sale.row.code, provisional);
        return Some(till_receipt::sale(&sale.row.order, &facts, texts, language));
    }
    let row = view.returned.as_ref()?;
    let facts = facts(view, &row.code, false);
    Some(till_receipt::credit_note(&row.note, buyer, &facts, texts, language))
}

fn facts(view: &TicketView, code: &str, provisional: bool) -> SaleFacts {
    SaleFacts {
        label: view.label.clone(),
        register: view.register.clone(),
        cashier: view.cashier.clone(),
        code: code.to_owned(),
        // What an authority wants in it is for its profile to say.
        qr: code.to_owned(),
        provisional,
        copy: u32::try_from(view.copy).unwrap_or(u32::MAX),
        ..SaleFacts::default()
    }
}

/// Whether the drawer is needed: cash was given, or is to be given back.
pub(crate) fn needs_drawer(view: &TicketView) -> bool {
    let order = view.sale.as_ref().map(|sale| &sale.row.order);
    let tenders = match (order, &view.returned) {
        (Some(order), _) => &order.tenders,
        (None, Some(row)) => &row.note.tenders,
        (None, None) => return false,
    };
    let change = order.is_some_and(|order| order.change != 0);
    change || tenders.iter().any(|tender| tender.kind == TenderKind::Cash)
}
