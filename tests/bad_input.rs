//! Wrong input and wrong places: each is refused with an exit code and a
//! sentence that helps, and nothing is written.

use crate::program::{Device, FENCES, free_address, run_in, tillmesh};
use std::net::TcpListener;

/// Wrong use, as scripts tell it from trouble.
const WRONG_USE: i32 = 2;

/// The command is refused in these words and the device is as before.
#[track_caller]
fn refused(device: &Device, args: &[&str], words: &[&str]) {
    let before = device.digest();
    device.run(args).refused(WRONG_USE, words);
    assert_eq!(device.digest(), before, "a refused command writes nothing");
}

/// An import of this file is refused in these words and the device is as before.
#[track_caller]
fn file_refused(content: &[u8], words: &[&str]) {
    let device = Device::founded();
    let file = device.file("wrong.csv", content);
    refused(&device, &["import", "products", &file], words);
}

#[test]
fn a_broken_row() {
    let rows = b"sku,name,price\nC3,Sal,1\nD4,Agua\n";
    file_refused(rows, &["line 3", "2 cells", "nothing was imported", "--skip-bad"]);
}

#[test]
fn a_price_in_words() {
    file_refused(
        b"sku,name,price\nC3,Sal,uno\n",
        &["line 2", "price", "uno", "nothing was imported"],
    );
}

#[test]
fn a_file_that_is_not_utf_8() {
    file_refused(b"sku,name,price\nC3,Caf\xe9,1\n", &["line 2", "UTF-8", "save the file again"]);
}

#[test]
fn a_missing_column() {
    file_refused(b"sku,name\nC3,Sal\n", &["lacks", "price", "precio"]);
}

#[test]
fn an_empty_file() {
    file_refused(b"", &["empty", "columns"]);
}

#[test]
fn a_file_that_is_not_there() {
    refused(
        &Device::founded(),
        &["import", "products", "nowhere.csv"],
        &["cannot read nowhere.csv"],
    );
}

#[test]
fn an_unknown_sku() {
    refused(&Device::founded(), &["sell", "--item", "ZZ9", "--pay", "cash"], &["ZZ9", "check it"]);
}

#[test]
fn a_negative_quantity() {
    let sell = ["sell", "--item", "A1:-1", "--pay", "cash"];
    refused(&Device::founded(), &sell, &["quantity", "Arroz", "more than zero"]);
}

#[test]
fn a_quantity_of_zero() {
    let sell = ["sell", "--item", "A1:0", "--pay", "cash"];
    refused(&Device::founded(), &sell, &["quantity", "Arroz", "more than zero"]);
}

#[test]
fn a_quantity_in_words() {
    let sell = ["sell", "--item", "A1:dos", "--pay", "cash"];
    refused(&Device::founded(), &sell, &["dos", "not a number"]);
}

#[test]
fn a_payment_below_the_total() {
    let sell = ["sell", "--item", "A1", "--pay", "cash:9.99"];
    refused(&Device::founded(), &sell, &["0.01", "below the total", "another tender"]);
}

#[test]
fn a_card_above_the_total() {
    let sell = ["sell", "--item", "A1", "--pay", "card:15"];
    refused(&Device::founded(), &sell, &["5.00", "above the total", "only cash gives change"]);
}

#[test]
fn a_means_of_payment_that_is_none() {
    let sell = ["sell", "--item", "A1", "--pay", "gold:10"];
    refused(&Device::founded(), &sell, &["gold", "cash, card"]);
}

#[test]
fn an_unknown_customer() {
    let sell = ["sell", "--item", "A1", "--pay", "cash", "--customer", "12345"];
    refused(&Device::founded(), &sell, &["12345", "no customer", "leave it out"]);
}

#[test]
fn an_order_nobody_knows() {
    refused(&Device::founded(), &["orders", "T1-77"], &["T1-77", "no order"]);
}

#[test]
fn the_same_while_the_device_runs() {
    let device = Device::founded();
    let running = device.serve();
    refused(&device, &["sell", "--item", "ZZ9", "--pay", "cash"], &["ZZ9", "check it"]);
    refused(&device, &["sell", "--item", "A1:-1", "--pay", "cash"], &["more than zero"]);
    refused(&device, &["sell", "--item", "A1", "--pay", "cash:1"], &["below the total"]);
    refused(&device, &["conflicts", "show", "3"], &["0 conflicts", "conflicts list"]);
    let (status, answer) = running.api().sell("not an order id", 1).expect("an answer");
    assert_eq!(status, 422, "{answer}");
}

#[test]
fn a_nonsense_invite() {
    let joining = Device::empty();
    joining.run(&["shop", "join", "hola"]).refused(WRONG_USE, &["not an invite", "TILL1-"]);
    joining.run(&["digest"]).refused(WRONG_USE, &["no shop", "shop join"]);
}

#[test]
fn a_damaged_invite() {
    let device = Device::founded();
    let running = device.serve();
    let invite = device.invite();
    let before = device.digest();
    let half = &invite[..invite.len() - 6];
    let other = if invite.ends_with('A') { 'B' } else { 'A' };
    let mistyped = format!("{}{other}", &invite[..invite.len() - 1]);
    let joining = Device::empty();
    for damaged in [half, &mistyped] {
        let joined = joining.run(&["shop", "join", damaged]);
        joined.refused(WRONG_USE, &["damaged or incomplete", "copy the whole text"]);
    }
    assert_eq!(device.digest(), before);
    joining.run(&["shop", "join", &invite]).ok();
    drop(running);
}

#[test]
fn an_invite_used_twice() {
    let device = Device::founded();
    let running = device.serve();
    let invite = device.invite();
    Device::empty().run(&["shop", "join", &invite]).ok();
    let devices = device.json(&["shop", "devices"]);
    assert_eq!(devices.as_array().map(Vec::len), Some(2));
    let before = device.digest();
    let late = Device::empty();
    late.run(&["shop", "join", &invite]).refused(WRONG_USE, &["refused", "fresh invitation"]);
    assert_eq!(device.digest(), before, "the second is not let in");
    late.run(&["digest"]).refused(WRONG_USE, &["no shop"]);
    drop(running);
}

#[test]
fn an_invite_of_a_device_that_is_not_running() {
    let device = Device::founded();
    refused(&device, &["shop", "invite"], &["start the device first", "tillmesh serve"]);
    let running = device.serve();
    let invite = device.invite();
    assert!(running.stop().success());
    let joining = Device::empty();
    let joined = joining.run(&["shop", "join", &invite]);
    joined.refused(WRONG_USE, &["does not answer", "running"]);
}

#[test]
fn an_invite_of_another_shop_at_the_same_address() {
    let (one, other) = (Device::founded(), Device::founded());
    let address = free_address().to_string();
    let first = one.serve_with(&["--listen", &address]);
    let invite = one.invite();
    assert!(first.stop().success());
    let second = other.serve_with(&["--listen", &address]);
    let before = other.digest();
    let joined = Device::empty().run(&["shop", "join", &invite]);
    joined.refused(WRONG_USE, &["could not join"]);
    assert_eq!(other.digest(), before);
    drop(second);
}

#[test]
fn an_invite_made_by_a_device_that_may_not() {
    let device = Device::founded();
    let running = device.serve();
    let second = device.admit("Caja 2");
    let joined = second.serve();
    crate::program::until("both agree", || device.digest() == second.digest());
    refused(&second, &["shop", "invite"], &["only", "Caja 1", "do it there"]);
    drop((running, joined));
}

#[test]
fn joining_or_founding_where_a_shop_is() {
    let (host, device) = (Device::founded(), Device::founded());
    let running = host.serve();
    let invite = host.invite();
    refused(&device, &["shop", "join", &invite], &["a shop already", "--data"]);
    let create = ["shop", "create", "--name", "Otra", "--tax-id", "1"];
    refused(&device, &create, &["a shop already", "--data"]);
    let devices = host.json(&["shop", "devices"]);
    assert_eq!(devices.as_array().map(Vec::len), Some(1), "nobody was let in");
    drop(running);
}

#[test]
fn an_address_where_nobody_answers() {
    let (device, other) = (Device::founded(), Device::founded());
    let elsewhere = other.serve();
    let peer = format!("{}@{}", elsewhere.log(), free_address());
    drop(elsewhere);
    let mut running = device.serve_with(&["--peer", &peer]);
    for _ in 0..5 {
        device.sell();
    }
    assert!(running.is_running());
    assert_eq!(device.orders(), 5, "it goes on alone");
    assert!(running.stop().success());
    device.verify();
}

#[test]
fn an_address_that_is_none() {
    let device = Device::founded();
    let log = "0".repeat(64);
    refused(&device, &["serve", "--peer", "192.168.1.20:4001"], &["LOG@host:port"]);
    refused(&device, &["serve", "--peer", &format!("{log}@")], &["port"]);
    refused(&device, &["serve", "--listen", "aqui"], &["aqui", "no port"]);
    refused(&device, &["serve", "--api", "aqui"], &["aqui"]);
    refused(&device, &["serve", "--no-mdns", "--relay", "aqui"], &["aqui", "relay"]);
}

#[test]
fn a_busy_port() {
    let device = Device::founded();
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port is taken");
    let address = taken.local_addr().expect("it has an address").to_string();
    let serve = |more: [&str; 2]| {
        let mut args = vec!["serve", "--no-mdns", "--listen", "127.0.0.1:0"];
        args.extend(more);
        refused(&device, &args, &[&address[10..], "in use", "choose another port"]);
    };
    serve(["--listen", &address]);
    serve(["--api", &address]);
    let relay = Device::empty().run(&["relay", "--listen", &address]);
    relay.refused(WRONG_USE, &[&address, "in use", "choose another port"]);
    device.sell();
}

#[test]
fn a_folder_that_is_in_use() {
    let device = Device::founded();
    let running = device.serve();
    refused(&device, &["serve", "--no-mdns"], &["another tillmesh", "close it", "--data"]);
    device.sell();
    assert_eq!(device.orders(), 1, "the first goes on");
    drop(running);
}

#[test]
fn a_folder_without_a_shop() {
    let empty = Device::empty();
    for args in [
        &["digest"][..],
        &["verify"],
        &["orders"],
        &["serve"],
        &["sell", "--item", "A1", "--pay", "cash"],
        &["shop", "invite"],
    ] {
        empty.run(args).refused(WRONG_USE, &["no shop", "shop create", "shop join"]);
    }
    assert!(!empty.data().exists(), "looking makes no folder");
}

#[test]
fn a_folder_that_is_copied_elsewhere() {
    let root = crate::program::folder();
    let folder = root.path().join("Dropbox").join("caja");
    let created = run_in(&folder, &["shop", "create", "--name", "Tienda", "--tax-id", "1"]);
    created.refused(WRONG_USE, &["Dropbox", "this machine's own disk"]);
    assert!(!folder.exists(), "nothing is made in a synced folder");

    // Moved there later, it is refused as well.
    let device = Device::founded();
    std::fs::create_dir_all(folder.parent().expect("it has one")).expect("a folder is made");
    std::fs::rename(device.data(), &folder).expect("the folder is moved");
    run_in(&folder, &["sell", "--item", "A1", "--pay", "cash"]).refused(WRONG_USE, &["Dropbox"]);
    std::fs::rename(&folder, device.data()).expect("the folder is moved back");
    assert_eq!(device.orders(), 0);
}

#[test]
fn a_shop_without_a_name_or_with_wrong_numbers() {
    let empty = Device::empty();
    let create = |args: &[&str], words: &[&str]| {
        let mut all = vec!["shop", "create"];
        all.extend(args);
        empty.run(&all).refused(WRONG_USE, words);
        empty.run(&["digest"]).refused(WRONG_USE, &["no shop"]);
    };
    create(&["--name", "  ", "--tax-id", "1"], &["name"]);
    create(&["--name", "Tienda", "--tax-id", ""], &["tax id"]);
    create(&["--name", "Tienda", "--tax-id", "1", "--numbers", "9-3"], &["1-5000"]);
    create(&["--name", "Tienda", "--tax-id", "1", "--currency", "ABC"], &["ABC"]);
    create(&["--name", &"x".repeat(600), "--tax-id", "1"], &["too long"]);
}

#[test]
fn a_reader_that_has_gone_is_no_crash() {
    let device = Device::founded();
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    let ended = std::process::Command::new(tillmesh())
        .args(["--data", &device.data().to_string_lossy(), "orders"])
        .env(FENCES, device.fences())
        .env_remove("TILLMESH_LOG")
        .stdout(writer)
        .stderr(std::process::Stdio::piped())
        .output()
        .expect("the program starts");
    let told = String::from_utf8_lossy(&ended.stderr);
    assert_eq!((ended.status.code(), &*told), (Some(141), ""), "as a shell expects, in silence");
}
