//! Documents that are wrong: what the debugger says, and what the fallback address is told.

use responder_sim::NumberConfig;

use crate::world::{CUSTOMER, LINE, Says, World};

/// What comes of a document at the first address.
async fn told(says: Says) -> (World, Option<String>) {
    let world = World::new().await;
    world.answers("/voice", [says]);
    world.says("/fallback", "<Say>Something is wrong here.</Say>");
    let number = NumberConfig::voice(world.url("/voice")).with_voice_fallback(world.url("/fallback"));
    world.network.set_number(LINE, number);
    let call = world.network.dial(responder_sim::DialIn::new(CUSTOMER, LINE)).expect("it is set up");
    world.pass(60).await;
    let fallback = world.seen_at("/fallback");
    let code = fallback.first().map(|seen| {
        assert_eq!(seen.field("ErrorUrl"), Some(world.url("/voice").as_str()));
        assert_eq!(seen.field("CallSid"), Some(call.as_str()));
        seen.field("ErrorCode").expect("a code").to_owned()
    });
    assert_eq!(code.is_some(), world.record(&call).heard_text("something is wrong"));
    (world, code)
}

#[tokio::test]
async fn what_can_not_be_run_goes_to_the_fallback_address_with_its_code() {
    let xml = |body: &str| Says { body: body.to_owned(), ..Says::xml("") };
    for (says, code) in [
        (Says::status(404), "11200"),
        (Says::status(302).with("location", "/voice"), "11215"),
        (xml(&format!("<Response><Say>{}</Say></Response>", "x".repeat(70_000))), "11750"),
        (xml("<Response><Say>"), "12100"),
        (xml("<Reply/>"), "12102"),
        (Says { headers: vec![("content-type", "application/pdf".to_owned())], ..xml("x") }, "12300"),
    ] {
        let (world, told) = told(says).await;
        assert_eq!(told.as_deref(), Some(code));
        assert_eq!(world.trace().notices[0].code.to_string(), code, "and into the trace");
    }
}

#[tokio::test]
async fn what_is_only_wrong_in_parts_is_run_and_noted() {
    for (verbs, code) in [
        ("<Say>Hello.</Say><Dance/>", 12200),
        ("<Say lang='en'>Hello.</Say>", 12200),
        ("<Gather timeout='a while'><Say>Hello.</Say></Gather>", 13313),
        ("<Gather><Say>Hello.</Say><Hangup/></Gather>", 13320),
        ("<Say>Hello.</Say><Pause length='long'/>", 13910),
        ("<Say>Hello.</Say><Dial record='maybe'>+15005550006</Dial>", 13217),
        ("<Say>Hello.</Say><Enqueue/>", 14204),
    ] {
        let (world, told) = told(Says::xml(verbs)).await;
        assert_eq!(told, None, "{verbs}");
        let trace = world.trace();
        assert!(trace.calls[0].heard_text("hello"), "{verbs}");
        let codes: Vec<u32> = trace.notices.iter().map(|notice| notice.code).collect();
        assert!(codes.contains(&code), "{verbs}: {codes:?}");
        assert_eq!(trace.notices[0].about.as_ref(), Some(&trace.calls[0].sid));
    }
}
