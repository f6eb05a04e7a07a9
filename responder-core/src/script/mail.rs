//! Mails.

use std::fmt;

use super::speech::tidy;
use super::{Facts, Label, Opening, Script};
use crate::emergency::{Emergency, Summary, Text};

/// A mail in both forms. `Debug` shows none of it.
#[derive(Clone, PartialEq, Eq)]
pub struct Mail {
    /// What names it among all mails: a repeat of it has the same. None until somebody sends it.
    pub id: Option<String>,
    /// Its subject: one line, at most 150 characters.
    pub subject: String,
    /// Its body as plain text.
    pub text: String,
    /// The same as HTML.
    pub html: String,
}

/// One line of the table: what it is, and its value.
pub(super) type Row = (Label, String);

impl Script {
    /// What a mail says. Unlike a text it holds the whole report, and is cut nowhere.
    pub fn render_mail(&self, emergency: &Emergency, text: &Text) -> Mail {
        let facts = Facts::of(self, emergency);
        let Opening { subject, sentence } = self.wording.mail(text, &facts);
        let mut rows = self.report_rows(emergency, &facts);
        if let Text::Report { summary } = text {
            rows.extend(self.summary_rows(summary));
        }
        self.mail_of(&subject, &sentence, rows)
    }

    pub(super) fn mail_of(&self, subject: &str, sentence: &str, mut rows: Vec<Row>) -> Mail {
        rows.retain(|(_, value)| !value.is_empty());
        Mail {
            id: None,
            subject: tidy(subject).chars().take(LONGEST_SUBJECT).collect(),
            text: self.as_text(sentence, &rows),
            html: self.as_html(sentence, &rows),
        }
    }

    fn report_rows(&self, emergency: &Emergency, facts: &Facts) -> Vec<Row> {
        // As it was reported, line breaks included.
        let description: String =
            emergency.intake().description.chars().filter(|c| !c.is_control() || *c == '\n').collect();
        vec![
            (Label::Customer, facts.customer.clone()),
            (Label::Callback, facts.callback.clone()),
            (Label::Caller, facts.caller.clone()),
            (Label::Address, facts.address.clone()),
            (Label::Map, self.map_of(&facts.address).unwrap_or_default()),
            (Label::Description, description.trim().to_owned()),
            (Label::Technician, facts.technician.clone()),
        ]
    }

    fn summary_rows(&self, summary: &Summary) -> [Row; 7] {
        let shown = |at| self.time_zone.shown(at);
        [
            (Label::Opened, shown(summary.opened_at)),
            (Label::Accepted, summary.accepted_at.map(shown).unwrap_or_default()),
            (Label::Concluded, shown(summary.concluded_at)),
            (Label::HoldSeconds, summary.hold_seconds.to_string()),
            (Label::TalkSeconds, summary.talk_seconds.to_string()),
            (Label::Attempts, summary.attempts.to_string()),
            (Label::Calls, summary.legs.to_string()),
        ]
    }

    fn as_text(&self, sentence: &str, rows: &[Row]) -> String {
        let rows = rows.iter().map(|(label, value)| format!("{}: {value}\n", self.wording.label(*label)));
        format!("{sentence}\n\n{}", rows.collect::<String>())
    }

    fn as_html(&self, sentence: &str, rows: &[Row]) -> String {
        let rows = rows.iter().map(|(label, value)| {
            let value = match label {
                Label::Map => format!("<a href=\"{0}\">{0}</a>", escaped(value)),
                _ => escaped(value).replace('\n', "<br>"),
            };
            format!("<tr><th align=\"left\">{}</th><td>{value}</td></tr>\n", escaped(&self.wording.label(*label)))
        });
        format!(
            "<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\"></head><body>\n<p>{}</p>\n<table>\n{}</table>\n\
             </body></html>\n",
            escaped(sentence),
            rows.collect::<String>()
        )
    }
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}

impl Mail {
    /// The same mail under a name of its own.
    #[must_use]
    pub fn named(self, id: impl Into<String>) -> Self {
        Self { id: Some(id.into()), ..self }
    }
}

impl fmt::Debug for Mail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mail").finish_non_exhaustive()
    }
}

const LONGEST_SUBJECT: usize = 150;
