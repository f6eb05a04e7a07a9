//! What the language does not know in a document.

use super::*;

fn problems(document: &str) -> Vec<String> {
    let response = voice::Response::parse(document).expect(document);
    response.problems().iter().map(ToString::to_string).collect()
}

#[test]
fn each_is_named_at_its_place() {
    let cases = [
        ("<Response><say>Hi</say></Response>", "line 1, column 11: <say> is not known in <Response>"),
        ("<Response>\n\t<Gather><Dial/></Gather></Response>", "line 2, column 10: <Dial> is not known in <Gather>"),
        ("<Response a='1'/>", "line 1, column 11: a is not an attribute of <Response>"),
        ("<Response><Dial Timeout='5'/></Response>", "line 1, column 17: Timeout is not an attribute of <Dial>"),
        (
            "<Response><Dial timeout='5s'/></Response>",
            "line 1, column 17: the value of timeout in <Dial> is not of its kind",
        ),
        (
            "<Response><Dial timeout='-1'/></Response>",
            "line 1, column 17: the value of timeout in <Dial> is not of its kind",
        ),
        (
            "<Response><Dial sequential='yes'/></Response>",
            "line 1, column 17: the value of sequential in <Dial> is not of its kind",
        ),
        (
            "<Response><Gather input='dtmf keys'/></Response>",
            "line 1, column 19: the value of input in <Gather> is not of its kind",
        ),
        (
            "<Response><Reject reason='no'/></Response>",
            "line 1, column 19: the value of reason in <Reject> is not of its kind",
        ),
        ("<Response>\nHi<Hangup/></Response>", "line 1, column 1: <Response> has no text"),
        ("<Response><Redirect> </Redirect></Response>", "line 1, column 11: <Redirect> needs a text"),
    ];
    for (document, problem) in cases {
        assert_eq!(problems(document), [problem], "{document}");
    }
}

#[test]
fn what_the_language_knows_is_none() {
    let document = "<Response>\n <Gather input=' dtmf  speech ' timeout=' 5 '>\n<Say>a<break/>b<p>c<s>d</s></p></Say>\n</Gather>\n\
                    <Pay><Prompt attempt='1 2' cardType='visa jcb'/></Pay><Dial>+15005550006</Dial></Response>";
    assert_eq!(problems(document), [""; 0]);
}

#[test]
fn the_inside_of_what_is_unknown_is_not_looked_at() {
    assert_eq!(problems("<Response><New><Newer a='1'/>text</New></Response>").len(), 1);
}

#[test]
fn what_was_built_has_no_place() {
    let response = voice::Response::new().pause(voice::Pause::new().other_attribute(Name::from_static("a"), "b"));
    let [problem] = &response.problems()[..] else { panic!("one problem") };
    assert_eq!((problem.to_string().as_str(), problem.position()), ("a is not an attribute of <Pause>", None));
    assert_eq!((problem.element(), problem.kind()), ("Pause", &ProblemKind::Attribute("a".to_owned())));
}
