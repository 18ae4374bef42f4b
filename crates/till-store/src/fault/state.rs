//! What is written, what is durable, and what goes wrong when.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

/// The unit that reaches the platter whole or not at all.
pub const SECTOR_BYTES: usize = 512;

/// A small generator (splitmix64): the disk must not depend on anyone else's chance.
#[derive(Clone)]
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    fn coin(&mut self) -> bool {
        self.next() & 1 == 1
    }
}

/// How much of what was waiting survives.
#[derive(Clone, Copy)]
enum Mercy {
    Nothing,
    Everything,
    WholeWrites,
    Sectors,
}

impl Mercy {
    fn draw(chance: &mut Chance) -> Self {
        // Torn sectors are the richest case, so they are drawn most often.
        match chance.below(6) {
            0 => Self::Nothing,
            1 => Self::Everything,
            2 => Self::WholeWrites,
            _ => Self::Sectors,
        }
    }
}

#[derive(Clone)]
enum Waiting {
    Write { offset: usize, bytes: Vec<u8> },
    SetLen(usize),
}

#[derive(Clone, Default)]
struct Contents {
    seen: Vec<u8>,
    durable: Vec<u8>,
    waiting: Vec<Waiting>,
}

fn apply_write(target: &mut Vec<u8>, offset: usize, bytes: &[u8]) {
    let end = offset + bytes.len();
    if target.len() < end {
        target.resize(end, 0);
    }
    target[offset..end].copy_from_slice(bytes);
}

impl Contents {
    fn write(&mut self, offset: usize, bytes: &[u8]) {
        apply_write(&mut self.seen, offset, bytes);
        self.waiting.push(Waiting::Write { offset, bytes: bytes.to_vec() });
    }

    fn set_len(&mut self, len: usize) {
        self.seen.resize(len, 0);
        self.waiting.push(Waiting::SetLen(len));
    }

    /// Lets part of what is waiting reach the platter, and forgets the rest.
    fn settle(&mut self, mercy: Mercy, chance: &mut Chance) {
        for waiting in std::mem::take(&mut self.waiting) {
            match (waiting, mercy) {
                (_, Mercy::Nothing) => {}
                (Waiting::SetLen(len), Mercy::Everything) => self.durable.resize(len, 0),
                (Waiting::SetLen(len), _) => {
                    if chance.coin() {
                        self.durable.resize(len, 0);
                    }
                }
                (Waiting::Write { offset, bytes }, Mercy::Everything) => {
                    apply_write(&mut self.durable, offset, &bytes);
                }
                (Waiting::Write { offset, bytes }, Mercy::WholeWrites) => {
                    if chance.coin() {
                        apply_write(&mut self.durable, offset, &bytes);
                    }
                }
                (Waiting::Write { offset, bytes }, Mercy::Sectors) => {
                    let mut done = 0;
                    while done < bytes.len() {
                        let at = offset + done;
                        let room = SECTOR_BYTES - at % SECTOR_BYTES;
                        let end = (done + room).min(bytes.len());
                        if chance.coin() {
                            apply_write(&mut self.durable, at, &bytes[done..end]);
                        }
                        done = end;
                    }
                }
            }
        }
    }
}

#[derive(Clone)]
enum Naming {
    Dir(String),
    Create(String, u64),
    Rename(String, String),
    Remove(String),
}

fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(dir, _)| dir)
}

impl Naming {
    fn folder(&self) -> &str {
        match self {
            Self::Dir(path) | Self::Create(path, _) | Self::Remove(path) => parent(path),
            Self::Rename(_, to) => parent(to),
        }
    }
}

#[derive(Clone, Default)]
pub(super) struct Names {
    pub(super) files: BTreeMap<String, u64>,
    dirs: BTreeSet<String>,
}

impl Names {
    fn apply(&mut self, naming: &Naming) {
        match naming {
            Naming::Dir(path) => {
                self.dirs.insert(path.clone());
            }
            Naming::Create(path, id) => {
                self.files.insert(path.clone(), *id);
            }
            Naming::Rename(from, to) => {
                if let Some(id) = self.files.remove(from) {
                    self.files.insert(to.clone(), id);
                }
            }
            Naming::Remove(path) => {
                self.files.remove(path);
            }
        }
    }

    fn has_dir(&self, dir: &str) -> bool {
        dir.is_empty() || self.dirs.contains(dir)
    }

    /// Whether the folder and all those above it are there.
    fn reaches(&self, dir: &str) -> bool {
        self.has_dir(dir) && (dir.is_empty() || self.reaches(parent(dir)))
    }
}

#[derive(Clone)]
pub(super) struct State {
    chance: Chance,
    pub(super) boot: u64,
    pub(super) ops: u64,
    pub(super) syncs: u64,
    pub(super) crash_at: Option<u64>,
    pub(super) fail_sync_at: Option<u64>,
    pub(super) fail_write_at: Option<u64>,
    pub(super) full_at: Option<u64>,
    pub(super) down: bool,
    next_id: u64,
    files: BTreeMap<u64, Contents>,
    pub(super) live: Names,
    durable: Names,
    waiting: Vec<Naming>,
}

fn crash() -> io::Error {
    io::Error::other("the machine has stopped")
}

fn broken(what: &str) -> io::Error {
    io::Error::other(format!("input/output error on {what}"))
}

fn full() -> io::Error {
    io::Error::new(io::ErrorKind::StorageFull, "no space left on device")
}

fn missing(path: &str) -> io::Error {
    io::Error::new(io::ErrorKind::NotFound, format!("{path} does not exist"))
}

impl State {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            chance: Chance(seed),
            boot: 0,
            ops: 0,
            syncs: 0,
            crash_at: None,
            fail_sync_at: None,
            fail_write_at: None,
            full_at: None,
            down: false,
            next_id: 0,
            files: BTreeMap::new(),
            live: Names::default(),
            durable: Names::default(),
            waiting: Vec::new(),
        }
    }

    fn alive(&self, boot: u64) -> io::Result<()> {
        if self.down || boot != self.boot { Err(crash()) } else { Ok(()) }
    }

    /// Numbers an operation; true when the machine stops in it.
    fn step(&mut self, boot: u64) -> io::Result<bool> {
        self.alive(boot)?;
        self.ops += 1;
        self.down = self.crash_at.is_some_and(|at| self.ops >= at);
        Ok(self.down)
    }

    pub(super) fn full(&self) -> bool {
        self.full_at.is_some_and(|at| self.ops >= at)
    }

    /// The plan is due at this operation; it is then used up.
    fn due(plan: &mut Option<u64>, op: u64) -> bool {
        let due = plan.is_some_and(|at| op >= at);
        if due {
            *plan = None;
        }
        due
    }

    fn name(&mut self, boot: u64, naming: Naming) -> io::Result<()> {
        let stops = self.step(boot)?;
        if self.full() && matches!(naming, Naming::Dir(_) | Naming::Create(..)) {
            return Err(full());
        }
        self.live.apply(&naming);
        self.waiting.push(naming);
        if stops { Err(crash()) } else { Ok(()) }
    }

    pub(super) fn create_dir_all(&mut self, boot: u64, dir: &str) -> io::Result<()> {
        self.alive(boot)?;
        let mut path = String::new();
        for part in dir.split('/').filter(|part| !part.is_empty()) {
            if !path.is_empty() {
                path.push('/');
            }
            path.push_str(part);
            if !self.live.has_dir(&path) {
                self.name(boot, Naming::Dir(path.clone()))?;
            }
        }
        Ok(())
    }

    pub(super) fn list(&self, boot: u64, dir: &str) -> io::Result<Vec<String>> {
        self.alive(boot)?;
        let paths = self.live.files.keys().chain(&self.live.dirs);
        let inside = paths.filter(|path| parent(path) == dir);
        let mut names: Vec<String> = inside
            .map(|path| path.rsplit_once('/').map_or(path.as_str(), |(_, name)| name).to_owned())
            .collect();
        names.sort();
        Ok(names)
    }

    pub(super) fn exists(&self, boot: u64, path: &str) -> io::Result<bool> {
        self.alive(boot)?;
        Ok(self.live.files.contains_key(path) || self.live.has_dir(path))
    }

    pub(super) fn open(&mut self, boot: u64, path: &str, create: bool) -> io::Result<u64> {
        self.alive(boot)?;
        if let Some(id) = self.live.files.get(path) {
            return Ok(*id);
        }
        if !create || !self.live.has_dir(parent(path)) {
            return Err(missing(path));
        }
        let id = self.next_id;
        self.next_id += 1;
        self.files.insert(id, Contents::default());
        self.name(boot, Naming::Create(path.to_owned(), id))?;
        Ok(id)
    }

    pub(super) fn rename(&mut self, boot: u64, from: &str, to: &str) -> io::Result<()> {
        self.alive(boot)?;
        if !self.live.files.contains_key(from) {
            return Err(missing(from));
        }
        self.name(boot, Naming::Rename(from.to_owned(), to.to_owned()))
    }

    pub(super) fn remove(&mut self, boot: u64, path: &str) -> io::Result<()> {
        self.alive(boot)?;
        if !self.live.files.contains_key(path) {
            return Err(missing(path));
        }
        self.name(boot, Naming::Remove(path.to_owned()))
    }

    pub(super) fn sync_dir(&mut self, boot: u64, dir: &str) -> io::Result<()> {
        self.alive(boot)?;
        if !self.live.has_dir(dir) {
            return Err(missing(dir));
        }
        if self.step(boot)? {
            return Err(crash());
        }
        let (here, elsewhere) =
            std::mem::take(&mut self.waiting).into_iter().partition(|n| n.folder() == dir);
        self.waiting = elsewhere;
        let here: Vec<Naming> = here;
        for naming in &here {
            self.durable.apply(naming);
        }
        self.syncs += 1;
        Ok(())
    }

    fn contents_of(&mut self, id: u64) -> &mut Contents {
        self.files.get_mut(&id).expect("a file stays as long as a handle may name it")
    }

    pub(super) fn len(&mut self, boot: u64, id: u64) -> io::Result<u64> {
        self.alive(boot)?;
        Ok(self.contents_of(id).seen.len() as u64)
    }

    pub(super) fn read(
        &mut self,
        boot: u64,
        id: u64,
        offset: u64,
        bytes: &mut [u8],
    ) -> io::Result<()> {
        self.alive(boot)?;
        let at = offset as usize;
        let seen = &self.contents_of(id).seen;
        let found = at.checked_add(bytes.len()).and_then(|end| seen.get(at..end));
        bytes.copy_from_slice(found.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }

    pub(super) fn write(
        &mut self,
        boot: u64,
        id: u64,
        offset: u64,
        bytes: &[u8],
    ) -> io::Result<()> {
        let stops = self.step(boot)?;
        let at = offset as usize;
        let grows = at + bytes.len() > self.contents_of(id).seen.len();
        if grows && self.full() {
            return Err(full());
        }
        if Self::due(&mut self.fail_write_at, self.ops) {
            let part = self.chance.below(bytes.len() as u64 + 1) as usize;
            self.contents_of(id).write(at, &bytes[..part]);
            return Err(broken("write"));
        }
        self.contents_of(id).write(at, bytes);
        if stops { Err(crash()) } else { Ok(()) }
    }

    pub(super) fn set_len(&mut self, boot: u64, id: u64, len: u64) -> io::Result<()> {
        let stops = self.step(boot)?;
        let len = len as usize;
        if len > self.contents_of(id).seen.len() && self.full() {
            return Err(full());
        }
        self.contents_of(id).set_len(len);
        if stops { Err(crash()) } else { Ok(()) }
    }

    pub(super) fn sync(&mut self, boot: u64, id: u64) -> io::Result<()> {
        if self.step(boot)? {
            return Err(crash());
        }
        let mut chance = self.chance.clone();
        if Self::due(&mut self.fail_sync_at, self.ops) {
            let mercy = Mercy::draw(&mut chance);
            self.contents_of(id).settle(mercy, &mut chance);
            self.chance = chance;
            return Err(broken("sync"));
        }
        self.contents_of(id).settle(Mercy::Everything, &mut chance);
        self.syncs += 1;
        Ok(())
    }

    pub(super) fn flip_bit(&mut self, path: &str, offset: u64, bit: u8) {
        let id = *self.live.files.get(path).expect("the file exists");
        let contents = self.contents_of(id);
        let at = offset as usize;
        contents.seen[at] ^= 1 << bit;
        if let Some(byte) = contents.durable.get_mut(at) {
            *byte ^= 1 << bit;
        }
    }

    pub(super) fn contents(&self, path: &str) -> Option<Vec<u8>> {
        let id = self.live.files.get(path)?;
        Some(self.files.get(id)?.seen.clone())
    }

    /// Starts the machine again without losing what was written.
    pub(super) fn restart(&mut self) {
        self.boot += 1;
        self.down = false;
        self.crash_at = None;
        self.fail_sync_at = None;
        self.fail_write_at = None;
        self.full_at = None;
    }

    pub(super) fn power_cut(&mut self, seed: u64) {
        self.restart();
        let mut chance = Chance(seed);
        let mercy = Mercy::draw(&mut chance);
        for contents in self.files.values_mut() {
            contents.settle(mercy, &mut chance);
            contents.seen = contents.durable.clone();
        }
        let survive = match mercy {
            Mercy::Nothing => 0,
            Mercy::Everything => self.waiting.len(),
            _ => chance.below(self.waiting.len() as u64 + 1) as usize,
        };
        for naming in std::mem::take(&mut self.waiting).iter().take(survive) {
            self.durable.apply(naming);
        }
        let names = &mut self.durable;
        let reached: BTreeSet<String> =
            names.dirs.iter().filter(|dir| names.reaches(dir)).cloned().collect();
        names.dirs = reached;
        let Names { files, dirs } = names;
        files.retain(|path, _| parent(path).is_empty() || dirs.contains(parent(path)));
        self.live = self.durable.clone();
        let kept: BTreeSet<u64> = self.live.files.values().copied().collect();
        self.files.retain(|id, _| kept.contains(id));
        self.chance = chance;
    }
}
