//! What is expected of answers, by name, and what was answered otherwise.

use reqwest::{RequestBuilder, header::HeaderMap};
use serde_json::Value;

/// An answer, read to its end.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

/// What a field must be.
#[derive(Clone, Debug)]
pub(crate) enum Field {
    /// A text that is not empty.
    Text,
    Whole,
    Flag,
    List,
    Object,
    /// Exactly this.
    Is(Value),
    /// It must not be there.
    Missing,
}

/// What an answer must be. Further fields are for newer clients.
pub(crate) struct Wanted {
    status: u16,
    media: &'static str,
    fields: Vec<(&'static str, Field)>,
}

/// All that was looked at.
pub(crate) struct Sheet {
    held: usize,
    wrong: Vec<String>,
}

pub(crate) async fn told(request: RequestBuilder) -> Answer {
    let answer = request.send().await.expect("an answer");
    let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
    Answer { status, headers, body: answer.text().await.expect("text") }
}

/// JSON with these fields, which are named as RFC 6901 does, without the first slash.
pub(crate) fn json<const N: usize>(status: u16, fields: [(&'static str, Field); N]) -> Wanted {
    Wanted { status, media: "application/json", fields: fields.into() }
}

impl Wanted {
    /// And these.
    pub(crate) fn and(mut self, fields: &[(&'static str, Field)]) -> Self {
        self.fields.extend_from_slice(fields);
        self
    }
}

/// A page.
pub(crate) fn html(status: u16) -> Wanted {
    Wanted { status, media: "text/html", fields: Vec::new() }
}

/// Something else; the body is of no matter.
pub(crate) fn bare(status: u16) -> Wanted {
    Wanted { status, media: "", fields: Vec::new() }
}

pub(crate) fn is(value: impl Into<Value>) -> Field {
    Field::Is(value.into())
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

impl Field {
    fn fits(&self, value: Option<&Value>) -> bool {
        match (self, value) {
            (Self::Missing, found) => found.is_none(),
            (_, None) => false,
            (Self::Text, Some(value)) => value.as_str().is_some_and(|text| !text.is_empty()),
            (Self::Whole, Some(value)) => value.is_u64(),
            (Self::Flag, Some(value)) => value.is_boolean(),
            (Self::List, Some(value)) => value.is_array(),
            (Self::Object, Some(value)) => value.is_object(),
            (Self::Is(wanted), Some(value)) => wanted == value,
        }
    }
}

impl Sheet {
    pub(crate) const fn new() -> Self {
        Self { held: 0, wrong: Vec::new() }
    }

    /// Looks at an answer.
    pub(crate) fn look(&mut self, what: &str, answer: &Answer, wanted: &Wanted) {
        let is_media = answer.header("content-type").starts_with(wanted.media);
        self.so(&format!("{what}: status {}", wanted.status), answer.status == wanted.status, answer);
        self.so(&format!("{what}: a body that is {:?}", wanted.media), is_media, answer);
        let body = answer.json();
        for (name, field) in &wanted.fields {
            let fits = field.fits(body.pointer(&format!("/{name}")));
            self.so(&format!("{what}: {name} is {field:?}"), fits, answer);
        }
    }

    /// Anything else that must be so.
    pub(crate) fn so(&mut self, what: &str, is_so: bool, answer: &Answer) {
        self.held += usize::from(is_so);
        if !is_so {
            let body: String = answer.body.chars().take(400).collect();
            self.wrong.push(format!("{what}; it was {} {:?} {body}", answer.status, answer.header("content-type")));
        }
    }

    /// The verdict; at least so many things must have been looked at.
    #[track_caller]
    pub(crate) fn close(self, at_least: usize) {
        assert!(self.wrong.is_empty(), "{} of {}:\n{}", self.wrong.len(), self.held, self.wrong.join("\n"));
        assert!(self.held >= at_least, "only {} looked at", self.held);
    }
}

/// The sheet itself can fail.
#[test]
fn what_is_not_so_is_told() {
    let body = r#"{"status":"Ready","enabled":1,"count":"3","logs":{},"message":""}"#;
    let headers = [(reqwest::header::CONTENT_TYPE, "application/json".parse().expect("a type"))];
    let answer = Answer { status: 200, headers: headers.into_iter().collect(), body: body.to_owned() };
    let wrong = [
        html(200),
        json(201, []),
        json(200, [("enabled", Field::Flag)]),
        json(200, [("count", Field::Whole)]),
        json(200, [("logs", Field::List)]),
        json(200, [("message", Field::Text)]),
        json(200, [("status", Field::Missing)]),
        json(200, [("status", is("In Use"))]),
        json(200, [("results/0/error", Field::Text)]),
    ];
    for wanted in &wrong {
        let mut sheet = Sheet::new();
        sheet.look("one", &answer, wanted);
        assert_eq!(sheet.wrong.len(), 1, "{:?}", sheet.wrong);
    }
    let mut sheet = Sheet::new();
    sheet.look(
        "right",
        &answer,
        &json(200, [("status", is("Ready")), ("logs", Field::Object), ("none", Field::Missing)]),
    );
    sheet.close(5);
}
