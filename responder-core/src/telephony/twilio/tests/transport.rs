//! The client with somebody else's way to the provider.

use bytes::Bytes;
use http::{Request, Response};

use super::*;
use crate::telephony::{HttpTransport, HttpTransportError};

/// Does the same with everything.
#[derive(Debug)]
enum Parrot {
    Answers(u16, &'static str),
    Fails(fn() -> HttpTransportError),
    Tarries,
}

#[async_trait]
impl HttpTransport for Parrot {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpTransportError> {
        assert_eq!(
            request.uri().to_string(),
            format!("https://api.twilio.com/2010-04-01/Accounts/{ACCOUNT}/Calls.json")
        );
        assert!(request.headers()["authorization"].is_sensitive() && request.body().starts_with(b"To=%2B15005550001"));
        match self {
            Self::Answers(status, body) => {
                let head = Response::builder().status(*status).header("retry-after", "7");
                Ok(head.body(Bytes::from_static(body.as_bytes())).expect("an answer"))
            }
            Self::Fails(error) => Err(error()),
            Self::Tarries => std::future::pending().await,
        }
    }
}

async fn placed(parrot: Parrot) -> Result<CallStatus, TelephonyError> {
    let client = TwilioClient::builder(ACCOUNT, "secret".into()).transport(Arc::new(parrot)).build().expect("a client");
    client.place_call(&place_call()).await.map(|answer| answer.value.status)
}

#[tokio::test(start_paused = true)]
async fn a_courier_takes_the_place_of_the_connection() {
    let answered = |status, body| placed(Parrot::Answers(status, body));
    assert!(matches!(answered(201, CALL).await, Ok(CallStatus::Queued)));
    let limited = answered(429, "").await.expect_err("too many");
    assert!(matches!(limited, TelephonyError::RateLimited { retry_after: Some(wait) } if wait.as_secs() == 7));
    let unavailable = answered(503, "").await.expect_err("an error");
    assert!(matches!(unavailable, TelephonyError::Unknown { status: Some(503), .. }));

    let not_sent = placed(Parrot::Fails(|| HttpTransportError::NotSent("no way".into()))).await.expect_err("no way");
    assert!(matches!(not_sent, TelephonyError::NotSent { .. }) && not_sent.is_retryable());
    let lost = placed(Parrot::Fails(|| HttpTransportError::Lost("cut".into()))).await.expect_err("no answer");
    assert!(lost.may_have_been_processed());

    let begin = tokio::time::Instant::now();
    assert!(placed(Parrot::Tarries).await.expect_err("no answer").may_have_been_processed());
    assert_eq!(begin.elapsed(), Duration::from_secs(10), "the client keeps the time");
}
