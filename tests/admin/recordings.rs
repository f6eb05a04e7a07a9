//! Recordings of a branch, at a simulated provider.

use std::{
    convert::Infallible,
    num::NonZeroU32,
    sync::{Arc, Mutex},
    time::Duration,
};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use responder::{
    RecordingSid, Timestamp,
    access::{AuditAction, Permission, Recorded, Rights},
    driver::ManualClock,
    http::{
        Endpoints, Keys,
        admin::{self, Admin, Site},
    },
    settings::{SettingsKeys, Values},
    store::{AuditLog, AuditQuery, MemoryStore},
    telephony::{StartRecording, Telephony, TwilioClient},
};
use responder_sim::{ClockMode, DialIn, NumberConfig, Sid, Simulator};
use serde_json::{Value, json};

use crate::house::{Answer, House, PUBLIC, Person, answer_of, at, key};

const TUCSON: &str = "+15005550001";
const POCATELLO: &str = "+15005550002";
const CUSTOMER: &str = "+15005550010";

struct Studio {
    network: Simulator,
    client: TwilioClient,
    table: Endpoints,
    clock: Arc<ManualClock>,
    store: Arc<MemoryStore>,
    bo: Person,
    cy: Person,
}

impl Studio {
    /// Two branches with one account.
    async fn open() -> Self {
        let number = || NumberConfig::voice("https://app.example.com/long");
        let network = Simulator::builder().clock(ClockMode::Stepped).calls_per_second(0.0);
        let network = network.number(TUCSON, number()).number(POCATELLO, number());
        let network = network.host_service("app.example.com", tower::service_fn(patience)).in_process();
        let network = network.expect("a phone network");
        let client = TwilioClient::builder(network.account_sid(), network.auth_token().into());
        let client = client.transport(network.transport()).calls_per_second(NonZeroU32::MAX).build().expect("a client");

        let defaults = |number: &'static str| {
            Values::of(|setting| match setting.name {
                "TWILIO_ACCOUNT_SID" => Some(network.account_sid()),
                "TWILIO_AUTH_TOKEN" => Some(network.auth_token()),
                "TWILIO_PHONE_NUMBER" => Some(number),
                _ => None,
            })
        };
        let site = |name: &str, number| {
            let (key, name) = (key(name), name.to_owned());
            Site { key, name, client: None, public_url: None, defaults: defaults(number) }
        };
        let transport = network.transport();
        let clock = Arc::new(ManualClock::new(Timestamp::from_micros(1_800_000_000_000_000)));
        let store = Arc::new(MemoryStore::new(clock.clone()));
        let sites = vec![site("tuc", TUCSON), site("poc", POCATELLO)];
        let admin = Admin::new(store.clone(), clock.clone(), SettingsKeys::default(), sites);
        let admin = Arc::new(admin.provider(move |client| client.transport(transport.clone())));
        let keys = Keys { sessions: Some(admin::sessions(&admin)), ..Keys::default() };
        let table = admin::endpoints(&admin, PUBLIC.parse().expect("a URL")).keys(keys).build().expect("a table");
        let house = House {
            clock: clock.clone(),
            store: store.clone(),
            table: table.clone(),
            asked: Arc::default(),
            sessions: Mutex::default(),
        };
        house.person("ada", Rights::Admin).await;
        let bo = house.person("bo", at("tuc", [Permission::View])).await;
        let cy = house.person("cy", at("tuc", [Permission::View])).await;
        Self { network, client, table, clock, store, bo, cy }
    }

    /// A call to a branch that is being recorded.
    async fn recorded(&self, branch: &str) -> (Sid, RecordingSid) {
        let call = self.network.dial(DialIn::new(CUSTOMER, branch)).expect("a call");
        self.pass(5).await;
        let order = StartRecording { call: call.as_str().parse().expect("a sid"), status_callback: None };
        let recording = self.client.start_recording(&order).await.expect("a recording").value.sid;
        self.pass(3).await;
        (call, recording)
    }

    async fn pass(&self, seconds: u64) {
        self.network.advance(Duration::from_secs(seconds)).await.expect("a stepped clock");
    }

    async fn ask(&self, path: &str) -> Answer {
        answer_of(&self.table, self.bo.get(path)).await
    }

    async fn list(&self, query: &str) -> Value {
        let answer = self.ask(&format!("/api/branch/tuc/recordings{query}")).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.json()
    }
}

/// A pause at the beginning would only let it ring on.
async fn patience(_: Request<Full<Bytes>>) -> Result<Response<String>, Infallible> {
    let answer = Response::builder().header("content-type", "text/xml");
    Ok(answer.body("<Response><Say>Hold on.</Say><Pause length='600'/></Response>".to_owned()).expect("an answer"))
}

#[tokio::test]
async fn only_ones_own_recordings_are_listed_page_by_page_also_while_they_run() {
    let studio = Studio::open().await;
    let mut own = Vec::new();
    for _ in 0..3 {
        let (call, recording) = studio.recorded(TUCSON).await;
        studio.network.hang_up(&call).expect("it runs");
        studio.pass(10).await;
        own.insert(0, recording);
        let (call, _) = studio.recorded(POCATELLO).await;
        studio.network.hang_up(&call).expect("it runs");
        studio.pass(10).await;
    }
    let (call, running) = studio.recorded(TUCSON).await;
    own.insert(0, running.clone());

    let sids = |list: &Value| -> Vec<String> {
        let all = list["recordings"].as_array().expect("a list").iter();
        all.map(|one| one["sid"].as_str().expect("a sid").to_owned()).collect()
    };
    let expected: Vec<_> = own.iter().map(ToString::to_string).collect();
    let all = studio.list("").await;
    assert_eq!(sids(&all), expected);
    assert_eq!(
        (&all["recordings"][0]["status"], &all["recordings"][0]["media_url"]),
        (&json!("in-progress"), &Value::Null)
    );
    assert_eq!(all["recordings"][1]["to"], TUCSON);
    let url = format!("/dashboard/api/branch/tuc/recordings/{}/media", own[1]);
    assert_eq!(all["recordings"][1]["media_url"], url, "ours, not the provider's");
    assert!(!all.to_string().contains("https://"), "no address of the provider");

    let first = studio.list("?page_size=3").await;
    assert_eq!((sids(&first), &first["next_page"]), (expected[..3].to_vec(), &json!(2)));
    let second = studio.list("?page_size=3&page=2").await;
    assert_eq!((sids(&second), &second["next_page"]), (expected[3..].to_vec(), &Value::Null));
    for query in ["?page=0", "?page_size=101", "?page=x", "?page_size=-1"] {
        assert_eq!(studio.ask(&format!("/api/branch/tuc/recordings{query}")).await.status, 400, "{query}");
    }
    let early = studio.ask(&format!("/api/branch/tuc/recordings/{running}/media")).await;
    assert_eq!((early.status, early.code().as_str()), (404, "no_such_recording"));
    studio.network.hang_up(&call).expect("it runs");
}

#[tokio::test]
async fn sound_comes_through_us_whole_and_in_parts() {
    let studio = Studio::open().await;
    let (call, ours) = studio.recorded(TUCSON).await;
    let (other, theirs) = studio.recorded(POCATELLO).await;
    for call in [&call, &other] {
        studio.network.hang_up(call).expect("it runs");
    }
    studio.pass(10).await;
    let ask = async |query: &str, range: Option<&str>| {
        let mut request = studio.bo.get(&format!("/api/branch/tuc/recordings/{ours}/media{query}"));
        if let Some(range) = range {
            request.headers_mut().insert("range", range.parse().expect("a header"));
        }
        let (head, body) = studio.table.serve(request, None).await.into_parts();
        (head.status.as_u16(), head.headers, body.collect().await.expect("all of it").to_bytes())
    };
    let (status, headers, whole) = ask("?format=wav", None).await;
    assert_eq!(
        (status, &headers["content-type"], &whole[..4]),
        (200, &"audio/x-wav".parse().expect("a type"), &b"RIFF"[..])
    );
    let (status, headers, part) = ask("?format=wav", Some("bytes=4-11")).await;
    assert_eq!((status, &part[..]), (206, &whole[4..12]));
    assert_eq!(headers["content-range"], format!("bytes 4-11/{}", whole.len()));
    let (status, headers, _) = ask("?download", None).await;
    assert_eq!((status, &headers["content-type"]), (200, &"audio/mpeg".parse().expect("a type")));
    assert_eq!(headers["content-disposition"], format!("attachment; filename=\"{ours}.mp3\""));
    assert_eq!(ask("?format=wav", Some(&format!("bytes={}-", whole.len()))).await.0, 416);
    assert_eq!(ask("?format=ogg", None).await.0, 400);

    let foreign = studio.ask(&format!("/api/branch/tuc/recordings/{theirs}/media")).await;
    assert_eq!(foreign.status, 404, "a recording of another branch");
    assert_eq!(studio.ask(&format!("/api/branch/poc/recordings/{theirs}/media")).await.status, 403);
}

/// Whatever part of it they begin with; and who goes back and forth in it has heard it once.
#[tokio::test]
async fn nobody_hears_a_recording_without_a_record_of_it() {
    let studio = Studio::open().await;
    let mut sids = Vec::new();
    for _ in 0..4 {
        let (call, sid) = studio.recorded(TUCSON).await;
        studio.network.hang_up(&call).expect("it runs");
        studio.pass(10).await;
        sids.push(sid);
    }
    let hear = async |person: &Person, sid: &RecordingSid, range: Option<&str>| {
        let mut request = person.get(&format!("/api/branch/tuc/recordings/{sid}/media"));
        if let Some(range) = range {
            request.headers_mut().insert("range", range.parse().expect("a header"));
        }
        let status = studio.table.serve(request, None).await.status().as_u16();
        assert!(matches!(status, 200 | 206), "{range:?}: {status}");
    };
    let heard = async || -> Vec<String> {
        let query = AuditQuery { limit: 1000, ..AuditQuery::default() };
        let mut all = studio.store.audit(&query).await.expect("a store");
        all.retain(|recorded| recorded.entry.action == AuditAction::RecordingFetched);
        let said = |recorded: Recorded| {
            format!("{} {}", recorded.entry.actor.name, recorded.entry.subject.expect("which one"))
        };
        all.into_iter().rev().map(said).collect()
    };
    let mut expected = Vec::new();
    for (sid, begin) in sids.iter().zip([Some("bytes=1-"), Some("bytes=-999999999"), Some("bytes=2-9"), None]) {
        for range in [begin, Some("bytes=5-"), Some("bytes=0-1"), Some("bytes=-3"), None] {
            hear(&studio.bo, sid, range).await;
        }
        expected.push(format!("bo {sid}"));
        assert_eq!(heard().await, expected, "{begin:?}");
    }
    hear(&studio.cy, &sids[0], Some("bytes=7-")).await;
    expected.push(format!("cy {}", sids[0]));
    studio.clock.advance(Duration::from_secs(3601));
    hear(&studio.bo, &sids[0], Some("bytes=7-")).await;
    expected.push(format!("bo {}", sids[0]));
    assert_eq!(heard().await, expected);
}
