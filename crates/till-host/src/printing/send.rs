//! Bytes to a printer: all of them, or an error.

use super::target::Printer;
use std::fs::File;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream, ToSocketAddrs};
use std::path::Path;
use std::time::{Duration, Instant};

/// Longest wait for a network printer to take the connection.
const CONNECT_WITHIN: Duration = Duration::from_secs(3);
/// Longest wait for a printer to take the next bytes: without paper it takes none.
const TAKES_WITHIN: Duration = Duration::from_secs(10);
/// Longest wait for a network printer to close the connection after its job. Many
/// never do, and have the job all the same.
const CLOSES_WITHIN: Duration = Duration::from_millis(500);
/// A network's way there and back, with room.
const SETTLES_WITHIN: Duration = Duration::from_millis(50);
/// Addresses of one name that are tried.
const ADDRESSES_MAX: usize = 4;
/// What a printer may say back before it is not listened to any more: its state.
const SAID_MAX: u64 = 4096;
/// Pause before a device file that was busy is offered the bytes again.
const BUSY_PAUSE: Duration = Duration::from_millis(20);

impl Printer {
    /// Sends a job. When this fails some of it may be on paper; the job is to be
    /// sent again from its beginning.
    ///
    /// # Errors
    /// When the printer is away or did not take all of the bytes in time.
    pub fn send(&self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Tcp { host, port } => to_network(host, *port, bytes),
            Self::File(path) => to_file(path, bytes),
            Self::Device(path) => to_device(path, bytes),
        }
    }
}

fn to_network(host: &str, port: u16, bytes: &[u8]) -> io::Result<()> {
    let mut stream = connect(host, port)?;
    stream.set_write_timeout(Some(TAKES_WITHIN))?;
    stream.write_all(bytes).map_err(|error| match error.kind() {
        // What a socket says whose time is over differs between systems.
        ErrorKind::WouldBlock | ErrorKind::TimedOut => not_taken(),
        _ => error,
    })?;
    stream.shutdown(Shutdown::Write)?;
    // A printer that is switched off while it prints resets the connection; one
    // that is done closes it, or leaves it open.
    stream.set_read_timeout(Some(CLOSES_WITHIN))?;
    match io::copy(&mut (&stream).take(SAID_MAX), &mut io::sink()) {
        Err(error) if error.kind() == ErrorKind::ConnectionReset => return Err(error),
        // It has closed, or has not and says nothing, or talks on and on.
        Ok(_) | Err(_) => {}
    }
    // One that is busy with somebody else may close at once and drop the bytes when
    // they come: that it did is said a moment later.
    std::thread::sleep(SETTLES_WITHIN);
    match stream.take_error()? {
        Some(error) => Err(error),
        None => Ok(()),
    }
}

fn connect(host: &str, port: u16) -> io::Result<TcpStream> {
    let mut why = io::Error::new(ErrorKind::NotFound, "its name has no address");
    for address in (host, port).to_socket_addrs()?.take(ADDRESSES_MAX) {
        match TcpStream::connect_timeout(&address, CONNECT_WITHIN) {
            Ok(stream) => return Ok(stream),
            Err(error) => why = error,
        }
    }
    Err(why)
}

fn to_file(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::options().append(true).create(true).open(path)?;
    let length = file.metadata()?.len();
    let written = file.write_all(bytes).and_then(|()| file.sync_data());
    if written.is_err() {
        // Half a job on a full disk: the next try begins where this one did.
        let _ = file.set_len(length);
    }
    written
}

fn to_device(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = File::options();
    options.write(true);
    without_waiting(&mut options);
    let mut device = options.open(path)?;
    let mut rest = bytes;
    let mut deadline = Instant::now() + TAKES_WITHIN;
    while !rest.is_empty() {
        match device.write(rest) {
            Ok(0) => return Err(ErrorKind::WriteZero.into()),
            Ok(taken) => {
                rest = &rest[taken..];
                deadline = Instant::now() + TAKES_WITHIN;
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                if Instant::now() >= deadline {
                    return Err(not_taken());
                }
                std::thread::sleep(BUSY_PAUSE);
            }
            Err(error) => return Err(error),
        }
    }
    device.flush()
}

/// `O_NONBLOCK`: a write to a printer without paper would never come back.
#[cfg(all(target_os = "linux", not(any(target_arch = "mips", target_arch = "sparc64"))))]
fn without_waiting(options: &mut std::fs::OpenOptions) {
    const O_NONBLOCK: i32 = 0o4000;
    std::os::unix::fs::OpenOptionsExt::custom_flags(options, O_NONBLOCK);
}

/// Elsewhere such a write waits for a person.
#[cfg(not(all(target_os = "linux", not(any(target_arch = "mips", target_arch = "sparc64")))))]
fn without_waiting(_: &mut std::fs::OpenOptions) {}

fn not_taken() -> io::Error {
    io::Error::new(ErrorKind::TimedOut, "it takes no more bytes; is there paper?")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_grows_by_each_job() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("tickets.bin");
        let printer = Printer::File(path.clone());
        printer.send(b"one\n").expect("made");
        printer.send(b"two\n").expect("grown");
        assert_eq!(std::fs::read(&path).expect("a file"), b"one\ntwo\n");
        assert!(Printer::File(folder.path().join("none/x")).send(b"x").is_err());
    }

    #[test]
    fn a_device_file_is_not_made() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("lp0");
        let printer = Printer::Device(path.clone());
        let error = printer.send(b"ticket").expect_err("no printer");
        assert_eq!(error.kind(), ErrorKind::NotFound);
        assert!(!path.exists());
        std::fs::write(&path, b"").expect("a printer is plugged in");
        printer.send(b"ticket").expect("taken");
        assert_eq!(std::fs::read(&path).expect("a file"), b"ticket");
    }

    #[test]
    fn a_network_printer_gets_all_of_it() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let printer = Printer::Tcp { host: "127.0.0.1".to_owned(), port };
        let job: Vec<u8> = (0..1_000_000_u32).map(|n| n.to_le_bytes()[0]).collect();
        let takes = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().expect("a job");
            let mut taken = Vec::new();
            stream.read_to_end(&mut taken).expect("read");
            taken
        });
        printer.send(&job).expect("taken");
        assert_eq!(takes.join().expect("a printer"), job);
        assert!(printer.send(&job).is_err(), "nobody listens any more");
    }
    #[test]
    fn a_network_printer_that_hangs_up_has_not_taken_it() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let printer = Printer::Tcp { host: "127.0.0.1".to_owned(), port };
        std::thread::spawn(move || {
            for (tries, stream) in listener.incoming().enumerate() {
                let mut stream = stream.expect("a job");
                if tries >= 20 {
                    // It is switched off in the middle.
                    let _ = stream.read(&mut [0; 100]);
                }
            }
        });
        for size in [10; 20].into_iter().chain([2_000_000; 3]) {
            assert!(printer.send(&vec![b'x'; size]).is_err(), "{size} bytes went nowhere");
        }
    }
}
