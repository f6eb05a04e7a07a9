//! An admin server that comes and goes, and time that passes when the test says so.

use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    sync::{mpsc, oneshot, watch},
};

use super::*;
use crate::{
    Timestamp,
    driver::ManualClock,
    store::{Availability, MemoryStore},
};

/// Answers every request alike; none: it closes the connection.
struct Server {
    at: String,
    answer: watch::Sender<Option<String>>,
}

impl Server {
    async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let at = format!("http://{}", listener.local_addr().expect("an address"));
        let (answer, answers) = watch::channel(None::<String>);
        tokio::spawn(async move {
            while let Ok((mut socket, _)) = listener.accept().await {
                let answer = answers.borrow().clone();
                let Some(answer) = answer else { continue };
                let mut request = [0; 8192];
                if matches!(socket.read(&mut request).await, Ok(1..)) {
                    drop(socket.write_all(answer.as_bytes()).await);
                }
            }
        });
        Self { at, answer }
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
    assert!(remote.load().await.is_err(), "there is no copy yet");

    server.has(false, &settings("One"));
    let (values, source) = remote.load().await.expect("settings");
    assert_eq!((values.get("company_name"), source), (Some("One"), Source::Admin));
    assert_eq!(store.availability(&key()).await.expect("a store"), Availability::Disabled);
    let kept = store.settings(&key()).await.expect("a store");
    assert!(!format!("{:?}", kept.values).contains("0123456789abcdef"));
    assert!(matches!(kept.values["TWILIO_AUTH_TOKEN"], crate::store::StoredValue::Sealed(_)), "a secret lies open");

    server.is_away();
    // Another process, which has only the store.
    assert_eq!(server.remote(&store, "tuc-token").load().await.expect("a copy"), (values.clone(), Source::Copy));
    for broken in BROKEN {
        server.answers(broken);
        assert_eq!(remote.load().await.expect("a copy"), (values.clone(), Source::Copy), "{broken}");
    }
    assert_eq!(store.availability(&key()).await.expect("a store"), Availability::Disabled, "it stays switched off");
    assert!(server.remote(&store, "another-token").load().await.is_err(), "the copy is sealed with the token");
}

#[tokio::test]
async fn a_running_branch_asks_every_five_minutes_and_sooner_after_a_failure() {
    let (server, store) = (Server::open().await, store());
    let remote = server.remote(&store, "tuc-token");
    server.has(true, &settings("One"));
    let (values, _) = remote.load().await.expect("settings");
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
    let reloader = Arc::new(Reloader::new(remote, values, apply));
    let (bed, mut sleeps) = mpsc::channel(1);
    reloader.start(Arc::new(Bed(bed)));
    // How long it sleeps after what has just happened, and what was applied by then.
    let mut falls_asleep = async || {
        let (span, wake) = sleeps.recv().await.expect("it sleeps again and again");
        (span.as_secs(), applied.load(Ordering::SeqCst), wake)
    };
    let (span, count, wake) = falls_asleep().await;
    assert_eq!((span, count), (300, 0));
    server.has(true, &settings("Two"));
    wake.send(()).expect("asleep");
    let (span, count, wake) = falls_asleep().await;
    assert_eq!((span, count), (300, 1), "another name counts");
    wake.send(()).expect("asleep");
    let (span, count, mut wake) = falls_asleep().await;
    assert_eq!((span, count), (300, 1), "the same is not applied again");
    server.is_away();
    for _ in 0..3 {
        wake.send(()).expect("asleep");
        let (span, count, next) = falls_asleep().await;
        assert_eq!((span, count), (30, 1), "it is asked again soon, and goes on with what it has");
        wake = next;
    }
    server.has(true, &settings("Refused"));
    wake.send(()).expect("asleep");
    let (span, count, wake) = falls_asleep().await;
    assert_eq!((span, count), (30, 1));
    server.has(false, &settings("Three"));
    wake.send(()).expect("asleep");
    let (span, count, wake) = falls_asleep().await;
    assert_eq!((span, count), (300, 2), "it is back");
    assert_eq!(store.availability(&key()).await.expect("a store"), Availability::Disabled);
    // Nobody needs it any more: it sleeps no more.
    drop(reloader);
    drop(wake);
    assert!(sleeps.recv().await.is_none());
}

#[tokio::test]
async fn whatever_the_admin_server_says_the_settings_of_before_count_on() {
    let (server, store) = (Server::open().await, store());
    let remote = server.remote(&store, "tuc-token");
    server.has(true, &settings("One"));
    let (values, _) = remote.load().await.expect("settings");
    let seen = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&seen);
    let apply = move |before: Values, values: Values| {
        let name = |values: &Values| values.get("company_name").unwrap_or_default().to_owned();
        let is_refused = name(&values) == "Refused";
        heard.lock().expect("a list").push(format!("{} for {}", name(&values), name(&before)));
        std::future::ready(if is_refused { Err("it can't be used".into()) } else { Ok(()) })
    };
    let reloader = Reloader::new(remote, values, apply);
    reloader.reload().await.expect("the same as before");
    for broken in BROKEN {
        server.answers(broken);
        assert!(reloader.reload().await.is_err(), "{broken}");
    }
    assert_eq!(*seen.lock().expect("a list"), [""; 0], "nothing was applied");

    server.has(false, &settings("Refused"));
    assert!(reloader.reload().await.is_err());
    assert_eq!(store.availability(&key()).await.expect("a store"), Availability::Disabled, "that counts in any case");
    server.has(true, &settings("Two"));
    reloader.reload().await.expect("new ones");
    assert_eq!(*seen.lock().expect("a list"), ["Refused for One", "Two for One"]);
    assert_eq!(store.availability(&key()).await.expect("a store"), Availability::Enabled);
    server.is_away();
    let (copy, source) = server.remote(&store, "tuc-token").load().await.expect("a copy");
    assert_eq!((copy.get("company_name"), source), (Some("Two"), Source::Copy), "what was refused is not kept");
}
