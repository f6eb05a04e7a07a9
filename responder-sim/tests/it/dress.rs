//! The network as SignalWire looks from outside.

use responder_core::signature::{AuthTokens, Payload, SignalWire, SignatureVerifier};
use responder_sim::Dress;

use crate::world::{LINE, TECHNICIAN, World};

const PROJECT: &str = "b3877c40-da60-4998-90ad-b792e98472af";

#[tokio::test]
async fn paths_identifiers_and_signatures_are_the_other_provider_s() {
    let dressed = |builder: responder_sim::SimulatorBuilder| {
        builder.dress(Dress::SignalWire).account(PROJECT, "api-token").signing_key("PSK_key")
    };
    let world = World::with(dressed).await;
    assert!(world.network.url().ends_with("/api/laml"));
    world.says("/voice", "<Say>Hello.</Say>");
    for _ in 0..3 {
        world.call(TECHNICIAN, "/voice", &[]).await;
    }
    world.pass(30).await;
    let (status, page) = world.get("Calls.json", &[("PageSize", "2")]).await;
    assert_eq!(status, 200);
    let below = format!("/api/laml/2010-04-01/Accounts/{PROJECT}/Calls");
    let link = |name: &str| page[name].as_str().expect("a link").to_owned();
    assert!(link("next_page_uri").starts_with(&format!("{below}.json?")), "{page}");
    let call = &page["calls"][0];
    let sid = call["sid"].as_str().expect("a sid");
    assert_eq!(sid.split('-').map(str::len).collect::<Vec<_>>(), [8, 4, 4, 4, 12]);
    assert_eq!(call["uri"], format!("{below}/{sid}.json"));
    assert_eq!(call["subresource_uris"]["recordings"], format!("{below}/{sid}/Recordings.json"));

    let plain = world.rest_url("Calls.json").replace("/api/laml", "");
    let answer = reqwest::Client::new().get(plain).basic_auth(PROJECT, Some("api-token")).send().await;
    assert_eq!(answer.expect("an answer").status().as_u16(), 404, "nothing is at the other provider's address");

    let seen = &world.seen_at("/voice")[0];
    assert!(seen.header("x-twilio-signature").is_none());
    let check = |key: &str| {
        let verifier = SignalWire::new(AuthTokens::new(key.into()).expect("a key"));
        verifier.verify(&seen.headers, &world.url("/voice"), Payload::Form(&seen.fields))
    };
    assert!(check("PSK_key").is_ok());
    assert!(check("api-token").is_err(), "the API token signs nothing");
    assert_eq!(seen.field("AccountSid"), Some(PROJECT));
    assert_eq!(seen.field("From"), Some(LINE));
}
