//! Rows of entries and devices.

use super::world::*;
use crate::{is_admin, load, record, write_devices};
use till_schema::Seq;
use till_schema::body::{Body, LogEnd, Role, Start};
use till_schema::rows::{DeviceRow, MemoryRows, Rows, Table, collect_rows};

fn keep(rows: &mut MemoryRows, shop: &Shop) {
    for row in &shop.rows {
        let body = Body::decode(row.kind, &row.body).unwrap().unwrap();
        record(rows, &row.entry, row.admin_pos, &body);
    }
}

fn devices(rows: &MemoryRows) -> Vec<DeviceRow> {
    let mut devices: Vec<DeviceRow> =
        collect_rows(rows, Table::Devices, &[]).into_iter().map(|(_, row)| row).collect();
    devices.sort_by_key(|row: &DeviceRow| row.ordinal);
    devices
}

#[test]
fn the_authority_comes_back_from_its_rows() {
    let mut shop = Shop::of_four();
    shop.write(1, suspend(2, 0));
    shop.write(3, LogEnd {});
    let mut rows = MemoryRows::default();
    keep(&mut rows, &shop);
    assert_eq!(load(&rows, shop_id(), log(0)), shop.authority());
}

#[test]
fn other_entries_are_not_kept() {
    let start =
        Body::from(Start { version: "1".into(), actor: [0; 16], run_nonce: 0, kinds_known: 70 });
    assert!(!is_admin(&start) && is_admin(&LogEnd {}.into()));
    let mut rows = MemoryRows::default();
    record(&mut rows, &reference(0, 2), Seq(1), &start);
    assert!(collect_rows::<till_schema::rows::AdminRow>(&rows, Table::Admin, &[]).is_empty());
}

#[test]
fn device_rows_follow_the_authority() {
    let mut shop = Shop::of_four();
    let mut rows = MemoryRows::default();
    shop.write(0, device_add(60, &[Role::Register]));
    write_devices(&mut rows, &shop.authority());
    assert_eq!(devices(&rows), shop.authority().devices());
    assert_eq!(devices(&rows).len(), 5);

    shop.recover(1, 0, reference(0, 5), 0);
    shop.write(1, end_of(2, 0));
    write_devices(&mut rows, &shop.authority());
    assert_eq!(devices(&rows), shop.authority().devices());
    assert_eq!(devices(&rows).len(), 4);
    assert!(rows.get(Table::Devices, &log(60).0).is_none());
}
