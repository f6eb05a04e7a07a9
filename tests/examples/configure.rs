//! `branch configure`, as an operator runs it, on the numbers of a simulated account.

use responder_sim::{NumberConfig, Simulator};

use crate::common::process::example;

const CUSTOMERS: &str = "+15005550006";
const AUTOMATED: &str = "+15005550007";

/// How it ended, and what it said on either output.
struct Ended {
    code: Option<i32>,
    out: String,
    err: String,
}

async fn run(network: &Simulator, arguments: &[&str], more: &[(&str, &str)]) -> Ended {
    let mut command = example("branch");
    command
        .args(arguments)
        .env("PUBLIC_URL", "https://help.example.com/tuc")
        .env("TWILIO_ACCOUNT_SID", network.account_sid())
        .env("TWILIO_AUTH_TOKEN", network.auth_token())
        .env("TWILIO_API_URL", network.url())
        .env("TWILIO_PHONE_NUMBER", CUSTOMERS)
        .envs(more.iter().copied());
    let output = command.output().await.expect("the example, as cargo builds it");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    Ended { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}

async fn network() -> Simulator {
    let network = Simulator::builder().start().await.expect("a phone network");
    network.set_number(CUSTOMERS, NumberConfig::voice("https://old.example.com/voice"));
    // Digits that the other number ends in as well.
    network.set_number("+15005550066", NumberConfig::voice("https://other.example.com/voice"));
    network
}

fn entered(network: &Simulator, number: &str) -> NumberConfig {
    network.number(number).expect("a number of the account")
}

#[tokio::test]
async fn what_differs_is_shown_and_left() {
    let network = network().await;
    let before = entered(&network, CUSTOMERS);
    let ended = run(&network, &["configure"], &[]).await;
    assert_eq!(ended.code, Some(3), "{}", ended.err);
    let expected = "\
TWILIO_PHONE_NUMBER (it ends in 06):
  - voice             POST https://old.example.com/voice
  + voice             POST https://help.example.com/tuc/incoming_twilio_call#rc=3&rp=5xx,ct,rt&rt=4000
  + voice fallback    POST https://help.example.com/tuc/call_fallback#rc=3&rp=5xx,ct,rt&rt=4000
  + status callback   POST https://help.example.com/tuc/customer_call_ended#rc=3&rp=5xx,ct,rt&rt=4000
  + sms               POST https://help.example.com/tuc/sms_reply#rc=3&rp=5xx,ct,rt&rt=4000
Nothing was changed. To change it: configure --apply
";
    assert_eq!(ended.out, expected);
    assert_eq!(entered(&network, CUSTOMERS), before);
    assert_eq!(ended.err, "", "and nothing else");
}

#[tokio::test]
async fn what_differs_is_changed_once() {
    let network = network().await;
    let other = entered(&network, "+15005550066");
    network.set_number(AUTOMATED, NumberConfig { voice_method: Some("GET".to_owned()), ..NumberConfig::default() });
    let more = [("TWILIO_AUTOMATED_NUMBER", "500 555 0007"), ("FALLBACK_URL", "https://static.example.com/sorry.xml")];
    let ended = run(&network, &["configure", "--apply"], &more).await;
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    assert!(ended.out.ends_with("Everything is now as it should be.\n"), "{}", ended.out);
    for number in [CUSTOMERS, AUTOMATED] {
        let entered = entered(&network, number);
        let retried = |path: &str| Some(format!("https://help.example.com/tuc/{path}#rc=3&rp=5xx,ct,rt&rt=4000"));
        assert_eq!(entered.voice_url, retried("incoming_twilio_call"));
        assert_eq!(entered.voice_method.as_deref(), Some("POST"));
        assert_eq!(entered.voice_fallback_url.as_deref(), Some("https://static.example.com/sorry.xml"));
        assert_eq!(entered.status_callback, retried("customer_call_ended"));
        assert_eq!(entered.sms_url, retried("sms_reply"));
    }
    assert_eq!(entered(&network, "+15005550066"), other, "another number of the account");

    let again = run(&network, &["configure"], &more).await;
    assert_eq!((again.code, again.out.lines().last()), (Some(0), Some("Everything is as it should be.")));
    assert!(!again.out.contains("  + ") && !again.out.contains("  - "), "{}", again.out);
    let posts = network.trace().requests.iter().filter(|request| request.method == "POST").count();
    assert_eq!(posts, 2, "one for each number");
}

#[tokio::test]
async fn an_application_in_the_way_is_taken_away() {
    let network = network().await;
    let apply = ["configure", "--apply"];
    assert_eq!(run(&network, &apply, &[]).await.code, Some(0));
    let application = Some("AP00000000000000000000000000000001".to_owned());
    network.set_number(CUSTOMERS, NumberConfig { voice_application: application, ..entered(&network, CUSTOMERS) });
    let shown = run(&network, &["configure"], &[]).await;
    assert_eq!(shown.code, Some(3));
    assert!(shown.out.contains("  - voice application AP00000000000000000000000000000001\n"), "{}", shown.out);
    assert_eq!(run(&network, &apply, &[]).await.code, Some(0));
    assert_eq!(entered(&network, CUSTOMERS).voice_application, None);
}

#[tokio::test]
async fn what_stands_in_the_way_is_said_without_secrets() {
    let network = network().await;
    let missing = run(&network, &["configure"], &[("TWILIO_AUTOMATED_NUMBER", "+15005550099")]).await;
    assert_eq!(missing.code, Some(1));
    assert!(missing.err.contains("no number that is TWILIO_AUTOMATED_NUMBER (it ends in 99)"), "{}", missing.err);
    let refused = run(&network, &["configure"], &[("TWILIO_AUTH_TOKEN", "not-the-token")]).await;
    assert_eq!(refused.code, Some(1));
    assert!(refused.err.contains("status 401"), "{}", refused.err);
    let away = run(&network, &["configure"], &[("TWILIO_API_URL", "http://127.0.0.1:1")]).await;
    assert_eq!(away.code, Some(1));
    for (name, value) in [("PUBLIC_URL", ""), ("TWILIO_PHONE_NUMBER", ""), ("TELEPHONY_PROVIDER", "plivo")] {
        let bad = run(&network, &["configure"], &[(name, value)]).await;
        assert_eq!(bad.code, Some(2), "{name}");
        assert!(bad.err.starts_with(name), "{}", bad.err);
    }
    for wrong in [&["configure", "--aply"][..], &["confgure"], &["configure", "--apply", "x"]] {
        assert_eq!(run(&network, wrong, &[]).await.code, Some(2), "{wrong:?}");
    }
    for ended in [missing, refused, away] {
        let said = format!("{}{}", ended.out, ended.err);
        assert!(!said.contains("5005550") && !said.contains("not-the-token"), "{said}");
    }
}
