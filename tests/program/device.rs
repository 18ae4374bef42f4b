//! A device's folder, and commands run on it to their end.

use super::serving::{Serving, Started};
use super::{FENCES, fences_of, folder, tillmesh};
use serde_json::Value;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;
use tempfile::TempDir;

/// Longest time a command may take; an import of a supermarket takes some seconds.
const ENDS_WITHIN: Duration = Duration::from_secs(120);

/// What a command left when it had ended.
#[derive(Debug)]
pub(crate) struct Ran {
    /// The command line, for messages.
    line: String,
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ran {
    /// It did what it should.
    #[track_caller]
    pub(crate) fn ok(self) -> Self {
        assert_eq!(self.code, Some(0), "`{}` failed: {}", self.line, self.stderr);
        self
    }

    /// It printed one JSON value.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("`{}` printed no JSON ({error}): {self:?}", self.line))
    }

    /// It refused with this code, in a sentence that holds these words.
    #[track_caller]
    pub(crate) fn refused(&self, code: i32, words: &[&str]) {
        assert_eq!(self.code, Some(code), "exit code of `{}`: {self:?}", self.line);
        let said = self.stderr.to_lowercase();
        for word in words {
            assert!(said.contains(&word.to_lowercase()), "“{word}” is not said: {self:?}");
        }
        assert!(!said.contains("panicked"), "a refusal is no crash: {self:?}");
    }
}

/// Runs the program with these arguments and no folder.
pub(crate) fn run(args: &[&str]) -> Ran {
    finish(Command::new(tillmesh()), args)
}

/// Runs the program on a data folder.
pub(crate) fn run_in(data: &Path, args: &[&str]) -> Ran {
    let mut command = Command::new(tillmesh());
    command.arg("--data").arg(data).env(FENCES, fences_of(data));
    finish(command, args)
}

fn finish(mut command: Command, args: &[&str]) -> Ran {
    let line = args.join(" ");
    command.args(args).env_remove("TILLMESH_LOG").env_remove("TILLMESH_DATA");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().expect("the program starts");
    let pid = child.id();
    let (ended, output) = mpsc::channel();
    std::thread::spawn(move || ended.send(child.wait_with_output()));
    let Ok(output) = output.recv_timeout(ENDS_WITHIN) else {
        signal("KILL", pid);
        panic!("`{line}` has not ended after {ENDS_WITHIN:?}");
    };
    let output = output.expect("an ended program leaves its output");
    Ran {
        line,
        code: output.status.code(),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// Sends a signal to a process that a test has started.
pub(crate) fn signal(name: &str, pid: u32) {
    let script = format!("kill -{name} {pid}");
    let sent = Command::new("sh").args(["-c", &script]).status();
    assert!(sent.is_ok_and(|status| status.success()), "the signal {name} is sent");
}

/// Sum of a JSON object's numbers.
pub(crate) fn sum(class: &Value) -> u64 {
    class.as_object().expect("a class by device").values().filter_map(Value::as_u64).sum()
}

/// A device of a shop, in a folder of its own.
#[derive(Debug)]
pub(crate) struct Device {
    root: TempDir,
    /// Where its fences lie: beside its folder, or where those of another lie.
    fences: Option<OsString>,
}

impl Device {
    /// A folder without a shop.
    pub(crate) fn empty() -> Self {
        Self { root: folder(), fences: None }
    }

    /// The founding device of a shop with 20000 numbers and two products:
    /// `A1` for 10.00 and `B2` for 2.50.
    pub(crate) fn founded() -> Self {
        let device = Self::empty();
        device.found();
        device
    }

    /// Founds that shop in this folder.
    #[track_caller]
    pub(crate) fn found(&self) {
        let create = ["shop", "create", "--name", "Tienda", "--tax-id", "900"];
        let more = ["--currency", "USD", "--numbers", "1-20000"];
        self.run(&[&create[..], &more].concat()).ok();
        let products = b"sku,name,price,stock\nA1,Arroz,10.00,500\nB2,Pan,2.50,500\n";
        let file = self.file("products.csv", products);
        self.run(&["import", "products", &file]).ok();
    }

    /// The data folder.
    pub(crate) fn data(&self) -> PathBuf {
        self.root.path().join("data")
    }

    /// Makes a file beside the data folder.
    pub(crate) fn file(&self, name: &str, content: &[u8]) -> String {
        let path = self.root.path().join(name);
        std::fs::write(&path, content).expect("a file is written");
        path.to_str().expect("the path is text").to_owned()
    }

    pub(crate) fn run(&self, args: &[&str]) -> Ran {
        let mut command = Command::new(tillmesh());
        command.arg("--data").arg(self.data()).env(FENCES, self.fences());
        finish(command, args)
    }

    /// Starts a command and does not wait for its end.
    #[track_caller]
    pub(crate) fn start(&self, args: &[&str]) -> Started {
        let mut command = Command::new(tillmesh());
        command.arg("--data").arg(self.data()).args(args).env(FENCES, self.fences());
        Started::new(command)
    }

    /// Where its fences lie.
    pub(crate) fn fences(&self) -> OsString {
        self.fences.clone().unwrap_or_else(|| fences_of(&self.data()))
    }

    /// A copy of the data folder, as a person makes it who moves a till; the
    /// copy finds the same fences or none.
    pub(crate) fn copied(&self, with_fences: bool) -> Device {
        let copy = Device { root: folder(), fences: with_fences.then(|| self.fences()) };
        copy_folder(&self.data(), &copy.data());
        copy
    }

    /// Puts the data folder back to an earlier copy of it.
    pub(crate) fn set_back_to(&self, earlier: &Path) {
        std::fs::remove_dir_all(self.data()).expect("a folder is removed");
        copy_folder(earlier, &self.data());
    }

    /// Keeps a copy of the data folder and of both fences.
    pub(crate) fn kept(&self) -> TempDir {
        let kept = folder();
        copy_folder(&self.data(), &kept.path().join("data"));
        for (index, fence) in std::env::split_paths(&self.fences()).enumerate() {
            copy_folder(&fence, &kept.path().join(format!("fence-{index}")));
        }
        kept
    }

    /// Puts so many of the fences back to those kept.
    pub(crate) fn set_fences_back_to(&self, kept: &Path, count: usize) {
        for (index, fence) in std::env::split_paths(&self.fences()).enumerate().take(count) {
            std::fs::remove_dir_all(&fence).expect("a fence is removed");
            copy_folder(&kept.join(format!("fence-{index}")), &fence);
        }
    }

    /// What a command prints with `--json`.
    #[track_caller]
    pub(crate) fn json(&self, args: &[&str]) -> Value {
        let mut all = vec!["--json"];
        all.extend(args);
        self.run(&all).ok().json()
    }

    #[track_caller]
    pub(crate) fn digest(&self) -> Value {
        self.json(&["digest"])
    }

    /// Sells one piece of `A1`, paid in cash.
    #[track_caller]
    pub(crate) fn sell(&self) -> Value {
        self.json(&["sell", "--item", "A1", "--pay", "cash"])
    }

    /// How many orders the device knows.
    #[track_caller]
    pub(crate) fn orders(&self) -> u64 {
        self.json(&["totals"])["orders"].as_u64().expect("a number of orders")
    }

    /// Everything is whole, from the first byte.
    #[track_caller]
    pub(crate) fn verify(&self) -> Value {
        let report = self.run(&["verify", "--json"]).ok().json();
        assert_eq!(report["ok"], true, "{report}");
        report
    }

    /// Runs the device as a peer on loopback.
    #[track_caller]
    pub(crate) fn serve(&self) -> Serving {
        self.serve_with(&[])
    }

    /// Runs the device as a peer on loopback, with more options.
    #[track_caller]
    pub(crate) fn serve_with(&self, more: &[&str]) -> Serving {
        Serving::start(&self.data(), &self.fences(), more)
    }

    /// Enrols a new device through this one, which must be running.
    #[track_caller]
    pub(crate) fn admit(&self, name: &str) -> Device {
        let invite = self.invite();
        let joining = Device::empty();
        joining.run(&["shop", "join", &invite, "--device", name]).ok();
        joining
    }

    /// The text of a new invite.
    #[track_caller]
    pub(crate) fn invite(&self) -> String {
        self.run(&["shop", "invite"]).ok().stdout.trim().to_owned()
    }

    /// The segment of its own log that holds its first entries.
    pub(crate) fn first_segment(&self) -> PathBuf {
        let logs = std::fs::read_dir(self.data().join("logs")).expect("there are logs");
        let logs: Vec<PathBuf> = logs.map(|log| log.expect("a log is listed").path()).collect();
        let [log] = logs.as_slice() else { panic!("one log, not {logs:?}") };
        log.join("00000001.seg")
    }
}

fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder is made");
    for entry in std::fs::read_dir(from).expect("a folder is read") {
        let entry = entry.expect("a file is listed");
        let target = to.join(entry.file_name());
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            copy_folder(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("a file is copied");
        }
    }
}
