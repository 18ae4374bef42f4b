//! Entries about rights, and the devices, as rows.

use super::Authority;
use std::collections::BTreeMap;
use till_schema::body::Body;
use till_schema::rows::{AdminRow, EntryRef, Rows, Table, collect_rows, key, put_row};
use till_schema::{LogId, Seq, ShopId};

/// Whether an entry is about rights: kept in [`Table::Admin`], and a reason to
/// compute the authority again.
pub fn is_admin(body: &Body) -> bool {
    match body {
        Body::ShopFounded(_)
        | Body::LogEnd(_)
        | Body::DeviceAdd(_)
        | Body::SpaceOpen(_)
        | Body::RoleSet(_)
        | Body::EndOf(_)
        | Body::AcceptTail(_)
        | Body::AdminMove(_)
        | Body::AdminAccept(_)
        | Body::AdminRecover(_)
        | Body::Suspend(_)
        | Body::Reinstate(_)
        | Body::DeclareLost(_)
        | Body::AssignProvisional(_) => true,
        Body::Start(_)
        | Body::DocumentChange(_)
        | Body::UserSet(_)
        | Body::ResolutionImport(_)
        | Body::Cede(_)
        | Body::Accept(_)
        | Body::Void(_)
        | Body::CustodyMove(_)
        | Body::SaleCommitted(_)
        | Body::StockMoved(_)
        | Body::SaleProvisional(_)
        | Body::CreditNoteCommitted(_)
        | Body::CartHeld(_)
        | Body::CartDropped(_)
        | Body::Reprinted(_)
        | Body::AccountPaid(_)
        | Body::ShiftOpened(_)
        | Body::DrawerOpened(_)
        | Body::ShiftHandedOver(_)
        | Body::ShiftClosed(_)
        | Body::FiscalReceipt(_)
        | Body::Resolution(_)
        | Body::ForkProof(_)
        | Body::ForkTail(_) => false,
    }
}

/// Keeps an entry about rights, whether or not it has effect. Entries about
/// other things are passed over.
pub fn record(rows: &mut dyn Rows, entry: &EntryRef, admin_pos: Seq, body: &Body) {
    if !is_admin(body) {
        return;
    }
    let row = AdminRow { entry: *entry, admin_pos, kind: body.kind(), body: body.to_bytes() };
    put_row(rows, Table::Admin, &key(&[&entry.log.0, &entry.seq.0.to_be_bytes()]), &row);
}

/// Computes the authority from the entries that were kept.
pub fn load(rows: &dyn Rows, shop: ShopId, founder: LogId) -> Authority {
    let kept = collect_rows::<AdminRow>(rows, Table::Admin, &[]);
    Authority::compute(shop, founder, kept.iter().map(|(_, row)| row))
}

/// Makes the rows of the devices those of the authority; touches no other.
pub fn write_devices(rows: &mut dyn Rows, authority: &Authority) {
    let mut gone = BTreeMap::new();
    rows.scan(Table::Devices, &[], &mut |key, value| {
        gone.insert(key.to_vec(), value.to_vec());
        true
    });
    for device in authority.devices() {
        let value = till_schema::to_bytes(&device);
        if gone.remove(device.log.0.as_slice()).as_ref() != Some(&value) {
            rows.put(Table::Devices, &device.log.0, &value);
        }
    }
    for key in gone.keys() {
        rows.delete(Table::Devices, key);
    }
}
