//! A branch at SignalWire, by its environment alone.

use responder_sim::{Behaviour, ClockMode, Dress, HookKind, NumberConfig, Simulator};
use serde_json::json;

use crate::common::{
    patience::{SOON, answered},
    place::free_port,
    process::{Process, example},
};

const PROJECT: &str = "b3877c40-da60-4998-90ad-b792e98472af";
const TECHNICIAN: &str = "+15005550001";
const OURS: &str = "+15005550006";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_emergency_is_accepted() {
    let network = Simulator::builder()
        .clock(ClockMode::Real)
        .dress(Dress::SignalWire)
        .account(PROJECT, "api-token")
        .signing_key("PSK_signing_key")
        .number(OURS, NumberConfig::default())
        .start()
        .await
        .expect("a phone network");
    network.set_phone(TECHNICIAN, Behaviour::answers_after_seconds(1).pressing(["1", "1"]));
    let port = free_port();
    let here = format!("http://127.0.0.1:{port}");
    let folder = tempfile::tempdir().expect("a folder");
    let mut command = example("branch");
    command
        .env("PORT", port.to_string())
        .env("PUBLIC_URL", &here)
        .env("DATABASE_URL", format!("sqlite://{}", folder.path().join("branch.db").display()))
        .env("TELEPHONY_PROVIDER", "signalwire")
        .env("TWILIO_API_URL", network.url())
        .env("TWILIO_ACCOUNT_SID", PROJECT)
        .env("TWILIO_AUTH_TOKEN", "api-token")
        .env("SIGNALWIRE_SIGNING_KEY", "PSK_signing_key")
        .env("TWILIO_PHONE_NUMBER", OURS)
        .env("RECIPIENT_PHONES", "+15005550009")
        .env("CALLS_PER_SECOND", "1000")
        .env("INTAKE_TOKEN", "intake-token");
    let _branch = Process::start(command);

    let http = reqwest::Client::new();
    let report = json!({ "chosen_phone": TECHNICIAN, "user_stated_callback_number": "+15005550101" });
    let reported = async || {
        let request = http.post(format!("{here}/webhook")).bearer_auth("intake-token").json(&report);
        request.send().await.ok()?.json::<serde_json::Value>().await.ok()
    };
    let answer = answered(SOON, reported, |answer| answer["status"] == "success").await;
    let url = format!("{here}/api/emergencies/{}", answer["emergency_id"].as_str().expect("an id"));
    let ask = async || http.get(&url).bearer_auth("intake-token").send().await.ok()?.json().await.ok();
    answered(SOON, ask, |answer: &serde_json::Value| answer["phase"] == "accepted").await;
    let trace = network.trace();
    let asked: Vec<_> = trace.webhooks(HookKind::Voice).map(|hook| hook.status).collect();
    assert!(asked.len() >= 2 && asked.iter().all(|status| *status == Some(200)), "{asked:?}");

    let url = format!("{here}/technician_answer?emergency_id=x&attempt=0&step=1");
    for header in ["x-signalwire-signature", "x-twilio-signature"] {
        let forged = http.post(&url).header(header, "AAAAAAAAAAAAAAAAAAAAAAAAAAA=").body("").send().await;
        assert_eq!(forged.expect("an answer").status(), 403, "{header}");
    }
}
