//! The arrows between crates, and the outside crates that few may name.

use crate::program::workspace;
use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, Package};
use std::collections::BTreeSet;

/// Each crate and the crates of this workspace it is made of. An arrow points to
/// an earlier row only; a new arrow is a change of this table.
const HOUSE: &[(&str, &[&str])] = &[
    ("till-schema", &[]),
    ("till-codes", &["till-schema"]),
    ("till-log", &["till-schema"]),
    ("till-catalog", &["till-schema"]),
    ("till-shop", &["till-schema"]),
    ("till-numbers", &["till-schema"]),
    ("till-books", &["till-schema"]),
    ("till-fiscal", &["till-schema"]),
    ("till-receipt", &["till-schema"]),
    ("till-conflicts", &["till-schema", "till-books"]),
    (
        "till-node",
        &[
            "till-schema",
            "till-log",
            "till-codes",
            "till-catalog",
            "till-shop",
            "till-numbers",
            "till-books",
            "till-fiscal",
            "till-conflicts",
        ],
    ),
    ("till-store", &["till-schema"]),
    ("till-driver", &["till-schema", "till-log", "till-node", "till-store"]),
    ("till-net", &["till-schema"]),
    ("till-relay", &[]),
    (
        "till-host",
        &[
            "till-schema",
            "till-log",
            "till-shop",
            "till-numbers",
            "till-node",
            "till-store",
            "till-driver",
            "till-net",
            "till-relay",
        ],
    ),
    (
        "tillmesh",
        &[
            "till-schema",
            "till-codes",
            "till-catalog",
            "till-receipt",
            "till-node",
            "till-relay",
            "till-host",
        ],
    ),
    (
        "till-sim",
        &[
            "till-schema",
            "till-log",
            "till-shop",
            "till-numbers",
            "till-books",
            "till-node",
            "till-store",
            "till-driver",
        ],
    ),
    ("till-tests", &[]),
];

/// Rows of [`HOUSE`] up to here compute from what they are given and nothing else.
const LAST_PURE: &str = "till-node";

/// Outside crates and who may name them, in any kind of dependency but those of
/// tests. A name ending in `*` stands for all that begin so.
const FENCES: &[(&str, &[&str])] = &[
    ("libp2p*", &["till-net"]),
    ("redb", &["till-store", "till-relay"]),
    ("automerge", &["till-catalog"]),
    ("minicbor*", &["till-schema"]),
    ("axum*", &["till-relay", "till-host"]),
    ("reqwest", &["till-relay", "till-host"]),
    ("egui*", &["tillmesh"]),
    ("eframe", &["tillmesh"]),
    ("clap", &["till-relay", "tillmesh", "till-sim"]),
    (
        "ed25519-dalek",
        &["till-log", "till-shop", "till-node", "till-relay", "till-host", "till-sim"],
    ),
    ("argon2", &["till-shop"]),
    ("bip39", &["till-shop"]),
    ("spake2", &["till-node"]),
];

/// What a pure crate may not name: the outside world, time and chance.
const IMPURE: &[&str] = &[
    "tokio*",
    "futures*",
    "async-*",
    "mio",
    "socket2",
    "hyper*",
    "rand",
    "getrandom",
    "fastrand",
    "uuid",
    "chrono",
    "time",
    "jiff",
    "tempfile",
    "memmap2",
    "rayon",
    "hashbrown",
];

fn metadata() -> Metadata {
    MetadataCommand::new()
        .manifest_path(workspace().join("Cargo.toml"))
        .no_deps()
        .other_options(vec!["--offline".to_owned()])
        .exec()
        .expect("cargo describes the workspace")
}

/// Names a crate is made of, those of its tests left out.
fn made_of(package: &Package) -> BTreeSet<&str> {
    let of_tests = DependencyKind::Development;
    package
        .dependencies
        .iter()
        .filter(|dependency| dependency.kind != of_tests)
        .map(|dependency| dependency.name.as_str())
        .collect()
}

fn place(name: &str) -> Option<usize> {
    HOUSE.iter().position(|(row, _)| *row == name)
}

fn matches(pattern: &str, name: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(beginning) => name.starts_with(beginning),
        None => name == pattern,
    }
}

#[test]
fn the_table_has_every_crate_and_points_down() {
    let metadata = metadata();
    let found: BTreeSet<&str> =
        metadata.packages.iter().map(|package| package.name.as_str()).collect();
    let listed: BTreeSet<&str> = HOUSE.iter().map(|(name, _)| *name).collect();
    assert_eq!(found, listed, "the workspace's crates and the table");
    for (row, (name, arrows)) in HOUSE.iter().enumerate() {
        for arrow in *arrows {
            assert!(place(arrow).is_some_and(|at| at < row), "{name} → {arrow} points up");
        }
    }
}

#[test]
fn arrows_between_crates_are_those_of_the_table() {
    for package in &metadata().packages {
        let row = place(&package.name).expect("every crate has a row");
        let found: BTreeSet<&str> =
            made_of(package).into_iter().filter(|name| place(name).is_some()).collect();
        let listed: BTreeSet<&str> = HOUSE[row].1.iter().copied().collect();
        assert_eq!(
            found, listed,
            "arrows of {}: those of Cargo.toml and of the table",
            package.name
        );
        // Tests may know more, but never what is above them.
        for dependency in &package.dependencies {
            let up = place(&dependency.name).is_some_and(|at| at >= row);
            assert!(!up, "{} → {} points up", package.name, dependency.name);
        }
    }
}

#[test]
fn a_folder_is_a_crate_of_its_name() {
    for package in &metadata().packages {
        let folder = package.manifest_path.parent().expect("a manifest lies in a folder");
        let path = folder.as_std_path().strip_prefix(workspace()).expect("inside the workspace");
        let expected = match package.name.as_str() {
            "till-schema" => "schema".to_owned(),
            "tillmesh" => "app".to_owned(),
            "till-tests" => "tests".to_owned(),
            "till-sim" => "simulations".to_owned(),
            name => format!("crates/{name}"),
        };
        assert_eq!(path, std::path::Path::new(&expected), "the folder of {}", package.name);
    }
}

#[test]
fn outside_crates_are_named_only_where_they_belong() {
    for package in &metadata().packages {
        for name in made_of(package) {
            for (pattern, owners) in FENCES {
                assert!(
                    !matches(pattern, name) || owners.contains(&package.name.as_str()),
                    "{} names {name}, which belongs to {owners:?}",
                    package.name
                );
            }
        }
    }
}

#[test]
fn each_fence_stands_around_something() {
    let metadata = metadata();
    for (pattern, owners) in FENCES {
        for owner in *owners {
            let package = metadata.packages.iter().find(|package| package.name.as_str() == *owner);
            let package = package.unwrap_or_else(|| panic!("there is no crate {owner}"));
            let named = made_of(package).into_iter().any(|name| matches(pattern, name));
            assert!(named, "{owner} does not name {pattern} any more: tighten the fence");
        }
    }
}

#[test]
fn pure_crates_name_nothing_impure_and_carry_the_fence() {
    let last = place(LAST_PURE).expect("it has a row");
    for package in &metadata().packages {
        if place(&package.name).is_some_and(|row| row > last) {
            continue;
        }
        for name in made_of(package) {
            let found = IMPURE.iter().find(|pattern| matches(pattern, name));
            assert!(found.is_none(), "{} is pure and names {name}", package.name);
        }
        let fence = package.manifest_path.with_file_name("clippy.toml");
        let fence = std::fs::read_to_string(&fence)
            .unwrap_or_else(|error| panic!("{fence} keeps {} pure: {error}", package.name));
        for banned in [
            "std::time::SystemTime::now",
            "std::time::Instant::now",
            "std::fs::File",
            "std::net::TcpStream",
            "std::collections::HashMap",
        ] {
            assert!(fence.contains(banned), "the fence of {} bans {banned}", package.name);
        }
    }
}
