//! The plainest of pages.

use std::fmt::Write as _;

use serde::Serialize;

use super::{Frame, Page, Pages};
use crate::http::{BoxError, CSRF_FIELD};

/// Pages without looks: a form to log in, links, and what there is as JSON. For servers that have their own dashboard,
/// or none.
#[derive(Clone, Copy, Debug, Default)]
pub struct PlainPages;

impl Pages for PlainPages {
    fn render(&self, frame: &Frame, page: &Page) -> Result<String, BoxError> {
        let base = escaped(&frame.base);
        let mut html = String::from("<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Branches</title>");
        if let Some(said) = &frame.said {
            write!(html, "<p role=\"status\">{}</p>", escaped(said))?;
        }
        for alert in frame.alerts.iter().flatten() {
            write!(html, "<p role=\"alert\">{}: {}</p>", escaped(&alert.branch_name), escaped(&alert.message))?;
        }
        match page {
            Page::Login { wrong, wait_seconds } => {
                if *wrong {
                    html.push_str("<p role=\"alert\">The name or password is wrong.</p>");
                }
                if let Some(seconds) = wait_seconds {
                    write!(html, "<p role=\"alert\">There were too many failed attempts; wait {seconds} seconds.</p>")?;
                }
                write!(
                    html,
                    "<form method=\"post\" action=\"{base}/login\"><label>Name <input name=\"username\" \
                     autocomplete=\"username\" required></label> <label>Password <input name=\"password\" \
                     type=\"password\" autocomplete=\"current-password\" required></label> <button>Log in</button></form>"
                )?;
            }
            Page::Branches(rows) => {
                for row in rows.iter().map(|glance| &glance.branch) {
                    let (key, name) = (escaped(row.branch.as_str()), escaped(&row.name));
                    write!(html, "<p><a href=\"{base}/branch/{key}\">{name}</a> {}</p>", escaped(&row.status))?;
                }
            }
            Page::Branch(super::BranchGlance { branch, .. }) => {
                let key = escaped(branch.branch.as_str());
                write!(html, "<p><a href=\"{base}/branch/{key}/settings\">Settings</a></p>{}", data(branch)?)?;
            }
            Page::Settings { rows, .. } => html.push_str(&data(rows)?),
            Page::Users { rows, .. } => html.push_str(&data(rows)?),
            Page::Audit { rows, .. } => html.push_str(&data(rows)?),
            Page::Emergency { emergency, .. } => html.push_str(&data(emergency)?),
            Page::Figures(rows) => html.push_str(&data(&rows.iter().map(|row| &row.emergencies).collect::<Vec<_>>())?),
            Page::Trouble { message, .. } => write!(html, "<p role=\"alert\">{}</p>", escaped(message))?,
            Page::Password | Page::Alerts => {}
        }
        if let Some(token) = &frame.csrf_token {
            write!(
                html,
                "<form method=\"post\" action=\"{base}/logout\"><input type=\"hidden\" name=\"{CSRF_FIELD}\" \
                 value=\"{}\"><button>Log out</button></form>",
                escaped(token)
            )?;
        }
        Ok(html)
    }
}

fn data(value: &impl Serialize) -> Result<String, BoxError> {
    Ok(format!("<pre>{}</pre>", escaped(&serde_json::to_string_pretty(value)?)))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_somebody_says_is_no_markup() {
        let said = Some("<script>alert(1)</script>".to_owned());
        let frame = Frame { base: "/a\"b".to_owned(), said, ..Frame::default() };
        let html = PlainPages.render(&frame, &Page::Login { wrong: true, wait_seconds: None }).expect("a page");
        assert!(!html.contains("<script") && html.contains("action=\"/a&quot;b/login\""));
    }
}
