//! Documents read back into types.

use super::{
    voice::{Beep, Conference, Dial, Input, Method, Noun, Pause, Play, Prompt, Response, Say, SayChild, Verb, Voice},
    *,
};

fn only_verb(verb: &str) -> Verb {
    let response = Response::parse(&format!("<Response>{verb}</Response>")).expect(verb);
    let [verb] = <[Verb; 1]>::try_from(response.into_children()).expect("one verb");
    verb
}

#[test]
fn attributes_have_their_types() {
    let Verb::Gather(gather) = only_verb(
        "<Gather input='speech  dtmf' timeout=' 7 ' method='GET' bargeIn='false' action='/a' language='xx'/>",
    ) else {
        panic!("no gather")
    };
    let read = gather.read();
    assert_eq!(read.input(), Ok(Some(vec![Input::Speech, Input::Dtmf])));
    assert_eq!((read.timeout_secs(), read.barge_in()), (Ok(Some(7)), Ok(Some(false))));
    assert_eq!((read.action(), read.method()), (Some("/a"), Some(Open::Known(Method::Get))));
    assert_eq!(read.language(), Some(Open::Other("xx".into())));
    assert_eq!((read.num_digits(), read.hints(), read.debug()), (Ok(None), None, Ok(None)));
}

#[test]
fn a_value_without_sense_is_an_error_at_its_place() {
    let Verb::Dial(dial) = only_verb("<Dial timeout='1.5'\n record='all' sequential='1'/>") else { panic!("no dial") };
    let errors =
        [dial.read().timeout_secs().map(drop), dial.read().record().map(drop), dial.read().sequential().map(drop)];
    let texts = errors.map(|error| error.expect_err("no sense").to_string());
    assert_eq!(
        texts,
        [
            "line 1, column 17: the value of timeout is not a whole number",
            "line 2, column 2: the value of record is not one of its words",
            "line 2, column 15: the value of sequential is not true or false",
        ]
    );
    let built = Dial::new().other_attribute(Name::from_static("timeout"), "soon");
    let error = built.read().timeout_secs().expect_err("no sense");
    assert_eq!((error.to_string().as_str(), error.position()), ("the value of timeout is not a whole number", None));
}

#[test]
fn children_have_their_types_and_nothing_is_lost() {
    let Verb::Dial(dial) = only_verb("<Dial>\n<Conference beep='onEnter'>a</Conference><Fax/>+15005550006</Dial>")
    else {
        panic!("no dial")
    };
    let nouns = dial.clone().into_children();
    let conference = Conference::new("a").beep(Beep::OnEnter);
    let fax = Element::new("Fax").expect("a name");
    let expected =
        [Noun::Text("\n".into()), Noun::Conference(conference), Noun::Other(fax), Noun::Text("+15005550006".into())];
    assert_eq!(nouns, expected);
    let mut again = Element::new("Dial").expect("a name");
    for noun in nouns {
        match Node::from(noun) {
            Node::Text(text) => again.push_text(text),
            Node::Element(element) => again.push(element),
        }
    }
    assert_eq!(again, Element::from(dial));
}

#[test]
fn mixed_content_keeps_its_order() {
    let Verb::Say(say) = only_verb("<Say voice='Polly.Amy'>a<break time='1s'/>b<w role='x'>c</w></Say>") else {
        panic!("no say")
    };
    use voice::ssml::{Break, W};
    let built = Say::new("a").voice(Voice::PollyAmy).break_(Break::new().time("1s")).text("b").w(W::new("c").role("x"));
    assert_eq!(say, built);
    let kinds: Vec<_> = say.into_children().into_iter().map(|child| matches!(child, SayChild::Text(_))).collect();
    assert_eq!(kinds, [true, false, true, false]);
}

#[test]
fn the_root_must_be_a_response() {
    let error = Response::parse("<!-- ours -->\n <Answer/>").expect_err("another root");
    assert_eq!(
        (error.to_string().as_str(), error.kind()),
        ("line 2, column 2: the root element is not a <Response>", ParseErrorKind::Root,)
    );
    assert_eq!(messaging::Response::parse("<a>").expect_err("ill-formed").kind(), ParseErrorKind::UnexpectedEnd);
}

#[test]
fn another_element_does_not_become_the_type() {
    let play = Element::from(Play::new("/a"));
    let error = Pause::try_from(play.clone()).expect_err("no pause");
    assert_eq!((error.to_string().as_str(), error.position()), ("the element is not a <Pause>", None));
    assert_eq!(Play::try_from(play), Ok(Play::new("/a")));
}

#[test]
fn what_has_no_method_is_written_all_the_same() {
    let element = Element::new("New").expect("a name").text("x");
    let response = Response::new()
        .element(element.clone())
        .say(Say::new("a").other_attribute(Name::from_static("mood"), "calm"))
        .element(Prompt::new());
    let printed = "<Response><New>x</New><Say mood=\"calm\">a</Say><Prompt/></Response>";
    assert!(response.to_string().ends_with(printed), "{response}");
    assert_eq!(response.into_children()[0], Verb::Other(element));
}

#[test]
fn words_are_those_of_the_provider() {
    for (word, text) in Voice::ALL.iter().zip(Voice::WORDS) {
        assert_eq!((word.as_str(), Voice::from_word(text)), (*text, Some(*word)));
    }
    assert_eq!((Method::from_word("get"), Method::from_word("")), (None, None));
}

#[test]
fn texts_stand_in_for_elements_that_hold_little_else() {
    let number: crate::E164 = "+15005550006".parse().expect("a number");
    let short = Response::new().say("Hello").play(Play::keys("1w")).pause(Pause::secs(2));
    let short = short.dial(Dial::new().number(number).number("+15005550007"));
    let long = "<Response><Say>Hello</Say><Play digits='1w'/><Pause length='2'/>\
                <Dial><Number>+15005550006</Number><Number>+15005550007</Number></Dial></Response>";
    assert_eq!(Response::parse(long), Ok(short));
    assert_eq!(
        Response::parse("<Response><Dial>+15005550006</Dial></Response>"),
        Ok(Response::new().dial(Dial::calling(number)))
    );
    let hostile = Response::new().say(Say::new("\0<&\u{1b}\"'>🚨").voice("\"en\u{1}"));
    assert!(hostile.to_string().ends_with("<Say voice=\"&quot;en\">&lt;&amp;\"'&gt;🚨</Say></Response>"));
}
