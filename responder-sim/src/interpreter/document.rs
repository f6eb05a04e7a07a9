//! From an answer to verbs (Twilio, "TwiML for programmable voice", responses).

use responder_core::twiml::{
    ParseErrorKind, Problem, ProblemKind,
    voice::{Play, Response, Say, Verb},
};

use super::check;
use crate::webhook::{Failure, Outcome};

/// What a document asks for.
#[derive(Debug)]
pub(super) struct Document {
    pub(super) verbs: Vec<Verb>,
    /// Attributes that the language does not know, or whose values it does not. Verbs that it does not know are skipped
    /// when their turn comes.
    pub(super) problems: Vec<Problem>,
}

impl From<Response> for Document {
    fn from(response: Response) -> Self {
        let problems = response.problems().into_iter().filter(is_noted).collect();
        let is_verb = |verb: &Verb| !matches!(verb, Verb::Text(_));
        Self { verbs: response.into_children().into_iter().filter(is_verb).collect(), problems }
    }
}

/// What is said of a document as it comes: its attributes, but not those values that have a code of their own.
fn is_noted(problem: &Problem) -> bool {
    match problem.kind() {
        // `xml:lang` and such.
        ProblemKind::Attribute(name) => !name.contains(':'),
        ProblemKind::Value(name) => !check::has_rule(problem.element(), name),
        _ => false,
    }
}

/// The document in an answer and the address that it came from.
pub(super) fn of(outcome: Outcome) -> Result<(Document, String), Failure> {
    if let Some(failure) = outcome.failure {
        return Err(failure);
    }
    let answer = outcome.answer.ok_or_else(|| Failure::new(11200, "no answer"))?;
    if answer.body.len() > MAX_DOCUMENT && !answer.content_type.trim_start().starts_with("audio/") {
        return Err(Failure::new(TOO_LARGE, "the document is longer than the provider reads"));
    }
    let media = answer.content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let document = match media.as_str() {
        "text/xml" | "application/xml" | "text/html" => parse(&answer.body)?,
        "text/plain" => {
            parse(&answer.body).unwrap_or_else(|_| Response::new().say(Say::new(answer.body.trim().to_owned())).into())
        }
        audio if audio.starts_with("audio/") => Response::new().play(Play::new(answer.url.clone())).into(),
        _ if answer.status == 204 => Response::new().into(),
        "" => return Err(Failure::new(CONTENT_TYPE, "the answer has no content type")),
        other => return Err(Failure::new(CONTENT_TYPE, format!("the content type {other} is not a document"))),
    };
    Ok((document, answer.url))
}

/// The document in a text.
pub(super) fn parse(text: &str) -> Result<Document, Failure> {
    let response = Response::parse(text).map_err(|error| match error.kind() {
        ParseErrorKind::Root => Failure::new(ROOT, error.to_string()),
        _ => Failure::new(PARSE, format!("the document is not valid XML: {error}")),
    })?;
    Ok(response.into())
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
        let named = |(document, _): (Document, String)| {
            let elements = document.verbs.iter().filter_map(Verb::as_element);
            elements.map(|verb| format!("{} {}", verb.name(), verb.inner_text())).collect()
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

    #[test]
    fn attributes_that_the_language_does_not_know_are_problems() {
        let text = "<Response><Sing/><Say xml:lang='en'>Hi</Say>\n<Pause lenght='2' length='long'/></Response>";
        let document = parse(text).expect("a document");
        let problems: Vec<_> = document.problems.iter().map(ToString::to_string).collect();
        assert_eq!(problems, ["line 2, column 8: lenght is not an attribute of <Pause>"]);
        assert_eq!(document.verbs.len(), 3);
    }
}
