//! SignalWire by configuration alone.

use futures_util::TryStreamExt;
use responder::telephony::{
    CallStatus, PlaceCall, StartRecording, Telephony,
    rest::{CallFilter, MediaRequest, NumberChange, Webhook},
};

use crate::lab::{APP, LINE, Lab, TECHNICIAN};

#[tokio::test]
async fn everything_works_with_another_base_other_identifiers_and_another_account() {
    let lab = Lab::signalwire();
    let (to, from) = (TECHNICIAN.parse().expect("a number"), LINE.parse().expect("a number"));
    let client = &lab.client;
    client.check_account().await.expect("the account");
    for _ in 0..3 {
        client.place_call(&PlaceCall::new(to, from, format!("{APP}/say"))).await.expect("a call");
    }
    lab.pass(30).await;
    let by_two = CallFilter { page_size: Some(2), status: Some(CallStatus::Completed), ..CallFilter::default() };
    let calls: Vec<_> = client.calls().list(&by_two).try_collect().await.expect("calls");
    assert_eq!(calls.len(), 3, "pages are followed below the base");
    assert_eq!(calls[0].sid.as_str().len(), 36);

    let customer = lab.customer("/queue").await;
    let queue = client.find_queue("support").await.expect("an answer").value.expect("a queue");
    let queue = queue.sid.parse().expect("a sid");
    assert_eq!(client.queues().members(&queue).front().await.expect("somebody").value.call_sid, customer);
    client.redirect_call(&customer, &format!("{APP}/long")).await.expect("it goes on");
    lab.pass(1).await;
    let recording = StartRecording { call: customer.clone(), status_callback: None };
    let recording = client.start_recording(&recording).await.expect("a recording").value.sid;
    lab.pass(5).await;
    client.end_call(&customer).await.expect("it ends");
    lab.pass(10).await;
    client.recordings().media(&recording, &MediaRequest::default()).await.expect("sound");

    let number = client.incoming_phone_numbers().find(&from).await.expect("an answer").expect("a number");
    let change = NumberChange { voice: Some(Webhook::post(format!("{APP}/new"))), ..NumberChange::default() };
    client.incoming_phone_numbers().update(&number.sid, &change).await.expect("it is changed");
    assert_eq!(lab.network.number(LINE).expect("a number").voice_url, Some(format!("{APP}/new")));
}
