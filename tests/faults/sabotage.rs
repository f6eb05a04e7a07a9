//! Parts that do not do what they say. The oracle must find each of them out, or its silence would mean nothing.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use responder::{
    CallSid, E164, MessageSid, Timestamp,
    emergency::{CommandKind, EmergencyId, Event, Line},
    store::{
        BranchKey, ClaimRequest, Claimed, Commit, CommitId, Committed, Due, EmergencyStore, EventId, Health, Lease,
        Listing, Loaded, Opened, Opening, Receipt, StoreError, StoredEvent, Ticket, Written,
    },
    telephony::{
        Answer, CallEnd, CallInfo, CallStatus, MessageInfo, MessageStatus, PlaceCall, QueueDeletion, QueueInfo,
        RecordingInfo, SendText, StartRecording, Telephony, TelephonyError,
    },
};
use tokio::time::Instant;

use crate::{node::Tampering, verdict};

/// What one part does wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sabotage {
    /// Calls are said to be placed, and are not: a command that was claimed and dropped.
    DropsCalls,
    /// When nobody knows whether a call was placed, that counts as a refusal: nothing is looked up or tried again.
    GivesUpOnUnknown,
    /// Every call is placed twice.
    CallsTwice,
    /// Nobody is ever hung up on.
    NeverHangsUp,
    /// Alerts are said to be sent, and are not.
    DropsAlerts,
    /// No deadline ever passes.
    NoDeadlines,
    /// Every sixth commit is said to be stored, and is not.
    ForgetsCommits,
    /// Some commands are handed out twice, as if there were no leases.
    NoLeases,
}

/// Emergencies in which it must show.
const WITHIN: u64 = 100;

impl Tampering for Sabotage {
    fn with_store(&self, inner: Arc<dyn EmergencyStore>) -> Arc<dyn EmergencyStore> {
        match self {
            Self::NoDeadlines | Self::ForgetsCommits | Self::NoLeases => {
                Arc::new(BadStore { inner, sabotage: *self, commits: Mutex::new(0), again: Mutex::default() })
            }
            _ => inner,
        }
    }

    fn with_telephony(&self, inner: Arc<dyn Telephony>) -> Arc<dyn Telephony> {
        Arc::new(BadTelephony { inner, sabotage: *self, placed: Mutex::new(0) })
    }
}

#[test]
fn the_oracle_finds_out_what_is_broken() {
    let all = [
        Sabotage::DropsCalls,
        Sabotage::GivesUpOnUnknown,
        Sabotage::CallsTwice,
        Sabotage::NeverHangsUp,
        Sabotage::DropsAlerts,
        Sabotage::NoDeadlines,
        Sabotage::ForgetsCommits,
        Sabotage::NoLeases,
    ];
    let find = |sabotage| {
        let tampering: Arc<dyn Tampering> = Arc::new(sabotage);
        (0..WITHIN).map(|seed| verdict(seed, &tampering)).find(|verdict| !verdict.is_good())
    };
    let mut unseen = Vec::new();
    for sabotage in all {
        match find(sabotage) {
            Some(found) => println!("{sabotage:?}: found with seed {}: {}", found.seed, found.wrong[0]),
            None => unseen.push(sabotage),
        }
    }
    assert!(unseen.is_empty(), "in {WITHIN} emergencies nothing was wrong with {unseen:?}");
}

#[derive(Debug)]
struct BadTelephony {
    inner: Arc<dyn Telephony>,
    sabotage: Sabotage,
    placed: Mutex<u32>,
}

type Answered<T> = Result<Answer<T>, TelephonyError>;

impl BadTelephony {
    fn invented(&self) -> CallInfo {
        let mut placed = self.placed.lock().unwrap_or_else(PoisonError::into_inner);
        *placed += 1;
        let sid: CallSid = format!("CA{:032x}", *placed).parse().expect("BUG: it is well-formed");
        CallInfo { sid, status: CallStatus::Queued, date_created: None, duration: None, answered_by: None }
    }
}

#[async_trait]
impl Telephony for BadTelephony {
    async fn place_call(&self, call: &PlaceCall) -> Answered<CallInfo> {
        match self.sabotage {
            Sabotage::DropsCalls => Ok(Answer { value: self.invented(), provider_time: None }),
            Sabotage::GivesUpOnUnknown => self.inner.place_call(call).await.map_err(|error| match error {
                TelephonyError::Unknown { .. } => {
                    TelephonyError::Rejected { status: 400, code: None, message: "given up".to_owned() }
                }
                other => other,
            }),
            Sabotage::CallsTwice => {
                let first = self.inner.place_call(call).await;
                tokio::time::sleep(Duration::from_secs(1)).await;
                let _ = self.inner.place_call(call).await;
                first
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
        if self.sabotage == Sabotage::DropsAlerts && text.body.starts_with("ALERT") {
            let sid: MessageSid = "SM00000000000000000000000000000001".parse().expect("BUG: it is well-formed");
            let info = MessageInfo { sid, status: MessageStatus::Queued, error_code: None };
            return Ok(Answer { value: info, provider_time: None });
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

#[derive(Debug)]
struct BadStore {
    inner: Arc<dyn EmergencyStore>,
    sabotage: Sabotage,
    commits: Mutex<u64>,
    /// What was handed out, to be handed out again.
    again: Mutex<VecDeque<(Instant, Claimed)>>,
}

impl BadStore {
    fn is_forgotten(&self) -> bool {
        let mut commits = self.commits.lock().unwrap_or_else(PoisonError::into_inner);
        *commits += 1;
        self.sabotage == Sabotage::ForgetsCommits && commits.is_multiple_of(6)
    }

    fn handed_out_again(&self, request: &ClaimRequest) -> Option<Claimed> {
        let mut again = self.again.lock().unwrap_or_else(PoisonError::into_inner);
        let is_ripe = |(at, claimed): &(Instant, Claimed)| {
            at.elapsed() > Duration::from_secs(2) && request.kinds.contains(&claimed.kind)
        };
        let place = again.iter().position(is_ripe)?;
        again.remove(place).map(|(_, claimed)| claimed)
    }

    fn remember(&self, claimed: &[Claimed]) {
        if self.sabotage == Sabotage::NoLeases {
            let mut again = self.again.lock().unwrap_or_else(PoisonError::into_inner);
            again.extend(claimed.iter().cloned().map(|claimed| (Instant::now(), claimed)));
        }
    }
}

/// Methods that are as they should be.
macro_rules! untouched {
    ($($name:ident($($arg:ident: $type:ty),*) -> $answer:ty;)*) => {
        #[async_trait]
        impl EmergencyStore for BadStore {
            $(async fn $name(&self, $($arg: $type),*) -> Result<$answer, StoreError> {
                self.inner.$name($($arg),*).await
            })*

            async fn commit(&self, commit: &Commit) -> Result<Committed, StoreError> {
                if self.is_forgotten() {
                    let receipt = Receipt { version: commit.expected.next(), first_event: None };
                    return Ok(Committed::Written(Written { receipt, claimed: Vec::new() }));
                }
                let committed = self.inner.commit(commit).await?;
                if let Committed::Written(written) = &committed {
                    self.remember(&written.claimed);
                }
                Ok(committed)
            }

            async fn due(&self, branch: &BranchKey, max: u32) -> Result<Vec<Due>, StoreError> {
                let due = self.inner.due(branch, max).await?;
                Ok(if self.sabotage == Sabotage::NoDeadlines { Vec::new() } else { due })
            }

            async fn claim(&self, request: &ClaimRequest) -> Result<Vec<Claimed>, StoreError> {
                if let Some(claimed) = self.handed_out_again(request) {
                    return Ok(vec![claimed]);
                }
                let claimed = self.inner.claim(request).await?;
                self.remember(&claimed);
                Ok(claimed)
            }

            async fn next_wake(
                &self,
                branch: &BranchKey,
                kinds: &[CommandKind],
            ) -> Result<Option<Duration>, StoreError> {
                let wake = self.inner.next_wake(branch, kinds).await?;
                // What is due and never told would be looked for without a pause.
                Ok(wake.filter(|span| self.sabotage != Sabotage::NoDeadlines || !span.is_zero()))
            }
        }
    };
}

untouched! {
    now() -> Timestamp;
    open(opening: &Opening) -> Opened;
    load(id: EmergencyId) -> Option<Loaded>;
    was_committed(emergency: EmergencyId, commit: CommitId) -> Option<Receipt>;
    find_call(branch: &BranchKey, call: &CallSid) -> Option<(EmergencyId, Line)>;
    find_message(branch: &BranchKey, message: &MessageSid) -> Option<EmergencyId>;
    open_emergencies(branch: &BranchKey) -> Listing;
    concluded_since(branch: &BranchKey, since: Timestamp) -> Listing;
    list(branch: &BranchKey, before: Option<EmergencyId>, limit: u32) -> Listing;
    defer(due: &Due, delay: Duration) -> bool;
    holds(ticket: &Ticket) -> bool;
    extend(ticket: &Ticket, lease: Lease) -> bool;
    put_back(ticket: &Ticket, delay: Duration) -> bool;
    record(branch: &BranchKey, events: &[Event]) -> Option<EventId>;
    events(branch: &BranchKey, after: EventId, limit: u32) -> Vec<StoredEvent>;
    events_of(emergency: EmergencyId, after: EventId, limit: u32) -> Vec<StoredEvent>;
    health(branch: &BranchKey) -> Health;
}
