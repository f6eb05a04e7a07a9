//! From an answer to verbs (Twilio, "TwiML for programmable voice", responses).

use responder_core::twiml::Element;

use crate::webhook::{Failure, Outcome};

/// The verbs of an answer and the address that they came from.
pub(super) fn of(outcome: Outcome) -> Result<(Vec<Element>, String), Failure> {
    if let Some(failure) = outcome.failure {
        return Err(failure);
    }
    let answer = outcome.answer.ok_or_else(|| Failure::new(11200, "no answer"))?;
    if answer.body.len() > MAX_DOCUMENT && !answer.content_type.trim_start().starts_with("audio/") {
        return Err(Failure::new(TOO_LARGE, "the document is longer than the provider reads"));
    }
    let media = answer.content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let verbs = match media.as_str() {
        "text/xml" | "application/xml" | "text/html" => parse(&answer.body)?,
        "text/plain" => parse(&answer.body).unwrap_or_else(|_| vec![verb("Say", answer.body.trim())]),
        audio if audio.starts_with("audio/") => vec![verb("Play", &answer.url)],
        _ if answer.status == 204 => Vec::new(),
        "" => return Err(Failure::new(CONTENT_TYPE, "the answer has no content type")),
        other => return Err(Failure::new(CONTENT_TYPE, format!("the content type {other} is no document"))),
    };
    Ok((verbs, answer.url))
}

/// The verbs of a document.
pub(super) fn parse(text: &str) -> Result<Vec<Element>, Failure> {
    let root = Element::parse(text).map_err(|error| Failure::new(PARSE, format!("the document is no XML: {error}")))?;
    if root.name() == "Response" {
        Ok(root.elements().cloned().collect())
    } else {
        Err(Failure::new(ROOT, format!("the document is a <{}>, not a <Response>", root.name())))
    }
}

fn verb(name: &str, text: &str) -> Element {
    Element::new(name).expect("BUG: the names of verbs are names").text(text)
}

const TOO_LARGE: u32 = 11750;
/// The provider reads no more of a document (general knowledge; its pages that were at hand give no number).
const MAX_DOCUMENT: usize = 64 << 10;
const PARSE: u32 = 12100;
const ROOT: u32 = 12102;
const CONTENT_TYPE: u32 = 12300;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::webhook::Answer;

    fn verbs(content_type: &str, body: &str) -> Result<Vec<String>, u32> {
        let answer = Answer {
            status: 200,
            content_type: content_type.to_owned(),
            body: body.to_owned(),
            url: "http://localhost/voice".to_owned(),
        };
        let outcome = Outcome { answer: Some(answer), ..Outcome::default() };
        let named = |(verbs, _): (Vec<Element>, String)| {
            verbs.iter().map(|verb| format!("{} {}", verb.name(), verb.inner_text())).collect()
        };
        of(outcome).map(named).map_err(|failure| failure.code)
    }

    #[test]
    fn the_content_type_decides() {
        let document = "<Response><Say>Hi</Say></Response>";
        for kind in ["text/xml", "application/xml; charset=utf-8", "text/html", "text/plain"] {
            assert_eq!(verbs(kind, document), Ok(vec!["Say Hi".to_owned()]), "{kind}");
        }
        assert_eq!(verbs("text/plain", "Hello"), Ok(vec!["Say Hello".to_owned()]));
        assert_eq!(verbs("audio/mpeg", "..."), Ok(vec!["Play http://localhost/voice".to_owned()]));
        assert_eq!(verbs("application/json", "{}"), Err(12300));
        assert_eq!(verbs("", document), Err(12300));
        assert_eq!(verbs("text/xml", "<Response><Say></Response>"), Err(12100));
        assert_eq!(verbs("text/xml", "<Answer/>"), Err(12102));
        let long = format!("<Response><Say>{}</Say></Response>", "x".repeat(MAX_DOCUMENT));
        assert_eq!(verbs("text/xml", &long), Err(11750));
        assert!(verbs("audio/mpeg", &long).is_ok());
    }
}
