//! Every screen draws, in both languages and themes, alike every time, and
//! then rests.

mod soft;

pub(crate) use soft::Soft;

use super::Till;
use super::data::{BEATRIZ, ME, OTHER, device, snapshot, with_people};
use crate::desktop::{Language, icon, theme};
use egui::{Key, Theme, ViewportId};
use std::time::Duration;
use till_host::snapshot::Snapshot;
use till_node::command::{CommandError, DeviceView, Reply};
use till_schema::LogId;
use till_schema::body::EndReason;

/// What a device whose folder was copied says.
const FAULT: &str = "this device's key also runs on another machine (“Caja 1” has seen both): its \
     folder was copied. It must not sell under this key; let it join again (`tillmesh shop join \
     --again INVITE`), it then goes on under a new one";

/// Ways to each screen, by name.
type Way = (&'static str, fn(&mut Till));
const SCREENS: [Way; 7] = [
    ("register", |till| {
        till.click("register.tile.101");
        till.click("register.tile.301");
        till.click("register.tile.301");
    }),
    ("customers", |till| till.press(Key::F4)),
    ("payment", |till| {
        till.click("register.tile.101");
        till.press(Key::F12);
        till.click("payment.quick.20000");
    }),
    ("receipts", |till| till.click("nav.receipts")),
    ("conflicts", |till| {
        till.click("nav.conflicts");
        till.click("conflicts.keep.0");
    }),
    ("sync", |till| till.click("nav.sync")),
    ("sold", |till| {
        till.click("register.tile.101");
        till.press(Key::F12);
        till.press(Key::F12);
        let (ticket, _) = till.command();
        let sold = till_node::command::Sold {
            order: till_schema::OrderId([1; 16]),
            label: "SETP-990000143".to_owned(),
            total: 1_890_000,
            change: 110_000,
            code: "9f27c141e0aa77a0130c51d2".repeat(4),
            repeated: false,
            provisional: false,
        };
        till.answer(ticket, Ok(till_node::command::Reply::Sold(sold)));
    }),
];

/// Draws to a picture in the folder that `TILLMESH_PICTURES` names, for eyes.
/// Without it only counts what would be drawn: unoptimised pixels are slow.
fn picture(till: &mut Till, name: &str) {
    if let Some(folder) = std::env::var_os("TILLMESH_PICTURES") {
        let image = till.harness().render().unwrap();
        image.save(std::path::Path::new(&folder).join(format!("{name}.png"))).unwrap();
    }
    let shapes = till.harness().output().shapes.clone();
    let meshes = till.harness().ctx.tessellate(shapes, 1.0);
    let corners: usize = meshes
        .iter()
        .map(|mesh| match &mesh.primitive {
            egui::epaint::Primitive::Mesh(mesh) => mesh.vertices.len(),
            egui::epaint::Primitive::Callback(_) => 0,
        })
        .sum();
    assert!(corners > 2_000, "{name} draws only {corners} corners");
}

/// A till that nobody touches costs nothing.
fn rests(till: &mut Till, name: &str) {
    till.harness().step();
    let delay = till.harness().output().viewport_output[&ViewportId::ROOT].repaint_delay;
    assert_eq!(delay, Duration::MAX, "{name} asks to be drawn again");
}

#[test]
fn every_screen_draws_and_then_rests() {
    for (language, theme) in [(Language::Spanish, Theme::Dark), (Language::English, Theme::Light)] {
        for (name, go) in SCREENS {
            let mut till = Till::with(language, snapshot(), true, theme);
            go(&mut till);
            let name = format!("{name}-{}-{theme:?}", language.code()).to_lowercase();
            picture(&mut till, &name);
            rests(&mut till, &name);
        }
    }
}

#[test]
fn the_first_run_draws() {
    let mut till = Till::without_shop(Language::Spanish);
    picture(&mut till, "wizard-es");
}

#[test]
fn pages_before_the_shop_draw_and_then_rest() {
    let phrase =
        "tráfico grúa óvulo sardina rienda pulmón níquel maestro izquierdo víspera quieto hueso";
    for (language, theme) in [(Language::Spanish, Theme::Dark), (Language::English, Theme::Light)] {
        let name = |page: &str| format!("{page}-{}-{theme:?}", language.code()).to_lowercase();
        let mut till = Till::with(language, Snapshot::default(), false, theme);
        till.show_words(phrase);
        till.click("recovery.written");
        picture(&mut till, &name("recovery"));
        rests(&mut till, "recovery");

        let mut till = Till::with(language, with_people(), true, theme);
        till.click(&format!("lock.person.{BEATRIZ}"));
        till.type_text("123");
        picture(&mut till, &name("lock"));
        rests(&mut till, "lock");
        till.press(Key::Enter);
        let (ticket, _) = till.command();
        let error =
            CommandError::Login("this name and PIN do not belong together; try again".to_owned());
        till.answer(ticket, Err(error));
        till.harness().set_size(egui::vec2(1180.0, 680.0));
        till.change(|snapshot| snapshot.fault = Some(FAULT.to_owned()));
        picture(&mut till, &name("lock-small"));
    }
}

#[test]
fn sheets_and_refusals_draw() {
    for (language, theme) in [(Language::Spanish, Theme::Dark), (Language::English, Theme::Light)] {
        let name = |page: &str| format!("{page}-{}-{theme:?}", language.code()).to_lowercase();
        let mut till = Till::with(language, with_people(), true, theme);
        super::people::log_in(&mut till);
        super::people::refused(&mut till);
        picture(&mut till, &name("approval"));

        let mut snapshot = snapshot();
        snapshot.numbers[0].held = 0;
        let mut till = Till::with(language, snapshot, true, theme);
        till.click("register.tile.301");
        picture(&mut till, &name("no-numbers"));
        till.press(Key::F12);
        picture(&mut till, &name("provisional"));
        till.change(|snapshot| snapshot.fault = Some(FAULT.to_owned()));
        till.click("nav.sync");
        let (ticket, _) = till.asked();
        let gone = DeviceView { ended: Some(EndReason::Lost), ..device(LogId([4; 32]), "Bodega") };
        let admin = DeviceView { admin: true, ..device(OTHER, "Caja 1") };
        till.answer(ticket, Ok(Reply::Devices(vec![device(ME, "Caja 2"), admin, gone])));
        picture(&mut till, &name("sync-fault"));
    }
}

#[test]
fn a_smaller_window_still_sells() {
    let mut till = Till::open(Language::Spanish, snapshot());
    till.harness().set_size(egui::vec2(1180.0, 620.0));
    till.settle();
    till.click("register.tile.301");
    assert_eq!(till.text("register.total"), "Total $ 5.200");
    picture(&mut till, "register-small");
    till.click("register.pay");
    till.click("payment.finish");
    till.command();
}

#[test]
fn the_same_state_gives_the_same_picture() {
    let draw = || {
        let mut till = Till::open(Language::Spanish, snapshot());
        till.harness().set_pixels_per_point(0.5);
        till.settle();
        till.harness().render().unwrap()
    };
    let (first, second) = (draw(), draw());
    let colors: std::collections::HashSet<_> = first.pixels().collect();
    assert!(colors.len() > 100, "a screen that drew nothing has one colour");
    assert!(first == second);
}

#[test]
fn the_fonts_have_every_icon_and_letter_used() {
    let ctx = egui::Context::default();
    theme::install(&ctx);
    let mut checked = 0;
    let mut output = ctx.run_ui(egui::RawInput::default(), |ui| {
        ui.fonts_mut(|fonts| {
            for icon in icon::ALL {
                assert!(fonts.has_glyph(&theme::icon_font(16.0), *icon), "{icon:?}");
                checked += 1;
            }
            let face = theme::font(theme::Weight::Regular, 14.0);
            for language in [Language::Spanish, Language::English] {
                for letter in language.source().chars().filter(|c| !c.is_control()) {
                    assert!(fonts.has_glyph(&face, letter), "{letter:?}");
                }
            }
        });
    });
    output.textures_delta.clear();
    assert!(checked >= icon::ALL.len());
}
