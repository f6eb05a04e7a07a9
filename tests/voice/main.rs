//! The endpoints of an app that makes calls, over real sockets: under both adapters, called by the phone network, and
//! as the example that runs them.

#[path = "../common/mod.rs"]
mod common;
mod example;

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{Json, Router, extract::State, routing::post};
use common::patience::{SOON, answered};
use responder::{
    Timestamp,
    driver::SystemClock,
    http::{
        Endpoints, Keys, Signatures,
        voice::{self, UserJwt, Voice, VoiceCounters, VoiceSettings},
    },
    notify::{Slack, VendorFailures},
    signature::{AuthTokens, Payload},
    token::{AccessToken, ApiKey},
};
use responder_sim::{ClockMode, DialIn, NumberConfig, Simulator};
use serde_json::{Value, json};
use tokio::net::TcpListener;

const SECRET: &str = "what the sessions of the app are signed with";
const AUTH_TOKEN: &str = "simulated-auth-token";

fn api_key() -> ApiKey {
    let (account, key) = ("AC00000000000000000000000000000001", "SK00000000000000000000000000000001");
    ApiKey::new(account, key, "the secret of the API key".into()).expect("a key")
}

/// What the app shows for user 7. An access token is a JWT whose `sub` is the account, so that one can stand in.
fn user_token() -> String {
    let key = ApiKey::new("7", "app", SECRET.into()).expect("a key");
    AccessToken::new().sign(&key, Timestamp::now()).expect("a token")
}

/// A table at this address, which tells Slack at that one about failures.
fn endpoints(here: SocketAddr, slack: &str) -> (Endpoints, Arc<VoiceCounters>) {
    let mut settings = VoiceSettings::new(api_key(), "AP00000000000000000000000000000001", "+15005550006");
    settings.call_metrics = true;
    let slack = Slack::new(slack.into()).expect("an address");
    let failures = Arc::new(VendorFailures::new(Arc::new(slack), Arc::new(SystemClock)));
    let counters = Arc::new(VoiceCounters::default());
    let voice = Voice::new(settings).expect("settings").with_metrics(counters.clone()).with_failures(failures);
    let tokens = AuthTokens::new(AUTH_TOKEN.into()).and_then(|tokens| tokens.and("a shared key".into()));
    let keys = Keys {
        signatures: Signatures::Checked(tokens.expect("tokens")),
        users: Some(Arc::new(UserJwt::with_secret(&SECRET.into()).expect("a secret"))),
        ..Keys::default()
    };
    let public = format!("http://{here}").parse().expect("a URL");
    (voice::endpoints(&Arc::new(voice), public).keys(keys).build().expect("a table"), counters)
}

#[derive(Clone, Copy, Debug)]
enum Framework {
    Axum,
    Warp,
}

/// Serves the table; gives its address, and what it counts.
async fn serve(framework: Framework, slack: &str) -> (String, Arc<VoiceCounters>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let here = listener.local_addr().expect("an address");
    let (endpoints, counters) = endpoints(here, slack);
    match framework {
        Framework::Axum => {
            let router: Router = responder::axum::router(endpoints);
            let service = router.into_make_service_with_connect_info::<SocketAddr>();
            tokio::spawn(async move { axum::serve(listener, service).await });
        }
        Framework::Warp => {
            tokio::spawn(warp::serve(responder_warp::filter(endpoints)).incoming(listener).run());
        }
    }
    (format!("http://{here}"), counters)
}

/// Something like Slack, and what it was told.
async fn slack() -> (String, Arc<Mutex<Vec<Value>>>) {
    let told: Arc<Mutex<Vec<Value>>> = Arc::default();
    let hook = async |State(told): State<Arc<Mutex<Vec<Value>>>>, Json(message): Json<Value>| {
        told.lock().expect("a list").push(message);
        "ok"
    };
    let router = Router::new().route("/services/secret", post(hook)).with_state(told.clone());
    (format!("{}/services/secret", common::place::serve(router).await), told)
}

#[tokio::test]
async fn apps_and_the_provider_are_answered_under_both_frameworks() {
    for framework in [Framework::Axum, Framework::Warp] {
        let (slack, told) = slack().await;
        let (here, counters) = serve(framework, &slack).await;
        let http = reqwest::Client::new();

        let ask = |query: &str| http.get(format!("{here}{}{query}", voice::CALL_TOKEN)).bearer_auth(user_token());
        let answer: Value = ask("?type=fcm").send().await.expect("an answer").json().await.expect("JSON");
        let token = api_key().verify(answer["data"]["token"].as_str().expect("a token"), Timestamp::now());
        assert_eq!(token.expect("ours").identity(), Some("AP00000000000000000000000000000001_uid7"), "{framework:?}");
        let stranger = http.get(format!("{here}{}?type=fcm", voice::CALL_TOKEN)).send().await.expect("an answer");
        assert_eq!(stranger.status(), 401);

        for _ in 0..2 {
            let refused = ask("?type=web").send().await.expect("an answer");
            assert_eq!(refused.status(), 400);
        }
        let said = answered(SOON, async || told.lock().expect("a list").first().cloned(), |_| true).await;
        assert_eq!(
            said["attachments"][0]["fields"][2],
            json!({ "title": "vendorApi", "value": "token", "short": true })
        );
        assert_eq!(told.lock().expect("a list").len(), 1, "one a minute");

        let form = "to=%2B15005550001&from=client%3Auser_7";
        let signature = AuthTokens::new(AUTH_TOKEN.into()).expect("a token");
        let signature = signature.sign(&format!("{here}{}", voice::MAKE_CALL), Payload::Encoded(form.as_bytes()));
        let call = http.post(format!("{here}{}", voice::MAKE_CALL)).body(form);
        let call = call.header("content-type", "application/x-www-form-urlencoded");
        let unsigned = call.try_clone().expect("a request").send().await.expect("an answer");
        assert_eq!(unsigned.status(), 403);
        let signed = call.header("x-twilio-signature", signature.expect("a signature")).send().await;
        let document = signed.expect("an answer").text().await.expect("a text");
        assert!(document.contains("<Number>+15005550001</Number>"), "{document}");
        let counted = counters.to_string();
        assert!(counted.contains("voice_tokens_issued_total{platform=\"fcm\"} 1\n"), "{counted}");
        assert!(counted.contains("voice_calls_routed_total{kind=\"number\"} 1\n"), "{counted}");
    }
}

/// The network signs with the auth token, or with a shared key and SHA-256, and plays what it is told.
#[tokio::test]
async fn the_network_has_its_calls_routed() {
    let (here, counters) = serve(Framework::Axum, "http://127.0.0.1:9/nobody").await;
    for with_shared_key in [false, true] {
        let network = Simulator::builder().clock(ClockMode::Stepped);
        let network = if with_shared_key { network.webhook_key("webhooks_key_1", "a shared key") } else { network };
        let network = network.start().await.expect("a network");
        network.set_number("+15005550006", NumberConfig::voice(format!("{here}{}", voice::MAKE_CALL)));
        let call = network.dial(DialIn::new("+15005550100", "+15005550006")).expect("a call");
        network.advance(Duration::from_secs(30)).await.expect("a stepped clock");
        let call = network.call(&call).expect("a call");
        assert!(call.heard_text("You have just made your first call"), "{:?}", call.heard);
        network.stop().await;
    }
    assert!(counters.to_string().contains("voice_calls_routed_total{kind=\"test\"} 2\n"));
}
