use proptest::prelude::*;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::*;
use crate::Timestamp;

/// A token that the official Python library (9.13) made, or one that it judged.
#[derive(Deserialize)]
struct Case {
    name: String,
    kind: String,
    input: Input,
    header: Option<Value>,
    claims: Option<Value>,
    token: String,
    valid: Option<bool>,
}

#[derive(Deserialize)]
struct Input {
    #[serde(default = "account")]
    account_sid: String,
    #[serde(default = "key_sid")]
    signing_key_sid: String,
    secret: String,
    now: i64,
    identity: Option<String>,
    #[serde(default)]
    nbf: Value,
    #[serde(default)]
    ttl: u64,
    valid_until: Option<i64>,
    region: Option<String>,
    to_jwt_ttl: Option<u64>,
    #[serde(default)]
    grants: Vec<Map<String, Value>>,
}

fn account() -> String {
    "AC0123456789abcdef0123456789abcdef".to_owned()
}

fn key_sid() -> String {
    "SKfedcba9876543210fedcba9876543210".to_owned()
}

fn cases() -> Vec<Case> {
    include_str!("testdata.jsonl").lines().map(|row| serde_json::from_str(row).expect("a case")).collect()
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros(seconds * 1_000_000)
}

impl Input {
    fn key(&self) -> ApiKey {
        ApiKey::new(&self.account_sid, &self.signing_key_sid, self.secret.as_str().into()).expect("a key")
    }

    /// `None` for what our types do not let anybody say.
    fn token(&self) -> Option<AccessToken<'_>> {
        let mut token = AccessToken::new().ttl(Duration::from_secs(self.to_jwt_ttl.unwrap_or(self.ttl)));
        if let Some(identity) = &self.identity {
            token = token.identity(identity);
        }
        if let Some(region) = &self.region {
            token = token.region(region);
        }
        token = match &self.nbf {
            Value::Number(nbf) => token.not_before(at(nbf.as_i64()?)),
            Value::Null => token.without_not_before(),
            _ => token,
        };
        token = match self.valid_until {
            // In the library, 0 is as good as nothing; to us it is 1970.
            Some(0) => return None,
            Some(end) if self.to_jwt_ttl.is_none() => token.expires_at(at(end)),
            _ => token,
        };
        self.grants.iter().try_fold(token, granted)
    }
}

fn granted<'a>(token: AccessToken<'a>, grant: &'a Map<String, Value>) -> Option<AccessToken<'a>> {
    let text = |name: &str| grant.get(name).and_then(Value::as_str);
    /// Sets what is there.
    macro_rules! grant {
        ($start:expr, $($name:literal => $setter:ident),*) => {{
            let grant = $start;
            $(let grant = match text($name) { Some(value) => grant.$setter(value), None => grant };)*
            grant
        }};
    }
    Some(match grant["grant"].as_str() {
        Some("voice") => {
            token.voice(grant!(voice(grant)?, "push_credential_sid" => push_credential, "endpoint_id" => endpoint))
        }
        Some("video") => token.video(grant!(VideoGrant::new(), "room" => room)),
        Some("chat") => token.chat(grant!(ChatGrant::new(), "service_sid" => service, "endpoint_id" => endpoint,
            "deployment_role_sid" => deployment_role, "push_credential_sid" => push_credential)),
        Some("sync") => token.sync(grant!(SyncGrant::new(), "service_sid" => service, "endpoint_id" => endpoint)),
        Some("task_router") => token.task_router(grant!(TaskRouterGrant::new(), "workspace_sid" => workspace,
            "worker_sid" => worker, "role" => role)),
        Some(other) => panic!("an unknown grant: {other}"),
        None => token.playback(grant["grant"].clone()),
    })
}

fn voice(grant: &Map<String, Value>) -> Option<VoiceGrant<'_>> {
    let voice = match grant.get("incoming_allow") {
        Some(Value::Bool(true)) => VoiceGrant::new().incoming(),
        None | Some(Value::Null | Value::Bool(false)) => VoiceGrant::new(),
        // Truth is a type here.
        Some(_) => return None,
    };
    let params = grant.get("outgoing_application_params").and_then(Value::as_object).cloned().unwrap_or_default();
    match grant.get("outgoing_application_sid").and_then(Value::as_str) {
        Some(application) => Some(voice.outgoing_with(application, params)),
        None if params.is_empty() => Some(voice),
        // Parameters come with an application, or not at all.
        None => None,
    }
}

#[test]
fn tokens_are_those_of_the_reference() {
    let (mut same, mut cant_be_said) = (0, Vec::new());
    for case in cases().iter().filter(|case| case.kind == "access_token") {
        let (input, key) = (&case.input, case.input.key());
        let Some(token) = input.token() else {
            cant_be_said.push(case.name.clone());
            continue;
        };
        let token = token.sign(&key, at(input.now)).expect("a token");
        let part = |no| {
            let text = token.split('.').nth(no).expect("three parts");
            let bytes =
                base64::Engine::decode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, text).expect("base64");
            serde_json::from_slice::<Value>(&bytes).expect("JSON")
        };
        assert_eq!((Some(part(0)), Some(part(1))), (case.header.clone(), case.claims.clone()), "{}", case.name);
        // To the byte, but for what JSON can say in two ways: escapes, and the order of names.
        assert_eq!(token == case.token, !WRITTEN_ELSEHOW.contains(&case.name.as_str()), "{}", case.name);
        same += 1;
    }
    assert_eq!(cant_be_said, ["valid-until-zero", "voice-incoming-truthy-1", "voice-params-without-app"]);
    assert_eq!(same, 22);
}

const WRITTEN_ELSEHOW: [&str; 2] = ["identity-unicode", "playback"];

#[test]
fn tokens_are_judged_as_by_the_reference() {
    let mut judged = 0;
    for case in cases() {
        let verdict = case.input.key().verify(&case.token, at(case.input.now)).map(|_| ());
        let is_over = case.claims.as_ref().is_some_and(|claims| claims["exp"] == case.input.now);
        let expected = match case.name.as_str() {
            "neg/expired" => Err(TokenError::Expired),
            "neg/payload-byte" | "neg/wrong-secret" | "neg/no-sig" | "neg/two-parts" => Err(TokenError::Mismatch),
            "neg/four-parts" | "neg/alg-none" => Err(TokenError::Mismatch),
            "neg/empty" => Err(TokenError::Malformed),
            _ if is_over => Err(TokenError::Expired),
            _ => Ok(()),
        };
        assert!(case.valid.is_none_or(|valid| valid == verdict.is_ok()), "{}", case.name);
        let is_odd = ["neg/two-parts", "neg/four-parts"].contains(&case.name.as_str());
        assert!(verdict == expected || is_odd && verdict == Err(TokenError::Malformed), "{}: {verdict:?}", case.name);
        judged += 1;
    }
    assert_eq!(judged, 33);
}

const NOW: i64 = 1_700_000_000;

fn key() -> ApiKey {
    ApiKey::new(&account(), &key_sid(), "a secret".into()).expect("a key")
}

#[test]
fn everything_that_can_be_granted_is_read_back() {
    let params = json!({ "branch": "tuc", "nested": { "n": 1 } });
    let token = AccessToken::new()
        .identity("user_7")
        .region("ie1")
        .id("one of a kind")
        .not_before(at(NOW - 5))
        .ttl(Duration::from_secs(60))
        .voice(VoiceGrant::new().outgoing_with("AP1", params.as_object().expect("a map").clone()).endpoint("phone"))
        .video(VideoGrant::new().room("attic"))
        .chat(ChatGrant::new().service("IS1").endpoint("e").deployment_role("RL1").push_credential("CR1"))
        .sync(SyncGrant::new().service("IS2").endpoint(""))
        .task_router(TaskRouterGrant::new().workspace("WS1").worker("WK1").role("worker"))
        .playback(json!({ "playbackUrl": "https://example.com" }))
        .sign(&key(), at(NOW))
        .expect("a token");
    let read = key().verify(&token, at(NOW)).expect("a token");
    let granted = |name| read.grant(name).cloned().expect("a grant");
    assert_eq!(
        granted("voice"),
        json!({ "outgoing": { "application_sid": "AP1", "params": params }, "endpoint_id": "phone" })
    );
    assert_eq!(granted("video"), json!({ "room": "attic" }));
    let chat =
        json!({ "service_sid": "IS1", "endpoint_id": "e", "deployment_role_sid": "RL1", "push_credential_sid": "CR1" });
    assert_eq!(granted("chat"), chat);
    assert_eq!(granted("data_sync"), json!({ "service_sid": "IS2" }), "what is blank is left out");
    assert_eq!(granted("task_router"), json!({ "workspace_sid": "WS1", "worker_sid": "WK1", "role": "worker" }));
    assert_eq!(granted("player"), json!({ "playbackUrl": "https://example.com" }));
    assert_eq!(read.grant("identity"), None, "it is none");
    assert_eq!((read.identity(), read.region(), read.id()), (Some("user_7"), Some("ie1"), "one of a kind"));
    assert_eq!((read.not_before(), read.expires_at()), (Some(at(NOW - 5)), at(NOW + 60)));
}

#[test]
fn a_region_is_in_the_header_as_text() {
    let odd = "ie1\",\"alg\":\"none";
    let token = AccessToken::new().region(odd).sign(&key(), at(NOW)).expect("a token");
    assert_eq!(key().verify(&token, at(NOW)).expect("a token").region(), Some(odd));
    let plain = AccessToken::new().region("").sign(&key(), at(NOW));
    assert_eq!(plain, AccessToken::new().sign(&key(), at(NOW)));
}

#[test]
fn a_day_is_the_longest() {
    let day = 86_400;
    let lasting = |seconds| AccessToken::new().ttl(Duration::from_secs(seconds)).sign(&key(), at(NOW)).map(|_| ());
    let until = |end| AccessToken::new().expires_at(end).sign(&key(), at(NOW)).map(|_| ());
    assert_eq!((lasting(0), lasting(day)), (Ok(()), Ok(())));
    assert_eq!((lasting(day + 1), lasting(u64::MAX)), (Err(TokenError::TooLong), Err(TokenError::TooLong)));
    assert_eq!((until(at(NOW)), until(at(NOW + 86_400))), (Ok(()), Ok(())));
    assert_eq!((until(at(NOW + 86_401)), until(at(NOW - 1))), (Err(TokenError::TooLong), Err(TokenError::Expired)));
    assert_eq!(until(Timestamp::from_micros(i64::MAX)), Err(TokenError::TooLong));
}

#[test]
fn a_token_counts_to_the_second() {
    let token = AccessToken::new().not_before(at(NOW + 10)).ttl(Duration::from_secs(20)).sign(&key(), at(NOW));
    let token = token.expect("a token");
    let verdict = |second| key().verify(&token, at(NOW + second)).map(|_| ());
    assert_eq!((verdict(9), verdict(10)), (Err(TokenError::NotYetValid), Ok(())));
    assert_eq!((verdict(19), verdict(20)), (Ok(()), Err(TokenError::Expired)));
    let open = AccessToken::new().without_not_before().sign(&key(), at(NOW)).expect("a token");
    assert_eq!(key().verify(&open, at(0)).map(|token| token.not_before()), Ok(None));
}

/// What a holder of the right secret could sign, and nobody should believe.
#[test]
fn odd_headers_and_claims_are_refused() {
    let sealed = |header: &str, claims: &str| {
        let encode = |text: &str| base64::Engine::encode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, text);
        let mut token = format!("{}.{}", encode(header), encode(claims));
        key().seal(&mut token);
        key().verify(&token, at(NOW)).map(|_| ())
    };
    let header = r#"{"alg":"HS256","typ":"JWT"}"#;
    let (iss, sub) = (key_sid(), account());
    let claims = format!(r#"{{"jti":"a","grants":{{}},"iss":"{iss}","sub":"{sub}","exp":{}}}"#, NOW + 1);
    assert_eq!(sealed(header, &claims), Ok(()));
    for odd in [
        r#"{"alg":"none"}"#,
        r#"{"alg":"HS512","typ":"JWT"}"#,
        r#"{"alg":"HS256","typ":"at+jwt"}"#,
        r#"{"alg":"HS256","cty":"twilio-fpa;v=2"}"#,
        r#"{"alg":"HS256","crit":["exp"]}"#,
        r#"{"alg":"HS256","alg":"HS256"}"#,
        "{}",
        "[]",
        "",
    ] {
        assert_eq!(sealed(odd, &claims), Err(TokenError::Malformed), "{odd}");
    }
    for odd in ["", "{}", "null", &claims.replace("{}", "[]"), &claims.replace(&format!("{}", NOW + 1), "1e99")] {
        assert_eq!(sealed(header, odd), Err(TokenError::Malformed), "{odd}");
    }
    assert_eq!(sealed(header, &claims.replace(&iss, "SK1")), Err(TokenError::Foreign));
    assert_eq!(sealed(header, &claims.replace(&sub, "AC1")), Err(TokenError::Foreign));
    assert_eq!(
        sealed(header, &claims.replace(&format!("{}", NOW + 1), "-9223372036854775808")),
        Err(TokenError::Expired)
    );
}

#[test]
fn debug_shows_no_secret_and_no_person() {
    assert_eq!(format!("{:?}", key()), "ApiKey(SKfedcba9876543210fedcba9876543210, [REDACTED])");
    let token = AccessToken::new().identity("ada").playback(json!({ "playbackUrl": "https://example.com/ada" }));
    let shown = format!("{token:?}");
    assert!(!shown.contains("ada") && shown.contains("3600s"), "{shown}");
    let token = token.sign(&key(), at(NOW)).expect("a token");
    let shown = format!("{:?}", key().verify(&token, at(NOW)));
    assert!(!shown.contains("ada") && shown.contains("2023-11-14T23:13:20Z"), "{shown}");
}

proptest! {
    #[test]
    fn what_is_signed_is_read_back(identity in any::<String>(), id in any::<String>(), now in 0_i64..=4_000_000_000) {
        let token = AccessToken::new().identity(&identity).id(&id).voice(VoiceGrant::new()).sign(&key(), at(now));
        let token = token.expect("a token");
        let read = key().verify(&token, at(now)).expect("a token");
        prop_assert_eq!(read.identity().unwrap_or_default(), &identity);
        prop_assert_eq!(read.id(), &id);
    }

    #[test]
    fn one_changed_character_is_found(place in any::<prop::sample::Index>(), with in "[A-Za-z0-9_.-]") {
        let token = AccessToken::new().identity("user_7").sign(&key(), at(NOW)).expect("a token");
        let place = place.index(token.len());
        let mut changed = token.clone();
        changed.replace_range(place..=place, &with);
        prop_assert_eq!(key().verify(&changed, at(NOW)).is_ok(), changed == token);
    }

    #[test]
    fn any_text_is_judged_without_panic(text in any::<String>(), parts in "[A-Za-z0-9_-]{0,40}(\\.[A-Za-z0-9_-]{0,40}){0,4}") {
        prop_assert!(key().verify(&text, at(NOW)).is_err());
        prop_assert!(key().verify(&parts, at(NOW)).is_err());
        prop_assert_eq!(key().verify(&"a.".repeat(MAX_TOKEN_BYTES), at(NOW)).err(), Some(TokenError::Malformed));
    }
}
