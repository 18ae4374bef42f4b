//! Building the program and finding it.

use cargo_metadata::Message;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

/// The program, built from the sources as they are.
///
/// Cargo gives a test only the binaries of its own package, so it is asked for
/// this one: in the profile and target folder of the running test, and together
/// with the test, because then dependencies have the features they have in
/// `cargo test --workspace` and nothing is compiled twice.
pub(crate) fn tillmesh() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(build)
}

fn build() -> PathBuf {
    let test = std::env::current_exe().expect("a test knows its own file");
    // TARGET/PROFILE/deps/end_to_end-0123456789abcdef
    let profile = test.ancestors().nth(2).expect("a test lies in its profile's folder");
    let target = profile.parent().expect("a profile's folder lies in the target folder");
    let profile = match profile.file_name().and_then(|name| name.to_str()) {
        Some("debug") | None => "dev",
        Some(name) => name,
    };
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| env!("CARGO").into());
    let mut command = Command::new(cargo);
    command
        .args(["build", "--workspace", "--bin", "tillmesh", "--test", "end_to_end"])
        .args(["--offline", "--message-format=json-render-diagnostics", "--profile", profile])
        .arg("--target-dir")
        .arg(target)
        .current_dir(workspace())
        .stdin(Stdio::null())
        .stdout(Stdio::piped());
    // What cargo tells a test of its package would make build scripts run anew.
    for (name, _) in std::env::vars_os() {
        let told = name.to_str().is_some_and(|name| {
            ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_CRATE_", "CARGO_BIN_", "CARGO_PRIMARY_"]
                .iter()
                .any(|prefix| name.starts_with(prefix))
        });
        if told {
            command.env_remove(name);
        }
    }
    let mut child = command.spawn().expect("cargo can be started to build the program");
    let output = BufReader::new(child.stdout.take().expect("its output is piped"));
    let mut program = None;
    for message in Message::parse_stream(output) {
        if let Message::CompilerArtifact(artifact) = message.expect("cargo's output is read")
            && artifact.target.name == "tillmesh"
            && let Some(file) = artifact.executable
        {
            program = Some(file.into_std_path_buf());
        }
    }
    let status = child.wait().expect("cargo ends");
    assert!(status.success(), "the program does not build; see cargo's messages above");
    program.expect("cargo names the program it has built")
}

/// The root of the workspace.
pub(crate) fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("this package lies in the workspace")
}
