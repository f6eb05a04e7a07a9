//! What strangers, broken clients and broken providers send.

use base64::{Engine, engine::general_purpose::STANDARD};
use responder::signature::{self, AuthTokens, Payload};

use super::desk::{OWN, PUBLIC, SIGNATURE, sign, tokens};

/// One request, and what must be answered.
pub(crate) struct Row {
    pub(crate) what: &'static str,
    pub(crate) method: &'static str,
    pub(crate) target: String,
    pub(crate) headers: Vec<(&'static str, Vec<u8>)>,
    pub(crate) body: Vec<u8>,
    pub(crate) status: u16,
    /// The stable code in the answer, if it is an error.
    pub(crate) code: Option<&'static str>,
    /// The field that is named.
    pub(crate) field: Option<&'static str>,
}

const JSON: (&str, &str) = ("content-type", "application/json");
const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");
const REPORTER: (&str, &str) = ("authorization", "Bearer the-intake-token");
const SAFE: &str = r#"{"chosen_phone":"+15005550001"}"#;

impl Row {
    fn new(what: &'static str, method: &'static str, target: impl Into<String>, status: u16) -> Self {
        let (headers, body) = (Vec::new(), Vec::new());
        Self { what, method, target: target.into(), headers, body, status, code: None, field: None }
    }

    fn with(mut self, (name, value): (&'static str, &str)) -> Self {
        self.headers.push((name, value.as_bytes().to_vec()));
        self
    }

    fn raw(mut self, name: &'static str, value: &[u8]) -> Self {
        self.headers.push((name, value.to_vec()));
        self
    }

    fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    fn code(mut self, code: &'static str) -> Self {
        self.code = Some(code);
        self
    }

    fn field(mut self, field: &'static str) -> Self {
        self.field = Some(field);
        self
    }

    /// A report with a right token and the body given.
    fn report(what: &'static str, body: impl Into<Vec<u8>>, status: u16) -> Self {
        Self::new(what, "POST", "/webhook", status).with(JSON).with(REPORTER).body(body)
    }

    /// A form that the provider has signed.
    fn signed(what: &'static str, target: impl Into<String>, body: &str, status: u16) -> Self {
        let target = target.into();
        let signature = sign(&target, body);
        Self::new(what, "POST", target, status).with(FORM).with((SIGNATURE, &signature)).body(body)
    }
}

/// All rows; `known` is an emergency that is being handled.
pub(crate) fn rows(known: &str) -> Vec<Row> {
    [json(), fields(), credentials(), keys(), methods_and_paths(), sizes(), signatures(known), ids(known), forms(known)]
        .into_iter()
        .chain([operators(known)])
        .flatten()
        .collect()
}

fn json() -> Vec<Row> {
    let malformed = |what, body: &[u8]| Row::report(what, body, 400).code("malformed_json");
    let unexpected = |what, body: &[u8]| Row::report(what, body, 400).code("invalid_json");
    let deep = [b"{\"x\":".as_slice(), "[".repeat(10_000).as_bytes()].concat();
    vec![
        malformed("no body", b""),
        malformed("half an object", b"{"),
        malformed("a trailing comma", br#"{"chosen_phone":"+15005550001",}"#),
        malformed("two objects", br#"{"chosen_phone":"+15005550001"}{}"#),
        malformed("no UTF-8", b"{\"chosen_phone\":\"\xff\xfe\"}"),
        malformed("half a surrogate pair", br#"{"chosen_phone":"\ud800"}"#),
        malformed("a control character", b"{\"chosen_phone\":\"\x01\"}"),
        malformed("very deep", &deep),
        malformed("not a number", br#"{"chosen_phone":NaN}"#),
        malformed("a comment", b"/* hi */{}"),
        malformed("a byte order mark", b"\xef\xbb\xbf{}"),
        unexpected("null", b"null"),
        unexpected("a text", br#""+15005550001""#),
        unexpected("a list", b"[]"),
        unexpected("a list of the fields", br#"["+15005550001"]"#),
        unexpected("a field twice", br#"{"chosen_phone":"+15005550001","chosen_phone":"+15005550002"}"#),
    ]
}

fn fields() -> Vec<Row> {
    let phone = |what, value: &str| {
        let body = format!(r#"{{"chosen_phone":{value}}}"#);
        Row::report(what, body, 400).code("invalid_report").field("chosen_phone")
    };
    let typed = |what, name: &'static str, value: &str| {
        let body = format!(r#"{{"chosen_phone":"+15005550001","{name}":{value}}}"#);
        Row::report(what, body, 400).code("invalid_type").field(name)
    };
    let long = |what, name: &'static str, length: usize| {
        let body = format!(r#"{{"chosen_phone":"+15005550001","{name}":"{}"}}"#, "ü".repeat(length));
        Row::report(what, body, 400).code("invalid_report").field(name)
    };
    let own = format!("\"{OWN}\"");
    vec![
        Row::report("no field", "{}", 400).code("invalid_report").field("chosen_phone"),
        phone("no phone", "null"),
        phone("an empty phone", "\"\""),
        phone("a blank phone", "\" \""),
        phone("a phone without a plus", "\"15005550001\""),
        phone("letters in a phone", "\"+1500555000a\""),
        phone("a phone that begins with 0", "\"+05005550001\""),
        phone("a phone of 16 digits", "\"+1500555000100000\""),
        phone("a phone of 60,000 digits", &format!("\"+{}\"", "1".repeat(60_000))),
        phone("digits of another script", "\"+\u{0661}5005550001\""),
        phone("a client instead of a phone", "\"client:ada\""),
        phone("a SIP address", "\"sip:ada@example.com\""),
        phone("markup in a phone", "\"+1500<Dial>\""),
        phone("our own number", &own),
        Row::report("a number as phone", r#"{"chosen_phone":15005550001}"#, 400)
            .code("invalid_type")
            .field("chosen_phone"),
        typed("a number as name", "customer_name", "1"),
        typed("a list as address", "incident_address", "[]"),
        typed("an object as description", "emergency_description_text", "{}"),
        typed("a truth as callback", "user_stated_callback_number", "true"),
        long("a name of 201", "customer_name", 201),
        long("an address of 301", "incident_address", 301),
        long("a description of 2,001", "emergency_description_text", 2001),
        long("a callback of 61", "user_stated_callback_number", 61),
    ]
}

fn credentials() -> Vec<Row> {
    let refused = |what| Row::new(what, "POST", "/webhook", 401).with(JSON).body(SAFE);
    let basic = |pair: &str| format!("Basic {}", STANDARD.encode(pair));
    vec![
        refused("nobody"),
        refused("an empty token").with(("authorization", "Bearer ")),
        refused("a wrong token").with(("authorization", "Bearer the-intake-tokem")),
        refused("a token with a tail").with(("authorization", "Bearer the-intake-token2")),
        refused("a token without a scheme").with(("authorization", "the-intake-token")),
        refused("a token in the query's place").with(("x-intake-token", "the-intake-token")),
        refused("the operator's password").with(("authorization", &basic("operator:the-password"))),
        refused("the auth token of the provider").with(("authorization", "Bearer the-auth-token")),
        refused("bytes instead of a token").raw("authorization", b"Bearer \xff\xfe"),
        refused("an HMAC of another body").with(("x-signature-256", &format!("sha256={}", "0".repeat(64)))),
        refused("an HMAC of one digit").with(("x-signature-256", "sha256=0")),
        refused("an HMAC without its name").with(("x-signature-256", &"0".repeat(64))),
        refused("the provider's signature").with((SIGNATURE, &sign("/webhook", ""))),
    ]
}

fn keys() -> Vec<Row> {
    let refused = |what| Row::report(what, SAFE, 400).code("invalid_idempotency_key").field("Idempotency-Key");
    vec![
        refused("an empty key").with(("idempotency-key", "")),
        refused("a key of 256 bytes").with(("idempotency-key", &"k".repeat(256))),
        refused("a key that is no text").raw("idempotency-key", b"\xff"),
        refused("two keys").with(("idempotency-key", "a")).with(("idempotency-key", "b")),
        Row::report("a key that was used", SAFE, 409)
            .code("idempotency_key_reused")
            .field("Idempotency-Key")
            .with(("idempotency-key", "used")),
    ]
}

fn methods_and_paths() -> Vec<Row> {
    let method = |what, method, target: &str| Row::new(what, method, target, 405).code("method_not_allowed");
    let nowhere =
        |what, target: &str| Row::new(what, "POST", target, 404).code("not_found").with(JSON).with(REPORTER).body(SAFE);
    vec![
        method("reading the webhook", "GET", "/webhook"),
        // HEAD has no body, so that there is no code to be seen.
        Row::new("the head of the webhook", "HEAD", "/webhook", 405),
        method("putting to the webhook", "PUT", "/webhook").with(REPORTER),
        method("deleting the webhook", "DELETE", "/webhook").with(REPORTER),
        method("a method nobody knows", "BREW", "/webhook"),
        method("posting a status", "POST", "/api/status"),
        method("cancelling by a link", "GET", "/api/emergencies/x/cancel"),
        method("a call by GET", "GET", "/incoming_twilio_call"),
        Row::new("options", "OPTIONS", "/webhook", 204),
        nowhere("the root", "/"),
        nowhere("a slash too much", "/webhook/"),
        nowhere("a slash before", "//webhook"),
        nowhere("capitals", "/WEBHOOK"),
        nowhere("a slash in disguise", "/api%2femergencies"),
        nowhere("the folder above", "/../webhook"),
        nowhere("no UTF-8", "/webhook%ff"),
        nowhere("a NUL", "/webhook%00"),
        nowhere("a long path", &format!("/{}", "a".repeat(8000))),
    ]
}

fn sizes() -> Vec<Row> {
    let big = format!(r#"{{"chosen_phone":"+15005550001","x":"{}"}}"#, "x".repeat(64 * 1024));
    let typed = |what, kind: &'static str| {
        let row = Row::new(what, "POST", "/webhook", 415).code("unsupported_content_type");
        row.with(("content-type", kind)).with(REPORTER).body(SAFE)
    };
    vec![
        Row::report("more than 64 KiB", big.as_str(), 413),
        Row::new("more than 64 KiB by nobody", "POST", "/webhook", 401).with(JSON).body(big.as_str()),
        Row::signed("a big form", "/sms_reply", &format!("Body={}", "x".repeat(64 * 1024)), 413),
        Row::new("no content type", "POST", "/webhook", 415).with(REPORTER).body(SAFE),
        typed("plain text", "text/plain"),
        typed("a form", "application/x-www-form-urlencoded"),
        typed("many parts", "multipart/form-data; boundary=x"),
        typed("nonsense", "\u{1F4A5}"),
        signed_json("a call as JSON", "/incoming_twilio_call"),
    ]
}

/// Signed as the provider signs what is no form.
fn signed_json(what: &'static str, path: &str) -> Row {
    let url = signature::with_body_hash(&format!("{PUBLIC}{path}"), b"{}");
    let signed = tokens().sign(&url, Payload::Body(b"{}")).expect("a signature");
    let target = url.strip_prefix(PUBLIC).unwrap_or_default().to_owned();
    Row::new(what, "POST", target, 415).with(JSON).with((SIGNATURE, &signed)).body("{}")
}

fn signatures(known: &str) -> Vec<Row> {
    let target = format!("/technician_keys?emergency_id={known}&attempt=0&step=1");
    let body = "CallSid=CA00000000000000000000000000000001&Digits=1";
    let refused = |what| Row::new(what, "POST", target.as_str(), 403).with(FORM).body(body);
    let right = sign(&target, body);
    let other_token = AuthTokens::new("another".into()).expect("a token");
    let form = [("CallSid".to_owned(), "CA00000000000000000000000000000001".to_owned())];
    let forged = other_token.sign(&format!("{PUBLIC}{target}"), Payload::Form(&form));
    let elsewhere = tokens().sign(&format!("https://evil.example{target}"), Payload::Form(&form));
    vec![
        refused("no signature"),
        refused("an empty signature").with((SIGNATURE, "")),
        refused("a signature that is no Base64").with((SIGNATURE, "!!!")),
        refused("a short signature").with((SIGNATURE, "AAAA")),
        refused("another token's").with((SIGNATURE, &forged.expect("a signature"))),
        refused("another host's").with((SIGNATURE, &elsewhere.expect("a signature"))),
        refused("another path's").with((SIGNATURE, &sign("/hold", body))),
        refused("a signature in capitals").with((SIGNATURE, &right.to_uppercase())),
        refused("a right one and a wrong one").with((SIGNATURE, "AAAA")).with((SIGNATURE, &right)),
        Row::new("another body", "POST", target.as_str(), 403)
            .with(FORM)
            .with((SIGNATURE, &right))
            .body(body.replace("Digits=1", "Digits=9")),
        Row::new("a field more", "POST", target.as_str(), 403)
            .with(FORM)
            .with((SIGNATURE, &right))
            .body(format!("{body}&a=b")),
        Row::new("a parameter more", "POST", format!("{target}&a=b"), 403)
            .with(FORM)
            .with((SIGNATURE, &right))
            .body(body),
        Row::new("the intake token", "POST", target.as_str(), 403).with(FORM).with(REPORTER).body(body),
    ]
}

fn ids(known: &str) -> Vec<Row> {
    let call = "CallSid=CA00000000000000000000000000000001";
    let bad = |what, query: &str, field| {
        let target = format!("/technician_keys?{query}");
        Row::signed(what, target, call, 400).field(field)
    };
    let sid = |what, body: &str| {
        let target = format!("/technician_answer?emergency_id={known}&attempt=0&step=0");
        Row::signed(what, target, body, 400).field("CallSid")
    };
    let nobody = "00000000000000000000000000";
    vec![
        bad("no emergency", "attempt=0&step=1", "emergency_id"),
        bad("an emergency that is none", "emergency_id=x&attempt=0&step=1", "emergency_id"),
        bad("an emergency with a quote", "emergency_id='%20OR%201=1&attempt=0&step=1", "emergency_id"),
        bad("no attempt", &format!("emergency_id={known}&step=1"), "attempt"),
        bad("an attempt below 0", &format!("emergency_id={known}&attempt=-1&step=1"), "attempt"),
        bad("an attempt above all", &format!("emergency_id={known}&attempt=65536&step=1"), "attempt"),
        bad("no step", &format!("emergency_id={known}&attempt=0"), "step"),
        bad("a step in words", &format!("emergency_id={known}&attempt=0&step=one"), "step"),
        Row::signed("a leg above all", format!("/hold?emergency_id={known}&leg=256&step=0"), call, 400).field("leg"),
        sid("no call", "CallStatus=in-progress"),
        sid("an empty call", "CallSid="),
        sid("a call with a blank", "CallSid=CA%201"),
        sid("a call with a line break", "CallSid=CA1%0d%0aHost:x"),
        sid("a call of dots", "CallSid=.."),
        sid("a call of 1,000 letters", &format!("CallSid={}", "C".repeat(1000))),
        Row::signed("an unknown emergency", format!("/hold?emergency_id={nobody}&leg=0&step=0"), call, 200),
        Row::signed(
            "the status of an unknown emergency",
            format!("/technician_call_ended?emergency_id={nobody}&attempt=0"),
            &format!("{call}&CallStatus=completed"),
            204,
        ),
        Row::signed(
            "an unknown attempt",
            format!("/technician_answer?emergency_id={known}&attempt=77&step=0"),
            call,
            200,
        ),
        Row::signed("an unknown leg", format!("/hold?emergency_id={known}&leg=7&step=0"), call, 200),
    ]
}

fn forms(known: &str) -> Vec<Row> {
    let call = "CallSid=CA00000000000000000000000000000001";
    let status = format!("/technician_call_ended?emergency_id={known}&attempt=0");
    let texts = format!("/message_status?emergency_id={known}");
    let many: Vec<String> = (0..1001).map(|no| format!("f{no}=")).collect();
    vec![
        Row::signed("a field twice", "/incoming_twilio_call", &format!("{call}&{call}"), 400).code("duplicate_field"),
        Row::signed("a parameter twice", format!("{status}&attempt=0"), call, 400).code("duplicate_field"),
        Row::new("a form that is no UTF-8", "POST", "/incoming_twilio_call", 403)
            .with(FORM)
            .with((SIGNATURE, &sign("/incoming_twilio_call", "")))
            .body("CallSid=%ff"),
        Row::new("1,001 fields", "POST", "/incoming_twilio_call", 403)
            .with(FORM)
            .with((SIGNATURE, &sign("/incoming_twilio_call", "")))
            .body(many.join("&")),
        Row::signed("a status nobody knows", status.clone(), &format!("{call}&CallStatus=exploded"), 204),
        Row::signed("a call that never was", "/customer_call_ended", &format!("{call}&CallStatus=completed"), 204),
        Row::signed("no verdict", format!("/amd_status?emergency_id={known}&attempt=0"), call, 204),
        Row::signed("a delivery of nothing", texts.clone(), "MessageStatus=delivered", 400).field("MessageSid"),
        Row::signed("a text on its way", texts, "MessageSid=SM1&MessageStatus=queued", 204),
        Row::signed("no recording", format!("/recording_status?emergency_id={known}"), call, 400).field("RecordingSid"),
        Row::signed("a text without an id", "/sms_reply", "From=%2B15005550001&Body=1", 400).field("MessageSid"),
        Row::signed("a stranger's text", "/sms_reply", "MessageSid=SM1&From=%2B15005550666&Body=1", 204),
        Row::signed("a withheld text", "/sms_reply", "MessageSid=SM1&From=anonymous&Body=1", 204),
        Row::signed("a word that is the provider's", "/sms_reply", "MessageSid=SM1&From=%2B15005550001&Body=Help", 204),
        Row::signed(
            "a failed answer elsewhere",
            "/call_fallback",
            &format!("{call}&ErrorUrl=https://evil.example/"),
            200,
        ),
    ]
}

fn operators(known: &str) -> Vec<Row> {
    let operator = ("authorization", "Bearer the-branch-token");
    let basic = format!("Basic {}", STANDARD.encode("operator:the-password"));
    let wrong = format!("Basic {}", STANDARD.encode("operator:the-passwort"));
    let cancel = format!("/api/emergencies/{known}/cancel");
    let list = |what, query: &str, field| {
        Row::new(what, "GET", format!("/api/emergencies?{query}"), 400).with(operator).field(field)
    };
    vec![
        Row::new("a list for nobody", "GET", "/api/emergencies", 401),
        Row::new("a list for a wrong password", "GET", "/api/emergencies", 401).with(("authorization", &wrong)),
        Row::new("an emergency for nobody", "GET", format!("/api/emergencies/{known}"), 401),
        list("no emergencies", "limit=0", "limit"),
        list("fewer than none", "limit=-1", "limit"),
        list("too many", "limit=201", "limit"),
        list("some", "limit=some", "limit"),
        list("from nowhere", "before=x", "before"),
        Row::new("an id that is none", "GET", "/api/emergencies/x", 404).with(operator).code("no_such_emergency"),
        Row::new("an id with a slash", "GET", "/api/emergencies/..%2fx", 404).with(operator),
        Row::new("an unknown one", "GET", "/api/emergencies/00000000000000000000000000", 404)
            .with(operator)
            .code("no_such_emergency"),
        Row::new("cancelling by nobody", "POST", cancel.as_str(), 401),
        Row::new("cancelling from another page", "POST", cancel.as_str(), 403)
            .with(("authorization", &basic))
            .with(("origin", "https://evil.example")),
        Row::new("cancelling from no page", "POST", cancel.as_str(), 403).with(("authorization", &basic)),
        Row::new("cancelling what is not", "POST", "/api/emergencies/00000000000000000000000000/cancel", 404)
            .with(operator),
    ]
}
