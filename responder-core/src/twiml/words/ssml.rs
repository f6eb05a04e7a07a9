//! Words of speech markup.

use crate::twiml::macros::words;

pub use super::languages::MarkupLanguage;

words! {
    /// How long a pause is, by the sense of the language.
    BreakStrength {
        /// None, also where there would be one.
        None = "none",
        /// None, as a rule.
        XWeak = "x-weak",
        /// As after a comma.
        Weak = "weak",
        /// The same: the default.
        Medium = "medium",
        /// As after a sentence.
        Strong = "strong",
        /// As after a paragraph.
        XStrong = "x-strong",
    }
}

words! {
    /// How much weight words have.
    EmphasisLevel {
        /// Louder and slower.
        Strong = "strong",
        /// A little of that: the default.
        Moderate = "moderate",
        /// Quieter and faster.
        Reduced = "reduced",
    }
}

words! {
    /// How sounds are written.
    PhoneticAlphabet {
        /// The International Phonetic Alphabet.
        Ipa = "ipa",
        /// Its form in plain letters.
        XSampa = "x-sampa",
        /// Cantonese, in Jyutping.
        Jyutping = "x-amazon-jyutping",
        /// Mandarin, in Pinyin.
        Pinyin = "x-amazon-pinyin",
        /// Japanese, in kana with pitch.
        PronKana = "x-amazon-pron-kana",
        /// Japanese, in kana.
        Yomigana = "x-amazon-yomigana",
    }
}

words! {
    /// What words are.
    InterpretAs {
        /// Letters, one by one.
        Characters = "characters",
        /// The same.
        SpellOut = "spell-out",
        /// A number.
        Cardinal = "cardinal",
        /// The same.
        Number = "number",
        /// A place in an order.
        Ordinal = "ordinal",
        /// Digits, one by one.
        Digits = "digits",
        /// A fraction, such as `3/20`.
        Fraction = "fraction",
        /// A measure, such as `10m`.
        Unit = "unit",
        /// A date; its order is said by the format.
        Date = "date",
        /// A length of time in minutes and seconds.
        Time = "time",
        /// A part of a postal address.
        Address = "address",
        /// A beep in its place.
        Expletive = "expletive",
        /// A telephone number.
        Telephone = "telephone",
    }
}

words! {
    /// The order of the parts of a date.
    DateFormat {
        /// Month, day, year.
        Mdy = "mdy",
        /// Day, month, year.
        Dmy = "dmy",
        /// Year, month, day.
        Ymd = "ymd",
        /// Month, day.
        Md = "md",
        /// Day, month.
        Dm = "dm",
        /// Year, month.
        Ym = "ym",
        /// Month, year.
        My = "my",
        /// The day.
        D = "d",
        /// The month.
        M = "m",
        /// The year.
        Y = "y",
        /// All in figures, without separators; an unknown part is a question mark.
        Yyyymmdd = "yyyymmdd",
    }
}
