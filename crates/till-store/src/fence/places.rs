//! Where fences lie, and which machine this is.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use till_schema::LogId;

/// Folders of the fences, for unusual machines: `DIR1:DIR2`.
const FENCES_VARIABLE: &str = "TILLMESH_FENCES";
/// Name of the machine, for tests.
const MACHINE_VARIABLE: &str = "TILLMESH_MACHINE";
/// The system's own id of a machine, and its name as a person set it. Not the name
/// it has at the moment: a network may give it another one each morning.
const MACHINE_FILES: [&str; 2] = ["/etc/machine-id", "/etc/hostname"];
/// The context of the fingerprint's hash.
const CONTEXT: &str = "tillmesh machine v1";

/// The fingerprint of a machine that cannot be told from others. It is compared
/// with none.
pub const UNKNOWN_MACHINE: &str = "unknown";

/// Where the fences of a log lie: in the user's folders for state and for settings,
/// which are seldom copied or set back together with a data folder, or where
/// `TILLMESH_FENCES` says. Empty on a machine that names no such folder.
pub fn fence_paths(log: LogId) -> Vec<PathBuf> {
    paths_from(log, |name| std::env::var_os(name))
}

fn paths_from(log: LogId, variable: impl Fn(&str) -> Option<OsString>) -> Vec<PathBuf> {
    let name = format!("{log}.json");
    // A relative folder would move with the working directory.
    let folder = |name: &str| variable(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let folders: Vec<PathBuf> = match variable(FENCES_VARIABLE).filter(|value| !value.is_empty()) {
        Some(named) => std::env::split_paths(&named).filter(|dir| dir != Path::new("")).collect(),
        None => [
            ("XDG_STATE_HOME", ".local/state", "LOCALAPPDATA"),
            ("XDG_CONFIG_HOME", ".config", "APPDATA"),
        ]
        .into_iter()
        .filter_map(|(named, in_home, on_windows)| {
            let in_home = || folder("HOME").map(|home| home.join(in_home));
            folder(named).or_else(|| folder(on_windows)).or_else(in_home)
        })
        .map(|dir| dir.join("tillmesh").join("fences"))
        .collect(),
    };
    let mut paths: Vec<PathBuf> = Vec::new();
    for path in folders.into_iter().map(|dir| dir.join(&name)) {
        if !paths.contains(&path) {
            paths.push(path);
        }
    }
    paths
}

/// Tells this machine from others: a hash of its system's id and of its name, or
/// [`UNKNOWN_MACHINE`] where there is neither. `TILLMESH_MACHINE` overrides it.
pub fn machine_fingerprint() -> String {
    let named = std::env::var(MACHINE_VARIABLE).ok().filter(|name| !name.is_empty());
    let [id, name] = MACHINE_FILES.map(|path| std::fs::read_to_string(path).unwrap_or_default());
    let name =
        if name.is_empty() { std::env::var("COMPUTERNAME").unwrap_or_default() } else { name };
    named.unwrap_or_else(|| fingerprint(id.trim(), name.trim()))
}

fn fingerprint(id: &str, name: &str) -> String {
    if id.is_empty() && name.is_empty() {
        return UNKNOWN_MACHINE.to_owned();
    }
    let mut hasher = blake3::Hasher::new_derive_key(CONTEXT);
    hasher.update(&(id.len() as u64).to_le_bytes());
    hasher.update(id.as_bytes());
    hasher.update(name.as_bytes());
    hasher.finalize().to_hex().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: LogId = LogId([0xA1; 32]);

    fn paths(set: &[(&str, &str)]) -> Vec<String> {
        let variable = |name: &str| {
            set.iter().find(|(key, _)| *key == name).map(|(_, value)| OsString::from(value))
        };
        let file = format!("/{LOG}.json");
        let paths = paths_from(LOG, variable).into_iter();
        let text = paths.map(|path| path.into_os_string().into_string().expect("text"));
        text.map(|path| path.strip_suffix(&file).expect("named after the log").to_owned()).collect()
    }

    #[cfg(unix)]
    #[test]
    fn two_places_of_the_user_or_those_that_are_named() {
        let home = ("HOME", "/ana");
        assert_eq!(
            paths(&[home]),
            ["/ana/.local/state/tillmesh/fences", "/ana/.config/tillmesh/fences"]
        );
        assert_eq!(
            paths(&[home, ("XDG_STATE_HOME", "/s"), ("XDG_CONFIG_HOME", "c")]),
            ["/s/tillmesh/fences", "/ana/.config/tillmesh/fences"],
            "a relative folder is none"
        );
        assert_eq!(paths(&[home, ("TILLMESH_FENCES", "/a:/b")]), ["/a", "/b"]);
        assert_eq!(paths(&[home, ("TILLMESH_FENCES", "/a:/a:")]), ["/a"]);
        assert_eq!(paths(&[home, ("TILLMESH_FENCES", "")]).len(), 2);
        assert!(paths(&[]).is_empty());
    }

    #[test]
    fn machines_differ_by_id_or_name() {
        let one = fingerprint("id", "till-1");
        assert_eq!(one.len(), 64);
        assert_eq!(one, fingerprint("id", "till-1"));
        let others =
            [fingerprint("id", "till-2"), fingerprint("di", "till-1"), fingerprint("", "x")];
        assert!(others.iter().all(|other| *other != one));
        assert_ne!(fingerprint("ab", "c"), fingerprint("a", "bc"));
        assert_eq!(fingerprint("", ""), UNKNOWN_MACHINE);
    }
}
