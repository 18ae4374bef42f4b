//! The locales say the same in both languages, and all that the source asks for.

use crate::desktop::Language;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Messages and the arguments each names.
fn messages(language: Language) -> BTreeMap<String, BTreeSet<String>> {
    let mut messages: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut current = String::new();
    for line in language.source().lines().filter(|line| !line.starts_with('#')) {
        if let Some((key, _)) = line.split_once(" =")
            && !line.starts_with(' ')
        {
            current = key.to_owned();
            let before = messages.insert(current.clone(), BTreeSet::new());
            assert!(before.is_none(), "{key} is there twice");
        }
        for rest in line.split('$').skip(1) {
            let name: String =
                rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
            messages.get_mut(&current).unwrap().insert(name);
        }
    }
    messages
}

/// Keys and arguments of every `tr!` of the window's source.
fn uses(folder: &Path, found: &mut BTreeMap<String, BTreeSet<String>>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            if !path.ends_with("tests") {
                uses(&path, found);
            }
            continue;
        }
        let source = std::fs::read_to_string(&path).unwrap();
        let code: String = source
            .lines()
            .filter(|line| !line.trim_start().starts_with("//") && !line.contains("include_str!"))
            .collect::<Vec<_>>()
            .join("\n");
        for call in code.split("tr!(").skip(1) {
            let call = &call[..end_of_call(call)];
            let mut quoted = call.split('"');
            let (Some(_), Some(key)) = (quoted.next(), quoted.next()) else {
                panic!("a tr! without a literal key in {}: {call}", path.display());
            };
            let args = call.split(" = ").collect::<Vec<_>>();
            let names = args[..args.len() - 1]
                .iter()
                .map(|before| before.rsplit([' ', ',', '\n', '(']).next().unwrap().to_owned());
            found.entry(key.to_owned()).or_default().extend(names);
        }
    }
}

fn end_of_call(text: &str) -> usize {
    let mut depth = 1;
    text.find(|c| {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        depth == 0
    })
    .unwrap()
}

#[test]
fn both_languages_have_the_same_messages_and_arguments() {
    assert_eq!(messages(Language::Spanish), messages(Language::English));
}

#[test]
fn every_message_used_exists_and_every_message_is_used() {
    let mut found = BTreeMap::new();
    uses(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/desktop"), &mut found);
    assert_eq!(found, messages(Language::English));
}

#[test]
fn languages_have_codes() {
    for language in [Language::Spanish, Language::English] {
        assert_eq!(language.code().parse(), Ok(language));
        assert_ne!(language.other(), language);
    }
    assert!("fr".parse::<Language>().is_err());
}
