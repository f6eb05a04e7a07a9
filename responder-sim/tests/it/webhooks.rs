//! Requests to the application: signatures, retries, fallbacks.

use std::time::Duration;

use responder_sim::{HookKind, NumberConfig, Sound};

use crate::world::{LINE, Says, TECHNICIAN, World, values};

#[tokio::test]
async fn a_failing_document_is_replaced_by_the_fallback_which_is_told_why() {
    let no_xml = Says { body: "<Response><Say>Hi</Response>".to_owned(), ..Says::xml("") };
    let wrong_type = Says { headers: vec![("content-type", "application/json".to_owned())], ..Says::xml("") };
    for (says, code) in [(Says::status(500), "11200"), (no_xml, "12100"), (wrong_type, "12300")] {
        let world = World::new().await;
        world.answers("/voice", [says]);
        world.says("/fallback", "<Say>We will call you back.</Say>");
        let fallback = world.url("/fallback");
        let sid = world.call(TECHNICIAN, "/voice", &[("FallbackUrl", &fallback)]).await;
        world.pass(30).await;
        let seen = world.seen_at("/fallback");
        assert_eq!(values(&seen, "ErrorCode"), [code]);
        assert_eq!(values(&seen, "ErrorUrl"), [world.url("/voice")]);
        assert_eq!(values(&seen, "CallSid"), [sid.as_str()]);
        assert!(world.record(&sid).heard_text("call you back"));
        assert_eq!(world.trace().notices[0].code.to_string(), code);
        world.all_signed();
    }
}

#[tokio::test]
async fn without_a_fallback_the_caller_hears_the_providers_words() {
    let world = World::new().await;
    world.answers("/voice", [Says::status(404)]);
    let sid = world.customer_calls("/voice");
    world.pass(5).await;
    let heard: Vec<_> = world.record(&sid).heard.into_iter().map(|heard| heard.what).collect();
    assert_eq!(heard, [Sound::ApplicationError]);
    assert_eq!(values(&world.seen_at("/ended"), "CallStatus"), ["completed"]);

    world.answers("/fallback", [Says::status(500)]);
    let config = NumberConfig::voice(world.url("/voice")).with_voice_fallback(world.url("/fallback"));
    world.network.set_number(LINE, config);
    let sid = world.network.dial(responder_sim::DialIn::new("+15005550012", LINE)).expect("a call");
    world.pass(5).await;
    assert_eq!(world.seen_at("/fallback").len(), 1, "the fallback has no fallback");
    assert_eq!(world.record(&sid).heard.len(), 1);
}

#[tokio::test]
async fn the_fragment_says_what_is_tried_again_with_the_same_token() {
    let world = World::new().await;
    world.answers("/voice", [Says::status(503), Says::status(500), Says::xml("<Say>Third time.</Say>")]);
    let sid = world.call(TECHNICIAN, "/voice#rc=2&rp=5xx", &[]).await;
    world.pass(30).await;
    let voice = world.seen_at("/voice");
    assert_eq!(voice.len(), 3);
    let tokens: Vec<_> = voice.iter().map(|seen| seen.header("i-twilio-idempotency-token")).collect();
    assert!(tokens[0].is_some() && tokens.iter().all(|token| *token == tokens[0]), "{tokens:?}");
    assert!(world.record(&sid).heard_text("third time"));
    assert_eq!(world.trace().webhooks(HookKind::Voice).next().expect("a webhook").attempts, 3);

    world.answers("/once", [Says::status(500)]);
    world.call(TECHNICIAN, "/once", &[]).await;
    world.pass(30).await;
    assert_eq!(world.seen_at("/once").len(), 1, "an error is not tried again unless asked");
    let other = world.trace().webhooks(HookKind::Voice).last().and_then(|hook| hook.token.clone());
    assert_ne!(other.as_deref(), tokens[0]);
}

#[tokio::test]
async fn no_connection_is_tried_again_once_by_default() {
    let world = World::new().await;
    let fields = [("To", TECHNICIAN), ("From", LINE), ("Url", "http://127.0.0.1:1/voice")];
    world.post("Calls.json", &fields).await;
    world.pass(10).await;
    let trace = world.trace();
    let hook = trace.webhooks(HookKind::Voice).next().expect("a webhook");
    assert_eq!((hook.attempts, hook.status), (2, None));
    assert_eq!(trace.notices[0].code, 11205);
}

#[tokio::test]
async fn a_slow_answer_is_given_up_and_not_tried_again() {
    let world = World::with(|builder| builder.webhook_cap(Duration::from_secs(10))).await;
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}/voice#rt=100&rp=5xx", silent.local_addr().expect("an address"));
    world.post("Calls.json", &[("To", TECHNICIAN), ("From", LINE), ("Url", &url)]).await;
    world.pass(10).await;
    let trace = world.trace();
    let hook = trace.webhooks(HookKind::Voice).next().expect("a webhook");
    assert_eq!((hook.attempts, trace.notices[0].code), (1, 11200));
    drop(silent);
}

#[tokio::test]
async fn the_cap_of_the_network_ends_every_attempt() {
    let world = World::with(|builder| builder.webhook_cap(Duration::from_millis(150))).await;
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}/voice#rc=5&rp=rt&rt=15000", silent.local_addr().expect("an address"));
    world.post("Calls.json", &[("To", TECHNICIAN), ("From", LINE), ("Url", &url)]).await;
    world.pass(10).await;
    assert_eq!(world.trace().webhooks(HookKind::Voice).next().expect("a webhook").attempts, 1);
    drop(silent);
}

#[tokio::test]
async fn redirections_are_followed_and_signed_again_but_not_forever() {
    let world = World::new().await;
    world.answers("/voice", [Says::status(307).with("location", "/moved")]);
    world.says("/moved", "<Say>Here.</Say>");
    let sid = world.call(TECHNICIAN, "/voice", &[]).await;
    world.pass(10).await;
    assert_eq!(world.seen_at("/moved")[0].method, "POST");
    assert!(world.record(&sid).heard_text("here"));
    world.all_signed();
    world.answers("/circle", [Says::status(302).with("location", "/circle")]);
    world.call(TECHNICIAN, "/circle", &[]).await;
    world.pass(10).await;
    assert_eq!(world.seen_at("/circle").len(), 11);
    assert_eq!(world.trace().notices[0].code, 11215);
}

#[tokio::test]
async fn cookies_are_kept_per_call() {
    let world = World::new().await;
    let says = Says::xml("<Redirect>/second</Redirect>").with("set-cookie", "step=1; Path=/");
    world.answers("/voice", [says]);
    world.says("/second", "<Say>Hello.</Say>");
    world.call(TECHNICIAN, "/voice", &[]).await;
    world.pass(10).await;
    assert_eq!(world.seen_at("/voice")[0].header("cookie"), None);
    assert_eq!(world.seen_at("/second")[0].header("cookie"), Some("step=1"));
    world.call(TECHNICIAN, "/voice", &[]).await;
    world.pass(10).await;
    assert_eq!(world.seen_at("/voice")[1].header("cookie"), None, "another call");
}

#[tokio::test]
async fn credentials_in_an_address_are_given_when_asked_for() {
    let world = World::new().await;
    world.answers("/voice", [Says::status(401), Says::xml("<Say>Welcome.</Say>")]);
    let url = world.url("/voice").replace("http://", "http://user:secret@");
    let (_, body) = world.post("Calls.json", &[("To", TECHNICIAN), ("From", LINE), ("Url", &url)]).await;
    world.pass(10).await;
    let voice = world.seen_at("/voice");
    assert_eq!(voice[0].header("authorization"), None);
    assert_eq!(voice[1].header("authorization"), Some("Basic dXNlcjpzZWNyZXQ="));
    let sid = responder_sim::Sid::from(body["sid"].as_str().expect("a sid"));
    assert!(world.record(&sid).heard_text("welcome"));
    world.all_signed();
}

#[tokio::test]
async fn https_addresses_reach_a_mapped_host_and_are_signed_as_written() {
    let world = World::new().await;
    world.says("/voice", "<Say>Secure.</Say>");
    let url = "https://app.example.com/voice?branch=a%20b";
    let (_, body) = world.post("Calls.json", &[("To", TECHNICIAN), ("From", LINE), ("Url", url)]).await;
    world.pass(10).await;
    let sid = responder_sim::Sid::from(body["sid"].as_str().expect("a sid"));
    assert!(world.record(&sid).heard_text("secure"));
    world.all_signed();
    world.post("Calls.json", &[("To", TECHNICIAN), ("From", LINE), ("Url", "https://unknown.example.com/")]).await;
    world.pass(10).await;
    assert_eq!(world.trace().notices[0].code, 11205);
}

#[tokio::test]
async fn callbacks_can_be_asked_for_by_get() {
    let world = World::new().await;
    world.says("/voice", "<Pause/>");
    let status = world.url("/status?branch=1");
    let more = [("Method", "GET"), ("StatusCallback", status.as_str()), ("StatusCallbackMethod", "GET")];
    world.call(TECHNICIAN, "/voice", &more).await;
    world.pass(30).await;
    let seen = world.seen_at("/status");
    assert_eq!((seen[0].method.as_str(), seen[0].field("branch")), ("GET", Some("1")));
    assert_eq!(seen[0].field("CallStatus"), Some("completed"));
    assert_eq!(world.seen_at("/voice")[0].method, "GET");
    world.all_signed();
}
