//! An admin server that comes and goes, and time that passes when the test says so.

use std::{
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    sync::{mpsc, oneshot, watch},
};

use super::*;
use crate::{
    Timestamp,
    access::AuditEntry,
    branch::{Reload, ReloadError, Standing},
    driver::{ManualClock, Sleeper},
    store::{Availability, MemoryStore},
};

/// Answers every request alike; none: it closes the connection.
struct Server {
    at: String,
    answer: watch::Sender<Option<String>>,
    asked: Arc<AtomicUsize>,
}

impl Server {
    async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let at = format!("http://{}", listener.local_addr().expect("an address"));
        let (answer, answers) = watch::channel(None::<String>);
        let asked = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&asked);
        tokio::spawn(async move {
            while let Ok((mut socket, _)) = listener.accept().await {
                count.fetch_add(1, Ordering::SeqCst);
                let answer = answers.borrow().clone();
                let Some(answer) = answer else { continue };
                let mut request = [0; 8192];
                if matches!(socket.read(&mut request).await, Ok(1..)) {
                    drop(socket.write_all(answer.as_bytes()).await);
                }
            }
        });
        Self { at, answer, asked }
    }

    fn has(&self, enabled: bool, settings: &serde_json::Value) {
        let body = settings.to_string();
        let head = format!("connection: close\r\nx-branch-enabled: {enabled}\r\ncontent-length: {}", body.len());
        self.answers(&format!("HTTP/1.1 200 OK\r\n{head}\r\n\r\n{body}"));
    }

    fn answers(&self, bytes: &str) {
        self.answer.send_replace(Some(bytes.to_owned()));
    }

    fn is_away(&self) {
        self.answer.send_replace(None);
    }

    fn remote(&self, store: &Arc<MemoryStore>, token: &str) -> RemoteSettings {
        let token: secrecy::SecretString = token.into();
        let client = AdminClient::new(&self.at, key(), &token).expect("a client");
        RemoteSettings::new(client, &token, store.clone(), Some(store.clone()))
    }
}

/// Tells how long somebody wants to sleep, and lets them until it is told to wake them.
#[derive(Debug)]
struct Bed(mpsc::Sender<(Duration, oneshot::Sender<()>)>);

#[async_trait]
impl Sleeper for Bed {
    async fn sleep(&self, span: Duration) {
        let (wake, woken) = oneshot::channel();
        self.0.send((span, wake)).await.expect("somebody looks");
        woken.await.expect("somebody wakes us");
    }
}

fn key() -> BranchKey {
    "tuc".parse().expect("a key")
}

fn store() -> Arc<MemoryStore> {
    Arc::new(MemoryStore::new(Arc::new(ManualClock::new(Timestamp::from_micros(1_800_000_000_000_000)))))
}

fn settings(name: &str) -> serde_json::Value {
    serde_json::json!({ "TWILIO_AUTH_TOKEN": "0123456789abcdef", "company_name": name })
}

/// By a branch that can work with anything but "Refused".
async fn load(remote: &RemoteSettings) -> Result<(Values, Source), LoadError> {
    let read = |values: &Values| match values.get("company_name") {
        Some("Refused") => Err("it can't be used".into()),
        _ => Ok(()),
    };
    remote.load(read).await.map(|loaded| (loaded.values, loaded.source))
}

const BROKEN: [&str; 5] = [
    "HTTP/1.1 500 Oops\r\nconnection: close\r\ncontent-length: 0\r\n\r\n",
    "HTTP/1.1 307 There\r\nconnection: close\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n",
    "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 13\r\n\r\n<h1>It works!",
    "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\n{}",
    "I am no server.\r\n\r\n",
];

#[tokio::test]
async fn a_branch_starts_with_its_copy_while_the_admin_server_is_away() {
    let (server, store) = (Server::open().await, store());
    let remote = server.remote(&store, "tuc-token");
    server.is_away();
    assert!(load(&remote).await.is_err(), "there is no copy yet");

    server.has(false, &settings("One"));
    let (values, source) = load(&remote).await.expect("settings");
    assert_eq!((values.get("company_name"), source), (Some("One"), Source::Admin));
    assert_eq!(store.availability(&key()).await.expect("a store"), Availability::Disabled);
    let kept = store.settings(&key()).await.expect("a store");
    assert!(!format!("{:?}", kept.values).contains("0123456789abcdef"));
    assert!(matches!(kept.values["TWILIO_AUTH_TOKEN"], crate::store::StoredValue::Sealed(_)), "a secret lies open");

    server.is_away();
    // Another process, which has only the store.
    assert_eq!(load(&server.remote(&store, "tuc-token")).await.expect("a copy"), (values.clone(), Source::Copy));
    for broken in BROKEN {
        server.answers(broken);
        assert_eq!(load(&remote).await.expect("a copy"), (values.clone(), Source::Copy), "{broken}");
    }
    assert_eq!(store.availability(&key()).await.expect("a store"), Availability::Disabled, "it stays switched off");
    assert!(load(&server.remote(&store, "another-token")).await.is_err(), "the copy is sealed with the token");
}

/// Of a branch that can work with anything but "Refused", and what it has applied.
fn reloader(remote: RemoteSettings, values: Values) -> (Arc<Reloader>, Arc<AtomicUsize>) {
    let applied = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&applied);
    let apply = move |_: Values, values: Values| {
        std::future::ready(match values.get("company_name") {
            Some("Refused") => Err("it can't be used".into()),
            _ => {
                counted.fetch_add(1, Ordering::SeqCst);
                Ok(())
            }
        })
    };
    (Arc::new(Reloader::new(remote, values, apply)), applied)
}

/// Sleeps of a reloader, one after the other.
struct Nights {
    sleeps: mpsc::Receiver<(Duration, oneshot::Sender<()>)>,
    wake: Option<oneshot::Sender<()>>,
}

impl Nights {
    async fn of(reloader: &Arc<Reloader>) -> Self {
        let (bed, sleeps) = mpsc::channel(1);
        reloader.start(Arc::new(Bed(bed)));
        let mut nights = Self { sleeps, wake: None };
        nights.fall_asleep().await;
        nights
    }

    async fn fall_asleep(&mut self) {
        let (span, wake) = self.sleeps.recv().await.expect("it sleeps again and again");
        assert_eq!(span.as_secs(), 5);
        self.wake = Some(wake);
    }

    /// Until it has done what it does then, and sleeps again.
    async fn pass(&mut self, seconds: u64) {
        for _ in 0..seconds / 5 {
            self.wake.take().expect("asleep").send(()).expect("asleep");
            self.fall_asleep().await;
        }
    }
}

#[tokio::test]
async fn a_running_branch_asks_every_five_minutes_and_sooner_after_a_failure() {
    let (server, store) = (Server::open().await, store());
    let remote = server.remote(&store, "tuc-token");
    server.has(true, &settings("One"));
    let (values, _) = load(&remote).await.expect("settings");
    let (reloader, applied) = reloader(remote, values);
    let applied = || applied.load(Ordering::SeqCst);
    let mut nights = Nights::of(&reloader).await;
    nights.pass(5).await;
    assert_eq!(applied(), 0, "nothing new");
    server.has(true, &settings("Two"));
    nights.pass(295).await;
    assert_eq!(applied(), 0, "it asks every five minutes");
    nights.pass(5).await;
    assert_eq!(applied(), 1, "another name counts");
    nights.pass(300).await;
    assert_eq!(applied(), 1, "the same is not applied again");
    server.is_away();
    nights.pass(300).await;
    server.has(true, &settings("Refused"));
    nights.pass(30).await;
    assert_eq!(applied(), 1);
    let refused = reloader.standing().refused.expect("it says what it can't use");
    assert_eq!(refused.reason, "it can't be used");
    server.is_away();
    nights.pass(30).await;
    assert!(reloader.standing().refused.is_some(), "it is as it was");
    server.has(false, &settings("Three"));
    nights.pass(25).await;
    assert_eq!(applied(), 1);
    nights.pass(5).await;
    assert_eq!(applied(), 2, "it is back");
    assert_eq!(reloader.standing().refused, None);
    assert_eq!(store.availability(&key()).await.expect("a store"), Availability::Disabled);
    // Nobody needs it any more: it sleeps no more.
    drop(reloader);
    nights.wake = None;
    assert!(nights.sleeps.recv().await.is_none());
}

#[tokio::test]
async fn what_the_branch_could_not_use_at_its_start_is_known_within_seconds() {
    let (server, store) = (Server::open().await, store());
    let remote = server.remote(&store, "tuc-token");
    server.has(true, &settings("One"));
    load(&remote).await.expect("settings");
    server.has(true, &settings("Refused"));
    let (values, _) = load(&remote).await.expect("a copy");
    let (reloader, _) = reloader(remote, values);
    let mut nights = Nights::of(&reloader).await;
    nights.pass(5).await;
    assert!(reloader.standing().refused.is_some());
}

#[tokio::test]
async fn what_one_node_was_told_counts_on_the_others_within_seconds() {
    let (server, store) = (Server::open().await, store());
    server.has(true, &settings("One"));
    let node = async || {
        let remote = server.remote(&store, "tuc-token");
        let (values, _) = load(&remote).await.expect("settings");
        reloader(remote, values)
    };
    let ((told, _), (other, applied)) = (node().await, node().await);
    let mut nights = Nights::of(&other).await;
    nights.pass(5).await;
    server.has(true, &settings("Two"));
    told.reload().await.settings.expect("new ones");
    assert_eq!(applied.load(Ordering::SeqCst), 0);
    nights.pass(5).await;
    assert_eq!(applied.load(Ordering::SeqCst), 1);
    let before = server.asked.load(Ordering::SeqCst);
    nights.pass(290).await;
    assert_eq!(server.asked.load(Ordering::SeqCst), before, "once is enough");
}

#[tokio::test]
async fn whatever_the_admin_server_says_the_settings_of_before_count_on() {
    let (server, store) = (Server::open().await, store());
    let remote = server.remote(&store, "tuc-token");
    server.has(true, &settings("One"));
    let (values, _) = load(&remote).await.expect("settings");
    let seen = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&seen);
    let apply = move |before: Values, values: Values| {
        let name = |values: &Values| values.get("company_name").unwrap_or_default().to_owned();
        let is_refused = name(&values) == "Refused";
        heard.lock().expect("a list").push(format!("{} for {}", name(&values), name(&before)));
        std::future::ready(if is_refused { Err("it can't be used".into()) } else { Ok(()) })
    };
    let reloader = Reloader::new(remote, values, apply);
    reloader.reload().await.settings.expect("the same as before");
    for broken in BROKEN {
        server.answers(broken);
        assert!(reloader.reload().await.settings.is_err(), "{broken}");
    }
    assert_eq!(*seen.lock().expect("a list"), [""; 0], "nothing was applied");

    server.has(false, &settings("Refused"));
    assert!(reloader.reload().await.settings.is_err());
    assert_eq!(store.availability(&key()).await.expect("a store"), Availability::Disabled, "that counts in any case");
    server.has(true, &settings("Two"));
    reloader.reload().await.settings.expect("new ones");
    assert_eq!(*seen.lock().expect("a list"), ["Refused for One", "Two for One"]);
    assert_eq!(store.availability(&key()).await.expect("a store"), Availability::Enabled);
    server.is_away();
    let (copy, source) = load(&server.remote(&store, "tuc-token")).await.expect("a copy");
    assert_eq!((copy.get("company_name"), source), (Some("Two"), Source::Copy), "what was refused is not kept");
}

#[tokio::test]
async fn what_a_branch_can_t_work_with_never_takes_the_place_of_its_copy() {
    let (server, store) = (Server::open().await, store());
    let remote = server.remote(&store, "tuc-token");
    server.has(true, &settings("Refused"));
    assert!(matches!(load(&remote).await, Err(LoadError::Unusable(_))), "there is no copy yet");
    server.has(true, &settings("One"));
    let (good, _) = load(&remote).await.expect("settings");
    server.has(false, &settings("Refused"));
    for _ in 0..2 {
        assert_eq!(load(&remote).await.expect("a copy"), (good.clone(), Source::Copy));
    }
    assert_eq!(store.availability(&key()).await.expect("a store"), Availability::Disabled, "that counts in any case");
}

#[tokio::test]
async fn a_branch_that_nobody_has_set_up_can_be_switched() {
    let (server, store) = (Server::open().await, store());
    server.has(false, &serde_json::json!({}));
    let loaded = load(&server.remote(&store, "tuc-token")).await;
    assert!(matches!(loaded, Err(LoadError::None(FetchError::Nothing))), "{loaded:?}");
    assert_eq!(store.availability(&key()).await.expect("a store"), Availability::Disabled);
}

/// While somebody writes down an older answer, the branch is switched off, and another node has heard of it already.
#[derive(Debug)]
struct Late {
    store: Arc<MemoryStore>,
    now: (watch::Sender<Option<String>>, Option<String>),
}

#[async_trait]
impl BranchControl for Late {
    async fn set_availability(&self, branch: &BranchKey, availability: Availability) -> Result<(), StoreError> {
        let (server, answer) = &self.now;
        server.send_replace(answer.clone());
        self.store.set_availability(branch, availability).await
    }

    async fn switch_branch(
        &self,
        branch: &BranchKey,
        availability: Availability,
        audit: &AuditEntry,
    ) -> Result<(), StoreError> {
        self.store.switch_branch(branch, availability, audit).await
    }

    async fn availability(&self, branch: &BranchKey) -> Result<Availability, StoreError> {
        self.store.availability(branch).await
    }
}

/// A node that is told "on", and meanwhile the server says something else.
fn late(server: &Server, store: &Arc<MemoryStore>, newer: Option<String>) -> RemoteSettings {
    let late = Late { store: Arc::clone(store), now: (server.answer.clone(), newer) };
    let token: secrecy::SecretString = "tuc-token".into();
    let client = AdminClient::new(&server.at, key(), &token).expect("a client");
    RemoteSettings::new(client, &token, store.clone(), Some(Arc::new(late)))
}

#[tokio::test]
async fn an_older_answer_does_not_outlive_a_newer_one() {
    let (server, store) = (Server::open().await, store());
    store.set_availability(&key(), Availability::Disabled).await.expect("a store");
    server.has(false, &settings("One"));
    let newer = server.answer.borrow().clone().expect("an answer");
    server.has(true, &settings("One"));
    load(&late(&server, &store, Some(newer))).await.expect("settings");
    assert_eq!(store.availability(&key()).await.expect("a store"), Availability::Disabled);
}

#[tokio::test]
async fn a_switch_that_can_t_be_confirmed_is_asked_for_again_soon() {
    let (server, store) = (Server::open().await, store());
    server.has(true, &settings("One"));
    let (values, _) = load(&server.remote(&store, "tuc-token")).await.expect("settings");
    store.set_availability(&key(), Availability::Disabled).await.expect("a store");
    let (reloader, _) = reloader(late(&server, &store, None), values);
    let reloaded = reloader.reload().await;
    assert!(matches!(reloaded.settings, Err(ReloadError::NotFetched(_))), "{reloaded:?}");
}

#[tokio::test]
async fn a_copy_that_another_node_has_made_older_is_made_anew() {
    let (server, store) = (Server::open().await, store());
    server.has(true, &settings("Two"));
    let remote = server.remote(&store, "tuc-token");
    let (values, _) = load(&remote).await.expect("settings");
    let (reloader, applied) = reloader(remote, values);
    // Its answer was under way for long.
    server.has(true, &settings("One"));
    load(&server.remote(&store, "tuc-token")).await.expect("settings");
    server.has(true, &settings("Two"));
    let mut nights = Nights::of(&reloader).await;
    nights.pass(5).await;
    assert_eq!(applied.load(Ordering::SeqCst), 0, "it counts already");
    server.is_away();
    let (copy, _) = load(&server.remote(&store, "tuc-token")).await.expect("a copy");
    assert_eq!(copy.get("company_name"), Some("Two"));
}

#[tokio::test]
async fn what_only_a_newer_version_knows_stays_in_the_copy() {
    let (server, store) = (Server::open().await, store());
    let of_newer = ("of_tomorrow".to_owned(), Some(crate::store::StoredValue::Plain("1".to_owned())));
    let change = SettingsChange { branch: key(), from: Revision::default(), values: [of_newer].into(), audit: None };
    store.save_settings(&change).await.expect("a store");
    server.has(true, &settings("One"));
    load(&server.remote(&store, "tuc-token")).await.expect("settings");
    let kept = store.settings(&key()).await.expect("a store");
    assert!(kept.values.contains_key("of_tomorrow") && kept.values.contains_key("company_name"), "{kept:?}");
}

#[tokio::test]
async fn a_store_that_is_away_makes_no_settings_unusable() {
    let (server, store) = (Server::open().await, store());
    server.has(true, &settings("One"));
    let remote = server.remote(&store, "tuc-token");
    let (values, _) = load(&remote).await.expect("settings");
    let apply = |_: Values, _: Values| std::future::ready(Err(StoreError::Unavailable("away".into()).into()));
    let reloader = Reloader::new(remote, values, apply);
    server.has(true, &settings("Two"));
    let reloaded = reloader.reload().await;
    assert!(matches!(reloaded.settings, Err(ReloadError::NotFetched(_))), "{reloaded:?}");
    assert_eq!(reloader.standing(), Standing::default());
}
