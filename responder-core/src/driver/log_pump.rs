//! Brings the events of the store into the log.

use std::{io, pin::pin, sync::Arc, time::Duration};

use tokio::{sync::mpsc, task::spawn_blocking};

use super::{BackgroundTask, Sleeper, TokioSleeper};
use crate::{
    branch::{Branch, Note},
    store::{EventId, StoredEvent},
    timeline::{
        Record,
        file::{LogFile, LogLock},
    },
};

/// Writes every event of a branch into its log, in order, each once.
///
/// It follows the store from the event that the log ends with, so that it goes on where it was stopped, also by a
/// crash, and after the log was put aside. It is woken by commits of this process, and looks once a second for those of
/// others. Nobody waits for it. Of several processes that write the same log, one does so at a time; the next one takes
/// over when that ends.
///
/// What the log loses in a crash of the machine is written again. What can't be written is tried again, until it can.
#[derive(Debug)]
pub struct LogPump {
    branch: Arc<Branch>,
    log: Arc<LogFile>,
    notes: mpsc::Receiver<Note>,
    sleeper: Arc<dyn Sleeper>,
    /// The right to write the log, and up to where it is written.
    place: Option<(LogLock, EventId)>,
    /// Taken and not yet written.
    note: Option<Note>,
}

/// Events that are read at a time.
const PAGE: u32 = 500;

/// Events of other processes are found at the latest after this; and what could not be written is tried again.
const LONGEST_SLEEP: Duration = Duration::from_secs(1);

impl LogPump {
    /// For the log of `branch`. None if it has [no log](Branch::with_log), or another pump has it.
    pub fn new(branch: Arc<Branch>) -> Option<Self> {
        let (log, notes) = (Arc::clone(branch.log()?), branch.take_notes()?);
        Some(Self { branch, log, notes, sleeper: Arc::new(TokioSleeper), place: None, note: None })
    }

    /// Waits by `sleeper` instead of in real time.
    #[must_use]
    pub fn with_sleeper(self, sleeper: Arc<dyn Sleeper>) -> Self {
        Self { sleeper, ..self }
    }

    /// Works in the background. Stop it after the dispatcher, whose last events it still writes.
    ///
    /// ```
    /// # use std::sync::Arc;
    /// # use responder_core::{branch::Branch, driver::LogPump, timeline::file::{LogFile, LogSettings}};
    /// # async fn example(branch: Branch) {
    /// let log = Arc::new(LogFile::new("data/main.log", LogSettings::default()));
    /// let branch = Arc::new(branch.with_log(log));
    /// let pumping = LogPump::new(branch).map(LogPump::start);
    /// // Serve requests, until the process is asked to end.
    /// if let Some(pumping) = pumping {
    ///     pumping.stop().await;
    /// }
    /// # }
    /// ```
    ///
    /// # Panics
    /// Outside of a Tokio runtime.
    pub fn start(self) -> BackgroundTask {
        BackgroundTask::on(|until| self.run(until))
    }

    /// Works until `stop` completes; then writes what there still is, and returns.
    pub async fn run(mut self, stop: impl Future<Output = ()> + Send) {
        let (mut work, mut stop, mut is_last) = (self.branch.work(), pin!(stop), false);
        loop {
            // What is announced from here on ends the next sleep at once.
            work.mark_unchanged();
            let pumped = self.pump().await;
            if let Err(error) = &pumped {
                tracing::warn!(branch = %self.branch.key(), %error, "the log can't be written");
            }
            if is_last {
                return;
            }
            let rested = pumped.is_ok();
            tokio::select! {
                () = &mut stop => is_last = true,
                Ok(()) = work.changed(), if rested => {}
                Some(note) = self.notes.recv(), if self.note.is_none() => self.note = Some(note),
                () = self.sleeper.sleep(LONGEST_SLEEP) => {}
            }
        }
    }

    /// Writes all there is.
    async fn pump(&mut self) -> Result<(), PumpError> {
        if self.place.is_none() {
            let log = Arc::clone(&self.log);
            self.place = spawn_blocking(move || take_place(&log)).await??;
        }
        if self.place.is_none() {
            return Ok(());
        }
        self.write_notes().await?;
        while self.write_page().await? {}
        Ok(())
    }

    async fn write_notes(&mut self) -> Result<(), PumpError> {
        while let Some((event, at)) = self.note.take().or_else(|| self.notes.try_recv().ok()) {
            self.note = Some((event.clone(), at));
            let log = Arc::clone(&self.log);
            spawn_blocking(move || log.note(&event, at)).await??;
            self.note = None;
        }
        Ok(())
    }

    /// Whether there may be more.
    async fn write_page(&mut self) -> Result<bool, PumpError> {
        let Some((_, position)) = &mut self.place else { return Ok(false) };
        let events = self.branch.store().events(self.branch.key(), *position, PAGE).await?;
        if events.is_empty() {
            return Ok(false);
        }
        let log = Arc::clone(&self.log);
        let (written, result) = spawn_blocking(move || append_all(&log, &events)).await?;
        *position = written.unwrap_or(*position);
        result?;
        Ok(true)
    }
}

/// Why nothing could be written. It is tried again.
#[derive(Debug, thiserror::Error)]
enum PumpError {
    #[error("the file: {0}")]
    File(#[from] io::Error),
    #[error("the store: {0}")]
    Store(#[from] crate::store::StoreError),
    #[error("the task: {0}")]
    Task(#[from] tokio::task::JoinError),
}

/// None while another process writes this log.
fn take_place(log: &LogFile) -> io::Result<Option<(LogLock, EventId)>> {
    let Some(lock) = LogLock::take(log.path())? else { return Ok(None) };
    Ok(Some((lock, log.position()?)))
}

/// Appends them in order, and tells how far it came.
fn append_all(log: &LogFile, events: &[StoredEvent]) -> (Option<EventId>, io::Result<()>) {
    let mut written = None;
    for event in events {
        if let Err(error) = append(log, event) {
            return (written, Err(error));
        }
        written = Some(event.id);
    }
    (written, Ok(()))
}

fn append(log: &LogFile, event: &StoredEvent) -> io::Result<()> {
    let emergency = event.emergency.map(|id| id.to_string().into());
    // What is no such JSON can't have been stored by us; it must not stop all that comes after it.
    let unreadable = r#"{"event":"unreadable_event"}"#;
    let record = Record::of(&event.json).or_else(|_| Record::of(unreadable))?;
    log.append_record(&Record { id: Some(event.id), emergency_id: emergency, ..record }, event.at)
}

#[cfg(all(test, feature = "mock"))]
mod tests {
    use std::{fs, path::Path};

    use super::*;
    use crate::{
        CallSid, Timestamp,
        branch::BranchSettings,
        driver::ManualClock,
        emergency::{Contact, Event, Policy},
        script::{Links, Script},
        store::{EmergencyStore, MemoryStore},
        telephony::MockTelephony,
        timeline::{
            Blocks, BranchEvent,
            file::{Archived, LogSettings, archives},
        },
    };

    struct Lab {
        folder: tempfile::TempDir,
        store: Arc<MemoryStore>,
    }

    impl Lab {
        fn new() -> Self {
            let at = "2026-01-15T22:45:12Z".parse::<Timestamp>().expect("a time");
            let store = Arc::new(MemoryStore::new(Arc::new(ManualClock::new(at))));
            Self { folder: tempfile::tempdir().expect("a folder"), store }
        }

        fn path(&self) -> std::path::PathBuf {
            self.folder.path().join("tuc.log")
        }

        fn branch(&self) -> Arc<Branch> {
            let number = |text: &str| text.parse().expect("a number");
            let policy = Policy { recipients: vec![Contact::unnamed(number("+15005550009"))], ..Policy::default() };
            let settings = BranchSettings::new(policy, number("+15005550006")).expect("settings");
            let links = Links::new("https://help.example.com".parse().expect("a URL"));
            let (key, telephony) = ("tuc".parse().expect("a key"), Arc::new(MockTelephony::new()));
            let branch = Branch::new(key, settings, self.store.clone(), telephony, Script::default(), links);
            let settings = LogSettings { rotate_bytes: 4000.try_into().ok(), ..LogSettings::default() };
            Arc::new(branch.with_log(Arc::new(LogFile::new(self.path(), settings))))
        }

        async fn record(&self, calls: std::ops::Range<u32>) {
            for call in calls {
                let call_sid: CallSid = format!("CA{call:032}").parse().expect("a call");
                let event = Event::IncomingCall { from: None, call_sid };
                self.store.record(&"tuc".parse().expect("a key"), &[event]).await.expect("recorded");
            }
        }

        /// What a pump writes that is stopped at once.
        async fn pump(&self, branch: Arc<Branch>) {
            LogPump::new(branch).expect("a log").start().stop().await;
        }
    }

    fn ids(path: &Path) -> Vec<u64> {
        let mut ids = Vec::new();
        for file in archives(path).expect("archives").into_iter().chain([path.to_owned()]) {
            let text = fs::read(file).unwrap_or_default();
            let records = Blocks::new(&text).filter_map(|block| Record::read(&block.payload())?.id);
            ids.extend(records.map(EventId::as_u64));
        }
        ids
    }

    #[tokio::test]
    async fn each_event_comes_into_the_log_once_whatever_happens_to_it() {
        let lab = Lab::new();
        lab.record(0..5).await;
        lab.pump(lab.branch()).await;
        assert_eq!(ids(&lab.path()), [1, 2, 3, 4, 5]);

        lab.record(5..8).await;
        let branch = lab.branch();
        branch.log().expect("a log").archive(Archived::Cleared).expect("put aside");
        lab.pump(branch).await;
        lab.record(8..900).await;
        lab.pump(lab.branch()).await;
        assert_eq!(ids(&lab.path()), (1..=900).collect::<Vec<_>>());
        assert!(archives(&lab.path()).expect("archives").len() > 10, "it was put aside often");
    }

    /// As if killed between one write and the next, or in the middle of one.
    #[tokio::test]
    async fn a_log_that_was_cut_off_anywhere_is_gone_on_with() {
        let lab = Lab::new();
        lab.record(0..4).await;
        lab.pump(lab.branch()).await;
        let whole = fs::read(lab.path()).expect("a log");
        for cut in 0..whole.len() {
            fs::write(lab.path(), &whole[..cut]).expect("cut off");
            lab.pump(lab.branch()).await;
            assert_eq!(ids(&lab.path()), [1, 2, 3, 4], "cut at {cut}");
        }
    }

    #[tokio::test]
    async fn a_block_says_what_happened_when_and_whose_it_is() {
        let lab = Lab::new();
        let branch = lab.branch();
        branch.note(BranchEvent::AppStartFailure { error: "none".into() });
        lab.record(0..1).await;
        lab.pump(branch).await;
        let text = fs::read_to_string(lab.path()).expect("a log");
        let expected = "\n--- INCOMING_CALL ---\n2026-01-15 22:45:12.000000+00:00 - {\"event\":\"incoming_call\",\"id\":1,\
                        \"timestamp\":\"2026-01-15T22:45:12Z\",\
                        \"data\":{\"from\":null,\"call_sid\":\"CA00000000000000000000000000000000\"}}\n";
        assert!(text.ends_with(expected), "{text}");
        assert!(text.starts_with("\n--- APP_START_FAILURE ---\n"), "{text}");
        assert!(text.contains("\"after\":0,"), "{text}");
    }

    #[tokio::test]
    async fn two_pumps_of_one_log_take_turns() {
        let lab = Lab::new();
        let first = LogPump::new(lab.branch()).expect("a log").start();
        lab.record(0..3).await;
        lab.pump(lab.branch()).await;
        first.stop().await;
        lab.pump(lab.branch()).await;
        assert_eq!(ids(&lab.path()), [1, 2, 3]);
        let branch = lab.branch();
        assert!(LogPump::new(branch.clone()).is_some() && LogPump::new(branch).is_none(), "one for each branch");
    }
}
