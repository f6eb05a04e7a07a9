//! What is wrong with a verb, as the provider's debugger would say it.
//!
//! Codes and what they are about are those of the provider's "Error and warning dictionary". A warning changes
//! nothing: the value counts as not written, and the document goes on. Which attributes there are is the language's own
//! table's to say, and was said when the document came.

use responder_core::twiml::{Element, voice::Verb};

use crate::{network::Network, sid::Sid};

/// What an attribute may say.
#[derive(Clone, Copy)]
enum Rule {
    Method,
    Flag,
    /// A whole number from the first to the second.
    Whole(u32, u32),
    /// Keys of a phone.
    Keys,
    /// Keys of a phone, and pauses between them.
    Tones,
    /// One of these words.
    Word(&'static [&'static str]),
    /// Some of these words.
    Words(&'static [&'static str]),
}

impl Network {
    /// Notes everything that is wrong with a verb and with what is in it.
    pub(super) fn check_verb(&mut self, sid: &Sid, verb: &Verb) {
        for (code, text) in verb.as_element().map(findings).unwrap_or_default() {
            self.notice(sid, code, text);
        }
    }
}

/// Whether what this attribute may say is decided here, and not by the language's own table.
pub(super) fn has_rule(element: &str, attribute: &str) -> bool {
    rules(element, attribute).next().is_some()
}

fn rules(element: &str, attribute: &str) -> impl Iterator<Item = (Rule, u32)> {
    let fits = move |rule: &&(&str, &str, Rule, u32)| rule.0 == element && rule.1 == attribute;
    RULES.iter().filter(fits).map(|(.., rule, code)| (*rule, *code))
}

fn findings(verb: &Element) -> Vec<(u32, String)> {
    let mut findings = Vec::new();
    check(verb, &mut findings);
    for noun in verb.elements() {
        if verb.name() == "Gather" && !matches!(noun.name(), "Say" | "Play" | "Pause") {
            findings.push((13320, format!("<{}> may not stand in a <Gather>", noun.name())));
        }
        // What speech is made of has rules of its own, which are not simulated.
        if matches!(verb.name(), "Dial" | "Gather") {
            check(noun, &mut findings);
        }
    }
    let names: Vec<&str> = verb.elements().map(Element::name).collect();
    if verb.name() == "Dial" && names.contains(&"Conference") && names.len() > 1 {
        findings.push((13000, "a <Conference> can't be mixed with other nouns".to_owned()));
    }
    findings
}

fn check(element: &Element, findings: &mut Vec<(u32, String)>) {
    let tag = element.name();
    for (name, value) in element.attributes() {
        for (_, code) in rules(tag, name).filter(|(rule, _)| !rule.allows(value.trim())) {
            findings.push((code, format!("<{tag} {name}> can't be {value:?}")));
        }
    }
    if tag == "Say" && element.children().is_empty() {
        findings.push((13520, "a <Say> without words".to_owned()));
    }
}

impl Rule {
    fn allows(self, value: &str) -> bool {
        let keys = |more: &str| value.chars().all(|key| key.is_ascii_digit() || more.contains(key));
        match self {
            Self::Method => matches!(value, "GET" | "POST"),
            Self::Flag => matches!(value, "true" | "false"),
            Self::Whole(least, most) => value.parse().is_ok_and(|number: u32| (least..=most).contains(&number)),
            Self::Keys => keys("*#"),
            Self::Tones => keys("*#wWABCDabcd,"),
            Self::Word(words) => words.contains(&value),
            Self::Words(words) => value.split_whitespace().all(|word| words.contains(&word)),
        }
    }
}

const RECORD_MODES: Rule = Rule::Word(&[
    "true",
    "false",
    "do-not-record",
    "record-from-answer",
    "record-from-ringing",
    "record-from-answer-dual",
    "record-from-ringing-dual",
]);
const RECORDING_EVENTS: Rule = Rule::Words(&["in-progress", "completed", "absent"]);
const TRIM: Rule = Rule::Word(&["trim-silence", "do-not-trim", "true", "false"]);

/// Element, attribute, what it may say, and the code if it says something else.
const RULES: &[(&str, &str, Rule, u32)] = &[
    ("Dial", "method", Rule::Method, 13210),
    ("Dial", "timeout", Rule::Whole(1, 600), 13212),
    ("Dial", "hangupOnStar", Rule::Flag, 13213),
    ("Dial", "timeLimit", Rule::Whole(1, 86_400), 13216),
    ("Dial", "record", RECORD_MODES, 13217),
    ("Dial", "sequential", Rule::Flag, 13218),
    ("Dial", "answerOnBridge", Rule::Flag, 13219),
    ("Dial", "recordingStatusCallbackEvent", RECORDING_EVENTS, 13621),
    ("Number", "method", Rule::Method, 13221),
    ("Number", "sendDigits", Rule::Tones, 13222),
    ("Conference", "muted", Rule::Flag, 13230),
    ("Conference", "endConferenceOnExit", Rule::Flag, 13231),
    ("Conference", "startConferenceOnEnter", Rule::Flag, 13232),
    ("Conference", "waitMethod", Rule::Method, 13234),
    ("Conference", "beep", Rule::Word(&["true", "false", "onEnter", "onExit"]), 13235),
    ("Conference", "trim", TRIM, 13239),
    ("Sip", "method", Rule::Method, 13241),
    ("Gather", "finishOnKey", Rule::Keys, 13310),
    ("Gather", "method", Rule::Method, 13312),
    ("Gather", "timeout", Rule::Whole(1, 3_600), 13313),
    ("Gather", "numDigits", Rule::Whole(1, 1_000), 13314),
    ("Gather", "input", Rule::Words(&["dtmf", "speech"]), 13326),
    ("Gather", "partialResultCallbackMethod", Rule::Method, 13329),
    ("Gather", "bargeIn", Rule::Flag, 13332),
    ("Gather", "profanityFilter", Rule::Flag, 13333),
    ("Gather", "actionOnEmptyResult", Rule::Flag, 13338),
    ("Play", "loop", Rule::Whole(0, 1_000), 13410),
    ("Play", "digits", Rule::Tones, 13430),
    ("Say", "loop", Rule::Whole(0, 1_000), 13510),
    ("Record", "method", Rule::Method, 13610),
    ("Record", "timeout", Rule::Whole(0, 3_600), 13611),
    ("Record", "maxLength", Rule::Whole(1, 14_400), 13612),
    ("Record", "finishOnKey", Rule::Keys, 13613),
    ("Record", "transcribe", Rule::Flag, 13614),
    ("Record", "playBeep", Rule::Flag, 13616),
    ("Record", "recordingStatusCallbackEvent", RECORDING_EVENTS, 13621),
    ("Record", "trim", TRIM, 13699),
    ("Redirect", "method", Rule::Method, 13710),
    ("Reject", "reason", Rule::Word(&["rejected", "busy"]), 13810),
    ("Pause", "length", Rule::Whole(1, 86_400), 13910),
    ("Enqueue", "method", Rule::Method, 14201),
    ("Enqueue", "waitUrlMethod", Rule::Method, 14206),
    ("Queue", "method", Rule::Method, 14210),
];

#[cfg(test)]
mod tests {
    use responder_core::twiml::SCHEMA;

    use super::*;

    fn codes(verb: &str) -> Vec<u32> {
        let verb = Element::parse(verb).expect("XML");
        findings(&verb).into_iter().map(|(code, _)| code).collect()
    }

    #[test]
    fn every_rule_is_about_an_attribute_that_there_is() {
        for (element, attribute, ..) in RULES {
            let known = SCHEMA.iter().find(|known| known.path == format!("voice::{element}")).expect("an element");
            assert!(known.attribute(attribute).is_some(), "{element} {attribute}");
        }
    }

    #[test]
    fn a_value_that_can_not_be_is_named_by_its_code() {
        for (verb, code) in [
            ("<Dial timeout='soon'>+15005550006</Dial>", 13212),
            ("<Dial><Number sendDigits='w1;'>+15005550006</Number></Dial>", 13222),
            ("<Dial><Conference muted='yes'>room</Conference></Dial>", 13230),
            ("<Gather finishOnKey='?'/>", 13310),
            ("<Gather timeout='-1'/>", 13313),
            ("<Gather numDigits='0'/>", 13314),
            ("<Gather><Dial/></Gather>", 13320),
            ("<Gather input='dtmf telepathy'/>", 13326),
            ("<Play loop='often'/>", 13410),
            ("<Say/>", 13520),
            ("<Record maxLength='0'/>", 13612),
            ("<Redirect method='PUT'>/</Redirect>", 13710),
            ("<Reject reason='late'/>", 13810),
            ("<Pause length='1.5'/>", 13910),
            ("<Enqueue waitUrlMethod='post'>a</Enqueue>", 14206),
        ] {
            assert_eq!(codes(verb), [code], "{verb}");
        }
        assert_eq!(codes("<Dial><Conference>a</Conference><Number>+15005550006</Number></Dial>"), [13000]);
    }

    #[test]
    fn what_is_right_is_not_mentioned() {
        for verb in [
            "<Dial timeout='30' record='record-from-answer-dual'><Number sendDigits='ww1#'>+15005550006</Number></Dial>",
            "<Gather input='dtmf speech' finishOnKey='' timeout='5' numDigits='1'><Say loop='2'>Hello.</Say></Gather>",
            "<Say voice='Polly.Joanna' xml:lang='en'>Hello, <break time='1s'/> you.</Say>",
            "<Pause/>",
            "<Record recordingStatusCallbackEvent='completed absent' trim='do-not-trim'/>",
        ] {
            assert_eq!(codes(verb), [0; 0], "{verb}");
        }
    }
}
