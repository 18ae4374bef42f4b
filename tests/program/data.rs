//! Files to feed the program with.

use super::build::workspace;
use std::path::{Path, PathBuf};

/// A file of the shared test material: in `TILLMESH_SHARED`, or in `shared`
/// beside the workspace.
#[track_caller]
pub(crate) fn shared(file: &str) -> String {
    let root = std::env::var_os("TILLMESH_SHARED")
        .map_or_else(|| workspace().with_file_name("shared"), PathBuf::from);
    existing(&root.join("data").join(file), "set TILLMESH_SHARED to the folder that holds data/")
}

/// A file of the sample shop that the program ships with.
#[track_caller]
pub(crate) fn sample_shop(file: &str) -> String {
    existing(&workspace().join("app/data/sample-shop").join(file), "it belongs to the sources")
}

#[track_caller]
fn existing(path: &Path, advice: &str) -> String {
    assert!(path.is_file(), "there is no {}; {advice}", path.display());
    path.to_str().expect("the path is text").to_owned()
}
