//! What was done.

use askama::Template;
use responder_core::{
    access::AuditId,
    emergency::EmergencyId,
    http::admin::{AuditRow, Frame as Given, Names},
    script::code_of,
};

use super::{
    changes::{self, Change},
    frame::{Frame, Tab},
    names, words,
};
use crate::emergency::day_and_clock;

#[derive(Template)]
#[template(path = "admin/audit.html")]
struct Audit {
    frame: Frame,
    rows: Vec<Row>,
    next: Option<String>,
}

struct Row {
    at: String,
    shown: String,
    who: String,
    action: String,
    about: Vec<About>,
    changes: Vec<Change>,
    address: String,
    /// Of a recording, which has no name.
    recording: Option<String>,
}

/// What something was done with.
#[derive(Debug, PartialEq, Eq)]
struct About {
    words: String,
    /// Where more of it is told.
    page: Option<String>,
}

pub(super) fn audit(
    given: &Given,
    rows: &[AuditRow],
    next: Option<AuditId>,
    names: &Names,
) -> Result<String, askama::Error> {
    let frame = Frame::of(given, "Audit", Tab::Audit);
    let rows = rows.iter().map(|row| Row::of(row, names, &given.base)).collect();
    Audit { frame, rows, next: next.map(|next| next.to_string()) }.render()
}

impl Row {
    fn of(row: &AuditRow, names: &Names, base: &str) -> Self {
        Self {
            at: row.at.clone(),
            shown: row.at.parse().map_or_else(|_| row.at.clone(), day_and_clock),
            who: names::who(names, row),
            action: words::action(&row.action),
            about: about(row, names, base),
            changes: changes::of(row, names),
            address: row.address.clone().unwrap_or_default(),
            recording: row.subject.clone().filter(|_| row.action == "recording_fetched"),
        }
    }
}

fn about(row: &AuditRow, names: &Names, base: &str) -> Vec<About> {
    let plain = |words: String| About { words, page: None };
    let branch = row.branch.as_ref().map(|key| plain(names::branch(names, key.as_str())));
    let subject = row.subject.as_deref().and_then(|subject| match row.action.as_str() {
        "emergency_triggered" | "emergency_cancelled" => emergency(row, subject, "emergency", base),
        "alert_seen" => match subject.split_once(':') {
            Some(("nobody_accepted", id)) => emergency(row, id, "nobody accepted emergency", base),
            Some(("branch_offline", _)) => Some(plain("trouble with its server".to_owned())),
            Some(("settings_invalid", _)) => Some(plain("settings that can’t be used".to_owned())),
            Some(("settings_behind", _)) => Some(plain("settings that did not arrive".to_owned())),
            _ => None,
        },
        "recording_fetched" => None,
        "log_sent" => Some(plain(format!("to {subject}"))),
        _ => Some(plain(subject.to_owned())),
    });
    branch.into_iter().chain(subject).collect()
}

/// An emergency by what it is called in texts.
fn emergency(row: &AuditRow, id: &str, words: &str, base: &str) -> Option<About> {
    let (id, branch) = (id.parse::<EmergencyId>().ok()?, row.branch.as_ref()?);
    let page = Some(format!("{base}/branch/{branch}/emergency/{id}"));
    Some(About { words: format!("{words} {}", code_of(id)), page })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use responder_core::access::UserId;

    use super::*;
    use crate::admin::tests::audit_row;

    const EMERGENCY: &str = "01arz3ndektsv4rrffq69g5fav";

    fn names() -> Names {
        let user = (UserId::from_u64(7), "eve".to_owned());
        Names { branches: vec![("tuc".parse().expect("a key"), "Tucson".to_owned())], users: BTreeMap::from([user]) }
    }

    fn row(action: &str, subject: &str) -> AuditRow {
        AuditRow {
            branch: Some("tuc".parse().expect("a key")),
            subject: Some(subject.to_owned()),
            ..audit_row(action, None, None)
        }
    }

    #[test]
    fn what_it_was_about_is_told_by_names() {
        let told = |action: &str, subject: &str| {
            about(&row(action, subject), &names(), "/p").into_iter().map(|about| about.words).collect::<Vec<_>>()
        };
        let code = code_of(EMERGENCY.parse().expect("an id"));
        assert_eq!(told("emergency_cancelled", EMERGENCY), ["Tucson".to_owned(), format!("emergency {code}")]);
        let seen = told("alert_seen", &format!("nobody_accepted:{EMERGENCY}"));
        assert_eq!(seen, ["Tucson".to_owned(), format!("nobody accepted emergency {code}")]);
        assert_eq!(told("alert_seen", "branch_offline:17"), ["Tucson", "trouble with its server"]);
        assert_eq!(told("alert_seen", "settings_invalid:3"), ["Tucson", "settings that can’t be used"]);
        assert_eq!(told("alert_seen", "of a newer version"), ["Tucson"]);
        assert_eq!(told("recording_fetched", "RE1"), ["Tucson"]);
        assert_eq!(told("log_sent", "hooks.example.com"), ["Tucson", "to hooks.example.com"]);
        let page = about(&row("emergency_cancelled", EMERGENCY), &names(), "/p").pop().and_then(|about| about.page);
        assert_eq!(page, Some(format!("/p/branch/tuc/emergency/{EMERGENCY}")));
        let gone = AuditRow { branch: Some("old".parse().expect("a key")), ..row("log_archived", "x") };
        assert_eq!(about(&gone, &names(), "")[0].words, "a branch that is no longer here (old)");
    }

    #[test]
    fn who_did_it_is_told_also_when_they_are_gone() {
        let who = |name: &str, id: Option<u64>, action: &str| {
            let row = AuditRow { who: name.to_owned(), who_id: id.map(UserId::from_u64), ..row(action, "") };
            names::who(&names(), &row)
        };
        assert_eq!(who("eve", Some(7), "login"), "eve");
        assert_eq!(who("ada", Some(7), "login"), "ada (now eve)");
        assert_eq!(who("eve", Some(8), "login"), "eve (removed since; user 8)", "somebody else has the name now");
        assert_eq!(who("server", None, "branch_away"), "The server");
        assert_eq!(who("server", None, "login_failed"), "server", "a user may be called so");
    }
}
