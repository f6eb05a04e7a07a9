//! Lists over several pages.

use std::collections::BTreeSet;

use futures_util::{StreamExt, TryStreamExt};
use responder::telephony::rest::{CallDocument, CallFilter, NewCall};
use responder_sim::{Fault, RestEffect};

use crate::lab::{LINE, Lab, TECHNICIAN};

async fn with_calls(count: usize) -> Lab {
    let lab = Lab::new();
    let document = || CallDocument::Inline("<Response/>".into());
    for _ in 0..count {
        lab.client.calls().create(&NewCall::new(TECHNICIAN, LINE, document())).await.expect("a call");
    }
    lab
}

fn by(page_size: u16) -> CallFilter {
    CallFilter { page_size: Some(page_size), ..CallFilter::default() }
}

fn pages(lab: &Lab) -> usize {
    lab.inspector.seen().iter().filter(|operation| *operation == "ListCall").count()
}

#[tokio::test]
async fn every_item_comes_once_over_all_pages() {
    let lab = with_calls(7).await;
    let calls: Vec<_> = lab.client.calls().list(&by(2)).try_collect().await.expect("calls");
    let sids: BTreeSet<_> = calls.iter().map(|call| call.sid.as_str().to_owned()).collect();
    assert_eq!((calls.len(), sids.len(), pages(&lab)), (7, 7, 4));
}

#[tokio::test]
async fn a_page_is_asked_for_when_it_is_needed() {
    let lab = with_calls(5).await;
    let mut calls = lab.client.calls().list(&by(2));
    assert_eq!(pages(&lab), 0, "nothing before it is polled");
    calls.next().await.expect("a call").expect("an answer");
    calls.next().await.expect("a call").expect("an answer");
    assert_eq!(pages(&lab), 1);
    calls.next().await.expect("a call").expect("an answer");
    assert_eq!(pages(&lab), 2);
    drop(calls);
    assert_eq!(lab.client.calls().list(&by(2)).first(2).await.expect("calls").len(), 2);
    assert_eq!(pages(&lab), 3, "two are on one page");
}

#[tokio::test]
async fn what_comes_in_between_shifts_nothing() {
    let lab = with_calls(4).await;
    let mut calls = lab.client.calls().list(&by(3));
    let mut sids = vec![calls.next().await.expect("a call").expect("an answer").sid];
    let order = NewCall::new(TECHNICIAN, LINE, CallDocument::Inline("<Response/>".into()));
    let newest = lab.client.calls().create(&order).await.expect("a call").value.sid;
    while let Some(call) = calls.try_next().await.expect("calls") {
        sids.push(call.sid);
    }
    assert_eq!(sids.len(), 4);
    assert!(!sids.contains(&newest));
}

#[tokio::test]
async fn an_error_is_the_last_item() {
    let lab = with_calls(4).await;
    let mut calls = lab.client.calls().list(&by(2));
    calls.next().await.expect("a call").expect("an answer");
    lab.network.add_fault(Fault::rest("ListCall", RestEffect::status(429)));
    calls.next().await.expect("a call").expect("it is on the first page");
    assert!(calls.next().await.expect("an error").expect_err("too many").is_retryable());
    assert!(calls.next().await.is_none());
    assert_eq!(pages(&lab), 2, "nothing is tried again");
}
