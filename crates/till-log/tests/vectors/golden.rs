//! One vector: its name, its words, its bytes, and how to look at them.

use data_encoding::HEXLOWER;
use minicbor::{Decode, Encode};
use std::collections::BTreeSet;
use std::fmt::Debug;
use std::path::PathBuf;
use till_schema::body::Body;

/// Hexadecimal digits on one line of a file, so that a diff shows the place.
const LINE_DIGITS: usize = 64;

/// Looks at a vector's bytes and panics when they are not as they should be.
type Check = Box<dyn Fn(&[u8])>;

/// A vector as the code makes it.
pub(crate) struct Golden {
    /// Name of its files.
    pub(crate) name: String,
    /// Number and name of the kind, when it is a body.
    pub(crate) kind: Option<(u16, &'static str)>,
    about: String,
    bytes: Vec<u8>,
    check: Check,
}

impl Golden {
    /// Bytes with a check of their own.
    pub(crate) fn new(
        name: &str,
        about: &str,
        bytes: Vec<u8>,
        check: impl Fn(&[u8]) + 'static,
    ) -> Self {
        let about = about.split_whitespace().collect::<Vec<_>>().join(" ");
        Self { name: name.to_owned(), kind: None, about, bytes, check: Box::new(check) }
    }

    /// A value that must decode to itself and encode to the same bytes.
    pub(crate) fn value<T>(name: &str, about: &str, value: T) -> Self
    where
        T: Encode<()> + for<'b> Decode<'b, ()> + PartialEq + Debug + 'static,
    {
        Self::new(name, about, till_schema::to_bytes(&value), move |bytes| {
            let decoded: T = till_schema::from_bytes(bytes).expect("decodes");
            assert_eq!(decoded, value);
            assert_eq!(till_schema::to_bytes(&decoded), bytes, "encodes to the same bytes");
        })
    }

    /// The body of an entry.
    pub(crate) fn body(name: &str, about: &str, body: Body) -> Self {
        let kind = Some((body.kind().0, body.name()));
        let name = format!("body-{:02}-{name}", body.kind().0);
        let golden = Self::new(&name, about, body.to_bytes(), move |bytes| {
            let decoded = Body::decode(body.kind(), bytes).expect("decodes").expect("is known");
            assert_eq!(decoded, body);
            assert_eq!(decoded.to_bytes(), bytes, "encodes to the same bytes");
        });
        Self { kind, ..golden }
    }

    /// A further look at the bytes.
    pub(crate) fn and(self, further: impl Fn(&[u8]) + 'static) -> Self {
        let first = self.check;
        let check = Box::new(move |bytes: &[u8]| {
            first(bytes);
            further(bytes);
        });
        Self { check, ..self }
    }

    /// Reads the files and holds them to what the code makes and understands.
    pub(crate) fn check(&self) {
        let bytes = read(&self.name);
        assert!(
            bytes == self.bytes,
            "{} is now encoded otherwise: stored and sent bytes would change.\n was {}\n now {}",
            self.name,
            HEXLOWER.encode(&bytes),
            HEXLOWER.encode(&self.bytes),
        );
        (self.check)(&bytes);
        let words = std::fs::read_to_string(path(&format!("{}.txt", self.name)));
        assert_eq!(words.expect("each vector has its words beside it"), self.words());
    }

    /// Writes the files.
    pub(crate) fn write(&self) {
        let digits = HEXLOWER.encode(&self.bytes);
        let lines: Vec<&str> = digits
            .as_bytes()
            .chunks(LINE_DIGITS)
            .map(|line| std::str::from_utf8(line).expect("digits are ASCII"))
            .collect();
        std::fs::write(path(&format!("{}.hex", self.name)), lines.join("\n") + "\n")
            .expect("the folder can be written");
        std::fs::write(path(&format!("{}.txt", self.name)), self.words())
            .expect("the folder can be written");
    }

    fn words(&self) -> String {
        format!("{}\n", self.about)
    }
}

/// The bytes of a vector's file.
pub(crate) fn read(name: &str) -> Vec<u8> {
    let text = std::fs::read_to_string(path(&format!("{name}.hex")))
        .unwrap_or_else(|error| panic!("vector {name} cannot be read: {error}"));
    let digits: String = text.split_whitespace().collect();
    HEXLOWER.decode(digits.as_bytes()).expect("a vector is hexadecimal")
}

/// The names of all files there are.
pub(crate) fn file_names() -> BTreeSet<String> {
    std::fs::read_dir(path(""))
        .expect("the folder of vectors is there")
        .map(|file| file.expect("can be listed").file_name().into_string().expect("UTF-8"))
        .collect()
}

fn path(file: &str) -> PathBuf {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../schema/vectors/v1");
    PathBuf::from(folder).join(file)
}
