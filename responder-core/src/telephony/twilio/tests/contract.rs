//! Every request against the provider's published description of its API (twilio-oai, 2.6.7).

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{loopback::Request, *};

#[derive(Deserialize)]
struct Operation {
    operation: String,
    method: String,
    path: String,
    path_params: BTreeMap<String, String>,
    query_params: BTreeMap<String, Parameter>,
    form_params: BTreeMap<String, Parameter>,
    one_of: Vec<Vec<String>>,
}

#[derive(Deserialize)]
struct Parameter {
    #[serde(rename = "type")]
    kind: String,
    format: Option<String>,
    #[serde(rename = "enum")]
    values: Option<Vec<String>>,
    #[serde(default)]
    required: bool,
    minimum: Option<i64>,
    maximum: Option<i64>,
}

impl Operation {
    fn matches(&self, request: &Request) -> bool {
        let (method, target) = request.line.split_once(' ').expect("a request line");
        let path = target.split('?').next().expect("a path");
        let (ours, theirs): (Vec<_>, Vec<_>) = (path.split('/').collect(), self.path.split('/').collect());
        method == self.method
            && ours.len() == theirs.len()
            && ours.iter().zip(theirs).all(|(ours, theirs)| self.fits(ours, theirs))
    }

    fn fits(&self, ours: &str, theirs: &str) -> bool {
        let (ours, theirs) = (ours.trim_end_matches(".json"), theirs.trim_end_matches(".json"));
        match theirs.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
            Some(name) => {
                // All patterns are two letters, of which some have a choice, and 32 hexadecimal digits.
                let prefix_fits = ours.get(..2).is_some_and(|prefix| self.path_params[name].contains(prefix));
                prefix_fits && ours.len() == 34 && ours[2..].bytes().all(|byte| byte.is_ascii_hexdigit())
            }
            None => ours == theirs,
        }
    }

    fn check(&self, request: &Request) {
        let query = request.line.split_once('?').map_or("", |(_, query)| query);
        let query: Vec<_> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        self.check_all(&self.query_params, &query);
        self.check_all(&self.form_params, &request.form());
        for names in &self.one_of {
            let given = request.form().iter().filter(|(name, _)| names.contains(name)).count();
            assert_eq!(given, 1, "{}: one of {names:?}", self.operation);
        }
    }

    fn check_all(&self, known: &BTreeMap<String, Parameter>, given: &[(String, String)]) {
        for (name, value) in given {
            let parameter = known.get(name).unwrap_or_else(|| panic!("{} has no {name}", self.operation));
            assert!(parameter.takes(value), "{}: {name}={value}", self.operation);
            let count = given.iter().filter(|(other, _)| other == name).count();
            assert!(count == 1 || parameter.kind == "array", "{}: {name} is repeated", self.operation);
        }
        for (name, _) in known.iter().filter(|(_, parameter)| parameter.required) {
            assert!(given.iter().any(|(given, _)| given == name), "{} needs {name}", self.operation);
        }
    }
}

impl Parameter {
    fn takes(&self, value: &str) -> bool {
        let kind = match self.kind.as_str() {
            "integer" => value.parse::<i64>().is_ok_and(|number| {
                self.minimum.is_none_or(|least| number >= least) && self.maximum.is_none_or(|most| number <= most)
            }),
            "boolean" => matches!(value, "true" | "false"),
            _ => !value.is_empty(),
        };
        let is_url = self.format.as_deref() != Some("uri") || reqwest::Url::parse(value).is_ok();
        kind && is_url && self.values.as_ref().is_none_or(|values| values.iter().any(|known| known == value))
    }
}

fn everything() -> PlaceCall {
    PlaceCall {
        fallback_url: Some("https://help.example.com/fallback".to_owned()),
        status_callback: Some(StatusCallback::all("https://help.example.com/status?attempt=1")),
        machine_detection: AnsweringMachineDetection::Async { callback: "https://help.example.com/amd".to_owned() },
        time_limit: Some(Duration::from_secs(14_400)),
        record: CallRecording::Dual { callback: "https://help.example.com/recording".to_owned() },
        ..place_call()
    }
}

/// Makes one request of each kind; whether the answers can be read is not the point.
async fn make_all_requests(client: &TwilioClient) {
    let message = "SM00000000000000000000000000000001".parse().expect("a sid");
    let callback = Some("https://help.example.com/recording".to_owned());
    client.check_account().await.expect("an answer");
    let _ = client.place_call(&everything()).await;
    let _ = client.fetch_call(&call_sid()).await;
    let _ = client.find_calls(&number("+15005550001"), &number("+15005550006")).await;
    let _ = client.end_call(&call_sid()).await;
    let _ = client.redirect_call(&call_sid(), "https://help.example.com/").await;
    let _ = client.send_text(&SendText { status_callback: callback.clone(), ..text() }).await;
    let _ = client.fetch_message(&message).await;
    let _ = client.start_recording(&StartRecording { call: call_sid(), status_callback: callback }).await;
    let _ = client.delete_queue("e-1").await;
}

#[tokio::test]
async fn every_request_is_one_that_the_provider_describes() {
    let operations: Vec<Operation> = serde_json::from_str(include_str!("../contract.json")).expect("a contract");
    let queues = r#"{"queues":[{"sid":"QU00000000000000000000000000000001","friendly_name":"e-1"}]}"#;
    let mut replies: Vec<Reply> = (0..9).map(|_| Reply::json(200, "{}")).collect();
    replies.extend([Reply::json(200, queues), Reply::new(204, "", "")]);
    let server = Loopback::new(replies);
    make_all_requests(&client(&server.url())).await;

    let mut seen = Vec::new();
    for _ in 0..11 {
        let request = server.request();
        let operation = operations.iter().find(|operation| operation.matches(&request));
        let operation = operation.unwrap_or_else(|| panic!("{} is no operation", request.line));
        operation.check(&request);
        seen.push(operation.operation.as_str());
    }
    let expected = [
        "FetchAccount",
        "CreateCall",
        "FetchCall",
        "ListCall",
        "UpdateCall",
        "UpdateCall",
        "CreateMessage",
        "FetchMessage",
        "CreateCallRecording",
        "ListQueue",
        "DeleteQueue",
    ];
    assert_eq!(seen, expected);
}

#[tokio::test]
async fn a_call_with_everything_says_everything() {
    let server = Loopback::new(vec![Reply::json(201, CALL)]);
    client(&server.url()).place_call(&everything()).await.expect("an answer");
    let form = server.request().form();
    let values = |name: &str| form.iter().filter(|(n, _)| n == name).map(|(_, v)| v.as_str()).collect::<Vec<_>>();
    assert_eq!(values("StatusCallbackEvent"), ["initiated", "ringing", "answered", "completed"]);
    assert_eq!(values("RecordingStatusCallbackEvent"), ["completed", "absent"]);
    assert_eq!((values("MachineDetection"), values("AsyncAmd")), (vec!["Enable"], vec!["true"]));
    assert_eq!((values("Record"), values("RecordingChannels")), (vec!["true"], vec!["dual"]));
    assert_eq!((values("TimeLimit"), values("Twiml")), (vec!["14400"], vec![]));
}
