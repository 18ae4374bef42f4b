//! A shop to draw: made up, small, with one of everything.

use std::collections::BTreeMap;
use std::sync::Arc;
use till_host::snapshot::Snapshot;
use till_node::command::{
    ConflictStatus, ConflictView, DeviceView, FiscalQueue, NumbersStatus, OrderView, PeerView,
    ProductView, QueuedDocument, RelayState, ShopView, SyncStatus, UserView,
};
use till_schema::body::{ConflictKey, ConflictKind, Outcome, Role, Sharing, UserRole, UserSet};
use till_schema::catalogue::FieldValue;
use till_schema::order::{Order, OrderLine, Tender, TenderKind, Totals};
use till_schema::rows::{Candidate, CustomerRow, EntryRef, OrderRow, ProductRow};
use till_schema::{
    Currency, CustomerId, EntryHash, LogId, OrderId, ProductId, Quantity, Seq, ShopId, SpaceId,
    UserId,
};

/// The time of every frame: 21 November 2026, 18:24 UTC.
pub(crate) const NOW_MS: i64 = 1_795_285_440_000;

/// The barcode of the milk.
pub(crate) const MILK_BARCODE: &str = "7702001045310";

/// A product without tax, eight in stock; `price` in minor units.
pub(crate) fn product(sku: &str, name: &str, price: i64, category: &str) -> ProductView {
    let mut id = [0; 16];
    for (to, from) in id.iter_mut().zip(sku.bytes().chain(name.bytes())) {
        *to = from;
    }
    ProductView {
        product: ProductRow {
            id: ProductId(id),
            sku: sku.to_owned(),
            name: name.to_owned(),
            price,
            tax: "IVA".to_owned(),
            tax_rate_bp: 0,
            category: category.to_owned(),
            unit: "unit".to_owned(),
            barcodes: Vec::new(),
            archived: false,
            cost: None,
            low_stock: None,
            group: String::new(),
            variant: String::new(),
            plu: String::new(),
            lists: Vec::new(),
        },
        stock: Quantity::units(8),
    }
}

fn products() -> Vec<ProductView> {
    let mut list = vec![
        product("602", "Agua sin gas 600 ml", 220_000, "Bebidas"),
        product("401", "Aguacate Hass", 890_000, "Frutas"),
        product("203", "Almojábana", 190_000, "Panadería"),
        product("303", "Arequipe 500 g", 1_120_000, "Lácteos"),
        product("102", "Café Águila Roja 250 g", 980_000, "Café"),
        product("101", "Café Sello Rojo 500 g", 1_890_000, "Café"),
        product("701", "Chocoramo x5", 1_150_000, "Pasabocas"),
        product("501", "Jabón Rey 300 g", 390_000, "Aseo"),
        product("301", "Leche entera 1,1 L", 520_000, "Lácteos"),
        product("202", "Pandebono x6", 840_000, "Panadería"),
    ];
    list[8].product.barcodes = vec![MILK_BARCODE.to_owned()];
    list[3].stock = Quantity(0);
    list[4].stock = Quantity::units(3);
    list[6].product.tax_rate_bp = 1900;
    list
}

/// The device drawn.
pub(crate) const ME: LogId = LogId([1; 32]);
/// Another till.
pub(crate) const OTHER: LogId = LogId([2; 32]);

fn set_by(log: LogId, seq: u64, minutes_ago: i64) -> EntryRef {
    let hash = EntryHash([u8::try_from(seq % 250).unwrap(); 32]);
    EntryRef { log, seq: Seq(seq), hash, wall_ms: NOW_MS - minutes_ago * 60_000 }
}

/// Two tills set one price apart from each other.
pub(crate) fn price_conflict() -> ConflictView {
    let a = Candidate { value: FieldValue::Int(1_750_000), set_by: set_by(ME, 877, 19) };
    let b = Candidate { value: FieldValue::Int(1_890_000), set_by: set_by(OTHER, 1204, 42) };
    ConflictView {
        key: ConflictKey { kind: ConflictKind::Field, subject: "catalogue/101/price".to_owned() },
        status: ConflictStatus::Open,
        evidence: vec![a.set_by.hash, b.set_by.hash],
        title: "Café Sello Rojo 500 g".to_owned(),
        candidates: vec![a, b],
        devices: vec!["Caja 2".to_owned(), "Caja 1".to_owned()],
        current: "1890000".to_owned(),
        detail: String::new(),
        resolutions: Vec::new(),
    }
}

fn oversold() -> ConflictView {
    ConflictView {
        key: ConflictKey { kind: ConflictKind::Oversold, subject: "303".to_owned() },
        status: ConflictStatus::Open,
        evidence: Vec::new(),
        title: "Arequipe 500 g".to_owned(),
        candidates: Vec::new(),
        devices: Vec::new(),
        current: String::new(),
        detail: "-2".to_owned(),
        resolutions: Vec::new(),
    }
}

/// An order of one line; `place` makes it another one, older.
pub(crate) fn order(place: u8, outcome: Option<Outcome>) -> OrderView {
    let total = 520_000 * i64::from(place + 1);
    let line = OrderLine {
        product: ProductId([3; 16]),
        sku: "301".to_owned(),
        name: "Leche entera 1,1 L".to_owned(),
        quantity: Quantity::units(i64::from(place) + 1),
        unit_price: 520_000,
        discount: 0,
        total,
        tax: "IVA".to_owned(),
        tax_rate_bp: 0,
        stock_before: 8000,
        taxes: Vec::new(),
        order_discount: 0,
        unit: String::new(),
        note: String::new(),
        price_list: String::new(),
        list_price: None,
        unit_cost: None,
        category: String::new(),
    };
    let cash =
        Tender { kind: TenderKind::Cash, amount: total, reference: String::new(), foreign: None };
    OrderView {
        label: format!("SETP-{}", 990_000_142 - u64::from(place)),
        register: "Caja 2".to_owned(),
        outcome,
        row: OrderRow {
            order: Order {
                id: OrderId([100 + place; 16]),
                sold_at_ms: NOW_MS - i64::from(place) * 3_600_000 * 13,
                utc_offset_min: -300,
                currency: Currency::Cop,
                lines: vec![line],
                customer: None,
                tenders: vec![cash],
                change: 0,
                totals: Totals {
                    gross: total,
                    discount: 0,
                    total,
                    taxes: Vec::new(),
                    ..Totals::default()
                },
                note: String::new(),
                resumes: None,
                tip: 0,
                rounding: 0,
            },
            entry: set_by(ME, 10, 1),
            space: SpaceId([5; 16]),
            number: 990_000_142 - u64::from(place),
            code: "9f27c141e0aa77a0130c51d2".repeat(3),
            ticket: None,
            user: None,
        },
    }
}

fn peer(log: LogId, name: &str, linked: bool, they_lack: u64) -> PeerView {
    let trouble = (!linked).then(|| "no answer on the local network".to_owned());
    PeerView { log, name: name.to_owned(), linked, they_lack, we_lack: 0, trouble }
}

/// A shop at work.
pub(crate) fn snapshot() -> Snapshot {
    Snapshot {
        version: 1,
        shop: Some(ShopView {
            id: ShopId([9; 32]),
            name: "Tienda La Esquina".to_owned(),
            currency: Currency::Cop,
        }),
        device: Some(ME),
        device_name: "Caja 2".to_owned(),
        products: Arc::new(products()),
        customers: Arc::new(vec![CustomerRow {
            id: CustomerId([7; 16]),
            name: "Restaurante El Fogón SAS".to_owned(),
            tax_id_kind: "NIT".to_owned(),
            tax_id: "900123456".to_owned(),
            email: String::new(),
            phone: String::new(),
            archived: false,
            address: String::new(),
            group: String::new(),
            credit_limit: None,
        }]),
        orders: Arc::new(vec![
            order(0, None),
            order(1, Some(Outcome::Accepted)),
            order(2, Some(Outcome::Rejected)),
        ]),
        conflicts: Arc::new(vec![price_conflict(), oversold()]),
        numbers: vec![NumbersStatus {
            space: SpaceId([5; 16]),
            prefix: "SETP".to_owned(),
            held: 358,
            next: Some(990_000_143),
            custodian: false,
            sharing: Sharing::Shared,
            days_left: None,
            windows: Vec::new(),
            advice: String::new(),
        }],
        sync: SyncStatus {
            vector: BTreeMap::new(),
            gated: 0,
            peers: vec![peer(OTHER, "Caja 1", true, 0), peer(LogId([4; 32]), "Bodega", false, 61)],
        },
        fiscal: FiscalQueue {
            relay: RelayState::Up,
            pending: 7,
            accepted: 1204,
            rejected: 1,
            documents: vec![QueuedDocument {
                code: "c".to_owned(),
                label: "SETP-990000139".to_owned(),
                outcome: Some(Outcome::Rejected),
                reason: "the buyer's tax number".to_owned(),
            }],
        },
        people: Arc::new(Vec::new()),
        login_needed: false,
        fault: None,
    }
}

fn person(id: u8, name: &str, role: UserRole) -> UserView {
    let user = UserSet {
        user: UserId([id; 16]),
        name: name.to_owned(),
        role,
        rights: role.rights(),
        discount_limit_bp: role.discount_limit_bp(),
        pin_hash: String::new(),
        active: true,
    };
    UserView { user, versions: 1 }
}

/// The cashier.
pub(crate) const ANA: UserId = UserId([0xa; 16]);
/// The owner.
pub(crate) const BEATRIZ: UserId = UserId([0xb; 16]);

/// The same shop with people.
pub(crate) fn with_people() -> Snapshot {
    let people = vec![
        person(0xa, "Ana Gómez", UserRole::Cashier),
        person(0xb, "Beatriz Muñoz", UserRole::Owner),
        person(0xc, "Óscar Peña", UserRole::Manager),
    ];
    Snapshot { people: Arc::new(people), login_needed: true, ..snapshot() }
}

/// A device of the shop that takes part.
pub(crate) fn device(log: LogId, name: &str) -> DeviceView {
    DeviceView {
        log,
        name: name.to_owned(),
        roles: vec![Role::Register],
        seq: Seq(10),
        this: log == ME,
        admin: false,
        ended: None,
        suspended: false,
        retired: false,
        forked: false,
        replaces: None,
    }
}
