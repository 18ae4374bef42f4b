//! Breaking a text into lines.

/// Breaks a line of text into lines of at most `width` letters. Breaks at spaces,
/// of which runs become one; a word that is longer than a line is cut. Spaces at
/// the beginning indent every line, unless a word would be cut for it.
pub(crate) fn wrap(text: &str, width: usize) -> Vec<String> {
    let words: Vec<&str> = text.split(' ').filter(|word| !word.is_empty()).collect();
    let longest = words.iter().map(|word| letters(word)).max().unwrap_or(0);
    let indent = text.chars().take_while(|letter| *letter == ' ').count().min(width / 2);
    let cut_for_it = longest <= width && longest + indent > width;
    let indent = if cut_for_it { 0 } else { indent };
    let room = width - indent;

    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    for word in words {
        if !line.is_empty() && letters(&line) + 1 + letters(word) > room {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        for letter in word.chars() {
            if letters(&line) == room {
                lines.push(std::mem::take(&mut line));
            }
            line.push(letter);
        }
    }
    if !line.is_empty() || lines.is_empty() {
        lines.push(line);
    }
    let margin = " ".repeat(indent);
    lines.into_iter().map(|line| format!("{margin}{line}").trim_end().to_owned()).collect()
}

/// Letters of a text; on paper each takes one column.
pub(crate) fn letters(text: &str) -> usize {
    text.chars().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stay_whole_when_they_fit() {
        assert_eq!(wrap("uno dos  tres cuatro", 8), ["uno dos", "tres", "cuatro"]);
        assert_eq!(wrap("", 8), [""]);
    }

    #[test]
    fn a_long_word_is_cut_at_the_edge() {
        assert_eq!(wrap("a 0123456789abcdefXYZ b", 8), ["a", "01234567", "89abcdef", "XYZ b"]);
    }

    #[test]
    fn an_indent_holds_for_all_lines_and_gives_way_to_a_word() {
        assert_eq!(wrap("  uno dos tres", 8), ["  uno", "  dos", "  tres"]);
        assert_eq!(wrap("  12345678", 8), ["12345678"]);
    }

    #[test]
    fn a_no_break_space_holds_an_amount_together() {
        assert_eq!(wrap("2 x $\u{a0}9.500", 8), ["2 x", "$\u{a0}9.500"]);
    }
}
