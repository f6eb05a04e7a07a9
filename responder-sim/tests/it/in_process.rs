//! A network and an application in one process, without a socket between them, in a time that nobody waits for.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use responder_core::telephony::{HttpTransport, HttpTransportError};
use responder_sim::{Behaviour, Fault, HookKind, RestEffect, Simulator};
use tokio::time::Instant;
use tower::BoxError;

use crate::world::{LINE, TECHNICIAN};

/// Says good morning to whoever asks for a document, and shows where it was asked.
async fn application(request: Request<Full<Bytes>>) -> Result<Response<Full<Bytes>>, BoxError> {
    match request.uri().path() {
        "/voice" => {
            assert!(request.headers().contains_key(responder_core::signature::HEADER));
            let document = "<Response><Say>Good morning.</Say></Response>";
            Ok(Response::builder().header("content-type", "text/xml").body(Full::from(document))?)
        }
        "/status" => Ok(Response::builder().status(204).body(Full::default())?),
        _ => Err("nobody knows this address".into()),
    }
}

fn network() -> Simulator {
    let application = tower::service_fn(application);
    let network = Simulator::builder().host_service("app.example.com", application).in_process().expect("a network");
    network.set_phone(TECHNICIAN, Behaviour::answers_after_seconds(20));
    network
}

fn create(network: &Simulator, path: &str) -> Request<Bytes> {
    let account = network.account_sid();
    let credentials = base64(&format!("{account}:{}", network.auth_token()));
    let fields = [
        ("To", TECHNICIAN),
        ("From", LINE),
        ("Url", &format!("https://app.example.com{path}")),
        ("StatusCallback", "https://app.example.com/status"),
    ];
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let request = Request::post(format!("{}/2010-04-01/Accounts/{account}/Calls.json", network.url()));
    request.header("authorization", format!("Basic {credentials}")).body(body.into()).expect("a request")
}

fn base64(text: &str) -> String {
    use base64::{Engine, engine::general_purpose::STANDARD};
    STANDARD.encode(text)
}

#[tokio::test(start_paused = true)]
async fn a_call_is_made_in_the_time_of_the_runtime() {
    let network = network();
    let (begin, then) = (Instant::now(), network.now());
    let answer = network.transport().send(create(&network, "/voice")).await.expect("an answer");
    assert_eq!(answer.status(), 201);
    let trace = network.until(|trace| trace.calls.iter().any(|call| call.ended.is_some())).await;
    assert!(trace.calls[0].heard_text("good morning"));
    assert_eq!(trace.webhooks(HookKind::CallStatus).count(), 1);
    let lasted = trace.calls[0].ended.expect("its end").since(then);
    assert!((21..25).contains(&lasted.as_secs()), "set-up, ringing and two words: {lasted:?}");
    assert!(begin.elapsed().abs_diff(lasted) < Duration::from_millis(5), "one time for both");
}

#[tokio::test(start_paused = true)]
async fn an_application_that_breaks_off_is_told_from_one_that_is_not_there() {
    let network = network();
    network.transport().send(create(&network, "/nowhere")).await.expect("an answer");
    let trace = network.until(|trace| !trace.notices.is_empty()).await;
    assert_eq!(trace.notices[0].code, 11200, "it answered with an error");

    let away = tower::util::BoxCloneSyncService::new(tower::service_fn(application));
    let away = tower::ServiceBuilder::new().layer_fn(Away).service(away);
    let network = Simulator::builder().host_service("app.example.com", away).in_process().expect("a network");
    network.transport().send(create(&network, "/voice")).await.expect("an answer");
    let trace = network.until(|trace| !trace.notices.is_empty()).await;
    assert_eq!(trace.notices[0].code, 11205, "no connection");
}

/// Never ready.
#[derive(Clone)]
struct Away<S>(S);

impl<S: tower::Service<R, Error = BoxError>, R> tower::Service<R> for Away<S> {
    type Response = S::Response;
    type Error = BoxError;
    type Future = S::Future;

    fn poll_ready(&mut self, _: &mut std::task::Context<'_>) -> std::task::Poll<Result<(), BoxError>> {
        std::task::Poll::Ready(Err("nobody is there".into()))
    }

    fn call(&mut self, request: R) -> S::Future {
        self.0.call(request)
    }
}

#[tokio::test(start_paused = true)]
async fn faults_strike_without_a_socket_as_with_one() {
    let network = network();
    let transport: Arc<dyn HttpTransport> = network.transport();
    network.add_fault(Fault::rest("CreateCall", RestEffect::CutAfter));
    network.add_fault(Fault::rest("CreateCall", RestEffect::Delay(Duration::from_secs(12))));
    assert_eq!(network.faults().len(), 2);
    let cut = transport.send(create(&network, "/voice")).await;
    assert!(matches!(cut, Err(HttpTransportError::Lost(_))), "{cut:?}");
    assert_eq!(network.trace().calls.len(), 1);

    let late = tokio::time::timeout(Duration::from_secs(10), transport.send(create(&network, "/voice"))).await;
    assert!(late.is_err(), "the client has stopped waiting");
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(network.trace().calls.len(), 2, "it was processed all the same");
    assert!(network.faults().is_empty());
}

#[tokio::test(start_paused = true)]
async fn media_and_errors_come_whole() {
    let network = network();
    let mut request = create(&network, "/voice");
    request.headers_mut().remove("authorization");
    let answer = network.transport().send(request).await.expect("an answer");
    let body = Full::new(answer.into_body()).collect().await.expect("a body").to_bytes();
    assert!(std::str::from_utf8(&body).is_ok_and(|text| text.contains("20003")), "{body:?}");
}
