//! Resources against a provider that is hostile or broken. With one that is not: `tests/rest`.

use futures_util::{StreamExt, TryStreamExt};

use super::*;
use crate::ConferenceSid;
use crate::telephony::rest::{
    ByteRange, CallDocument, CallFilter, ContentRange, MediaRequest, NewCall, NewParticipant, ParticipantFilter,
};

fn page(next: &str) -> Reply {
    Reply::json(200, &format!(r#"{{"calls":[{CALL}],"next_page_uri":{next}}}"#))
}

/// How many calls came before the list ended, and how it ended.
async fn listed(replies: Vec<Reply>) -> (usize, Result<(), TelephonyError>) {
    let server = Loopback::new(replies);
    let client = client(&server.url());
    let mut calls = client.calls().list(&CallFilter::default());
    let mut count = 0;
    loop {
        match calls.next().await {
            Some(Ok(_)) => count += 1,
            Some(Err(error)) => {
                assert!(calls.next().await.is_none(), "an error is the last item");
                return (count, Err(error));
            }
            None => return (count, Ok(())),
        }
    }
}

fn reason(result: Result<(), TelephonyError>) -> String {
    format!("{:?}", result.expect_err("an error"))
}

#[tokio::test]
async fn credentials_go_nowhere_else() {
    let elsewhere = Loopback::new(vec![page("null")]);
    let other_port = format!("\"{}/2010-04-01/Accounts/{ACCOUNT}/Calls.json?Page=1\"", elsewhere.url());
    for uri in [
        other_port.as_str(),
        "\"https://elsewhere.example.com/\"",
        "\"//elsewhere.example.com/2010-04-01/\"",
        "\"\\\\\\\\elsewhere.example.com/\"",
        "\"http://127.0.0.1/\"",
        "\"javascript:alert(1)\"",
        "\"file:///etc/passwd\"",
    ] {
        let (count, end) = listed(vec![page(uri)]).await;
        assert_eq!(count, 1, "{uri}");
        assert!(reason(end).contains("the next page is on another host"), "{uri}");
    }
    assert_eq!(elsewhere.connections(), 0);
}

#[tokio::test]
async fn a_next_page_does_not_bring_credentials() {
    let server = Loopback::new(vec![]);
    let base = server.url().replace("http://", "http://user:password@");
    let error = client(&server.url()).transport.next_page(&format!("{base}/x")).err().expect("an error");
    assert!(format!("{error:?}").contains("brings credentials of its own"));
}

#[tokio::test]
async fn pages_that_lead_in_a_circle_come_to_an_end() {
    let to_itself = "\"/2010-04-01/x?Page=1\"";
    let (count, end) = listed(vec![page(to_itself), page(to_itself), page(to_itself)]).await;
    assert_eq!(count, 2);
    assert!(reason(end).contains("lead in a circle"));
    let (count, end) = listed(vec![page("\"/a\""), page("\"/b\""), page("\"/a\""), page("null")]).await;
    assert_eq!(count, 3);
    assert!(reason(end).contains("lead in a circle"));
}

#[tokio::test]
async fn addresses_that_would_fill_the_memory_are_not_kept() {
    let long = format!("\"/2010-04-01/x?Page={}\"", "1".repeat(8 * 1024));
    let (count, end) = listed(vec![page(&long), page("null")]).await;
    assert_eq!(count, 1);
    assert!(reason(end).contains("the address of the next page is too long"));
}

#[tokio::test]
async fn the_end_is_said_in_several_ways() {
    for end in ["null", "\"\"", "7"] {
        assert!(matches!(listed(vec![page(end)]).await, (1, Ok(()))), "{end}");
    }
    let silent = Reply::json(200, &format!(r#"{{"calls":[{CALL}]}}"#));
    assert!(matches!(listed(vec![silent]).await, (1, Ok(()))));
    let empty = r#"{"calls":[],"next_page_uri":"/more"}"#;
    assert!(matches!(listed(vec![Reply::json(200, empty), page("null")]).await, (1, Ok(()))), "a page may be empty");
}

#[tokio::test]
async fn pages_that_make_no_sense_are_errors_that_quote_nothing() {
    let secret = "+15005550001";
    let huge = format!("{{\"calls\":[{}]}}", vec![CALL; 60_000].join(","));
    for body in [
        "",
        &format!("<html><body>Sign in, {secret}</body></html>"),
        &format!(r#"{{"calls":[{{"sid":"CA1","to":"{secret}"#),
        &format!(r#"["{secret}"]"#),
        &format!(r#"{{"queues":["{secret}"]}}"#),
        &format!(r#"{{"calls":"{secret}"}}"#),
        &format!(r#"{{"calls":[{{"to":"{secret}"}}]}}"#),
        &format!(r#"{{"calls":[{{"sid":"..","to":"{secret}"}}]}}"#),
        &huge,
    ] {
        let (count, end) = listed(vec![Reply::json(200, body)]).await;
        let said = reason(end);
        assert_eq!(count, 0);
        assert!(said.starts_with("Unknown(") && !said.contains("5005550"), "{said}");
    }
    let cut = "HTTP/1.1 200 OK\r\ncontent-length: 400\r\n\r\n{\"calls\":[".to_owned();
    assert!(listed(vec![Reply::Last(cut)]).await.1.is_err());
}

#[tokio::test]
async fn fields_that_make_no_sense_hide_nothing_else() {
    let odd = r#"{"sid":"CA1","status":"parked","to":"","from":null,"duration":"a while","queue_time":1500,
        "date_created":"yesterday","start_time":7,"parent_call_sid":"","answered_by":["x"],"surprise":{}}"#;
    let server = Loopback::new(vec![Reply::json(200, odd)]);
    let call = client(&server.url()).calls().fetch(&call_sid()).await.expect("a call").value;
    assert_eq!((call.status, call.to, call.duration, call.date_created), (None, None, None, None));
    assert_eq!((call.parent_call_sid, call.answered_by, call.start_time), (None, None, None));
    assert_eq!(call.queue_time, Some(Duration::from_millis(1500)));
}

#[tokio::test]
async fn a_flag_that_makes_no_sense_hides_nobody() {
    let room: ConferenceSid = "CF1".parse().expect("a sid");
    let somebody = |flags: &str| format!(r#"{{"call_sid":"CA1",{flags}}}"#);
    let all = [
        somebody(r#""muted":"true","hold":"false","coaching":true"#),
        somebody(r#""muted":1,"hold":null,"coaching":["x"]"#),
        somebody(r#""muted":"perhaps","hold":{},"coaching":-1.5"#),
    ];
    let server = Loopback::new(vec![Reply::json(200, &format!(r#"{{"participants":[{}]}}"#, all.join(",")))]);
    let client = client(&server.url());
    let here = client.participants(&room).list(&ParticipantFilter::default()).try_collect::<Vec<_>>();
    let flags: Vec<_> =
        here.await.expect("participants").iter().map(|one| (one.muted, one.hold, one.coaching)).collect();
    assert_eq!(flags, [(true, false, true), (false, false, false), (false, false, false)]);
}

#[test]
fn debug_shows_neither_codes_nor_words_nor_people() {
    let order = NewCall {
        send_digits: Some("ww4711#".into()),
        ..NewCall::new("+15005550001", "+15005550006", CallDocument::Inline("<Response>Ada</Response>".into()))
    };
    let participant = NewParticipant { label: Some("Ada".into()), ..NewParticipant::new("client:Ada", "+15005550006") };
    for shown in [format!("{order:?}"), format!("{participant:?}")] {
        assert!(["4711", "Ada", "555"].iter().all(|secret| !shown.contains(secret)), "{shown}");
    }
}

const SOUND: &str = "content-type: audio/mpeg\r\n";

async fn media(reply: Reply, range: Option<ByteRange>) -> Result<(Option<ContentRange>, Vec<u8>), TelephonyError> {
    let server = Loopback::new(vec![reply]);
    let wanted = MediaRequest { range, ..MediaRequest::default() };
    let client = client(&server.url());
    let media = client.recordings().media(&"RE1".parse().expect("a sid"), &wanted).await?;
    let request = server.request();
    assert_eq!(request.line, format!("GET /2010-04-01/Accounts/{ACCOUNT}/Recordings/RE1.wav"));
    assert_eq!(request.header("range").map(str::to_owned), range.map(|range| range.to_string()));
    let part = media.value.part;
    let pieces: Vec<_> = media.value.try_collect().await?;
    Ok((part, pieces.concat()))
}

#[tokio::test]
async fn sound_is_passed_on_as_it_comes() {
    let range = Some(ByteRange::Between(2, 4));
    let (part, bytes) = media(Reply::new(200, SOUND, "0123456789"), range).await.expect("sound");
    assert_eq!((part, bytes.as_slice()), (None, &b"0123456789"[..]), "a range may be ignored");
    let partial = format!("{SOUND}content-range: bytes 2-4/10\r\n");
    let (part, bytes) = media(Reply::new(206, &partial, "234"), range).await.expect("sound");
    assert_eq!((part.expect("a part").total, bytes.as_slice()), (Some(10), &b"234"[..]));
}

#[tokio::test]
async fn what_is_no_sound_is_not_passed_on() {
    for (status, headers) in [
        (200, "content-type: text/html\r\n"),
        (200, ""),
        (206, SOUND),
        (206, "content-type: audio/mpeg\r\ncontent-range: bytes 9-2/10\r\n"),
    ] {
        let error = media(Reply::new(status, headers, "<html>"), None).await.expect_err("no sound");
        assert!(matches!(error, TelephonyError::Unknown { .. }), "{status} {headers}: {error:?}");
    }
    let missing = r#"{"code":20404,"message":"not found","status":404}"#;
    let error = media(Reply::json(404, missing), None).await.expect_err("it is not there");
    assert_eq!((error.is_not_found(), error.code()), (true, Some(20404)));
    let moved = "location: https://elsewhere.example.com/\r\n";
    let error = media(Reply::new(302, moved, ""), None).await.expect_err("it is elsewhere");
    assert!(matches!(error, TelephonyError::Rejected { status: 302, .. }));
    assert!(matches!(
        media(Reply::new(503, "", ""), None).await,
        Err(TelephonyError::Unknown { status: Some(503), .. })
    ));
}

#[tokio::test]
async fn sound_that_breaks_off_is_an_error() {
    let cut = format!("HTTP/1.1 200 OK\r\n{SOUND}content-length: 400\r\n\r\n0123456789");
    assert!(matches!(media(Reply::Last(cut), None).await, Err(TelephonyError::Unknown { .. })));
    let endless = Reply::Bytes(format!("HTTP/1.1 200 OK\r\n{SOUND}content-length: 400\r\n\r\n0123456789"));
    let server = Loopback::new(vec![endless]);
    let builder = TwilioClient::builder(ACCOUNT, "secret".into()).base_url(server.url());
    let builder = builder.connect_timeout(Duration::from_millis(900)).timeout(Duration::from_secs(1));
    let client = builder.build().expect("a client");
    let media = client.recordings().media(&"RE1".parse().expect("a sid"), &MediaRequest::default()).await;
    let pieces: Result<Vec<_>, _> = media.expect("its beginning").value.try_collect().await;
    assert!(matches!(pieces, Err(TelephonyError::Unknown { status: Some(200), .. })), "nothing comes for a second");
}

#[tokio::test]
async fn another_scheme_of_credentials_can_be_configured() {
    let server = Loopback::new(vec![Reply::json(200, "{}")]);
    let dialect = Dialect::new(AccountIds::Any, AuthScheme::Bearer);
    let builder = TwilioClient::builder("account-1", "KEY_1".into()).base_url(server.url()).dialect(dialect);
    builder.build().expect("a client").check_account().await.expect("an answer");
    assert_eq!(server.request().header("authorization"), Some("Bearer KEY_1"));
}
