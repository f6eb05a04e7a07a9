//! How long a text is on the air, and how it is cut.

/// How many segments a text takes: one of 160 characters of the GSM alphabet, or several of 153; with any other
/// character in it, one of 70 UTF-16 units, or several of 67 (3GPP TS 23.038 and 23.040). An empty text takes one.
///
/// ```
/// use responder_core::script::segments;
///
/// assert_eq!(segments(&"a".repeat(160)), 1);
/// assert_eq!(segments(&"a".repeat(161)), 2);
/// assert_eq!(segments(&"ж".repeat(71)), 2);
/// ```
pub fn segments(text: &str) -> usize {
    let is_gsm = text.chars().all(|c| septets(c).is_some());
    let (single, several) = if is_gsm { (160, 153) } else { (70, 67) };
    let width = |c: char| if is_gsm { septets(c).unwrap_or(1) } else { c.len_utf16() };
    if text.chars().map(width).sum::<usize>() <= single {
        return 1;
    }
    // An escape sequence or a surrogate pair is never torn apart, so a segment may stay one short.
    let mut count = 1;
    let mut used = 0;
    for c in text.chars() {
        if used + width(c) > several {
            count += 1;
            used = 0;
        }
        used += width(c);
    }
    count
}

/// `head`, as much of `body` as fits, and `tail`, in at most `most` segments. A body that is cut ends in dots, at
/// the end of a word if there is one near. A tail that leaves no room is left out; then the head is cut.
pub(super) fn fit(head: &str, body: &str, tail: &str, most: usize) -> String {
    let tail = if segments(&format!("{head}{tail}")) <= most { tail } else { "" };
    let whole = format!("{head}{body}{tail}");
    if segments(&whole) <= most {
        return whole;
    }
    if let Some(cut) = longest(body, |part| segments(&format!("{head}{part}{DOTS}{tail}")) <= most) {
        return format!("{head}{}{DOTS}{tail}", at_word(cut));
    }
    if !tail.is_empty() {
        return fit(head, body, "", most);
    }
    let cut = longest(head, |part| segments(&format!("{part}{DOTS}")) <= most).unwrap_or_default();
    format!("{}{DOTS}", at_word(cut))
}

/// `text` without the marks on letters that the GSM alphabet has only without: a single `ë` costs more than half of
/// what a text can say.
pub(super) fn without_marks(text: &str) -> String {
    let plain = |c: char| {
        if septets(c).is_some() {
            return c;
        }
        PLAIN.iter().find(|(_, marked)| marked.contains(c)).map_or(c, |(plain, _)| *plain)
    };
    text.chars().map(plain).collect()
}

/// The longest beginning of `text` that fits, if even none of it does.
fn longest(text: &str, fits: impl Fn(&str) -> bool) -> Option<&str> {
    let ends: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
    let too_long = ends.partition_point(|end| fits(&text[..*end]));
    too_long.checked_sub(1).map(|last| &text[..ends[last]])
}

/// `text` without the piece of a word at its end, unless that piece is long.
pub(super) fn at_word(text: &str) -> &str {
    let end = text.rfind(' ').filter(|end| text.len() - end <= LONGEST_PIECE).unwrap_or(text.len());
    text[..end].trim_end()
}

/// What a character costs in the GSM alphabet; `None` if it has no place there.
const fn septets(c: char) -> Option<usize> {
    match c {
        '^' | '{' | '}' | '\\' | '[' | '~' | ']' | '|' | '€' | '\u{c}' => Some(2),
        '`' => None,
        '\n' | '\r' | ' '..='_' | 'a'..='z' => Some(1),
        '£' | '¥' | 'è' | 'é' | 'ù' | 'ì' | 'ò' | 'Ç' | 'Ø' | 'ø' | 'Å' | 'å' | 'Æ' | 'æ' | 'ß' | 'É' => {
            Some(1)
        }
        '¤' | '¡' | '§' | '¿' | 'Ä' | 'Ö' | 'Ñ' | 'Ü' | 'ä' | 'ö' | 'ñ' | 'ü' | 'à' => Some(1),
        'Δ' | 'Φ' | 'Γ' | 'Λ' | 'Ω' | 'Π' | 'Ψ' | 'Σ' | 'Θ' | 'Ξ' => Some(1),
        _ => None,
    }
}

/// How often a text may be split; longer ones are likely to be held up or refused by carriers.
pub const MOST_SEGMENTS: usize = 3;

const DOTS: &str = "...";

const LONGEST_PIECE: usize = 20;

const PLAIN: &[(char, &str)] = &[
    ('a', "áâãāăą"),
    ('c', "çćĉċč"),
    ('d', "ďđð"),
    ('e', "êëēĕėęě"),
    ('g', "ĝğġģ"),
    ('h', "ĥħ"),
    ('i', "íîïĩīĭįı"),
    ('k', "ķ"),
    ('l', "ĺļľł"),
    ('n', "ńņňŋ"),
    ('o', "óôõōŏő"),
    ('r', "ŕŗř"),
    ('s', "śŝşšș"),
    ('t', "ţťŧț"),
    ('u', "úûũūŭůűų"),
    ('w', "ŵ"),
    ('y', "ýÿŷ"),
    ('z', "źżž"),
    ('A', "ÀÁÂÃĀĂĄ"),
    ('C', "ĆĈĊČ"),
    ('D', "ĎĐÐ"),
    ('E', "ÈÊËĒĔĖĘĚ"),
    ('G', "ĜĞĠĢ"),
    ('H', "ĤĦ"),
    ('I', "ÌÍÎÏĨĪĬĮİ"),
    ('K', "Ķ"),
    ('L', "ĹĻĽŁ"),
    ('N', "ŃŅŇŊ"),
    ('O', "ÒÓÔÕŌŎŐ"),
    ('R', "ŔŖŘ"),
    ('S', "ŚŜŞŠȘ"),
    ('T', "ŢŤŦȚ"),
    ('U', "ÙÚÛŨŪŬŮŰŲ"),
    ('W', "Ŵ"),
    ('Y', "ÝŶŸ"),
    ('Z', "ŹŻŽ"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_alphabet_decides_how_much_fits() {
        let cases = [
            (String::new(), 1),
            ("a".repeat(160), 1),
            ("a".repeat(161), 2),
            ("a".repeat(306), 2),
            ("a".repeat(307), 3),
            ("a".repeat(459), 3),
            ("a".repeat(460), 4),
            ("€".repeat(80), 1),
            ("€".repeat(81), 2),
            // 76 pairs use 152 of 153 septets: the 77th may not be torn.
            ("€".repeat(76 * 2), 2),
            ("€".repeat(76 * 2 + 1), 3),
            ("ж".repeat(70), 1),
            ("ж".repeat(71), 2),
            ("ж".repeat(201), 3),
            ("ж".repeat(202), 4),
            ("🚨".repeat(35), 1),
            ("🚨".repeat(36), 2),
            ("🚨".repeat(33 * 3), 3),
            ("🚨".repeat(33 * 3 + 1), 4),
            (format!("{}`", "a".repeat(70)), 2),
        ];
        for (text, expected) in cases {
            assert_eq!(segments(&text), expected, "{} x {:?}", text.chars().count(), text.chars().next());
        }
    }

    #[test]
    fn a_body_is_cut_at_a_word_and_the_tail_stays() {
        let body = "water ".repeat(100);
        let text = fit("Reply 1. ", &body, " https://maps", 3);
        assert!(text.starts_with("Reply 1. water ") && text.ends_with("water... https://maps"), "{text}");
        assert_eq!(segments(&text), 3);
        assert_eq!(fit("a", "b", "c", 3), "abc");
    }

    #[test]
    fn a_tail_without_room_is_left_out_and_a_head_is_cut() {
        assert_eq!(fit("head ", "body", &"t".repeat(500), 1), "head body");
        let text = fit(&"h".repeat(500), "body", "tail", 3);
        assert_eq!(text.len(), 459);
        assert!(text.ends_with("h..."));
    }

    #[test]
    fn marks_go_where_the_alphabet_has_none() {
        assert_eq!(without_marks("Zoë Łukasz Žižek, café Österreich"), "Zoe Lukasz Zizek, café Österreich");
        assert_eq!(without_marks("водa 🚨"), "водa 🚨");
        for (plain, marked) in PLAIN {
            assert_eq!(septets(*plain), Some(1));
            assert!(marked.chars().all(|c| septets(c).is_none()), "{marked}");
        }
    }

    proptest! {
        #[test]
        fn no_text_is_longer_than_asked(head in "\\PC{0,300}", body in "\\PC{0,300}", tail in "\\PC{0,90}") {
            let text = fit(&head, &body, &tail, MOST_SEGMENTS);
            prop_assert!(segments(&text) <= MOST_SEGMENTS);
            if segments(&format!("{head}{body}{tail}")) <= MOST_SEGMENTS {
                prop_assert_eq!(text, format!("{}{}{}", head, body, tail));
            }
        }
    }
}
