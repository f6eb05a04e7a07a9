//! Pages are drawn from whatever they are given, and let nothing of it become markup.

use responder_core::{
    access::AuditId,
    admin::{Alert, AlertKind},
    http::admin::{AuditRow, BranchGlance, Frame, Page, Pages, SettingRow},
    settings::{Secrecy, Tier, setting},
    store::Revision,
};
use serde_json::json;

use super::AdminPages;

fn frame() -> Frame {
    Frame {
        base: "/prefix".to_owned(),
        user: Some(json!({ "id": 1, "username": "<b>ada</b>", "is_admin": true })),
        csrf_token: Some("token".to_owned()),
        alerts: Some(Vec::new()),
        ..Frame::default()
    }
}

/// Something that the server did.
pub(super) fn audit_row(action: &str, before: Option<serde_json::Value>, after: Option<serde_json::Value>) -> AuditRow {
    AuditRow {
        id: AuditId::from_u64(1),
        at: "2026-11-16T03:00:00Z".to_owned(),
        who: "server".to_owned(),
        who_id: None,
        action: action.to_owned(),
        branch: None,
        subject: Some("bo".to_owned()),
        before,
        after,
        address: None,
    }
}

fn drawn(page: &Page) -> String {
    AdminPages.render(&frame(), page).expect("a page")
}

fn emergency(outcome: Option<&str>) -> serde_json::Value {
    json!({
        "id": "01kcrgh4zq0000000000000001", "branch": "tuc", "phase": if outcome.is_some() { "concluded" } else { "seeking" },
        "outcome": outcome, "created_at": "2026-11-16T03:00:00Z", "concluded_at": outcome.map(|_| "2026-11-16T03:10:00Z"),
        "technician": { "number": "+15005550001", "name": "<script>alert(1)</script>" },
        "customer": { "name": "<img src=x>", "callback_number": "+15005550100" },
        "attempts": [{ "number": "+15005550001", "kind": "notification", "call_sid": null, "status": "ringing",
            "started_at": "2026-11-16T03:00:01Z", "ended_at": null }, { "kind": "of a newer version" }],
        "timeline": [
            { "event": "cancelled", "timestamp": "2026-11-16T03:00:02Z", "data": { "emergency_id": "x" } },
            { "event": "of_a_newer_version", "timestamp": "2026-11-16T03:00:03Z", "data": {} },
        ],
    })
}

#[test]
fn nothing_that_somebody_said_is_markup() {
    let page = Page::Emergency {
        branch: "tuc".parse().expect("a key"),
        name: "<i>Tucson</i>".to_owned(),
        emergency: Ok(emergency(None)),
    };
    let html = drawn(&page);
    for markup in ["<script>alert", "<img", "<i>", "<b>ada"] {
        assert!(!html.contains(markup), "{markup}");
    }
    assert!(html.contains("An operator cancelled it."), "an event without data is read: {html}");
    assert!(html.contains("Something that this version has no words for: <b"));
    assert!(html.contains("href=\"/prefix/branch/tuc\""), "links begin at the prefix");
    assert!(!html.contains("<style") && !html.contains(" style=") && !html.contains(" onclick="));
}

#[test]
fn what_a_branch_does_not_tell_is_told_in_words() {
    let page =
        |emergency| Page::Emergency { branch: "tuc".parse().expect("a key"), name: "Tucson".to_owned(), emergency };
    assert!(drawn(&page(Err("The branch can't be reached.".to_owned()))).contains("The branch can&#39;t be reached."));
    assert!(drawn(&page(Ok(json!({ "id": 7 })))).contains("does not understand"));
}

#[test]
fn no_branch_is_a_sentence_too() {
    assert!(drawn(&Page::Branches(Vec::new())).contains("You may not look at any branch yet."));
    assert!(drawn(&Page::Figures(Vec::<BranchGlance>::new())).contains("You may not look at any branch yet."));
}

#[test]
fn numbers_without_a_country_code_are_of_the_country_of_their_branch() {
    let row = |name, value: &str| SettingRow {
        name,
        value: Some(value.to_owned()),
        source: "environment",
        environment: Some(value.to_owned()),
        default: "",
        about: "",
        tier: Tier::Basic,
        kind: setting(name).expect("a setting").kind,
        secrecy: Secrecy::Open,
        editable: true,
    };
    let page = Page::Settings {
        branch: "tuc".parse().expect("a key"),
        name: "Tucson".to_owned(),
        revision: Revision::default(),
        rows: vec![row("RECIPIENT_PHONES", "Ada <5005550009>"), row("DEFAULT_COUNTRY", "44")],
        incomplete: None,
    };
    let html = drawn(&page);
    assert!(html.contains("value=\"+445005550009\"") && !html.contains("+15005550009"), "{html}");
}

#[test]
fn the_page_of_an_emergency_keeps_up_with_it_while_it_is_open() {
    let told = |emergency, is_part| {
        let page = Page::Emergency { branch: "tuc".parse().expect("a key"), name: "Tucson".to_owned(), emergency };
        AdminPages.render(&Frame { is_part, ..frame() }, &page).expect("a page")
    };
    let live = "data-live=\"/prefix/branch/tuc/emergency/01kcrgh4zq0000000000000001/live\"";
    let (open, over) = (told(Ok(emergency(None)), false), told(Ok(emergency(Some("cancelled"))), false));
    assert!(open.contains(live) && open.contains("data-events=\"/prefix/api/branch/tuc/events\""), "{open}");
    assert!(open.contains("/live.") && open.contains("id=\"link\"") && open.contains("id=\"said\""));
    assert!(!over.contains("data-live") && !over.contains("/live.") && !over.contains("id=\"link\""), "{over}");
    let away = told(Err("The branch can't be reached.".to_owned()), false);
    assert!(!away.contains("data-live") && !away.contains("known last"));

    let part = told(Ok(emergency(None)), true);
    assert!(
        part.starts_with("<div id=\"page\"") && !part.contains("data-over") && !part.contains("data-keeps"),
        "{part}"
    );
    let part = told(Ok(emergency(Some("cancelled"))), true);
    assert!(part.contains("data-said=\"It was cancelled.\" data-over"), "{part}");
    let part = told(Err("The branch can't be reached.".to_owned()), true);
    assert!(part.contains("data-keeps") && part.contains("is what was known last") && !part.contains("<article"));
}

#[test]
fn several_alerts_are_a_line_each_and_one_is_unfolded() {
    let alert = |no: u8, kind| Alert {
        id: format!("branch_offline:{no}"),
        branch: "tuc".parse().expect("a key"),
        branch_name: "<i>Tucson</i>".to_owned(),
        kind,
        message: "All of it.".to_owned(),
        since: None,
        until: None,
        emergency: None,
    };
    let drawn = |alerts| AdminPages.render(&Frame { alerts: Some(alerts), ..frame() }, &Page::Alerts).expect("a page");
    let one = drawn(vec![alert(1, AlertKind::BranchOffline)]);
    assert!(
        one.contains("<details open>") && one.contains("aria-label=\"One alert\"") && !one.contains("<i>"),
        "{one}"
    );
    let two = drawn(vec![alert(1, AlertKind::BranchOffline), alert(2, AlertKind::NobodyAccepted)]);
    assert!(!two.contains("<details open>") && two.contains("aria-label=\"2 alerts\""), "{two}");
    for words in ["Trouble with its server</span></summary>", "Nobody accepted</span></summary>"] {
        assert!(two.contains(words), "{words}");
    }
    assert_eq!(two.matches("I have seen this").count(), 2);
    assert_eq!(drawn(Vec::new()).trim(), "");
}
