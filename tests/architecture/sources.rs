//! What every source file is held to.

use crate::program::workspace;
use std::path::{Path, PathBuf};

/// A file is looked at again past this length.
const LINES_MAX: usize = 700;
/// Tests that are passed over. May only fall.
const IGNORED_TESTS: usize = 0;
/// The file whose subject is where people keep their folders.
const ABOUT_PATHS: &str = "crates/till-store/src/folder.rs";

/// A source file: its path from the root, with `/`, and its text.
struct Source {
    path: String,
    text: String,
}

impl Source {
    fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }
}

/// Every text of the project, what is built left out.
fn sources() -> Vec<Source> {
    let mut found = Vec::new();
    let mut folders = vec![workspace().to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder is listed") {
            let path = entry.expect("an entry is listed").path();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            if path.is_dir() {
                if !matches!(name, "target" | ".git") {
                    folders.push(path);
                }
            } else if is_text(&path)
                && let Ok(text) = std::fs::read_to_string(&path)
            {
                found.push(Source { path: from_root(&path), text });
            }
        }
    }
    assert!(found.len() > 100, "the project's sources are found");
    found
}

fn is_text(path: &Path) -> bool {
    // Locked versions are not ours to word; pictures and archives are no text.
    let named = path.file_name().is_some_and(|name| name != "Cargo.lock");
    named
        && path.extension().is_none_or(|extension| {
            ["rs", "toml", "md", "ftl", "sh", "yml", "yaml", "txt"]
                .iter()
                .any(|known| extension == *known)
        })
}

fn from_root(path: &Path) -> String {
    let path = path.strip_prefix(workspace()).expect("inside the workspace");
    path.components()
        .map(|part| part.as_os_str().to_str().expect("names are text"))
        .collect::<Vec<_>>()
        .join("/")
}

/// Lines that hold one of these texts, as `path:line`.
fn places(sources: &[Source], texts: &[&str], whole_words: bool) -> Vec<String> {
    let mut found = Vec::new();
    for source in sources {
        for (number, line) in source.text.lines().enumerate() {
            let is_in = |text: &&str| {
                line.match_indices(*text).any(|(at, _)| {
                    let letter = |c: char| c.is_alphanumeric() || c == '_';
                    let before = line[..at].chars().next_back().is_some_and(letter);
                    let after = line[at + text.len()..].chars().next().is_some_and(letter);
                    !whole_words || !(before || after)
                })
            };
            if texts.iter().any(is_in) {
                found.push(format!("{}:{}: {}", source.path, number + 1, line.trim()));
            }
        }
    }
    found
}

#[test]
fn only_the_schema_derives_encodings() {
    let opening = concat!("deri", "ve(");
    for source in sources().iter().filter(|source| source.is_rust()) {
        if source.path.starts_with("schema/src/") {
            continue;
        }
        for (at, _) in source.text.match_indices(opening) {
            let list = source.text[at + opening.len()..].split(')').next().unwrap_or_default();
            let stored = list.split(',').map(|name| name.rsplit(':').next().unwrap_or(name).trim());
            let found =
                stored.into_iter().find(|name| matches!(*name, "Encode" | "Decode" | "CborLen"));
            assert!(
                found.is_none(),
                "{} derives {found:?}; what is stored belongs to the schema",
                source.path
            );
        }
    }
}

#[test]
fn every_crate_opens_with_its_subject() {
    let metadata = cargo_metadata::MetadataCommand::new()
        .manifest_path(workspace().join("Cargo.toml"))
        .no_deps()
        .other_options(vec!["--offline".to_owned()])
        .exec()
        .expect("cargo describes the workspace");
    for target in metadata.packages.iter().flat_map(|package| &package.targets) {
        let text = std::fs::read_to_string(&target.src_path).expect("a target has a file");
        assert!(text.starts_with("//! "), "{} does not say what it is", target.src_path);
    }
}

#[test]
fn no_module_hides_in_a_mod_file() {
    let hidden: Vec<String> = sources()
        .into_iter()
        .map(|source| source.path)
        .filter(|path| path.ends_with("/mod.rs"))
        .collect();
    assert!(hidden.is_empty(), "`foo.rs` beside `foo/`, not {hidden:?}");
}

#[test]
fn no_source_is_too_long() {
    let long: Vec<(String, usize)> = sources()
        .into_iter()
        .filter(Source::is_rust)
        .map(|source| (source.path, source.text.lines().count()))
        .filter(|(_, lines)| *lines > LINES_MAX)
        .collect();
    assert!(long.is_empty(), "longer than {LINES_MAX} lines, one subject or several? {long:?}");
}

#[test]
fn no_source_knows_the_machine_it_was_written_on() {
    let mut sources = sources();
    sources.retain(|source| source.path != ABOUT_PATHS);
    let paths = [
        concat!("/ho", "me/"),
        concat!("/ro", "ot/"),
        concat!("/Us", "ers/"),
        concat!("/t", "mp/"),
        concat!("/wo", "rk/"),
        concat!("C:", "\\"),
    ];
    let found = places(&sources, &paths, false);
    assert!(found.is_empty(), "paths of one machine:\n{}", found.join("\n"));
}

#[test]
fn no_source_has_loose_ends_or_speaks_of_how_it_was_made() {
    let words = [
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
        concat!("XX", "X"),
        concat!("HA", "CK"),
        concat!("WI", "P"),
        concat!("Clau", "de"),
        concat!("clau", "de"),
        concat!("Anthro", "pic"),
        concat!("anthro", "pic"),
        concat!("Open", "AI"),
        concat!("Chat", "GPT"),
        concat!("chat", "gpt"),
        concat!("Copi", "lot"),
        concat!("L", "LM"),
    ];
    let found = places(&sources(), &words, true);
    assert!(found.is_empty(), "loose ends:\n{}", found.join("\n"));
    let macros = [concat!("to", "do!("), concat!("unimplem", "ented!("), concat!("db", "g!(")];
    let rust: Vec<Source> = sources().into_iter().filter(Source::is_rust).collect();
    let found = places(&rust, &macros, false);
    assert!(found.is_empty(), "unfinished code:\n{}", found.join("\n"));
}

#[test]
fn no_test_is_passed_over() {
    let rust: Vec<Source> = sources().into_iter().filter(Source::is_rust).collect();
    let found = places(&rust, &[concat!("#[ig", "nore"), concat!(", ig", "nore")], false);
    assert_eq!(found.len(), IGNORED_TESTS, "ignored tests:\n{}", found.join("\n"));
}

#[test]
fn tests_wait_for_events_and_not_for_time() {
    let sleeping = concat!("thread::sl", "eep(");
    let mut found: Vec<PathBuf> = Vec::new();
    for source in sources().iter().filter(|source| source.is_rust()) {
        // One place polls, with a deadline.
        let polls = source.path == "tests/program.rs";
        if source.path.starts_with("tests/") && !polls && source.text.contains(sleeping) {
            found.push(PathBuf::from(&source.path));
        }
    }
    assert!(found.is_empty(), "these sleep: {found:?}");
}
