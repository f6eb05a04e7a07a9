use proptest::prelude::*;
use serde::Deserialize;

use super::*;

/// A request and what the reference implementation says to its signature.
#[derive(Deserialize)]
struct Case {
    name: String,
    token: String,
    url: String,
    params: Option<Vec<(String, String)>>,
    body: Option<String>,
    signature: String,
    valid: bool,
    string_to_sign: Option<String>,
}

impl Case {
    fn payload(&self) -> Payload<'_> {
        match (&self.params, &self.body) {
            (Some(fields), _) => Payload::Form(fields),
            (None, Some(body)) => Payload::Body(body.as_bytes()),
            (None, None) => Payload::Empty,
        }
    }
}

/// Made with the validator of the official Python library (9.13); where a row had phone numbers, they were replaced
/// and the row was signed again by an independent HMAC. `sdk-repeated-digits` is from that library's own tests.
fn cases() -> Vec<Case> {
    let rows = include_str!("testdata.jsonl").lines();
    rows.map(|row| serde_json::from_str(row).expect("a case")).collect()
}

fn tokens(token: &str) -> AuthTokens {
    AuthTokens::new(token.into()).expect("a token")
}

fn form(fields: &[(&str, &str)]) -> Vec<(String, String)> {
    fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[test]
fn accepts_and_refuses_what_the_reference_does() {
    let cases = cases();
    assert_eq!(cases.len(), 51);
    for case in &cases {
        let verdict = tokens(&case.token).verify(&case.url, case.payload(), &case.signature);
        assert_eq!(verdict.is_ok(), case.valid, "{}: {verdict:?}", case.name);
    }
}

#[test]
fn signs_as_the_reference_does() {
    let mut signed = 0;
    for case in cases().iter().filter(|case| case.valid) {
        // Rows that were signed for another way to write the port or the user info are for verifying only.
        let same_url = case.string_to_sign.as_ref().is_none_or(|text| text.starts_with(&case.url));
        if !same_url || case.url.contains('@') {
            continue;
        }
        let signature = tokens(&case.token).sign(&case.url, case.payload());
        assert_eq!(signature.as_deref(), Ok(case.signature.as_str()), "{}", case.name);
        signed += 1;
    }
    assert_eq!(signed, 27);
}

#[test]
fn two_tokens_overlap_while_one_is_changed() {
    let both = tokens("new").and("old".into()).expect("a token");
    for token in ["new", "old"] {
        let signature = tokens(token).sign("https://h/", Payload::Empty).expect("a signature");
        assert_eq!(both.verify("https://h/", Payload::Empty, &signature), Ok(()));
    }
    assert_eq!(both.sign("https://h/", Payload::Empty), tokens("new").sign("https://h/", Payload::Empty));
    let other = tokens("other").sign("https://h/", Payload::Empty).expect("a signature");
    assert_eq!(both.verify("https://h/", Payload::Empty, &other), Err(SignatureError::Mismatch));
}

#[test]
fn empty_tokens_are_refused() {
    assert_eq!(AuthTokens::new("".into()).map(|_| ()), Err(SignatureError::EmptyToken));
    assert_eq!(tokens("a").and("".into()).map(|_| ()), Err(SignatureError::EmptyToken));
}

#[test]
fn forms_are_bounded() {
    let fields = |count: usize| vec![("a".to_owned(), "b".to_owned()); count];
    let tokens = tokens("12345");
    let signature = tokens.sign("https://h/", Payload::Form(&fields(MAX_PARAMETERS))).expect("a signature");
    assert_eq!(tokens.verify("https://h/", Payload::Form(&fields(1)), &signature), Ok(()), "equal values count once");
    let too_many = fields(MAX_PARAMETERS + 1);
    let verdict = tokens.verify("https://h/", Payload::Form(&too_many), &signature);
    assert_eq!(verdict, Err(SignatureError::TooManyParameters));
    assert_eq!(tokens.sign("https://h/", Payload::Form(&too_many)), Err(SignatureError::TooManyParameters));
}

#[test]
fn bodies_need_their_hash_in_the_url() {
    let tokens = tokens("12345");
    let body = Payload::Body(b"{}");
    assert_eq!(tokens.sign("https://h/", body), Err(SignatureError::BodyHash));
    let url = with_body_hash("https://h/?a=b#rc=2", b"{}");
    let signature = tokens.sign(&url, body).expect("a signature");
    let received = url.replace("#rc=2", "");
    assert_eq!(tokens.verify(&received, body, &signature), Ok(()));
    assert_eq!(tokens.verify(&received, Payload::Body(b"[]"), &signature), Err(SignatureError::BodyHash));
    assert_eq!(tokens.verify("https://h/", Payload::Empty, "AAAA"), Err(SignatureError::Malformed));
}

#[test]
fn debug_shows_no_secret() {
    let both = tokens("t0ken").and("0ther".into()).expect("a token");
    assert_eq!(format!("{both:?}"), "AuthTokens([REDACTED]; 2)");
    assert_eq!(format!("{:?}", Payload::Form(&form(&[("To", "+15005550006")]))), "Form(1 fields)");
}

proptest! {
    #[test]
    fn what_is_signed_verifies_in_any_order(
        fields in proptest::collection::vec((any::<String>(), any::<String>()), 0..8),
        path in "[a-zA-Z0-9/%?&=;+._~-]{0,20}",
    ) {
        let tokens = tokens("12345");
        let url = format!("https://example.com:8443/{path}");
        let signature = tokens.sign(&url, Payload::Form(&fields));
        let signature = signature.expect("a signature");
        let mut shuffled = fields.clone();
        shuffled.reverse();
        shuffled.extend(fields.first().cloned());
        prop_assert_eq!(tokens.verify(&url, Payload::Form(&shuffled), &signature), Ok(()));
        shuffled.push(("Added".to_owned(), "1".to_owned()));
        prop_assert!(tokens.verify(&url, Payload::Form(&shuffled), &signature).is_err());
        prop_assert!(AuthTokens::new("12346".into()).expect("a token")
            .verify(&url, Payload::Form(&fields), &signature).is_err());
    }

    #[test]
    fn any_url_and_header_is_judged_without_panic(url in any::<String>(), header in any::<String>()) {
        prop_assert!(tokens("12345").verify(&url, Payload::Body(b""), &header).is_err());
        prop_assert!(tokens("12345").verify(&url, Payload::Empty, &header).is_err());
    }
}
