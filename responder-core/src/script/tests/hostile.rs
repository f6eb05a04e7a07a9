//! Whatever is reported, the documents are well-formed and the texts bounded.

use proptest::prelude::*;

use super::stage::*;
use crate::emergency::{Contact, Policy, Report};
use crate::script::{MOST_SEGMENTS, Script, segments};
use crate::twiml::Element;

fn hostile() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("</Say><Dial>+15005550999</Dial>&amp;<![CDATA[\"']]>".to_owned()),
        Just("\0\u{1}\u{1b}[2J\u{202e}\u{fffe}\r\n\t".to_owned()),
        Just("🚨".repeat(60)),
        Just("9".repeat(60)),
        "\\PC{0,60}",
        any::<String>().prop_map(|text| text.chars().take(60).collect()),
    ]
}

fn hostile_report() -> impl Strategy<Value = Report> {
    (hostile(), hostile(), hostile(), hostile(), 1..30_usize).prop_map(|(name, number, address, description, times)| {
        Report {
            chosen_phone: "+15005550001".into(),
            customer_name: name,
            user_stated_callback_number: number,
            incident_address: address,
            emergency_description_text: description.repeat(times),
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn every_document_is_well_formed_and_says_nothing_but_words(report in hostile_report(), company in hostile()) {
        let technician = Contact { name: Some(company.clone()), number: number("+15005550001") };
        let policy = Policy { escalation: vec![technician], recording: true, ..policy() };
        let emergency = opened(report, policy);
        let script = Script {
            company_name: company.clone(),
            recording_notice: Some(company.clone()),
            hold_music_url: Some(company),
            ..Script::default()
        };
        for line in [TECHNICIAN, CUSTOMER, None] {
            for document in documents() {
                let printed = hears(&script, &emergency, line, document);
                let parsed = Element::parse(&printed);
                let plain = Element::parse(&hears(&super::stage::script(), &super::stage::emergency(), line, document));
                let (Ok(parsed), Ok(plain)) = (parsed, plain) else {
                    return Err(TestCaseError::fail(format!("{document:?} gives {printed}")));
                };
                let verbs = |tree: &Element| tree.elements().map(|verb| verb.name().to_owned()).collect::<Vec<_>>();
                if !matches!(document, crate::emergency::Document::Joining | crate::emergency::Document::Music { .. }) {
                    prop_assert_eq!(verbs(&parsed), verbs(&plain), "{:?}", document);
                }
                for say in said(&parsed) {
                    prop_assert!(say.len() < 4_096, "{:?} speaks {} bytes at once", document, say.len());
                }
            }
        }
    }

    #[test]
    fn every_text_fits_and_every_mail_is_escaped(report in hostile_report(), company in hostile()) {
        let emergency = opened(report, policy());
        let script = Script { company_name: company, google_maps_link: true, ..Script::default() };
        for text in texts() {
            let written = script.render_text(&emergency, &text);
            prop_assert!(segments(&written) <= MOST_SEGMENTS, "{:?} takes {}", text, segments(&written));
            prop_assert!(!written.chars().any(char::is_control), "{:?}", written);
            let mail = script.render_mail(&emergency, &text);
            prop_assert!(!mail.subject.chars().any(char::is_control));
            prop_assert!(!mail.html.contains("</Say>") && !mail.html.contains("<![CDATA["), "{}", mail.html);
        }
    }
}

/// Every text that is spoken, also inside a gather.
fn said(tree: &Element) -> Vec<String> {
    let inner = tree.elements().flat_map(said);
    let own = (tree.name() == "Say").then(|| tree.inner_text());
    own.into_iter().chain(inner).collect()
}
