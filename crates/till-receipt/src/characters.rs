//! Which letters paper knows, and what stands for those it does not.
//!
//! Receipt printers are not Unicode: each byte is a letter of the code page that
//! was selected. All tickets keep to Latin letters (ISO 8859-15, which is also what
//! the font of the picture has), so that one letter is one column everywhere; a
//! code page may lack a few more of them.

use unicode_normalization::UnicodeNormalization;

/// A code page of a printer.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum CodePage {
    /// PC850, multilingual. Has no euro.
    Pc850,
    /// PC858: PC850 with a euro where the dotless ı was.
    #[default]
    Pc858,
    /// Windows 1252, Latin 1 with typographic signs.
    Wpc1252,
}

impl CodePage {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Pc850, Self::Pc858, Self::Wpc1252];

    /// What `ESC t` calls it.
    pub const fn number(self) -> u8 {
        match self {
            Self::Pc850 => 2,
            Self::Pc858 => 19,
            Self::Wpc1252 => 16,
        }
    }

    /// The byte of a letter, when the page has it.
    pub fn byte(self, letter: char) -> Option<u8> {
        match letter {
            ' '..='~' => u8::try_from(u32::from(letter)).ok(),
            '€' if self == Self::Pc858 => Some(0xD5),
            'ı' if self == Self::Pc858 => None,
            // Windows 1252 is Latin 1 in its upper half …
            '\u{a1}'..='\u{ff}' if self == Self::Wpc1252 && letter != '\u{ad}' => {
                u8::try_from(u32::from(letter)).ok()
            }
            // … and has signs where Latin 1 has controls.
            _ => {
                let upper = if self == Self::Wpc1252 { WPC1252_SIGNS } else { PC850_UPPER };
                let place = upper.chars().position(|other| other == letter && other != UNUSED)?;
                u8::try_from(0x80 + place).ok()
            }
        }
    }
}

/// Stands in a table for a byte that is no letter, or not one for paper.
const UNUSED: char = '\0';

/// PC850 from 0x80 on (Unicode, `VENDORS/MICSFT/PC/CP850.TXT`). The soft hyphen at
/// 0xF0 and the no-break space at 0xFF are left out: the ASCII ones print.
const PC850_UPPER: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒ\
    áíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐\
    └┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀\
    ÓßÔÒõÕµþÞÚÛÙýÝ¯´\0±‗¾¶§÷¸°¨·¹³²■\0";

/// Windows 1252 from 0x80 to 0x9F (Unicode, `VENDORS/MICSFT/WINDOWS/CP1252.TXT`).
const WPC1252_SIGNS: &str = "€\0‚ƒ„…†‡ˆ‰Š‹Œ\0Ž\0\0‘’“”•–—˜™š›œ\0žŸ";

/// A space that holds two words together until the line is laid out.
pub(crate) const NO_BREAK: char = '\u{a0}';

/// Whether a letter may be on a ticket at all: the printable ones of ISO 8859-15.
fn on_paper(letter: char) -> bool {
    match letter {
        ' '..='~' | '€' | 'Š' | 'š' | 'Ž' | 'ž' | 'Œ' | 'œ' | 'Ÿ' => true,
        '¤' | '¦' | '¨' | '´' | '¸' | '¼' | '½' | '¾' | '\u{ad}' => false,
        _ => ('\u{a1}'..='\u{ff}').contains(&letter),
    }
}

/// What to print for a letter that paper or the page lacks.
fn stand_in(letter: char) -> Option<&'static str> {
    Some(match letter {
        '‐' | '‑' | '‒' | '–' | '—' | '―' | '−' => "-",
        '‘' | '’' | '‚' | 'ʼ' | '′' | '´' => "'",
        '“' | '”' | '„' | '″' | '¨' => "\"",
        '‹' => "<",
        '›' => ">",
        '…' => "...",
        '•' => "*",
        '¦' => "|",
        '€' => "EUR",
        '¼' => "1/4",
        '½' => "1/2",
        '¾' => "3/4",
        '⅓' => "1/3",
        '⅔' => "2/3",
        'Œ' => "OE",
        'œ' => "oe",
        '™' => "TM",
        '№' => "No.",
        // Between letters, or about how they are drawn: no column.
        '\u{ad}'
        | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}' => "",
        _ => return None,
    })
}

/// Splits a text into lines of letters that paper has, and the page if there is
/// one. What it lacks is replaced, with a question mark at the last; no control
/// character is left, so no text can command a printer. No-break spaces stay.
pub(crate) fn clean(text: &str, page: Option<CodePage>) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut put = |letter: char| match letter {
        '\n' => lines.push(String::new()),
        _ => lines.last_mut().into_iter().for_each(|line| replace(letter, page, line)),
    };
    // Composed, so that ñ is one letter however it was typed.
    text.nfc().for_each(&mut put);
    lines
}

fn replace(letter: char, page: Option<CodePage>, line: &mut String) {
    let has =
        |letter: char| on_paper(letter) && page.is_none_or(|page| page.byte(letter).is_some());
    if has(letter) {
        return line.push(letter);
    }
    if let Some(instead) = stand_in(letter) {
        return line.push_str(instead);
    }
    match letter {
        '\u{a0}' | '\u{2007}' | '\u{202f}' => line.push(NO_BREAK),
        '\t' => line.push(' '),
        _ if letter.is_whitespace() && !letter.is_control() => line.push(' '),
        _ if letter.is_control() => {}
        _ if unicode_normalization::char::is_combining_mark(letter) => {}
        // Without its marks rather than not at all: ő is o.
        _ => match letter.nfd().next() {
            Some(base) if has(base) => line.push(base),
            _ => line.push('?'),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str, page: Option<CodePage>) -> String {
        clean(text, page).join("|")
    }

    #[test]
    fn spanish_stays_as_it_is() {
        let text = "áéíóúüñ ÁÉÍÓÚÜÑ ¿? ¡! ªº° ç";
        for page in CodePage::ALL {
            assert_eq!(plain(text, Some(page)), text, "{page:?}");
        }
        assert_eq!(plain(text, None), text);
    }

    #[test]
    fn the_euro_is_spelled_where_the_page_has_none() {
        assert_eq!(plain("5 €", Some(CodePage::Pc850)), "5 EUR");
        assert_eq!(plain("5 €", Some(CodePage::Pc858)), "5 €");
        assert_eq!(plain("5 €", Some(CodePage::Wpc1252)), "5 €");
        assert_eq!(CodePage::Pc858.byte('€'), Some(0xD5));
        assert_eq!(CodePage::Wpc1252.byte('€'), Some(0x80));
    }

    #[test]
    fn a_letter_typed_in_two_parts_is_one_letter() {
        assert_eq!(plain("an\u{303}o", None), "año");
    }

    #[test]
    fn what_paper_lacks_is_replaced_and_never_widens_unseen() {
        assert_eq!(plain("−5 – “a” l’eau…", None), "-5 - \"a\" l'eau...");
        assert_eq!(plain("Győr ½ 茶 🍵", None), "Gyor 1/2 ? ?");
        assert_eq!(plain("a\u{200b}b\u{202e}c\u{301}\u{301}", None), "abc");
        assert_eq!(plain("Šime", Some(CodePage::Pc850)), "Sime");
    }

    #[test]
    fn no_control_character_is_left() {
        assert_eq!(plain("a\u{1b}p\u{0}\r\nb\tc\u{9b}", None), "ap|b c");
    }

    #[test]
    fn the_hyphen_is_the_ascii_one() {
        for page in CodePage::ALL {
            assert_eq!(page.byte('-'), Some(b'-'));
            assert_eq!(page.byte('\u{ad}'), None);
            assert_eq!(page.byte('\0'), None);
        }
    }

    #[test]
    fn a_page_never_gives_two_letters_one_byte() {
        for page in CodePage::ALL {
            let letters: Vec<char> =
                ('\0'..'\u{2600}').filter(|letter| page.byte(*letter).is_some()).collect();
            let bytes: std::collections::BTreeSet<_> =
                letters.iter().map(|letter| page.byte(*letter)).collect();
            assert_eq!(bytes.len(), letters.len(), "{page:?}");
        }
    }
}
