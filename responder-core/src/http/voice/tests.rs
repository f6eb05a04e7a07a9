use std::{sync::Mutex, time::Duration};

use ::http::{Request, StatusCode};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};

use super::*;
use crate::{
    Timestamp,
    driver::ManualClock,
    http::{Keys, Signatures, UserTokens, testing::intrusions},
    notify::{FailureReporter, NotifyError},
    signature::{Algorithm as Hash, AuthTokens, Payload, with_body_hash},
    token::ApiKey,
    twiml::Element,
};

const PUBLIC: &str = "https://help.example.com/app";
const APPLICATION: &str = "AP00000000000000000000000000000001";
const NOW: i64 = 1_800_000_000;
const SECRET: &str = "what the sessions of the app are signed with";

fn clock() -> Arc<ManualClock> {
    Arc::new(ManualClock::new(Timestamp::from_micros(NOW * 1_000_000)))
}

fn api_key() -> ApiKey {
    let (account, key) = ("AC00000000000000000000000000000001", "SK00000000000000000000000000000001");
    ApiKey::new(account, key, "the secret of the API key".into()).expect("a key")
}

fn settings() -> VoiceSettings {
    let mut settings = VoiceSettings::new(api_key(), APPLICATION, "+15005550006");
    settings.apns_credential_sid = "CR0000000000000000000000000000000a".into();
    settings.fcm_credential_sid = "CR0000000000000000000000000000000f".into();
    settings
}

fn provider() -> AuthTokens {
    AuthTokens::new("the auth token".into()).expect("a token")
}

fn keys() -> Keys {
    let users = UserJwt::with_secret(&SECRET.into()).expect("a secret").with_clock(clock());
    Keys { signatures: Signatures::Checked(provider()), users: Some(Arc::new(users)), ..Keys::default() }
}

/// Remembers what it was told.
#[derive(Debug, Default)]
struct Memory {
    failures: Mutex<Vec<VendorFailure>>,
    happened: Mutex<Vec<String>>,
}

#[async_trait::async_trait]
impl FailureReporter for Memory {
    async fn report(&self, failure: &VendorFailure, _: u64) -> Result<(), NotifyError> {
        self.failures.lock().expect("a list").push(failure.clone());
        Ok(())
    }
}

impl VoiceMetrics for Memory {
    fn token_issued(&self, platform: Platform) {
        self.happened.lock().expect("a list").push(format!("token {platform:?}"));
    }

    fn call_routed(&self, kind: CallKind) {
        self.happened.lock().expect("a list").push(format!("routed {kind:?}"));
    }

    fn call_ended(&self, outcome: CallOutcome, talk: Option<Duration>) {
        self.happened.lock().expect("a list").push(format!("ended {outcome:?} {talk:?}"));
    }
}

/// A table, and what came of asking it.
struct Desk {
    endpoints: Endpoints,
    memory: Arc<Memory>,
}

impl Desk {
    fn new(settings: VoiceSettings) -> Self {
        let memory = Arc::new(Memory::default());
        let failures = VendorFailures::new(memory.clone(), clock());
        let voice = Voice::new(settings).expect("settings").with_clock(clock());
        let voice = voice.with_metrics(memory.clone()).with_failures(Arc::new(failures));
        let endpoints = endpoints(&Arc::new(voice), PUBLIC.parse().expect("a URL")).keys(keys()).build();
        Self { endpoints: endpoints.expect("a table"), memory }
    }

    async fn ask(&self, request: Request<String>) -> (StatusCode, String) {
        let response = self.endpoints.serve(request, None).await;
        let (status, body) = (response.status(), response.into_body());
        (status, String::from_utf8(body.as_full().expect("no stream").to_vec()).expect("text"))
    }

    async fn token(&self, query: &str) -> (StatusCode, Value) {
        let bearer = format!("Bearer {}", jwt(&json!({ "sub": "7", "exp": NOW + 60 })));
        let request = Request::get(format!("{CALL_TOKEN}{query}")).header("authorization", bearer).body(String::new());
        let (status, body) = self.ask(request.expect("a request")).await;
        (status, serde_json::from_str(&body).expect("JSON"))
    }

    /// The provider asks where a call goes.
    async fn route(&self, fields: &[(&str, &str)]) -> Element {
        let (status, document) = self.ask(form(MAKE_CALL, fields)).await;
        assert_eq!(status, 200, "{document}");
        Element::parse(&document).expect("a document")
    }

    fn happened(&self) -> Vec<String> {
        std::mem::take(&mut self.memory.happened.lock().expect("a list"))
    }
}

/// A form as the provider sends it.
fn form(path: &str, fields: &[(&str, &str)]) -> Request<String> {
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let signature = provider().sign(&format!("{PUBLIC}{path}"), Payload::Encoded(body.as_bytes()));
    Request::post(path)
        .header("content-type", "application/x-www-form-urlencoded")
        .header("x-twilio-signature", signature.expect("a signature"))
        .body(body)
        .expect("a request")
}

fn jwt(claims: &Value) -> String {
    encode(&Header::new(Algorithm::HS256), claims, &EncodingKey::from_secret(SECRET.as_bytes())).expect("a token")
}

#[tokio::test]
async fn users_get_tokens_for_their_phones() {
    let desk = Desk::new(settings());
    for (platform, credential) in [("apns", "a"), ("fcm", "f")] {
        let (status, answer) = desk.token(&format!("?type={platform}")).await;
        assert_eq!((status.as_u16(), &answer["status"]), (200, &json!("success")));
        assert_eq!(answer["data"]["identity_prefix"], format!("{APPLICATION}_uid"));
        let token = answer["data"]["token"].as_str().expect("a token");
        let token = api_key().verify(token, Timestamp::from_micros(NOW * 1_000_000)).expect("a token of ours");
        assert_eq!(token.identity(), Some(format!("{APPLICATION}_uid7").as_str()));
        let credential = format!("CR0000000000000000000000000000000{credential}");
        let grant = json!({ "outgoing": { "application_sid": APPLICATION }, "push_credential_sid": credential });
        assert_eq!(token.grant("voice"), Some(&grant));
        assert_eq!(token.expires_at().as_micros(), (NOW + 3600) * 1_000_000);
    }
    assert_eq!(desk.happened(), ["token Apns", "token Fcm"]);
}

#[tokio::test]
async fn what_a_token_grants_and_how_long_can_be_set() {
    let mut settings = settings();
    (settings.incoming, settings.token_ttl) = (true, Duration::from_secs(600));
    let (_, answer) = Desk::new(settings).token("?type=fcm").await;
    let token = answer["data"]["token"].as_str().expect("a token");
    let token = api_key().verify(token, Timestamp::from_micros(NOW * 1_000_000)).expect("a token of ours");
    assert_eq!(token.grant("voice").expect("a grant")["incoming"], json!({ "allow": true }));
    assert_eq!(token.expires_at().as_micros(), (NOW + 600) * 1_000_000);
}

#[tokio::test]
async fn an_unknown_platform_is_refused_and_told_once_a_minute() {
    let desk = Desk::new(settings());
    let long = format!("?type={}", "x".repeat(5000));
    for query in ["?type=web", "", "?type=", "?type=APNS", "?type=apns%00", "?Type=apns", &long] {
        let (status, answer) = desk.token(query).await;
        let got = (status.as_u16(), &answer["code"], &answer["field"]);
        assert_eq!(got, (400, &json!("ERROR_BAD_REQUEST_PARAMS"), &json!("type")), "{query}");
    }
    tokio::task::yield_now().await;
    let told = desk.memory.failures.lock().expect("a list").clone();
    let expected = json!({
        "status": "ERROR", "vendor": "Twilio", "vendorApi": "token", "originApi": "[GET] /api/v1/call_token",
        "errorMsg": "Invalid parameters", "meta": { "type": "web" },
    });
    assert_eq!(told.iter().map(|one| serde_json::to_value(one).expect("JSON")).collect::<Vec<_>>(), [expected]);
    assert_eq!(desk.happened(), [""; 0]);
}

/// A reporter that never comes back keeps nobody waiting.
#[tokio::test]
async fn nobody_waits_for_a_failure_to_be_told() {
    #[derive(Debug)]
    struct Stuck;
    #[async_trait::async_trait]
    impl FailureReporter for Stuck {
        async fn report(&self, _: &VendorFailure, _: u64) -> Result<(), NotifyError> {
            std::future::pending().await
        }
    }
    let voice = Voice::new(settings()).expect("settings").with_clock(clock());
    let voice = voice.with_failures(Arc::new(VendorFailures::new(Arc::new(Stuck), clock())));
    let endpoints = endpoints(&Arc::new(voice), PUBLIC.parse().expect("a URL")).keys(keys()).build().expect("a table");
    let desk = Desk { endpoints, memory: Arc::default() };
    assert_eq!(desk.token("").await.0, 400);
}

#[tokio::test]
async fn calls_go_where_the_app_says() {
    let desk = Desk::new(settings());
    let dial = |from: &str, noun: &str, whom: &str| {
        format!("<Response><Dial callerId=\"{from}\" timeLimit=\"3600\"><{noun}>{whom}</{noun}></Dial></Response>")
    };
    let say = |words: &str| format!("<Response><Say>{words}</Say></Response>");
    let test = say("Congratulations! You have just made your first call. Goodbye.");
    let refused = say("This number can't be called. Goodbye.");
    let ours = "+15005550006";
    for (fields, document) in [
        (&[("to", "+15005550001")][..], dial(ours, "Number", "+15005550001")),
        (&[("to", "(500) 555-0001"), ("from", "client:driver_1")], dial("client:driver_1", "Number", "(500) 555-0001")),
        (&[("to", "passenger_456"), ("from", "")], dial(ours, "Client", "passenger_456")),
        (
            &[("to", "<Hangup/>&\""), ("from", "\"><Say>")],
            dial("&quot;&gt;&lt;Say&gt;", "Client", "&lt;Hangup/&gt;&amp;\""),
        ),
        (&[("to", "")], test.clone()),
        (&[("To", "+15005550001"), ("From", "client:x"), ("CallSid", "CA1")], test.clone()),
        (&[("to", "+++")], refused.clone()),
        (&[("to", " ")], refused),
    ] {
        let asked = desk.route(fields).await;
        let expected = Element::parse(&document).expect("a document");
        assert_eq!(asked, expected, "{fields:?}");
    }
    let kinds = ["Number", "Number", "Client", "Client", "Test", "Test", "Refused", "Refused"];
    assert_eq!(desk.happened(), kinds.map(|kind| format!("routed {kind}")));
}

#[tokio::test]
async fn calls_are_routed_by_json_too() {
    let desk = Desk::new(settings());
    let ask = async |body: &str| {
        let target = with_body_hash(MAKE_CALL, body.as_bytes());
        let signature = provider().sign(&format!("{PUBLIC}{target}"), Payload::Body(body.as_bytes()));
        let request = Request::post(target).header("content-type", "application/json");
        let request = request.header("x-twilio-signature", signature.expect("a signature"));
        desk.ask(request.body(body.to_owned()).expect("a request")).await
    };
    let (status, document) = ask(r#"{"to":"passenger_456","from":"client:driver_123"}"#).await;
    assert_eq!(status, 200);
    assert!(
        document.contains("<Dial callerId=\"client:driver_123\" timeLimit=\"3600\"><Client>passenger_456</Client>")
    );
    for nobody in ["{}", r#"{"to":null,"from":null}"#, r#"{"To":"+15005550001"}"#] {
        let (status, document) = ask(nobody).await;
        assert!(status == 200 && document.contains("<Say>Congratulations!"), "{document}");
    }
    for (odd, code) in [
        (r#"{"to":1}"#, "invalid_json"),
        (r#"{"to":["+15005550001"]}"#, "invalid_json"),
        ("[]", "invalid_json"),
        ("{", "malformed_json"),
        (r#"{"to":"a","to":"b"}"#, "invalid_json"),
    ] {
        let (status, body) = ask(odd).await;
        assert!(status == 400 && body.contains(code), "{odd}: {status} {body}");
    }
}

#[tokio::test]
async fn limits_countries_and_measures_can_be_set() {
    let mut settings = settings();
    (settings.time_limit_secs, settings.call_metrics) = (60, true);
    settings.allowed_countries = vec![crate::CountryCode::new(49).expect("a code")];
    let desk = Desk::new(settings);
    let document = desk.route(&[("to", "+49 30 5550001")]).await;
    let dial = document.elements().next().expect("a verb");
    let said = ["action", "callerId", "timeLimit"].map(|name| dial.get(name));
    assert_eq!(said, [Some("https://help.example.com/app/api/v1/call_ended"), Some("+15005550006"), Some("60")]);
    assert!(document.to_string().contains("<Number>+49305550001</Number>"), "{document}");
    assert!(desk.route(&[("to", "+15005550001")]).await.to_string().contains("can't be called"));

    let long = "9".repeat(30);
    for fields in [
        &[("DialCallStatus", "completed"), ("DialCallDuration", "95")][..],
        &[("DialCallStatus", "no-answer")],
        &[("DialCallStatus", "abducted"), ("DialCallDuration", "-1")],
        &[("DialCallDuration", &long)],
        &[],
    ] {
        let (status, document) = desk.ask(form(CALL_ENDED, fields)).await;
        assert!(status == 200 && document.contains("<Response/>"), "{document}");
    }
    let happened = desk.happened();
    let ended: Vec<_> = happened.iter().filter_map(|what| what.strip_prefix("ended ")).collect();
    assert_eq!(ended, ["Completed Some(95s)", "NoAnswer None", "Other None", "Other None", "Other None"]);
}

#[tokio::test]
async fn nobody_comes_in_without_credentials() {
    let desk = Desk::new(settings());
    assert_eq!(intrusions(&desk.endpoints).await, []);
    desk.endpoints.set_keys(Keys::default());
    assert_eq!(intrusions(&desk.endpoints).await, []);

    let voice = Arc::new(Voice::new(settings()).expect("settings"));
    let public: PublicUrl = PUBLIC.parse().expect("a URL");
    let open = Endpoints::builder(public.clone()).endpoints(rows(&voice, &public, Access::Public)).build();
    assert_eq!(intrusions(&open.expect("a table")).await, [], "make_call is public, and the rest is not");
}

#[tokio::test]
async fn requests_that_are_not_right_do_nothing() {
    let desk = Desk::new(settings());
    let get = |path: &str| Request::get(path).body(String::new()).expect("a request");
    let foreign = |hash| {
        let mut request = form(MAKE_CALL, &[("to", "+15005550001")]);
        let url = format!("{PUBLIC}{CALL_ENDED}");
        let signature = provider().sign_with(hash, &url, Payload::Encoded(request.body().as_bytes()));
        let signature = signature.expect("a signature").parse().expect("a header");
        request.headers_mut().insert("x-twilio-signature", signature);
        request
    };
    let mut text = form(MAKE_CALL, &[]);
    text.headers_mut().insert("content-type", "text/plain".parse().expect("a header"));
    *text.body_mut() = "to=1".to_owned();
    for (request, status) in [
        (get(MAKE_CALL), 405),
        (get(CALL_TOKEN), 401),
        (get("/api/v1/call_token/"), 404),
        (foreign(Hash::HmacSha1), 403),
        (foreign(Hash::HmacSha256), 403),
        (form(MAKE_CALL, &[("to", "1"), ("to", "2")]), 400),
        (form(MAKE_CALL, &[("to", &"1".repeat(70_000))]), 413),
        (text, 403),
    ] {
        let (method, path) = (request.method().clone(), request.uri().clone());
        let answer = desk.ask(request).await;
        assert_eq!(answer.0, status, "{method} {path}: {}", answer.1);
    }
    assert_eq!(desk.happened(), [""; 0]);
}

#[test]
fn settings_are_checked() {
    let check = |change: fn(&mut VoiceSettings)| {
        let mut settings = settings();
        change(&mut settings);
        Voice::new(settings).map(|_| ()).err()
    };
    assert_eq!(check(|_| ()), None);
    assert_eq!(check(|s| s.application_sid = " ".into()), Some(VoiceSettingsError::Application));
    assert_eq!(check(|s| s.from = String::new()), Some(VoiceSettingsError::From));
    assert_eq!(check(|s| s.token_ttl = Duration::from_millis(999)), Some(VoiceSettingsError::TokenTtl));
    assert_eq!(check(|s| s.token_ttl = Duration::from_secs(86_401)), Some(VoiceSettingsError::TokenTtl));
    assert_eq!(check(|s| s.time_limit_secs = 0), Some(VoiceSettingsError::TimeLimit));
    assert_eq!(check(|s| s.time_limit_secs = 86_401), Some(VoiceSettingsError::TimeLimit));
    let shown = format!("{:?}", Voice::new(settings()).expect("settings"));
    assert!(!shown.contains("5005550006") && !shown.contains("the secret"), "{shown}");
}

const RSA: (&str, &str) = (include_str!("testdata/rsa.private.pem"), include_str!("testdata/rsa.public.pem"));
const P256: (&str, &str) = (include_str!("testdata/p256.private.pem"), include_str!("testdata/p256.public.pem"));

/// A way to sign, and who knows users by it.
fn signers() -> [(Algorithm, EncodingKey, UserJwt); 3] {
    let by_secret = UserJwt::with_secret(&SECRET.into()).expect("a secret");
    let by_rsa = UserJwt::with_public_key(RSA.1).expect("a key");
    let by_curve = UserJwt::with_public_key(P256.1).expect("a key");
    [
        (Algorithm::HS256, EncodingKey::from_secret(SECRET.as_bytes()), by_secret.with_clock(clock())),
        (Algorithm::RS256, EncodingKey::from_rsa_pem(RSA.0.as_bytes()).expect("a key"), by_rsa.with_clock(clock())),
        (Algorithm::ES256, EncodingKey::from_ec_pem(P256.0.as_bytes()).expect("a key"), by_curve.with_clock(clock())),
    ]
}

#[test]
fn each_key_takes_its_own_algorithm_and_no_other() {
    let claims = json!({ "sub": "7", "exp": NOW + 60 });
    for (reading, _, users) in signers() {
        for (signing, key, _) in signers() {
            let token = encode(&Header::new(signing), &claims, &key).expect("a token");
            let known = users.user(&token);
            assert_eq!(known.as_deref(), (reading == signing).then_some("7"), "{signing:?} read as {reading:?}");
        }
        // The public key as the secret of an HMAC, and wider hashes of the right family.
        for pem in [RSA.1, P256.1] {
            let key = EncodingKey::from_secret(pem.as_bytes());
            let token = encode(&Header::new(Algorithm::HS256), &claims, &key).expect("a token");
            assert_eq!(users.user(&token), None, "{reading:?}");
        }
    }
    let [(_, secret, by_secret), (_, rsa, by_rsa), _] = signers();
    for algorithm in [Algorithm::HS384, Algorithm::HS512] {
        assert_eq!(by_secret.user(&encode(&Header::new(algorithm), &claims, &secret).expect("a token")), None);
    }
    for algorithm in [Algorithm::RS384, Algorithm::RS512, Algorithm::PS256] {
        assert_eq!(by_rsa.user(&encode(&Header::new(algorithm), &claims, &rsa).expect("a token")), None);
    }
}

#[test]
fn tokens_count_in_their_time_for_their_audience_and_from_their_issuer() {
    let plain = UserJwt::with_secret(&SECRET.into()).expect("a secret").with_clock(clock());
    let strict = plain.clone().audience("calls").issuer("https://login.example.com");
    let custom = plain.clone().claim("uid");
    let soon = NOW + 60;
    for (users, claims, user) in [
        (&plain, json!({ "sub": "7", "exp": soon }), Some("7")),
        (&plain, json!({ "sub": "ada@example.com", "exp": soon, "aud": "x", "iss": "y" }), Some("ada@example.com")),
        (&plain, json!({ "sub": 7, "exp": soon }), Some("7")),
        (&plain, json!({ "sub": -7, "exp": soon as f64 + 0.5 }), Some("-7")),
        (&plain, json!({ "sub": "7" }), None),
        (&plain, json!({ "sub": "7", "exp": "never" }), None),
        (&plain, json!({ "sub": "7", "exp": null }), None),
        (&plain, json!({ "sub": "7", "exp": NOW - 29 }), Some("7")),
        (&plain, json!({ "sub": "7", "exp": NOW - 30 }), None),
        (&plain, json!({ "sub": "7", "exp": soon, "nbf": NOW + 30 }), Some("7")),
        (&plain, json!({ "sub": "7", "exp": soon, "nbf": NOW + 31 }), None),
        (&plain, json!({ "sub": "7", "exp": soon, "nbf": "later" }), None),
        (&plain, json!({ "exp": soon }), None),
        (&plain, json!({ "sub": "", "exp": soon }), None),
        (&plain, json!({ "sub": null, "exp": soon }), None),
        (&plain, json!({ "sub": 7.5, "exp": soon }), None),
        (&plain, json!({ "sub": true, "exp": soon }), None),
        (&plain, json!({ "sub": ["7"], "exp": soon }), None),
        (&plain, json!({ "sub": "7\n8", "exp": soon }), None),
        (&plain, json!({ "sub": "7".repeat(65), "exp": soon }), None),
        (&strict, json!({ "sub": "7", "exp": soon, "aud": "calls", "iss": "https://login.example.com" }), Some("7")),
        (
            &strict,
            json!({ "sub": "7", "exp": soon, "aud": ["x", "calls"], "iss": "https://login.example.com" }),
            Some("7"),
        ),
        (&strict, json!({ "sub": "7", "exp": soon, "aud": "x", "iss": "https://login.example.com" }), None),
        (&strict, json!({ "sub": "7", "exp": soon, "iss": "https://login.example.com" }), None),
        (&strict, json!({ "sub": "7", "exp": soon, "aud": "calls", "iss": "https://login.example.org" }), None),
        (&strict, json!({ "sub": "7", "exp": soon, "aud": "calls" }), None),
        (&custom, json!({ "sub": "7", "uid": 8, "exp": soon }), Some("8")),
        (&custom, json!({ "sub": "7", "exp": soon }), None),
    ] {
        assert_eq!(users.user(&jwt(&claims)).as_deref(), user, "{claims}");
    }
}

#[test]
fn tokens_that_are_none_are_nobodys() {
    let users = UserJwt::with_secret(&SECRET.into()).expect("a secret").with_clock(clock());
    let good = jwt(&json!({ "sub": "7", "exp": NOW + 60 }));
    assert_eq!(users.user(&good).as_deref(), Some("7"));
    let (signed, _) = good.rsplit_once('.').expect("three parts");
    let mut critical = Header::new(Algorithm::HS256);
    critical.crit = Some(vec!["exp".to_owned()]);
    let claims = json!({ "sub": "7", "exp": NOW + 60 });
    let critical = encode(&critical, &claims, &EncodingKey::from_secret(SECRET.as_bytes())).expect("a token");
    let long = jwt(&json!({ "sub": "7", "exp": NOW + 60, "more": "x".repeat(10_000) }));
    let unsigned = format!("eyJhbGciOiJub25lIn0.{}.", signed.split('.').nth(1).expect("claims"));
    for odd in ["", ".", "..", "a.b.c", signed, &format!("{good}x"), &format!("{good}."), &critical, &long, &unsigned] {
        assert_eq!(users.user(odd), None, "{odd}");
    }
}

#[test]
fn keys_are_what_they_should_be() {
    let by_secret = |secret: &str| UserJwt::with_secret(&secret.into()).map(|_| ()).err();
    assert_eq!((by_secret(""), by_secret("x")), (Some(UserKeyError::Empty), None));
    assert_eq!(by_secret(RSA.1), Some(UserKeyError::KeyAsSecret), "everybody may know that");
    let p384 = include_str!("testdata/p384.public.pem");
    let cut = &RSA.1[..RSA.1.len() / 2];
    for odd in
        ["", "x", SECRET, RSA.0, P256.0, p384, cut, "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"]
    {
        assert_eq!(UserJwt::with_public_key(odd).map(|_| ()).err(), Some(UserKeyError::PublicKey), "{odd}");
    }
    let shown = format!("{:?}", UserJwt::with_secret(&SECRET.into()));
    assert_eq!(shown, "Ok(UserJwt([HS256], [REDACTED]))");
}
