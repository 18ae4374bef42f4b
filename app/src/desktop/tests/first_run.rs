//! A device that belongs to no shop.

use super::Till;
use super::data::snapshot;
use crate::desktop::{CreateShop, Intent, Language};
use till_schema::Currency;

#[test]
fn a_shop_is_created_from_what_is_typed() {
    let mut till = Till::without_shop(Language::Spanish);
    till.click("wizard.submit");
    assert_eq!(till.text("wizard.problem"), "Escriba el nombre de la tienda");
    assert_eq!(till.sent(), []);
    till.type_into("wizard.shop-name", " Tienda La Esquina ");
    till.type_into("wizard.device-name", "Caja 1");
    till.type_into("wizard.tax-id", "900123456");
    till.click("wizard.currency.pab");
    till.click("wizard.submit");
    let shop = CreateShop {
        shop_name: "Tienda La Esquina".to_owned(),
        device_name: "Caja 1".to_owned(),
        currency: Currency::Pab,
        tax_id: "900123456".to_owned(),
    };
    assert_eq!(till.sent(), [Intent::CreateShop(shop)]);
    assert!(!till.enabled("wizard.submit"), "one at a time");
}

#[test]
fn a_failed_join_keeps_what_was_pasted() {
    let mut till = Till::without_shop(Language::English);
    till.click("wizard.join");
    let invite = format!("till:{}", "abcdefgh".repeat(100));
    till.type_into("wizard.invite", &format!(" {invite} "));
    till.type_into("wizard.device-name", "Register 2");
    till.click("wizard.submit");
    let join = Intent::JoinShop { invite, device_name: "Register 2".to_owned() };
    assert_eq!(till.sent(), std::slice::from_ref(&join));
    till.wizard_failed("the invite was used already; make another");
    assert_eq!(till.text("wizard.problem"), "the invite was used already; make another");
    till.click("wizard.submit");
    assert_eq!(till.sent(), [join]);
}

#[test]
fn the_sample_needs_no_typing() {
    let mut till = Till::without_shop(Language::Spanish);
    till.click("status.language");
    till.click("wizard.sample");
    till.click("wizard.submit");
    let sample = Intent::OpenSample { device_name: "Register 1".to_owned() };
    assert_eq!(till.sent(), [Intent::SetLanguage(Language::English), sample]);
}

#[test]
fn a_joined_device_waits_for_its_shop() {
    let mut joined = snapshot();
    let shop = joined.shop.take();
    let mut till = Till::open(Language::English, joined);
    assert!(till.find("wizard.waiting").is_some());
    till.change(|snapshot| snapshot.shop = shop);
    assert!(till.find("register.search").is_some());
}
