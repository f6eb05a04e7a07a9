use super::stage::*;
use crate::emergency::{Conclusion, Farewell, Input, LegNo, Report, Text, UnreachableBecause};
use crate::script::{MOST_SEGMENTS, Script, code_of, segments};

fn code() -> String {
    code_of(emergency().id())
}

fn reads(text: &Text) -> String {
    script()
        .render_text(&emergency(), text)
        .replace(&format!("ergency {}", code()), "ergency XX")
        .replace(&format!("ERGENCY {}", code()), "ERGENCY XX")
}

#[test]
fn texts_say_what_to_do_first() {
    let report =
        " Call back: +15005550100. Address: 12 Elm Street. Customer: Zoë Miller. Water comes through the ceiling.";
    let cases = [
        (Text::Details, format!("EMERGENCY XX, Ivy Plumbing. Reply 1 to accept, 9 to pass it on.{report}")),
        (Text::Copy, format!("Emergency XX, Ivy Plumbing. Calling Dana (+15005550001). Reply STATUS for an update.{report}")),
        (
            Text::Missed { because: UnreachableBecause::Busy },
            "Emergency XX: your line was busy. You can still reply 1 to accept, or 9 to pass it on.".to_owned(),
        ),
        (
            Text::CallCustomer { why: Farewell::HoldLimit },
            "Emergency XX: please call the customer. The customer has waited as long as our hold limit allows. Call back: \
             +15005550100."
                .to_owned(),
        ),
        (
            Text::Alert { outcome: Conclusion::Unanswered },
            format!("ALERT, emergency XX, Ivy Plumbing: NOBODY ACCEPTED.{report}"),
        ),
        (
            Text::Status,
            "Emergency XX: nobody has accepted yet, calling Dana (+15005550001). Call back: +15005550100.".to_owned(),
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(reads(&text), expected, "{text:?}");
    }
}

#[test]
fn a_status_follows_the_emergency() {
    let status = |emergency| script().render_text(&emergency, &Text::Status);
    let accepted = after(emergency(), accepts());
    assert!(status(accepted.clone()).contains("accepted by Dana"));
    let holding = after(accepted, [customer_calls("+15005550102")]);
    let text = status(holding.clone());
    assert!(text.contains("The customer is on hold. Call back: +15005550100 (called from +15005550102)."), "{text}");
    let joined = Input::CustomerJoined { leg: LegNo(0), call: sid("CA02"), agent: Some(sid("CA01")) };
    let talking = after(holding, [Input::CustomerHolding { leg: LegNo(0), call: sid("CA02") }, joined]);
    assert!(status(talking).contains("The technician and the customer are talking."));
    let cancelled = after(emergency(), [Input::Cancelled]);
    assert!(status(cancelled).contains("it is being closed"));
}

#[test]
fn without_a_stated_number_the_caller_is_called_back() {
    let own = after(emergency(), [customer_calls("+15005550100")]);
    assert!(script().render_text(&own, &Text::Status).ends_with("Call back: +15005550100."), "it is named once");
    let nameless = Report { user_stated_callback_number: String::new(), ..report() };
    let called = after(opened(nameless.clone(), policy()), [customer_calls("+15005550102")]);
    let text = Text::CallCustomer { why: Farewell::WillCallBack };
    assert!(script().render_text(&called, &text).ends_with("Call back: +15005550102."));
    assert!(script().render_text(&opened(nameless, policy()), &text).ends_with("They left no phone number."));
    let words = Report { user_stated_callback_number: "ask at  the\nbar".into(), ..report() };
    assert!(script().render_text(&opened(words, policy()), &text).ends_with("Call back: ask at the bar."));
}

#[test]
fn a_long_report_loses_its_end_and_keeps_its_map() {
    let long = opened(Report { emergency_description_text: "water ".repeat(300), ..report() }, policy());
    let script = Script { google_maps_link: true, ..script() };
    let text = script.render_text(&long, &Text::Details);
    assert!(text.ends_with(" water... https://www.google.com/maps/search/?api=1&query=12+Elm+Street"), "{text}");
    assert_eq!(segments(&text), MOST_SEGMENTS);
}

#[test]
fn a_mail_holds_the_whole_report() {
    let report = Report {
        customer_name: "O'Neil <b>".into(),
        emergency_description_text: format!("{}\n\"end\"", "water ".repeat(300)),
        ..report()
    };
    let script = Script { google_maps_link: true, ..script() };
    let emergency = opened(report, policy());
    let mail = script.render_mail(&emergency, &Text::Copy);
    assert_eq!(mail.subject, format!("Emergency {}, 12 Elm Street", code()));
    let map = "https://www.google.com/maps/search/?api=1&query=12+Elm+Street";
    let beginning = format!(
        "Ivy Plumbing has received an emergency report and is calling Dana (+15005550001).\n\nCustomer: O'Neil <b>\n\
         Callback number: +15005550100\nAddress: 12 Elm Street\nMap: {map}\nWhat happened: water "
    );
    assert!(mail.text.starts_with(&beginning), "{}", mail.text);
    assert!(mail.text.contains("water \n\"end\"\nTechnician: Dana (+15005550001)\n"));
    assert!(mail.html.contains("<td>O&#39;Neil &lt;b&gt;</td>"));
    assert!(mail.html.contains("water <br>&quot;end&quot;</td>"));
    assert!(mail.html.contains("<a href=\"https://www.google.com/maps/search/?api=1&amp;query=12+Elm+Street\">"));
}

#[test]
fn the_last_mail_reports() {
    let script = Script { time_zone: "-07:00".parse().expect("a zone"), ..script() };
    let mail = script.render_mail(&emergency(), &Text::Report { summary: Box::new(summary(Conclusion::Voicemail)) });
    assert!(
        mail.text.starts_with("This emergency is over: the customer left a message and is waiting for a call back.\n")
    );
    assert!(mail.text.contains("Reported: 2027-01-15 01:00:00 -07:00\nEnded: 2027-01-15 01:00:00 -07:00\nSeconds on hold: 12\nSeconds connected: 340\n"));
    assert!(mail.text.ends_with("Calls placed: 2\nCalls received: 1\n"));
}

#[test]
fn a_subject_is_one_line_of_bounded_length() {
    let report = Report { incident_address: "Elm\r\nBcc: x@example.com ".repeat(10), ..report() };
    let mail = script().render_mail(&opened(report, policy()), &Text::Alert { outcome: Conclusion::Unanswered });
    assert!(mail.subject.starts_with("ALERT: emergency ") && mail.subject.contains("Elm Bcc:"));
    assert_eq!(mail.subject.lines().count(), 1);
    assert_eq!(mail.subject.chars().count(), 150);
}

#[test]
fn debug_tells_nothing_about_people() {
    let facts = crate::script::Facts::of(&script(), &emergency());
    let mail = script().render_mail(&emergency(), &Text::Copy);
    for debug in [format!("{facts:?}"), format!("{mail:?}")] {
        assert!(!debug.contains("Miller") && !debug.contains("555") && !debug.contains("Elm"), "{debug}");
    }
}
