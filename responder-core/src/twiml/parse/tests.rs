use proptest::prelude::*;

use super::*;
use crate::twiml::Node;

fn fails(source: &str) -> (u32, u32, ParseErrorKind) {
    let error = Element::parse(source).expect_err(source);
    (error.line(), error.column(), error.kind())
}

fn reads(source: &str) -> Element {
    Element::parse(source).unwrap_or_else(|error| panic!("{source}: {error}"))
}

#[test]
fn reads_what_services_write() {
    let source = "\u{feff}<?xml version='1.0' encoding='UTF-8' standalone='yes'?>\r\n<!-- ours -->\r\n<?pi x?>\
                  <Response>\r\n  <Say voice = 'alice'\tloop=\"2\" >A &amp; <![CDATA[<B>]]> &#x1F6A8;&#33;<!-- c -->.</Say>\
                  <Pause/></Response >\n<!-- end -->\n";
    let root = reads(source);
    let say = root.elements().next().expect("a verb");
    assert_eq!(root.children()[0], Node::Text("\n  ".into()));
    assert_eq!(say.children(), [Node::Text("A & <B> 🚨!.".into())]);
    assert_eq!(say.attributes().collect::<Vec<_>>(), [("voice", "alice"), ("loop", "2")]);
    assert_eq!(root.elements().map(Element::name).collect::<Vec<_>>(), ["Say", "Pause"]);
}

#[test]
fn attribute_values_are_normalised() {
    let root = reads("<a b=\"1\t2\r\n3\r4\n5 &#9;&#10;&#13;&quot;&apos;>'\"/>");
    assert_eq!(root.get("b"), Some("1 2 3 4 5 \t\n\r\"'>'"));
}

#[test]
fn refuses_what_is_ill_formed_and_says_where() {
    use ParseErrorKind::*;
    let cases = [
        ("", (1, 1, UnexpectedEnd)),
        ("  \n ", (2, 2, UnexpectedEnd)),
        ("<!-- only -->", (1, 14, UnexpectedEnd)),
        ("hello", (1, 1, OutsideRoot)),
        ("<a/>x", (1, 5, OutsideRoot)),
        ("<a/>&amp;", (1, 5, OutsideRoot)),
        ("<![CDATA[ ]]><a/>", (1, 1, OutsideRoot)),
        ("<a/>\n<b/>", (2, 1, OutsideRoot)),
        ("<a>", (1, 4, UnexpectedEnd)),
        ("<a>\né<b></a>", (2, 5, EndTag)),
        ("</a>", (1, 1, EndTag)),
        ("<a></a></a>", (1, 8, EndTag)),
        ("<a", (1, 1, Syntax)),
        ("<a b='1>", (1, 1, Syntax)),
        ("<a b=1/>", (1, 4, Syntax)),
        ("<a b/>", (1, 4, Syntax)),
        ("<a b='1'c='2'/>", (1, 9, Syntax)),
        ("<a b='<'/>", (1, 4, Syntax)),
        ("<a b='1' b='2'/>", (1, 10, DuplicateAttribute)),
        ("<a 1='1'/>", (1, 4, Name)),
        ("<1/>", (1, 1, Name)),
        ("<a>]]></a>", (1, 4, Syntax)),
        ("<a>&nbsp;</a>", (1, 4, Reference)),
        ("<a>&#0;</a>", (1, 4, Reference)),
        ("<a>&#xFFFE;</a>", (1, 4, Reference)),
        ("<a>&#xD800;</a>", (1, 4, Reference)),
        ("<a>&#+65;</a>", (1, 4, Reference)),
        ("<a>&#X41;</a>", (1, 4, Reference)),
        ("<a>&#;</a>", (1, 4, Reference)),
        ("<a>\n&</a>", (2, 1, Reference)),
        ("<a b='&'/>", (1, 4, Reference)),
        ("<a b='&x;'/>", (1, 4, Reference)),
        ("<a>\u{1}</a>", (1, 4, Character)),
        ("<a>\n \u{ffff}</a>", (2, 2, Character)),
        ("<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", (1, 1, DocumentType)),
        (" <?xml version='1.0'?><a/>", (1, 2, Declaration)),
        ("<?xml version='1.1'?><a/>", (1, 1, Declaration)),
        ("<?xml?><a/>", (1, 1, Declaration)),
        ("<?xml encoding='UTF-8' version='1.0'?><a/>", (1, 1, Declaration)),
        ("<?xml version='1.0' encoding='UTF 8'?><a/>", (1, 1, Declaration)),
        ("<?xml version='1.0' encoding='UTF&#45;8'?><a/>", (1, 1, Declaration)),
        ("<?xml version='1.0' standalone='perhaps'?><a/>", (1, 1, Declaration)),
        ("<?XML version='1.0'?><a/>", (1, 1, Name)),
        ("<a><?1?></a>", (1, 4, Name)),
        ("<!-- a -- b --><a/>", (1, 8, Syntax)),
    ];
    for (source, (line, column, kind)) in cases {
        assert_eq!(fails(source), (line, column, kind), "{source}");
    }
}

#[test]
fn every_part_knows_where_it_stood() {
    let root = reads("\u{feff}<?xml version='1.0'?>\n<a>é<b c='1'\n  d='é' e='2'/>\r\n\t<f/></a>");
    let [b, f] = &root.elements().collect::<Vec<_>>()[..] else { panic!("two elements") };
    let place = |line, column| Some(Position { line, column });
    assert_eq!([root.position(), b.position(), f.position()], [place(2, 1), place(2, 5), place(4, 2)]);
    assert_eq!(
        ["c", "d", "e", "f"].map(|name| b.attribute_position(name)),
        [place(2, 8), place(3, 3), place(3, 9), None]
    );
    let built = Element::new("f").expect("a name");
    assert_eq!((built.position(), f == &&built), (None, true));
}

#[test]
fn nesting_is_bounded() {
    let nested = |depth: usize| format!("{}{}", "<a>".repeat(depth), "</a>".repeat(depth));
    assert_eq!(reads(&nested(MAX_DEPTH)).name(), "a");
    assert_eq!(fails(&nested(MAX_DEPTH + 1)), (1, 3 * MAX_DEPTH as u32 + 1, ParseErrorKind::Depth));
}

#[test]
fn attributes_are_bounded() {
    let with = |count: usize| format!("<a{}/>", (0..count).map(|n| format!(" b{n}=''")).collect::<String>());
    assert_eq!(reads(&with(MAX_ATTRIBUTES)).attributes().count(), MAX_ATTRIBUTES);
    assert_eq!(fails(&with(MAX_ATTRIBUTES + 1)).2, ParseErrorKind::TooManyAttributes);
}

#[test]
fn errors_do_not_repeat_the_document() {
    let error = Element::parse("<Response>\n<Say>Call +15005550006</say></Response>").expect_err("ill-formed");
    assert_eq!(error.to_string(), "line 2, column 23: an end tag without its start tag");
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![any::<String>(), "[a\r\n\t<>&\"'\\]\u{0}-\u{20}\u{fffd}-\u{ffff}🚨é]{0,12}"]
}

fn tree() -> impl Strategy<Value = Element> {
    let leaf = ("[A-Za-z_][A-Za-z0-9_.-]{0,8}", proptest::collection::vec(("[a-z]{1,4}", text()), 0..4), text())
        .prop_map(|(name, attributes, text)| {
            let mut element = Element::new(name).expect("a name");
            for (name, value) in attributes {
                element.set_attribute(Name::new(name).expect("a name"), value);
            }
            element.text(text)
        });
    leaf.prop_recursive(5, 40, 4, |inner| {
        (inner.clone(), proptest::collection::vec((inner, text()), 0..4)).prop_map(|(parent, children)| {
            children.into_iter().fold(parent, |parent, (child, tail)| parent.child(child).text(tail))
        })
    })
}

proptest! {
    #[test]
    fn what_is_printed_reads_back_equal(tree in tree()) {
        let printed = tree.to_string();
        prop_assert_eq!(Element::parse(&printed).map_err(|error| format!("{error}: {printed}")), Ok(tree));
    }

    #[test]
    fn any_text_is_read_or_refused_without_panic(source in text()) {
        if let Ok(tree) = Element::parse(&source) {
            prop_assert_eq!(Element::parse(&tree.to_string()), Ok(tree));
        }
    }

    #[test]
    fn damaged_documents_never_panic(tree in tree(), cut in any::<prop::sample::Index>(), put in "[<>&\"'/ =a!?-]{0,3}") {
        let mut printed: Vec<char> = tree.to_string().chars().collect();
        let at = cut.index(printed.len());
        printed.splice(at..=at, put.chars());
        if let Ok(tree) = Element::parse(&printed.into_iter().collect::<String>()) {
            prop_assert_eq!(Element::parse(&tree.to_string()), Ok(tree));
        }
    }
}
