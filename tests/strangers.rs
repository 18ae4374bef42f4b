//! Processes that do not belong to the shop get nothing, and do no harm.

use crate::program::{DEADLINE, Device, until};
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Attempts of a stranger before a test believes that it gets nothing.
const ATTEMPTS: usize = 3;
/// Sockets that a silent stranger opens.
const SILENT: usize = 60;

/// `/ip4/127.0.0.1/tcp/PORT` as a socket address.
fn socket(address: &str) -> SocketAddr {
    let port = address.rsplit('/').next().and_then(|port| port.parse().ok());
    SocketAddr::from(([127, 0, 0, 1], port.expect("an address ends in its port")))
}

/// Stands before a device and counts the connections that have ended.
fn doorway(to: SocketAddr) -> (SocketAddr, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    let address = listener.local_addr().expect("it has an address");
    let ended = Arc::new(AtomicUsize::new(0));
    let count = ended.clone();
    std::thread::spawn(move || {
        for inside in listener.incoming().map_while(Result::ok) {
            let count = count.clone();
            std::thread::spawn(move || {
                if let Ok(outside) = TcpStream::connect(to) {
                    pass(inside, outside);
                }
                count.fetch_add(1, Ordering::SeqCst);
            });
        }
    });
    (address, ended)
}

/// Carries bytes both ways until both sides have ended.
fn pass(one: TcpStream, other: TcpStream) {
    let (Ok(one_copy), Ok(other_copy)) = (one.try_clone(), other.try_clone()) else { return };
    let back = std::thread::spawn(move || carry(other_copy, one_copy));
    carry(one, other);
    let _ = back.join();
}

fn carry(mut from: TcpStream, mut to: TcpStream) {
    let _ = std::io::copy(&mut from, &mut to);
    let _ = to.shutdown(Shutdown::Write);
}

/// The shop goes on: a sale here is on its second device soon.
#[track_caller]
fn goes_on(first: &Device, second: &Device) {
    let before = second.orders();
    first.sell();
    until("the shop goes on", || second.orders() == before + 1);
    until("both hold the same", || first.digest() == second.digest());
}

#[test]
fn a_device_of_another_shop_gets_nothing() {
    let shop = Device::founded();
    let running = shop.serve();
    let second = shop.admit("Caja 2");
    let joined = second.serve();
    goes_on(&shop, &second);

    let stranger = Device::founded();
    let before = stranger.digest();
    let peer = format!("{}@{}", running.log(), socket(&running.address()));
    let mut strange = stranger.serve_with(&["--peer", &peer]);
    for _ in 0..ATTEMPTS {
        goes_on(&shop, &second);
    }
    assert!(strange.is_running());
    assert_eq!(stranger.digest(), before, "nothing of the shop came over");
    assert_eq!(stranger.json(&["sync", "status"])["peers"], json!([]));
    let devices = shop.json(&["shop", "devices"]);
    assert_eq!(devices.as_array().map(Vec::len), Some(2), "{devices}");
    drop((strange, joined));
    assert!(running.stop().success());
    shop.verify();
}

#[test]
fn an_impostor_with_the_shops_papers_and_another_key_gets_nothing() {
    let shop = Device::founded();
    let running = shop.serve();
    let second = shop.admit("Caja 2");
    let joined = second.serve();
    goes_on(&shop, &second);

    // The papers say that it is a device of the shop; its key was never enrolled.
    let (door, ended) = doorway(socket(&running.address()));
    let papers = std::fs::read(second.data().join("device.json")).expect("papers are read");
    let mut papers: Value = serde_json::from_slice(&papers).expect("papers are JSON");
    let address = format!("/ip4/127.0.0.1/tcp/{}", door.port());
    papers["addresses"] = json!({ running.log(): [address] });
    let impostor = Device::empty();
    std::fs::create_dir(impostor.data()).expect("a folder is made");
    let write = |name: &str, text: String| {
        std::fs::write(impostor.data().join(name), text).expect("a file is written");
    };
    write("device.json", papers.to_string());
    write("device.key", "5a".repeat(32));

    let mut strange = impostor.serve();
    until("it has tried and was turned away", || ended.load(Ordering::SeqCst) >= ATTEMPTS);
    goes_on(&shop, &second);
    assert!(strange.is_running());
    let status = impostor.json(&["sync", "status"]);
    assert!(!status["vector"].to_string().contains(&running.log()), "it holds nothing: {status}");
    let logs = std::fs::read_dir(impostor.data().join("logs")).expect("its logs are listed");
    assert!(logs.count() <= 1, "no log of the shop is on its disk");
    let devices = shop.json(&["shop", "devices"]);
    assert_eq!(devices.as_array().map(Vec::len), Some(2), "{devices}");
    drop((strange, joined));
    assert!(running.stop().success());
    shop.verify();
}

#[test]
fn noise_and_silence_at_the_door_do_no_harm() {
    let shop = Device::founded();
    let mut running = shop.serve();
    let second = shop.admit("Caja 2");
    let joined = second.serve();
    goes_on(&shop, &second);
    let address = socket(&running.address());

    let silent: Vec<TcpStream> =
        (0..SILENT).filter_map(|_| TcpStream::connect(address).ok()).collect();
    goes_on(&shop, &second);
    for noise in [
        &b"GET / HTTP/1.1\r\n\r\n"[..],
        &[0xff; 4096],
        &[0; 64 * 1024],
        b"\x13/multistream/1.0.0\n\n",
    ] {
        let mut stream = TcpStream::connect(address).expect("the door is open");
        stream.set_read_timeout(Some(DEADLINE)).expect("a time limit is set");
        stream.set_write_timeout(Some(DEADLINE)).expect("a time limit is set");
        // It may hang up in the middle.
        let _ = stream.write_all(noise);
        let _ = stream.shutdown(Shutdown::Write);
        let mut answer = Vec::new();
        let _ = stream.take(1024 * 1024).read_to_end(&mut answer);
        assert!(answer.len() < 4096, "a stranger is told little: {} bytes", answer.len());
    }
    goes_on(&shop, &second);
    assert!(running.is_running());
    assert!(!running.said().contains("panicked"), "{}", running.said());
    drop((silent, joined));
    assert!(running.stop().success());
    shop.verify();
}
