//! The folder of a real machine.

use crate::world::{OTHER, OWN, SMALL, frames_held, nth};
use std::io;
use std::sync::Arc;
use till_store::{DataLock, Disk, LockError, LogStore, RealDisk};

#[test]
fn the_store_works_in_a_real_folder() {
    let folder = tempfile::tempdir().unwrap();
    let disk: Arc<dyn Disk> = Arc::new(RealDisk::new(folder.path().join("data")));
    for round in 0..3 {
        let (mut store, report) = LogStore::open_with(disk.clone(), OWN, SMALL).unwrap();
        assert!(!report.disk_full);
        for index in round * 6..(round + 1) * 6 {
            store.append(&[nth(OWN, index)]).unwrap();
            store.append(&[nth(OTHER, index)]).unwrap();
        }
        assert_eq!(frames_held(&store, OWN), (round + 1) * 6);
        assert_eq!(frames_held(&store, OTHER), (round + 1) * 6);
    }
}

#[cfg(unix)]
#[test]
fn only_the_owner_may_look() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("data");
    let disk = RealDisk::new(root.clone());
    disk.create_dir_all("logs/a").unwrap();
    disk.open("logs/a/file", true).unwrap();
    let mode = |path: &str| root.join(path).metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(""), mode("logs/a"), mode("logs/a/file")), (0o700, 0o700, 0o600));
}

#[test]
fn files_are_read_written_and_named_as_the_trait_says() {
    let folder = tempfile::tempdir().unwrap();
    let disks: [Arc<dyn Disk>; 2] = [
        Arc::new(RealDisk::new(folder.path().to_path_buf())),
        Arc::new(till_store::fault::FaultDisk::new(1)),
    ];
    for disk in disks {
        assert!(disk.list("a").unwrap().is_empty());
        disk.create_dir_all("a/b").unwrap();
        let missing = disk.open("a/file", false).map(drop).unwrap_err();
        assert_eq!(missing.kind(), io::ErrorKind::NotFound);
        let file = disk.open("a/file", true).unwrap();
        assert!(file.is_empty().unwrap());
        file.preallocate(3_000_000).unwrap();
        file.write_at(2_999_998, b"xyz").unwrap();
        assert_eq!(file.len().unwrap(), 3_000_001);
        let mut bytes = [1; 4];
        file.read_at(2_999_997, &mut bytes).unwrap();
        assert_eq!(bytes, *b"\0xyz");
        let past = file.read_at(2_999_998, &mut bytes).unwrap_err();
        assert_eq!(past.kind(), io::ErrorKind::UnexpectedEof);
        file.set_len(10).unwrap();
        file.sync_data().unwrap();
        disk.rename("a/file", "a/other").unwrap();
        disk.sync_dir("a").unwrap();
        assert_eq!(disk.list("a").unwrap(), ["b", "other"]);
        assert!(!disk.exists("a/file").unwrap() && disk.exists("a/other").unwrap());
        disk.remove("a/other").unwrap();
        assert_eq!(disk.list("a").unwrap(), ["b"]);
    }
}

#[test]
fn no_path_leads_out_of_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    let disk = RealDisk::new(folder.path().join("data"));
    for path in ["../outside", "/outside", "a/../../outside"] {
        assert!(disk.open(path, true).is_err(), "{path}");
        assert!(disk.rename("inside", path).is_err(), "{path}");
    }
    assert!(!folder.path().join("outside").exists());
}

#[test]
fn a_data_folder_serves_one_program() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("data");
    let lock = DataLock::acquire(&root).unwrap();
    let refused = DataLock::acquire(&root).unwrap_err();
    assert!(matches!(refused, LockError::InUse { .. }));
    assert!(refused.to_string().contains("another tillmesh is using this data folder"));
    drop(lock);
    DataLock::acquire(&root).unwrap();
}
