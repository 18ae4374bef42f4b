//! The recovery words: twelve words on paper that take the administration back
//! from whoever has it.
//!
//! The words are BIP 39 and nothing more than 128 random bits in a form that
//! people copy without mistakes. Their last four bits are a checksum, so that
//! most wrong words are noticed before anything is signed.

use bip39::{Language, Mnemonic};
use ed25519_dalek::{Signer, SigningKey};
use till_schema::body::AdminRecover;
use till_schema::{EntryId, LogId, ShopId};
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// What the words carry.
pub type Entropy = [u8; 16];

/// How many words there are.
pub const WORDS: usize = 12;

/// Language of the words.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum WordLanguage {
    /// Spanish.
    Spanish,
    /// English.
    English,
}

impl WordLanguage {
    const ALL: [Self; 2] = [Self::Spanish, Self::English];

    fn list(self) -> Language {
        match self {
            Self::Spanish => Language::Spanish,
            Self::English => Language::English,
        }
    }
}

/// Why a text is not the recovery words.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum PhraseError {
    /// Not twelve words.
    #[error("there are {WORDS} recovery words; these are {found}")]
    Count {
        /// How many there are.
        found: usize,
    },
    /// A word that no list has.
    #[error("word {position}, “{word}”, is not a recovery word")]
    UnknownWord {
        /// Its place, from 1.
        position: usize,
        /// As typed.
        word: String,
    },
    /// The words are of two languages.
    #[error("word {position}, “{word}”, is of another language than the rest")]
    OtherLanguage {
        /// Its place, from 1.
        position: usize,
        /// As typed.
        word: String,
    },
    /// All are recovery words and do not go together.
    #[error("one of the words is wrong, or two have changed places")]
    Checksum,
}

/// Writes entropy as words with one space between them.
pub fn phrase(entropy: &Entropy, language: WordLanguage) -> String {
    let mnemonic = Mnemonic::from_entropy_in(language.list(), entropy)
        .expect("16 bytes are a length that BIP 39 has words for");
    let words: Vec<String> = mnemonic.words().map(|word| word.nfc().collect()).collect();
    words.join(" ")
}

/// Reads the words back. Case, accents, and what stands between the words
/// (spaces, line ends, commas) do not matter; neither does the language.
///
/// # Errors
/// When a word is unknown, one is missing or too many, or the checksum is
/// another.
pub fn parse(text: &str) -> Result<Entropy, PhraseError> {
    let typed: Vec<&str> = text
        .split(|c: char| c.is_whitespace() || c == ',')
        .filter(|word| !word.is_empty())
        .collect();
    let lists = WordLanguage::ALL.map(|language| look_up(language, &typed));
    let is_unknown = |index: &usize| lists.iter().all(|list| list[*index].is_none());
    if let Some(index) = (0..typed.len()).find(is_unknown) {
        return Err(PhraseError::UnknownWord {
            position: index + 1,
            word: typed[index].to_owned(),
        });
    }
    if typed.len() != WORDS {
        return Err(PhraseError::Count { found: typed.len() });
    }
    let mut error = other_language(&lists, &typed);
    for (language, list) in WordLanguage::ALL.into_iter().zip(&lists) {
        let Some(words) = list.iter().copied().collect::<Option<Vec<&str>>>() else { continue };
        match Mnemonic::parse_in_normalized(language.list(), &words.join(" ")) {
            Ok(mnemonic) => {
                let (bytes, _) = mnemonic.to_entropy_array();
                return Ok(std::array::from_fn(|index| bytes[index]));
            }
            Err(_) => error = PhraseError::Checksum,
        }
    }
    Err(error)
}

/// The key that signs recoveries.
pub fn recovery_key(entropy: &Entropy) -> SigningKey {
    SigningKey::from_bytes(&blake3::derive_key("tillmesh recovery key v1", entropy))
}

/// Its public half, for the founding entry.
pub fn public(entropy: &Entropy) -> [u8; 32] {
    recovery_key(entropy).verifying_key().to_bytes()
}

/// The entry that ends `epoch` after `cut` and lets `writer` go on.
pub fn recover(
    key: &SigningKey,
    shop: ShopId,
    writer: LogId,
    (epoch, cut): (u64, EntryId),
    counter: u64,
) -> AdminRecover {
    let mut recover = AdminRecover { epoch, cut, counter, signature: [0; 64] };
    recover.signature = key.sign(&recover.digest(shop, writer)).to_bytes();
    recover
}

/// The words of a list that the typed ones mean.
fn look_up(language: WordLanguage, typed: &[&str]) -> Vec<Option<&'static str>> {
    let list = language.list().word_list();
    let plain: Vec<String> = list.iter().map(|word| plain(word)).collect();
    let find = |word: &&str| {
        let word = self::plain(word);
        plain.iter().position(|known| *known == word).map(|index| list[index])
    };
    typed.iter().map(find).collect()
}

/// Lower case, without accents. The words of each list differ even so.
fn plain(word: &str) -> String {
    word.nfd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase).collect()
}

/// The first word that the list with most of the words does not have.
fn other_language(lists: &[Vec<Option<&str>>; 2], typed: &[&str]) -> PhraseError {
    let known = |list: &&Vec<Option<&str>>| list.iter().flatten().count();
    let best = lists.iter().max_by_key(known);
    match best.and_then(|list| list.iter().position(Option::is_none)) {
        Some(index) => {
            PhraseError::OtherLanguage { position: index + 1, word: typed[index].to_owned() }
        }
        None => PhraseError::Checksum,
    }
}
