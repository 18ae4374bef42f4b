//! The books: like rows in memory while they live, a whole commit after a crash.

use std::collections::BTreeMap;
use std::sync::Arc;
use till_schema::rows::{MemoryRows, Rows, Table};
use till_store::fault::FaultDisk;
use till_store::{BOOKS_FILE, Books, BooksError, BooksReport, CHECKPOINT_COMMITS, Disk, RealDisk};

/// Chance for the tests, from a seed.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

const TABLES: [Table; 3] = [Table::Applied, Table::Orders, Table::Anomalies];

/// One change, the same to both.
fn change(chance: &mut Chance, rows: &mut [&mut dyn Rows]) {
    let table = TABLES[chance.below(3) as usize];
    // Few keys, some of them prefixes of others and of only the highest byte.
    let key: Vec<u8> =
        (0..chance.below(4)).map(|_| [0, 1, 7, u8::MAX][chance.below(4) as usize]).collect();
    let value = vec![chance.below(256) as u8; chance.below(300) as usize];
    let delete = chance.below(3) == 0;
    for rows in rows {
        if delete {
            rows.delete(table, &key);
        } else {
            rows.put(table, &key, &value);
        }
    }
}

type Row = (Vec<u8>, Vec<u8>);

fn rising(rows: &dyn Rows, table: Table, prefix: &[u8], from: &[u8], most: usize) -> Vec<Row> {
    let mut found = Vec::new();
    rows.scan_from(table, prefix, from, &mut |key, value| {
        found.push((key.to_vec(), value.to_vec()));
        found.len() < most
    });
    found
}

fn falling(rows: &dyn Rows, table: Table, prefix: &[u8], most: usize) -> Vec<Row> {
    let mut found = Vec::new();
    rows.scan_back(table, prefix, &mut |key, value| {
        found.push((key.to_vec(), value.to_vec()));
        found.len() < most
    });
    found
}

fn all(rows: &dyn Rows) -> Vec<Vec<Row>> {
    Table::ALL.into_iter().map(|table| rising(rows, table, &[], &[], usize::MAX)).collect()
}

fn open(disk: &FaultDisk) -> Result<(Books, BooksReport), BooksError> {
    let disk: Arc<dyn Disk> = Arc::new(disk.clone());
    Books::open(&disk)
}

#[test]
fn rows_are_as_in_memory_before_and_after_commits() {
    let disk = FaultDisk::new(1);
    let (mut books, report) = open(&disk).unwrap();
    assert_eq!(report, BooksReport::default());
    let mut memory = MemoryRows::default();
    let mut chance = Chance(11);
    for round in 0..60 {
        for _ in 0..chance.below(12) {
            change(&mut chance, &mut [&mut books, &mut memory]);
        }
        for table in TABLES {
            for prefix in [&[][..], &[0], &[7, 7], &[255], &[255, 255], &[1, 255]] {
                for from in [&[][..], &[0, 7], &[1], &[255, 1], &[255, 255, 255, 1]] {
                    for most in [1, 3, usize::MAX] {
                        assert_eq!(
                            rising(&books, table, prefix, from, most),
                            rising(&memory, table, prefix, from, most),
                            "round {round} {table:?} {prefix:?} {from:?}"
                        );
                    }
                }
                assert_eq!(
                    falling(&books, table, prefix, 3),
                    falling(&memory, table, prefix, 3),
                    "round {round} {table:?} {prefix:?}"
                );
                assert_eq!(books.get(table, prefix), memory.get(table, prefix));
            }
        }
        if chance.below(2) == 0 {
            books.commit().unwrap();
        }
    }
    books.close().unwrap();
    let (books, report) = open(&disk).unwrap();
    assert!(!report.rebuilt);
    assert_eq!(all(&books), all(&memory));
    assert_eq!(till_schema::rows::digests(&books), till_schema::rows::digests(&memory));
}

#[test]
fn a_visitor_may_read_the_table_it_walks() {
    let (mut books, _) = open(&FaultDisk::new(1)).unwrap();
    for key in 0..5_u8 {
        books.put(Table::Orders, &[key], &[key]);
        if key == 2 {
            books.commit().unwrap();
        }
    }
    let mut seen = 0;
    books.scan(Table::Orders, &[], &mut |key, value| {
        assert_eq!(books.get(Table::Orders, key).as_deref(), Some(value));
        books.scan_back(Table::Orders, &[], &mut |_, _| {
            seen += 1;
            true
        });
        true
    });
    assert_eq!(seen, 25);
}

#[test]
fn readers_see_commits_and_only_those() {
    let (mut books, _) = open(&FaultDisk::new(1)).unwrap();
    let reader = books.reader();
    books.put(Table::Orders, b"a", b"1");
    assert_eq!(reader.snapshot().unwrap().get(Table::Orders, b"a"), None);
    books.commit().unwrap();
    let before = reader.snapshot().unwrap();
    books.put(Table::Orders, b"a", b"2");
    books.commit().unwrap();
    let seen = std::thread::spawn(move || {
        let after = reader.snapshot().unwrap();
        (before.get(Table::Orders, b"a"), after.get(Table::Orders, b"a"))
    });
    assert_eq!(seen.join().unwrap(), (Some(b"1".to_vec()), Some(b"2".to_vec())));
    books.put(Table::Orders, b"a", b"3");
    books.discard();
    assert_eq!(books.get(Table::Orders, b"a"), Some(b"2".to_vec()));
}

/// Commits until the disk stops. Keeps the rows of each commit, which of them
/// is surely durable, and how many were begun.
fn keep_books(disk: &FaultDisk, seed: u64, history: &mut Vec<MemoryRows>) -> usize {
    let mut durable = 0;
    let Ok((mut books, _)) = open(disk) else {
        return durable;
    };
    let mut memory = MemoryRows::default();
    let mut chance = Chance(seed);
    history.push(memory.clone());
    for step in 1..=40 {
        for _ in 0..=chance.below(6) {
            change(&mut chance, &mut [&mut books, &mut memory]);
        }
        history.push(memory.clone());
        let checkpoint = step % 9 == 0;
        let done = if checkpoint { books.checkpoint() } else { books.commit() };
        if done.is_err() {
            return durable;
        }
        if checkpoint {
            durable = history.len() - 1;
        }
    }
    durable
}

#[test]
fn after_a_crash_the_rows_are_those_of_a_commit_since_the_last_checkpoint() {
    let whole = FaultDisk::new(0);
    keep_books(&whole, 1, &mut Vec::new());
    let mut chance = Chance(77);
    let mut behind = 0;
    for run in 0..400_u64 {
        let op = 1 + chance.below(whole.ops());
        let disk = FaultDisk::new(run);
        disk.crash_at(op);
        let mut history = Vec::new();
        let durable = keep_books(&disk, 1, &mut history);
        let disk = disk.power_cut(run);
        let (books, report) = open(&disk).unwrap();
        // Only a file whose making was interrupted may be no database at all.
        assert!(!report.rebuilt || history.is_empty(), "run {run} operation {op}: {report:?}");
        let found = all(&books);
        let since = history.iter().skip(durable).position(|rows| all(rows) == found);
        let expected = history.is_empty() && found.iter().all(Vec::is_empty);
        assert!(since.is_some() || expected, "run {run} operation {op}: rows of no commit");
        behind += u64::from(durable + since.unwrap_or(0) + 1 < history.len());
    }
    assert!(behind > 50, "some crashes lose commits: {behind}");
}

#[test]
fn every_so_many_commits_one_is_durable() {
    let disk = FaultDisk::new(1);
    let (mut books, _) = open(&disk).unwrap();
    let commit = |books: &mut Books, count: u32| {
        for index in 0..count {
            books.put(Table::Orders, b"count", &index.to_le_bytes());
            books.commit().unwrap();
        }
    };
    let syncs = disk.syncs();
    commit(&mut books, CHECKPOINT_COMMITS - 1);
    assert_eq!(disk.syncs(), syncs);
    commit(&mut books, 1);
    let once = disk.syncs();
    assert!(once > syncs);
    commit(&mut books, CHECKPOINT_COMMITS - 1);
    assert_eq!(disk.syncs(), once);
    commit(&mut books, 1);
    assert!(disk.syncs() > once);
    let kept = all(&books);
    commit(&mut books, 3);
    let after = disk.power_cut(12);
    drop(books);
    assert_eq!(all(&open(&after).unwrap().0), kept);
}

#[test]
fn a_failing_disk_is_latched_and_refuses_the_commit() {
    let disk = FaultDisk::new(1);
    let (mut books, _) = open(&disk).unwrap();
    books.put(Table::Orders, b"a", b"1");
    books.checkpoint().unwrap();
    disk.fail_sync_at(disk.ops() + 1);
    books.put(Table::Orders, b"b", b"2");
    assert!(matches!(books.checkpoint(), Err(BooksError::Failed(_))));
    assert!(matches!(books.commit(), Err(BooksError::Failed(_))));
    drop(books);
    let (books, report) = open(&disk.power_cut(5)).unwrap();
    assert!(!report.rebuilt);
    assert_eq!(books.get(Table::Orders, b"a"), Some(b"1".to_vec()));
}

#[test]
fn a_damaged_file_never_stops_the_program() {
    let disk = FaultDisk::new(1);
    let (mut books, _) = open(&disk).unwrap();
    let mut memory = MemoryRows::default();
    let mut chance = Chance(5);
    for _ in 0..300 {
        change(&mut chance, &mut [&mut books, &mut memory]);
    }
    books.close().unwrap();
    let len = disk.contents(BOOKS_FILE).unwrap().len() as u64;
    let (mut set_aside, mut told, mut as_before) = (0, 0, 0);
    for run in 0..300 {
        let disk = disk.fork();
        // Every byte of the beginning, where the database keeps its roots.
        let offset = if run < 150 { run } else { chance.below(len) };
        disk.flip_bit(BOOKS_FILE, offset, chance.below(8) as u8);
        let (mut books, report) = open(&disk).unwrap();
        let rows = all(&books);
        if report.rebuilt {
            set_aside += 1;
            assert!(disk.files().contains(&format!("{BOOKS_FILE}.damaged")));
            assert!(rows.iter().all(Vec::is_empty));
            books.put(Table::Orders, b"more", b"1");
            books.commit().unwrap();
        } else if books.check().is_ok_and(|whole| whole) {
            as_before += 1;
            assert_eq!(rows, all(&memory), "byte {offset}");
        } else {
            told += 1;
        }
    }
    println!("{set_aside} set aside, {told} told by the check, {as_before} without effect");
    assert!(set_aside > 5 && told > 5 && as_before > 50);
}

/// No bit that turns over in the file becomes another row: it is the row as
/// written, or the books say that they are damaged and are set aside.
#[test]
fn a_damaged_row_is_never_taken_for_another() {
    let disk = FaultDisk::new(1);
    let (mut books, _) = open(&disk).unwrap();
    let mut written = BTreeMap::new();
    let mut chance = Chance(7);
    for number in 0..400_u32 {
        let key = number.to_be_bytes();
        let value: Vec<u8> = (0..40).map(|_| chance.below(256) as u8).collect();
        books.put(Table::Orders, &key, &value);
        written.insert(key.to_vec(), value);
    }
    books.close().unwrap();
    let len = disk.contents(BOOKS_FILE).unwrap().len() as u64;
    let (mut damaged, mut missing) = (0, 0);
    for _ in 0..600 {
        let disk = disk.fork();
        let offset = chance.below(len);
        disk.flip_bit(BOOKS_FILE, offset, chance.below(8) as u8);
        let (mut books, report) = open(&disk).unwrap();
        if report.rebuilt {
            continue;
        }
        let mut scanned = BTreeMap::new();
        books.scan(Table::Orders, &[], &mut |key, value| {
            scanned.insert(key.to_vec(), value.to_vec());
            true
        });
        let got = written.keys().filter(|key| books.get(Table::Orders, key).is_some()).count();
        assert!(
            scanned.iter().all(|(key, value)| written.get(key) == Some(value)),
            "byte {offset}: a row that nobody wrote"
        );
        match books.sound() {
            Err(BooksError::Damaged(_)) => {
                damaged += 1;
                assert!(books.commit().is_err(), "nothing more is written");
                drop(books);
                let (books, report) = open(&disk).unwrap();
                assert!(report.rebuilt, "byte {offset}: the same file again");
                assert_eq!(all(&books).iter().map(Vec::len).sum::<usize>(), 0);
                drop(books);
                assert!(!open(&disk).unwrap().1.rebuilt, "set aside once");
            }
            Err(other) => panic!("{other}"),
            Ok(()) => missing += usize::from(scanned.len() < 400 || got < 400),
        }
    }
    println!("{damaged} told, {missing} of 600 with rows missing and nothing told");
    assert!(damaged > 20);
    assert_eq!(missing, 0);
}

#[test]
fn on_a_real_disk_a_second_program_is_refused_and_a_strange_file_set_aside() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("shop");
    let disk: Arc<dyn Disk> = Arc::new(RealDisk::new(root.clone()));
    let (mut books, _) = Books::open(&disk).unwrap();
    books.put(Table::Orders, b"a", b"1");
    books.commit().unwrap();
    assert!(matches!(Books::open(&disk), Err(BooksError::InUse)));
    books.close().unwrap();
    let (books, report) = Books::open(&disk).unwrap();
    assert!(!report.rebuilt);
    assert_eq!(books.get(Table::Orders, b"a"), Some(b"1".to_vec()));
    books.close().unwrap();

    // Of a later format.
    let other = redb::Database::open(root.join(BOOKS_FILE)).unwrap();
    let writing = other.begin_write().unwrap();
    let about = redb::TableDefinition::<&str, u64>::new("about");
    writing.open_table(about).unwrap().insert("format", 99).unwrap();
    writing.commit().unwrap();
    drop(other);
    let (books, report) = Books::open(&disk).unwrap();
    assert!(report.rebuilt && report.reason.unwrap().contains("format 99"));
    assert_eq!(books.get(Table::Orders, b"a"), None);
    assert!(root.join("books.redb.damaged").exists());
    books.close().unwrap();

    // Of no format at all.
    std::fs::write(root.join(BOOKS_FILE), vec![7; 20_000]).unwrap();
    let (books, report) = Books::open(&disk).unwrap();
    assert!(report.rebuilt);
    drop(books);
    assert!(!Books::open(&disk).unwrap().1.rebuilt);
}
