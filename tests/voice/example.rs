//! `examples/voice`, as a process.

use responder::Timestamp;
use serde_json::Value;
use tokio::time::timeout;

use super::{
    SECRET, api_key,
    common::{
        patience::SOON,
        process::{Process, example},
    },
    user_token,
};

/// All that must be set.
const SET: [(&str, &str); 9] = [
    ("PORT", "0"),
    ("PUBLIC_URL", "https://example.com/app"),
    ("TWILIO_ACCOUNT_SID", "AC00000000000000000000000000000001"),
    ("TWILIO_API_KEY", "SK00000000000000000000000000000001"),
    ("TWILIO_API_KEY_SECRET", "the secret of the API key"),
    ("TWILIO_ML_APP_SID", "AP00000000000000000000000000000001"),
    ("TWILIO_FROM", "+15005550006"),
    ("TWILIO_AUTH_TOKEN", "the auth token"),
    ("USER_JWT_SECRET", SECRET),
];

#[tokio::test]
async fn it_serves_what_its_environment_says() {
    let mut command = example("voice");
    command.envs(SET).env("OPERATOR_PASSWORD", "a password");
    let mut service = Process::start(command);
    service.until_said("\n").await;
    let said = service.said();
    let here = said.lines().next().and_then(|line| line.strip_prefix("voice service on ")).expect("an address");
    let http = reqwest::Client::new();

    let ask = http.get(format!("{here}/api/v1/call_token?type=apns")).bearer_auth(user_token());
    let answer: Value = ask.send().await.expect("an answer").json().await.expect("JSON");
    let token = answer["data"]["token"].as_str().expect("a token");
    assert_eq!(
        api_key().verify(token, Timestamp::now()).expect("ours").identity().map(|id| id.ends_with("_uid7")),
        Some(true)
    );
    let metrics = http.get(format!("{here}/metrics"));
    let refused = metrics.try_clone().expect("a request").send().await.expect("an answer");
    assert_eq!(refused.status(), 401);
    let counted = metrics.basic_auth("operator", Some("a password")).send().await.expect("an answer");
    let counted = counted.text().await.expect("a text");
    assert!(counted.contains("voice_tokens_issued_total{platform=\"apns\"} 1\n"), "{counted}");

    service.ends_at("-TERM").await;
}

#[tokio::test]
async fn what_is_missing_or_wrong_is_said_in_a_sentence() {
    let said = async |change: (&str, Option<&str>)| {
        let mut command = example("voice");
        command.envs(SET);
        match change {
            (name, Some(value)) => command.env(name, value),
            (name, None) => command.env_remove(name),
        };
        let output = timeout(SOON, command.output()).await.expect("it ends").expect("the example");
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        (output.status.code(), text.lines().last().unwrap_or_default().to_owned())
    };
    let starts = |(code, line): (Option<i32>, String), name: &str| {
        assert!(code == Some(2) && line.starts_with(&format!("{name} ")) && line.ends_with("See --help."), "{line}");
    };
    for (name, _) in SET.iter().filter(|(name, _)| *name != "PORT") {
        starts(said((name, None)).await, name);
    }
    for (name, odd) in [
        ("TOKEN_TTL_SECONDS", "86401"),
        ("TWILIO_CALL_TIME_LIMIT", "long"),
        ("TWILIO_CALL_TIME_LIMIT", "0"),
        ("ALLOWED_COUNTRY_CODES", "US"),
        ("ALLOWED_COUNTRY_CODES", ","),
        ("MAKE_CALL_ACCESS", "everybody"),
        ("SLACK_WEBHOOK_URL", "hooks.example.com"),
        ("USER_JWT_SECRET", "-----BEGIN PUBLIC KEY-----"),
    ] {
        starts(said((name, Some(odd))).await, name);
    }
    let both = said(("USER_JWT_PUBLIC_KEY", Some("-----BEGIN PUBLIC KEY-----"))).await;
    starts(both, "USER_JWT_SECRET");
}

#[tokio::test]
async fn help_lists_the_variables() {
    let output = example("voice").arg("--help").output().await.expect("the example");
    let help = String::from_utf8(output.stdout).expect("text");
    for (name, _) in SET {
        assert!(help.contains(name), "{name}");
    }
    assert!(output.status.success() && help.contains("SLACK_WEBHOOK_URL"));
    assert_eq!(example("voice").arg("--verbose").output().await.expect("the example").status.code(), Some(2));
}
