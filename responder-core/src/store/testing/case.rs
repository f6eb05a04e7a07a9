//! Emergencies to try a store with.

use std::{
    future::Future,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    task::Poll,
    time::Duration,
};

use super::{Lab, Violation};
use crate::store::{
    BranchKey, ClaimRequest, Claimed, Commit, CommitId, Committed, EmergencyStore, Lease, Loaded, Opened, Opening,
    OwnClaims, Receipt, Settlement, StoreError, Task,
};
use crate::{
    CallSid, Timestamp,
    emergency::{
        Action, AttemptKind, AttemptNo, Command, CommandId, CommandKind, Conclusion, Contact, Emergency, EmergencyId,
        Event, Input, Intake, LegNo, Line, Outcome, Policy, Text, Transition,
    },
};

/// The lease of every claim in the suite.
pub(super) const LEASE: Duration = Duration::from_secs(20);

/// More than any check lets in.
pub(super) const NO_LIMIT: u32 = 10_000;

pub(super) fn north() -> BranchKey {
    named("north")
}

pub(super) fn south() -> BranchKey {
    named("south")
}

/// A value of a literal that is known to be one.
pub(super) fn named<T: std::str::FromStr>(text: &str) -> T {
    let Ok(value) = text.parse() else { panic!("BUG: {text:?} is no name") };
    value
}

pub(super) fn call(n: u32) -> CallSid {
    named(&format!("CA{n:032}"))
}

pub(super) fn commit_id() -> CommitId {
    static DRAWN: AtomicU64 = AtomicU64::new(1);
    CommitId::from_random(u128::from(DRAWN.fetch_add(1, Ordering::Relaxed)))
}

/// The first transition of an emergency, with every kind of text in it that a store could spoil.
pub(super) fn transition(now: Timestamp, n: u32) -> Transition {
    let intake = Intake {
        technician: Contact::unnamed(named("+15005550001")),
        customer_name: "O'Neil \"Zoë\" \u{1F525}".to_owned(),
        callback_text: "(500) 555-0100".to_owned(),
        callback: Some(named("+15005550100")),
        address: "12 Main St\nrear door\t\u{0}".to_owned(),
        description: "water; DROP TABLE emergencies; -- \\".to_owned(),
        reopens: None,
    };
    let policy = Policy {
        escalation: vec![Contact::unnamed(named("+15005550002"))],
        recipients: vec![Contact::unnamed(named("+15005550003"))],
        recipient_emails: vec!["office@example.com".to_owned()],
        ..Policy::default()
    };
    Emergency::open(EmergencyId::new(now, u128::from(n)), now, intake, Arc::new(policy))
}

pub(super) async fn opening(store: &dyn EmergencyStore, branch: BranchKey, n: u32) -> Result<Opening, StoreError> {
    Ok(Opening::of(branch, NO_LIMIT, transition(store.now().await?, n), commit_id()))
}

/// Opens an emergency. Its commands wait in the queue.
pub(super) async fn open(store: &dyn EmergencyStore, branch: BranchKey, n: u32) -> Result<Loaded, Violation> {
    let opening = opening(store, branch, n).await?;
    match store.open(&opening).await? {
        Opened::Created(_) => load(store, opening.commit.emergency()).await,
        refused => Err(Violation(format!("an opening with no reason to refuse it: {refused:?}"))),
    }
}

/// Opens an emergency, has it tell everybody, and settles all its commands.
pub(super) async fn open_quiet(store: &dyn EmergencyStore, branch: BranchKey, n: u32) -> Result<Loaded, Violation> {
    let loaded = open(store, branch.clone(), n).await?;
    written(store, &Commit::of(&loaded, Input::Timeout, commit_id()).0).await?;
    for claimed in claim(store, branch, 100).await? {
        let loaded = load(store, claimed.id().emergency).await?;
        written(store, &settling(&loaded, claimed.id(), Outcome::Done)).await?;
    }
    load(store, loaded.state.id()).await
}

pub(super) async fn load(store: &dyn EmergencyStore, id: EmergencyId) -> Result<Loaded, Violation> {
    store.load(id).await?.ok_or_else(|| Violation("an emergency that was stored is not there".to_owned()))
}

/// A commit that changes nothing yet: to be filled by the check.
pub(super) fn blank(loaded: &Loaded) -> Commit {
    let (mut commit, _) = Commit::of(loaded, Input::Timeout, commit_id());
    commit.state = loaded.state.clone();
    commit.events.clear();
    commit.commands.clear();
    commit.withdraw.clear();
    commit.binds.clear();
    commit
}

pub(super) fn settling(loaded: &Loaded, command: CommandId, outcome: Outcome) -> Commit {
    Commit { settles: Some(Settlement { command, outcome }), ..blank(loaded) }
}

/// A commit whose state differs from the one before: the customer called. At most 6 times.
pub(super) fn of_call(loaded: &Loaded, n: u32) -> Commit {
    Commit::of(loaded, Input::CustomerCalled { call: call(n), from: Some(named("+15005550100")) }, commit_id()).0
}

/// Commits, and takes anything but a receipt for a violation.
pub(super) async fn written(store: &dyn EmergencyStore, commit: &Commit) -> Result<Receipt, Violation> {
    match store.commit(commit).await? {
        Committed::Written(written) => Ok(written.receipt),
        Committed::AlreadySettled { .. } => Err(Violation("a command that was not settled is said to be".to_owned())),
    }
}

/// Gives new commands, and nothing else.
pub(super) async fn give(
    store: &dyn EmergencyStore,
    id: EmergencyId,
    commands: Vec<Command>,
) -> Result<Receipt, Violation> {
    let loaded = load(store, id).await?;
    written(store, &Commit { commands, ..blank(&loaded) }).await
}

/// Handles inputs until the emergency is concluded.
pub(super) async fn conclude(lab: &dyn Lab, id: EmergencyId) -> Result<Loaded, Violation> {
    let store = lab.store();
    let cancelled = Commit::of(&load(&*store, id).await?, Input::Cancelled, commit_id()).0;
    written(&*store, &cancelled).await?;
    for _ in 0..200 {
        let loaded = load(&*store, id).await?;
        let Some(deadline) = loaded.state.poll_timeout() else { return Ok(loaded) };
        lab.advance(deadline.since(loaded.now)).await;
        let loaded = load(&*store, id).await?;
        written(&*store, &Commit::of(&loaded, Input::Timeout, commit_id()).0).await?;
    }
    Err(Violation("a cancelled emergency does not end, although its deadlines are obeyed".to_owned()))
}

pub(super) fn request(branch: BranchKey, max: u32) -> ClaimRequest {
    ClaimRequest {
        branch,
        worker: named("worker-1"),
        kinds: CommandKind::ALL.to_vec(),
        max,
        lease: Lease::for_deadline(LEASE / 2),
    }
}

pub(super) async fn claim(store: &dyn EmergencyStore, branch: BranchKey, max: u32) -> Result<Vec<Claimed>, StoreError> {
    store.claim(&request(branch, max)).await
}

/// The wish for own commands in the suite.
pub(super) fn own(kinds: &[CommandKind], max: u32) -> OwnClaims {
    OwnClaims { worker: named("worker-1"), kinds: kinds.to_vec(), max, lease: Lease::for_deadline(LEASE / 2) }
}

/// Opens an emergency, and claims its call with it.
pub(super) async fn open_calling(
    store: &dyn EmergencyStore,
    branch: BranchKey,
    n: u32,
) -> Result<(Opening, Claimed), Violation> {
    let opening = opening(store, branch, n).await?.with_claims(own(&[CommandKind::PlaceCall], 1));
    let Opened::Created(mut written) = store.open(&opening).await? else {
        return Err(Violation("an opening with no reason to refuse it is refused".to_owned()));
    };
    match (written.claimed.pop(), written.claimed.is_empty()) {
        (Some(call), true) => Ok((opening, call)),
        _ => Err(Violation("an opening that claims its call gets none, or more".to_owned())),
    }
}

pub(super) fn ids(claimed: &[Claimed]) -> Vec<CommandId> {
    claimed.iter().map(Claimed::id).collect()
}

/// Whether it is to be carried out, and not merely reported.
pub(super) const fn is_run(claimed: &Claimed) -> bool {
    matches!(claimed.task, Task::Run(_))
}

pub(super) fn command(emergency: EmergencyId, number: u32, kind: CommandKind) -> Command {
    let (line, attempt) = (Line::Leg(LegNo(0)), AttemptNo(0));
    let action = match kind {
        CommandKind::PlaceCall => Action::PlaceCall {
            attempt,
            purpose: AttemptKind::Notification,
            to: named("+15005550001"),
            not_after: Timestamp::from_micros(i64::MAX),
        },
        CommandKind::FetchCall => Action::FetchCall { line, call: call(number) },
        CommandKind::FindCall => Action::FindCall {
            attempt,
            to: named("+15005550001"),
            since: Timestamp::default(),
            except: vec![call(number)],
        },
        CommandKind::EndCall => Action::EndCall { line, call: call(number) },
        CommandKind::SendText => Action::SendText { to: named("+15005550003"), text: alert() },
        CommandKind::SendMail => Action::SendMail { text: alert() },
        CommandKind::DeleteQueue => Action::DeleteQueue { leg: LegNo(0) },
    };
    Command { id: CommandId { emergency, number }, action }
}

const fn alert() -> Text {
    Text::Alert { outcome: Conclusion::Unanswered }
}

pub(super) fn event(n: u32) -> Event {
    Event::FallbackUsed { call_sid: call(n), code: Some(n) }
}

/// Runs all in parallel and gives their results, in the order of the jobs.
pub(super) async fn together<T, F>(lab: &dyn Lab, jobs: Vec<F>) -> Vec<T>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let results = Arc::new(Mutex::new(Vec::new()));
    let keep = |(place, job): (usize, F)| {
        let results = results.clone();
        let kept: super::Job = Box::pin(async move {
            let result = job.await;
            results.lock().unwrap_or_else(PoisonError::into_inner).push((place, result));
        });
        kept
    };
    lab.run_all(jobs.into_iter().enumerate().map(keep).collect()).await;
    let mut results = std::mem::take(&mut *results.lock().unwrap_or_else(PoisonError::into_inner));
    results.sort_by_key(|(place, _)| *place);
    results.into_iter().map(|(_, result)| result).collect()
}

/// Lets other jobs of this thread go first.
pub(super) async fn breathe() {
    let mut has_yielded = false;
    std::future::poll_fn(|context| {
        if has_yielded {
            return Poll::Ready(());
        }
        has_yielded = true;
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
