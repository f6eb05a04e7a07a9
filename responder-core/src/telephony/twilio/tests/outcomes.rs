//! What is known after everything that can happen to a request.

use std::{net::TcpListener, thread};

use super::*;

/// How placing a call fails if the server does this. Tried a second time, it would succeed.
async fn outcome(reply: Reply) -> TelephonyError {
    let patience = Duration::from_secs(if matches!(reply, Reply::Silence) { 1 } else { 20 });
    let server = Loopback::new(vec![reply, Reply::json(201, CALL)]);
    let builder = TwilioClient::builder(ACCOUNT, "secret".into()).base_url(server.url());
    let builder = builder.connect_timeout(patience * 9 / 10).timeout(patience);
    let error = builder.build().expect("a client").place_call(&place_call()).await.expect_err("no call");
    server.request();
    error
}

fn retry_after(error: &TelephonyError) -> Option<Option<u64>> {
    match error {
        TelephonyError::RateLimited { retry_after } => Some(retry_after.map(|pause| pause.as_secs())),
        _ => None,
    }
}

fn is_unknown(error: &TelephonyError, expected: Option<u16>) -> bool {
    matches!(error, TelephonyError::Unknown { status, .. } if *status == expected)
}

#[tokio::test]
async fn refused_connections_sent_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    drop(listener);
    let error = client(&format!("http://{address}")).place_call(&place_call()).await.expect_err("nobody there");
    assert!(matches!(error, TelephonyError::NotSent { .. }), "{error:?}");
    assert!(error.is_retryable());
}

#[tokio::test]
async fn hosts_that_do_not_exist_were_sent_nothing() {
    // RFC 6761: names under `.invalid` never resolve.
    let error = client("http://nobody.invalid").place_call(&place_call()).await.expect_err("nobody there");
    assert!(matches!(error, TelephonyError::NotSent { .. }), "{error:?}");
}

#[tokio::test]
async fn failed_handshakes_sent_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let server = thread::spawn(move || drop(listener.accept()));
    let error = client(&format!("https://{address}")).place_call(&place_call()).await.expect_err("no TLS there");
    assert!(matches!(error, TelephonyError::NotSent { .. }), "{error:?}");
    server.join().expect("the server saw a connection");
}

#[tokio::test]
async fn handshakes_that_take_too_long_sent_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    // Nobody accepts: the operating system completes the connection, and the handshake is never answered.
    let builder = TwilioClient::builder(ACCOUNT, "secret".into()).base_url(format!("https://{address}"));
    let client = builder.connect_timeout(Duration::from_millis(50)).build().expect("a client");
    let error = client.place_call(&place_call()).await.expect_err("no answer");
    assert!(matches!(error, TelephonyError::NotSent { .. }), "{error:?}");
}

#[tokio::test]
async fn lost_answers_leave_the_outcome_unknown() {
    assert!(is_unknown(&outcome(Reply::Last(String::new())).await, None), "closed after the request");
    assert!(is_unknown(&outcome(Reply::Silence).await, None), "never answered");
    let head = "HTTP/1.1 201 Created\r\n";
    assert!(is_unknown(&outcome(Reply::Last(head.to_owned())).await, None), "cut in the head");
    let cut = format!("{head}content-length: 400\r\n\r\n{{\"sid\":\"CA1\"");
    assert!(is_unknown(&outcome(Reply::Last(cut)).await, Some(201)), "cut in the body");
    assert!(is_unknown(&outcome(Reply::Last("SSH-2.0-x\r\n".to_owned())).await, None), "not HTTP");
}

#[tokio::test]
async fn a_connection_that_was_closed_while_idle_costs_nothing() {
    let server = Loopback::new(vec![Reply::json(200, CALL).and_close(), Reply::json(200, CALL)]);
    let client = client(&server.url());
    client.fetch_call(&call_sid()).await.expect("an answer");
    server.wait_closed();
    // The runtime looks at its sockets whenever a task steps aside.
    for _ in 0..3 {
        tokio::task::yield_now().await;
    }
    client.place_call(&place_call()).await.expect("an answer on a new connection");
    assert_eq!(server.connections(), 2);
}

#[tokio::test]
async fn answers_that_make_no_sense_leave_the_outcome_unknown() {
    let hello = "<html>+15005550001</html>";
    for body in ["", hello, "{}", r#"{"sid":"","status":"queued"}"#, r#"{"sid":"CA1","status":["+15005550001"]}"#] {
        let error = outcome(Reply::new(200, "", body)).await;
        assert!(error.may_have_been_processed(), "{body}: {error:?}");
        assert!(!format!("{error} {error:?}").contains("5550001"), "{error:?}");
    }
    let endless = format!("{{\"sid\":\"{}\"}}", "x".repeat(2 << 20));
    assert!(is_unknown(&outcome(Reply::new(200, "", &endless)).await, Some(200)));
}

#[tokio::test]
async fn failures_of_the_provider_leave_the_outcome_unknown() {
    for status in [500, 502, 503, 504, 408] {
        let error = outcome(Reply::new(status, "retry-after: 1\r\n", "oops")).await;
        assert!(is_unknown(&error, Some(status)), "{error:?}");
        assert!(!error.is_retryable());
    }
}

#[tokio::test]
async fn too_many_requests_are_safe_to_repeat() {
    let limited = r#"{"code":20429,"message":"Too Many Requests","status":429}"#;
    let cases = [
        ("", None),
        ("retry-after: 7\r\n", Some(7)),
        ("retry-after: Sat, 21 Nov 2026 03:46:13 GMT\r\n", Some(60)),
        ("retry-after: Sat, 21 Nov 2026 03:00:00 GMT\r\n", Some(0)),
        ("retry-after: soon\r\n", None),
        ("retry-after: -1\r\n", None),
    ];
    for (header, pause) in cases {
        let error = outcome(Reply::new(429, header, limited)).await;
        assert_eq!(retry_after(&error), Some(pause), "{header}: {error:?}");
        assert!(error.is_retryable());
    }
}

#[tokio::test]
async fn refusals_keep_the_reason() {
    let invalid = r#"{"code":21211,"message":"'To' +15005550001 is not valid","more_info":"x","status":400}"#;
    let error = outcome(Reply::json(400, invalid)).await;
    assert!(!format!("{error} {error:?}").contains("5550001"), "{error:?}");
    let TelephonyError::Rejected { status, code, message } = error else { panic!("{error:?}") };
    assert_eq!((status, code, message.as_str()), (400, Some(21211), "'To' +15005550001 is not valid"));

    let error = outcome(Reply::new(400, "content-type: text/html\r\n", "<html>no</html>")).await;
    let TelephonyError::Rejected { status, code, message } = error else { panic!("{error:?}") };
    assert_eq!((status, code, message.as_str()), (400, None, "Bad Request"));

    let cut = "HTTP/1.1 401 Unauthorized\r\ncontent-length: 400\r\n\r\n{\"code\":20003".to_owned();
    let error = outcome(Reply::Last(cut)).await;
    assert!(matches!(error, TelephonyError::Rejected { status: 401, code: None, .. }), "{error:?}");
}

#[tokio::test]
async fn redirects_are_refused_and_not_followed() {
    let elsewhere = Loopback::new(vec![Reply::json(201, CALL)]);
    for status in [301, 302, 307, 308] {
        let location = format!("location: {}/\r\n", elsewhere.url());
        let error = outcome(Reply::new(status, &location, "")).await;
        assert!(matches!(error, TelephonyError::Rejected { status: known, .. } if known == status), "{error:?}");
    }
    assert_eq!(elsewhere.connections(), 0);
}

#[tokio::test]
async fn a_configured_proxy_is_used() {
    let proxy = Loopback::new(vec![Reply::json(201, CALL)]);
    let builder = TwilioClient::builder(ACCOUNT, "secret".into()).base_url("http://nobody.invalid").proxy(proxy.url());
    builder.build().expect("a client").place_call(&place_call()).await.expect("the proxy answers");
    assert!(proxy.request().line.starts_with("POST http://nobody.invalid/2010-04-01/"));
}

/// The variables can't be set in this process, whose other tests would see them: another one runs a test with them.
#[test]
fn proxies_of_the_environment_are_ignored() {
    let test = "telephony::twilio::tests::a_call_is_placed_and_read_back";
    let mut other = std::process::Command::new(std::env::current_exe().expect("this program"));
    other.args(["--exact", test]).env_remove("NO_PROXY").env_remove("no_proxy");
    for name in ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
        other.env(name, "http://nobody.invalid:9");
    }
    let output = other.output().expect("it runs");
    let output = String::from_utf8_lossy(&output.stdout);
    assert!(output.contains("1 passed"), "{output}");
}
