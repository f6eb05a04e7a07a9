//! A way to the provider on which things get lost.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use responder::{
    CallSid, E164, MessageSid,
    telephony::{
        Answer, CallEnd, CallInfo, CallStatus, MessageInfo, MessageStatus, PlaceCall, QueueDeletion, QueueInfo,
        RecordingInfo, SendText, StartRecording, Telephony, TelephonyError,
    },
};
use tokio::time::sleep;

use super::Sabotage;
use crate::cast;

#[derive(Debug)]
pub(super) struct BadTelephony {
    inner: Arc<dyn Telephony>,
    sabotage: Sabotage,
    placed: Mutex<u32>,
}

type Answered<T> = Result<Answer<T>, TelephonyError>;

/// Longer than the first call may take.
const DAWDLING: Duration = Duration::from_secs(150);

/// Longer than an emergency takes to be closed.
const ALERT_LATE_BY: Duration = Duration::from_secs(150);

impl BadTelephony {
    pub(super) fn new(inner: Arc<dyn Telephony>, sabotage: Sabotage) -> Self {
        Self { inner, sabotage, placed: Mutex::new(0) }
    }

    /// What is said of a call that is not placed.
    fn invented(&self) -> CallInfo {
        let mut placed = self.placed.lock().unwrap_or_else(PoisonError::into_inner);
        *placed += 1;
        let sid: CallSid = format!("CA{:032x}", *placed).parse().expect("BUG: it is well-formed");
        CallInfo { sid, status: CallStatus::Queued, date_created: None, duration: None, answered_by: None }
    }

    fn drops_call(&self, call: &PlaceCall) -> bool {
        match self.sabotage {
            Sabotage::DropsCalls => true,
            Sabotage::CallsNobodyElse => call.to.to_string() != cast::TECHNICIAN,
            Sabotage::NeverConnects => {
                call.status_callback.as_ref().is_some_and(|it| it.url.contains("/conference_status"))
            }
            _ => false,
        }
    }

    fn drops_text(&self, text: &SendText) -> bool {
        match self.sabotage {
            Sabotage::DropsAlerts => text.body.starts_with("ALERT"),
            Sabotage::DropsDetails => text.body.starts_with("EMERGENCY"),
            Sabotage::DropsCopies => text.body.contains("Reply STATUS"),
            Sabotage::NeverAsksToCall => text.body.to_lowercase().contains("please call"),
            _ => false,
        }
    }
}

#[async_trait]
impl Telephony for BadTelephony {
    async fn place_call(&self, call: &PlaceCall) -> Answered<CallInfo> {
        if self.drops_call(call) {
            return Ok(Answer { value: self.invented(), provider_time: None });
        }
        match self.sabotage {
            Sabotage::GivesUpOnUnknown => self.inner.place_call(call).await.map_err(|error| match error {
                TelephonyError::Unknown { .. } => {
                    TelephonyError::Rejected { status: 400, code: None, message: "given up".to_owned() }
                }
                other => other,
            }),
            Sabotage::CallsTwice => {
                let first = self.inner.place_call(call).await;
                sleep(Duration::from_secs(1)).await;
                let _ = self.inner.place_call(call).await;
                first
            }
            Sabotage::CallsLate => {
                let (inner, call) = (Arc::clone(&self.inner), call.clone());
                tokio::spawn(async move {
                    sleep(DAWDLING).await;
                    inner.place_call(&call).await
                });
                Ok(Answer { value: self.invented(), provider_time: None })
            }
            _ => self.inner.place_call(call).await,
        }
    }

    async fn end_call(&self, call: &CallSid) -> Answered<CallEnd> {
        match self.sabotage {
            Sabotage::NeverHangsUp => Ok(Answer { value: CallEnd::AlreadyEnded, provider_time: None }),
            _ => self.inner.end_call(call).await,
        }
    }

    async fn send_text(&self, text: &SendText) -> Answered<MessageInfo> {
        let sid: MessageSid = "SM00000000000000000000000000000001".parse().expect("BUG: it is well-formed");
        let invented = MessageInfo { sid, status: MessageStatus::Queued, error_code: None };
        let invented = Ok(Answer { value: invented, provider_time: None });
        if self.drops_text(text) {
            return invented;
        }
        if self.sabotage == Sabotage::AlertsLate && text.body.starts_with("ALERT") {
            let (inner, text) = (Arc::clone(&self.inner), text.clone());
            tokio::spawn(async move {
                sleep(ALERT_LATE_BY).await;
                inner.send_text(&text).await
            });
            return invented;
        }
        self.inner.send_text(text).await
    }

    async fn fetch_call(&self, call: &CallSid) -> Answered<CallInfo> {
        self.inner.fetch_call(call).await
    }

    async fn find_calls(&self, to: &E164, from: &E164) -> Answered<Vec<CallInfo>> {
        self.inner.find_calls(to, from).await
    }

    async fn redirect_call(&self, call: &CallSid, url: &str) -> Answered<CallInfo> {
        self.inner.redirect_call(call, url).await
    }

    async fn fetch_message(&self, message: &MessageSid) -> Answered<MessageInfo> {
        self.inner.fetch_message(message).await
    }

    async fn start_recording(&self, recording: &StartRecording) -> Answered<RecordingInfo> {
        self.inner.start_recording(recording).await
    }

    async fn find_queue(&self, name: &str) -> Answered<Option<QueueInfo>> {
        self.inner.find_queue(name).await
    }

    async fn delete_queue(&self, name: &str) -> Answered<QueueDeletion> {
        self.inner.delete_queue(name).await
    }
}
