//! How long words take to be spoken, and how they are made fit to be.

use super::segments::at_word;

/// `text` in one line, without characters that steer a terminal, a mail or the direction of writing. Punctuation that
/// only typographers need becomes the plain one, because a single such character halves what fits into a text.
pub(super) fn tidy(text: &str) -> String {
    let mut tidy = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '‘' | '’' | '‚' | '′' | '´' | '`' => tidy.push('\''),
            '“' | '”' | '„' | '«' | '»' | '″' => tidy.push('"'),
            '‐'..='―' | '−' => tidy.push('-'),
            '…' => tidy.push_str("..."),
            c if c.is_whitespace() || c == '\u{feff}' => {
                if !tidy.is_empty() && !tidy.ends_with(' ') {
                    tidy.push(' ');
                }
            }
            c if c.is_control() || is_invisible(c) => {}
            c => tidy.push(c),
        }
    }
    tidy.truncate(tidy.trim_end().len());
    tidy
}

/// Each digit for itself, so that no number is read out as millions; letters as they are, and no punctuation, which
/// would be read out or end the sentence.
pub(super) fn digit_by_digit(text: &str) -> String {
    let mut spoken = String::with_capacity(text.len() * 3);
    let mut before: Option<char> = None;
    let mut is_apart = false;
    for c in text.chars() {
        if !c.is_alphanumeric() {
            is_apart = true;
            continue;
        }
        let is_digit = |c: char| c.is_ascii_digit();
        match before {
            Some(before) if is_digit(before) && is_digit(c) => spoken.push_str(", "),
            Some(before) if is_apart || is_digit(before) || is_digit(c) => spoken.push(' '),
            Some(_) | None => {}
        }
        spoken.push(c);
        before = Some(c);
        is_apart = false;
    }
    spoken
}

/// About how many milliseconds `text` takes to be spoken: 14 letters in a second, 2 digits, 5 characters of a script
/// that writes syllables.
pub(super) fn spoken_ms(text: &str) -> usize {
    text.chars()
        .map(|c| match c {
            '0'..='9' => 500,
            ..'\u{1100}' => 70,
            _ => 200,
        })
        .sum()
}

/// As much from the beginning of `text` as can be spoken in that time, to the end of a word if there is one near.
pub(super) fn spoken_within(text: &str, limit_ms: usize) -> &str {
    let mut spent = 0;
    for (at, c) in text.char_indices() {
        spent += spoken_ms(c.encode_utf8(&mut [0; 4]));
        if spent > limit_ms {
            return at_word(&text[..at]);
        }
    }
    text
}

const fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_become_one_plain_line() {
        let cases = [
            ("  a\r\n\tb  ", "a b"),
            ("“Zoë’s” – gas…", "\"Zoë's\" - gas..."),
            ("a\0\u{1b}[31m\u{202e}b\u{200b}", "a[31mb"),
            ("", ""),
            ("\n", ""),
        ];
        for (text, expected) in cases {
            assert_eq!(tidy(text), expected, "{text:?}");
        }
    }

    #[test]
    fn numbers_are_read_out_digit_by_digit() {
        let cases = [
            ("+15005550006", "1, 5, 0, 0, 5, 5, 5, 0, 0, 0, 6"),
            ("(500) 555-0006 ext. 12", "5, 0, 0, 5, 5, 5, 0, 0, 0, 6 ext 1, 2"),
            ("a12", "a 1, 2"),
            ("", ""),
        ];
        for (text, expected) in cases {
            assert_eq!(digit_by_digit(text), expected, "{text}");
        }
    }

    #[test]
    fn speech_is_cut_by_time() {
        assert_eq!(spoken_within("one two three", 7 * 70), "one");
        assert_eq!(spoken_within("one two", 7 * 70), "one two");
        assert_eq!(spoken_within("1234", 1_000), "12");
        assert_eq!(spoken_within("漢字漢字", 600), "漢字漢");
        assert_eq!(spoken_within("a", 0), "");
    }
}
