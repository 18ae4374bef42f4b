//! The program under test: built once, run to its end or kept running.

mod api;
mod build;
mod data;
mod device;
mod serving;

pub(crate) use api::Api;
pub(crate) use build::{tillmesh, workspace};
pub(crate) use data::{sample_shop, shared};
pub(crate) use device::{Device, Ran, run, run_in, sum};
pub(crate) use serving::Serving;

use std::time::{Duration, Instant};

/// Longest wait for something that must come about.
pub(crate) const DEADLINE: Duration = Duration::from_secs(60);
/// Pause between two looks.
const LOOK_EVERY: Duration = Duration::from_millis(30);

/// Looks until `holds` is true.
///
/// # Panics
/// When it is still not true at the deadline.
#[track_caller]
pub(crate) fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let end = Instant::now() + DEADLINE;
    while !holds() {
        assert!(Instant::now() < end, "after {DEADLINE:?} still not: {what}");
        std::thread::sleep(LOOK_EVERY);
    }
}

/// A folder that goes away with the test.
pub(crate) fn folder() -> tempfile::TempDir {
    tempfile::Builder::new().prefix("till-test-").tempdir().expect("a temporary folder is made")
}

/// Variable that says where a device keeps its fences.
pub(crate) const FENCES: &str = "TILLMESH_FENCES";

/// Fences of a data folder: beside it, as if each folder had a machine of its own.
pub(crate) fn fences_of(data: &std::path::Path) -> std::ffi::OsString {
    let places = ["fence-1", "fence-2"].map(|name| data.with_extension(name));
    std::env::join_paths(places).expect("a folder's name has no colon")
}

/// The address of a port that was free a moment ago, on loopback.
pub(crate) fn free_address() -> std::net::SocketAddr {
    std::net::TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .expect("loopback has a free port")
}
