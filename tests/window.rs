//! A real window on a display without a screen, used by a person's keys.

use crate::program::{Device, FENCES, tillmesh, until};
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

/// How often a key press that found no window yet is made again.
const TRIES_MAX: usize = 20;

/// A display of its own, ended with the test.
struct Display {
    server: Child,
    name: String,
}

impl Display {
    fn start() -> Self {
        let mut server = Command::new("Xvfb")
            .args(["-displayfd", "1", "-screen", "0", "1440x900x24", "-nolisten", "tcp"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("Xvfb is missing: install the packages named in tests/run");
        let mut line = String::new();
        let stdout = server.stdout.take().expect("piped above");
        BufReader::new(stdout).read_line(&mut line).expect("Xvfb names its display");
        Self { server, name: format!(":{}", line.trim()) }
    }

    fn run(&self, program: &str, args: &[&str]) -> (bool, String) {
        let output = Command::new(program)
            .args(args)
            .env("DISPLAY", &self.name)
            .output()
            .unwrap_or_else(|error| panic!("{program} is missing ({error}): see tests/run"));
        (output.status.success(), String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    fn keys(&self, keys: &[&str]) {
        for key in keys {
            assert!(self.run("xdotool", &["key", key]).0, "a key can be pressed");
        }
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// The program in its window, ended with the test.
struct Window(Child);

impl Drop for Window {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_scan_and_two_keys_are_a_sale() {
    let device = Device::founded();
    let scanned = device.file(
        "scanned.csv",
        b"sku,name,price,barcode\nCAF-02,Caf\xc3\xa9 molido,18.60,2000000000022\n",
    );
    device.run(&["import", "products", &scanned]).ok();
    let display = Display::start();
    let _window = Window(
        Command::new(tillmesh())
            .arg("--data")
            .arg(device.data())
            .env(FENCES, device.fences())
            .env("DISPLAY", &display.name)
            .env_remove("WAYLAND_DISPLAY")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts"),
    );
    let search = ["search", "--onlyvisible", "--name", "tillmesh"];
    until("the window is there", || display.run("xdotool", &search).0);
    until("the command line reaches the window's device", || {
        device.data().join("api.json").exists()
    });
    let (_, found) = display.run("xdotool", &search);
    let id = found.lines().last().expect("the window has an id").to_owned();
    for _ in 0..TRIES_MAX {
        assert!(display.run("xdotool", &["windowfocus", &id]).0);
        // A scanner types fast and ends with Enter; F12 pays, F12 finishes.
        assert!(display.run("xdotool", &["type", "--delay", "4", "2000000000022"]).0);
        display.keys(&["Return", "F12", "F12"]);
        let mut looks = 0;
        let sold = || {
            looks += 1;
            device.orders() > 0 || looks > 10
        };
        until("the sale is in the books, or the keys came too early", sold);
        if device.orders() > 0 {
            break;
        }
        display.keys(&["Escape"]);
    }
    let orders = device.json(&["orders"]);
    let order = &orders[0];
    assert!(order["label"].as_str().is_some_and(|label| !label.is_empty()), "{order}");
    assert_eq!(order["order"]["lines"][0]["sku"], "CAF-02");
    assert_eq!(order["order"]["tenders"][0]["kind"], "cash");
    let picture = device.data().join("window.png");
    let path = picture.to_str().expect("a plain path");
    assert!(display.run("import", &["-window", "root", path]).0);
    let (_, colors) = display.run("identify", &["-format", "%k", path]);
    assert!(colors.parse::<u32>().is_ok_and(|count| count > 50), "the window is drawn: {colors}");
    assert_eq!(device.verify()["ok"], true);
}

#[test]
fn without_a_display_the_window_says_what_to_do() {
    let device = Device::founded();
    let output = Command::new(tillmesh())
        .arg("--data")
        .arg(device.data())
        .env(FENCES, device.fences())
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .env_remove("WAYLAND_SOCKET")
        .output()
        .expect("the program starts");
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("no display") && said.contains("tillmesh serve"), "{said}");
}
