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
        match page {
            Page::Login { wrong } => {
                if *wrong {
                    html.push_str("<p role=\"alert\">Name or password are wrong.</p>");
                }
                write!(
                    html,
                    "<form method=\"post\" action=\"{base}/login\"><label>Name <input name=\"username\" \
                     autocomplete=\"username\" required></label> <label>Password <input name=\"password\" \
                     type=\"password\" autocomplete=\"current-password\" required></label> <button>Log in</button></form>"
                )?;
            }
            Page::Branches(rows) => {
                for row in rows {
                    let (key, name) = (escaped(row.branch.as_str()), escaped(&row.name));
                    write!(html, "<p><a href=\"{base}/branch/{key}\">{name}</a> {}</p>", escaped(&row.status))?;
                }
            }
            Page::Branch { branch, .. } => {
                let key = escaped(branch.branch.as_str());
                write!(html, "<p><a href=\"{base}/branch/{key}/settings\">Settings</a></p>{}", data(branch)?)?;
            }
            Page::Settings { rows, .. } => html.push_str(&data(rows)?),
            Page::Users { rows, .. } => html.push_str(&data(rows)?),
            Page::Audit { rows, .. } => html.push_str(&data(rows)?),
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
        let frame = Frame { base: "/a\"b".to_owned(), user: None, csrf_token: None, said };
        let html = PlainPages.render(&frame, &Page::Login { wrong: true }).expect("a page");
        assert!(!html.contains("<script") && html.contains("action=\"/a&quot;b/login\""));
    }
}
