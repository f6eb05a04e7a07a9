//! Carries out what was committed.

use std::{error::Error, future::Future, sync::Arc, time::Duration};

use tokio::{sync::watch, task::JoinSet, time::timeout};

use super::run::{self, Run};
use super::signals::{Rest, Signals, told_of};
use super::{Sleeper, TokioSleeper};
use crate::{
    branch::{Branch, HandleError},
    emergency::{Command, CommandKind, Input, Outcome},
    fail,
    store::{ClaimRequest, Claimed, Commit, Lease, OwnClaims, StoreError, Task, WorkerId},
};

/// Claims due commands of one branch, carries them out, and feeds each outcome back; and tells emergencies whose
/// deadline has passed.
///
/// Any number of dispatchers may work on one store: a command is claimed by one of them at a time. One that dies, or
/// is paused, loses nothing: what it had claimed is claimed again when the lease runs out.
#[derive(Clone, Debug)]
pub struct Dispatcher {
    pub(super) branch: Arc<Branch>,
    worker: WorkerId,
    settings: DispatcherSettings,
    sleeper: Arc<dyn Sleeper>,
}

/// How much a dispatcher does at a time.
#[derive(Clone, Debug)]
pub struct DispatcherSettings {
    /// Commands about calls that are under way at a time (64).
    pub calls: usize,
    /// Texts, mails and the rest (64). Kept apart, so that a stalled text never keeps a phone from ringing.
    pub messages: usize,
    /// How long one command may take (20 s).
    pub command_deadline: Duration,
    /// Which commands it carries out (all); others are left to other dispatchers.
    pub kinds: Vec<CommandKind>,
    /// The longest sleep: work that another process announces is found at the latest then (1 s).
    pub longest_sleep: Duration,
}

/// Commands that somebody waits for on the phone.
const CALLS: &[CommandKind] =
    &[CommandKind::PlaceCall, CommandKind::EndCall, CommandKind::FetchCall, CommandKind::FindCall];
/// Commands that may stall without keeping a phone from ringing.
const MESSAGES: &[CommandKind] = &[CommandKind::SendText, CommandKind::SendMail, CommandKind::DeleteQueue];

/// Commands that one commit hands over at most.
const HANDED_OVER: u32 = 8;

/// What is due is taken within this time; if not, whoever should is woken once more.
const TO_TAKE: Duration = Duration::from_millis(50);

/// The longest sleep of a loop that is woken when something is due.
const UNWOKEN: Duration = Duration::from_secs(60);

/// After a failure of the store.
pub(super) const AFTER_FAILURE: Duration = Duration::from_millis(500);

impl Default for DispatcherSettings {
    fn default() -> Self {
        Self {
            calls: 64,
            messages: 64,
            command_deadline: Duration::from_secs(20),
            kinds: CommandKind::ALL.to_vec(),
            longest_sleep: Duration::from_secs(1),
        }
    }
}

impl Dispatcher {
    /// A dispatcher that claims in the name of `worker`, which no other one may have.
    pub fn new(branch: Arc<Branch>, worker: WorkerId) -> Self {
        Self { branch, worker, settings: DispatcherSettings::default(), sleeper: Arc::new(TokioSleeper) }
    }

    /// With other settings.
    #[must_use]
    pub fn with(self, settings: DispatcherSettings) -> Self {
        Self { settings, ..self }
    }

    /// Waits by `sleeper` instead of in real time: where the clock of the store is not the real one, either.
    #[must_use]
    pub fn with_sleeper(self, sleeper: Arc<dyn Sleeper>) -> Self {
        Self { sleeper, ..self }
    }

    /// Works until `stop` completes; then claims nothing more, and returns when what is under way has ended.
    pub async fn run(self, stop: impl Future<Output = ()> + Send) {
        told_of(stop, |stopped| self.work(stopped)).await;
    }

    async fn work(&self, stopped: watch::Receiver<bool>) {
        let (calls, messages) = (self.among(CALLS), self.among(MESSAGES));
        let calls = self.lane(&calls, self.settings.calls, self.signals(&stopped));
        let messages = self.lane(&messages, self.settings.messages, self.signals(&stopped));
        let (watch, hints) = (self.watch(self.signals(&stopped)), self.hints(stopped.clone()));
        let (deadlines, handed_over) = (self.deadlines(self.signals(&stopped)), self.handed_over(stopped));
        tokio::join!(watch, hints, deadlines, handed_over, calls, messages);
    }

    /// Those of `kinds` that it carries out.
    fn among(&self, kinds: &[CommandKind]) -> Vec<CommandKind> {
        kinds.iter().copied().filter(|kind| self.settings.kinds.contains(kind)).collect()
    }

    fn signals(&self, stopped: &watch::Receiver<bool>) -> Signals {
        Signals { work: self.branch.work(), stopped: stopped.clone(), sleeper: Arc::clone(&self.sleeper) }
    }

    /// Looks into the store for all loops together, and wakes them when something is due: a branch that nothing happens
    /// in asks its store once in a while, and not each loop of it.
    async fn watch(&self, mut signals: Signals) {
        while signals.look() {
            match self.branch.store().next_wake(self.branch.key(), &self.settings.kinds).await {
                Ok(Some(Duration::ZERO)) => {
                    self.beat();
                    self.branch.announce_work();
                    signals.pause(TO_TAKE).await;
                }
                Ok(wake) => {
                    self.beat();
                    let longest = self.settings.longest_sleep;
                    if signals.rest(wake.unwrap_or(longest).min(longest)).await == Rest::Woken {
                        signals.pause(TO_TAKE).await;
                    }
                }
                Err(error) => {
                    tracing::warn!(branch = %self.branch.key(), %error, cause = error.source(), "the store can't be asked");
                    signals.pause(AFTER_FAILURE).await;
                }
            }
        }
    }

    /// Passes on what the store hears of other nodes.
    async fn hints(&self, mut stopped: watch::Receiver<bool>) {
        let (store, mut seen) = (self.branch.store(), 0);
        loop {
            tokio::select! {
                changes = store.changed(self.branch.key(), seen) => seen = changes,
                _ = stopped.wait_for(|stopped| *stopped) => return,
            }
            self.branch.announce_work();
        }
    }

    /// Carries out what commits of this process have claimed for us.
    async fn handed_over(&self, mut stopped: watch::Receiver<bool>) {
        let kinds = self.among(CALLS);
        if kinds.is_empty() {
            // Another dispatcher may carry them out.
            return;
        }
        let mut handed = self.branch.handover().take_over(OwnClaims {
            worker: self.worker.clone(),
            kinds,
            max: HANDED_OVER,
            lease: Lease::for_deadline(self.settings.command_deadline),
        });
        let mut running = JoinSet::new();
        loop {
            tokio::select! {
                Some(claimed) = handed.recv() => drop(running.spawn(self.clone().carry_out(*claimed))),
                Some(_) = running.join_next() => {}
                _ = stopped.wait_for(|stopped| *stopped) => break,
            }
        }
        handed.close();
        while let Some(claimed) = handed.recv().await {
            self.branch.give_back(&claimed).await;
        }
        while running.join_next().await.is_some() {}
    }

    /// Claims commands of some kinds while there is room, and lets them run side by side.
    async fn lane(&self, kinds: &[CommandKind], room: usize, mut signals: Signals) {
        let mut running = JoinSet::new();
        while signals.look() {
            let free = room.saturating_sub(running.len());
            match self.claim(kinds, free).await {
                Ok(_) if free == 0 && !running.is_empty() => drop(running.join_next().await),
                Ok(claimed) if claimed.is_empty() => self.until_woken(&mut signals).await,
                Ok(claimed) => {
                    for claimed in claimed {
                        running.spawn(self.clone().carry_out(claimed));
                    }
                }
                Err(error) => {
                    tracing::warn!(branch = %self.branch.key(), %error, cause = error.source(), "commands can't be claimed");
                    signals.pause(AFTER_FAILURE).await;
                }
            }
            while running.try_join_next().is_some() {}
        }
        while running.join_next().await.is_some() {}
    }

    async fn claim(&self, kinds: &[CommandKind], room: usize) -> Result<Vec<Claimed>, StoreError> {
        if room == 0 {
            self.beat();
            return Ok(Vec::new());
        }
        let request = ClaimRequest {
            branch: self.branch.key().clone(),
            worker: self.worker.clone(),
            kinds: kinds.to_vec(),
            max: u32::try_from(room).unwrap_or(u32::MAX),
            lease: Lease::for_deadline(self.settings.command_deadline),
        };
        let claimed = self.branch.store().claim(&request).await?;
        self.beat();
        Ok(claimed)
    }

    /// The store hands out work; it is asked again after the longest sleep at the latest.
    fn beat(&self) {
        self.branch.pulse().beat(self.settings.longest_sleep);
    }

    /// Until there is something to do. Whoever sleeps here is woken for it; should that fail, they look by themselves.
    pub(super) async fn until_woken(&self, signals: &mut Signals) {
        signals.rest(self.settings.longest_sleep.max(UNWOKEN)).await;
    }

    pub(super) async fn sleep(&self, span: Duration) {
        self.sleeper.sleep(span).await;
    }

    async fn carry_out(self, claimed: Claimed) {
        let id = claimed.id();
        if let Err(error) = self.settle(claimed).await {
            // The lease runs out, and the command is claimed again.
            tracing::warn!(command = %id, %error, cause = error.source(), "an outcome could not be stored");
        }
    }

    async fn settle(&self, claimed: Claimed) -> Result<(), HandleError> {
        let id = claimed.id();
        let (command, outcome) = match claimed.task {
            Task::Report(command, outcome) => (command, outcome),
            Task::Unreadable => return self.abandon(&claimed).await,
            Task::Run(ref command) => {
                let deadline = self.settings.command_deadline;
                fail::at(fail::Point::BeforeRequest);
                let run = timeout(deadline, run::run(&self.branch, &claimed, command)).await;
                fail::at(fail::Point::AfterRequest);
                match run.unwrap_or(Run::Finished(Outcome::Unknown)) {
                    Run::Finished(outcome) => {
                        complain(command, &outcome);
                        (command.clone(), outcome)
                    }
                    Run::Later(delay) => {
                        self.branch.store().put_back(&claimed.ticket, delay).await?;
                        // Whoever sleeps until the lease would have ended looks again.
                        self.branch.announce_work();
                        return Ok(());
                    }
                    Run::NotOurs => return Ok(()),
                }
            }
        };
        fail::at(fail::Point::BeforeOutcome);
        self.branch.handle(id.emergency, Input::CommandFinished { command, outcome }).await?;
        Ok(())
    }

    async fn abandon(&self, claimed: &Claimed) -> Result<(), HandleError> {
        let id = claimed.id();
        let loaded = self.branch.load(id.emergency).await?;
        let commit = Commit::abandoning(&loaded, id, Branch::commit_id());
        let _ = self.branch.commit(&commit).await?;
        Ok(())
    }
}

/// For whoever runs the server: the timeline says it in full, with the provider's words.
fn complain(command: &Command, outcome: &Outcome) {
    let (id, kind) = (command.id, command.action.kind().as_str());
    match outcome {
        Outcome::Rejected { code, .. } => tracing::warn!(command = %id, kind, code, "the provider refuses a command"),
        Outcome::Unavailable { .. } => {
            tracing::warn!(command = %id, kind, "a command could not be carried out in time")
        }
        Outcome::Unknown => tracing::warn!(command = %id, kind, "nobody knows whether a command was carried out"),
        Outcome::NotConfigured => tracing::warn!(command = %id, kind, "nothing is configured that could do it"),
        _ => {}
    }
}
