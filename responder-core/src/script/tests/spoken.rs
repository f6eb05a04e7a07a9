use std::time::Duration;

use super::stage::*;
use crate::emergency::{
    Confirmation, Document, Farewell, Input, Lead, LegNo, News, Policy, Report, Step, Timing, Transfer, Voice,
};
use crate::script::Script;

const DECLARATION: &str = r#"<?xml version="1.0" encoding="UTF-8"?>"#;
const RETRIES: &str = "#rc=3&amp;rp=5xx,ct,rt&amp;rt=4000";

/// The document of the stage's emergency, without its declaration, with short words for what every link has.
fn plain(document: &str) -> String {
    let document = document.strip_prefix(DECLARATION).expect("a declaration");
    let id = emergency().id().to_string();
    document
        .replace(RETRIES, "")
        .replace(&format!("?emergency_id={id}&amp;"), "?")
        .replace("https://help.example.com", "")
}

fn says(document: Document) -> String {
    plain(&hears(&script(), &emergency(), TECHNICIAN, document))
}

fn answers(document: Document) -> String {
    plain(&hears(&script(), &emergency(), CUSTOMER, document))
}

#[test]
fn the_details_are_said_twice_and_a_key_counts_at_any_moment() {
    let report = "Customer: Zoë Miller. Address: 12 Elm Street. Callback number: 1, 5, 0, 0, 5, 5, 5, 0, 1, 0, 0. \
                  What happened: Water comes through the ceiling.";
    let keys = "<Say>To accept, press 1. To hear this again, press 2. To pass it on, press 9.</Say>";
    let expected = format!(
        "<Response><Gather action=\"/technician_keys?attempt=0&amp;step=3\" numDigits=\"1\" timeout=\"8\" \
         actionOnEmptyResult=\"true\"><Say>Hello Dana. This is Ivy Plumbing with an emergency. {report}</Say>{keys}<Pause length=\"2\"/>\
         <Say>Here it is again. {report}</Say>{keys}</Gather>\
         <Redirect>/technician_keys?attempt=0&amp;step=3</Redirect></Response>"
    );
    assert_eq!(says(Document::Details { lead: Lead::First }), expected);
    assert!(says(Document::Details { lead: Lead::WrongKey }).contains("<Say>That is not a valid option. Customer: "));
}

#[test]
fn long_details_take_a_minute_and_name_the_text() {
    let report = Report { emergency_description_text: "water ".repeat(333), ..report() };
    let spoken =
        hears(&script(), &opened(report.clone(), policy()), TECHNICIAN, Document::Details { lead: Lead::First });
    assert!(spoken.contains("water. The rest is in the text message.</Say>"), "{spoken}");
    assert!(spoken.contains("Callback number: 1, 5, 0, 0, 5, 5, 5, 0, 1, 0, 0."));
    let water = spoken.matches("water").count() / 2;
    assert!((60..130).contains(&water), "{water} words are about a minute");

    let silent = Policy { texts: false, ..policy() };
    let spoken = hears(&script(), &opened(report, silent), TECHNICIAN, Document::Details { lead: Lead::First });
    assert!(!spoken.contains("in the text"), "there is no text");
}

#[test]
fn a_technician_waits_in_pieces() {
    let wait = |step| {
        let voice = Voice { line: TECHNICIAN, step: Step(step), document: Document::Wait };
        plain(&script().render_voice(&links(), &emergency(), &voice).to_string())
    };
    assert!(wait(4).starts_with("<Response><Pause length=\"4\"/><Redirect>"), "{}", wait(4));
    assert!(
        wait(5).starts_with("<Response><Say>We are still waiting for the customer to call.</Say><Pause"),
        "{}",
        wait(5)
    );
    let first = says(Document::AcceptedWait);
    assert!(first.contains("or hang up") && first.contains("<Pause length=\"4\"/><Redirect>"), "{first}");
}

#[test]
fn connecting_dials_the_queue_of_the_customer() {
    let id = emergency().id();
    let expected = format!(
        "<Response><Say>Thank you. Connecting you now.</Say>\
         <Dial action=\"/transfer_complete?attempt=0&amp;step=3\" timeout=\"10\" timeLimit=\"14400\">\
         <Queue url=\"/bridge_joined?leg=2&amp;attempt=0\">{id}-2</Queue></Dial></Response>"
    );
    assert_eq!(says(Document::Connect { leg: LegNo(2) }), expected);

    let timing = Timing { talk_limit: Duration::from_secs(86_400), ..Timing::default() };
    let long = opened(report(), Policy { timing, ..policy() });
    let document = hears(&script(), &long, TECHNICIAN, Document::Connect { leg: LegNo(0) });
    assert!(document.contains("timeLimit=\"14400\""), "a provider takes no more: {document}");

    let recording = opened(report(), Policy { recording: true, ..policy() });
    let document = hears(&script(), &recording, TECHNICIAN, Document::Connect { leg: LegNo(0) });
    assert!(document.contains("record=\"record-from-answer-dual\""), "{document}");
    assert!(document.contains(&format!("/recording_status?emergency_id={id}#rc")), "{document}");
}

#[test]
fn a_key_connects_or_the_call_ends() {
    let document = says(Document::ConfirmBridge);
    assert!(document.starts_with("<Response><Gather action=\"/technician_keys?attempt=0&amp;step=3\" numDigits=\"1\""));
    assert!(document.contains("To talk to them, press 1."));
    assert!(document.ends_with("</Gather><Redirect>/technician_keys?attempt=0&amp;step=3</Redirect></Response>"));
    let no_key = "<Response><Say>No key was pressed, so you have not accepted. Goodbye.</Say><Hangup/></Response>";
    assert_eq!(says(Document::NoKey), no_key);
}

#[test]
fn a_general_line_is_told_who_calls() {
    let holding = |policy: Policy| {
        let inputs = accepts()
            .into_iter()
            .chain([customer_calls("+15005550100"), Input::CustomerHolding { leg: LegNo(0), call: sid("CA02") }]);
        after(opened(report(), policy), inputs)
    };
    let transfer = Some(crate::emergency::Line::Attempt(crate::emergency::AttemptNo(1)));
    let connect = Document::Connect { leg: LegNo(0) };
    let document = hears(&script(), &holding(with_transfer()), transfer, connect);
    assert!(document.contains("<Say>This is Ivy Plumbing. Connecting an emergency call.</Say><Dial"), "{document}");

    let asked = Transfer { target: number("+15005550040"), confirmation: Confirmation::KeyPress };
    let asked = holding(Policy { transfer: Some(asked), ..policy() });
    assert!(
        hears(&script(), &asked, transfer, Document::ConfirmBridge).contains("This is Ivy Plumbing with an emergency.")
    );
    assert!(hears(&script(), &asked, transfer, connect).contains("Connecting you now."), "it knows by now");
}

#[test]
fn a_customer_is_held_in_a_queue_of_their_own() {
    let expected = format!(
        "<Response><Say>This is Ivy Plumbing. We have your report and are looking for a technician for you. \
         Please stay on the line.</Say><Enqueue waitUrl=\"/hold?leg=0&amp;step=3\" action=\"/hold_ended?leg=0&amp;step=3\">\
         {}-0</Enqueue></Response>",
        emergency().id()
    );
    assert_eq!(answers(Document::Hold), expected);
    let accepted = after(emergency(), accepts());
    assert!(hears(&script(), &accepted, CUSTOMER, Document::Hold).contains("A technician has your report."));
}

#[test]
fn between_the_music_there_is_news() {
    let document = Document::Music { news: News::Accepted };
    let says = "<Say>A technician has accepted. We are connecting you now.</Say>";
    assert_eq!(answers(document), format!("<Response>{says}<Pause length=\"10\"/></Response>"));
    let url = "https://music.example.com/a?b=1&c=2";
    let script = Script { hold_music_url: Some(url.into()), ..script() };
    let played = plain(&hears(&script, &emergency(), CUSTOMER, document));
    let music = "<Play>https://music.example.com/a?b=1&amp;c=2</Play>";
    assert_eq!(played, format!("<Response>{says}{music}</Response>"));
    assert!(script.interlude().to_string().ends_with(&format!("<Response>{music}</Response>")));
}

#[test]
fn a_message_is_recorded_and_silence_is_answered() {
    let document = answers(Document::Voicemail { why: Farewell::HoldLimit });
    assert!(document.starts_with("<Response><Say>We are sorry for the long wait."), "{document}");
    let record = format!(
        "<Record action=\"/voicemail?leg=0&amp;step=3\" timeout=\"8\" maxLength=\"150\" playBeep=\"true\" \
         recordingStatusCallback=\"/recording_status?emergency_id={}\"/>",
        emergency().id()
    );
    let end = format!("{record}<Say>We did not hear a message. Goodbye.</Say><Hangup/></Response>");
    assert!(document.ends_with(&end), "{document}");
}

#[test]
fn a_talk_that_broke_off_is_offered_again() {
    let document = answers(Document::OfferReconnect);
    let gather = "<Response><Gather action=\"/hold_ended?leg=0&amp;step=3\" numDigits=\"1\" timeout=\"6\">";
    assert!(document.starts_with(gather) && document.contains("To be reconnected, press 1."), "{document}");
    assert!(document.ends_with("</Gather><Say>Goodbye.</Say><Hangup/></Response>"));
}

#[test]
fn a_recording_is_announced_if_there_is_one() {
    let script = Script { recording_notice: Some("We record this.".into()), ..script() };
    let recording = opened(report(), Policy { recording: true, ..policy() });
    let announced = plain(&hears(&script, &recording, CUSTOMER, Document::Joining));
    assert_eq!(announced, "<Response><Say>We record this.</Say></Response>");
    assert_eq!(plain(&hears(&script, &emergency(), CUSTOMER, Document::Joining)), "<Response/>");
    assert_eq!(answers(Document::LeaveQueue), "<Response><Leave/></Response>");
}

#[test]
fn the_number_of_a_customer_who_left_is_spoken() {
    let document = says(Document::CustomerGone);
    let expected = "<Response><Say>The customer is no longer on the line. Please call 1, 5, 0, 0, 5, 5, 5, 0, 1, 0, 0. We \
                    are texting you the number. Goodbye.</Say><Hangup/></Response>";
    assert_eq!(document, expected);
    let called = after(emergency(), [customer_calls("+15005550102")]);
    let document = hears(&script(), &called, TECHNICIAN, Document::AcceptedCallCustomer);
    assert!(document.contains("0, 1, 0, 0, or 1, 5, 0, 0, 5, 5, 5, 0, 1, 0, 2."), "{document}");
}

#[test]
fn speech_has_the_voice_of_the_branch() {
    let script = Script { language: Some("en-GB".into()), voice: Some("Polly.Amy".into()), ..script() };
    let document = plain(&hears(&script, &emergency(), None, Document::Over));
    let expected = "<Response><Say voice=\"Polly.Amy\" language=\"en-GB\">There is nothing more to do on this call. \
                    Goodbye.</Say><Hangup/></Response>";
    assert_eq!(document, expected);
}

#[test]
fn a_document_on_the_wrong_line_ends_the_call_politely() {
    let over = says(Document::Over);
    for document in [Document::Hold, Document::OfferReconnect, Document::Voicemail { why: Farewell::HoldLimit }] {
        assert_eq!(says(document), over, "{document:?}");
    }
    for document in [Document::Details { lead: Lead::First }, Document::Wait, Document::Connect { leg: LegNo(0) }] {
        assert_eq!(answers(document), over, "{document:?}");
    }
}

#[test]
fn callers_without_an_emergency_are_answered() {
    let script = script();
    assert!(script.no_emergency().to_string().contains("no open emergency"));
    let through = script.put_through(number("+15005550050"), None).to_string();
    let dial = "<Dial timeout=\"30\"><Number>+15005550050</Number></Dial>";
    assert!(through.contains(dial), "{through}");
    let through = script.put_through(number("+15005550050"), Some(number("+15005550006"))).to_string();
    assert!(through.contains("callerId=\"+15005550006\""), "{through}");
    let again = script.try_again("https://h/a?b&c").to_string();
    assert!(again.ends_with("<Response><Pause length=\"3\"/><Redirect>https://h/a?b&amp;c</Redirect></Response>"));
    assert!(script.out_of_order().to_string().ends_with("Goodbye.</Say><Hangup/></Response>"));
}
