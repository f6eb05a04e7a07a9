//! What a request says. Whether it may is asked of the provider's description in `tests/rest`.

use super::*;

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
