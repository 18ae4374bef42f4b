//! A device that belongs to no shop.

use super::Till;
use super::data::snapshot;
use crate::desktop::{CreateShop, Intent, Language};
use egui::Key;
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
        language: Language::Spanish,
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
    let language = Language::English;
    let sample = Intent::OpenSample { device_name: "Register 1".to_owned(), language };
    assert_eq!(till.sent(), [Intent::SetLanguage(Language::English), sample]);
}

#[test]
fn recovery_words_are_shown_until_they_are_on_paper() {
    let phrase =
        "ábaco abdomen abeja abierto abogado abono aborto abrazo abrir abuelo abuso acabar";
    let mut till = Till::without_shop(Language::Spanish);
    till.show_words(phrase);
    assert_eq!(till.text("recovery.word.1"), "1. ábaco");
    assert_eq!(till.text("recovery.word.12"), "12. acabar");
    assert!(till.text("recovery.warning").contains("no se guardan en ninguna parte"));
    till.change(|shop| *shop = snapshot());
    till.set_has_shop();
    assert!(till.find("register.search").is_none(), "the shop waits behind the words");
    for key in [Key::Escape, Key::Enter, Key::F12] {
        till.press(key);
    }
    assert!(!till.enabled("recovery.done"), "only what is written down goes on");
    till.click("status.language");
    assert_eq!(till.text("recovery.written"), "I have written them on paper, in order");
    assert_eq!(till.text("recovery.word.1"), "1. ábaco", "the words stay what they are");
    till.click("recovery.written");
    till.click("recovery.written");
    assert!(!till.enabled("recovery.done"), "ticked and unticked");
    till.click("recovery.written");
    till.click("recovery.done");
    assert!(till.find("recovery.word.1").is_none());
    assert!(till.find("register.search").is_some());
    assert_eq!(till.sent(), [Intent::SetLanguage(Language::English)], "nobody is told the words");
}

#[test]
fn a_joined_device_waits_for_its_shop() {
    let mut joined = snapshot();
    let shop = joined.shop.take();
    let mut till = Till::open(Language::English, joined);
    assert!(till.find("wizard.waiting").is_some());
    till.change(|snapshot| snapshot.fault = Some("the disk failed".to_owned()));
    assert_eq!(till.text("status.fault"), "This device cannot sell: the disk failed");
    till.change(|snapshot| snapshot.fault = None);
    till.change(|snapshot| snapshot.shop = shop);
    assert!(till.find("register.search").is_some());
}
