//! The program while it runs.

use super::api::Api;
use super::device::signal;
use super::{DEADLINE, FENCES, fences_of, tillmesh};
use serde_json::Value;
use std::ffi::OsStr;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;

/// A device that serves until it is stopped; killed when dropped.
#[derive(Debug)]
pub(crate) struct Serving {
    child: Child,
    /// What it said when it was ready.
    hello: Value,
    data: PathBuf,
}

/// Starts a program that says in one line of JSON when it is ready; its log
/// goes to a file.
#[track_caller]
fn started(command: &mut Command, log: &Path) -> (Child, Value) {
    let stderr = File::create(log).expect("a log file is made");
    let mut child = command
        .env_remove("TILLMESH_LOG")
        .env_remove("TILLMESH_DATA")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(stderr)
        .spawn()
        .expect("the program starts");
    let stdout = child.stdout.take().expect("its output is piped");
    let (said, line) = mpsc::channel();
    // Reads to the end, so that the program never waits for a reader.
    std::thread::spawn(move || {
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            let _ = said.send(line);
        }
    });
    let Ok(line) = line.recv_timeout(DEADLINE) else {
        let _ = child.kill();
        let _ = child.wait();
        panic!("{command:?} did not start: {}", std::fs::read_to_string(log).unwrap_or_default());
    };
    (child, serde_json::from_str(&line).expect("a program says what it listens on"))
}

impl Serving {
    /// Starts `serve` on a data folder, on loopback.
    #[track_caller]
    pub(crate) fn start(data: &Path, fences: &OsStr, more: &[&str]) -> Self {
        let mut command = Command::new(tillmesh());
        command
            .arg("--data")
            .arg(data)
            .args(["serve", "--no-mdns", "--listen", "127.0.0.1:0"])
            .args(more)
            .env(FENCES, fences);
        Self::start_command(&mut command, data)
    }

    /// Starts a command line that serves a data folder.
    #[track_caller]
    pub(crate) fn start_command(command: &mut Command, data: &Path) -> Self {
        if !command.get_envs().any(|(name, _)| name == FENCES) {
            command.env(FENCES, fences_of(data));
        }
        let (child, hello) = started(command, &data.with_extension("log"));
        Self { child, hello, data: data.to_path_buf() }
    }

    /// Its log's name.
    pub(crate) fn log(&self) -> String {
        self.hello["log"].as_str().expect("a device says its log").to_owned()
    }

    /// Where other devices reach it.
    pub(crate) fn address(&self) -> String {
        self.hello["listening"][0].as_str().expect("a device says where it listens").to_owned()
    }

    /// Its local API, by the file that tells how to reach it.
    pub(crate) fn api(&self) -> Api {
        Api::of(&self.data)
    }

    /// What it wrote to its error output so far.
    pub(crate) fn said(&self) -> String {
        std::fs::read_to_string(self.data.with_extension("log")).unwrap_or_default()
    }

    /// Whether it still runs.
    pub(crate) fn is_running(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Ends it at once, as a power cut would.
    pub(crate) fn kill(mut self) {
        self.child.kill().expect("a running program can be killed");
        self.child.wait().expect("a killed program ends");
    }

    /// Asks it through its API to end, and waits.
    pub(crate) fn stop(mut self) -> ExitStatus {
        self.api().post("stop", &Value::Null).expect("it takes the request");
        self.child.wait().expect("it ends")
    }

    /// Asks it with the signal of `kill` to end, and waits.
    pub(crate) fn terminate(mut self) -> ExitStatus {
        signal("TERM", self.child.id());
        self.child.wait().expect("it ends")
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A command that runs while a test goes on; killed when dropped.
#[derive(Debug)]
pub(crate) struct Started {
    child: Child,
    lines: mpsc::Receiver<String>,
}

impl Started {
    #[track_caller]
    pub(crate) fn new(mut command: Command) -> Self {
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().expect("the program starts");
        let stdout = child.stdout.take().expect("its output is piped");
        let (said, lines) = mpsc::channel();
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                let _ = said.send(line);
            }
        });
        Self { child, lines }
    }

    /// The next line that holds these words.
    #[track_caller]
    pub(crate) fn line_with(&self, words: &str) -> String {
        loop {
            let line = self.lines.recv_timeout(DEADLINE).expect("the line is printed in time");
            if line.contains(words) {
                return line;
            }
        }
    }

    /// Waits for its end; what it printed since.
    #[track_caller]
    pub(crate) fn finished(mut self) -> String {
        let status = self.child.wait().expect("it ends");
        let said: Vec<String> = self.lines.iter().collect();
        assert!(status.success(), "{said:?}");
        said.join("\n")
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
