//! Bodies about the shop, its devices, who administers it, and its people.

use crate::golden::Golden;
use crate::values::{CASHIER, entry_id, founded, hash, key, log, shop, space, start};
use ed25519_dalek::Signer;
use till_schema::Seq;
use till_schema::body::{
    AcceptTail, AdminAccept, AdminMove, AdminRecover, Body, DeviceAdd, EndOf, EndReason, Kind,
    LogEnd, Reinstate, Right, Role, RoleSet, Sharing, ShopFounded, SpaceOpen, Suspend, UserRole,
    UserSet,
};

pub(crate) fn golden() -> Vec<Golden> {
    [founding(), devices(), administration(), people()].into_iter().flatten().collect()
}

fn founding() -> Vec<Golden> {
    let recovery_key = Some(key(9).verifying_key().to_bytes());
    vec![
        Golden::body(
            "shop-founded",
            "Body of kind 1: the shop “Tienda El Ejemplo”, nonce 16 × 11.",
            founded().into(),
        ),
        Golden::body(
            "shop-founded-recovery",
            "Body of kind 1 with the public key of seed 32 × 09 for recovery, key 5.",
            ShopFounded { recovery_key, ..founded() }.into(),
        ),
        Golden::body(
            "start",
            "Body of kind 2: first entry of a run, actor 16 × 01.",
            start(1).into(),
        ),
        Golden::body(
            "log-end",
            "Body of kind 3: the writer gave everything back; an empty map.",
            LogEnd {}.into(),
        ),
        Golden::body(
            "space-open",
            "Body of kind 11: the space generic, 900123456, POS, T1; custodian is the founder.",
            space_open().into(),
        ),
        Golden::body(
            "space-open-single",
            "Body of kind 11: the same space for the custodian alone, its days those of UTC−05:00.",
            SpaceOpen { sharing: Sharing::Single, utc_offset_min: Some(-300), ..space_open() }
                .into(),
        ),
    ]
}

fn devices() -> Vec<Golden> {
    vec![
        Golden::body(
            "device-add",
            "Body of kind 10: the device of seed 32 × 02 joins as manager and register.",
            device_add().into(),
        ),
        Golden::body(
            "device-add-replaces",
            "Body of kind 10: the device of seed 32 × 05 joins in place of that of seed 32 × 02, \
             key 3.",
            DeviceAdd { log: log(5), replaces: Some(log(2)), ..device_add() }.into(),
        ),
        Golden::body(
            "role-set",
            "Body of kind 12: the device of seed 32 × 02 only sells from now on; its old roles \
             cover its entries up to 8.",
            RoleSet { log: log(2), roles: vec![Role::Register], cut: Seq(8) }.into(),
        ),
        Golden::body(
            "end-of",
            "Body of kind 13: the device of seed 32 × 02 was stolen; its last entry that counts \
             is 8, with the hash 32 × e2.",
            EndOf { log: log(2), at_seq: Seq(8), at_hash: hash(0xe2), reason: EndReason::Stolen }
                .into(),
        ),
        Golden::body(
            "accept-tail",
            "Body of kind 14: it was found; its entries up to 11, with the hash 32 × e3, count.",
            AcceptTail { log: log(2), to_seq: Seq(11), to_hash: hash(0xe3) }.into(),
        ),
        Golden::body(
            "suspend",
            "Body of kind 18: the device of seed 32 × 02 is stopped after its entry 8.",
            Suspend { log: log(2), cut: Seq(8), reason: "no aparece".to_owned() }.into(),
        ),
        Golden::body(
            "reinstate",
            "Body of kind 19: the suspensions 32 × aa and 32 × bb no longer hold.",
            Reinstate { suspensions: vec![hash(0xaa), hash(0xbb)] }.into(),
        ),
    ]
}

fn administration() -> Vec<Golden> {
    vec![
        Golden::body(
            "admin-move",
            "Body of kind 15: the device of seed 32 × 02 is to administer the shop.",
            AdminMove { to: log(2) }.into(),
        ),
        Golden::body(
            "admin-accept",
            "Body of kind 16: it does; the move is entry 7 of the founder's log, whose hash is \
             32 × e1.",
            AdminAccept { moved: entry_id(1, 7) }.into(),
        ),
        recovery(),
    ]
}

/// The recovery words' key lets the device of seed 5 administer.
fn recovery() -> Golden {
    let mut recover =
        AdminRecover { epoch: 0, cut: entry_id(1, 6), counter: 1, signature: [0; 64] };
    recover.signature = key(9).sign(&recover.digest(shop(), log(5))).to_bytes();
    let golden = Golden::body(
        "admin-recover",
        "Body of kind 17, written by the device of seed 32 × 05: it ends epoch 0 after entry 6 of \
         the founder's log, whose hash is 32 × e1. Signed with the key of seed 32 × 09.",
        recover.into(),
    );
    golden.and(|bytes| {
        let body = Body::decode(Kind(17), bytes).expect("decodes");
        let Some(Body::AdminRecover(recover)) = body else { panic!("{body:?} is no recovery") };
        let signature = ed25519_dalek::Signature::from_bytes(&recover.signature);
        // As entry.md puts it together.
        let mut signed = blake3::Hasher::new_derive_key("tillmesh recovery v1");
        signed.update(&shop().0).update(&log(5).0);
        signed.update(&0_u64.to_be_bytes()).update(&1_u64.to_be_bytes());
        signed.update(&log(1).0).update(&6_u64.to_be_bytes()).update(&[0xe1; 32]);
        let signed = signed.finalize();
        key(9)
            .verifying_key()
            .verify_strict(signed.as_bytes(), &signature)
            .expect("the recovery key signed it");
    })
}

fn people() -> Vec<Golden> {
    let cashier = UserSet {
        user: CASHIER,
        name: "Luz Marina".to_owned(),
        role: UserRole::Cashier,
        rights: vec![Right::Sell, Right::Discount, Right::EditCustomers],
        discount_limit_bp: 500,
        pin_hash: PIN_HASH.to_owned(),
        active: true,
    };
    vec![
        Golden::body(
            "user-set",
            "Body of kind 25: the cashier 16 × 0a may also take off 5 %. The hash of the PIN is \
             a placeholder.",
            cashier.clone().into(),
        ),
        Golden::body(
            "user-set-inactive",
            "Body of kind 25: the same person may no longer log in and has no rights.",
            UserSet { rights: Vec::new(), discount_limit_bp: 0, active: false, ..cashier }.into(),
        ),
    ]
}

/// Of the form of a real one.
pub(crate) const PIN_HASH: &str = "$argon2id$v=19$m=19456,t=2,p=1$bm90LWEtcmVhbC1zYWx0$\
                                   bm90IGEgcmVhbCBoYXNoLCAzMiBieXRlcyBpbiBhbGw";

pub(crate) fn device_add() -> DeviceAdd {
    DeviceAdd {
        log: log(2),
        name: "Caja 2".to_owned(),
        roles: vec![Role::Manager, Role::Register],
        replaces: None,
    }
}

pub(crate) fn space_open() -> SpaceOpen {
    SpaceOpen { space: space(), custodian: log(1), sharing: Sharing::Shared, utc_offset_min: None }
}
